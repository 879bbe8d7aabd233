/** Label spans [time, labelEnd] of rows: their checks, and where they come from when only a horizon is known. */
import { InvalidInputError } from '../core/errors.js';
import { listed } from '../core/text.js';

/** Closed spans, one a row: from when the features are known to when the label is known (ms since epoch, or row numbers). */
export interface LabelSpans {
  readonly starts: ArrayLike<number>;
  readonly ends: ArrayLike<number>;
}

/** Throws `InvalidInputError` naming the first rows whose value is not finite. */
export function assertFinite(values: ArrayLike<number>, what: string, hint: string): void {
  const bad: number[] = [];
  let count = 0;
  for (let i = 0; i < values.length; i++) {
    if (Number.isFinite(values[i])) continue;
    count++;
    if (bad.length < 20) bad.push(i);
  }
  if (count > 0) {
    throw new InvalidInputError(
      `${what}: ${count} of ${values.length} values are missing or infinite (rows ${listed(bad)})`,
      {
        hint,
        details: { rows: bad, count },
      },
    );
  }
}

/** Throws `InvalidInputError` where a label would be known before its row's own time. */
export function assertSpans(spans: LabelSpans, what: string): void {
  const bad: number[] = [];
  for (let i = 0; i < spans.starts.length && bad.length < 20; i++) if (!(spans.ends[i] >= spans.starts[i])) bad.push(i);
  if (bad.length > 0) {
    throw new InvalidInputError(`${what}: the label ends before the row's own time (rows ${listed(bad)})`, {
      hint: 'labelEnd is the time at which the label became known; it cannot lie before the time of the features.',
      details: { rows: bad },
    });
  }
}

/**
 * Label ends for labels that look `horizon` bars ahead: the `horizon`-th later distinct time of the same entity, or that entity's last
 * time where fewer follow. Rows of one time count as one bar, so a panel without `groups` is never purged too little.
 * @param order rows in time order
 */
export function labelEndsFromHorizon(
  times: ArrayLike<number>,
  order: Uint32Array,
  horizon: number,
  groups?: ArrayLike<string | number>,
): Float64Array {
  const ends = new Float64Array(times.length);
  for (const rows of groups ? rowsByGroup(order, groups).values() : [order]) {
    let ahead = 0;
    let bars = 0;
    // `ahead` is the first row of the bar `bars` bars after the current one.
    for (let i = 0; i < rows.length; i++) {
      if (i > 0 && times[rows[i]] !== times[rows[i - 1]]) bars--;
      while (bars < horizon && ahead < rows.length - 1) {
        ahead++;
        if (times[rows[ahead]] !== times[rows[ahead - 1]]) bars++;
      }
      ends[rows[i]] = times[rows[ahead]];
    }
  }
  return ends;
}

/** Rows of each entity, in the given order; entities in order of their first row. */
export function rowsByGroup(order: ArrayLike<number>, groups: ArrayLike<string | number>): Map<string, number[]> {
  const byGroup = new Map<string, number[]>();
  for (let i = 0; i < order.length; i++) {
    const name = String(groups[order[i]]);
    const rows = byGroup.get(name);
    if (rows) rows.push(order[i]);
    else byGroup.set(name, [order[i]]);
  }
  return byGroup;
}

/** 0..n-1 by time, rows of one time in their own order. */
export function timeOrder(times: ArrayLike<number>): Uint32Array {
  const order = new Uint32Array(times.length);
  let sorted = true;
  for (let i = 0; i < order.length; i++) {
    order[i] = i;
    if (i > 0 && times[i] < times[i - 1]) sorted = false;
  }
  return sorted ? order : order.sort((a, b) => times[a] - times[b] || a - b);
}
