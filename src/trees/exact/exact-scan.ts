/**
 * Exact greedy split finding (Chen and Guestrin, 2016, algorithms 1 and 3): every gap between two values of a column is a
 * candidate, for all open nodes of a level in one pass over the sorted column, with missing values on either side.
 */
import { FREE, limitedOutput, type OutputBounds, type OutputLimits, soft, worthOf } from '../leaf-output.js';

export interface ExactLimits extends OutputLimits {
  minSumHessianInLeaf: number;
  /** -1, 0 or 1 a column; empty or absent: all free. */
  monotone?: readonly number[];
}

export interface ExactSums {
  gradient: number;
  hessian: number;
  count: number;
}

/** A node as scans see it. */
export interface ExactNode {
  readonly sums: ExactSums;
  readonly bounds: OutputBounds;
}

export interface ExactSplit {
  feature: number;
  /** Values below it go left. */
  condition: number;
  missingLeft: 0 | 1;
  gain: number;
  left: ExactSums;
}

/** What a scan goes over: a column with the node of each row (below 0: none) and gradients as f32 pairs by row. */
export interface ScannedColumn {
  feature: number;
  rows: Uint32Array;
  values: Float32Array;
  /** Whether some row of the table has no value here. */
  hasMissing: boolean;
  nodeOf: Int32Array;
  pairs: Float32Array;
  /** By node, 1: may be split on this column. */
  allowed: Uint8Array;
}

/** XGBoost's own distance of a condition beyond the last value. */
const BEYOND = 1e-6;
const NO_PULL = { rowsPerHessian: 0, towards: 0 };

export class ExactScan {
  constructor(private readonly limits: ExactLimits) {}

  /** What a node outputs as a leaf. */
  outputOf({ gradient, hessian }: ExactSums, bounds: OutputBounds): number {
    return limitedOutput(gradient, hessian, this.limits, NO_PULL, bounds);
  }

  /**
   * Puts into `best` what beats it: without missing values from the largest value down, else up and then down, as XGBoost goes,
   * so that the first of equal candidates is its own.
   */
  scan(column: ScannedColumn, nodes: readonly ExactNode[], best: (ExactSplit | undefined)[]): void {
    if (column.hasMissing) this.pass(column, nodes, best, true);
    this.pass(column, nodes, best, false);
  }

  /** One pass; the rows passed are on one side, all others and the missing ones on the other. */
  private pass(
    { feature, rows, values, nodeOf, pairs, allowed }: ScannedColumn,
    nodes: readonly ExactNode[],
    best: (ExactSplit | undefined)[],
    upwards: boolean,
  ): void {
    const least = this.limits.minSumHessianInLeaf;
    const gradients = new Float64Array(nodes.length);
    const hessians = new Float64Array(nodes.length);
    const counts = new Int32Array(nodes.length);
    const last = new Float64Array(nodes.length);
    const propose = (node: number, condition: number): void => {
      const passed = { gradient: gradients[node], hessian: hessians[node], count: counts[node] };
      const candidate = this.judge(nodes[node], passed, feature, upwards);
      if (candidate && candidate.gain > (best[node]?.gain ?? 0)) best[node] = { ...candidate, condition };
    };
    for (let step = 0; step < rows.length; step++) {
      const p = upwards ? step : rows.length - 1 - step;
      const node = nodeOf[rows[p]];
      if (node < 0 || !allowed[node]) continue;
      const value = values[p];
      const differs = counts[node] > 0 && value !== last[node];
      if (differs && hessians[node] >= least) propose(node, conditionBetween(last[node], value));
      gradients[node] += pairs[2 * rows[p]];
      hessians[node] += pairs[2 * rows[p] + 1];
      counts[node]++;
      last[node] = value;
    }
    for (const [node, { sums }] of nodes.entries()) {
      if (counts[node] === 0 || counts[node] === sums.count || hessians[node] < least) continue;
      const gap = Math.abs(last[node]) + BEYOND;
      propose(node, Math.fround(upwards ? last[node] + gap : last[node] - gap));
    }
  }

  /** The split with `passed` on one side, or undefined if a side has too little or a constraint is broken. */
  private judge(
    { sums, bounds }: ExactNode,
    passed: ExactSums,
    feature: number,
    upwards: boolean,
  ): Omit<ExactSplit, 'condition'> | undefined {
    const others = {
      gradient: sums.gradient - passed.gradient,
      hessian: sums.hessian - passed.hessian,
      count: sums.count - passed.count,
    };
    if (others.hessian < this.limits.minSumHessianInLeaf || others.count === 0) return undefined;
    const [left, right] = upwards ? [passed, others] : [others, passed];
    const { maxDeltaStep, monotone } = this.limits;
    const direction = monotone?.[feature] ?? 0;
    if (!maxDeltaStep && direction === 0 && bounds === FREE) {
      const gain = this.freeWorth(left) + this.freeWorth(right) - this.freeWorth(sums);
      return { feature, missingLeft: upwards ? 0 : 1, gain, left };
    }
    const [low, high] = [this.outputOf(left, bounds), this.outputOf(right, bounds)];
    if (direction !== 0 && direction * (high - low) < 0) return undefined;
    const worth = ({ gradient, hessian }: ExactSums, output: number) => worthOf(gradient, hessian, output, this.limits);
    const gain = worth(left, low) + worth(right, high) - worth(sums, this.outputOf(sums, bounds));
    return { feature, missingLeft: upwards ? 0 : 1, gain, left };
  }

  private freeWorth({ gradient, hessian }: ExactSums): number {
    const weight = hessian + this.limits.lambdaL2;
    const slope = soft(gradient, this.limits.lambdaL1);
    return weight > 0 ? (slope * slope) / weight : 0;
  }
}

/** The middle of two float32 values, or the larger one where there is none: below it goes left. */
function conditionBetween(a: number, b: number): number {
  const [low, high] = a < b ? [a, b] : [b, a];
  const middle = Math.fround(Math.fround(low + high) / 2);
  if (middle > low && middle <= high) return middle;
  const halves = Math.fround(low / 2 + high / 2);
  return halves > low && halves < high ? halves : high;
}
