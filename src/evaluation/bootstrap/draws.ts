/**
 * Which rows a resample holds, as a count for each row. Every sample has a random stream of its own, so that the numbers do not depend on
 * who draws it, or when.
 */
import { deriveSeed, Random } from '../../core/random.js';
import type { Resampling } from '../validation-metrics.js';

/** What is drawn, in the order of time where runs of neighbours are: a row, or all rows of one time together. */
export interface DrawUnits {
  /** Rows drawn from, as positions 0 .. rows - 1. */
  readonly rows: number;
  /** (units + 1,) where each unit's positions begin in `positions`; absent where unit i is position i. */
  readonly starts?: Uint32Array;
  readonly positions?: Uint32Array;
  /** (rows,) class of each position; for `stratified`. */
  readonly classes?: Int32Array;
}

export interface DrawPlan {
  readonly resampling: Resampling;
  /** In units; mean length for `stationary`. */
  readonly blockLength: number;
  /** Names the random streams. */
  readonly seed: number;
}

/** Sets `counts` (rows,) to how often each position is in the sample of that number. */
export type Draw = (sample: number, counts: Uint32Array) => void;

export const unitCount = ({ rows, starts }: DrawUnits): number => (starts ? starts.length - 1 : rows);

export function drawer(units: DrawUnits, { resampling, blockLength, seed }: DrawPlan): Draw {
  const streamOf = (sample: number) => new Random(deriveSeed(seed, 'resample', sample));
  const numbers = new Uint32Array(resampling === 'circular' || resampling === 'moving' ? 0 : units.rows);
  if (resampling === 'rows') {
    const strata = [Uint32Array.from({ length: units.rows }, (_, i) => i)];
    return (sample, counts) => drawStrata(strata, streamOf(sample), numbers, counts);
  }
  if (resampling === 'stratified') {
    const strata = strataOf(units);
    return (sample, counts) => drawStrata(strata, streamOf(sample), numbers, counts);
  }
  const order = new Uint32Array(unitCount(units));
  const take = taker(units);
  return (sample, counts) => {
    const random = streamOf(sample);
    if (resampling === 'stationary') stationaryUnits(random, blockLength, numbers, order);
    else blockUnits(random, Math.round(blockLength), resampling === 'circular', order);
    counts.fill(0);
    take(order, counts);
  };
}

/** Positions of each class, classes ascending. */
function strataOf({ rows, classes }: DrawUnits): Uint32Array[] {
  if (!classes) throw new TypeError('stratified draws need classes');
  const sizes: number[] = [];
  for (let i = 0; i < rows; i++) sizes[classes[i]] = (sizes[classes[i]] ?? 0) + 1;
  const strata = Array.from(sizes, (size) => new Uint32Array(size ?? 0));
  const filled = new Uint32Array(strata.length);
  for (let i = 0; i < rows; i++) strata[classes[i]][filled[classes[i]]++] = i;
  return strata.filter((stratum) => stratum.length > 0);
}

function drawStrata(strata: readonly Uint32Array[], random: Random, numbers: Uint32Array, counts: Uint32Array): void {
  counts.fill(0);
  random.fill(numbers);
  let at = 0;
  for (const stratum of strata) {
    const n = stratum.length;
    const refused = refusedBelow(n);
    for (let i = 0; i < n; i++) {
      const x = numbers[at++];
      counts[stratum[Math.imul(x, n) >>> 0 < refused ? below(random, n, refused) : upperHalf(x, n)]]++;
    }
  }
}

/** Every unit follows its neighbour, or with probability 1 / length begins a new run anywhere; behind the last comes the first. */
function stationaryUnits(random: Random, length: number, numbers: Uint32Array, order: Uint32Array): void {
  const n = order.length;
  const refused = refusedBelow(n);
  const restart = Math.floor(4294967296 / Math.max(1, length));
  random.fill(numbers);
  let at = 0;
  for (let i = 0; i < n; i++) {
    if (i === 0 || numbers[i] < restart) at = below(random, n, refused);
    else at = at + 1 === n ? 0 : at + 1;
    order[i] = at;
  }
}

function blockUnits(random: Random, length: number, circular: boolean, order: Uint32Array): void {
  const n = order.length;
  const starts = circular ? n : n - length + 1;
  const refused = refusedBelow(starts);
  for (let drawn = 0; drawn < n; ) {
    let at = below(random, starts, refused);
    for (let i = 0; i < length && drawn < n; i++, drawn++) {
      order[drawn] = at;
      at = at + 1 === n ? 0 : at + 1;
    }
  }
}

function taker({ starts, positions }: DrawUnits): (order: Uint32Array, counts: Uint32Array) => void {
  if (!starts || !positions) {
    if (!positions)
      return (order, counts) => {
        for (let i = 0; i < order.length; i++) counts[order[i]]++;
      };
    return (order, counts) => {
      for (let i = 0; i < order.length; i++) counts[positions[order[i]]]++;
    };
  }
  return (order, counts) => {
    for (let i = 0; i < order.length; i++) {
      const unit = order[i];
      for (let p = starts[unit]; p < starts[unit + 1]; p++) counts[positions[p]]++;
    }
  };
}

/** 2^32 modulo n: products whose lower half is smaller would make some numbers likelier than others. */
const refusedBelow = (n: number): number => 4294967296 % n;

/**
 * Uniform in 0 .. n-1, without a division (Lemire, 2019): the upper half of a 32-bit number times n. `Random.int` draws others and divides
 * twice, which is most of what a resample of rows would cost.
 */
function below(random: Random, n: number, refused: number): number {
  for (;;) {
    const x = random.uint32();
    if (Math.imul(x, n) >>> 0 >= refused) return upperHalf(x, n);
  }
}

/** x n / 2^32, rounded down; exact, because each product is below 2^48. */
const upperHalf = (x: number, n: number): number =>
  Math.floor(((x >>> 16) * n + Math.floor(((x & 0xffff) * n) / 65536)) / 65536);
