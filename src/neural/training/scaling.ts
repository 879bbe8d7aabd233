/** Scaling of channels and targets by training rows. Missing values count nowhere and become the mean. */
import { InvalidInputError } from '../../core/errors.js';
import type { Matrix } from '../../core/matrix.js';
import type { Windows } from '../../core/windows.js';

/** `(value - mean) * factor`, column by column; a missing value becomes `fill`. */
export interface ColumnScaling {
  readonly mean: Float32Array;
  readonly factor: Float32Array;
  readonly fill: Float32Array;
}

/** In how many windows each row of the base lies. */
export function coverage({ ends, length, base }: Windows): Uint32Array {
  const opened = new Int32Array(base.rows + 1);
  for (let i = 0; i < ends.length; i++) {
    opened[ends[i] + 1 - length]++;
    opened[ends[i] + 1]--;
  }
  const counts = new Uint32Array(base.rows);
  for (let row = 0, open = 0; row < base.rows; row++) {
    open += opened[row];
    counts[row] = open;
  }
  return counts;
}

/**
 * Mean 0 and (population) deviation 1 over the known values, each row counted so many times. A constant column is only centred, one without
 * values becomes 0.
 */
export function standardScaling(X: Matrix, times?: Uint32Array): ColumnScaling {
  const { data, cols } = X;
  const counts = new Float64Array(cols);
  const sums = new Float64Array(cols);
  each(X, times, (j, value, count) => {
    counts[j] += count;
    sums[j] += count * value;
  });
  const mean = Float32Array.from(sums, (sum, j) => (counts[j] > 0 ? sum / counts[j] : 0));
  const squares = new Float64Array(cols);
  each(X, times, (j, value, count) => {
    squares[j] += count * (value - mean[j]) ** 2;
  });
  const factor = Float32Array.from(squares, (square, j) => {
    const inverse = Math.fround(1 / Math.sqrt(square / counts[j]));
    return Number.isFinite(inverse) && square > 0 ? inverse : 1;
  });
  if (data.length > 0 && counts.every((count) => count === 0)) {
    throw new InvalidInputError('Every column of X is entirely missing', {
      hint: 'At least one column needs known values.',
    });
  }
  return { mean, factor, fill: new Float32Array(cols) };
}

/** Leaves values as they are; missing ones become the mean. */
export function unscaled({ mean }: ColumnScaling): ColumnScaling {
  return { mean: new Float32Array(mean.length), factor: new Float32Array(mean.length).fill(1), fill: mean };
}

function each(
  { data, rows, cols }: Matrix,
  times: Uint32Array | undefined,
  take: (j: number, value: number, count: number) => void,
): void {
  for (let i = 0, p = 0; i < rows; i++) {
    const count = times ? times[i] : 1;
    if (count === 0) {
      p += cols;
      continue;
    }
    for (let j = 0; j < cols; j++, p++) {
      const value = data[p];
      if (!Number.isNaN(value)) take(j, value, count);
    }
  }
}

/** A scaled copy (float32, each step rounded as the saved graph rounds it); as a new array. */
export function scaled({ data, cols }: Matrix, { mean, factor, fill }: ColumnScaling): Float32Array {
  const out = new Float32Array(data.length);
  for (let start = 0; start < data.length; start += cols) {
    for (let j = 0; j < cols; j++) {
      const value = data[start + j];
      out[start + j] = Number.isNaN(value) ? fill[j] : Math.fround(value - mean[j]) * factor[j];
    }
  }
  return out;
}

/** Weighted mean and deviation of a regression's targets. */
export function targetScaling(y: Float64Array, weights: Float32Array | undefined): { mean: number; deviation: number } {
  let total = 0;
  let sum = 0;
  for (let i = 0; i < y.length; i++) {
    const w = weights ? weights[i] : 1;
    total += w;
    sum += w * y[i];
  }
  const mean = Math.fround(sum / total);
  let squares = 0;
  for (let i = 0; i < y.length; i++) squares += (weights ? weights[i] : 1) * (y[i] - mean) ** 2;
  const deviation = Math.fround(Math.sqrt(squares / total));
  if (!Number.isFinite(mean) || !Number.isFinite(deviation)) {
    throw new InvalidInputError('The labels are too large for float32', {
      hint: 'Scale them, such as by their standard deviation.',
    });
  }
  return { mean, deviation: deviation > 0 ? deviation : 1 };
}
