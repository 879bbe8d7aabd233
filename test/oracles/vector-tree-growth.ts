/** Growing one tree with a vector in each leaf, written out plainly: gains in float64, summed over the outputs. */

export interface PlainVectorProblem {
  /** bins[feature][row]; a missing value has the bin `valueBins[feature]`. */
  bins: number[][];
  valueBins: number[];
  hasMissing: boolean[];
  /** [output][row]. */
  g: number[][];
  h: number[][];
  rows: number[];
  lambda: number;
  /** Of the mean over the outputs. */
  minSumHessian: number;
  cap: number;
  maxLeaves: number;
}

interface PlainVectorSplit {
  feature: number;
  bin: number;
  missingLeft: number;
  gain: number;
}

interface PlainVectorLeaf {
  rows: number[];
  split?: PlainVectorSplit;
}

export function growPlainVectorTree(problem: PlainVectorProblem) {
  const leafOf = (rows: number[]): PlainVectorLeaf => ({ rows, split: bestSplit(problem, rows) });
  const leaves = [leafOf(problem.rows)];
  const splits: PlainVectorSplit[] = [];
  while (leaves.length < problem.maxLeaves) {
    const gains = leaves.map(({ split }) => split?.gain ?? 0);
    const at = gains.indexOf(Math.max(...gains));
    const { rows, split } = leaves[at];
    if (!split) break;
    splits.push(split);
    leaves[at] = leafOf(rows.filter((row) => isLeft(problem, split, row)));
    leaves.push(leafOf(rows.filter((row) => !isLeft(problem, split, row))));
  }
  return { splits, leaves: leaves.map(({ rows }) => ({ rows, values: outputs(problem, rows) })) };
}

function isLeft(problem: PlainVectorProblem, { feature, bin, missingLeft }: PlainVectorSplit, row: number): boolean {
  const value = problem.bins[feature][row];
  return value === problem.valueBins[feature] ? missingLeft === 1 : value <= bin;
}

function bestSplit(problem: PlainVectorProblem, rows: number[]): PlainVectorSplit | undefined {
  let best: PlainVectorSplit | undefined;
  for (const [feature, bins] of problem.valueBins.entries()) {
    for (const missingLeft of problem.hasMissing[feature] ? [0, 1] : [0]) {
      for (let bin = 0; bin < bins; bin++) {
        const split = { feature, bin, missingLeft, gain: 0 };
        const sides = [true, false].map((side) => rows.filter((row) => isLeft(problem, split, row) === side));
        const heavy = sides.every((side) => side.length > 0 && meanHessian(problem, side) >= problem.minSumHessian);
        if (!heavy) continue;
        const gain = worth(problem, sides[0]) + worth(problem, sides[1]) - worth(problem, rows);
        if (gain > (best?.gain ?? 0) + 1e-9) best = { ...split, gain };
      }
    }
  }
  return best;
}

const sum = (values: number[], rows: number[]): number => rows.reduce((total, row) => total + values[row], 0);

function meanHessian({ h }: PlainVectorProblem, rows: number[]): number {
  return h.reduce((total, values) => total + sum(values, rows), 0) / h.length;
}

function outputs({ g, h, lambda, cap }: PlainVectorProblem, rows: number[]): number[] {
  return g.map((values, k) => Math.max(-cap, Math.min(cap, -sum(values, rows) / (sum(h[k], rows) + lambda))));
}

function worth(problem: PlainVectorProblem, rows: number[]): number {
  const { g, h, lambda } = problem;
  return outputs(problem, rows).reduce(
    (total, w, k) => total - 2 * w * sum(g[k], rows) - (sum(h[k], rows) + lambda) * w * w,
    0,
  );
}
