/** Sample weights: by uniqueness of overlapping labels, by age, by class frequency; and how to put them together. */
import { InvalidInputError } from '../core/errors.js';
import { exp } from '../core/math.js';

/**
 * Average uniqueness (M. López de Prado, Advances in Financial Machine Learning, 2018, chapter 4.4): the mean of 1 / concurrency over the
 * bars of a label's span [time, labelEnd], where concurrency counts the labels whose span covers the bar. Bars are the distinct times and
 * label ends. O(n log n). Rows whose labelEnd is NaN (no label) get weight 0 and count for nothing. With `groups`, only labels of
 * one group overlap.
 */
export function uniquenessWeights(
  times: ArrayLike<number>,
  labelEnds: ArrayLike<number>,
  options: { groups?: ArrayLike<string | number> } = {},
): Float64Array {
  const { groups } = options;
  sameLength('labelEnds', labelEnds, times.length);
  if (groups) sameLength('groups', groups, times.length);
  const members = new Map<string | number, number[]>();
  for (let i = 0; i < times.length; i++) {
    if (Number.isNaN(labelEnds[i])) continue;
    if (!(labelEnds[i] >= times[i]) || !Number.isFinite(times[i]) || !Number.isFinite(labelEnds[i])) {
      throw new InvalidInputError(`Row ${i}: the label span from ${times[i]} to ${labelEnds[i]} is not one`, {
        hint: 'labelEnds are finite and not before times; NaN for rows without a label.',
        details: { row: i, time: times[i], labelEnd: labelEnds[i] },
      });
    }
    const key = groups ? groups[i] : 0;
    const rows = members.get(key);
    if (rows) rows.push(i);
    else members.set(key, [i]);
  }
  const out = new Float64Array(times.length);
  for (const rows of members.values()) averageUniqueness(times, labelEnds, rows, out);
  return out;
}

function averageUniqueness(
  starts: ArrayLike<number>,
  ends: ArrayLike<number>,
  rows: number[],
  out: Float64Array,
): void {
  const bars = distinctSorted(rows, starts, ends);
  const first = rows.map((row) => lowerBound(bars, starts[row]));
  const last = rows.map((row) => lowerBound(bars, ends[row]));
  const change = new Int32Array(bars.length + 1);
  for (let i = 0; i < rows.length; i++) {
    change[first[i]]++;
    change[last[i] + 1]--;
  }
  // before[b]: sum of 1 / concurrency over the bars before b.
  const before = new Float64Array(bars.length + 1);
  for (let b = 0, open = 0; b < bars.length; b++) {
    open += change[b];
    before[b + 1] = before[b] + (open > 0 ? 1 / open : 0);
  }
  for (let i = 0; i < rows.length; i++) {
    out[rows[i]] = (before[last[i] + 1] - before[first[i]]) / (last[i] - first[i] + 1);
  }
}

function distinctSorted(rows: number[], a: ArrayLike<number>, b: ArrayLike<number>): Float64Array {
  const all = new Float64Array(rows.length * 2);
  rows.forEach((row, i) => {
    all[2 * i] = a[row];
    all[2 * i + 1] = b[row];
  });
  all.sort();
  let count = 0;
  for (let i = 0; i < all.length; i++) if (i === 0 || all[i] !== all[count - 1]) all[count++] = all[i];
  return all.slice(0, count);
}

/** First index whose value is not below `value`. */
function lowerBound(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** 2^(-age / halfLife): 1 for the newest row, 0.5 for one `halfLife` older. `times` and `halfLife` in the same unit (ms). */
export function timeDecayWeights(times: ArrayLike<number>, options: { halfLife: number }): Float64Array {
  const { halfLife } = options;
  if (!(halfLife > 0)) {
    throw new InvalidInputError(`halfLife must be positive, got ${halfLife}`, {
      hint: 'In milliseconds: 90 days are 90 * 86400000.',
    });
  }
  let newest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < times.length; i++) {
    if (!Number.isFinite(times[i])) {
      throw new InvalidInputError(`times, row ${i}: ${times[i]} is not a time`, {
        hint: 'Drop rows without a time.',
        details: { row: i },
      });
    }
    newest = Math.max(newest, times[i]);
  }
  return Float64Array.from(times, (time) => exp((-Math.LN2 * (newest - time)) / halfLife));
}

/**
 * Total weight / (classes * weight of the row's class): every class weighs the same in sum, the mean weight is 1.
 * `weights` are the rows' weights so far (default 1 each).
 */
export function classBalanceWeights(y: ArrayLike<number>, weights?: ArrayLike<number>): Float64Array {
  if (weights) sameLength('weights', weights, y.length);
  const ofClass = new Map<number, number>();
  let total = 0;
  for (let i = 0; i < y.length; i++) {
    if (!Number.isFinite(y[i])) {
      throw new InvalidInputError(`Label of row ${i} is ${y[i]}`, {
        hint: 'Drop rows without a label first.',
        details: { row: i },
      });
    }
    const weight = weights ? weights[i] : 1;
    checkWeight('weights', weight, i);
    total += weight;
    ofClass.set(y[i], (ofClass.get(y[i]) ?? 0) + weight);
  }
  return Float64Array.from(y, (label) => {
    const own = ofClass.get(label) ?? 0;
    // A class without weight has no say whatever its factor.
    return own > 0 ? total / (ofClass.size * own) : 0;
  });
}

/** Product of weights, row by row, scaled to mean 1. */
export function combineWeights(...weights: ArrayLike<number>[]): Float64Array {
  if (weights.length === 0)
    throw new InvalidInputError('combineWeights needs at least one array of weights', { hint: 'Pass one or more.' });
  const product = new Float64Array(weights[0].length).fill(1);
  weights.forEach((factor, k) => {
    sameLength(`weights ${k}`, factor, product.length);
    for (let i = 0; i < product.length; i++) {
      checkWeight(`weights ${k}`, factor[i], i);
      product[i] *= factor[i];
    }
  });
  return normalizeWeights(product);
}

/** Scaled to mean 1. Throws `InvalidInputError` for negative, infinite or missing weights, and when all are 0. */
export function normalizeWeights(weights: ArrayLike<number>): Float64Array {
  let sum = 0;
  for (let i = 0; i < weights.length; i++) {
    checkWeight('weights', weights[i], i);
    sum += weights[i];
  }
  if (!(sum > 0)) {
    throw new InvalidInputError(weights.length === 0 ? 'There are no weights' : 'All weights are 0', {
      hint: 'At least one row must count.',
    });
  }
  const scale = weights.length / sum;
  return Float64Array.from(weights, (weight) => weight * scale);
}

function checkWeight(name: string, weight: number, row: number): void {
  if (weight >= 0 && weight < Number.POSITIVE_INFINITY) return;
  throw new InvalidInputError(`${name}, row ${row}: ${weight} cannot be a weight`, {
    hint: 'Weights are finite and at least 0.',
    details: { row, weight },
  });
}

function sameLength(name: string, values: ArrayLike<unknown>, rows: number): void {
  if (values?.length === rows) return;
  throw new InvalidInputError(`${name} has ${values?.length} values for ${rows} rows`, {
    hint: 'Pass one value a row.',
  });
}
