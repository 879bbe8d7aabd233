/** Categories of each column in shared memory with their bins: where rows' values are looked up. */
import type { Arena } from '../kernels/arena.js';
import type { KernelExports } from '../kernels/exports.js';
import { type BinMapper, valueBins } from './bin-mapper.js';

/** Codes up to here are looked up by number, larger ones by binary search. */
const LARGEST_TABLE = 2 ** 20;

export interface CategoryTable {
  /** f32, ascending; 0 where bins are listed by code. */
  readonly categories: number;
  /** u16: in the same order, or one a code from 0 on. */
  readonly bins: number;
  /** Entries of these lists. */
  readonly size: number;
  /** Bin of everything else. */
  readonly other: number;
}

/** Room for a table a categorical feature, none for the others; filled by `writeCategoryTables` after the next commit. */
export function reserveCategoryTables(arena: Arena, mapper: BinMapper): readonly (CategoryTable | undefined)[] {
  return mapper.cuts.map((_, feature) => {
    const categories = mapper.categories?.[feature];
    if (!categories) return undefined;
    const codes = categories.reduce((most, category) => Math.max(most, category), 0) + 1;
    const direct = codes <= LARGEST_TABLE;
    const size = direct ? codes : categories.length;
    return {
      categories: direct ? 0 : arena.alloc(size * 4),
      bins: arena.alloc(size * 2),
      size,
      other: valueBins(mapper, feature),
    };
  });
}

export function writeCategoryTables(
  arena: Arena,
  mapper: BinMapper,
  tables: readonly (CategoryTable | undefined)[],
): void {
  for (const [feature, table] of tables.entries()) {
    const categories = mapper.categories?.[feature];
    if (!table || !categories) continue;
    const bins = arena.uint16(table.bins, table.size);
    if (table.categories === 0) {
      bins.fill(table.other);
      for (const [bin, category] of categories.entries()) bins[category] = bin;
      continue;
    }
    const order = Array.from(categories.keys()).sort((a, b) => categories[a] - categories[b]);
    arena.float32(table.categories, table.size).set(order.map((bin) => categories[bin]));
    bins.set(order);
  }
}

/** Bins of `count` values of a column, written 8 bytes apart; returns how many have no bin of their own. */
export function assignCategories(
  kernels: KernelExports,
  column: number,
  { categories, bins, size, other }: CategoryTable,
  out: number,
  count: number,
): number {
  return categories === 0
    ? kernels.lookUpCategories(column, bins, size, other, out, count)
    : kernels.assignCategories(column, categories, bins, size, other, out, count);
}
