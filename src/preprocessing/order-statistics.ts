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
  const ranks = levels.flatMap((level) => {
    const k = Math.min(Math.floor(level * last), last);
    return [k, Math.min(k + 1, last)];
  });
  const found = orderStatistics(values, ranks);
  return levels.map((level, i) => interpolate(found[2 * i], found[2 * i + 1], level * last - ranks[2 * i]));
}

const BUCKETS = 1024;

/** The values of the given ascending ranks. */
function orderStatistics(values: Float64Array, ranks: readonly number[]): number[] {
  // Even buckets over the range leave few candidates for each rank, unless values crowd together; then selection still finds it.
  const buckets = values.length > 4 * BUCKETS ? bucketed(values, ranks) : undefined;
  if (buckets) return buckets;
  let done = 0;
  return ranks.map((rank) => {
    select(values, rank, done, values.length - 1);
    done = rank;
    return values[rank];
  });
}

function bucketed(values: Float64Array, ranks: readonly number[]): number[] | undefined {
  let low = values[0];
  let high = values[0];
  for (let i = 1; i < values.length; i++) {
    if (values[i] < low) low = values[i];
    else if (values[i] > high) high = values[i];
  }
  // Rounding keeps the order of products, so a value in an earlier bucket is never the larger one.
  const scale = (BUCKETS - 1) / (high - low);
  if (!(scale > 0 && Number.isFinite(scale * (high - low)))) return undefined;
  const ends = new Uint32Array(BUCKETS + 1);
  for (let i = 0; i < values.length; i++) ends[((values[i] - low) * scale) | 0]++;
  for (let b = 1; b <= BUCKETS; b++) ends[b] += ends[b - 1];
  const wanted = new Map<number, Float64Array>();
  const bucketOf = ranks.map((rank) => ends.findIndex((end) => end > rank));
  for (const b of bucketOf) wanted.set(b, new Float64Array(sizeOf(ends, b)));
  gather(values, low, scale, wanted);
  const selected = new Map<number, number>();
  return ranks.map((rank, i) => {
    const candidates = wanted.get(bucketOf[i]) as Float64Array;
    const k = rank - (ends[bucketOf[i]] - candidates.length);
    select(candidates, k, selected.get(bucketOf[i]) ?? 0, candidates.length - 1);
    selected.set(bucketOf[i], k);
    return candidates[k];
  });
}

const sizeOf = (ends: Uint32Array, bucket: number) => ends[bucket] - (bucket === 0 ? 0 : ends[bucket - 1]);

/** Copies the values of the wanted buckets into their arrays. */
function gather(values: Float64Array, low: number, scale: number, wanted: ReadonlyMap<number, Float64Array>): void {
  const place = new Int8Array(BUCKETS + 1).fill(-1);
  const arrays = [...wanted.values()];
  [...wanted.keys()].forEach((bucket, i) => {
    place[bucket] = i;
  });
  const next = new Uint32Array(arrays.length);
  for (let i = 0; i < values.length; i++) {
    const p = place[((values[i] - low) * scale) | 0];
    if (p >= 0) arrays[p][next[p]++] = values[i];
  }
}

/** a + (b - a) t, exact at both ends. */
export const interpolate = (a: number, b: number, t: number): number =>
  t < 0.5 ? a + (b - a) * t : b - (b - a) * (1 - t);
