/** Histograms of categorical columns: beside the slots of `Histograms`, each as long as its column has bins. */
import type { Arena } from '../kernels/arena.js';
import type { JobContext } from '../kernels/job.js';
import { type CategoryColumns, ROW_BYTES } from './category-columns.js';
import type { SummedRows } from './histogram-layout.js';

/** Two 64-bit sums. */
const BIN_BYTES = 16;

/** Bytes of one node's histograms. */
export function categorySlotBytes({ bins }: CategoryColumns): number {
  return bins.reduce((sum, count) => sum + padded(count), 0);
}

export class CategoryHistograms {
  /** Groups of columns that one worker handles at a time. */
  readonly groups: number;
  /** Bytes of one node's histograms. */
  readonly slotBytes: number;
  private readonly base: number;
  /** By feature - first: where its histogram lies within a slot. */
  private readonly offsets: readonly number[];
  private readonly table: number;
  /** Where a slot's histograms really are. */
  private readonly places: Uint32Array;
  /** Those of all workers but the first, which builds in place. */
  private readonly shares: number;

  /** Reserves room for `slots` nodes; usable after the next commit. */
  constructor(
    private readonly context: JobContext,
    private readonly arena: Arena,
    private readonly columns: CategoryColumns,
    slots: number,
  ) {
    const { thread, threads } = context;
    let end = 0;
    this.offsets = columns.bins.map((bins) => {
      const offset = end;
      end += padded(bins);
      return offset;
    });
    this.slotBytes = end;
    this.groups = columns.groups.length;
    this.base = arena.alloc(slots * end);
    this.shares = arena.alloc((threads - 1) * end);
    this.table = arena.alloc(threads * 64) + thread * 64;
    this.places = Uint32Array.from({ length: slots }, (_, slot) => slot);
  }

  address(slot: number, feature: number): number {
    return this.addressOf(slot) + this.offsets[feature - this.columns.first];
  }

  private addressOf(slot: number): number {
    return this.base + this.places[slot] * this.slotBytes;
  }

  /** Lets two slots trade their histograms. */
  swap(a: number, b: number): void {
    [this.places[a], this.places[b]] = [this.places[b], this.places[a]];
  }

  featuresOf(group: number): readonly number[] {
    return this.columns.groups[group].features;
  }

  /** Sums (gradient, hessian) of rows by bin, for one group's columns. */
  build(slot: number, group: number, rows: SummedRows): void {
    this.buildAt(this.addressOf(slot), group, rows, 0);
  }

  /** Every worker sums its share of the rows, all groups; `merge` completes the histograms. `from` is the number of the first row not listed. */
  buildShare(slot: number, rows: SummedRows, from: number): void {
    const { thread } = this.context;
    const base = thread === 0 ? this.addressOf(slot) : this.shares + (thread - 1) * this.slotBytes;
    for (let group = 0; group < this.groups; group++) this.buildAt(base, group, rows, from);
  }

  /** Adds the other workers' sums to the first one's, for one group's columns. */
  merge(slot: number, group: number): void {
    const { kernels, threads } = this.context;
    for (const feature of this.featuresOf(group)) {
      const offset = this.offsets[feature - this.columns.first];
      const bytes = this.binsOf(feature) * BIN_BYTES;
      for (let thread = 1; thread < threads; thread++)
        kernels.addSums(this.addressOf(slot) + offset, this.shares + (thread - 1) * this.slotBytes + offset, bytes);
    }
  }

  private buildAt(base: number, group: number, { rows, pairs, count }: SummedRows, from: number): void {
    const { address, features } = this.columns.groups[group];
    const table = this.arena.uint32(this.table, 8);
    for (const [lane, feature] of features.entries()) {
      table[lane] = base + this.offsets[feature - this.columns.first];
      table[4 + lane] = this.binsOf(feature) * BIN_BYTES;
    }
    const bins = address + (rows ? 0 : from * ROW_BYTES);
    this.context.kernels.buildCategories(this.table, features.length, bins, rows, pairs, count);
  }

  /** Takes a node's part out of its parent's histograms, for one group's columns: what remains is the sibling's. */
  subtract(parent: number, part: number, group: number): void {
    for (const feature of this.featuresOf(group)) {
      const from = this.address(parent, feature);
      this.context.kernels.subtractBins(from, this.address(part, feature), this.binsOf(feature));
    }
  }

  private binsOf(feature: number): number {
    return this.columns.bins[feature - this.columns.first];
  }
}

const padded = (bins: number): number => Math.ceil((bins * BIN_BYTES) / 64) * 64;
