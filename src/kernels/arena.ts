/**
 * Addresses in a job's shared memory. Every worker makes the same requests in the same order and so gets the same addresses;
 * `commit` then grows the memory once for all. Nothing is freed one by one: `mark` and `release` drop everything after a point.
 */
import { TrainingFailedError } from '../core/errors.js';
import type { JobContext } from './job.js';

const PAGE = 65536;
/** Below it lie the pool's control words and the module's static data. */
const FIRST = PAGE;
/** Addresses are 32 bits; the last page stays out so that an end address never wraps to 0. */
const LIMIT = 65535 * PAGE;

export class Arena {
  private top = FIRST;

  constructor(private readonly context: Pick<JobContext, 'memory' | 'thread' | 'threads' | 'barrier'>) {}

  /** Address of `bytes` bytes aligned to `align`; usable after the next `commit`. Contents are zero only on first use. */
  alloc(bytes: number, align = 64): number {
    const address = Math.ceil(this.top / align) * align;
    this.top = address + Math.ceil(bytes);
    return address;
  }

  /** Address of this worker's own `bytes` bytes; each worker's part begins on a cache line of its own. */
  allocEach(bytes: number): number {
    const { thread, threads } = this.context;
    const padded = Math.ceil(bytes / 64) * 64;
    return this.alloc(padded * threads) + padded * thread;
  }

  /** A point to go back to with `release`. */
  mark(): number {
    return this.top;
  }

  release(mark: number): void {
    this.top = mark;
  }

  /**
   * Makes everything allocated so far usable in all workers; a barrier.
   * @throws TrainingFailedError when the memory cannot grow that far.
   */
  commit(): void {
    const { memory, thread, barrier } = this.context;
    if (thread === 0) {
      const missing = Math.ceil(this.top / PAGE) - memory.buffer.byteLength / PAGE;
      if (missing > 0) grow(memory, missing, this.top);
    }
    barrier();
    // V8 tells other threads of the growth when it gets to it: growing by nothing makes this thread look.
    if (memory.buffer.byteLength < this.top) memory.grow(0);
  }

  // Views end with the memory as it was when they were made, but stay valid when it grows.
  bytes(address: number, length: number): Uint8Array {
    return new Uint8Array(this.context.memory.buffer, address, length);
  }

  uint16(address: number, length: number): Uint16Array {
    return new Uint16Array(this.context.memory.buffer, address, length);
  }

  int32(address: number, length: number): Int32Array {
    return new Int32Array(this.context.memory.buffer, address, length);
  }

  uint32(address: number, length: number): Uint32Array {
    return new Uint32Array(this.context.memory.buffer, address, length);
  }

  int64(address: number, length: number): BigInt64Array {
    return new BigInt64Array(this.context.memory.buffer, address, length);
  }

  float32(address: number, length: number): Float32Array {
    return new Float32Array(this.context.memory.buffer, address, length);
  }

  float64(address: number, length: number): Float64Array {
    return new Float64Array(this.context.memory.buffer, address, length);
  }
}

function grow(memory: WebAssembly.Memory, pages: number, bytes: number): void {
  try {
    if (bytes > LIMIT) throw new RangeError('beyond the 4 GiB a 32-bit memory can address');
    memory.grow(pages);
  } catch (cause) {
    const mebibytes = Math.ceil(bytes / 2 ** 20);
    throw new TrainingFailedError(`${mebibytes} MiB of working memory are needed and could not be had`, {
      hint: 'Free memory, or use fewer rows, columns, bins or leaves; 4 GiB is the most one job can use.',
      details: { mebibytes },
      cause,
    });
  }
}
