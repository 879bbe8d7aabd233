/** The `feature_infos` of a model file: smallest and largest training value of each feature, or its categories. */
import type { Matrix } from '../../core/matrix.js';
import { Turns } from '../../core/turns.js';
import { writeNumber } from './text-values.js';

const VALUES_PER_STEP = 500_000;

/**
 * `[min:max]` a feature; of those in `categorical`, -1 (missing) and the categories, the most frequent first; `none` for one without
 * two different values, as LightGBM has it. Yields to the event loop.
 */
export async function featureRanges(X: Matrix, categorical: readonly number[] = []): Promise<string[]> {
  const { rows, cols } = X;
  const low = new Float64Array(cols).fill(Number.POSITIVE_INFINITY);
  const high = new Float64Array(cols).fill(Number.NEGATIVE_INFINITY);
  const step = Math.max(1, Math.floor(VALUES_PER_STEP / cols));
  const turns = new Turns();
  const rowsOf = new Map(categorical.map((column) => [column, new CategoryCounts()]));
  for (let from = 0; from < rows; from += step) {
    await turns.pause();
    const to = Math.min(rows, from + step);
    widen(X, from, to, low, high);
    for (const [column, counts] of rowsOf) counts.add(X, column, from, to);
  }
  return Array.from(low, (min, j) => {
    if (!(min < high[j])) return 'none';
    const counts = rowsOf.get(j);
    return counts ? counts.toString() : `[${writeNumber(min)}:${writeNumber(high[j])}]`;
  });
}

/** Codes below it are counted in an array. */
const NEAR = 2 ** 16;

/** How many rows have each category. */
class CategoryCounts {
  private readonly near = new Uint32Array(NEAR);
  private readonly far = new Map<number, number>();

  add({ data, cols }: Matrix, column: number, from: number, to: number): void {
    const { near, far } = this;
    for (let i = from, p = from * cols + column; i < to; i++, p += cols) {
      const value = data[p];
      // -0.5 is cut to 0.
      if (!(value > -1)) continue;
      if (value < NEAR) near[Math.trunc(value)]++;
      else far.set(Math.trunc(value), (far.get(Math.trunc(value)) ?? 0) + 1);
    }
  }

  /** -1, then the categories, the most frequent first. */
  toString(): string {
    const counts = [...this.far];
    for (let category = 0; category < NEAR; category++) {
      if (this.near[category] > 0) counts.push([category, this.near[category]]);
    }
    return [-1, ...counts.sort((a, b) => b[1] - a[1] || a[0] - b[0]).map(([category]) => category)].join(':');
  }
}

/** Rows whose columns are read one after the other: they stay in the nearest cache. */
const BLOCK_VALUES = 8192;

function widen({ data, cols }: Matrix, from: number, to: number, low: Float64Array, high: Float64Array): void {
  const rows = Math.max(1, Math.floor(BLOCK_VALUES / cols));
  for (let start = from; start < to; start += rows) {
    const end = Math.min(to, start + rows) * cols;
    for (let j = 0; j < cols; j++) {
      let [least, most] = [low[j], high[j]];
      for (let p = start * cols + j; p < end; p += cols) {
        // NaN is neither below nor above.
        const value = data[p];
        if (value < least) least = value;
        if (value > most) most = value;
      }
      low[j] = least;
      high[j] = most;
    }
  }
}
