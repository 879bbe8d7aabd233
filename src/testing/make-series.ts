/** Generators of time series: values with trend, season and noise, and price bars. */
import { InvalidInputError } from '../core/errors.js';
import { exp } from '../core/math.js';
import { deriveSeed, Random } from '../core/random.js';
import { Table } from '../core/table.js';
import { sin } from '../preprocessing/trigonometry.js';

/** 2024-01-02, a Tuesday. */
const START = 1_704_153_600_000;
const HOUR = 3_600_000;

/** When a series begins and how far its points lie apart. */
export interface SeriesTimes {
  /** ms since epoch. Default: 2024-01-02 in UTC. */
  start?: number;
  /** ms between two points. Default: one hour. */
  interval?: number;
  /** Default 1. */
  seed?: number;
}

export interface MakeTimeSeriesOptions extends SeriesTimes {
  /** Points. Default 200. */
  length?: number;
  /** Change from point to point. Default 0.01. */
  trend?: number;
  /** Points of a season. Default 24. */
  period?: number;
  /** Of the season. Default 1. */
  amplitude?: number;
  /** Standard deviation of each point's own news. Default 0.2. */
  noise?: number;
  /** Share of the last point's deviation that stays, in (-1, 1). Default 0.5. */
  autocorrelation?: number;
}

export interface MakeBarsOptions extends SeriesTimes {
  /** Default 500. */
  bars?: number;
  /** First price. Default 100. */
  price?: number;
  /** Standard deviation of a bar's return. Default 0.01. */
  volatility?: number;
  /** Mean return of a bar. Default 0. */
  drift?: number;
  /** Share of the last return that comes again: what a model can learn. Default 0.2. */
  momentum?: number;
}

/**
 * Trend + season + an autoregression of order one.
 *
 * @returns `times` (n,) ms since epoch, `values` (n,)
 * @throws InvalidInputError - a length or period below 1, an autocorrelation of 1 or more
 */
export function makeTimeSeries(options: MakeTimeSeriesOptions = {}): { times: Float64Array; values: Float64Array } {
  const { length = 200, trend = 0.01, period = 24, amplitude = 1, noise = 0.2, autocorrelation = 0.5 } = options;
  if (!(period > 0) || !(Math.abs(autocorrelation) < 1)) {
    throw new InvalidInputError(`period ${period} or autocorrelation ${autocorrelation} does not fit`, {
      hint: 'A period is positive, an autocorrelation between -1 and 1.',
    });
  }
  const times = timesOf(length, options);
  const random = new Random(deriveSeed(options.seed ?? 1, 'series'));
  let deviation = 0;
  const values = times.map((_, i) => {
    deviation = autocorrelation * deviation + noise * random.normal();
    return trend * i + amplitude * sin((2 * Math.PI * (i % period)) / period) + deviation;
  });
  return { times, values };
}

/**
 * Bars of a price that moves by chance, a little in the direction of its last move: a table with `timestamp` (ms since epoch), `open`, `high`,
 * `low`, `close` and `volume`.
 *
 * @throws InvalidInputError - no bars, a first price that is not positive
 * @example
 * const bars = makeBars({ bars: 300, seed: 3 });
 */
export function makeBars(options: MakeBarsOptions = {}): Table {
  const { bars = 500, price = 100, volatility = 0.01, drift = 0, momentum = 0.2 } = options;
  if (!(price > 0)) throw new InvalidInputError(`price: ${price} is no price`, { hint: 'A positive number.' });
  const timestamp = timesOf(bars, options);
  const random = new Random(deriveSeed(options.seed ?? 1, 'bars'));
  const [open, high, low, close, volume] = Array.from({ length: 5 }, () => new Float64Array(bars));
  let [last, move] = [price, 0];
  for (let i = 0; i < bars; i++) {
    move = drift + momentum * move + volatility * random.normal();
    open[i] = last;
    close[i] = last * exp(move);
    high[i] = Math.max(open[i], close[i]) * exp(volatility * 0.5 * Math.abs(random.normal()));
    low[i] = Math.min(open[i], close[i]) * exp(-volatility * 0.5 * Math.abs(random.normal()));
    volume[i] = Math.round(1000 * exp(0.5 * random.normal()));
    last = close[i];
  }
  return Table.fromColumns({ timestamp, open, high, low, close, volume });
}

function timesOf(length: number, { start = START, interval = HOUR }: SeriesTimes): Float64Array {
  if (Number.isInteger(length) && length >= 1 && interval > 0 && Number.isFinite(start)) {
    return Float64Array.from({ length }, (_, i) => start + i * interval);
  }
  throw new InvalidInputError(`${length} points every ${interval} ms from ${start}`, {
    hint: 'One point or more, a positive interval, a finite start.',
  });
}
