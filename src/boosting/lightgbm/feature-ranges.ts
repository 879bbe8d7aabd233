/** The `feature_infos` of a model file: smallest and largest training value of each feature. */
import type { Matrix } from '../../core/matrix.js';
import { Turns } from '../../core/turns.js';
import { writeNumber } from './text-values.js';

const VALUES_PER_STEP = 500_000;

/** `[min:max]` a feature; `none` for one without two different values, as LightGBM has it. Yields to the event loop. */
export async function featureRanges(X: Matrix): Promise<string[]> {
  const { rows, cols } = X;
  const low = new Float64Array(cols).fill(Number.POSITIVE_INFINITY);
  const high = new Float64Array(cols).fill(Number.NEGATIVE_INFINITY);
  const step = Math.max(1, Math.floor(VALUES_PER_STEP / cols));
  const turns = new Turns();
  for (let from = 0; from < rows; from += step) {
    await turns.pause();
    widen(X, from, Math.min(rows, from + step), low, high);
  }
  return Array.from(low, (min, j) => (min < high[j] ? `[${writeNumber(min)}:${writeNumber(high[j])}]` : 'none'));
}

function widen(X: Matrix, from: number, to: number, low: Float64Array, high: Float64Array): void {
  const { data, cols } = X;
  for (let i = from, p = from * cols; i < to; i++) {
    for (let j = 0; j < cols; j++, p++) {
      // NaN is neither below nor above.
      const value = data[p];
      if (value < low[j]) low[j] = value;
      if (value > high[j]) high[j] = value;
    }
  }
}
