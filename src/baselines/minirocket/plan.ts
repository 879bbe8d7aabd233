/**
 * Which convolutions MiniRocket makes of windows of a given length: 84 kernels, their dilations, how many features each has, and which
 * channels. Nothing here depends on the data but for its shape. Dempster, Schmidt and Webb, "MiniRocket: A very fast (almost) deterministic
 * transform for time series classification", KDD 2021, section 3.
 */
import { InvalidInputError } from '../../core/errors.js';
import { exp, log } from '../../core/math.js';
import { deriveSeed, Random } from '../../core/random.js';

/** Weights of a kernel; positions a window must have at least. */
export const TAPS = 9;
/** Kernels: the ways of choosing the three weights of 2 among nine. */
export const KERNELS = 84;
/** Most channels that one convolution adds up. */
const MOST_CHANNELS = 9;

/** One kernel at one dilation. */
export interface Convolution {
  readonly dilation: number;
  /** 0 .. 83, in the order of `kernelTaps`. */
  readonly kernel: number;
  /** Whether the window is continued with zeros, so that there is a value for each of its positions. */
  readonly padded: boolean;
  /** Ascending; one convolution takes the sum of these channels. */
  readonly channels: readonly number[];
  /** Position of the first of its features, and their number, at least 1. */
  readonly first: number;
  readonly count: number;
}

export interface RocketPlan {
  readonly length: number;
  readonly channels: number;
  /** A multiple of 84. */
  readonly numFeatures: number;
  /** By dilation, then kernel, without gaps in their features. */
  readonly convolutions: readonly Convolution[];
}

export interface RocketShape {
  readonly length: number;
  readonly channels: number;
  readonly numFeatures: number;
  readonly maxDilationsPerKernel: number;
  readonly seed: number;
}

/** @throws InvalidInputError - windows of fewer than nine rows */
export function planRocket({ length, channels, numFeatures, maxDilationsPerKernel, seed }: RocketShape): RocketPlan {
  if (length < TAPS) {
    throw new InvalidInputError(`MiniRocket: windows of ${length} rows are shorter than its kernels`, {
      hint: `Use windows of at least ${TAPS} rows: toSequences(${TAPS}) or more.`,
    });
  }
  const perKernel = Math.floor(numFeatures / KERNELS);
  const random = new Random(deriveSeed(seed, 'minirocket', 'channels'));
  const convolutions: Convolution[] = [];
  let first = 0;
  for (const [d, { dilation, count }] of dilations(length, perKernel, maxDilationsPerKernel).entries()) {
    for (let kernel = 0; kernel < KERNELS; kernel++) {
      const padded = (d + kernel) % 2 === 0;
      convolutions.push({ dilation, kernel, padded, channels: someChannels(channels, random), first, count });
      first += count;
    }
  }
  return { length, channels, numFeatures: first, convolutions };
}

/** The three positions (0 to 8) of the weights of 2 of each kernel, in lexicographic order. */
export const kernelTaps: readonly (readonly [number, number, number])[] = (() => {
  const all: [number, number, number][] = [];
  for (let i = 0; i < TAPS; i++) {
    for (let j = i + 1; j < TAPS; j++) for (let k = j + 1; k < TAPS; k++) all.push([i, j, k]);
  }
  return all;
})();

/**
 * Powers of two with exponents evenly spaced from 0 to the largest at which a kernel still fits the window, as whole numbers; a dilation
 * that occurs more often has more features. What rounding leaves over goes to the smallest dilations, one each.
 */
function dilations(length: number, perKernel: number, most: number): { dilation: number; count: number }[] {
  const places = Math.min(perKernel, most);
  const largest = (length - 1) / (TAPS - 1);
  const occurrences = new Map<number, number>();
  for (let i = 0; i < places; i++) {
    // The last is the largest itself: rounding of exp and log must not lose a whole number.
    const exact = i === places - 1 && places > 1 ? largest : exp((log(largest) * i) / Math.max(1, places - 1));
    const dilation = Math.max(1, Math.floor(exact));
    occurrences.set(dilation, (occurrences.get(dilation) ?? 0) + 1);
  }
  const result = [...occurrences].map(([dilation, times]) => ({
    dilation,
    count: Math.floor((times * perKernel) / places),
  }));
  let left = result.reduce((rest, { count }) => rest - count, perKernel);
  for (let i = 0; left > 0; i = (i + 1) % result.length, left--) result[i].count++;
  return result;
}

/** 2^u channels, u uniform up to log2 of their number (or of nine) plus one, different ones. */
function someChannels(channels: number, random: Random): number[] {
  if (channels === 1) return [0];
  const most = Math.min(channels, MOST_CHANNELS);
  const size = Math.min(most, Math.floor(exp(random.float() * log(most + 1))));
  const left = Array.from({ length: channels }, (_, c) => c);
  for (let i = 0; i < size; i++) {
    const other = i + random.int(channels - i);
    [left[i], left[other]] = [left[other], left[i]];
  }
  return left.slice(0, size).sort((a, b) => a - b);
}

const GOLDEN = (Math.sqrt(5) + 1) / 2;

/** Share of a convolution's values that lie below the bias of feature `f` in its training window: a low-discrepancy sequence in (0, 1). */
export function biasQuantile(f: number): number {
  const position = (f + 1) * GOLDEN;
  return position - Math.floor(position);
}
