/** The splits of a container from arrays as callers have them: converted, checked, each problem named by the array it is in. */
import {
  assertNoInfinity,
  finiteLabels,
  finiteTimes,
  isArrayLike,
  presentGroups,
  rowsWhere,
  sampleWeights,
} from '../core/checks.js';
import { InvalidInputError } from '../core/errors.js';
import { Matrix } from '../core/matrix.js';
import type { Split, SplitRole } from '../core/split.js';
import { listed } from '../core/text.js';
import { type FeatureInput, type SequenceInput, Windows } from '../core/windows.js';
import { LockedHoldout } from '../splits/holdout.js';
import { assertSpans } from '../splits/label-spans.js';
import { ROLES } from '../splits/ratios.js';

/** What a container's X may be: rows of features, or windows over them. */
export type ContainerX = Matrix | Windows;

/** Values for each split, or one array for all rows in the order train, validation, test, holdout. */
export type PerSplit<T> =
  | { train?: ArrayLike<T>; validation?: ArrayLike<T>; test?: ArrayLike<T>; holdout?: ArrayLike<T> }
  | ArrayLike<T>;

/** What callers may pass for a container's X: whatever becomes a `Matrix`, or windows. */
export type InputOf<X extends ContainerX> = [X] extends [Matrix] ? FeatureInput : SequenceInput;

/** What is known of all rows of a container. */
export interface ContainerFacts {
  /** Names of the columns (channels); default f0, f1, ... */
  featureNames?: readonly string[];
  symbol?: string;
  /** Bars that the label looks ahead. */
  horizon?: number;
  seqLen?: number;
}

/** Arrays as a caller has them. */
export interface ContainerParts<X extends ContainerX = Matrix> extends ContainerFacts {
  XTrain: InputOf<X>;
  yTrain: ArrayLike<number>;
  wTrain?: ArrayLike<number>;
  XVal: InputOf<X>;
  yVal: ArrayLike<number>;
  wVal?: ArrayLike<number>;
  XTest: InputOf<X>;
  yTest: ArrayLike<number>;
  wTest?: ArrayLike<number>;
  XHoldout?: InputOf<X>;
  yHoldout?: ArrayLike<number>;
  wHoldout?: ArrayLike<number>;
  /** When the features of each row are known: ms since epoch or `Date`s, in ascending order within a split (equal times are allowed). */
  times?: PerSplit<number | Date>;
  /** When the label of each row is known. */
  labelEnds?: PerSplit<number | Date>;
  /** Entity of each row. */
  groups?: PerSplit<string | number>;
  /** Row numbers in the source, for the check that no row is in two splits. */
  rowIds?: PerSplit<number>;
}

/** Finished splits. */
export interface ContainerSplits<X extends ContainerX = Matrix> {
  readonly train: Split<'train', X>;
  readonly validation: Split<'validation', X>;
  readonly test: Split<'test', X>;
  readonly holdout: LockedHoldout<X>;
}

const ARRAYS = {
  train: ['XTrain', 'yTrain', 'wTrain'],
  validation: ['XVal', 'yVal', 'wVal'],
  test: ['XTest', 'yTest', 'wTest'],
  holdout: ['XHoldout', 'yHoldout', 'wHoldout'],
} as const satisfies Record<SplitRole, readonly string[]>;

/** Splits of `parts`, checked; `InvalidInputError` for anything that cannot be used. */
export function splitsFromParts<X extends ContainerX>(parts: ContainerParts<X>): ContainerSplits<X> {
  const hasHoldout = parts.XHoldout !== undefined || parts.yHoldout !== undefined;
  const roles = hasHoldout ? ROLES : ROLES.slice(0, 3);
  const features = new Map(roles.map((role) => [role, toX(parts, role) as X]));
  const rows = roles.map((role) => rowsOf(features.get(role) as X));
  const times = perSplit(parts.times, 'times', roles, rows);
  const labelEnds = perSplit(parts.labelEnds, 'labelEnds', roles, rows);
  const groups = perSplit(parts.groups, 'groups', roles, rows);
  const rowIds = perSplit(parts.rowIds, 'rowIds', roles, rows);

  const build = <R extends SplitRole>(role: R): Split<R, X> => {
    const X = features.get(role) as X;
    const n = rowsOf(X);
    const [, yName, wName] = ARRAYS[role];
    const y = required(parts[yName], yName);
    const w = parts[wName];
    const split: Split<R, X> = {
      role,
      X,
      y: finiteLabels(y, n, yName),
      ...(w === undefined ? {} : { weights: sampleWeights(w, n, wName) }),
      ...optional('times', times(role), (v) => finiteTimes(v, n, `times.${role}`)),
      ...optional('labelEnds', labelEnds(role), (v) => finiteTimes(v, n, `labelEnds.${role}`)),
      ...optional('groups', groups(role), (v) => presentGroups(v, n, `groups.${role}`)),
      ...optional('rowIds', rowIds(role), (v) => Uint32Array.from(v)),
    };
    checkSplit(split, ARRAYS[role][0]);
    return split;
  };
  const splits = {
    train: build('train'),
    validation: build('validation'),
    test: build('test'),
    holdout: new LockedHoldout<X>(hasHoldout ? build('holdout') : undefined),
  };
  const columns = roles.map((role) => columnsOf(features.get(role) as X));
  assertSameColumns(roles, columns);
  return splits;
}

/** Checks finished train, validation and test splits as arrays are checked. The holdout stays sealed. */
export function checkSplits<X extends ContainerX>(splits: ContainerSplits<X>): ContainerSplits<X> {
  const open = [splits.train, splits.validation, splits.test];
  open.forEach((split, i) => {
    const role = ROLES[i];
    if (split?.role !== role) {
      throw new InvalidInputError(`The ${role} split has the role ${String(split?.role)}`, {
        hint: 'A split keeps the role it was cut with.',
      });
    }
    if (!(split.X instanceof Matrix) && !(split.X instanceof Windows)) {
      throw new InvalidInputError(`The X of the ${role} split is neither a Matrix nor Windows`, {
        hint: 'Use Matrix.from or Matrix.wrap.',
      });
    }
    const n = rowsOf(split.X);
    finiteLabels(split.y, n, `${role}.y`);
    if (split.weights) sampleWeights(split.weights, n, `${role}.weights`);
    if (split.times) finiteTimes(split.times, n, `${role}.times`);
    if (split.labelEnds) finiteTimes(split.labelEnds, n, `${role}.labelEnds`);
    if (split.groups) presentGroups(split.groups, n, `${role}.groups`);
    checkSplit(split, `${role}.X`);
  });
  assertSameColumns(
    ROLES.slice(0, 3),
    open.map((split) => columnsOf(split.X)),
  );
  return splits;
}

export const rowsOf = (X: ContainerX): number => (X instanceof Matrix ? X.rows : X.ends.length);
export const columnsOf = (X: ContainerX): number => (X instanceof Matrix ? X.cols : X.base.cols);

/** Names of the columns, given or f0, f1, ...; one for each column, none twice. */
export function checkedNames(names: readonly string[] | undefined, columns: number): string[] {
  if (names === undefined) return Array.from({ length: columns }, (_, j) => `f${j}`);
  if (!isArrayLike(names) || names.length !== columns) {
    throw new InvalidInputError(`featureNames has ${names?.length ?? 'no'} names for ${columns} columns`, {
      hint: 'Give one name for each column, or none.',
    });
  }
  const seen = new Set<string>();
  for (const name of names) {
    if (typeof name !== 'string' || name === '' || seen.has(name)) {
      throw new InvalidInputError(
        `featureNames: '${String(name)}' is ${seen.has(name) ? 'there twice' : 'not a name'}`,
        {
          hint: 'Names are non-empty and each different.',
          details: { name },
        },
      );
    }
    seen.add(name);
  }
  return [...names];
}

function required<T>(value: T | undefined | null, name: string): T {
  if (value === undefined || value === null) {
    throw new InvalidInputError(`${name} is missing`, {
      hint: 'Train, validation and test each need X and y; a holdout needs both or neither.',
    });
  }
  return value;
}

function optional<K extends string, T, V>(
  name: K,
  value: T | undefined,
  convert: (value: T) => V,
): { [name in K]?: V } {
  return (value === undefined ? {} : { [name]: convert(value) }) as { [name in K]?: V };
}

function toX(parts: ContainerParts<ContainerX>, role: SplitRole): ContainerX {
  const name = ARRAYS[role][0];
  const input: unknown = required(parts[name], name);
  if (input instanceof Matrix || input instanceof Windows) return input;
  if (!isArrayLike(input)) {
    throw new InvalidInputError(`${name} is ${typeof input}, not rows of numbers`, {
      hint: 'Pass a Matrix, Windows, or an array of rows.',
    });
  }
  const row = input[0] as ArrayLike<unknown> | undefined;
  if (input.length > 0 && !isArrayLike(row)) {
    throw new InvalidInputError(`${name} is one-dimensional`, {
      hint: 'Pass one array for each row: [[1], [2], ...] for a single feature.',
    });
  }
  try {
    return isArrayLike(row?.[0]) ? Windows.from(input as number[][][]) : Matrix.from(input as number[][]);
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    throw new InvalidInputError(`${name}: ${error.message}`, {
      hint: error.hint,
      details: error.details,
      cause: error,
    });
  }
}

function perSplit<T>(
  values: PerSplit<T> | undefined,
  name: string,
  roles: readonly SplitRole[],
  rows: readonly number[],
): (role: SplitRole) => ArrayLike<T> | undefined {
  if (values === undefined || values === null) return () => undefined;
  if (isArrayLike(values)) {
    const total = rows.reduce((sum, n) => sum + n, 0);
    if (values.length !== total) {
      throw new InvalidInputError(`${name} has ${values.length} values for ${total} rows in all splits`, {
        hint: `Pass { train, validation, test${roles.length > 3 ? ', holdout' : ''} }, or one array in that order.`,
      });
    }
    return (role) => {
      const from = rows.slice(0, roles.indexOf(role)).reduce((sum, n) => sum + n, 0);
      return Array.prototype.slice.call(values, from, from + rows[roles.indexOf(role)]) as T[];
    };
  }
  const byRole = values as Record<string, ArrayLike<T> | undefined>;
  for (const key of Object.keys(byRole)) {
    if (!(ROLES as readonly string[]).includes(key)) {
      throw new InvalidInputError(`${name}: unknown split '${key}'`, { hint: `Splits are ${listed(ROLES)}.` });
    }
  }
  return (role) => {
    const own = byRole[role];
    const n = rows[roles.indexOf(role)];
    if (own !== undefined && own.length !== n) {
      throw new InvalidInputError(`${name}.${role} has ${own.length} values for ${n} rows`, {
        hint: 'Pass one value for each row.',
        details: { values: own.length, rows: n },
      });
    }
    return own;
  };
}

/** What must hold within one split. */
function checkSplit(split: Split<SplitRole, ContainerX>, what: string): void {
  const { X, role, times, labelEnds } = split;
  if (rowsOf(X) === 0 || columnsOf(X) === 0) {
    throw new InvalidInputError(`${what} is empty: ${rowsOf(X)} rows, ${columnsOf(X)} columns`, {
      hint: 'Every split needs at least one row and one column.',
    });
  }
  const base = X instanceof Matrix ? X : X.base;
  assertNoInfinity(base.data, base.cols, what);
  if (times) {
    const back = rowsWhere(times.length, (i) => i > 0 && times[i] < times[i - 1]);
    if (back.count > 0) {
      throw new InvalidInputError(
        `The times of the ${role} split are not sorted (rows ${listed(back.rows)} lie before the row above)`,
        {
          hint: 'Sort the rows of each split by time, X, y and weights with them.',
          details: back,
        },
      );
    }
  }
  if (times && labelEnds) assertSpans({ starts: times, ends: labelEnds }, `labelEnds.${role}`);
}

function assertSameColumns(roles: readonly SplitRole[], columns: readonly number[]): void {
  const other = columns.findIndex((count) => count !== columns[0]);
  if (other < 0) return;
  throw new InvalidInputError(`The ${roles[other]} split has ${columns[other]} columns, train has ${columns[0]}`, {
    hint: 'All splits need the same columns in the same order.',
    details: Object.fromEntries(roles.map((role, i) => [role, columns[i]])),
  });
}
