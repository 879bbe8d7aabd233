/** Histograms of a tree's open nodes: slots in shared memory, and the units of work in which they are built. */
import type { Arena } from '../kernels/arena.js';
import type { JobContext } from '../kernels/job.js';
import { type BinnedMatrix, PLANE_GROUPS, planeOffset } from './binned-matrix.js';

/** 256 bins of two 64-bit sums. */
const FEATURE_BYTES = 4096;
/** What a kernel gathers at a stretch: 2048 rows of a plane. */
const SCRATCH_BYTES = 2048 * 32;

/** A run of feature groups that one worker handles at a time. */
export interface HistogramUnit {
  readonly groups: readonly [from: number, to: number];
  readonly features: readonly [from: number, to: number];
}

export class Histograms {
  readonly units: readonly HistogramUnit[];
  /** Nodes there is room for. */
  readonly slots: number;
  private readonly base: number;
  private readonly slotBytes: number;
  private readonly scratch: number;
  private readonly free: number[];

  /** Room for `slots` nodes at a time, or for as many as fit into `mostBytes`, at least two. */
  constructor(
    private readonly context: JobContext,
    private readonly matrix: BinnedMatrix,
    arena: Arena,
    wanted: number,
    mostBytes = Number.POSITIVE_INFINITY,
  ) {
    const { groups, features } = matrix;
    this.slotBytes = groups * 8 * FEATURE_BYTES;
    const slots = Math.min(wanted, Math.max(2, Math.floor(mostBytes / this.slotBytes)));
    this.slots = slots;
    this.base = arena.alloc(slots * this.slotBytes);
    this.scratch = arena.alloc(context.threads * SCRATCH_BYTES) + context.thread * SCRATCH_BYTES;
    // The slot given back last is taken next: it is still in the cache.
    this.free = Array.from({ length: slots }, (_, i) => slots - 1 - i);
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

  /**
   * Sums (gradient, hessian) of `count` rows by bin, for one unit's features. `rows` is the address of the row numbers, or 0 for
   * the first `count` rows.
   */
  build(slot: number, unit: HistogramUnit, rows: number, pairs: number, count: number): void {
    const { matrix, context, scratch } = this;
    const [from, to] = unit.groups;
    const bins = matrix.planes + planeOffset(matrix, from * 8);
    const into = this.featureAddress(slot, from * 8);
    const features = Math.min(matrix.features, to * 8) - from * 8;
    context.kernels.buildHistogram(into, bins, matrix.stride, features, rows, pairs, count, scratch);
  }
}

/**
 * Groups cut into units within one plane, large ones first: they gather rows best, and small ones at the end let all workers
 * finish together. One worker alone takes whole planes.
 */
function unitsOf(groups: number, threads: number): [from: number, to: number][] {
  const units: [number, number][] = [];
  for (let from = 0; from < groups; ) {
    const fair = threads === 1 ? PLANE_GROUPS : Math.ceil((groups - from) / (2 * threads));
    const size = fair >= PLANE_GROUPS ? PLANE_GROUPS : fair >= 2 ? 2 : 1;
    const to = Math.min(groups, from + size, (Math.floor(from / PLANE_GROUPS) + 1) * PLANE_GROUPS);
    units.push([from, to]);
    from = to;
  }
  return units;
}
