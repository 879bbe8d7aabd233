/** The rows that are seen, where both sides lie in the order of time: one walk over both, as files of features mostly are. */
import { inTurns, Turns } from '../../core/turns.js';
import { type HistoryRows, micros, writtenEarlier } from './view-history.js';

const STRETCH = 50_000;

/** Whether times never go back; one that is missing is in no order. */
export async function isAscending(times: Float64Array): Promise<boolean> {
  let ascending = times.length === 0 || !Number.isNaN(times[0]);
  await inTurns(times.length, STRETCH, (from, to) => {
    for (let i = Math.max(from, 1); i < to && ascending; i++) ascending = times[i] >= times[i - 1];
  });
  return ascending;
}

/** What `ViewHistory.latest` finds, for times in ascending order on both sides. */
export async function sweep(
  { groups, count, times, created }: HistoryRows,
  asked: Int32Array,
  at: Float64Array,
  ttl: number,
): Promise<Int32Array> {
  const found = new Int32Array(at.length);
  const last = new Int32Array(count).fill(-1);
  const limit = ttl > 0 ? micros(ttl) : Number.POSITIVE_INFINITY;
  const turns = new Turns();
  let next = 0;
  const see = (row: number): void => {
    const group = groups[row];
    if (group < 0) return;
    const before = last[group];
    const corrected =
      created !== undefined &&
      before >= 0 &&
      times[before] === times[row] &&
      writtenEarlier(created[row], created[before]);
    if (!corrected) last[group] = row;
  };
  // Both sides in stretches: all rows may lie before the first asked time.
  for (let i = 0; i < at.length; ) {
    await turns.pause();
    const stop = Math.min(times.length, next + STRETCH);
    const end = Math.min(at.length, i + STRETCH);
    for (; i < end; i++) {
      const time = at[i];
      while (next < stop && times[next] <= time) see(next++);
      if (next === stop && stop < times.length && times[next] <= time) break;
      const row = asked[i] < 0 ? -1 : last[asked[i]];
      found[i] = row < 0 || micros(time - times[row]) > limit ? -1 : row;
    }
  }
  return found;
}
