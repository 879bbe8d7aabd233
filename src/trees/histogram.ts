/** Histograms of a tree's open nodes: slots in shared memory, and the units of work in which they are built. */
import type { Arena } from '../kernels/arena.js';
import type { JobContext } from '../kernels/job.js';
import { type BinnedMatrix, planeOffset } from './binned-matrix.js';
import { BundleHistograms, type HistogramKind } from './bundle-histograms.js';
import { CategoryHistograms, categorySlotBytes } from './category-histograms.js';
import { FEATURE_BYTES, NARROW_FEATURE_BYTES, SCRATCH_BYTES, type SummedRows, unitsOf } from './histogram-layout.js';
import { RowShares } from './row-shares.js';

/** Most rows of a narrow histogram. */
export const NARROW_ROWS = 32_767;

/** A run of feature groups that one worker handles at a time. */
export interface HistogramUnit {
  readonly groups: readonly [from: number, to: number];
  readonly features: readonly [from: number, to: number];
}

export class Histograms {
  readonly units: readonly HistogramUnit[];
  /** Nodes there is room for. */
  readonly slots: number;
  /** Those of categorical columns, by the same slots. */
  readonly categories?: CategoryHistograms;
  private readonly bundles?: BundleHistograms;
  private readonly shares?: RowShares;
  /** Whether the node at hand was built from shares of its rows, which units have only to merge. */
  private shared = false;
  private readonly base: number;
  private readonly slotBytes: number;
  private readonly scratch: number;
  private readonly free: number[];

  /** Room for `wanted` nodes at a time, or for as many as fit into `mostBytes`, at least `least`. */
  constructor(
    private readonly context: JobContext,
    private readonly matrix: BinnedMatrix,
    arena: Arena,
    wanted: number,
    mostBytes = Number.POSITIVE_INFINITY,
    least = 2,
  ) {
    const { groups, features, categories, bundles } = matrix;
    this.slotBytes = groups * 8 * FEATURE_BYTES;
    this.slots = Math.min(
      wanted,
      Math.max(least, Math.floor(mostBytes / (this.slotBytes + (categories ? categorySlotBytes(categories) : 0)))),
    );
    this.base = arena.alloc(this.slots * this.slotBytes);
    if (bundles) this.bundles = new BundleHistograms(context, arena, bundles);
    if (categories) this.categories = new CategoryHistograms(context, arena, categories, this.slots);
    this.scratch = arena.alloc(context.threads * SCRATCH_BYTES) + context.thread * SCRATCH_BYTES;
    if (!bundles && RowShares.serve(groups, context.threads)) {
      this.shares = new RowShares(context, arena, matrix, this.categories, this.scratch);
    }
    // The slot given back last is taken next: it is still in the cache.
    this.free = Array.from({ length: this.slots }, (_, i) => this.slots - 1 - i);
    this.units = unitsOf(groups, context.threads).map(
      ([from, to]) => ({ groups: [from, to], features: [from * 8, Math.min(features, to * 8)] }) as const,
    );
  }

  get full(): boolean {
    return this.free.length === 0;
  }

  /** An unused slot; every worker takes and gives back the same ones. */
  take(): number {
    const slot = this.free.pop();
    if (slot === undefined) throw new RangeError('More open nodes than histogram slots');
    return slot;
  }

  giveBack(slot: number): void {
    this.free.push(slot);
  }

  /** Address of the slot's feature 0; features follow every 4096 bytes. */
  address(slot: number): number {
    return this.base + slot * this.slotBytes;
  }

  featureAddress(slot: number, feature: number): number {
    return this.address(slot) + feature * FEATURE_BYTES;
  }

  narrowFeatureAddress(slot: number, feature: number): number {
    return this.address(slot) + feature * NARROW_FEATURE_BYTES;
  }

  /**
   * Before the units of the nodes that are to be built next. Where columns are bundled it builds those nodes whole, and a large node
   * of a narrow table from shares of its rows: `build`, `buildWide` and `buildNarrow` then have nothing or little left to do. May be a barrier.
   */
  begin(kind: HistogramKind, nodes: readonly (readonly [slot: number, rows: SummedRows])[]): void {
    const { bundles, shares } = this;
    const [slot, rows] = nodes[0];
    this.shared = shares !== undefined && nodes.length === 1 && shares.fit(rows);
    if (this.shared) shares?.build(kind, slot, this.address(slot), rows);
    bundles?.build(
      kind,
      nodes.map(([slot, rows]) => ({ address: this.address(slot), rows })),
    );
  }

  /**
   * Sums (gradient, hessian) of `count` rows by bin, for one unit's features. `rows` is the address of the row numbers, or 0 for
   * the first `count` rows.
   */
  build(slot: number, unit: HistogramUnit, rows: SummedRows): void {
    this.buildUnit('exact', slot, unit, rows);
  }

  /** The same for gradients and hessians of at most 2^16. */
  buildWide(slot: number, unit: HistogramUnit, rows: SummedRows): void {
    this.buildUnit('wide', slot, unit, rows);
  }

  /** The same for those and at most `NARROW_ROWS` rows, both sums of a bin in one integer: see assembly/narrow.ts. */
  buildNarrow(slot: number, unit: HistogramUnit, rows: SummedRows): void {
    this.buildUnit('narrow', slot, unit, rows);
  }

  /** Sums of one group's columns of categories. */
  buildCategories(slot: number, group: number, rows: SummedRows): void {
    if (this.shared) this.categories?.merge(slot, group);
    else this.categories?.build(slot, group, rows);
  }

  private buildUnit(kind: HistogramKind, slot: number, unit: HistogramUnit, { rows, pairs, count }: SummedRows): void {
    if (this.bundles) return;
    if (this.shared) {
      this.shares?.merge(kind, this.address(slot), unit.features);
      return;
    }
    const { matrix, scratch } = this;
    const { kernels } = this.context;
    const { into, bins, features } = this.placeOf(slot, unit, kind === 'narrow' ? NARROW_FEATURE_BYTES : FEATURE_BYTES);
    const builds = { exact: kernels.buildHistogram, wide: kernels.buildWide, narrow: kernels.buildNarrow };
    builds[kind](into, bins, matrix.stride, features, rows, pairs, count, scratch);
  }

  private placeOf(slot: number, { groups: [from, to] }: HistogramUnit, featureBytes: number) {
    return {
      into: this.address(slot) + from * 8 * featureBytes,
      bins: this.matrix.planes + planeOffset(this.matrix, from * 8),
      features: Math.min(this.matrix.features, to * 8) - from * 8,
    };
  }
}
