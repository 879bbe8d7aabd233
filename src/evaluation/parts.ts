/** Rows of a split by period and by group. */
import { InvalidInputError } from '../core/errors.js';
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

/**
 * @param times - (n,) ms since epoch
 * @throws InvalidInputError - more than 200 periods
 */
export function periodsOf(times: ArrayLike<number>, how: 'auto' | Calendar | number): Parts {
  if (typeof how === 'number') return equalParts(times, how);
  const by = how === 'auto' ? periodFor(times) : how;
  if (by === 'part') return equalParts(times, FEW_PARTS);
  const names = Array.from({ length: times.length }, (_, i) => periodName(times[i], by));
  const parts = collected(names).sort((a, b) => (a.name < b.name ? -1 : 1));
  if (parts.length > MOST_PERIODS)
    throw new InvalidInputError(`The rows span ${parts.length} periods of a ${by}; ${MOST_PERIODS} are the most`, {
      hint: "Choose a longer period, such as periods: 'month', or a number of equal parts.",
    });
  return { by, parts, leftOut: 0 };
}

/** The largest `most` groups; equal ones by name. */
export function groupsOf(groups: ArrayLike<string | number>, most: number): Parts {
  const parts = collected(Array.from(groups, String));
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

/** Sorts as the time does. A week is named by its Monday. */
function periodName(time: number, by: Calendar): string {
  if (!(Math.abs(time) <= LAST_DATE))
    throw new InvalidInputError(`The time ${time} is no date`, { hint: 'Pass periods as a number of equal parts.' });
  // 1970-01-01 was a Thursday.
  const start = by === 'week' ? (Math.floor((time / DAY + 3) / 7) * 7 - 3) * DAY : time;
  const day = new Date(Math.max(-LAST_DATE, start)).toISOString().split('T')[0];
  if (by === 'day' || by === 'week') return day;
  const [year, month] = [day.slice(0, -6), day.slice(-5, -3)];
  if (by === 'year') return year;
  return by === 'month' ? `${year}-${month}` : `${year}-Q${Math.ceil(Number(month) / 3)}`;
}

/** In the order in which the names first occur. */
function collected(names: readonly string[]): Part[] {
  const rows = new Map<string, number[]>();
  for (const [i, name] of names.entries()) {
    const list = rows.get(name);
    if (list) list.push(i);
    else rows.set(name, [i]);
  }
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
