/** Rows to windows: overlapping runs of consecutive rows that never cross an entity or a gap in time. */
import { InvalidInputError } from '../core/errors.js';
import type { Matrix } from '../core/matrix.js';
import type { Split, SplitRole } from '../core/split.js';
import { Windows } from '../core/windows.js';
import { rowsByGroup } from '../splits/label-spans.js';
import { inheritRows } from '../splits/row-origin.js';

/** Where windows end. */
export interface SequenceOptions {
  /** Rows further apart than this (ms) are not neighbours, such as the last bar of a session and the first of the next. Default: no limit. */
  readonly maxGap?: number;
}

/**
 * Windows of `length` rows of one split. A window stands for its last row: label, weight, time, label end, group and row id are that row's;
 * windows are in the order of those rows. The split's own matrix is the base, without a copy, unless rows of several entities are
 * interleaved: then it is reordered once.
 */
export function windowSplit<R extends SplitRole>(
  split: Split<R, Matrix>,
  length: number,
  options: SequenceOptions = {},
): Split<R, Windows> {
  const { order, runs } = runsOf(split, options);
  const position = new Uint32Array(order.length);
  const runStart = new Uint32Array(order.length);
  for (let k = 0, p = 0; k < runs.length; k++) {
    for (let i = 0; i < runs[k]; i++, p++) {
      position[order[p]] = p;
      runStart[p] = p - i;
    }
  }
  const all = new Uint32Array(order.length);
  let count = 0;
  for (let row = 0; row < order.length; row++) {
    if (position[row] - runStart[position[row]] >= length - 1) all[count++] = row;
  }
  const rows = all.subarray(0, count);
  const moved = order.some((row, p) => row !== p);
  const base = moved ? split.X.take(order) : split.X;
  if (moved) inheritRows(split.X, base, { rows: order });
  const ends = take(position, rows, new Uint32Array(count));
  const { role, y, weights, times, labelEnds, groups, rowIds } = split;
  return {
    role,
    X: new Windows(base, ends, length),
    y: take(y, rows, new Float64Array(count)),
    ...(weights && { weights: take(weights, rows, new Float32Array(count)) }),
    ...(times && { times: take(times, rows, new Float64Array(count)) }),
    ...(labelEnds && { labelEnds: take(labelEnds, rows, new Float64Array(count)) }),
    ...(groups && { groups: take(groups, rows, new Array<string>(count)) }),
    ...(rowIds && { rowIds: take(rowIds, rows, new Uint32Array(count)) }),
  };
}

/** `values` of the given rows. A loop: `from` with a function takes ten times as long, on the thread that serves others. */
function take<V, T extends { [i: number]: V }>(values: ArrayLike<V>, rows: Uint32Array, out: T): T {
  for (let i = 0; i < rows.length; i++) out[i] = values[rows[i]];
  return out;
}

/** Rows of each entity one after another, and the lengths of the runs within which rows are neighbours. */
function runsOf(split: Split<SplitRole, Matrix>, { maxGap }: SequenceOptions): { order: number[]; runs: number[] } {
  const { y, times, groups } = split;
  const all = new Array<number>(y.length);
  for (let i = 0; i < all.length; i++) all[i] = i;
  const entities = groups ? [...rowsByGroup(all, groups).values()] : [all];
  const runs: number[] = [];
  for (const rows of entities) {
    let start = 0;
    for (let i = 1; i <= rows.length; i++) {
      const parted =
        i === rows.length || (maxGap !== undefined && times && times[rows[i]] - times[rows[i - 1]] > maxGap);
      if (!parted) continue;
      runs.push(i - start);
      start = i;
    }
  }
  return { order: entities.length === 1 ? entities[0] : entities.flat(), runs };
}

export function checkSequenceOptions(length: number, options: SequenceOptions, hasTimes: boolean): void {
  if (!Number.isInteger(length) || length < 1) {
    throw new InvalidInputError(`The sequence length must be a positive integer, got ${String(length)}`, {
      hint: 'It is the number of rows in each window, such as 60.',
    });
  }
  if (options.maxGap === undefined) return;
  if (!(options.maxGap > 0)) {
    throw new InvalidInputError(`maxGap must be positive milliseconds, got ${String(options.maxGap)}`, {
      hint: 'For one-minute bars with overnight breaks, an hour (3_600_000) keeps windows within a session.',
    });
  }
  if (!hasTimes) {
    throw new InvalidInputError('maxGap needs the times of the rows', { hint: 'Pass `times` to the container.' });
  }
}
