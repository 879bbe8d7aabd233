/** The folds of any splitter, made and checked before anything is trained. */
import { DataLeakageError, InvalidInputError } from '../core/errors.js';
import { listed } from '../core/text.js';
import { Turns } from '../core/turns.js';
import type { Fold, SplitData } from '../splits/splitter.js';

/** What is asked of a splitter here: its own kind, or a user's. */
export interface AnySplitter {
  /** Row numbers of each fold. */
  split(data: SplitData): Iterable<Fold>;
}

/** @throws InvalidInputError - no folds, an empty part, rows that do not exist; DataLeakageError - a row in train and test of one fold */
export async function checkedFolds(splitter: AnySplitter, data: SplitData, what: string): Promise<Fold[]> {
  if (typeof splitter?.split !== 'function') {
    throw new InvalidInputError(`${what} needs a splitter`, { hint: '{ splitter: new PurgedKFold({ folds: 5 }) }' });
  }
  const folds: Fold[] = [];
  const turns = new Turns();
  for (const fold of splitter.split(data)) {
    await turns.pause();
    folds.push(checkedFold(fold, folds.length, data.rows, what));
  }
  if (folds.length === 0)
    throw new InvalidInputError(`${what}: the splitter gave no folds`, { hint: 'Check its settings.' });
  return folds;
}

function checkedFold(fold: Fold, number: number, rows: number, what: string): Fold {
  const at = `${what}: fold ${number + 1}`;
  const seen = new Uint8Array(rows);
  const both: number[] = [];
  for (const [name, bit] of [
    ['train', 1],
    ['test', 2],
  ] as const) {
    if (!(fold[name]?.length > 0)) {
      throw new InvalidInputError(`${at} has no ${name} rows`, {
        hint: 'Check the splitter.',
        details: { fold: number },
      });
    }
    for (const row of fold[name]) {
      if (!(Number.isInteger(row) && row >= 0 && row < rows)) {
        throw new InvalidInputError(`${at}: there is no row ${row} among ${rows}`, {
          hint: 'Check the splitter.',
          details: { fold: number },
        });
      }
      if (bit === 2 && seen[row] === 1) both.push(row);
      seen[row] |= bit;
    }
  }
  if (both.length > 0) {
    throw new DataLeakageError(`${at}: ${both.length} rows are in train and test (rows ${listed(both)})`, {
      hint: 'A splitter must not test on rows that were trained on.',
      details: { fold: number, rows: both.slice(0, 20) },
    });
  }
  return { train: Uint32Array.from(fold.train), test: Uint32Array.from(fold.test) };
}

/** @throws InvalidInputError - a fold whose training rows (of positive weight) lack a class that other rows have */
export function assertClasses(
  folds: readonly Fold[],
  y: Float64Array,
  weights: Float32Array | undefined,
  what: string,
): void {
  const counts = (row: number): boolean => weights === undefined || weights[row] > 0;
  const classes = new Set(y.filter((_, row) => counts(row)));
  for (const [f, { train }] of folds.entries()) {
    const missing = new Set(classes);
    for (let i = 0; i < train.length && missing.size > 0; i++) if (counts(train[i])) missing.delete(y[train[i]]);
    if (missing.size === 0) continue;
    throw new InvalidInputError(
      `${what}: fold ${f + 1} of ${folds.length} has no row of class ${listed([...missing])} to train on`,
      {
        hint: 'Use fewer folds, a StratifiedKFold (rows without time), a larger first training window, or leave rare classes out.',
        details: { fold: f, classes: [...missing] },
      },
    );
  }
}
