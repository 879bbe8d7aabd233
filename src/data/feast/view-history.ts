/** The rows of one feature view by entity and time: which one was the latest at a time. */
import { inTurns } from '../../core/turns.js';
import { sortedPlaces } from './stable-sort.js';

const STRETCH = 50_000;

/** Where rows come from: all arrays have one value a row. */
export interface HistoryRows {
  /** Entity of each row, 0 .. count-1; -1: the row is left out. */
  readonly groups: Int32Array;
  readonly count: number;
  /** Event times in ms; rows without one are left out. */
  readonly times: Float64Array;
  /** When each row was written, in ms: decides between rows of one event time. NaN counts as earliest. */
  readonly created?: Float64Array;
}

/** Microseconds, which is what files hold: differences of milliseconds with a fraction are not exact. */
export const micros = (ms: number): number => Math.round(ms * 1000);

export class ViewHistory {
  private constructor(
    /** Rows by group, event time, created time, place in the file. */
    private readonly rows: Int32Array,
    private readonly times: Float64Array,
    private readonly created: Float64Array | undefined,
    /** (count + 1,) where each group's rows start. */
    private readonly starts: Int32Array,
  ) {}

  static async of({ groups, count, times, created }: HistoryRows): Promise<ViewHistory> {
    const { rows, starts } = await grouped(groups, count, times);
    // Sorting looks at neighbours only once their values lie side by side.
    const [group, time] = [await gather(groups, rows), await gather(times, rows)];
    const write = created && (await gather(created, rows));
    const places = await sortedPlaces(rows.length, (a, b) => {
      if (group[a] !== group[b]) return group[a] < group[b];
      if (time[a] !== time[b]) return time[a] < time[b];
      return write !== undefined && writtenEarlier(write[a], write[b]);
    });
    if (!places) return new ViewHistory(rows, time, write, starts);
    return new ViewHistory(
      await gather(rows, places),
      await gather(time, places),
      write && (await gather(write, places)),
      starts,
    );
  }

  /** Two rows of one entity with the same event and created time, of which only the later in the file is ever seen. */
  firstTie(): readonly [number, number] | undefined {
    const { rows, times, created, starts } = this;
    for (let g = 0; g + 1 < starts.length; g++) {
      for (let i = starts[g] + 1; i < starts[g + 1]; i++) {
        if (times[i] === times[i - 1] && (!created || Object.is(created[i] + 0, created[i - 1] + 0)))
          return [rows[i - 1], rows[i]];
      }
    }
    return undefined;
  }

  /**
   * (n,) for each asked entity and time the latest row at or before it, no older than `ttl` ms (0: however old), or -1. With `writtenBefore`,
   * rows whose created time is after the asked time, or missing, are passed over: nobody could see them then.
   */
  async latest(groups: Int32Array, at: Float64Array, ttl: number, writtenBefore: boolean): Promise<Int32Array> {
    const { rows, times, starts } = this;
    const found = new Int32Array(at.length);
    const before = writtenBefore ? this.seenEarlier() : undefined;
    const last = new Int32Array(starts.length - 1).fill(-1);
    const limit = ttl > 0 ? micros(ttl) : Number.POSITIVE_INFINITY;
    await inTurns(at.length, STRETCH, (from, to) => {
      for (let i = from; i < to; i++) {
        const group = groups[i];
        if (group < 0) {
          found[i] = -1;
          continue;
        }
        const time = at[i];
        let row = place(times, starts[group], starts[group + 1], last[group], time);
        last[group] = row;
        if (row < starts[group]) row = -1;
        // Each step goes to the nearest row before that could be seen earlier than this one.
        if (before) while (row >= 0 && !(this.createdAt(row) <= time)) row = before[row];
        found[i] = row < 0 || micros(time - times[row]) > limit ? -1 : rows[row];
      }
    });
    return found;
  }

  private createdAt(row: number): number {
    return this.created ? this.created[row] : Number.NaN;
  }

  /** (rows,) the nearest row before of the same group that could be seen earlier, or -1. */
  private seenEarlier(): Int32Array {
    const { starts, rows } = this;
    const before = new Int32Array(rows.length);
    for (let g = 0; g + 1 < starts.length; g++) {
      for (let i = starts[g]; i < starts[g + 1]; i++) {
        let j = i === starts[g] ? -1 : i - 1;
        while (j >= 0 && !seenEarlier(this.createdAt(j), this.createdAt(i))) j = before[j];
        before[i] = j;
      }
    }
    return before;
  }
}

/** Order of rows of one event time: NaN is earliest, so that a row that says when it was written counts more. */
export const writtenEarlier = (a: number, b: number): boolean => a < b || (Number.isNaN(a) && !Number.isNaN(b));

/** Order of what can be seen: NaN is never. */
const seenEarlier = (a: number, b: number): boolean => a < b || (Number.isNaN(b) && !Number.isNaN(a));

/** `values` of the given places. */
async function gather<T extends Int32Array | Float64Array>(values: T, places: Int32Array): Promise<T> {
  const out = new (values.constructor as new (length: number) => T)(places.length);
  await inTurns(places.length, STRETCH, (from, to) => {
    for (let i = from; i < to; i++) out[i] = values[places[i]];
  });
  return out;
}

/** Rows of each group together, in the order of the file. */
async function grouped(
  groups: Int32Array,
  count: number,
  times: Float64Array,
): Promise<{ rows: Int32Array; starts: Int32Array }> {
  const starts = new Int32Array(count + 1);
  const used = (i: number): boolean => groups[i] >= 0 && !Number.isNaN(times[i]);
  await inTurns(groups.length, STRETCH, (from, to) => {
    for (let i = from; i < to; i++) if (used(i)) starts[groups[i] + 1]++;
  });
  for (let g = 0; g < count; g++) starts[g + 1] += starts[g];
  const next = starts.slice();
  const rows = new Int32Array(starts[count]);
  await inTurns(groups.length, STRETCH, (from, to) => {
    for (let i = from; i < to; i++) if (used(i)) rows[next[groups[i]]++] = i;
  });
  return { rows, starts };
}

/** Last place of `start` .. `end`-1 whose time is at or before `time`, `start`-1 where none is; `hint` is where to look first. */
function place(times: Float64Array, start: number, end: number, hint: number, time: number): number {
  let low = start - 1;
  let high = end;
  if (hint >= start && hint < end) {
    if (times[hint] <= time) {
      low = hint;
      // Times that are asked in their order are found in a step or two.
      for (let step = 1; low + step < high; step *= 2) {
        if (times[low + step] > time) {
          high = low + step;
          break;
        }
        low += step;
      }
    } else high = hint;
  }
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (times[middle] <= time) low = middle;
    else high = middle;
  }
  return low;
}
