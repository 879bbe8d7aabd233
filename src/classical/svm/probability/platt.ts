/** Probabilities from decision values: Platt's sigmoid as Lin, Lin and Weng fit it ("A note on Platt's probabilistic outputs", 2007). */
import { exp, log1p, sigmoid } from '../../../core/math.js';
import { Turns } from '../../../core/turns.js';

/** P(positive | f) = 1 / (1 + exp(a f + b)). */
export interface Sigmoid {
  readonly a: number;
  readonly b: number;
}

const MAX_ITERATIONS = 100;
const SMALLEST_STEP = 1e-10;
const RIDGE = 1e-12;
const TOLERANCE = 1e-5;
/** Rows between two looks at the clock. */
const STRETCH = 10_000;

/** Newton's method with backtracking on the weighted cross entropy; targets are pulled towards the middle by one pseudo count. In short turns. */
export async function fitSigmoid(
  decisions: Float64Array,
  positive: Uint8Array,
  weights: Float64Array,
): Promise<Sigmoid> {
  const turns = new Turns();
  const n = decisions.length;
  let positives = 0;
  let negatives = 0;
  for (let i = 0; i < n; i++) {
    if (positive[i]) positives += weights[i];
    else negatives += weights[i];
  }
  const high = (positives + 1) / (positives + 2);
  const low = 1 / (negatives + 2);
  const overRows = async (add: (row: number) => void): Promise<void> => {
    for (let from = 0; from < n; from += STRETCH) {
      await turns.pause();
      for (let i = from; i < Math.min(n, from + STRETCH); i++) add(i);
    }
  };
  const objective = async (a: number, b: number): Promise<number> => {
    let sum = 0;
    await overRows((i) => {
      const u = a * decisions[i] + b;
      const t = positive[i] ? high : low;
      sum += weights[i] * (u >= 0 ? t * u + log1p(exp(-u)) : (t - 1) * u + log1p(exp(u)));
    });
    return sum;
  };
  let a = 0;
  // (negatives + 1) / (positives + 1) are the odds without any decision value.
  let b = logOdds(negatives + 1, positives + 1);
  let value = await objective(a, b);
  for (let iteration = 0; iteration < MAX_ITERATIONS; iteration++) {
    let [haa, hbb, hab, ga, gb] = [RIDGE, RIDGE, 0, 0, 0];
    await overRows((i) => {
      const f = decisions[i];
      const p = sigmoid(-(a * f + b));
      const curvature = weights[i] * p * (1 - p);
      const slope = weights[i] * ((positive[i] ? high : low) - p);
      haa += f * f * curvature;
      hbb += curvature;
      hab += f * curvature;
      ga += f * slope;
      gb += slope;
    });
    if (Math.abs(ga) < TOLERANCE && Math.abs(gb) < TOLERANCE) break;
    const determinant = haa * hbb - hab * hab;
    const da = -(hbb * ga - hab * gb) / determinant;
    const db = -(haa * gb - hab * ga) / determinant;
    const slope = ga * da + gb * db;
    let step = 1;
    for (; step >= SMALLEST_STEP; step /= 2) {
      const next = await objective(a + step * da, b + step * db);
      if (next < value + 1e-4 * step * slope) {
        a += step * da;
        b += step * db;
        value = next;
        break;
      }
    }
    // No step is better: as good as rounding lets it be.
    if (step < SMALLEST_STEP) break;
  }
  return { a, b };
}

function logOdds(p: number, q: number): number {
  return p >= q ? log1p((p - q) / q) : -log1p((q - p) / p);
}

/** P(positive) and P(negative), each without cancellation. */
export function sigmoidOf({ a, b }: Sigmoid, decision: number): number {
  return sigmoid(-(a * decision + b));
}
