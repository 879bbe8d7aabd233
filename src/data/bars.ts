/** What labels and volatility share: checks of price series, and the borders no label may cross. */
import { InvalidInputError } from '../core/errors.js';
import { type Segments, segmentsOf } from '../preprocessing/segments.js';

/** Where a series of bars is interrupted. */
export interface BarContext {
  /** (n,) ms since epoch, never decreasing within a group. */
  times?: ArrayLike<number>;
  /** (n,) entity of each row: instrument, contract, session. Bars of one group follow each other, whatever lies between them. */
  groups?: ArrayLike<string | number>;
  /** A pause longer than this many ms between two bars of a group is a border, too; needs `times`. */
  sessionGap?: number;
}

/** Prices as float64; NaN is allowed, other values must be positive and finite. */
export function assertPrices(name: string, prices: ArrayLike<number>, rows?: number): Float64Array {
  if (rows !== undefined && prices?.length !== rows) {
    throw new InvalidInputError(`${name} has ${prices?.length} values, close has ${rows}`, {
      hint: 'Pass one value a bar.',
    });
  }
  if (!(prices?.length > 0)) throw new InvalidInputError(`${name} is empty`, { hint: 'Pass one price a bar.' });
  const out = prices instanceof Float64Array ? prices : Float64Array.from(prices);
  for (let i = 0; i < out.length; i++) {
    if (out[i] <= 0 || out[i] === Number.POSITIVE_INFINITY) {
      throw new InvalidInputError(`${name}, row ${i}: ${out[i]} is no price`, {
        hint: 'Returns need positive, finite prices; use NaN where a price is missing. For spreads that can be negative, label them by your own rule.',
        details: { row: i, column: name, value: out[i] },
      });
    }
  }
  return out;
}

export function positiveInteger(name: string, value: number): number {
  if (Number.isInteger(value) && value >= 1) return value;
  throw new InvalidInputError(`${name} must be a positive integer, got ${value}`, { hint: 'It counts bars.' });
}

/** Runs of bars that no label may leave. Throws `InvalidInputError` for lengths that differ and times that run backwards. */
export function barSegments(rows: number, { times, groups, sessionGap }: BarContext): Segments {
  const asFloat64 = times === undefined || times instanceof Float64Array ? times : Float64Array.from(times);
  return segmentsOf(rows, { times: asFloat64, groups }, sessionGap);
}
