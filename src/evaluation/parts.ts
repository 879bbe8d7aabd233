/** Rows of a split by period and by group. */
import { InvalidInputError } from '../core/errors.js';
import { inTurns } from '../core/turns.js';
import type { Breakdown } from './validation-metrics.js';

/** Some rows of a split. */
export interface Part {
  readonly name: string;
  /** Ascending. */
  readonly rows: Uint32Array;
}

export interface Parts {
  readonly by: Breakdown['by'];
  readonly parts: readonly Part[];
  readonly leftOut: number;
}

export type PartsOrReason = Parts | { readonly reason: string };

type Calendar = 'day' | 'week' | 'month' | 'quarter' | 'year';

const DAY = 86_400_000;
/** Periods that a report can hold, and resamples of each of which fit into memory. */
const MOST_PERIODS = 200;
/** Parts where the calendar does not help. */
const FEW_PARTS = 4;
/** Times that are no dates, such as 0, 1, 2. */
const LAST_DATE = 8.64e15;

/** The longest span in days for each period: what leaves a reader some ten to forty of them. */
const SPANS: readonly [Calendar, number][] = [
  ['day', 40],
  ['week', 200],
  ['month', 1100],
  ['quarter', 2950],
];

/** Rows looked at between two looks at the clock. */
const STRETCH = 20_000;

/**
 * @param times - (n,) ms since epoch
 * @throws InvalidInputError - more than 200 periods
 */
export async function periodsOf(times: ArrayLike<number>, how: 'auto' | Calendar | number): Promise<Parts> {
  if (typeof how === 'number') return equalParts(times, how);
  const by = how === 'auto' ? periodFor(times) : how;
  if (by === 'part') return equalParts(times, FEW_PARTS);
  let period: Period | undefined;
  const parts = await collected(times.length, (i) => {
    // Neighbours in time are of one period mostly.
    if (!period || !(times[i] >= period.from && times[i] < period.to)) period = periodAt(times[i], by);
    return period.name;
  });
  // Rows need not be in the order of time; a period's first row stands for it.
  parts.sort((a, b) => times[a.rows[0]] - times[b.rows[0]]);
  if (parts.length > MOST_PERIODS)
    throw new InvalidInputError(`The rows span ${parts.length} periods of a ${by}; ${MOST_PERIODS} are the most`, {
      hint: "Choose a longer period, such as periods: 'month', or a number of equal parts.",
    });
  return { by, parts, leftOut: 0 };
}

/** The largest `most` groups; equal ones by name. */
export async function groupsOf(groups: ArrayLike<string | number>, most: number): Promise<Parts> {
  const parts = await collected(groups.length, (i) => String(groups[i]));
  parts.sort((a, b) => b.rows.length - a.rows.length || (a.name < b.name ? -1 : 1));
  return { by: 'group', parts: parts.slice(0, most), leftOut: Math.max(0, parts.length - most) };
}

function periodFor(times: ArrayLike<number>): Calendar | 'part' {
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < times.length; i++) {
    if (times[i] < from) from = times[i];
    if (times[i] > to) to = times[i];
  }
  if (to - from < 2 * DAY || Math.max(Math.abs(from), Math.abs(to)) > LAST_DATE) return 'part';
  return SPANS.find(([, days]) => to - from <= days * DAY)?.[0] ?? 'year';
}

/** `from` to before `to`, ms since epoch. */
interface Period {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

/** A week is named by its Monday. */
function periodAt(time: number, by: Calendar): Period {
  if (!(Math.abs(time) <= LAST_DATE))
    throw new InvalidInputError(`The time ${time} is no date`, { hint: 'Pass periods as a number of equal parts.' });
  const date = new Date(time);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  if (by === 'day' || by === 'week') {
    const days = by === 'day' ? 1 : 7;
    // 1970-01-01 was a Thursday.
    const shift = by === 'day' ? 0 : 3;
    const from = (Math.floor((time / DAY + shift) / days) * days - shift) * DAY;
    return { name: dayName(from), from, to: from + days * DAY };
  }
  const months = { month: 1, quarter: 3, year: 12 }[by];
  const first = Math.floor(month / months) * months;
  const [from, to] = [monthStart(year, first), monthStart(year, first + months)];
  const stem = dayName(from).slice(0, -6);
  if (by === 'year') return { name: stem, from, to };
  return { name: by === 'month' ? dayName(from).slice(0, -3) : `${stem}-Q${first / 3 + 1}`, from, to };
}

const dayName = (time: number): string => new Date(Math.max(-LAST_DATE, time)).toISOString().split('T')[0];

/** `Date.UTC` takes years below 100 for those of the last century. */
function monthStart(year: number, month: number): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month, 1);
  return date.getTime();
}

/** In the order in which the names first occur, in turns of the event loop. */
async function collected(n: number, nameOf: (row: number) => string): Promise<Part[]> {
  const rows = new Map<string, number[]>();
  await inTurns(n, STRETCH, (from, to) => {
    for (let i = from; i < to; i++) {
      const name = nameOf(i);
      const list = rows.get(name);
      if (list) list.push(i);
      else rows.set(name, [i]);
    }
  });
  return Array.from(rows, ([name, list]) => ({ name, rows: Uint32Array.from(list) }));
}

/** Equally many rows in time order; rows of one time stay together with the first of them. */
function equalParts(times: ArrayLike<number>, count: number): Parts {
  const n = times.length;
  const order = Array.from({ length: n }, (_, i) => i).sort((a, b) => times[a] - times[b] || a - b);
  const parts: Part[] = [];
  const edge = (part: number) => {
    let at = Math.floor((part * n) / count);
    while (at > 0 && at < n && times[order[at]] === times[order[at - 1]]) at++;
    return at;
  };
  for (let part = 0; part < count; part++) {
    const rows = Uint32Array.from(order.slice(edge(part), edge(part + 1))).sort();
    if (rows.length > 0) parts.push({ name: `part ${part + 1} of ${count}`, rows });
  }
  return { by: 'part', parts, leftOut: 0 };
}
