/** Growing one tree, written out plainly: every split tried on every row, integers for sums, float64 for scores. */
import { deriveSeed, Random } from '../../src/core/random.js';
import type { SplitLimits } from '../../src/trees/split.js';
import { categoricalCandidates } from './categorical-splits.js';

export interface PlainProblem {
  /** bins[feature][row]; a missing value has the bin `valueBins[feature]`. */
  bins: number[][];
  valueBins: number[];
  hasMissing: boolean[];
  /** Features whose bins are categories; default none. */
  categorical?: boolean[];
  /** Quantised gradients and hessians by row, and what a unit is worth. */
  g: number[];
  h: number[];
  scaleG: number;
  scaleH: number;
  rows: number[];
}

export interface PlainOptions extends SplitLimits {
  maxLeaves: number;
  maxDepth: number;
  order: 'leaf' | 'depth';
  seed?: number;
}

export interface PlainSplit {
  feature: number;
  bin: number;
  missingLeft: number;
  /** Categories that go left, ascending. */
  set?: number[];
  gain: number;
  outputs?: [number, number];
}

interface PlainLeaf {
  rows: number[];
  depth: number;
  seed: number;
  path: number[];
  output: number;
  lower: number;
  upper: number;
  split?: PlainSplit;
}

export interface PlainTree {
  /** In the order they were made: the leaf that was split, and how. */
  splits: (PlainSplit & { leaf: number })[];
  /** Leaf i keeps its number on the left; the right side gets the next one. */
  leaves: { rows: number[]; value: number }[];
}

export function growPlainTree(problem: PlainProblem, options: PlainOptions): PlainTree {
  const root = { rows: problem.rows, depth: 0, seed: options.seed ?? 0, path: [], output: 0, ...NO_BOUNDS };
  const leaves: PlainLeaf[] = [root];
  root.output = outputOf(problem, sums(problem, root.rows), root, options);
  leaves[0].split = bestSplit(problem, leaves[0], options);
  const splits: PlainTree['splits'] = [];
  while (leaves.length < options.maxLeaves) {
    const at = nextLeaf(leaves, options.order);
    if (at < 0) break;
    const parent = leaves[at];
    const { rows, depth, split } = parent;
    if (!split?.outputs) break;
    splits.push({ ...split, leaf: at });
    const goesLeft = (row: number): boolean => isLeft(problem, split, row);
    const [outputLeft, outputRight] = split.outputs;
    const child = (rowsOfChild: number[], side: string, output: number): PlainLeaf => {
      const seed = deriveSeed(parent.seed, side);
      return { ...parent, rows: rowsOfChild, depth: depth + 1, seed, output, path: [...parent.path, split.feature] };
    };
    const left = child(rows.filter(goesLeft), 'left', outputLeft);
    const right = child(
      rows.filter((row) => !goesLeft(row)),
      'right',
      outputRight,
    );
    const direction = options.monotone?.[split.feature] ?? 0;
    if (direction > 0) left.upper = right.lower = (outputLeft + outputRight) / 2;
    if (direction < 0) left.lower = right.upper = (outputLeft + outputRight) / 2;
    leaves[at] = left;
    leaves.push(right);
    for (const leaf of [left, right]) leaf.split = bestSplit(problem, leaf, options);
  }
  return { splits, leaves: leaves.map(({ rows, output }) => ({ rows, value: output })) };
}

function nextLeaf(leaves: PlainLeaf[], order: 'leaf' | 'depth'): number {
  let best = -1;
  for (const [i, leaf] of leaves.entries()) {
    if (!leaf.split) continue;
    const than = leaves[best];
    const sooner = !than?.split || (order === 'leaf' ? leaf.split.gain > than.split.gain : leaf.depth < than.depth);
    if (sooner) best = i;
  }
  return best;
}

function isLeft(problem: PlainProblem, split: PlainSplit, row: number): boolean {
  const bin = problem.bins[split.feature][row];
  if (split.set) return split.set.includes(bin);
  return bin === problem.valueBins[split.feature] ? split.missingLeft === 1 : bin <= split.bin;
}

function bestSplit(problem: PlainProblem, leaf: PlainLeaf, options: PlainOptions): PlainSplit | undefined {
  const { rows } = leaf;
  if (options.maxDepth > 0 && leaf.depth >= options.maxDepth) return undefined;
  if (rows.length < Math.max(2, 2 * options.minDataInLeaf)) return undefined;
  const total = sums(problem, rows);
  if (total.h === 0 || total.h / problem.scaleH < 2 * options.minSumHessianInLeaf) return undefined;
  const least = Math.max(
    1,
    (Math.max(0, options.minDataInLeaf - 0.5) * total.h) / rows.length,
    options.minSumHessianInLeaf * problem.scaleH,
  );
  let best: PlainSplit | undefined;
  const thresholds = new Random(deriveSeed(leaf.seed, 'thresholds', options.extraSeed ?? 0));
  for (const [feature, bins] of problem.valueBins.entries()) {
    const candidates = bins - 1 + (problem.hasMissing[feature] ? 1 : 0);
    const only = options.extraTrees && candidates > 0 ? thresholds.int(candidates) : undefined;
    if (!mayMeet(feature, leaf.path, options)) continue;
    if (problem.categorical?.[feature]) {
      const set = bestSet(problem, leaf, feature, options);
      if (set && set.gain > Math.max(options.minGainToSplit, best?.gain ?? 0)) best = set;
      continue;
    }
    for (let bin = 0; bin < bins; bin++) {
      if (only !== undefined && bin !== only) continue;
      for (const missingLeft of problem.hasMissing[feature] ? [0, 1] : [0]) {
        const split = { feature, bin, missingLeft, gain: 0 };
        const left = sums(
          problem,
          rows.filter((row) => isLeft(problem, split, row)),
        );
        const right = { g: total.g - left.g, h: total.h - left.h };
        if (left.h < least || right.h < least) continue;
        const outputs: [number, number] = [
          outputOf(problem, left, leaf, options),
          outputOf(problem, right, leaf, options),
        ];
        const direction = options.monotone?.[feature] ?? 0;
        if ((outputs[1] - outputs[0]) * direction < 0) continue;
        const worth = worthOf(problem, left, outputs[0], options) + worthOf(problem, right, outputs[1], options);
        const surplus =
          (worth - worthWhole(problem, total, leaf, options) - options.minGainToSplit) *
          penalty(leaf, direction, options);
        const gain = surplus + options.minGainToSplit;
        if (surplus > 0 && gain > (best?.gain ?? 0)) best = { ...split, gain, outputs };
      }
    }
  }
  return best;
}

/** The best set of categories to go left; outputs below it have more L2. */
function bestSet(
  problem: PlainProblem,
  leaf: PlainLeaf,
  feature: number,
  options: PlainOptions,
): PlainSplit | undefined {
  const { categorical } = options;
  if (!categorical) return undefined;
  const { rows } = leaf;
  const total = sums(problem, rows);
  const within = (set: number[]) => rows.filter((row) => set.includes(problem.bins[feature][row]));
  const categories = Array.from({ length: problem.valueBins[feature] }, (_, bin) => ({
    bin,
    ...sums(problem, within([bin])),
  }));
  const node = { rows: rows.length, ...total, unit: 1 / problem.scaleH };
  let best: PlainSplit | undefined;
  for (const { bins, extraL2 } of categoricalCandidates(node, categories, options, categorical)) {
    const left = sums(problem, within(bins));
    const right = { g: total.g - left.g, h: total.h - left.h };
    const penalised = { ...options, lambdaL2: options.lambdaL2 + extraL2 };
    const outputs: [number, number] = [
      outputOf(problem, left, leaf, penalised),
      outputOf(problem, right, leaf, penalised),
    ];
    const worth = worthOf(problem, left, outputs[0], penalised) + worthOf(problem, right, outputs[1], penalised);
    const gain = worth - worthWhole(problem, total, leaf, options);
    const set = bins.toSorted((a, b) => a - b);
    if (!best || gain > best.gain) best = { feature, bin: 0, missingLeft: 0, set, gain, outputs };
  }
  return best;
}

function mayMeet(feature: number, path: readonly number[], { interactions }: PlainOptions): boolean {
  if (!interactions?.length) return true;
  return interactions.some((set) => [...path, feature].every((used) => set.includes(used)));
}

function penalty(leaf: PlainLeaf, direction: number, { monotonePenalty = 0 }: PlainOptions): number {
  if (direction === 0 || monotonePenalty === 0) return 1;
  if (monotonePenalty >= leaf.depth + 1) return 1e-15;
  if (monotonePenalty <= 1) return 1 - monotonePenalty / 2 ** leaf.depth;
  return 1 - 2 ** (monotonePenalty - 1 - leaf.depth);
}

function sums(problem: PlainProblem, rows: readonly number[]): { g: number; h: number } {
  let g = 0;
  let h = 0;
  for (const row of rows) {
    g += problem.g[row];
    h += problem.h[row];
  }
  return { g, h };
}

function shrunk(g: number, lambdaL1: number): number {
  return Math.sign(g) * Math.max(0, Math.abs(g) - lambdaL1);
}

type PlainSums = ReturnType<typeof sums>;

const NO_BOUNDS = { lower: Number.NEGATIVE_INFINITY, upper: Number.POSITIVE_INFINITY };

/** What a leaf with these sums would output under `parent` (its own output serves a node that stays whole). */
function outputOf(problem: PlainProblem, { g, h }: PlainSums, parent: PlainLeaf, options: PlainOptions): number {
  const weight = h / problem.scaleH + options.lambdaL2;
  let output = weight > 0 ? -shrunk(g / problem.scaleG, options.lambdaL1) / weight : 0;
  const cap = options.maxDeltaStep || Number.POSITIVE_INFINITY;
  output = Math.max(-cap, Math.min(cap, output));
  if (options.pathSmooth) {
    const rows = (parent.rows.length * h) / sums(problem, parent.rows).h;
    const share = rows / (rows + options.pathSmooth);
    output = share * output + (1 - share) * parent.output;
  }
  return Math.max(parent.lower, Math.min(parent.upper, output));
}

function worthOf(problem: PlainProblem, { g, h }: PlainSums, output: number, options: PlainOptions): number {
  const gradient = shrunk(g / problem.scaleG, options.lambdaL1);
  return -2 * (gradient * output + ((h / problem.scaleH + options.lambdaL2) * output ** 2) / 2);
}

function worthWhole(problem: PlainProblem, total: PlainSums, leaf: PlainLeaf, options: PlainOptions): number {
  const judged = options.gainWithinBounds ? leaf : { ...leaf, ...NO_BOUNDS };
  return worthOf(problem, total, outputOf(problem, total, judged, options), options);
}
