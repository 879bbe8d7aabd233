/**
 * One table cut into train, validation, test and holdout in time order, purged and embargoed at every boundary, ratios checked.
 * Works on row numbers only; it copies no data.
 */
import { InvalidInputError, SplitRatioViolationError } from '../core/errors.js';
import type { SplitRatios, SplitRole } from '../core/split.js';
import { assertFinite, assertSpans, labelEndsFromHorizon, rowsByGroup, timeOrder } from './label-spans.js';
import { type DroppedRows, type Purged, purgeAndEmbargo, type RoleRows } from './purge.js';
import { assertRatios, checkedRatios, countsOf, ROLES, type RoleCounts } from './ratios.js';

export interface TimeSplitInput {
  /** Rows of the table. */
  readonly rows: number;
  /** (rows,) ms since epoch; absent: the rows' own order counts as time. */
  readonly times?: ArrayLike<number>;
  /** (rows,) when each row's label is known; absent: derived from `horizon`. */
  readonly labelEnds?: ArrayLike<number>;
  /** (rows,) entity of each row; an entity is never in two parts. */
  readonly groups?: ArrayLike<string | number>;
  /** Default 60/20/15/5. */
  readonly ratios?: SplitRatios;
  /** Below 1 a share of the rows, else milliseconds (without `times`: rows). Default 0. */
  readonly embargo?: number;
  /** Bars that a label looks ahead; used when `labelEnds` is absent. Default 0. */
  readonly horizon?: number;
}

export interface TimeSplit {
  /** Row numbers of each part, in time order, after purge and embargo. */
  readonly parts: RoleRows;
  readonly purged: readonly DroppedRows[];
  readonly embargoed: readonly DroppedRows[];
  /** Rows of each part before purge and embargo: what the ratios are checked on. */
  readonly assigned: RoleCounts;
  /** (rows,) label ends as used. */
  readonly labelEnds: Float64Array;
  /** Pairs of parts whose entities run side by side in time: not purged, because there is no boundary between them. */
  readonly concurrent: readonly (readonly [SplitRole, SplitRole])[];
}

/**
 * Cuts rows in time order.
 *
 * - Rows of one time are never cut apart: a cut moves to the nearest change of time (the earlier one when both are equally near).
 * - Purge: a row of an earlier part goes when its label span [time, labelEnd] reaches the first time of any later part.
 * - Embargo of e ms: a row of a later part goes when its time is at most e after the last time of any earlier part, as assigned.
 *   A share s < 1 of n rows: the ceil(s * n) rows that follow each cut go, with all rows of the last one's time.
 * - With `groups`, whole entities go to the parts in order of their first time (ties: first row). A cut prefers a place where all earlier
 *   entities have ended, if one keeps the ratios. Parts whose entities still run side by side (more than a tenth of the earlier part's rows
 *   lies at or after the later part's first time) have no boundary in time: they are listed in `concurrent` and neither purged nor
 *   embargoed against each other.
 *
 * Throws `SplitRatioViolationError` when a part misses its ratio by more than 2 percentage points (one row below 50 rows) before purge and
 * embargo, or when these leave a part without rows; `InvalidInputError` for lengths, values and spans that cannot be.
 */
export function timeOrderedSplit(input: TimeSplitInput): TimeSplit {
  const { rows, groups } = input;
  const ratios = checkedRatios(input.ratios);
  checkInput(input);
  const times = input.times ?? Float64Array.from({ length: rows }, (_, i) => i);
  const order = timeOrder(times);
  const labelEnds = input.labelEnds
    ? Float64Array.from(input.labelEnds)
    : labelEndsFromHorizon(times, order, input.horizon ?? 0, groups);
  assertSpans({ starts: times, ends: labelEnds }, 'timeOrderedSplit');

  const parts = groups ? assignGroups(times, order, groups, ratios) : assignRows(times, order, ratios);
  const assigned = countsOf((role) => parts[role].length);
  assertRatios(
    assigned,
    ratios,
    groups
      ? 'Whole groups go to one split: more and smaller groups, or other ratios, are needed.'
      : 'Rows of one timestamp stay together: fewer rows of one time, more rows, or other ratios are needed.',
  );
  const { result, concurrent } = partInTime(parts, times, labelEnds, order, input);
  assertNotEaten(parts, result);
  return { parts: result.kept, purged: result.purged, embargoed: result.embargoed, assigned, labelEnds, concurrent };
}

function checkInput({ rows, times, labelEnds, groups, embargo = 0, horizon = 0 }: TimeSplitInput): void {
  if (!Number.isInteger(rows) || rows < 1) {
    throw new InvalidInputError(`There are no rows to split (rows: ${rows})`, {
      hint: 'Pass at least one row for each split.',
    });
  }
  for (const [name, values] of Object.entries({ times, labelEnds, groups })) {
    if (values && values.length !== rows) {
      throw new InvalidInputError(`${name} has ${values.length} values for ${rows} rows`, {
        hint: 'Pass one value for each row.',
        details: { [name]: values.length, rows },
      });
    }
  }
  if (!(embargo >= 0 && Number.isFinite(embargo))) {
    throw new InvalidInputError(`embargo must be 0 or more, got ${embargo}`, {
      hint: 'A share of the rows (< 1) or milliseconds.',
    });
  }
  if (!Number.isInteger(horizon) || horizon < 0) {
    throw new InvalidInputError(`horizon must be a whole number of bars, 0 or more, got ${horizon}`, {
      hint: 'It is the number of bars that a label looks ahead.',
    });
  }
  if (times) assertFinite(times, 'times', 'Every row needs a time; drop or repair these rows.');
  if (labelEnds)
    assertFinite(labelEnds, 'labelEnds', 'Every labelled row needs the time at which its label was known.');
}

/** Rows where the cumulative shares end, in rows. */
function targets(ratios: Required<SplitRatios>, rows: number): number[] {
  let sum = 0;
  // The shares may sum to 1 - 1e-16; the last part ends at the last row whatever they do.
  return ROLES.slice(0, -1).map((role) => {
    sum += ratios[role];
    return ROLES.slice(ROLES.indexOf(role) + 1).every((later) => ratios[later] === 0) ? rows : sum * rows;
  });
}

function cutInto(order: Uint32Array, cuts: readonly number[]): RoleRows {
  const bounds = [0, ...cuts, order.length];
  const part = (i: number) => order.slice(bounds[i], Math.max(bounds[i], bounds[i + 1]));
  return { train: part(0), validation: part(1), test: part(2), holdout: part(3) };
}

function assignRows(times: ArrayLike<number>, order: Uint32Array, ratios: Required<SplitRatios>): RoleRows {
  const free = (at: number) => at <= 0 || at >= order.length || times[order[at]] !== times[order[at - 1]];
  const cuts = targets(ratios, order.length).map((target) => {
    const middle = Math.round(target);
    let before = middle;
    while (!free(before)) before--;
    let after = middle;
    while (!free(after)) after++;
    return target - before <= after - target ? before : after;
  });
  return cutInto(order, cuts);
}

function assignGroups(
  times: ArrayLike<number>,
  order: Uint32Array,
  groups: ArrayLike<string | number>,
  ratios: Required<SplitRatios>,
): RoleRows {
  const entities = [...rowsByGroup(order, groups).values()];
  // Possible cuts: after entity k, at that many rows; clean when every entity so far has ended before the next begins.
  const sizes = [0];
  const clean = [true];
  let end = Number.NEGATIVE_INFINITY;
  entities.forEach((rows, k) => {
    sizes.push(sizes[k] + rows.length);
    end = Math.max(end, times[rows[rows.length - 1]]);
    clean.push(k + 1 === entities.length || end < times[entities[k + 1][0]]);
  });
  const tolerance = Math.max(0.01 * order.length, 1);
  let previous = 0;
  const cuts = targets(ratios, order.length).map((target) => {
    const nearest = (allowed: (k: number) => boolean) => {
      let best = -1;
      for (let k = 0; k < sizes.length; k++) {
        if (allowed(k) && (best < 0 || Math.abs(sizes[k] - target) < Math.abs(sizes[best] - target))) best = k;
      }
      return best;
    };
    const between = nearest((k) => clean[k]);
    const cut = Math.abs(sizes[between] - target) <= tolerance ? between : nearest(() => true);
    return (previous = Math.max(previous, cut));
  });
  const rowsOf = (from: number, to: number) =>
    Uint32Array.from(entities.slice(from, Math.max(from, to)).flat()).sort((a, b) => times[a] - times[b] || a - b);
  const bounds = [0, ...cuts, entities.length];
  const part = (i: number) => rowsOf(bounds[i], bounds[i + 1]);
  return { train: part(0), validation: part(1), test: part(2), holdout: part(3) };
}

type RolePair = readonly [SplitRole, SplitRole];

/**
 * Entities of two parts run side by side when more than this share of the earlier part's rows lies at or after the later part's first time.
 * Fewer rows are a ragged edge, which purging cuts off.
 */
const SIDE_BY_SIDE = 0.1;

/** Purge and embargo of every pair that has a boundary in time. */
function partInTime(
  parts: RoleRows,
  times: ArrayLike<number>,
  labelEnds: Float64Array,
  order: Uint32Array,
  { groups, embargo = 0 }: TimeSplitInput,
): { result: Purged; concurrent: readonly RolePair[] } {
  const embargoEnd = embargoEnds(parts, times, order, embargo);
  let concurrent = groups ? concurrentPairs(parts, times) : [];
  for (;;) {
    const listed = concurrent;
    const skip = (a: SplitRole, b: SplitRole) => listed.some(([x, y]) => x === a && y === b);
    const result = purgeAndEmbargo(parts, { spans: { starts: times, ends: labelEnds }, embargoEnd, skip });
    // What other pairs lost may leave only a ragged edge here; that is cut off too.
    const still = concurrentPairs(result.kept, times);
    concurrent = listed.filter(([a, b]) => still.some(([x, y]) => x === a && y === b));
    if (concurrent.length === listed.length) return { result, concurrent };
  }
}

function concurrentPairs(parts: RoleRows, times: ArrayLike<number>): RolePair[] {
  const present = ROLES.filter((role) => parts[role].length > 0);
  const overlap = (earlier: SplitRole, later: SplitRole) => {
    const first = times[parts[later][0]];
    return parts[earlier].reduce((count, row) => count + (times[row] >= first ? 1 : 0), 0) / parts[earlier].length;
  };
  return present.flatMap((earlier, i) =>
    present
      .slice(i + 1)
      .filter((later) => overlap(earlier, later) > SIDE_BY_SIDE)
      .map((later): RolePair => [earlier, later]),
  );
}

/** Last time covered by the embargo after each part. */
function embargoEnds(
  parts: RoleRows,
  times: ArrayLike<number>,
  order: Uint32Array,
  embargo: number,
): (role: SplitRole) => number {
  if (embargo === 0) return () => Number.NEGATIVE_INFINITY;
  return (role) => {
    const last = times[parts[role][parts[role].length - 1]];
    if (embargo >= 1) return last + embargo;
    let cut = 0;
    let high = order.length;
    while (cut < high) {
      const middle = (cut + high) >>> 1;
      if (times[order[middle]] <= last) cut = middle + 1;
      else high = middle;
    }
    // 0.07 * 100 is 7.000000000000001: a rounding error is no reason to take another row.
    const count = Math.ceil(embargo * order.length - 1e-9);
    return cut >= order.length ? last : times[order[Math.min(cut + count, order.length) - 1]];
  };
}

function assertNotEaten(
  before: RoleRows,
  after: { kept: RoleRows; purged: readonly DroppedRows[]; embargoed: readonly DroppedRows[] },
): void {
  const eaten = ROLES.filter((role) => before[role].length > 0 && after.kept[role].length === 0);
  if (eaten.length === 0) return;
  const lost = (dropped: readonly DroppedRows[], role: SplitRole) =>
    dropped.filter((d) => d.from === role).reduce((sum, d) => sum + d.rows.length, 0);
  const numbers = eaten.map((role) => ({
    role,
    rows: before[role].length,
    purged: lost(after.purged, role),
    embargoed: lost(after.embargoed, role),
  }));
  throw new SplitRatioViolationError(
    `Purge and embargo leave no rows in ${numbers.map((n) => `${n.role} (${n.rows} rows: ${n.purged} purged, ${n.embargoed} embargoed)`).join(' and ')}`,
    {
      hint: 'Label spans or the embargo are longer than the split. Use more rows, a shorter horizon or embargo, or a larger ratio.',
      details: { eaten: numbers },
    },
  );
}
