/** From columns of X to bins of categories, by all workers of a job. */
import type { Arena } from '../kernels/arena.js';
import type { JobContext } from '../kernels/job.js';
import type { BinMapper } from './bin-mapper.js';
import { MOST_CATEGORY, tooLarge } from './categories.js';
import { type CategoryColumns, ROW_BYTES } from './category-columns.js';
import { assignCategories, reserveCategoryTables, writeCategoryTables } from './category-table.js';
import { gather, type RowSource } from './row-source.js';

/** Rows assigned at a stretch. */
const CHUNK = 8192;
/** Columns side by side, at most. */
const LANES = 4;

/**
 * Bins every row of `source`, and counts by feature those whose category has no bin of its own; a barrier.
 *
 * @throws InvalidInputError - with `checked`, a category of 2^24 or more; otherwise such ones are unknown like others
 */
export function binCategories(
  context: JobContext,
  arena: Arena,
  source: RowSource,
  mapper: BinMapper,
  columns: CategoryColumns,
  others: Int32Array,
  checked: boolean,
): void {
  const { kernels, thread, threads } = context;
  const tables = reserveCategoryTables(arena, mapper);
  const scratch = arena.alloc(threads * LANES * CHUNK * 4) + thread * LANES * CHUNK * 4;
  arena.commit();
  if (thread === 0) writeCategoryTables(arena, mapper, tables);
  context.barrier();
  const values = arena.float32(scratch, LANES * CHUNK);
  const { groups } = columns;
  const units = Math.ceil(source.rows / CHUNK) * groups.length;
  for (let unit = context.nextUnit(); unit < units; unit = context.nextUnit()) {
    context.check();
    const { address, features } = groups[unit % groups.length];
    const from = Math.floor(unit / groups.length) * CHUNK;
    const count = Math.min(CHUNK, source.rows - from);
    const own = features.map((feature) => mapper.columns[feature]);
    gather(source, own, from, count, values);
    for (const [lane, feature] of features.entries()) {
      const table = tables[feature];
      if (!table) continue;
      const column = scratch + lane * count * 4;
      if (checked && kernels.countFrom(column, MOST_CATEGORY, count) > 0) {
        throw tooLarge(values.subarray(lane * count, (lane + 1) * count).find((value) => value >= MOST_CATEGORY) ?? 0);
      }
      const out = address + from * ROW_BYTES + 2 * lane;
      const found = assignCategories(kernels, column, table, out, count);
      if (found > 0) Atomics.add(others, feature, found);
    }
  }
  context.barrier();
}
