/** The part of a job's memory that one problem is solved in. */
import type { Arena } from '../../../kernels/arena.js';
import { BLOCK, blocksOf, type PanelSpace } from './kernel-rows.js';

export interface SpaceSize {
  /** The most variables, or rows to predict, of a problem. */
  readonly rows: number;
  /** Columns of a table row; 0 where there is no panel. */
  readonly cols: number;
  readonly cacheBytes: number;
  /** Workers that share the space. */
  readonly threads: number;
}

/** Doubles of what a worker tells the others: three for each of two groups, in two places. */
const MESSAGE = 8;

export class SolverSpace implements PanelSpace {
  readonly cacheBytes: number;
  readonly panelAddress: number;
  readonly queryAddress: number;
  readonly e: number;
  /** Of the first group, then the second. */
  readonly up: readonly [number, number];
  readonly low: readonly [number, number];
  readonly diagonal: number;
  /** A kernel row that is used at once. */
  readonly scratch: number;
  readonly cache: number;
  private readonly messages: number;

  /** Requests the memory; `base` picks one of several equal spaces. */
  constructor(
    private readonly arena: Arena,
    private readonly size: SpaceSize,
    thread: number,
    copies: number,
    copy: number,
  ) {
    const { cols, threads } = size;
    const rows = blocksOf(size.rows) * BLOCK;
    const alloc = (bytes: number) => {
      const padded = Math.ceil(bytes / 64) * 64;
      return arena.alloc(padded * copies) + padded * copy;
    };
    this.cacheBytes = Math.max(Math.min(size.cacheBytes, rows * rows * 4), 4 * rows * 4);
    this.panelAddress = alloc(rows * cols * 4);
    const query = Math.ceil((cols * 4 + 16) / 64) * 64;
    this.queryAddress = alloc(query * threads) + query * thread;
    this.e = alloc(rows * 8);
    this.up = [alloc(rows * 8), alloc(rows * 8)];
    this.low = [alloc(rows * 8), alloc(rows * 8)];
    this.diagonal = alloc(rows * 4);
    this.scratch = alloc(rows * 4);
    this.messages = alloc(threads * 2 * MESSAGE * 8);
    this.cache = alloc(this.cacheBytes);
  }

  get panel(): Float32Array {
    return (this.panelView ??= this.float32(this.panelAddress, blocksOf(this.size.rows) * BLOCK * this.size.cols));
  }

  get query(): Float32Array {
    return (this.queryView ??= this.float32(this.queryAddress, this.size.cols));
  }

  /** All of the memory up to the end of this space. */
  get bytes(): Uint8Array {
    return (this.bytesView ??= this.arena.bytes(0, this.end));
  }

  /** The same as values; an address divided by 4, or 8, is an index. */
  get floats(): Float32Array {
    return (this.floatsView ??= this.arena.float32(0, this.end / 4));
  }

  get doubles(): Float64Array {
    return (this.doublesView ??= this.arena.float64(0, this.end / 8));
  }

  private get end(): number {
    return this.cache + Math.ceil(this.cacheBytes / 64) * 64;
  }

  float32(address: number, length: number): Float32Array {
    return this.arena.float32(address, length);
  }

  float64(address: number, length: number): Float64Array {
    return this.arena.float64(address, length);
  }

  /** Where worker `thread` writes in place 0 or 1: a worker may write one while others still read the other. */
  message(thread: number, place: 0 | 1, group: number): number {
    return this.messages + ((thread * 2 + place) * MESSAGE + group * 3) * 8;
  }

  private bytesView: Uint8Array | undefined;
  private floatsView: Float32Array | undefined;
  private doublesView: Float64Array | undefined;
  private panelView: Float32Array | undefined;
  private queryView: Float32Array | undefined;
}
