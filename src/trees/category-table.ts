/** Categories of each column in shared memory, ascending, with their bins: where `binRows` looks values up. */
import type { Arena } from '../kernels/arena.js';
import type { KernelExports } from '../kernels/exports.js';
import { type BinMapper, valueBins } from './bin-mapper.js';

export interface CategoryTable {
  /** f32, ascending. */
  readonly categories: number;
  /** u16, in the same order. */
  readonly bins: number;
  readonly size: number;
  /** Bin of everything else. */
  readonly other: number;
}

/** Room for a table a categorical feature, none for the others; filled by `writeCategoryTables` after the next commit. */
export function reserveCategoryTables(arena: Arena, mapper: BinMapper): readonly (CategoryTable | undefined)[] {
  return mapper.cuts.map((_, feature) => {
    const size = mapper.categories?.[feature]?.length;
    if (size === undefined) return undefined;
    return {
      categories: arena.alloc(size * 4),
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
    const order = Array.from(categories.keys()).sort((a, b) => categories[a] - categories[b]);
    arena.float32(table.categories, table.size).set(order.map((bin) => categories[bin]));
    arena.uint16(table.bins, table.size).set(order);
  }
}

/** Bins of `count` values of a column, one byte each; returns how many have no bin of their own. */
export function assignCategories(
  kernels: KernelExports,
  column: number,
  { categories, bins, size, other }: CategoryTable,
  out: number,
  count: number,
): number {
  return kernels.assignCategories(column, categories, bins, size, other, out, 0, count);
}
