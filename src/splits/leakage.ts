/**
 * What must be true of the splits before anything is trained on them: no row, entity or copied content in two splits, time in order, and no
 * label of an earlier split known only after a later split begins.
 */
import { DataLeakageError, InvalidInputError } from '../core/errors.js';
import type { SplitRole } from '../core/split.js';
import { listed } from '../core/text.js';
import { Turns } from '../core/turns.js';
import { type ContentIndex, indexContent, sharedContent } from './duplicates.js';
import { ROLES } from './ratios.js';
import { dataRows, type SplitX } from './row-hash.js';

/** One split, with whatever is known of its rows. */
export interface LeakagePart {
  readonly role: SplitRole;
  readonly X?: SplitX;
  readonly y: ArrayLike<number>;
  readonly times?: ArrayLike<number>;
  readonly labelEnds?: ArrayLike<number>;
  readonly groups?: ArrayLike<string | number>;
  readonly rowIds?: ArrayLike<number>;
}

/** What a finding is about. */
export type LeakageCheck =
  | 'shared-rows'
  | 'shared-groups'
  | 'duplicate-rows'
  | 'time-order'
  | 'label-overlap'
  | 'unsorted-times'
  | 'concurrent-groups';

/** One problem between two splits, or in one (then `roles` holds it twice). */
export interface LeakageFinding {
  readonly check: LeakageCheck;
  /** Errors stop a training; warnings are reported. */
  readonly severity: 'error' | 'warning';
  readonly roles: readonly [SplitRole, SplitRole];
  readonly message: string;
  /** Offending rows (or groups) in all. */
  readonly count: number;
  /** The first offending rows of each split: position in the split. */
  readonly rows: readonly [readonly number[], readonly number[]];
  /** The same rows by their number in the source, where known. */
  readonly rowIds?: readonly [readonly number[], readonly number[]];
  /** The first offending groups. */
  readonly groups?: readonly (string | number)[];
}

/** What splits share that they should not. */
export interface LeakageReport {
  /** No finding is an error. */
  readonly ok: boolean;
  readonly findings: readonly LeakageFinding[];
  /** What was compared, and between which splits. */
  readonly checked: readonly { check: LeakageCheck; roles: readonly [SplitRole, SplitRole] }[];
}

/** What the checks between splits look at, and how much they list. */
export interface LeakageOptions {
  /** Rows or groups listed a finding. Default 20. */
  readonly limit?: number;
  /** Whether copied rows are an error. Default 'error'; 'warning' for data that is known to repeat, 'off' to skip the comparison. */
  readonly duplicates?: 'error' | 'warning' | 'off';
}

interface Finder {
  readonly limit: number;
  readonly findings: LeakageFinding[];
  readonly checked: { check: LeakageCheck; roles: readonly [SplitRole, SplitRole] }[];
}

/**
 * Compares every two splits; a check runs where both have what it needs.
 *
 * - `shared-rows` (error): the same source row (`rowIds`) in two splits.
 * - `shared-groups` (error): the same entity in two splits; 1 and '1' are the same.
 * - `unsorted-times` (error): times within a split go back. Equal times are allowed.
 * - `time-order` (error): a split has a row at or after the first time of a later split. With `groups`, entities may run
 *   side by side if those of the earlier split begin no later: then it is a `concurrent-groups` warning (from 1% of the rows on).
 * - `label-overlap` (error): a label of an earlier split is known only at or after the first time of a later split.
 * - `duplicate-rows`: equal features and label (bit for bit but for NaN and -0) in two splits; an error when they were copied,
 *   a warning when the data repeats by nature (`areCopies` in duplicates.ts says how they are told apart).
 *
 * Takes O(rows * columns) time in turns of some milliseconds. Holds no state and keeps no data.
 */
export async function checkLeakage(
  parts: readonly LeakagePart[],
  options: LeakageOptions = {},
): Promise<LeakageReport> {
  const limit = options.limit ?? 20;
  if (!Number.isInteger(limit) || limit < 1)
    throw new InvalidInputError(`limit must be a positive integer, got ${limit}`);
  const sorted = [...parts]
    .filter((part) => part.y.length > 0)
    .sort((a, b) => ROLES.indexOf(a.role) - ROLES.indexOf(b.role));
  sorted.forEach(assertLengths);
  const finder: Finder = { limit, findings: [], checked: [] };
  const turns = new Turns();
  for (const part of sorted) {
    await turns.pause();
    checkSorted(part, finder);
  }
  const firstRows = new Map<LeakagePart, FirstRows>();
  for (const part of sorted) {
    firstRows.set(part, {
      ids: await firstRowOf(part.rowIds, Number, turns),
      groups: await firstRowOf(part.groups, String, turns),
    });
  }
  for (const [earlier, later] of pairs(sorted)) {
    const [a, b] = [firstRows.get(earlier), firstRows.get(later)];
    if (a?.ids && b?.ids) checkRowIds(earlier, later, await sharedKeys(a.ids, b.ids, turns), finder);
    if (a?.groups && b?.groups) checkGroups(earlier, later, await sharedKeys(a.groups, b.groups, turns), finder);
    await turns.pause();
    checkTimes(earlier, later, finder);
  }
  if (options.duplicates !== 'off') await checkContent(sorted, finder, options.duplicates ?? 'error', turns);
  return {
    ok: finder.findings.every((f) => f.severity !== 'error'),
    findings: finder.findings,
    checked: finder.checked,
  };
}

/** `checkLeakage`, with `DataLeakageError` listing the offending rows and groups when a finding is an error. Returns the report. */
export async function assertNoLeakage(
  parts: readonly LeakagePart[],
  options: LeakageOptions = {},
): Promise<LeakageReport> {
  const report = await checkLeakage(parts, options);
  const errors = report.findings.filter((finding) => finding.severity === 'error');
  if (errors.length === 0) return report;
  throw new DataLeakageError(`The splits leak: ${errors.map((finding) => finding.message).join('; ')}`, {
    hint: errors
      .map((finding) => HINTS[finding.check])
      .filter((hint, i, all) => all.indexOf(hint) === i)
      .join(' '),
    details: { findings: errors },
  });
}

const HINTS: Record<LeakageCheck, string> = {
  'shared-rows': 'Split by row number, each row once.',
  'shared-groups': 'Keep all rows of an entity in one split (fromTable with `group`).',
  'duplicate-rows': "Remove repeated rows before splitting; if such rows are genuine, pass duplicates: 'warning'.",
  'time-order': 'Split in time order (fromTable with `time`).',
  'label-overlap':
    'Purge: fromTable with `labelEnd` or `horizon` drops the rows whose labels reach into the next split.',
  'unsorted-times': 'Sort the rows of each split by time.',
  'concurrent-groups': '',
};

function pairs<T>(items: readonly T[]): [T, T][] {
  return items.flatMap((a, i) => items.slice(i + 1).map((b): [T, T] => [a, b]));
}

function assertLengths(part: LeakagePart): void {
  const { role, X, y, times, labelEnds, groups, rowIds } = part;
  for (const [name, length] of Object.entries({
    X: X && dataRows(X),
    times: times?.length,
    labelEnds: labelEnds?.length,
    groups: groups?.length,
    rowIds: rowIds?.length,
  })) {
    if (length !== undefined && length !== y.length) {
      throw new InvalidInputError(`${role}: ${name} has ${length} rows, y has ${y.length}`, {
        hint: 'All arrays of a split have one entry a row.',
      });
    }
  }
}

function add(
  finder: Finder,
  finding: Pick<LeakageFinding, 'check' | 'severity' | 'message' | 'groups'> & {
    parts: readonly [LeakagePart, LeakagePart];
    count: number;
    rows: readonly [readonly number[], readonly number[]];
  },
): void {
  const { parts, rows, groups, ...rest } = finding;
  const first = rows.map((list) => list.slice(0, finder.limit)) as [number[], number[]];
  const [a, b] = parts.map((part) => part.rowIds);
  finder.findings.push({
    ...rest,
    roles: [parts[0].role, parts[1].role],
    rows: first,
    ...(a && b ? { rowIds: [first[0].map((i) => a[i]), first[1].map((i) => b[i])] as const } : {}),
    ...(groups ? { groups: groups.slice(0, finder.limit) } : {}),
  });
}

const note = (finder: Finder, check: LeakageCheck, a: LeakagePart, b: LeakagePart): void => {
  finder.checked.push({ check, roles: [a.role, b.role] });
};

function checkSorted(part: LeakagePart, finder: Finder): void {
  const { times, role } = part;
  if (!times) return;
  note(finder, 'unsorted-times', part, part);
  const bad: number[] = [];
  for (let i = 1; i < times.length; i++) if (!(times[i] >= times[i - 1])) bad.push(i);
  if (bad.length === 0) return;
  add(finder, {
    check: 'unsorted-times',
    severity: 'error',
    parts: [part, part],
    count: bad.length,
    rows: [bad, bad],
    message: `${role} is not in time order (rows ${listed(bad)} lie before the row above them)`,
  });
}

/** First row of each source row number and of each group. */
interface FirstRows {
  readonly ids?: FirstRow;
  readonly groups?: FirstRow;
}
type FirstRow = ReadonlyMap<string | number, number>;

/** Keys looked at between two looks at the clock. */
const KEYS_PER_STEP = 4096;

async function firstRowOf<T extends string | number>(
  values: ArrayLike<T> | undefined,
  key: (value: T) => string | number,
  turns: Turns,
): Promise<FirstRow | undefined> {
  if (!values) return undefined;
  const first = new Map<string | number, number>();
  for (let i = 0; i < values.length; i++) {
    if (i % KEYS_PER_STEP === 0) await turns.pause();
    const name = key(values[i]);
    if (!first.has(name)) first.set(name, i);
  }
  return first;
}

/** First rows of every key that both have. */
async function sharedKeys(a: FirstRow, b: FirstRow, turns: Turns): Promise<[number[], number[]]> {
  const rows: [number[], number[]] = [[], []];
  let seen = 0;
  for (const [key, j] of b) {
    if (seen++ % KEYS_PER_STEP === 0) await turns.pause();
    const i = a.get(key);
    if (i === undefined) continue;
    rows[0].push(i);
    rows[1].push(j);
  }
  return rows;
}

function checkRowIds(earlier: LeakagePart, later: LeakagePart, rows: [number[], number[]], finder: Finder): void {
  note(finder, 'shared-rows', earlier, later);
  if (rows[0].length === 0) return;
  const ids = rows[1].map((j) => later.rowIds?.[j] ?? j);
  add(finder, {
    check: 'shared-rows',
    severity: 'error',
    parts: [earlier, later],
    count: ids.length,
    rows,
    message: `${earlier.role} and ${later.role} share ${ids.length} rows (source rows ${listed(ids)})`,
  });
}

function checkGroups(earlier: LeakagePart, later: LeakagePart, rows: [number[], number[]], finder: Finder): void {
  note(finder, 'shared-groups', earlier, later);
  if (rows[0].length === 0) return;
  const groups = rows[1].map((j) => later.groups?.[j] ?? '');
  add(finder, {
    check: 'shared-groups',
    severity: 'error',
    parts: [earlier, later],
    count: groups.length,
    groups,
    rows,
    message: `${earlier.role} and ${later.role} share ${groups.length} groups (${listed(groups)})`,
  });
}

function extent(values: ArrayLike<number>): { first: number; last: number } {
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) {
    if (values[i] < first) first = values[i];
    if (values[i] > last) last = values[i];
  }
  return { first, last };
}

const atOrAfter = (values: ArrayLike<number>, limit: number): number[] => {
  const rows: number[] = [];
  for (let i = 0; i < values.length; i++) if (values[i] >= limit) rows.push(i);
  return rows;
};

const atOrBefore = (values: ArrayLike<number>, limit: number): number[] => {
  const rows: number[] = [];
  for (let i = 0; i < values.length; i++) if (values[i] <= limit) rows.push(i);
  return rows;
};

function checkTimes(earlier: LeakagePart, later: LeakagePart, finder: Finder): void {
  if (!earlier.times || !later.times) return;
  const { first } = extent(later.times);
  const { last } = extent(earlier.times);
  note(finder, 'time-order', earlier, later);
  if (last >= first) {
    const rows: [number[], number[]] = [atOrAfter(earlier.times, first), atOrBefore(later.times, last)];
    const concurrent = rows[0].length > SIDE_BY_SIDE * earlier.times.length && beginInOrder(earlier, later);
    add(finder, {
      check: concurrent ? 'concurrent-groups' : 'time-order',
      severity: concurrent ? 'warning' : 'error',
      parts: [earlier, later],
      count: rows[0].length,
      rows,
      message: concurrent
        ? `entities of ${earlier.role} and ${later.role} run side by side in time: what moves them all at once is seen in both`
        : `${rows[0].length} ${earlier.role} rows lie at or after the first ${later.role} row (${when(first)}; rows ${listed(rows[0])})`,
    });
    return;
  }
  if (!earlier.labelEnds) return;
  note(finder, 'label-overlap', earlier, later);
  const reaching = atOrAfter(earlier.labelEnds, first);
  if (reaching.length === 0) return;
  add(finder, {
    check: 'label-overlap',
    severity: 'error',
    parts: [earlier, later],
    count: reaching.length,
    rows: [reaching, [0]],
    message: `labels of ${reaching.length} ${earlier.role} rows end at or after the first ${later.role} row (${when(first)}; rows ${listed(reaching)})`,
  });
}

const when = (ms: number): string => (Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : String(ms));

/**
 * Entities may run side by side, but a few rows beyond a boundary are rows that a purge forgot. Below the share from which the splitter gives
 * up on a boundary, so that what it made still passes when windows have taken rows away.
 */
const SIDE_BY_SIDE = 0.01;

/** Whether both parts have disjoint entities, and every one of the earlier part begins no later than any of the later part. */
function beginInOrder(earlier: LeakagePart, later: LeakagePart): boolean {
  if (!earlier.groups || !later.groups) return false;
  const before = firstTimes(earlier);
  const after = firstTimes(later);
  for (const name of after.keys()) if (before.has(name)) return false;
  return extent([...before.values()]).last <= extent([...after.values()]).first;
}

function firstTimes({ groups, times }: LeakagePart): Map<string, number> {
  const first = new Map<string, number>();
  for (let i = 0; groups && times && i < groups.length; i++) {
    const name = String(groups[i]);
    first.set(name, Math.min(first.get(name) ?? Number.POSITIVE_INFINITY, times[i]));
  }
  return first;
}

async function checkContent(
  parts: readonly LeakagePart[],
  finder: Finder,
  asked: 'error' | 'warning',
  turns: Turns,
): Promise<void> {
  const indexed: { part: LeakagePart; index: ContentIndex }[] = [];
  for (const part of parts) {
    if (part.X) indexed.push({ part, index: await indexContent({ X: part.X, y: part.y }, turns) });
  }
  for (const [earlier, later] of pairs(indexed)) {
    note(finder, 'duplicate-rows', earlier.part, later.part);
    const shared = await sharedContent(earlier.index, later.index, turns);
    if (!shared) continue;
    const count = shared.later.length;
    const share = ((100 * count) / later.part.y.length).toFixed(count === later.part.y.length ? 0 : 2);
    const [a, b] = [earlier.part.role, later.part.role];
    add(finder, {
      check: 'duplicate-rows',
      severity: shared.copied ? asked : 'warning',
      parts: [earlier.part, later.part],
      count,
      rows: [shared.earlier, shared.later],
      message: shared.copied
        ? `${count} ${b} rows (${share}%) are copies of ${a} rows (rows ${listed(shared.later)})`
        : `${count} ${b} rows (${share}%) equal a ${a} row, as rows of such data do (${(100 * shared.repeats).toFixed(2)}% repeat within ${a})`,
    });
  }
}
