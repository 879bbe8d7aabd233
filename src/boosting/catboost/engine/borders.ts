/** Where CatBoost puts the borders of a numeric feature. A value is above a border or not; borders are float32. */
import { log } from '../../../core/math.js';
import type { BorderType } from './params.js';
import { RunHeap } from './run-heap.js';

/** Distinct values, ascending, and how often each occurs. */
interface Values {
  values: Float32Array;
  counts: Int32Array;
}

/** Up to `most` ascending borders between distinct `values` that occur `counts` times. */
export function findBorders(type: BorderType, values: Float32Array, counts: Int32Array, most: number): Float64Array {
  if (values.length < 2 || most < 1) return new Float64Array(0);
  const data = { values, counts };
  switch (type) {
    case 'GreedyLogSum':
      return atSplits(
        values,
        greedy(data, most, (n) => log(n + 1e-8)),
      );
    case 'GreedyMinEntropy':
      return atSplits(
        values,
        greedy(data, most, (n) => -n * log(n + 1e-8)),
      );
    case 'MaxLogSum':
      return atSplits(
        values,
        exhaustive(data, most, (n) => log(n + 1e-8)),
      );
    case 'MinEntropy':
      return atSplits(
        values,
        exhaustive(data, most, (n) => -n * log(n + 1e-8)),
      );
    case 'Median':
      return atSplits(values, atQuantiles(data, most));
    case 'Uniform':
      return uniform(values, most);
    case 'UniformAndQuantiles': {
      const half = Math.floor(most / 2);
      const both = [...uniform(values, half), ...atSplits(values, atQuantiles(data, most - half))];
      return Float64Array.from(new Set(both)).sort();
    }
  }
}

/** The border below value number `split`: the middle, or the lower value where float32 has nothing between. */
function borderBelow(values: Float32Array, split: number): number {
  const lower = values[split - 1];
  const upper = values[split];
  if (lower === Number.NEGATIVE_INFINITY) return -3.4028234663852886e38;
  if (upper === Number.POSITIVE_INFINITY) return lower;
  const middle = Math.fround((lower + upper) / 2);
  return middle < upper ? middle : lower;
}

function atSplits(values: Float32Array, splits: number[]): Float64Array {
  return Float64Array.from(
    splits.sort((a, b) => a - b),
    (split) => borderBelow(values, split),
  );
}

/** A run of values, and the split of it that raises the sum of scores most. */
interface Run {
  from: number;
  to: number;
  split: number;
  gain: number;
}

/**
 * Splits the run of largest gain, again and again; of equals as `RunHeap` has them. For these scores the best split of a run is one of
 * the two next to its median.
 */
function greedy(data: Values, most: number, score: (count: number) => number): number[] {
  const below = sumsBelow(data.counts);
  const runOf = (from: number, to: number): Run => {
    // One that cannot be split has its place too.
    let best: Run = { from, to, split: from, gain: Number.NEGATIVE_INFINITY };
    const count = below[to] - below[from];
    const median = valueAt(below, below[from] + Math.floor(count / 2));
    for (const split of [median, median + 1]) {
      if (split <= from || split >= to) continue;
      const gain = score(below[split] - below[from]) + score(below[to] - below[split]) - score(count);
      if (gain > best.gain) best = { from, to, split, gain };
    }
    return best;
  };
  const open = new RunHeap<Run>();
  open.add(runOf(0, data.values.length));
  const splits: number[] = [];
  while (splits.length < most && open.first && open.first.split > open.first.from) {
    const { from, to, split } = open.first;
    splits.push(split);
    open.removeFirst();
    open.add(runOf(from, split));
    open.add(runOf(split, to));
  }
  return splits;
}

/** Values that the exact search is done on, at most: its time grows with their square. */
const MOST_EXACT = 1024;

/** The splits of largest total score, by dynamic programming over the values (thinned to equal counts where there are many). */
function exhaustive(data: Values, most: number, score: (count: number) => number): number[] {
  const all = sumsBelow(data.counts);
  const allowed =
    data.values.length <= MOST_EXACT
      ? Array.from({ length: data.values.length - 1 }, (_, i) => i + 1)
      : [...new Set(atQuantiles(data, MOST_EXACT))];
  const ends = [...allowed, data.values.length];
  const n = ends.length;
  const bins = Math.min(most + 1, n);
  const count = (i: number, j: number) => all[ends[j]] - (i < 0 ? 0 : all[ends[i]]);
  let best = Float64Array.from({ length: n }, (_, j) => score(count(-1, j)));
  const from: Int32Array[] = [];
  for (let b = 1; b < bins; b++) {
    const next = new Float64Array(n).fill(Number.NEGATIVE_INFINITY);
    const back = new Int32Array(n).fill(-1);
    let low = b - 1;
    for (let j = b; j < n; j++) {
      // The best split moves up with the end, for scores of this form.
      for (let i = low; i < j; i++) {
        const total = best[i] + score(count(i, j));
        if (total > next[j]) {
          next[j] = total;
          back[j] = i;
        }
      }
      low = Math.max(low, back[j]);
    }
    from.push(back);
    best = next;
  }
  const splits: number[] = [];
  for (let b = bins - 2, j = n - 1; b >= 0; b--) {
    j = from[b][j];
    splits.push(ends[j]);
  }
  return splits;
}

/** Splits at equal counts. */
function atQuantiles({ values, counts }: Values, most: number): number[] {
  const below = sumsBelow(counts);
  const total = below[values.length];
  const splits = new Set<number>();
  for (let i = 0; i < most; i++) {
    const split = valueAt(below, Math.floor(((i + 1) * total) / (most + 1)));
    if (split > 0) splits.add(split);
  }
  return [...splits];
}

function uniform(values: Float32Array, most: number): Float64Array {
  const low = values[0];
  const high = values[values.length - 1];
  const borders = new Set<number>();
  for (let i = 0; i < most; i++) {
    const border = Math.fround(low + ((i + 1) * (high - low)) / (most + 1));
    if (border >= low && border < high) borders.add(border);
  }
  return Float64Array.from(borders).sort();
}

/** (n + 1,): rows below each value. */
function sumsBelow(counts: Int32Array): Float64Array {
  const below = new Float64Array(counts.length + 1);
  for (let i = 0; i < counts.length; i++) below[i + 1] = below[i] + counts[i];
  return below;
}

/** Number of the value that the row at this position has. */
function valueAt(below: Float64Array, position: number): number {
  let low = 0;
  let high = below.length - 2;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (below[middle] <= position) low = middle;
    else high = middle - 1;
  }
  return low;
}
