/** What a splitter is: rows in, row numbers of train and test out. Splitters look at times, label spans, groups and labels, never at features. */
import { isArrayLike } from '../core/checks.js';
import { InvalidInputError } from '../core/errors.js';

/** What is known of the rows. A `Split` has all of it but the number of rows. */
export interface SplitData {
  readonly rows: number;
  /** (rows,) when each row's features are known, ms since epoch. Absent: the rows' own order counts as time. */
  readonly times?: ArrayLike<number>;
  /** (rows,) when each row's label is known, ms since epoch (without `times`: row numbers). Absent: at the row's own time. */
  readonly labelEnds?: ArrayLike<number>;
  /** (rows,) entity of each row. */
  readonly groups?: ArrayLike<string | number>;
  /** (rows,) labels. */
  readonly y?: ArrayLike<number>;
}

/** Row numbers of one fold; no row is in both, and neither is empty. */
export interface Fold {
  readonly train: Uint32Array;
  readonly test: Uint32Array;
}

/**
 * Cuts rows into pairs of train and test.
 *
 * `split` checks its input at once and makes the folds one by one as they are asked for; it can be gone through more than once, and gives
 * the same folds each time.
 */
export interface Splitter {
  /** Parts the rows are cut into, as configured. */
  readonly folds: number;
  /** Pairs of train and test that `split` gives: `folds`, unless parts are combined or repeated. */
  readonly splits: number;
  /**
   * Row numbers of each fold. Throws `InvalidInputError`, naming the fold, for parts that would be empty and for missing times, groups or
   * labels.
   */
  split(data: SplitData): Iterable<Fold>;
}

/** Folds that are made when they are asked for, anew each time. */
export function eachFold(make: () => Iterator<Fold>): Iterable<Fold> {
  return { [Symbol.iterator]: make };
}

/** @throws InvalidInputError - no rows, or an array of another length, naming it */
export function checkSplitData(data: SplitData, what: string): void {
  const rows: unknown = data?.rows;
  if (typeof rows !== 'number' || !Number.isInteger(rows) || rows < 1) {
    throw new InvalidInputError(`${what}: there are no rows to split (rows: ${String(rows)})`, {
      hint: 'split({ rows, times?, labelEnds?, groups?, y? })',
    });
  }
  const { times, labelEnds, groups, y } = data;
  for (const [name, values] of Object.entries({ times, labelEnds, groups, y })) {
    if (values === undefined) continue;
    if (isArrayLike(values) && values.length === rows) continue;
    const has = isArrayLike(values) ? `has ${values.length} values` : `is ${typeof values}`;
    throw new InvalidInputError(`${what}: ${name} ${has} for ${rows} rows`, {
      hint: 'Pass one value for each row.',
      details: { rows, array: name },
    });
  }
}

/** @throws InvalidInputError - fewer `things` than folds */
export function assertEnough(folds: number, count: number, things: string, what: string): void {
  if (count >= folds) return;
  throw new InvalidInputError(`${what}: ${count} ${things} cannot be cut into ${folds} folds`, {
    hint: `Use at most ${count} folds, or more ${things}.`,
    details: { folds, [things.replaceAll(' ', '_')]: count },
  });
}

/** Folds from the part of each row: part f is the test of fold f, all other rows its train; rows in their own order. */
export function foldsOfParts(part: Uint32Array, folds: number): Iterable<Fold> {
  return eachFold(function* () {
    for (let f = 0; f < folds; f++) yield partAgainstRest(part, f);
  });
}

function partAgainstRest(part: Uint32Array, f: number): Fold {
  let size = 0;
  for (const p of part) if (p === f) size++;
  const test = new Uint32Array(size);
  const train = new Uint32Array(part.length - size);
  let [a, b] = [0, 0];
  for (let i = 0; i < part.length; i++) {
    if (part[i] === f) test[a++] = i;
    else train[b++] = i;
  }
  return { train, test };
}

/** Where part `f` of `count` things begins when `parts` parts take them in order, the first ones one more where it does not come out even. */
export function partStart(count: number, parts: number, f: number): number {
  return f * Math.floor(count / parts) + Math.min(f, count % parts);
}
