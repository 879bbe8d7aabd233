/** One worker's features of one window at a time; the arithmetic is in assembly/minirocket.ts. */
import type { Arena } from '../../kernels/arena.js';
import type { JobContext } from '../../kernels/job.js';
import type { RocketJobArgs } from './job-args.js';
import { type Convolution, kernelTaps } from './plan.js';

const FLOAT = 4;
/** The kernels work on four positions at a time. */
const round4 = (n: number): number => Math.ceil(n / 4) * 4;

export class WindowFeatures {
  /** Values of a channel with zeros on both sides. */
  private readonly stride: number;
  private readonly pad: number;
  private readonly at: { series: number; sum: number; taps: number; values: number; biases: number };
  /** What `taps` holds, in a model of one channel. */
  private tapsOf = 0;

  /** Every worker makes one, before `arena.commit()`. */
  constructor(
    private readonly context: JobContext<RocketJobArgs>,
    private readonly arena: Arena,
  ) {
    const { plan } = context.args;
    const largest = plan.convolutions.reduce((most, { dilation }) => Math.max(most, dilation), 1);
    this.pad = round4(4 * largest) + 4;
    this.stride = round4(plan.length) + 2 * this.pad;
    const perThread = (values: number) => {
      const bytes = Math.ceil((values * FLOAT) / 64) * 64;
      return arena.alloc(bytes * context.threads) + bytes * context.thread;
    };
    this.at = {
      series: perThread(plan.channels * this.stride),
      sum: perThread(this.stride),
      taps: perThread(this.stride),
      values: perThread(this.stride),
      biases: arena.alloc((plan.numFeatures + 4) * FLOAT),
    };
  }

  /** After `arena.commit()`, and again when the biases have changed. */
  loadBiases(): void {
    this.arena.float32(this.at.biases, this.context.args.biases.length).set(this.context.args.biases);
  }

  /** Takes window `i`: the next calls are about it. */
  open(i: number): void {
    const { base, ends, plan } = this.context.args;
    const { length, channels } = plan;
    const series = this.arena.float32(this.at.series, channels * this.stride);
    const first = (ends[i] + 1 - length) * channels;
    for (let c = 0; c < channels; c++) {
      const to = c * this.stride + this.pad;
      for (let t = 0, p = first + c; t < length; t++, p += channels) series[to + t] = base[p];
    }
    this.tapsOf = 0;
  }

  /** Values of a convolution at each position of the open window. */
  values(convolution: Convolution): Float32Array {
    this.convolve(convolution);
    return this.arena.float32(this.at.values, this.context.args.plan.length);
  }

  /** All features of the open window, written from address `out` on. */
  write(out: number): void {
    const { kernels, args } = this.context;
    const { length, convolutions } = args.plan;
    for (const convolution of convolutions) {
      const { first, count, dilation, padded } = convolution;
      this.convolve(convolution);
      const margin = padded ? 0 : 4 * dilation;
      const values = this.at.values + margin * FLOAT;
      kernels.rocketShares(values, length - 2 * margin, this.at.biases + first * FLOAT, count, out + first * FLOAT);
    }
  }

  private convolve({ kernel, dilation, channels }: Convolution): void {
    const { at } = this;
    const { kernels, args } = this.context;
    const { length } = args.plan;
    const series = this.seriesOf(channels);
    if (args.plan.channels > 1 || this.tapsOf !== dilation) {
      kernels.rocketTaps(series, length, dilation, at.taps);
      this.tapsOf = dilation;
    }
    const [i, j, k] = kernelTaps[kernel];
    kernels.rocketConvolve(series, length, dilation, i, j, k, at.taps, at.values);
  }

  /** Address of the first value of a channel, or of the sum of several. */
  private seriesOf(channels: readonly number[]): number {
    const { at, pad, stride } = this;
    const { kernels, args } = this.context;
    const address = (c: number) => at.series + (c * stride + pad) * FLOAT;
    if (channels.length === 1) return address(channels[0]);
    const { length } = args.plan;
    const sum = at.sum + pad * FLOAT;
    this.arena.bytes(sum, length * FLOAT).set(this.arena.bytes(address(channels[0]), length * FLOAT));
    for (const c of channels.slice(1)) kernels.rocketAdd(address(c), length, sum);
    return sum;
  }
}
