/** Where a job's workers show each other the trees that they have grown: each has a place of its own in shared memory. */
import type { Arena } from '../kernels/arena.js';
import type { JobContext } from '../kernels/job.js';
import { packEnsemble, unpackEnsemble } from './ensemble-pack.js';
import type { GrownTree } from './grower.js';
import type { BinTest, RowRange } from './partition.js';

/** Of a leaf and its share of the nodes: what `packEnsemble` makes of them. */
const NUMBERS_A_LEAF = 8;
const INTEGERS_A_LEAF = 5;
const RANGE = ['begin', 'count'] as const;
const TEST = ['feature', 'bin', 'missingBin', 'missingLeft'] as const;

/** A tree apart from where its rows are listed. */
export type ShownTree = Omit<GrownTree, 'rows'>;

export class TreeBoard {
  private readonly counts: number;
  private readonly numbers: number;
  private readonly integers: number;
  private readonly integersBytes: number;

  /** Reserves room for a tree of up to `maxLeaves` leaves a worker, without sets of categories; usable after the next commit. */
  constructor(
    { threads }: JobContext,
    private readonly arena: Arena,
    private readonly maxLeaves: number,
  ) {
    this.integersBytes = maxLeaves * (INTEGERS_A_LEAF + RANGE.length + TEST.length) * 4;
    this.counts = arena.alloc(threads * 64);
    this.numbers = arena.alloc(threads * maxLeaves * NUMBERS_A_LEAF * 8);
    this.integers = arena.alloc(threads * this.integersBytes);
  }

  /** The others may read it after a barrier, until the next. */
  show(thread: number, { tree, tests, leafRows }: ShownTree): void {
    const { numbers, integers } = packEnsemble({ trees: [tree], outputs: 1, features: 0 });
    this.arena.int32(this.counts + 64 * thread, 1)[0] = tree.leafCount;
    this.numbersOf(thread, numbers.length).set(numbers);
    const room = this.arena.int32(this.integers + thread * this.integersBytes, this.integersBytes / 4);
    room.set(integers);
    let at = integers.length;
    for (const test of tests) for (const key of TEST) room[at++] = test[key];
    for (const range of leafRows) for (const key of RANGE) room[at++] = range[key];
  }

  read(thread: number): ShownTree {
    const [leafCount] = this.arena.int32(this.counts + 64 * thread, 1);
    const nodes = leafCount - 1;
    const integers = this.arena.int32(this.integers + thread * this.integersBytes, this.integersBytes / 4);
    let at = nodes * INTEGERS_A_LEAF;
    const packed = {
      ...{ outputs: 1, features: 0, leafCounts: Int32Array.of(leafCount) },
      numbers: this.numbersOf(thread, nodes * 5 + leafCount * 3).slice(),
      integers: integers.slice(0, at),
      ...{ setLengths: new Uint32Array(), setWords: new Uint32Array() },
    };
    const next = () => integers[at++];
    const tests = Array.from({ length: nodes }, (): BinTest => {
      return { feature: next(), bin: next(), missingBin: next(), missingLeft: next() };
    });
    const leafRows = Array.from({ length: leafCount }, (): RowRange => ({ begin: next(), count: next() }));
    return { tree: unpackEnsemble(packed).trees[0], tests, leafRows, others: [] };
  }

  private numbersOf(thread: number, length: number): Float64Array {
    return this.arena.float64(this.numbers + thread * this.maxLeaves * NUMBERS_A_LEAF * 8, length);
  }
}
