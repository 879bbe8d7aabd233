/** Rows as a job is given them, and the part of them that counts. */
import type { RowSource } from '../../trees/binning.js';

/** Rows with labels; typed arrays over shared memory. */
export interface BoostingRows {
  data: Float32Array;
  cols: number;
  y: Float64Array;
  weights?: Float32Array;
  /** (rows * outputs,) row by row. */
  initScore?: Float64Array;
}

export interface WeightedRows {
  source: RowSource;
  y: Float64Array;
  weights?: Float32Array;
  initScore?: Float64Array;
}

/** Rows of weight 0 count as absent: they shape neither bins nor leaves. */
export function weightedRows(rows: BoostingRows): WeightedRows {
  const { data, cols, y, weights, initScore } = rows;
  if (!weights?.includes(0)) return { source: { data, cols, rows: y.length }, y, weights, initScore };
  const list = Uint32Array.from(y.keys()).filter((i) => weights[i] > 0);
  const take = <T extends Float32Array | Float64Array>(from: T, to: T): T => {
    for (let i = 0; i < list.length; i++) to[i] = from[list[i]];
    return to;
  };
  return {
    source: { data, cols, rows: list.length, list },
    y: take(y, new Float64Array(list.length)),
    weights: take(weights, new Float32Array(list.length)),
    initScore: initScore && takeRows(initScore, initScore.length / y.length, list),
  };
}

function takeRows(values: Float64Array, width: number, list: Uint32Array): Float64Array {
  const out = new Float64Array(list.length * width);
  for (const [i, row] of list.entries()) out.set(values.subarray(row * width, (row + 1) * width), i * width);
  return out;
}
