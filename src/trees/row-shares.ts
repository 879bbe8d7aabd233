/**
 * Histograms of large nodes of narrow tables, which workers build from their own shares of the rows and then add up. Shared by
 * features, each worker would read a few bytes of every row, and so the whole table, or have nothing to do while the others finish
 * the few groups that there are; sums are exact either way.
 */
import type { Arena } from '../kernels/arena.js';
import type { JobContext } from '../kernels/job.js';
import { type BinnedMatrix, PLANE_GROUPS, planeOffset } from './binned-matrix.js';
import type { HistogramKind } from './bundle-histograms.js';
import type { CategoryHistograms } from './category-histograms.js';
import { FEATURE_BYTES, NARROW_FEATURE_BYTES, type SummedRows } from './histogram-layout.js';
import { share } from './partition.js';

/** Bytes of histograms for each row up to which adding up the shares costs little. */
const BYTES_A_ROW = 8;

export class RowShares {
  /** Of all workers but the first, which builds in place. */
  private readonly shares: number;
  private readonly shareBytes: number;

  /** Reserves memory from `arena`; usable after the next commit. `scratch` is this worker's, as for `Histograms`. */
  constructor(
    private readonly context: JobContext,
    arena: Arena,
    private readonly matrix: BinnedMatrix,
    private readonly categories: CategoryHistograms | undefined,
    private readonly scratch: number,
  ) {
    this.shareBytes = matrix.groups * 8 * FEATURE_BYTES;
    this.shares = arena.alloc((context.threads - 1) * this.shareBytes);
  }

  /** Whether tables of so many feature groups leave workers less than a plane each. */
  static serve(groups: number, threads: number): boolean {
    return threads > 1 && groups < 2 * PLANE_GROUPS * threads;
  }

  /** Whether a node has rows enough. */
  fit({ count }: SummedRows): boolean {
    return count * BYTES_A_ROW >= this.shareBytes + (this.categories?.slotBytes ?? 0);
  }

  /**
   * Every worker sums its share of a node's rows; `merge` completes the histogram at `address`, `CategoryHistograms.merge` those of the
   * slot's columns of categories. A barrier.
   */
  build(kind: HistogramKind, slot: number, address: number, rows: SummedRows): void {
    const { thread, threads } = this.context;
    const [from, to] = share(0, rows.count, thread, threads);
    const own = { rows: rows.rows && rows.rows + from * 4, pairs: rows.pairs + from * 8, count: to - from };
    this.buildNumbers(kind, address, own, from);
    this.categories?.buildShare(slot, own, from);
    this.context.barrier();
  }

  private buildNumbers(kind: HistogramKind, address: number, { rows, pairs, count }: SummedRows, from: number): void {
    const { matrix, scratch } = this;
    const { kernels, thread } = this.context;
    const into = thread === 0 ? address : this.shareOf(thread);
    const bytes = bytesOf(kind);
    const builds = { exact: kernels.buildHistogram, wide: kernels.buildWide, narrow: kernels.buildNarrow };
    for (let first = 0; first < matrix.features; first += PLANE_GROUPS * 8) {
      const features = Math.min(matrix.features - first, PLANE_GROUPS * 8);
      const bins = matrix.planes + planeOffset(matrix, first) + (rows ? 0 : from * matrix.stride);
      builds[kind](into + first * bytes, bins, matrix.stride, features, rows, pairs, count, scratch);
    }
  }

  /** Adds the others' sums of features `from` .. `to`-1 to the histogram at `address`, which holds the first worker's. */
  merge(kind: HistogramKind, address: number, [from, to]: readonly [from: number, to: number]): void {
    const { kernels, threads } = this.context;
    const bytes = bytesOf(kind);
    for (let thread = 1; thread < threads; thread++)
      kernels.addSums(address + from * bytes, this.shareOf(thread) + from * bytes, (to - from) * bytes);
  }

  private shareOf(thread: number): number {
    return this.shares + (thread - 1) * this.shareBytes;
  }
}

function bytesOf(kind: HistogramKind): number {
  return kind === 'narrow' ? NARROW_FEATURE_BYTES : FEATURE_BYTES;
}
