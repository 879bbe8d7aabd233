/**
 * The best split where outputs have limits: a cap, a pull towards the parent, monotone bounds, or one random threshold a feature
 * (Geurts et al., 2006). Every candidate is judged by the outputs its sides would really have.
 */
import { deriveSeed, Random } from '../core/random.js';
import type { Arena } from '../kernels/arena.js';
import type { JobContext } from '../kernels/job.js';
import type { BinMapper } from './bin-mapper.js';
import type { Histograms } from './histogram.js';
import { FREE, limitedOutput, type OutputBounds, type OutputLimits, soft, worthOf } from './leaf-output.js';
import { penaltyFactor } from './monotone.js';
import type { Scale, Sums } from './partition.js';

export interface BoundedLimits extends OutputLimits {
  minGainToSplit: number;
  extraTrees?: boolean;
  extraSeed?: number;
  /** -1, 0 or 1 a column of X; empty or absent: all free. */
  monotone?: readonly number[];
  monotonePenalty?: number;
  /** Compare a split with the node's output within its bounds (XGBoost), not with the one it would have without (LightGBM). */
  gainWithinBounds?: boolean;
}

/** A node as this scan sees it. */
export interface BoundedNode {
  readonly depth: number;
  readonly count: number;
  readonly sums: Sums;
  readonly slot: number;
  readonly seed: number;
  /** What it outputs as a leaf; what its children are pulled towards. */
  readonly output?: number;
  readonly bounds: OutputBounds;
}

const ABOUT_BYTES = 128;

/** Whether any limit asks for this scan. */
export function needsBoundedScan(limits: BoundedLimits): boolean {
  const { maxDeltaStep, pathSmooth, extraTrees, monotone } = limits;
  return Boolean(maxDeltaStep) || Boolean(pathSmooth) || extraTrees === true || (monotone?.some(Boolean) ?? false);
}

export class BoundedScan {
  private readonly about: number;
  private readonly rules: number;
  private readonly ruleBytes: number;
  /** -1, 0 or 1 a feature. */
  private readonly directions: readonly number[];
  private scale: Scale = { gradient: 1, hessian: 1 };

  /** Reserves memory from `arena`; usable after the next commit. */
  constructor(
    private readonly context: JobContext,
    private readonly arena: Arena,
    private readonly mapper: BinMapper,
    private readonly histograms: Histograms,
    private readonly limits: BoundedLimits,
  ) {
    const { thread, threads } = context;
    this.ruleBytes = Math.ceil((mapper.columns.length * 16) / 64) * 64;
    this.about = arena.alloc(threads * 2 * ABOUT_BYTES) + thread * 2 * ABOUT_BYTES;
    this.rules = arena.alloc(threads * 2 * this.ruleBytes) + thread * 2 * this.ruleBytes;
    this.directions = Array.from(mapper.columns, (column) => limits.monotone?.[column] ?? 0);
  }

  start(scale: Scale): void {
    this.scale = scale;
  }

  directionOf(feature: number): number {
    return this.directions[feature];
  }

  /** The output of a root with these sums, which has no parent and is pulled towards 0. */
  rootOutput(sums: Sums, count: number): number {
    const { gradient, hessian } = this.real(sums);
    return limitedOutput(gradient, hessian, this.limits, { rowsPerHessian: count / hessian, towards: 0 }, FREE);
  }

  /** Lays out what the kernel reads about node 0 or 1; `least` is the hessian a side needs, in integer units. */
  prepare(which: number, node: BoundedNode, least: number): void {
    const { lambdaL1, lambdaL2, maxDeltaStep, pathSmooth } = this.limits;
    const { gradient, hessian } = this.real(node.sums);
    const about = this.arena.float64(this.about + which * ABOUT_BYTES, 13);
    about.set([gradient, hessian, 1 / this.scale.gradient, 1 / this.scale.hessian, lambdaL2, lambdaL1]);
    about[6] = least / this.scale.hessian;
    about[7] = maxDeltaStep || Number.POSITIVE_INFINITY;
    about[8] = pathSmooth ? node.count / hessian / pathSmooth : 0;
    about[9] = node.output ?? 0;
    about[10] = node.bounds.lower;
    about[11] = node.bounds.upper;
    about[12] = this.worthWhole(node) + this.limits.minGainToSplit;
    this.writeRules(which, node);
  }

  scan(which: number, node: BoundedNode, meta: number, [from, to]: readonly [number, number]): void {
    const slot = this.histograms.address(node.slot);
    const [about, rules] = [this.about + which * ABOUT_BYTES, this.rules + which * this.ruleBytes];
    this.context.kernels.scanNodeBounded(which, slot, meta, from, to, about, rules);
  }

  /** Outputs of the two sides of a split, and its gain as growth compares it. */
  judge(
    node: BoundedNode,
    feature: number,
    left: Sums,
    extraL2 = 0,
  ): { gain: number; outputs: [left: number, right: number] } {
    const right = { gradient: node.sums.gradient - left.gradient, hessian: node.sums.hessian - left.hessian };
    const outputs: [number, number] = [this.outputBelow(node, left, extraL2), this.outputBelow(node, right, extraL2)];
    const worth = this.worth(left, outputs[0], extraL2) + this.worth(right, outputs[1], extraL2);
    const { minGainToSplit } = this.limits;
    const gain = worth - this.worthWhole(node);
    const factor = this.factorOf(feature, node.depth);
    return { outputs, gain: factor === 1 ? gain : (gain - minGainToSplit) * factor + minGainToSplit };
  }

  private outputBelow(node: BoundedNode, sums: Sums, extraL2: number): number {
    const { gradient, hessian } = this.real(sums);
    return limitedOutput(gradient, hessian, this.limitsWith(extraL2), this.pullOf(node), node.bounds);
  }

  private limitsWith(extraL2: number): OutputLimits {
    return extraL2 === 0 ? this.limits : { ...this.limits, lambdaL2: this.limits.lambdaL2 + extraL2 };
  }

  private pullOf(node: BoundedNode): { rowsPerHessian: number; towards: number } {
    return { rowsPerHessian: node.count / this.real(node.sums).hessian, towards: node.output ?? 0 };
  }

  private worth(sums: Sums, output: number, extraL2: number): number {
    const { gradient, hessian } = this.real(sums);
    return worthOf(gradient, hessian, output, this.limitsWith(extraL2));
  }

  /** What the node is worth as a leaf. */
  private worthWhole(node: BoundedNode): number {
    const { gradient, hessian } = this.real(node.sums);
    const { lambdaL1, lambdaL2, maxDeltaStep, pathSmooth, gainWithinBounds } = this.limits;
    const bounds = gainWithinBounds ? node.bounds : FREE;
    if (!maxDeltaStep && !pathSmooth && bounds === FREE) {
      const g = soft(gradient, lambdaL1);
      return (g * g) / (hessian + lambdaL2);
    }
    const output = limitedOutput(gradient, hessian, this.limits, this.pullOf(node), bounds);
    return worthOf(gradient, hessian, output, this.limits);
  }

  private factorOf(feature: number, depth: number): number {
    return this.directions[feature] === 0 ? 1 : penaltyFactor(this.limits.monotonePenalty ?? 0, depth);
  }

  private writeRules(which: number, node: BoundedNode): void {
    const { cuts, hasMissing } = this.mapper;
    const address = this.rules + which * this.ruleBytes;
    const integers = this.arena.int32(address, cuts.length * 4);
    const numbers = this.arena.float64(address, cuts.length * 2);
    const { extraTrees, extraSeed } = this.limits;
    const random = extraTrees ? new Random(deriveSeed(node.seed, 'thresholds', extraSeed ?? 0)) : undefined;
    for (let feature = 0; feature < cuts.length; feature++) {
      const candidates = cuts[feature].length + hasMissing[feature];
      integers[4 * feature] = this.directions[feature];
      integers[4 * feature + 1] = random && candidates > 0 ? random.int(candidates) : -1;
      numbers[2 * feature + 1] = this.factorOf(feature, node.depth);
    }
  }

  private real(sums: Sums): { gradient: number; hessian: number } {
    return {
      gradient: Number(sums.gradient) / this.scale.gradient,
      hessian: Number(sums.hessian) / this.scale.hessian,
    };
  }
}
