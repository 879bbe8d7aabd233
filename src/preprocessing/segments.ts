/**
 * Which rows a causal feature may reach back to: the earlier rows of the same group, and of the same session where a session gap is set.
 * A segment is one such run of rows.
 */
import { InvalidInputError } from '../core/errors.js';

/** Times and groups of the rows, where known. */
export interface RowContext {
  /** (n,) ms since epoch, never decreasing within a group. */
  readonly times?: Float64Array;
  /** (n,) entity of each row. */
  readonly groups?: ArrayLike<string | number>;
}

/** Segment s holds the rows `order[starts[s]] .. order[starts[s + 1] - 1]`, in time order; without `order` a row is its own position. */
export interface Segments {
  readonly order?: Uint32Array;
  readonly starts: Uint32Array;
}

/**
 * Segments of `rows` rows. Throws `InvalidInputError` when lengths differ, when times run backwards within a group (with the row), or when a
 * session gap is asked for and times are not known.
 */
export function segmentsOf(rows: number, context: RowContext, sessionGap?: number): Segments {
  const { times, groups } = context;
  checkLength('times', times, rows);
  checkLength('groups', groups, rows);
  if (sessionGap !== undefined && !times) {
    throw new InvalidInputError('sessionGap needs the time of each row, which is not known here', {
      hint: 'Give the split `times` (fromTable: the `time` option), or pass `times` beside the rows.',
    });
  }
  const grouped = groups && distinct(groups) ? byGroup(groups) : { starts: Uint32Array.of(0, rows) };
  if (times) checkOrder(times, grouped);
  return sessionGap === undefined || !times ? grouped : bySession(grouped, times, sessionGap);
}

function checkLength(what: string, values: ArrayLike<unknown> | undefined, rows: number): void {
  if (values && values.length !== rows) {
    throw new InvalidInputError(`${what} has ${values.length} values, there are ${rows} rows`, {
      hint: `Give one of ${what} for each row.`,
    });
  }
}

function distinct(groups: ArrayLike<string | number>): boolean {
  for (let i = 1; i < groups.length; i++) if (groups[i] !== groups[0]) return true;
  return false;
}

/** Rows of each group together, groups in order of appearance, rows of one group in their own order. */
function byGroup(groups: ArrayLike<string | number>): Segments {
  const indexOf = new Map<string | number, number>();
  const member = new Uint32Array(groups.length);
  for (let i = 0; i < groups.length; i++) {
    let index = indexOf.get(groups[i]);
    if (index === undefined) indexOf.set(groups[i], (index = indexOf.size));
    member[i] = index;
  }
  const starts = new Uint32Array(indexOf.size + 1);
  for (let i = 0; i < member.length; i++) starts[member[i] + 1]++;
  for (let g = 0; g < indexOf.size; g++) starts[g + 1] += starts[g];
  const next = starts.slice();
  const order = new Uint32Array(groups.length);
  for (let i = 0; i < member.length; i++) order[next[member[i]]++] = i;
  return { order, starts };
}

function checkOrder(times: Float64Array, { order, starts }: Segments): void {
  for (let s = 0; s + 1 < starts.length; s++) {
    for (let p = starts[s]; p < starts[s + 1]; p++) {
      const row = order ? order[p] : p;
      const before = p === starts[s] ? Number.NEGATIVE_INFINITY : times[order ? order[p - 1] : p - 1];
      if (!(times[row] >= before)) {
        throw new InvalidInputError(
          Number.isNaN(times[row])
            ? `Row ${row} has no time: features that look back need every row's place in time`
            : `Row ${row} is earlier than the row of its group before it: features that look back need rows in time order`,
          {
            hint: 'Sort the table by time before it is split; drop rows without a time.',
            details: { row, time: times[row], before },
          },
        );
      }
    }
  }
}

function bySession({ order, starts }: Segments, times: Float64Array, gap: number): Segments {
  const cuts: number[] = [];
  for (let s = 0; s + 1 < starts.length; s++) {
    for (let p = starts[s]; p < starts[s + 1]; p++) {
      const first = p === starts[s];
      if (first || times[order ? order[p] : p] - times[order ? order[p - 1] : p - 1] > gap) cuts.push(p);
    }
  }
  return { order, starts: Uint32Array.from([...cuts, times.length]) };
}

/** Applies `compute` to the values of each segment in time order; its results go back to the rows they belong to. */
export function mapSegments(
  values: Float64Array,
  { order, starts }: Segments,
  compute: (values: Float64Array) => Float64Array,
): Float64Array {
  if (!order && starts.length <= 2) return compute(values);
  const gathered = new Float64Array(values.length);
  for (let p = 0; p < values.length; p++) gathered[p] = values[order ? order[p] : p];
  const out = new Float64Array(values.length);
  for (let s = 0; s + 1 < starts.length; s++) {
    const result = compute(gathered.subarray(starts[s], starts[s + 1]));
    for (let p = 0; p < result.length; p++) out[order ? order[starts[s] + p] : starts[s] + p] = result[p];
  }
  return out;
}
