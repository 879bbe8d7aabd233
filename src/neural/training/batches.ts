/** Batches of windows in the layout a graph reads, gathered from the base when they are needed: nothing is ever materialised as a whole. */
import type { Matrix } from '../../core/matrix.js';
import { deriveSeed, Random } from '../../core/random.js';
import type { Layout } from '../graph/inputs.js';

/** Samples of one set: windows over scaled rows, with features beside them for hybrid models. */
export interface Samples {
  /** Scaled rows of the base, row-major (rows, channels). */
  readonly base: Float32Array;
  readonly channels: number;
  readonly ends: Uint32Array;
  readonly length: number;
  /** Scaled (n, columns). */
  readonly features?: Matrix;
  /** (n,) class index, or the scaled target. */
  readonly y: Float64Array;
  /** (n,) product of sample and class weights. */
  readonly weights: Float32Array;
}

/** One batch of a fixed size; rows past the samples there are have weight 0. */
export interface Batch {
  readonly x: Float32Array;
  readonly features?: Float32Array;
  /** (batch, classes) one-hot, or (batch, 1) targets. */
  readonly y: Float32Array;
  /** (batch,) */
  readonly weights: Float32Array;
  /** Samples that are not padding. */
  readonly size: number;
}

export class BatchSource {
  constructor(
    private readonly samples: Samples,
    private readonly layout: Layout,
    readonly batchSize: number,
    /** Columns of y: classes, or 1. */
    private readonly outputs: number,
  ) {}

  get count(): number {
    return this.samples.y.length;
  }

  get batches(): number {
    return Math.ceil(this.count / this.batchSize);
  }

  /** Order of the samples in an epoch; without a seed as they are. */
  order(seed: number | undefined, epoch: number): Uint32Array {
    if (seed === undefined) return Uint32Array.from({ length: this.count }, (_, i) => i);
    return new Random(deriveSeed(seed, 'shuffle', epoch)).permutation(this.count);
  }

  /** Batch number `batch` of an epoch in that order, in new arrays (an engine may keep them). */
  gather(order: Uint32Array, batch: number): Batch {
    const { samples, batchSize, outputs } = this;
    const { base, channels, ends, length, features } = samples;
    const chosen = order.subarray(batch * batchSize, (batch + 1) * batchSize);
    const x = new Float32Array(batchSize * length * channels);
    const y = new Float32Array(batchSize * outputs);
    const weights = new Float32Array(batchSize);
    const columns = features?.cols ?? 0;
    const extra = features && new Float32Array(batchSize * columns);
    const step = this.layout === 'time' ? batchSize * channels : channels;
    for (let i = 0; i < chosen.length; i++) {
      const sample = chosen[i];
      const from = (ends[sample] + 1 - length) * channels;
      const to = this.layout === 'time' ? i * channels : i * length * channels;
      if (this.layout === 'batch') x.set(base.subarray(from, from + length * channels), to);
      else copySteps(base, from, x, to, length, channels, step);
      if (outputs === 1) y[i] = samples.y[sample];
      else y[i * outputs + samples.y[sample]] = 1;
      weights[i] = samples.weights[sample];
      if (extra && features) extra.set(features.row(sample), i * columns);
    }
    return { x, features: extra, y, weights, size: chosen.length };
  }
}

function copySteps(
  from: Float32Array,
  start: number,
  to: Float32Array,
  first: number,
  length: number,
  channels: number,
  step: number,
): void {
  for (let t = 0, p = start, q = first; t < length; t++, p += channels, q += step) {
    // A loop is faster than subarray and set for a few channels.
    if (channels < 32) for (let c = 0; c < channels; c++) to[q + c] = from[p + c];
    else to.set(from.subarray(p, p + channels), q);
  }
}
