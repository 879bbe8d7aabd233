/** Rows in time, with the spans of their labels: what the splitters that purge work on. Rows of one time (a bar) are never cut apart. */
import { finiteTimes } from '../core/checks.js';
import { InvalidInputError } from '../core/errors.js';
import { assertSpans, labelEndsFromHorizon, timeOrder } from './label-spans.js';
import { checkSplitData, type SplitData } from './splitter.js';

export interface Timeline {
  readonly rows: number;
  /** (rows,) */
  readonly times: ArrayLike<number>;
  /** (rows,) when each label is known; never before the row's time. */
  readonly ends: ArrayLike<number>;
  /** Row numbers by time, rows of one time in their own order. */
  readonly order: Uint32Array;
  /** (bars + 1,) places in `order` where a new time begins; the last is `rows`. */
  readonly bars: Uint32Array;
}

/** Places `from` .. `to`-1 of a timeline's `order`. */
export interface Block {
  readonly from: number;
  readonly to: number;
}

/**
 * @param horizon - bars that a label looks ahead, where `labelEnds` is absent
 * @throws InvalidInputError - mismatched lengths, times that are not finite, a label that ends before its row's time
 */
export function timelineOf(data: SplitData, horizon: number, what: string): Timeline {
  checkSplitData(data, what);
  const { rows } = data;
  const times = data.times
    ? finiteTimes(data.times, rows, `${what}: times`)
    : Float64Array.from({ length: rows }, (_, i) => i);
  const order = timeOrder(times);
  if (data.labelEnds && horizon > 0) {
    throw new InvalidInputError(`${what}: both a horizon and labelEnds are given`, {
      hint: 'labelEnds say it for each row: leave the horizon out.',
    });
  }
  const ends = data.labelEnds
    ? finiteTimes(data.labelEnds, rows, `${what}: labelEnds`)
    : horizon > 0
      ? labelEndsFromHorizon(times, order, horizon, data.groups)
      : times;
  assertSpans({ starts: times, ends }, what);
  const bars: number[] = [];
  for (let i = 0; i < rows; i++) if (i === 0 || times[order[i]] !== times[order[i - 1]]) bars.push(i);
  return { rows, times, ends, order, bars: Uint32Array.from([...bars, rows]) };
}

/** Bars of a timeline. */
export const barCount = ({ bars }: Timeline): number => bars.length - 1;

/**
 * (parts + 1,) places in `order` that cut it into parts of equal size: each cut moves to the nearest change of time (the earlier one when
 * both are equally near), and every part keeps at least one bar. There must be at least as many bars as parts.
 */
export function cutEvenly({ rows, bars }: Timeline, parts: number): Uint32Array {
  const cuts = new Uint32Array(parts + 1);
  const last = bars.length - 1;
  let bar = 0;
  for (let f = 1; f < parts; f++) {
    const target = Math.floor(rows / parts) * f + Math.min(f, rows % parts);
    // At least one bar for this part, and one for each that follows.
    bar++;
    const most = last - (parts - f);
    while (bar < most && Math.abs(bars[bar + 1] - target) < Math.abs(bars[bar] - target)) bar++;
    cuts[f] = bars[bar];
  }
  cuts[parts] = rows;
  return cuts;
}
