/**
 * From X to bins, by all workers of a job: cuts from a sample of rows, then every row's bins. X stays where the caller has it;
 * blocks of columns are gathered from it into a scratch area that fits the cache.
 */
import { float32AtOrBelow } from '../core/float32.js';
import { Random } from '../core/random.js';
import type { Arena } from '../kernels/arena.js';
import type { JobContext } from '../kernels/job.js';
import { type BinMapper, type BinOptions, cutPoints, cutsOfBins, firstCategorical, MOST_BINS } from './bin-mapper.js';
import { type BinnedMatrix, planeOffset, reserveBinnedMatrix } from './binned-matrix.js';
import { bundleColumns, reserveBundles } from './bundles.js';
import { frequentCategories } from './categories.js';
import { binCategories } from './category-binning.js';
import { MOST_CATEGORIES } from './category-columns.js';
import { gather, type RowSource } from './row-source.js';

export type { RowSource } from './row-source.js';

export interface BinningOptions extends BinOptions {
  /** Rows from which the cuts are found, at most. */
  sampleCount: number;
  seed: number;
  /** Cuts of a column of X by its distinct values and how many are missing, instead of `cutPoints`. */
  cutsOf?: (column: number, values: Float32Array, counts: Int32Array, missing: number) => Float64Array;
  /** Told of the cuts of each column that has them found from its distinct values, ascending; on the thread that found them. */
  onCuts?: (column: number, values: Float32Array, cuts: Float64Array) => void;
}

/** Columns handled together: half a cache line of X. */
const GROUP = 8;
/** Rows assigned at a stretch. */
const CHUNK = 8192;

/** Finds the cuts of every column. All workers return equal mappers; `hasMissing` covers the sample only until `binRows`. */
export function findBins(context: JobContext, arena: Arena, source: RowSource, options: BinningOptions): BinMapper {
  const { cols } = source;
  const sample = sampleRows(source, options);
  const categorical = new Set(options.categorical?.columns);
  const mark = arena.mark();
  const keepSizes = arena.alloc(cols * 2 * 4);
  const most = Math.min(MOST_CATEGORIES, sample.rows);
  const keep = range(0, cols).map((column) => arena.alloc((categorical.has(column) ? most : MOST_BINS) * 8));
  const scratch = Array.from({ length: context.threads }, () => reserveSortScratch(arena, sample.rows))[context.thread];
  arena.commit();
  const sizes = arena.int32(keepSizes, cols * 2);
  for (let unit = context.nextUnit(); unit * GROUP < cols; unit = context.nextUnit()) {
    context.check();
    const columns = range(unit * GROUP, Math.min(cols, unit * GROUP + GROUP));
    gather(sample, columns, 0, sample.rows, arena.float32(scratch.columns, GROUP * sample.rows));
    for (const [j, column] of columns.entries()) {
      const of = categorical.has(column) ? categoriesOfColumn : cutsOfColumn;
      const { kept, varies, missing } = of(context, arena, scratch, column, j, sample.rows, options);
      arena.float64(keep[column], kept.length).set(kept);
      sizes[2 * column] = varies ? kept.length : -1;
      sizes[2 * column + 1] = missing;
    }
  }
  context.barrier();
  const varying = range(0, cols).filter((column) => sizes[2 * column] >= 0);
  const [numbers, categories] = [false, true].map((own) => varying.filter((column) => categorical.has(column) === own));
  const kept = (column: number) => arena.float64(keep[column], sizes[2 * column]);
  const columns = [...numbers, ...categories];
  const mapper = {
    columns: Int32Array.from(columns),
    cuts: columns.map((column) => (categorical.has(column) ? cutsOfBins(sizes[2 * column]) : kept(column).slice())),
    hasMissing: Uint8Array.from(columns, (column) => (sizes[2 * column + 1] > 0 ? 1 : 0)),
    ...(categories.length > 0
      ? { categories: columns.map((column) => (categorical.has(column) ? Int32Array.from(kept(column)) : undefined)) }
      : {}),
  };
  context.barrier();
  arena.release(mark);
  return mapper;
}

/**
 * Bins every row of `source`; with `columns`, also by column, and then the mapper's `hasMissing` is completed; with `bundle`, those
 * columns are bundled if that makes few of many. `missingBins` says
 * for each feature where missing values go; by default a bin of their own after all others. `wholeRows` keeps a row's bins side by side
 * instead of in planes.
 */
export function binRows(
  context: JobContext,
  arena: Arena,
  source: RowSource,
  mapper: BinMapper,
  options: { columns: boolean; missingBins?: ArrayLike<number>; bundle?: boolean; wholeRows?: boolean },
): BinnedMatrix {
  const { kernels, threads, thread } = context;
  const features = firstCategorical(mapper);
  const matrix = reserveBinnedMatrix(arena, source.rows, mapper, options.columns, options.wholeRows);
  const missing = arena.alloc(mapper.columns.length * 4);
  const room = options.bundle && options.columns ? reserveBundles(arena, matrix) : undefined;
  const mark = arena.mark();
  const boundsAddress = arena.alloc(features * 256 * 4);
  const scratches = Array.from({ length: threads }, () => [arena.alloc(GROUP * CHUNK * 4), arena.alloc(GROUP * CHUNK)]);
  arena.commit();
  const [columnScratch, binScratch] = scratches[thread];
  if (thread === 0) {
    writeBounds(mapper, arena.float32(boundsAddress, features * 256));
    arena.int32(missing, mapper.columns.length).fill(0);
  }
  context.barrier();
  const missingCounts = arena.int32(missing, mapper.columns.length);
  const values = arena.float32(columnScratch, GROUP * CHUNK);
  const chunks = Math.ceil(source.rows / CHUNK);
  for (let unit = context.nextUnit(); unit < chunks * matrix.groups; unit = context.nextUnit()) {
    context.check();
    const group = unit % matrix.groups;
    const from = Math.floor(unit / matrix.groups) * CHUNK;
    const count = Math.min(CHUNK, source.rows - from);
    const inGroup = Math.min(GROUP, features - group * GROUP);
    const columns = Array.from(mapper.columns.subarray(group * GROUP, group * GROUP + inGroup));
    gather(source, columns, from, count, values);
    for (let j = 0; j < inGroup; j++) {
      const feature = group * GROUP + j;
      const bins = options.columns ? matrix.columnMajor + feature * matrix.pitch + from : binScratch + j * CHUNK;
      const missingBin = options.missingBins ? options.missingBins[feature] : mapper.cuts[feature].length + 1;
      const bounds = boundsAddress + feature * 1024;
      const found = kernels.assignBins(columnScratch + j * count * 4, bounds, missingBin, bins, count);
      if (found > 0) Atomics.add(missingCounts, feature, found);
    }
    const first = options.columns ? matrix.columnMajor + group * GROUP * matrix.pitch + from : binScratch;
    const pitch = options.columns ? matrix.pitch : CHUNK;
    const rows = matrix.planes + planeOffset(matrix, group * GROUP) + from * matrix.stride;
    kernels.interleave(first, pitch, count, rows, matrix.stride);
  }
  context.barrier();
  const { categories } = matrix;
  if (categories) binCategories(context, arena, source, mapper, categories, missingCounts, options.columns);
  if (options.columns)
    for (let f = 0; f < mapper.columns.length; f++) mapper.hasMissing[f] = missingCounts[f] > 0 ? 1 : 0;
  context.barrier();
  arena.release(mark);
  const bundles = room && bundleColumns(context, arena, matrix, mapper, room);
  return bundles ? { ...matrix, bundles } : matrix;
}

/** At most `sampleCount` rows, drawn without replacement, in ascending order. */
function sampleRows(source: RowSource, options: BinningOptions): RowSource {
  if (source.rows <= options.sampleCount) return source;
  const random = new Random(options.seed);
  const list = new Uint32Array(options.sampleCount);
  for (let i = 0, taken = 0; taken < list.length; i++) {
    // Selection sampling (Knuth, The Art of Computer Programming, vol. 2, algorithm 3.4.2 S).
    if (random.float() * (source.rows - i) < list.length - taken) list[taken++] = source.list ? source.list[i] : i;
  }
  return { data: source.data, cols: source.cols, rows: list.length, list };
}

interface SortScratch {
  columns: number;
  keys: number;
  sorted: number;
  counters: number;
}

function reserveSortScratch(arena: Arena, rows: number): SortScratch {
  return {
    columns: arena.alloc(GROUP * rows * 4),
    keys: arena.alloc(rows * 4),
    sorted: arena.alloc(rows * 4),
    counters: arena.alloc(3 * 2048 * 4),
  };
}

/** What becomes of a column: its cuts or its categories, whether it is worth looking at, sampled rows without a bin of values. */
interface ColumnBins {
  kept: ArrayLike<number>;
  varies: boolean;
  missing: number;
}

/** Cuts of column `j` of those gathered. A column varies if it has two values, or one and missing ones. */
function cutsOfColumn(
  context: JobContext,
  arena: Arena,
  scratch: SortScratch,
  column: number,
  j: number,
  rows: number,
  options: BinningOptions,
): ColumnBins {
  const { values, counts, present } = valuesOfColumn(context, arena, scratch, j, rows);
  const missing = rows - present;
  if (options.cutsOf) {
    const cuts = options.cutsOf(column, values, counts, missing);
    return { kept: cuts, varies: cuts.length > 0, missing };
  }
  const cuts = cutPoints(values, counts, options);
  options.onCuts?.(column, values, cuts);
  return { kept: cuts, varies: cuts.length > 0 || (present > 0 && missing > 0), missing };
}

/** Categories of column `j`; it varies if it has two bins with rows. */
function categoriesOfColumn(
  context: JobContext,
  arena: Arena,
  scratch: SortScratch,
  _column: number,
  j: number,
  rows: number,
  options: BinningOptions,
): ColumnBins {
  const { values, counts } = valuesOfColumn(context, arena, scratch, j, rows);
  const { categories, known } = frequentCategories(values, counts, {
    ...options,
    byCategory: options.categorical?.byCategory,
    most: MOST_CATEGORIES,
  });
  const missing = rows - known;
  return { kept: categories, varies: categories.length + (missing > 0 ? 1 : 0) > 1, missing };
}

/** Distinct values of column `j`, ascending, with their counts; `present` of the rows have one. */
function valuesOfColumn(
  { kernels }: JobContext,
  arena: Arena,
  scratch: SortScratch,
  j: number,
  rows: number,
): { values: Float32Array; counts: Int32Array; present: number } {
  const present = kernels.sortKeys(scratch.columns + j * rows * 4, scratch.keys, rows);
  kernels.sortByRadix(scratch.keys, scratch.sorted, present, scratch.counters);
  const distinct = kernels.distinctValues(scratch.sorted, present, scratch.sorted, scratch.keys);
  return { values: arena.float32(scratch.sorted, distinct), counts: arena.int32(scratch.keys, distinct), present };
}

function writeBounds(mapper: BinMapper, bounds: Float32Array): void {
  bounds.fill(Number.POSITIVE_INFINITY);
  for (const [feature, cuts] of mapper.cuts.entries()) {
    if (mapper.categories?.[feature]) break;
    for (let b = 0; b < cuts.length; b++) bounds[feature * 256 + b] = float32AtOrBelow(cuts[b]);
  }
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}
