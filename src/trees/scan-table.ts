/** What scan kernels read about features: bins, missing bin, and whether a node may be split on them. Each worker has its own. */
import type { Arena } from '../kernels/arena.js';
import type { JobContext } from '../kernels/job.js';
import type { BinMapper } from './bin-mapper.js';
import { type ChoosingNode, choosesWithinLevel, FeatureChoice, type FeatureChoiceOptions } from './feature-choice.js';

export class ScanTable {
  /** i32 a feature: bins, has a missing bin, is scanned; one table for each of two siblings. */
  readonly addresses: readonly [number, number];
  /** What scans for sets of categories read: a flag a feature. Scans for thresholds are told to leave such features alone. */
  readonly categorical: readonly [Uint8Array, Uint8Array];
  /** Whether siblings may always be split on the same features. */
  readonly sameForSiblings: boolean;
  private readonly choice: FeatureChoice;

  constructor(
    context: JobContext,
    private readonly arena: Arena,
    private readonly mapper: BinMapper,
    options: FeatureChoiceOptions,
  ) {
    const { thread, threads } = context;
    const bytes = Math.ceil((mapper.columns.length * 12) / 64) * 64;
    const first = arena.alloc(threads * 2 * bytes) + thread * 2 * bytes;
    this.addresses = [first, first + bytes];
    const flags = () => new Uint8Array(mapper.columns.length);
    this.categorical = [flags(), flags()];
    this.choice = new FeatureChoice(mapper.columns, options);
    this.sameForSiblings = !choosesWithinLevel(options);
  }

  /** For a new tree, which may use `features` (all, if absent). */
  start(features: ReadonlySet<number> | undefined, seed: number): void {
    this.choice.start(features, seed);
    for (const which of [0, 1] as const) {
      const table = this.arena.int32(this.addresses[which], this.mapper.columns.length * 3);
      for (const [feature, cuts] of this.mapper.cuts.entries()) {
        table[3 * feature] = cuts.length + 1;
        table[3 * feature + 1] = this.mapper.hasMissing[feature];
        this.allow(which, table, feature, !features || features.has(feature));
      }
    }
  }

  /** Marks what one of two siblings (0, 1) or a node alone (0) may be split on. */
  prepare(which: 0 | 1, node: ChoosingNode): void {
    if (!this.choice.active) return;
    const features = this.mapper.columns.length;
    const table = this.arena.int32(this.addresses[which], features * 3);
    for (let feature = 0; feature < features; feature++) this.allow(which, table, feature, false);
    for (const feature of this.choice.of(node)) this.allow(which, table, feature, true);
  }

  private allow(which: 0 | 1, table: Int32Array, feature: number, allowed: boolean): void {
    const categorical = this.mapper.categories?.[feature] !== undefined;
    this.categorical[which][feature] = allowed && categorical ? 1 : 0;
    table[3 * feature + 2] = allowed && !categorical ? 1 : 0;
  }
}
