/** The learning-rate range test (Smith, 2017): rates that grow step by step, and the loss at each. */
import { exp, log } from '../../core/math.js';
import type { BatchSource } from './batches.js';
import type { Stepper } from './stepper.js';

/** Range and steps of a search for a learning rate. */
export interface RateSearch {
  /** Default 1e-6. */
  readonly from?: number;
  /** Default 1. */
  readonly to?: number;
  /** Updates; default 100. */
  readonly steps?: number;
}

/** Losses by learning rate, and the rate they suggest. */
export interface RateCurve {
  /** Where the smoothed loss falls fastest: a rate to train with. */
  readonly suggestion: number;
  readonly rates: readonly number[];
  /** Smoothed by an exponential mean. */
  readonly losses: readonly number[];
}

export const RATE_SEARCH: Required<RateSearch> = { from: 1e-6, to: 1, steps: 100 };

const SMOOTHING = 0.9;
/** The search ends when the smoothed loss is so many times the smallest one. */
const DIVERGED = 4;

/** Trains on from the given weights, which are of no use afterwards. */
export async function findRate(
  stepper: Stepper,
  source: BatchSource,
  seed: number,
  { from, to, steps }: Required<RateSearch>,
  check: () => void,
): Promise<RateCurve> {
  const rates: number[] = [];
  const losses: number[] = [];
  let mean = 0;
  let smallest = Number.POSITIVE_INFINITY;
  let correction = 1;
  const quotient = exp(log(to / from) / Math.max(1, steps - 1));
  for (let step = 0, rate = from; step < steps; step++, rate *= quotient) {
    check();
    const epoch = Math.floor(step / source.batches);
    const batch = source.gather(source.order(seed, epoch + 1), step % source.batches);
    const { loss } = await stepper.train(batch, rate, step);
    if (!Number.isFinite(loss)) break;
    mean = SMOOTHING * mean + (1 - SMOOTHING) * loss;
    correction *= SMOOTHING;
    const smoothed = mean / (1 - correction);
    rates.push(rate);
    losses.push(smoothed);
    smallest = Math.min(smallest, smoothed);
    if (smoothed > DIVERGED * smallest) break;
  }
  return { suggestion: steepest(rates, losses), rates, losses };
}

/** The rate in the middle of the steepest fall of the loss over a tenth of the steps; the first on ties. */
function steepest(rates: readonly number[], losses: readonly number[]): number {
  if (rates.length === 0) return Number.NaN;
  const span = Math.max(1, Math.floor(rates.length / 10));
  let best = 0;
  let fall = Number.NEGATIVE_INFINITY;
  for (let i = 0; i + span < losses.length; i++) {
    const drop = losses[i] - losses[i + span];
    if (drop > fall) {
      fall = drop;
      best = i + Math.floor(span / 2);
    }
  }
  return rates[best];
}
