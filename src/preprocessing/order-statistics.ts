/** Order statistics of unsorted numbers by selection: linear time, the same result as after sorting. */

/** Moves the k-th smallest value of values[low .. high] to position k, smaller ones before it, larger after it (Hoare, 1961). */
function select(values: Float64Array, k: number, low: number, high: number): void {
  // Each round normally halves the range; when many do not, sorting bounds the worst case.
  for (let rounds = 0; low < high; rounds++) {
    if (high - low < 16 || rounds > 64) {
      values.subarray(low, high + 1).sort();
      return;
    }
    const pivot = medianOfThree(values[low], values[(low + high) >>> 1], values[high]);
    let i = low;
    let j = high;
    while (i <= j) {
      while (values[i] < pivot) i++;
      while (values[j] > pivot) j--;
      if (i <= j) {
        const t = values[i];
        values[i++] = values[j];
        values[j--] = t;
      }
    }
    if (k <= j) high = j;
    else if (k >= i) low = i;
    else return;
  }
}

const medianOfThree = (a: number, b: number, c: number) => Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));

/**
 * Quantiles of `values` (finite, at least one; reordered in place) at ascending `levels` in 0..1, interpolated linearly between neighbours:
 * the 'linear' method of numpy and scikit-learn.
 */
export function quantiles(values: Float64Array, levels: readonly number[]): number[] {
  const last = values.length - 1;
  let done = 0;
  return levels.map((level) => {
    const position = level * last;
    const k = Math.min(Math.floor(position), last);
    select(values, k, done, last);
    done = k;
    const fraction = position - k;
    if (fraction === 0) return values[k];
    let next = values[k + 1];
    for (let i = k + 2; i <= last; i++) if (values[i] < next) next = values[i];
    return interpolate(values[k], next, fraction);
  });
}

/** a + (b - a) t, exact at both ends. */
export const interpolate = (a: number, b: number, t: number): number =>
  t < 0.5 ? a + (b - a) * t : b - (b - a) * (1 - t);
