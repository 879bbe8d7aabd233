/** Small problems for tests of forests: few distinct values a column, so that bins lose nothing. */
import { Matrix } from '../../../src/core/matrix.js';
import { Random } from '../../../src/core/random.js';

export interface ForestProblem {
  X: Matrix;
  /** values[column][row]. */
  values: number[][];
  classes: Float64Array;
  targets: Float64Array;
  weights: Float32Array;
}

export function forestProblem(
  seed: number,
  rows: number,
  cols: number,
  { classes = 3, levels = 12, missing = 0 } = {},
): ForestProblem {
  const random = new Random(seed);
  const values = Array.from({ length: cols }, () =>
    Array.from({ length: rows }, () => (random.float() < missing ? Number.NaN : random.int(levels) ** 2)),
  );
  const at = (j: number, i: number) => (Number.isNaN(values[j][i]) ? 20 : values[j][i]);
  const score = Array.from(
    { length: rows },
    (_, i) => at(0, i) + (at(1 % cols, i) > 30 ? at(2 % cols, i) : -20) + 30 * random.normal(),
  );
  const sorted = [...score].sort((a, b) => a - b);
  const cuts = Array.from({ length: classes - 1 }, (_, k) => sorted[Math.floor(((k + 1) * rows) / classes)]);
  return {
    X: Matrix.from(Array.from({ length: rows }, (_, i) => values.map((column) => column[i]))),
    values,
    classes: Float64Array.from(score, (s) => cuts.filter((cut) => s >= cut).length),
    // Whole numbers from 0 on: sums are exact.
    targets: Float64Array.from(score, (s) => Math.max(0, Math.round(s / 10 + 8))),
    weights: Float32Array.from({ length: rows }, () => 1 + random.int(4)),
  };
}
