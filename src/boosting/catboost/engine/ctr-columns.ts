/**
 * Columns of target statistics in shared memory. In training a row's statistic counts only rows before it in a permutation ("ordered
 * target statistics", Prokhorenkova et al., "CatBoost: unbiased boosting with categorical features", NeurIPS 2018); rows of evaluation
 * sets see all training rows. Columns are kept while there is room; which ones are is the same in all workers and shapes nothing.
 */
import { TrainingFailedError } from '../../../core/errors.js';
import type { Arena } from '../../../kernels/arena.js';
import type { JobContext } from '../../../kernels/job.js';
import { type BinCondition, type Combination, combinationKey } from './combination.js';
import { type CombinationIds, combineIds } from './combination-ids.js';
import { type CtrPart, ctrBin } from './ctr-parts.js';

const POOL_BYTES = 512 * 2 ** 20;
/** Bytes of a part as `orderedStatistics` takes it. */
const PART_BYTES = 24;
/** Partitions of the rows by conditions, and by categories, that a worker keeps for the next combination. */
const KEPT = 16;

/** What columns are made from; rows are the training rows, then those of all evaluation sets. */
export interface CtrSource {
  trainRows: number;
  rows: number;
  /** By category column: dense numbers by row, and how many there are. */
  categories: readonly { numbers: Int32Array; size: number }[];
  /** By binned feature: bins by row. */
  bins(feature: number): Uint8Array[];
  /** Of training rows. */
  classes: Uint8Array;
  labels: Float64Array;
  /** Training rows in order, by fold; undefined: as they are. The last fold is the one leaf values are found on. */
  permutations: readonly (Uint32Array | undefined)[];
}

interface Entry {
  address: number;
  /** Distinct combinations. */
  count: number;
}

/** What to make: all parts of a combination on a fold. */
export interface CtrRequest {
  combination: Combination;
  parts: readonly CtrPart[];
  fold: number;
}

export class CtrColumns {
  private readonly entries = new Map<string, Entry>();
  private readonly free: number[] = [];
  private readonly tables = new Map<CtrPart, BinTable>();
  private readonly counts: number;
  readonly capacity: number;
  private readonly entryBytes: number;
  /** Bytes from one part's column to the next. */
  readonly pitch: number;
  /** This worker's: numbers by row, counters by number, parts. */
  private readonly scratch: { ids: number; counters: number; parts: number };
  /** By fold: address of its order, or 0. */
  private readonly orders: number[];
  /** By kind of statistic: rows' gains, and where they are in this worker's memory. */
  private readonly gainsOf = new Map<string, number>();
  private readonly gainRooms: number[];
  private readonly masks = new Map<string, { mask: Int32Array; size: number }>();
  private readonly groups = new Map<string, CombinationIds>();

  constructor(
    private readonly context: JobContext,
    private readonly arena: Arena,
    readonly source: CtrSource,
    mostParts: number,
  ) {
    this.pitch = Math.ceil(source.rows / 64) * 64;
    this.entryBytes = this.pitch * mostParts;
    this.capacity = Math.max(16, Math.min(8192, Math.floor(POOL_BYTES / this.entryBytes)));
    const pool = arena.alloc(this.capacity * this.entryBytes);
    for (let i = this.capacity - 1; i >= 0; i--) this.free.push(pool + i * this.entryBytes);
    this.counts = arena.alloc(this.capacity * 4);
    const own = (bytes: number) => {
      const room = Math.ceil(bytes / 64) * 64;
      return arena.alloc(context.threads * room) + context.thread * room;
    };
    this.scratch = {
      ids: own(source.rows * 4),
      // Numbers of evaluation rows count too, and of categories that no row has.
      counters: own((source.rows + source.categories.reduce((most, { size }) => Math.max(most, size), 0)) * 8),
      parts: own(mostParts * PART_BYTES),
    };
    this.orders = source.permutations.map((order) => (order ? arena.alloc(source.trainRows * 4) : 0));
    this.gainRooms = Array.from({ length: KINDS }, () => own(source.trainRows));
  }

  /** Call once after the arena's commit; a barrier follows in the caller's next step. */
  prepare(): void {
    if (this.context.thread !== 0) return;
    for (const [fold, order] of this.source.permutations.entries()) {
      if (order) this.arena.uint32(this.orders[fold], order.length).set(order);
    }
  }

  /** Makes what is missing; at most `capacity` requests at a time. Barriers. */
  ensure(requests: readonly CtrRequest[]): void {
    const { context, arena } = this;
    const wanted = new Map(requests.map((request) => [keyOf(request), request]));
    if (wanted.size > this.capacity) throw new TrainingFailedError('Too many target statistics at a time');
    const missing: { key: string; request: CtrRequest }[] = [];
    for (const [key, request] of wanted) {
      const entry = this.entries.get(key);
      if (entry) {
        // Last used, last dropped.
        this.entries.delete(key);
        this.entries.set(key, entry);
      } else missing.push({ key, request });
    }
    if (missing.length === 0) return;
    const fresh = missing.map(({ key }) => {
      if (this.free.length === 0) this.drop(wanted);
      const entry = { address: this.free.pop() ?? 0, count: 0 };
      this.entries.set(key, entry);
      return entry;
    });
    const counts = arena.int32(this.counts, missing.length);
    for (let i = context.nextUnit(); i < missing.length; i = context.nextUnit()) {
      context.check();
      counts[i] = this.make(missing[i].request, fresh[i].address);
    }
    context.barrier();
    for (const [i, entry] of fresh.entries()) entry.count = counts[i];
    context.barrier();
  }

  /** Address of a part's column; of evaluation rows behind the training rows, on the last fold. */
  address(request: CtrRequest, part: number): number {
    return this.entry(request).address + part * this.pitch;
  }

  /** Distinct combinations of the training rows. */
  count(request: CtrRequest): number {
    return this.entry(request).count;
  }

  private entry(request: CtrRequest): Entry {
    const entry = this.entries.get(keyOf(request));
    if (!entry) throw new RangeError('A target statistic that was not made');
    return entry;
  }

  private drop(wanted: ReadonlyMap<string, CtrRequest>): void {
    for (const [key, { address }] of this.entries) {
      if (wanted.has(key)) continue;
      this.entries.delete(key);
      this.free.push(address);
      return;
    }
  }

  /** Numbers of the rows' combinations. */
  ids({ categories, floats, oneHots }: Combination): CombinationIds {
    const group = kept(this.groups, categories.join(), () => this.groupOf(categories));
    if (floats.length + oneHots.length === 0) return group;
    const key = combinationKey({ categories: [], floats, oneHots });
    const { mask, size } = kept(this.masks, key, () => this.maskOf(floats, oneHots));
    return combineIds(group.ids, group.count, mask, size);
  }

  private groupOf(categories: readonly number[]): CombinationIds {
    const [first, ...rest] = categories.map((category) => this.source.categories[category]);
    let found: CombinationIds = { ids: first.numbers, count: first.size };
    for (const { numbers, size } of rest) found = combineIds(found.ids, found.count, numbers, size);
    return found;
  }

  /** A bit a condition by row. */
  private maskOf(
    floats: readonly BinCondition[],
    oneHots: readonly BinCondition[],
  ): { mask: Int32Array; size: number } {
    const mask = new Int32Array(this.source.rows);
    let bit = 1;
    for (const { feature, bin } of floats) {
      let at = 0;
      for (const bins of this.source.bins(feature)) {
        for (let i = 0; i < bins.length; i++, at++) if (bins[i] > bin) mask[at] |= bit;
      }
      bit *= 2;
    }
    for (const { feature, bin } of oneHots) {
      let at = 0;
      for (const bins of this.source.bins(feature)) {
        for (let i = 0; i < bins.length; i++, at++) if (bins[i] === bin) mask[at] |= bit;
      }
      bit *= 2;
    }
    return { mask, size: bit };
  }

  private make({ combination, parts, fold }: CtrRequest, address: number): number {
    const { source, arena, pitch } = this;
    const { ids, count } = this.ids(combination);
    const columns = parts.map((_, i) => arena.bytes(address + i * pitch, source.rows));
    const order = source.permutations[fold];
    const withEvaluation = fold === source.permutations.length - 1;
    const done = new Set<string>();
    for (const part of parts) {
      // Parts that count the same are made together.
      const kind = `${part.type}.${part.targetBorder}.${part.targetBorderCount}`;
      if (done.has(kind)) continue;
      done.add(kind);
      const alike = parts.flatMap((other, j) =>
        other.type === part.type && other.targetBorder === part.targetBorder
          ? [{ part: other, column: columns[j] }]
          : [],
      );
      this.fill(ids, count, alike, fold, order, withEvaluation);
    }
    return distinct(ids, source.trainRows, count);
  }

  private fill(
    ids: Int32Array,
    count: number,
    alike: { part: CtrPart; column: Uint8Array }[],
    fold: number,
    order: Uint32Array | undefined,
    withEvaluation: boolean,
  ): void {
    const { source } = this;
    const { trainRows } = source;
    const total = new Float64Array(count);
    const { type } = alike[0].part;
    if (type === 'Counter') {
      for (let i = 0; i < trainRows; i++) total[ids[i]]++;
      let most = 0;
      for (let id = 0; id < count; id++) if (total[id] > most) most = total[id];
      const to = withEvaluation ? source.rows : trainRows;
      for (const { part, column } of alike) {
        const bins = Uint8Array.from(total, (found) => ctrBin(found, most, part));
        for (let i = 0; i < to; i++) column[i] = bins[ids[i]];
      }
      return;
    }
    if (type === 'Borders' || type === 'Buckets') {
      this.fillByCounts(ids, count, alike, fold, withEvaluation);
      return;
    }
    const good = new Float64Array(count);
    const gains = this.gains(alike[0].part);
    const tables = alike.map(({ part }) => this.tableOf(part));
    for (let at = 0; at < trainRows; at++) {
      const i = order ? order[at] : at;
      const id = ids[i];
      for (let j = 0; j < alike.length; j++) alike[j].column[i] = tables[j].bin(good[id], total[id]);
      good[id] += gains[i];
      total[id]++;
    }
    if (!withEvaluation) return;
    for (let i = trainRows; i < source.rows; i++) {
      for (let j = 0; j < alike.length; j++) alike[j].column[i] = tables[j].bin(good[ids[i]], total[ids[i]]);
    }
  }

  /** Statistics that count rows, by the kernel. */
  private fillByCounts(
    ids: Int32Array,
    count: number,
    alike: { part: CtrPart; column: Uint8Array }[],
    fold: number,
    withEvaluation: boolean,
  ): void {
    const { source, arena, scratch, orders } = this;
    const { kernels } = this.context;
    const { trainRows, rows } = source;
    arena.int32(scratch.ids, rows).set(ids);
    arena.int32(scratch.counters, 2 * count).fill(0);
    for (const [i, { part, column }] of alike.entries()) {
      const at = scratch.parts + i * PART_BYTES;
      arena.float32(at, 4).set([part.prior[0], part.prior[1], part.shift, part.scale]);
      arena.int32(at + 16, 2).set([part.borderCount, column.byteOffset]);
    }
    const gains = this.gainsInMemory(alike[0].part);
    const { counters, parts } = scratch;
    kernels.orderedStatistics(scratch.ids, orders[fold], gains, 0, trainRows, counters, parts, alike.length);
    if (!withEvaluation) return;
    kernels.orderedStatistics(scratch.ids, 0, 0, trainRows, rows, counters, parts, alike.length);
  }

  private gainsInMemory(part: CtrPart): number {
    const key = `${part.type}.${part.targetBorder}`;
    let address = this.gainsOf.get(key);
    if (address === undefined) {
      // The kind used longest ago makes room.
      const [[oldest, room] = []] = this.gainsOf.size < KINDS ? [] : this.gainsOf;
      if (oldest !== undefined) this.gainsOf.delete(oldest);
      address = room ?? this.gainRooms[this.gainsOf.size];
      this.arena.bytes(address, this.source.trainRows).set(this.gains(part));
      this.gainsOf.set(key, address);
    }
    return address;
  }

  private tableOf(part: CtrPart): BinTable {
    let table = this.tables.get(part);
    if (!table) {
      table = new BinTable(part, part.type === 'FloatTargetMeanValue' || part.type === 'BinarizedTargetMeanValue');
      this.tables.set(part, table);
    }
    return table;
  }

  /** What each training row adds to what is good. */
  private gains({ type, targetBorder, targetBorderCount }: CtrPart): Float64Array {
    const { classes, labels } = this.source;
    switch (type) {
      case 'Borders':
        return Float64Array.from(classes, (k) => (k > targetBorder ? 1 : 0));
      case 'Buckets':
        return Float64Array.from(classes, (k) => (k === targetBorder ? 1 : 0));
      case 'FloatTargetMeanValue':
        return labels;
      default:
        return Float64Array.from(classes, (k) => k / targetBorderCount);
    }
  }
}

/** Kinds of gains that a worker keeps. */
const KINDS = 4;

function kept<T>(known: Map<string, T>, key: string, make: () => T): T {
  const found = known.get(key) ?? make();
  known.delete(key);
  known.set(key, found);
  const [oldest] = known.keys();
  if (known.size > KEPT) known.delete(oldest);
  return found;
}

const TABLE = 256;

/** Bins of small counts looked up, of others computed. */
class BinTable {
  private readonly bins: Uint8Array | undefined;

  constructor(
    private readonly part: CtrPart,
    fractional: boolean,
  ) {
    if (fractional) return;
    this.bins = new Uint8Array(TABLE * TABLE);
    for (let total = 0; total < TABLE; total++) {
      for (let good = 0; good <= total; good++) this.bins[total * TABLE + good] = ctrBin(good, total, part);
    }
  }

  bin(good: number, total: number): number {
    return this.bins && total < TABLE ? this.bins[total * TABLE + good] : ctrBin(good, total, this.part);
  }
}

function distinct(ids: Int32Array, rows: number, count: number): number {
  const seen = new Uint8Array(count);
  let found = 0;
  for (let i = 0; i < rows; i++) {
    found += 1 - seen[ids[i]];
    seen[ids[i]] = 1;
  }
  return found;
}

function keyOf({ combination, fold, parts }: CtrRequest): string {
  return `${fold}:${parts.length}:${combinationKey(combination)}`;
}
