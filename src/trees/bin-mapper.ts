/** Where a column is cut into bins: greedy equal-frequency cuts, with a bin of its own for every value that is frequent enough. */

import { justBelow } from '../core/float32.js';

/** Most bins a column may have, not counting the one for missing values. */
export const MOST_BINS = 255;

export interface BinOptions {
  /** Bins a column, at most 255; missing values have one more. */
  maxBin: number;
  /** Least number of sampled rows in a bin. */
  minDataInBin: number;
  /** Cuts lie right below the upper of two values and not halfway: what falls between them is then above, as in XGBoost. */
  cutBelowValues?: boolean;
  /** Columns of X that hold categories. */
  categorical?: { readonly columns: readonly number[]; readonly byCategory?: boolean };
}

/** Cuts of the columns worth looking at; what trees need to turn a bin back into a threshold. */
export interface BinMapper {
  /** Columns of X that vary: numbers, ascending, then categories, ascending. The position in this list is the feature's number in the tree core. */
  readonly columns: Int32Array;
  /**
   * Per feature: ascending cuts, one fewer than bins. Bin b holds the values in (cuts[b-1], cuts[b]]. Those of a categorical
   * feature lie between its bin numbers.
   */
  readonly cuts: readonly Float64Array[];
  /** Per feature: 1 if some value is missing. The missing bin's number is the number of the other bins. */
  readonly hasMissing: Uint8Array;
  /** Per feature: the category of each bin, if it is categorical. Categories without a bin share the missing values'. */
  readonly categories?: readonly (Int32Array | undefined)[];
}

/** Number of bins of a feature without the one for missing values, which is also that one's number. */
export function valueBins(mapper: BinMapper, feature: number): number {
  return mapper.cuts[feature].length + 1;
}

/** The first feature that holds categories, which all later ones do too; the number of features if none does. */
export function firstCategorical({ columns, categories }: BinMapper): number {
  const first = categories?.findIndex((own) => own !== undefined) ?? -1;
  return first < 0 ? columns.length : first;
}

/** Cuts between the numbers of `bins` bins. */
export function cutsOfBins(bins: number): Float64Array {
  return Float64Array.from({ length: Math.max(0, bins - 1) }, (_, i) => i + 0.5);
}

/** Threshold of a split after `bin`: values at or below it are in bins 0..bin. */
export function thresholdOf(mapper: BinMapper, feature: number, bin: number): number {
  const cuts = mapper.cuts[feature];
  return bin < cuts.length ? cuts[bin] : Number.MAX_VALUE;
}

/**
 * Cuts between ascending distinct `values` that occur `counts` times. Up to `maxBin` bins of about equal counts; a value as frequent
 * as an average bin gets its own. Cuts are midpoints in float64, so that float32 values fall on the same side in training and in
 * prediction, unless they are to lie `cutBelowValues`.
 */
export function cutPoints(values: Float32Array, counts: Int32Array, options: BinOptions): Float64Array {
  const ends =
    values.length <= options.maxBin
      ? endsOfFewValues(counts, options.minDataInBin)
      : endsOfManyValues(counts, options.maxBin, options.minDataInBin);
  const cuts = new Float64Array(ends.length);
  const cut = options.cutBelowValues ? (_below: number, above: number) => justBelow(above) : between;
  for (let i = 0; i < cuts.length; i++) cuts[i] = cut(values[ends[i]], values[ends[i] + 1]);
  return cuts;
}

/** The middle of two float32 values; next to an infinite one, a cut that only it is beyond. */
function between(below: number, above: number): number {
  if (above === Number.POSITIVE_INFINITY) return Number.MAX_VALUE;
  return below === Number.NEGATIVE_INFINITY ? -Number.MAX_VALUE : (below + above) / 2;
}

/** Indices of the last value of each bin but the final one: one value a bin, small ones together. */
function endsOfFewValues(counts: Int32Array, minDataInBin: number): number[] {
  const ends: number[] = [];
  let inBin = 0;
  for (let i = 0; i < counts.length - 1; i++) {
    inBin += counts[i];
    if (inBin >= minDataInBin) {
      ends.push(i);
      inBin = 0;
    }
  }
  return ends;
}

function endsOfManyValues(counts: Int32Array, maxBin: number, minDataInBin: number): number[] {
  let total = 0;
  for (let i = 0; i < counts.length; i++) total += counts[i];
  const most = Math.max(1, Math.min(maxBin, Math.floor(total / Math.max(1, minDataInBin))));
  const frequent = total / most;
  // What is left for the bins of infrequent values.
  let bins = most;
  let rows = total;
  for (let i = 0; i < counts.length; i++) {
    if (counts[i] < frequent) continue;
    bins--;
    rows -= counts[i];
  }
  let target = rows / Math.max(1, bins);
  const ends: number[] = [];
  let inBin = 0;
  for (let i = 0; i < counts.length - 1 && ends.length < most - 1; i++) {
    const own = counts[i] >= frequent;
    if (!own) rows -= counts[i];
    inBin += counts[i];
    const full = own || inBin >= target;
    if (!full && !(counts[i + 1] >= frequent && inBin >= Math.max(1, target / 2))) continue;
    ends.push(i);
    inBin = 0;
    if (own) continue;
    bins--;
    target = rows / Math.max(1, bins);
  }
  return ends;
}
