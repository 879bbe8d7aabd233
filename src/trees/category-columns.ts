/** Columns of categories in shared memory: bins of 16 bits, up to four columns side by side, row after row. */
import type { Arena } from '../kernels/arena.js';
import { type BinMapper, firstCategorical, valueBins } from './bin-mapper.js';

/** Most categories with a bin of their own; everything else shares one more. */
export const MOST_CATEGORIES = 65_535;
/** From row to row. */
export const ROW_BYTES = 8;
/** Columns side by side. */
const LANES = 4;

/** Columns whose histograms are built in one pass over rows. */
export interface CategoryGroup {
  /** Address of row 0. */
  readonly address: number;
  /** Feature of each lane. */
  readonly features: readonly number[];
}

export interface CategoryColumns {
  /** The first feature that holds categories: all later ones do too. */
  readonly first: number;
  /** By feature - first: bins, with that of everything else. */
  readonly bins: readonly number[];
  readonly groups: readonly CategoryGroup[];
  /** By feature - first: address of row 0's bin. */
  readonly addresses: readonly number[];
}

/** Room for the categorical features of `mapper`, if it has any; those of many categories are dealt out among groups. */
export function reserveCategoryColumns(arena: Arena, rows: number, mapper: BinMapper): CategoryColumns | undefined {
  const first = firstCategorical(mapper);
  const bins = mapper.cuts.slice(first).map((_, i) => valueBins(mapper, first + i) + 1);
  if (bins.length === 0) return undefined;
  const count = Math.ceil(bins.length / LANES);
  const order = Array.from(bins.keys()).sort((a, b) => bins[b] - bins[a] || a - b);
  const groups = Array.from({ length: count }, (_, group) => ({
    address: arena.alloc(rows * ROW_BYTES),
    features: order.filter((_, rank) => rank % count === group).map((i) => first + i),
  }));
  const addresses = bins.map(() => 0);
  for (const { address, features } of groups) {
    for (const [lane, feature] of features.entries()) addresses[feature - first] = address + 2 * lane;
  }
  return { first, bins, groups, addresses };
}
