/** Histograms of bundled columns: built bundle by bundle, then taken apart into those of the columns. */
import type { Arena } from '../kernels/arena.js';
import type { JobContext } from '../kernels/job.js';
import { PLANE_GROUPS, planeOffset } from './binned-matrix.js';
import type { Bundles } from './bundled-columns.js';
import { FEATURE_BYTES, NARROW_FEATURE_BYTES, SCRATCH_BYTES, type SummedRows, unitsOf } from './histogram-layout.js';

/** How sums are kept: see `Histograms.build`, `buildWide` and `buildNarrow`. */
export type HistogramKind = 'exact' | 'wide' | 'narrow';

export class BundleHistograms {
  private readonly units: readonly (readonly [from: number, to: number])[];
  private readonly scratch: number;
  /** Of the bundles of a unit. */
  private readonly histograms: number;

  /** Reserves memory from `arena`; usable after the next commit. */
  constructor(
    private readonly context: JobContext,
    arena: Arena,
    private readonly bundles: Bundles,
  ) {
    const { thread, threads } = context;
    const bytes = PLANE_GROUPS * 8 * FEATURE_BYTES;
    this.histograms = arena.alloc(threads * bytes) + thread * bytes;
    this.scratch = arena.alloc(threads * SCRATCH_BYTES) + thread * SCRATCH_BYTES;
    this.units = unitsOf(bundles.groups, threads);
  }

  /** Builds the histograms of nodes, which lie at `address`; a barrier. */
  build(kind: HistogramKind, nodes: readonly { address: number; rows: SummedRows }[]): void {
    const { context, units } = this;
    for (let i = context.nextUnit(); i < units.length * nodes.length; i = context.nextUnit()) {
      const { address, rows } = nodes[Math.floor(i / units.length)];
      this.buildUnit(kind, units[i % units.length], address, rows);
    }
    context.barrier();
  }

  private buildUnit(
    kind: HistogramKind,
    [from, to]: readonly [number, number],
    address: number,
    { rows, pairs, count }: SummedRows,
  ): void {
    const { bundles, histograms, scratch } = this;
    const { kernels } = this.context;
    const columns = bundles.columns.slice(from * 8, to * 8);
    const bins = bundles.planes + planeOffset(bundles, from * 8);
    const builds = { exact: kernels.buildHistogram, wide: kernels.buildWide, narrow: kernels.buildNarrow };
    builds[kind](histograms, bins, bundles.stride, columns.length, rows, pairs, count, scratch);
    const [apart, bytes] =
      kind === 'narrow' ? [kernels.unbundleNarrow, NARROW_FEATURE_BYTES] : [kernels.unbundle, FEATURE_BYTES];
    for (const [i, column] of columns.entries()) {
      apart(histograms + i * bytes, column.bins, column.members, column.count, address);
    }
  }
}
