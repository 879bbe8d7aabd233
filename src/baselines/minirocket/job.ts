/** MiniRocket inside the worker pool: biases, features, scaled columns, decision values. Any worker does any part: threads change no bit. */
import { Arena } from '../../kernels/arena.js';
import type { JobContext } from '../../kernels/job.js';
import type { RocketColumns, RocketHead, RocketJobArgs } from './job-args.js';
import { biasesOf } from './quantiles.js';
import { WindowFeatures } from './window-features.js';

/** Windows that a worker takes at a time. */
const TILE = 16;
/** Columns that are scaled at a time: a few cache lines of each row. */
const COLUMNS = 64;
/** Convolutions whose biases a worker finds at a time. */
const CONVOLUTIONS = 28;

export function run(context: JobContext<RocketJobArgs>): undefined {
  const { args } = context;
  const arena = new Arena(context);
  const windows = new WindowFeatures(context, arena);
  const { numFeatures } = args.plan;
  const tileBytes = TILE * numFeatures * 4 + 64;
  const tile = arena.alloc(tileBytes * context.threads) + tileBytes * context.thread;
  const head = args.head && new Head(context, arena, args.head);
  arena.commit();
  if (args.windows) {
    findBiases(context, windows, args.windows);
    context.barrier();
  }
  windows.loadBiases();
  if (context.thread === 0) head?.load();
  context.barrier();
  const n = args.ends.length;
  for (let from = context.nextUnit() * TILE; from < n; from = context.nextUnit() * TILE) {
    const to = Math.min(n, from + TILE);
    for (let i = from; i < to; i++) {
      context.check();
      windows.open(i);
      windows.write(tile + (i - from) * numFeatures * 4);
    }
    args.features?.set(arena.float32(tile, (to - from) * numFeatures), from * numFeatures);
    head?.decide(tile, from, to);
    context.report({ phase: 'transform', step: Math.min(n, to), total: n });
  }
  context.barrier();
  if (args.features && args.columns) scaleColumns(context, args.features, args.columns);
  return undefined;
}

function findBiases(context: JobContext<RocketJobArgs>, windows: WindowFeatures, chosen: Uint32Array): void {
  const { plan, biases } = context.args;
  const next = () => context.nextUnit() * CONVOLUTIONS;
  for (let from = next(); from < plan.convolutions.length; from = next()) {
    context.check();
    for (let c = from; c < Math.min(plan.convolutions.length, from + CONVOLUTIONS); c++) {
      const convolution = plan.convolutions[c];
      windows.open(chosen[c]);
      biasesOf(windows.values(convolution).slice(), convolution.first, convolution.count, biases);
    }
  }
}

/** Each column less its weighted mean, divided by its length; sums over rows in their order. */
function scaleColumns(context: JobContext<RocketJobArgs>, features: Float32Array, columns: RocketColumns): void {
  const { numFeatures } = context.args.plan;
  const { weights, means, lengths } = columns;
  const n = weights.length;
  const totalWeight = weights.reduce((sum, weight) => sum + weight, 0);
  const next = () => context.nextUnit() * COLUMNS;
  for (let from = next(); from < numFeatures; from = next()) {
    const to = Math.min(numFeatures, from + COLUMNS);
    context.check();
    for (let i = 0; i < n; i++) {
      for (let j = from, p = i * numFeatures + from; j < to; j++, p++) means[j] += weights[i] * features[p];
    }
    for (let j = from; j < to; j++) means[j] /= totalWeight;
    for (let i = 0; i < n; i++) {
      for (let j = from, p = i * numFeatures + from; j < to; j++, p++) {
        const centred = features[p] - means[j];
        lengths[j] += weights[i] * centred * centred;
      }
    }
    // The mean of equal values may be off by a rounding: what is left is no column to learn from.
    for (let j = from; j < to; j++) lengths[j] = lengths[j] > totalWeight * 1e-20 ? Math.sqrt(lengths[j]) : 0;
    for (let i = 0; i < n; i++) {
      for (let j = from, p = i * numFeatures + from; j < to; j++, p++) {
        features[p] = lengths[j] > 0 ? (features[p] - means[j]) / lengths[j] : 0;
      }
    }
  }
}

/** Decision values of the linear model on features. */
class Head {
  private readonly at: { weights: number; out: number };
  /** Weights of an output, its intercept, and padding; features are an even number. */
  private readonly width: number;

  constructor(
    private readonly context: JobContext<RocketJobArgs>,
    private readonly arena: Arena,
    private readonly head: RocketHead,
  ) {
    this.width = context.args.plan.numFeatures + 2;
    const out = TILE * 8;
    this.at = {
      weights: arena.alloc(head.outputs * this.width * 8),
      out: arena.alloc(out * context.threads) + out * context.thread,
    };
  }

  /** Worker 0, before a barrier. */
  load(): void {
    const { outputs, weights, intercept } = this.head;
    const { numFeatures } = this.context.args.plan;
    const target = this.arena.float64(this.at.weights, outputs * this.width);
    for (let k = 0; k < outputs; k++) {
      target.set(weights.subarray(k * numFeatures, (k + 1) * numFeatures), k * this.width);
      target[k * this.width + numFeatures] = intercept[k];
    }
  }

  decide(tile: number, from: number, to: number): void {
    const { outputs, decisions } = this.head;
    const { kernels, args } = this.context;
    const { numFeatures } = args.plan;
    const out = this.arena.float64(this.at.out, TILE);
    for (let k = 0; k < outputs; k++) {
      const weights = this.at.weights + k * this.width * 8;
      kernels.linearScores1(tile, numFeatures, to - from, numFeatures, weights, this.at.out);
      for (let i = from; i < to; i++) decisions[i * outputs + k] = out[i - from];
    }
  }
}
