/** Bins of categorical columns: the most frequent categories have one each, all others share one with the missing values. */
import { InvalidInputError } from '../core/errors.js';

/** How the splits of categorical columns are found. */
export interface CategoricalLimits {
  /** Columns of fewer categories are split one category against the rest. */
  maxOneHot: number;
  /** Otherwise many against many, sorted by gradient / (hessian + smooth) (Fisher, 1958). */
  smooth: number;
  /** Added to lambdaL2 in many-against-many splits, and in the values of the leaves they make. */
  l2: number;
  /** Most categories on the side that is gathered from one end of the order. */
  maxThreshold: number;
  /** Fewest rows of a step of the sorted scan. */
  minDataPerGroup: number;
  /** Fewest rows of a category in the node for it to be sorted; others stay with the rest. Default: `smooth`, as in LightGBM. */
  minDataPerCategory?: number;
  /** Categories of less hessian in the node are sorted as if their gradients were 0 (XGBoost: its least hessian of a leaf), those without rows too. Default 0. */
  minHessianToRank?: number;
  /** Gather up to all categories from each end, not half of them: with missing values, the other half differs (XGBoost). */
  wholeScan?: boolean;
  /** Give every code up to the largest a bin, in ascending order, whether it occurs or not: each counts as a category (XGBoost). */
  byCategory?: boolean;
}

/** Codes from here on have no neighbours in float32, the type of X. */
export const MOST_CATEGORY = 2 ** 24;
/** Share of the rows whose categories get a bin of their own even when there are more than `maxBin`. */
const KEPT_SHARE = 0.99;

/**
 * Categories that get a bin, the most frequent first and equal ones by number: up to `maxBin` and then until 99% of the rows have
 * one, without those of fewer than `minDataInBin` rows, and never more than `most`; with `byCategory` every code up to the largest, in
 * ascending order, if there is room. Categories and counts are given by ascending
 * value; values are cut to whole numbers, negative ones count as missing. `known` rows have a category with a bin.
 *
 * @throws InvalidInputError - a category of 2^24 or more
 */
export function frequentCategories(
  values: Float32Array,
  counts: Int32Array,
  options: { maxBin: number; minDataInBin: number; most: number; byCategory?: boolean },
): { categories: Int32Array; known: number } {
  const rows = countRows(values, counts);
  let total = 0;
  for (const count of rows.values()) total += count;
  const order = [...rows].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
  const largest = order.reduce((most, [category]) => Math.max(most, category), -1);
  if (options.byCategory && largest < options.most) {
    return { categories: Int32Array.from({ length: largest + 1 }, (_, category) => category), known: total };
  }
  const enough = Math.round(total * KEPT_SHARE);
  const kept: number[] = [];
  let used = 0;
  for (const [category, count] of order) {
    const wanted = used < enough || kept.length + 1 < options.maxBin;
    if (kept.length >= options.most || !wanted || (count < options.minDataInBin && kept.length > 1)) break;
    kept.push(category);
    used += count;
  }
  return { categories: Int32Array.from(kept), known: used };
}

/** Rows of each category, by ascending category. */
function countRows(values: Float32Array, counts: Int32Array): Map<number, number> {
  const rows = new Map<number, number>();
  for (let i = 0; i < values.length; i++) {
    // Whole numbers towards zero; the sum turns -0 into 0.
    const category = Math.trunc(values[i]) + 0;
    if (category < 0) continue;
    if (category >= MOST_CATEGORY) throw tooLarge(category);
    rows.set(category, (rows.get(category) ?? 0) + counts[i]);
  }
  return rows;
}

/** The error of a code that cannot be a category. */
export function tooLarge(category: number): InvalidInputError {
  return new InvalidInputError(`A categorical column holds ${category}: categories must be below ${MOST_CATEGORY}`, {
    hint: 'Number the categories 0, 1, 2, ...: larger codes are not told apart in float32.',
    details: { category, most: MOST_CATEGORY - 1 },
  });
}

/** Bitset of the categories whose bins are in the bitset `bins`: what a tree keeps. */
export function categorySet(categories: Int32Array, bins: Uint32Array): Uint32Array {
  const left = categories.filter((_, bin) => (bins[bin >> 5] >>> (bin & 31)) & 1);
  return bitset(left);
}

/** Bitset of the given numbers, as long as the largest needs. */
export function bitset(members: ArrayLike<number>): Uint32Array {
  let most = -1;
  for (let i = 0; i < members.length; i++) most = Math.max(most, members[i]);
  const set = new Uint32Array((most >> 5) + 1);
  for (let i = 0; i < members.length; i++) set[members[i] >> 5] |= 1 << (members[i] & 31);
  return set;
}
