/**
 * Medians of the known values of a matrix's columns: exact, whichever way they are found. Large matrices are looked at by the worker pool,
 * small ones here, in short turns.
 */
import { ownModule } from '../core/location.js';
import type { Matrix } from '../core/matrix.js';
import { Turns } from '../core/turns.js';
import { runJob } from '../kernels/pool.js';
import { shared } from '../kernels/shared.js';
import type { MedianJobArgs, MedianJobResult } from './median-job.js';
import { medianOf, sortableKey } from './ranks.js';

export interface ColumnMedians {
  /** Of each column; undefined where no value is known. */
  readonly medians: readonly (number | undefined)[];
  /** Whether every value is known. */
  readonly complete: boolean;
}

/** Values from which workers are worth their start. */
const LARGE = 1 << 20;

/** Whether workers look at it. */
export const isLarge = ({ data }: Matrix): boolean => data.length >= LARGE;

export interface MedianOptions {
  /** Never changes the result. */
  readonly threads: number;
  readonly signal?: AbortSignal;
}

export async function columnMedians(X: Matrix, { threads, signal }: MedianOptions): Promise<ColumnMedians> {
  if (!isLarge(X)) return mediansHere(X);
  const args: MedianJobArgs = { X: await shared(X.data), cols: X.cols };
  const { medians, known } = await runJob<MedianJobResult>({
    module: ownModule('model/median-job'),
    args,
    threads,
    signal,
  });
  return {
    medians: Array.from(medians, (median) => (Number.isNaN(median) ? undefined : median)),
    complete: known === X.data.length,
  };
}

async function mediansHere(X: Matrix): Promise<ColumnMedians> {
  const medians: (number | undefined)[] = [];
  const turns = new Turns();
  const columns = new ColumnGroup(X);
  let known = 0;
  for (let from = 0; from < X.cols; from += columns.width) {
    await columns.read(from, turns);
    for (let c = 0; c < columns.width && from + c < X.cols; c++) {
      const keys = columns.known(c);
      known += keys.length;
      medians.push(medianOf(keys));
      await turns.pause();
    }
  }
  return { medians, complete: known === X.data.length };
}

/** Columns of a cache line of X: read together, X goes through the processor once instead of once for each. */
const GROUP = 16;
/** Most values of a group; longer columns are read fewer at a time. */
const GROUP_VALUES = 1 << 24;
/** Values read at a stretch. */
const STRETCH = 1 << 20;

/** Some columns of X side by side, each as the known values' bits in the order of the floats. */
class ColumnGroup {
  readonly width: number;
  private readonly keys: Uint32Array;
  private readonly counts: Uint32Array;
  private readonly bits: Uint32Array;

  constructor(private readonly X: Matrix) {
    this.width = Math.max(1, Math.min(GROUP, X.cols, Math.floor(GROUP_VALUES / X.rows)));
    this.keys = new Uint32Array(this.width * X.rows);
    this.counts = new Uint32Array(this.width);
    this.bits = new Uint32Array(X.data.buffer, X.data.byteOffset, X.data.length);
  }

  async read(from: number, turns: Turns): Promise<void> {
    const { X, width } = this;
    const columns = Math.min(width, X.cols - from);
    const rows = Math.max(1, Math.floor(STRETCH / columns));
    this.counts.fill(0);
    for (let row = 0; row < X.rows; row += rows) {
      this.readRows(from, columns, row, Math.min(X.rows, row + rows));
      await turns.pause();
    }
  }

  private readRows(from: number, columns: number, first: number, last: number): void {
    const { X, bits, keys, counts } = this;
    for (let i = first; i < last; i++) {
      const p = i * X.cols + from;
      for (let c = 0; c < columns; c++) {
        const value = bits[p + c];
        if ((value & 0x7fffffff) > 0x7f800000) continue; // NaN
        keys[c * X.rows + counts[c]++] = sortableKey(value);
      }
    }
  }

  /** The known values of column `c` of the group. */
  known(c: number): Uint32Array {
    return this.keys.subarray(c * this.X.rows, c * this.X.rows + this.counts[c]);
  }
}
