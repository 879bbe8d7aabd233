/** Growing one tree, written out plainly: every split tried on every row, integers for sums, float64 for scores. */
import type { SplitLimits } from '../../src/trees/split.js';

export interface PlainProblem {
  /** bins[feature][row]; a missing value has the bin `valueBins[feature]`. */
  bins: number[][];
  valueBins: number[];
  hasMissing: boolean[];
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
}

export interface PlainSplit {
  feature: number;
  bin: number;
  missingLeft: number;
  gain: number;
}

interface PlainLeaf {
  rows: number[];
  depth: number;
  split?: PlainSplit;
}

export interface PlainTree {
  /** In the order they were made: the leaf that was split, and how. */
  splits: (PlainSplit & { leaf: number })[];
  /** Leaf i keeps its number on the left; the right side gets the next one. */
  leaves: { rows: number[]; value: number }[];
}

export function growPlainTree(problem: PlainProblem, options: PlainOptions): PlainTree {
  const leaves: PlainLeaf[] = [{ rows: problem.rows, depth: 0 }];
  leaves[0].split = bestSplit(problem, leaves[0], options);
  const splits: PlainTree['splits'] = [];
  while (leaves.length < options.maxLeaves) {
    const at = nextLeaf(leaves, options.order);
    if (at < 0) break;
    const { rows, depth, split } = leaves[at];
    if (!split) break;
    splits.push({ ...split, leaf: at });
    const goesLeft = (row: number): boolean => isLeft(problem, split, row);
    const left: PlainLeaf = { rows: rows.filter(goesLeft), depth: depth + 1 };
    const right: PlainLeaf = { rows: rows.filter((row) => !goesLeft(row)), depth: depth + 1 };
    leaves[at] = left;
    leaves.push(right);
    for (const leaf of [left, right]) leaf.split = bestSplit(problem, leaf, options);
  }
  return { splits, leaves: leaves.map(({ rows }) => ({ rows, value: output(problem, rows, options) })) };
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
  let bestScore = 0;
  for (const [feature, bins] of problem.valueBins.entries()) {
    for (let bin = 0; bin < bins; bin++) {
      for (const missingLeft of problem.hasMissing[feature] ? [0, 1] : [0]) {
        const candidate = { feature, bin, missingLeft, gain: 0 };
        const left = sums(
          problem,
          rows.filter((row) => isLeft(problem, candidate, row)),
        );
        const right = { g: total.g - left.g, h: total.h - left.h };
        if (left.h < least || right.h < least) continue;
        const score = scoreOf(problem, left, options) + scoreOf(problem, right, options);
        if (score <= bestScore) continue;
        bestScore = score;
        best = { ...candidate, gain: score - scoreOf(problem, total, options) };
      }
    }
  }
  return best && best.gain > options.minGainToSplit ? best : undefined;
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

function scoreOf(problem: PlainProblem, { g, h }: { g: number; h: number }, options: PlainOptions): number {
  return shrunk(g / problem.scaleG, options.lambdaL1) ** 2 / (h / problem.scaleH + options.lambdaL2);
}

function output(problem: PlainProblem, rows: number[], options: PlainOptions): number {
  const { g, h } = sums(problem, rows);
  const weight = h / problem.scaleH + options.lambdaL2;
  return weight > 0 ? -shrunk(g / problem.scaleG, options.lambdaL1) / weight : 0;
}
