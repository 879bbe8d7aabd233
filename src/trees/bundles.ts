/**
 * Exclusive feature bundling (Ke et al., "LightGBM", NeurIPS 2017): columns that are never away from their usual bin in the same row share
 * one column of bytes, which makes the histograms of one-hot and other sparse data as cheap as those of a few columns. No conflict is
 * allowed, in any training row, so that trees are the same as without.
 */
import type { Arena } from '../kernels/arena.js';
import type { JobContext } from '../kernels/job.js';
import { type BinMapper, valueBins } from './bin-mapper.js';
import { type BinnedMatrix, planeOffset, rowStride } from './binned-matrix.js';
import type { BundledColumn, Bundles } from './bundled-columns.js';

/** Bins of a column of bytes. */
const MOST_BINS = 256;
/** Columns are candidates if more rows than this share are in one bin. */
const USUAL_SHARE = 0.5;
/** Bundles that are open at a time, and bytes of marks for them. */
const MOST_OPEN = 100;
const MARK_BYTES = 2 ** 28;
/** Bundling pays for its extra step if it leaves this share of the columns. */
const WORTH = 0.5;
/** Rows bundled at a stretch. */
const CHUNK = 8192;
const MEMBER_BYTES = 16;

interface Room {
  /** Of members, in the order of columns. */
  readonly members: number;
  /** i32: number of columns; then members and bins of each. */
  readonly columns: number;
}

/** What outlasts binning. */
export function reserveBundles(arena: Arena, { features }: BinnedMatrix): Room {
  return { members: arena.alloc(features * MEMBER_BYTES), columns: arena.alloc((1 + 2 * features) * 4) };
}

/**
 * Bundles the columns of a matrix that is kept by column, in place of its planes; undefined if that would not leave far fewer. Every
 * worker gets the same; barriers.
 */
export function bundleColumns(
  context: JobContext,
  arena: Arena,
  matrix: BinnedMatrix,
  mapper: BinMapper,
  room: Room,
): Bundles | undefined {
  const { features, rows, pitch, columnMajor } = matrix;
  const { kernels, thread, threads } = context;
  const mark = arena.mark();
  const usual = arena.alloc(features * 8);
  const counters = arena.alloc(threads * 1024) + thread * 1024;
  const scratch = arena.alloc(threads * 8 * CHUNK) + thread * 8 * CHUNK;
  const open = Math.max(1, Math.min(MOST_OPEN, features, Math.floor(MARK_BYTES / pitch)));
  const marks = arena.alloc(open * pitch);
  arena.commit();
  const found = arena.int32(usual, features * 2);
  for (let feature = context.nextUnit(); feature < features; feature = context.nextUnit()) {
    context.check();
    kernels.countBytes(columnMajor + feature * pitch, rows, counters);
    const counts = arena.int32(counters, 256);
    const bin = counts.reduce((best, count, i) => (count > counts[best] ? i : best), 0);
    found.set([bin, rows - counts[bin]], 2 * feature);
  }
  context.barrier();
  if (thread === 0) new BundleSearch(context, arena, matrix, mapper, found, marks, open).write(room);
  context.barrier();
  const columns = readColumns(arena, room);
  const groups = Math.ceil(columns.length / 8);
  const stride = rowStride(groups);
  const bundles = { columns, groups, stride, planes: matrix.planes, planeBytes: Math.ceil((rows * stride) / 64) * 64 };
  if (columns.length > 0) writePlanes(context, arena, matrix, bundles, scratch);
  context.barrier();
  arena.release(mark);
  return columns.length > 0 ? bundles : undefined;
}

interface Bundle {
  features: number[];
  bins: number;
  /** Rows with an unusual bin. */
  rows: number;
  marks: number;
}

/** Puts columns into bundles greedily, those with the most unusual rows first; by one worker. */
class BundleSearch {
  private readonly bundles: Bundle[] = [];
  private readonly alone: number[] = [];

  constructor(
    private readonly context: JobContext,
    private readonly arena: Arena,
    private readonly matrix: BinnedMatrix,
    private readonly mapper: BinMapper,
    /** By feature: usual bin, rows that have another. */
    private readonly found: Int32Array,
    private readonly marks: number,
    private readonly open: number,
  ) {
    const { rows, features } = matrix;
    const all = Array.from({ length: features }, (_, feature) => feature);
    const sparse = all.filter((feature) => this.others(feature) < rows * (1 - USUAL_SHARE));
    for (const feature of sparse.sort((a, b) => this.others(b) - this.others(a) || a - b)) {
      context.check();
      this.place(feature);
    }
    this.alone.push(...all.filter((feature) => this.others(feature) >= rows * (1 - USUAL_SHARE)));
  }

  /** Writes the columns there are, or none if bundling is not worth it. */
  write({ members, columns }: Room): void {
    const { arena, matrix } = this;
    const own = this.alone.map((feature) => ({ features: [feature], bins: this.binsOf(feature) }));
    const all: Pick<Bundle, 'features' | 'bins'>[] = [...this.bundles, ...own];
    const worth = all.length <= matrix.features * WORTH;
    const header = arena.int32(columns, 1 + 2 * matrix.features);
    const records = arena.int32(members, 4 * matrix.features);
    header[0] = worth ? all.length : 0;
    if (!worth) return;
    let at = 0;
    all.sort((a, b) => a.features[0] - b.features[0]);
    for (const [i, { features, bins }] of all.entries()) {
      header.set([features.length, bins], 1 + 2 * i);
      let offset = features.length > 1 ? 1 : 0;
      for (const feature of features) {
        const usual = features.length > 1 ? this.found[2 * feature] : -1;
        records.set([feature, offset, this.binsOf(feature), usual], at);
        at += 4;
        offset += this.binsOf(feature) - 1;
      }
    }
  }

  private place(feature: number): void {
    const { kernels } = this.context;
    const { rows, pitch, columnMajor } = this.matrix;
    const column = columnMajor + feature * pitch;
    const usual = this.found[2 * feature];
    const others = this.others(feature);
    const more = this.binsOf(feature) - 1;
    let bundle = this.bundles.find(
      (own) =>
        own.bins + more <= MOST_BINS && own.rows + others <= rows && !kernels.meets(column, usual, own.marks, rows),
    );
    if (!bundle) {
      if (this.bundles.length >= this.open) {
        this.alone.push(feature);
        return;
      }
      bundle = { features: [], bins: 1, rows: 0, marks: this.marks + this.bundles.length * pitch };
      this.arena.bytes(bundle.marks, pitch).fill(0);
      this.bundles.push(bundle);
    }
    bundle.features.push(feature);
    bundle.bins += more;
    bundle.rows += others;
    kernels.use(column, usual, bundle.marks, rows);
  }

  private others(feature: number): number {
    return this.found[2 * feature + 1];
  }

  private binsOf(feature: number): number {
    return valueBins(this.mapper, feature) + this.mapper.hasMissing[feature];
  }
}

function readColumns(arena: Arena, { members, columns }: Room): BundledColumn[] {
  const [count] = arena.int32(columns, 1);
  const header = arena.int32(columns + 4, 2 * count);
  let at = members;
  return Array.from({ length: count }, (_, i) => {
    const column = { members: at, count: header[2 * i], bins: header[2 * i + 1] };
    at += column.count * MEMBER_BYTES;
    return column;
  });
}

function writePlanes(
  context: JobContext,
  arena: Arena,
  { rows, columnMajor, pitch }: BinnedMatrix,
  bundles: Bundles,
  scratch: number,
): void {
  const { kernels } = context;
  const { columns, groups, stride, planes } = bundles;
  const units = Math.ceil(rows / CHUNK) * groups;
  for (let unit = context.nextUnit(); unit < units; unit = context.nextUnit()) {
    context.check();
    const group = unit % groups;
    const from = Math.floor(unit / groups) * CHUNK;
    const count = Math.min(CHUNK, rows - from);
    arena.bytes(scratch, 8 * CHUNK).fill(0);
    for (const [j, { members, count: size }] of columns.slice(group * 8, group * 8 + 8).entries()) {
      const records = arena.int32(members, 4 * size);
      for (let i = 0; i < size; i++) {
        const [feature, offset, , usual] = records.subarray(4 * i);
        kernels.bundle(columnMajor + feature * pitch + from, usual, offset, scratch + j * CHUNK, count);
      }
    }
    const out = planes + planeOffset(bundles, group * 8) + from * stride;
    kernels.interleave(scratch, CHUNK, count, out, stride);
  }
}
