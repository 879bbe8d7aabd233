/**
 * Which rows are in which leaf of a tree: two stretches of one array of row numbers a leaf, one of the rows the structure is
 * chosen on and one of those left out. Rows keep their order, so nothing depends on threads.
 */
import type { Arena } from '../../../kernels/arena.js';
import type { JobContext } from '../../../kernels/job.js';

/** Rows that a worker handles at a time. */
const CHUNK = 8192;
/** Tests whose leaves are found at once: their number is a byte. */
const MOST_AT_ONCE = 8;

export interface Stretch {
  begin: number;
  count: number;
}

export interface Chunk extends Stretch {
  leaf: number;
}

/** A test on bins: yes (bit 1) is a bin above `bin`, or that bin itself if `oneHot`. */
export interface ColumnTest {
  /** Address of the column of bins. */
  column: number;
  bin: number;
  oneHot: boolean;
}

export class LeafRows {
  /** By leaf; the test of level d is bit d of a leaf's number. */
  sampled: Stretch[] = [];
  leftOut: Stretch[] = [];
  private lists: [number, number];
  private readonly counts: number;
  /** For `assign`: leaves by row, how many rows each has by chunk, and this worker's tests and places. */
  private readonly found: { leaves: number; counts: number; tests: number; places: number };

  constructor(
    private readonly context: JobContext,
    private readonly arena: Arena,
    readonly rows: number,
    maxLeaves: number,
  ) {
    this.lists = [arena.alloc(rows * 4), arena.alloc(rows * 4)];
    this.counts = arena.alloc((Math.ceil(rows / CHUNK) + 2 * Math.min(maxLeaves, rows) + 2) * 4);
    const atOnce = Math.min(maxLeaves, 1 << MOST_AT_ONCE);
    const own = (bytes: number) => arena.alloc(context.threads * bytes) + context.thread * bytes;
    this.found = {
      leaves: arena.alloc(rows),
      counts: arena.alloc(Math.ceil(rows / CHUNK) * atOnce * 4),
      tests: own(128),
      places: own(Math.max(64, atOnce * 4)),
    };
  }

  get leaves(): number {
    return this.sampled.length;
  }

  /** Address of the row number at this position. */
  at(position: number): number {
    return this.lists[0] + position * 4;
  }

  /** Everything in one leaf; rows of factor 0 (f32 at `factors`, or 0: all are 1) are left out. Barriers. */
  reset(factors: number): void {
    const { arena, context, rows } = this;
    const { kernels } = context;
    const chunks = Math.ceil(rows / CHUNK);
    const counts = arena.int32(this.counts, chunks);
    for (let i = context.nextUnit(); factors !== 0 && i < chunks; i = context.nextUnit()) {
      counts[i] = kernels.countTaken(factors, i * CHUNK, Math.min(rows, (i + 1) * CHUNK));
    }
    context.barrier();
    const starts = new Uint32Array(chunks + 1);
    for (let i = 0; i < chunks; i++) {
      starts[i + 1] = starts[i] + (factors === 0 ? Math.min(rows, (i + 1) * CHUNK) - i * CHUNK : counts[i]);
    }
    const taken = starts[chunks];
    for (let i = context.nextUnit(); i < chunks; i = context.nextUnit()) {
      const from = i * CHUNK;
      const rest = taken + from - starts[i];
      const [to, left] = [this.at(starts[i]), this.at(rest)];
      kernels.scatterTaken(factors, from, Math.min(rows, from + CHUNK), to, left);
    }
    this.sampled = [{ begin: 0, count: taken }];
    this.leftOut = [{ begin: taken, count: rows - taken }];
    context.barrier();
  }

  /** Rows of an order in one leaf: the first `body` as those sampled, the rest left out; a barrier. */
  resetTo(order: Uint32Array | undefined, body: number): void {
    const { arena, context, rows } = this;
    if (context.thread === 0) {
      const list = arena.uint32(this.lists[0], rows);
      if (order) list.set(order.subarray(0, rows));
      else for (let i = 0; i < rows; i++) list[i] = i;
    }
    this.sampled = [{ begin: 0, count: body }];
    this.leftOut = [{ begin: body, count: rows - body }];
    context.barrier();
  }

  /** All rows in the leaves of these tests, as if split by one after the other; barriers. */
  assign(tests: readonly ColumnTest[]): void {
    if (tests.length === 0 || tests.length > MOST_AT_ONCE) {
      this.reset(0);
      for (const test of tests) this.split(test);
      return;
    }
    const { arena, context, rows, found } = this;
    const { kernels } = context;
    const leaves = 1 << tests.length;
    const chunks = Math.ceil(rows / CHUNK);
    const described = arena.int32(found.tests, 3 * tests.length);
    for (const [t, { column, bin, oneHot }] of tests.entries()) described.set([column, bin, Number(oneHot)], 3 * t);
    for (let i = context.nextUnit(); i < chunks; i = context.nextUnit()) {
      const to = Math.min(rows, (i + 1) * CHUNK);
      kernels.findLeaves(found.tests, tests.length, i * CHUNK, to, found.leaves, found.counts + i * leaves * 4);
    }
    context.barrier();
    const counts = arena.int32(found.counts, chunks * leaves);
    const starts = new Int32Array(chunks * leaves);
    this.sampled = new Array(leaves);
    let at = 0;
    for (let place = 0; place < leaves; place++) {
      const leaf = reversed(place, tests.length);
      const begin = at;
      for (let i = leaf; i < starts.length; i += leaves) {
        starts[i] = at;
        at += counts[i];
      }
      this.sampled[leaf] = { begin, count: at - begin };
    }
    this.leftOut = Array.from({ length: leaves }, () => ({ begin: rows, count: 0 }));
    const places = arena.int32(found.places, leaves);
    for (let i = context.nextUnit(); i < chunks; i = context.nextUnit()) {
      places.set(starts.subarray(i * leaves, (i + 1) * leaves));
      const to = Math.min(rows, (i + 1) * CHUNK);
      kernels.scatterLeaves(found.leaves, i * CHUNK, to, found.places, this.at(0));
    }
    context.barrier();
  }

  /** Splits every leaf by the test; two barriers. */
  split({ column, bin, oneHot }: ColumnTest): void {
    const { context, arena, leaves } = this;
    const { kernels } = context;
    const chunks = this.chunks(CHUNK);
    const counts = arena.int32(this.counts, chunks.length);
    for (let i = context.nextUnit(); i < chunks.length; i = context.nextUnit()) {
      counts[i] = kernels.countRight(this.at(chunks[i].begin), chunks[i].count, column, bin, Number(oneHot));
    }
    context.barrier();
    const next = split(this.sampled, leaves, chunks, counts, 0);
    const nextOut = split(this.leftOut, leaves, chunks, counts, next.used);
    const starts = [...next.starts, ...nextOut.starts];
    const [from, to] = this.lists;
    for (let i = context.nextUnit(); i < chunks.length; i = context.nextUnit()) {
      const { begin, count } = chunks[i];
      const [left, right] = starts[i];
      kernels.scatterRows(from + begin * 4, count, column, bin, Number(oneHot), to + left * 4, to + right * 4);
    }
    this.lists = [to, from];
    this.sampled = next.stretches;
    this.leftOut = nextOut.stretches;
    context.barrier();
  }

  /** Splits some leaves, each by a test of its own: the left child keeps the leaf's number, the right ones are new. Barriers. */
  splitEach(splits: readonly { leaf: number; test: ColumnTest }[]): void {
    const { context, arena } = this;
    const { kernels } = context;
    const chunks = [this.sampled, this.leftOut].flatMap((stretches) =>
      splits.flatMap(({ leaf }, i) => piecesOf(stretches[leaf], i, CHUNK)),
    );
    const counts = arena.int32(this.counts, chunks.length);
    for (let i = context.nextUnit(); i < chunks.length; i = context.nextUnit()) {
      const { begin, count, leaf } = chunks[i];
      const { column, bin, oneHot } = splits[leaf].test;
      counts[i] = kernels.countRight(this.at(begin), count, column, bin, Number(oneHot));
    }
    context.barrier();
    const found = (stretches: Stretch[], first: number) =>
      split(
        splits.map(({ leaf }) => stretches[leaf]),
        splits.length,
        chunks,
        counts,
        first,
      );
    const next = found(this.sampled, 0);
    const nextOut = found(this.leftOut, next.used);
    const starts = [...next.starts, ...nextOut.starts];
    const [from, to] = this.lists;
    for (let i = context.nextUnit(); i < chunks.length; i = context.nextUnit()) {
      const { begin, count, leaf } = chunks[i];
      const { column, bin, oneHot } = splits[leaf].test;
      const [left, right] = starts[i];
      kernels.scatterRows(from + begin * 4, count, column, bin, Number(oneHot), to + left * 4, to + right * 4);
    }
    context.barrier();
    // The other leaves' rows stay where they are.
    for (let i = context.nextUnit(); i < chunks.length; i = context.nextUnit()) {
      const { begin, count } = chunks[i];
      arena.uint32(from + begin * 4, count).set(arena.uint32(to + begin * 4, count));
    }
    for (const [stretches, halves] of [
      [this.sampled, next.stretches],
      [this.leftOut, nextOut.stretches],
    ]) {
      for (const [i, { leaf }] of splits.entries()) {
        stretches[leaf] = halves[i];
        stretches.push(halves[i + splits.length]);
      }
    }
    context.barrier();
  }

  /** Takes back test `level`, which split no leaf. */
  unite(level: number): void {
    const keep = (stretches: Stretch[]): Stretch[] => {
      const bit = 1 << level;
      const united: Stretch[] = [];
      for (let leaf = 0; leaf < stretches.length; leaf++) {
        if (leaf & bit) continue;
        const [a, b] = [stretches[leaf], stretches[leaf | bit]];
        united.push(b.count > 0 ? b : a);
      }
      return united;
    };
    this.sampled = keep(this.sampled);
    this.leftOut = keep(this.leftOut);
  }

  /** Rows in pieces of at most `size`: first those sampled, leaf by leaf, then, for `all`, those left out. */
  chunks(size: number, all = true): Chunk[] {
    const chunks: Chunk[] = [];
    for (const stretches of all ? [this.sampled, this.leftOut] : [this.sampled]) {
      for (const [leaf, stretch] of stretches.entries()) chunks.push(...piecesOf(stretch, leaf, size));
    }
    return chunks;
  }

  isEmpty(leaf: number): boolean {
    return this.sampled[leaf].count + this.leftOut[leaf].count === 0;
  }
}

function piecesOf({ begin, count }: Stretch, leaf: number, size: number): Chunk[] {
  const pieces: Chunk[] = [];
  for (let done = 0; done < count; done += size) {
    pieces.push({ leaf, begin: begin + done, count: Math.min(size, count - done) });
  }
  return pieces;
}

/** The lowest bits in reverse: leaves lie as splitting leaves them, the last test's beside each other. */
function reversed(value: number, bits: number): number {
  let result = 0;
  for (let bit = 0; bit < bits; bit++) result |= ((value >> bit) & 1) << (bits - 1 - bit);
  return result;
}

/** Where the chunks' left and right rows go, and the stretches that makes; leaf i becomes i and i + leaves. */
function split(
  stretches: Stretch[],
  leaves: number,
  chunks: readonly Chunk[],
  counts: Int32Array,
  first: number,
): { stretches: Stretch[]; starts: [number, number][]; used: number } {
  const next: Stretch[] = new Array(2 * leaves);
  const starts: [number, number][] = [];
  let used = first;
  for (const [leaf, { begin, count }] of stretches.entries()) {
    let to = used;
    let right = 0;
    for (let left = count; left > 0; left -= chunks[to++].count) right += counts[to];
    let leftAt = begin;
    let rightAt = begin + count - right;
    next[leaf] = { begin, count: count - right };
    next[leaf + leaves] = { begin: rightAt, count: right };
    for (; used < to; used++) {
      starts.push([leftAt, rightAt]);
      leftAt += chunks[used].count - counts[used];
      rightAt += counts[used];
    }
  }
  return { stretches: next, starts, used };
}
