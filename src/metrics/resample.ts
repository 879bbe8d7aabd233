/** Bootstrap resamples of row numbers: plain, within strata, or in blocks that keep neighbours in time together. The same seed gives the same rows. */
import { InvalidInputError } from '../core/errors.js';
import { deriveSeed, Random } from '../core/random.js';
import { encodeLabels, uniqueLabels } from './labels.js';

export interface ResampleOptions {
  /** How many resamples. Default 1,000. */
  resamples?: number;
  /** Default 0. */
  seed?: number;
  /** Draw as many rows of each label as there are. Not together with `blockLength`. */
  stratified?: boolean;
  /**
   * For time series: draw runs of this many neighbouring rows (circular block bootstrap, Politis and Romano, 1992), at
   * least as long as labels overlap.
   */
  blockLength?: number;
}

/** Fills `counts` with how often each row was drawn in the next resample. */
export type Resampler = (counts: Uint32Array) => void;

/** A resampler of the rows of `yTrue`. Throws `InvalidInputError` for options that make no sense. */
export function rowResampler(what: string, yTrue: ArrayLike<number>, options: ResampleOptions): Resampler {
  const { seed = 0, stratified = false, blockLength } = options;
  const n = yTrue.length;
  const random = new Random(deriveSeed(seed, 'bootstrap'));
  if (!Number.isSafeInteger(seed))
    throw new InvalidInputError(`${what}: seed is ${String(seed)}`, { hint: 'Use a whole number.' });
  if (blockLength === undefined) return stratified ? strataResampler(yTrue, random) : plainResampler(n, random);
  if (stratified)
    throw new InvalidInputError(`${what}: stratified and blockLength exclude each other`, {
      hint: 'Use blockLength for time series, stratified for independent rows.',
    });
  if (!Number.isInteger(blockLength) || blockLength < 1 || blockLength > n)
    throw new InvalidInputError(`${what}: blockLength is ${String(blockLength)}, there are ${n} rows`, {
      hint: `Use a whole number from 1 to ${n}.`,
    });
  return blockResampler(n, blockLength, random);
}

function plainResampler(n: number, random: Random): Resampler {
  return (counts) => {
    counts.fill(0);
    for (let i = 0; i < n; i++) counts[random.int(n)]++;
  };
}

function strataResampler(yTrue: ArrayLike<number>, random: Random): Resampler {
  const classes = uniqueLabels(yTrue);
  const codes = encodeLabels(yTrue, classes);
  const strata = classes.map((_, k) => Array.from(codes.keys()).filter((i) => codes[i] === k));
  return (counts) => {
    counts.fill(0);
    for (const rows of strata) for (let i = 0; i < rows.length; i++) counts[rows[random.int(rows.length)]]++;
  };
}

function blockResampler(n: number, blockLength: number, random: Random): Resampler {
  return (counts) => {
    counts.fill(0);
    for (let drawn = 0; drawn < n; ) {
      const start = random.int(n);
      for (let i = 0; i < blockLength && drawn < n; i++, drawn++) counts[(start + i) % n]++;
    }
  };
}
