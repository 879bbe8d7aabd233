/**
 * What trees are chosen by: derivatives and weights of the sampled rows as pairs of integers, so that sums are exact in any order.
 * One list of pairs an output, all with one scale.
 */
import { TrainingFailedError } from '../../../core/errors.js';
import type { Arena } from '../../../kernels/arena.js';
import type { JobContext } from '../../../kernels/job.js';
import type { LeafRows, Stretch } from './leaf-rows.js';

const CHUNK = 8192;
/** Pairs stay below 2^30 in magnitude, and sums over all rows below 2^51. */
const PAIR_BITS = 30;
const SUM_BITS = 51;

/** Exact sums of a leaf, one pair an output: gradient and weight in turn. */
export type LeafSums = Float64Array;

export class GradientPairs {
  /** What a unit of the integers is worth: real = integer / scale. Powers of two. */
  scaleG = 1;
  scaleW = 1;
  private readonly byRow: number;
  private readonly byPosition: number;
  private readonly records: number;
  private readonly sums: number;
  private readonly pitch: number;

  constructor(
    private readonly context: JobContext,
    private readonly arena: Arena,
    private readonly rows: number,
    readonly outputs: number,
    maxLeaves: number,
  ) {
    this.pitch = rows * 8;
    this.byRow = arena.alloc(outputs * this.pitch);
    this.byPosition = arena.alloc(outputs * this.pitch);
    const most = Math.ceil(rows / CHUNK) + Math.min(maxLeaves, rows) + 1;
    this.records = arena.alloc(context.threads * 64);
    this.sums = arena.alloc(most * outputs * 16);
  }

  /** Takes derivatives (f64, `stride` bytes from output to output) and weights (f32 or 0), times the rows' factors (f32 or 0). Barriers. */
  load(ders: number, stride: number, weights: number, factors: number): void {
    const { context, arena, rows, outputs } = this;
    const { kernels } = context;
    const units = Math.ceil(rows / CHUNK);
    const record = this.records + context.thread * 64;
    const own = arena.float64(record, 4);
    own.fill(0);
    for (let unit = context.nextUnit(); unit < units * outputs; unit = context.nextUnit()) {
      const from = (unit % units) * CHUNK;
      const at = ders + Math.floor(unit / units) * stride;
      kernels.largestPairs(at, weights, factors, from, Math.min(rows, from + CHUNK), record + 16);
      own[0] = Math.max(own[0], own[2]);
      own[1] = Math.max(own[1], own[3]);
    }
    context.barrier();
    const largest = [0, 0];
    for (let t = 0; t < context.threads; t++) {
      const other = arena.float64(this.records + t * 64, 2);
      for (let i = 0; i < 2; i++) largest[i] = Math.max(largest[i], other[i]);
    }
    const bits = Math.min(PAIR_BITS, SUM_BITS - Math.ceil(Math.log2(rows + 1)));
    this.scaleG = powerOfTwoScale(largest[0], bits);
    this.scaleW = powerOfTwoScale(largest[1], bits);
    for (let unit = context.nextUnit(); unit < units * outputs; unit = context.nextUnit()) {
      const from = (unit % units) * CHUNK;
      const k = Math.floor(unit / units);
      const to = Math.min(rows, from + CHUNK);
      const pairs = this.byRow + k * this.pitch;
      kernels.quantisePairs(ders + k * stride, weights, factors, from, to, this.scaleG, this.scaleW, pairs);
    }
    context.barrier();
  }

  /** Address of the pairs from a position on, as `gather` left them. */
  at(output: number, position: number): number {
    return this.byPosition + output * this.pitch + position * 8;
  }

  /** Address of the pairs of all rows in their own order. */
  inRowOrder(output: number): number {
    return this.byRow + output * this.pitch;
  }

  /** Brings the pairs of the stretches' rows into the order of `leafRows`, and sums them by stretch; barriers. Of some outputs only. */
  gather(leafRows: LeafRows, stretches: readonly Stretch[], first = 0, outputs = this.outputs): LeafSums[] {
    const { context, arena } = this;
    const pieces = stretches.flatMap(({ begin, count }, stretch) =>
      Array.from({ length: Math.ceil(count / CHUNK) }, (_, i) => ({
        stretch,
        begin: begin + i * CHUNK,
        count: Math.min(CHUNK, count - i * CHUNK),
      })),
    );
    for (let unit = context.nextUnit(); unit < pieces.length * outputs; unit = context.nextUnit()) {
      const { begin, count } = pieces[Math.floor(unit / outputs)];
      const k = unit % outputs;
      const rows = leafRows.at(begin);
      const [from, to] = [this.inRowOrder(first + k), this.at(first + k, begin)];
      context.kernels.gatherPairs(rows, count, from, to, this.sums + unit * 16);
    }
    context.barrier();
    const found = arena.int64(this.sums, pieces.length * outputs * 2);
    const sums = stretches.map(() => new Float64Array(2 * outputs));
    for (const [i, { stretch }] of pieces.entries()) {
      for (let j = 0; j < 2 * outputs; j++) sums[stretch][j] += Number(found[i * outputs * 2 + j]);
    }
    context.barrier();
    return sums;
  }
}

const double = new DataView(new ArrayBuffer(8));

/** The power of two that brings `largest` just below 2^bits. */
function powerOfTwoScale(largest: number, bits: number): number {
  if (largest === 0) return 1;
  if (!(largest < 2 ** 900)) {
    throw new TrainingFailedError('Derivatives of the loss are not finite', {
      hint: 'Scale the labels down, or lower the learning rate or the sample weights.',
    });
  }
  double.setFloat64(0, Math.max(largest, 2 ** -900));
  const exponent = ((double.getInt32(0) >> 20) & 0x7ff) - 1023;
  double.setInt32(0, (bits - 1 - exponent + 1023) << 20);
  double.setInt32(4, 0);
  return double.getFloat64(0);
}
