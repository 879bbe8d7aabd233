/** One backtest path: every row tested once, its parts predicted by different splits of a combinatorial cross-validation. */
import { InvalidInputError } from '../core/errors.js';

/** Rows of one part, and which split predicts them in this path. */
export interface PathPart {
  /** Number of the part in time, from 0. */
  readonly part: number;
  /** Number of the split, in the order of `CombinatorialPurgedKFold.split`. */
  readonly split: number;
  /** Row numbers, in time order. */
  readonly rows: Uint32Array;
  /** Place of the first of them among the test rows of that split. */
  readonly offset: number;
}

/** A path from `CombinatorialPurgedKFold.paths`: what its parts predict, put together in the order of time. */
export class BacktestPath {
  constructor(
    /** From 0. */
    readonly index: number,
    readonly rows: number,
    /** In time order; together they hold every row once. */
    readonly parts: readonly PathPart[],
  ) {}

  /**
   * (rows,) this path's value of every row, by row number, from the values that each split has for its test rows (in their order).
   *
   * @throws InvalidInputError - a split whose values are missing or too few
   */
  collect(valuesOfSplits: ArrayLike<ArrayLike<number>>): Float64Array {
    const out = new Float64Array(this.rows);
    for (const { split, rows, offset } of this.parts) {
      const values = valuesOfSplits[split];
      if (values === undefined || values.length < offset + rows.length) {
        throw new InvalidInputError(`BacktestPath.collect: split ${split} has ${values?.length ?? 'no'} values`, {
          hint: 'Pass for every split one value for each of its test rows, in their order.',
          details: { split },
        });
      }
      for (let i = 0; i < rows.length; i++) out[rows[i]] = values[offset + i];
    }
    return out;
  }
}
