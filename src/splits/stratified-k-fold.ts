/** K-fold with each class shared out evenly. */
import { finiteLabels } from '../core/checks.js';
import { InvalidInputError } from '../core/errors.js';
import { deriveSeed, Random } from '../core/random.js';
import { type KFoldOptions, kFoldOptions } from './k-fold.js';
import { assertEnough, checkSplitData, type Fold, foldsOfParts, type SplitData, type Splitter } from './splitter.js';

/**
 * Every row is tested once; the rows of a class differ by at most one between parts, and so do the sizes of the parts. Without
 * `shuffle`, rows of a class go to the parts in their own order (the same parts as scikit-learn's `StratifiedKFold`).
 *
 * @example
 * new StratifiedKFold({ folds: 5 }).split({ rows: y.length, y });
 */
export class StratifiedKFold implements Splitter {
  readonly folds: number;
  private readonly options: Required<KFoldOptions>;

  /** @throws ConfigError - an unknown option, or one out of range */
  constructor(options: KFoldOptions = {}) {
    this.options = kFoldOptions.parse(options, 'StratifiedKFold');
    this.folds = this.options.folds;
  }

  get splits(): number {
    return this.folds;
  }

  /** @throws InvalidInputError - no labels, more folds than rows, or a class with fewer rows than folds: it would be missing in a fold */
  split(data: SplitData): Iterable<Fold> {
    checkSplitData(data, 'StratifiedKFold');
    if (!data.y) {
      throw new InvalidInputError('StratifiedKFold needs the labels', { hint: 'split({ rows, y })' });
    }
    assertEnough(this.folds, data.rows, 'rows', 'StratifiedKFold');
    const rowsOfClass = byClass(finiteLabels(data.y, data.rows, 'StratifiedKFold: y'));
    for (const [label, rows] of rowsOfClass) {
      if (rows.length >= this.folds) continue;
      throw new InvalidInputError(
        `StratifiedKFold: class ${label} has ${rows.length} rows, fewer than the ${this.folds} folds`,
        {
          hint: 'It would be missing in a fold: use fewer folds, or KFold for targets that are no classes.',
          details: { label, rows: rows.length, folds: this.folds },
        },
      );
    }
    return foldsOfParts(this.partOfRows(data.rows, [...rowsOfClass.values()]), this.folds);
  }

  /** Dealing the rows, sorted by class, to the parts in turn says how many of a class each part gets; they get them in the rows' order. */
  private partOfRows(rows: number, classes: readonly number[][]): Uint32Array {
    const { folds, shuffle, seed } = this.options;
    const random = shuffle ? new Random(deriveSeed(seed, 'stratified-k-fold')) : undefined;
    const part = new Uint32Array(rows);
    let dealt = 0;
    for (const own of classes) {
      const counts = new Uint32Array(folds);
      for (let i = 0; i < own.length; i++) counts[dealt++ % folds]++;
      if (random) random.shuffle(own);
      let next = 0;
      for (let f = 0; f < folds; f++) for (let i = 0; i < counts[f]; i++) part[own[next++]] = f;
    }
    return part;
  }
}

/** Rows of each class; classes in the order of their first row. */
function byClass(y: Float64Array): Map<number, number[]> {
  const classes = new Map<number, number[]>();
  for (let i = 0; i < y.length; i++) {
    const rows = classes.get(y[i]);
    if (rows) rows.push(i);
    else classes.set(y[i], [i]);
  }
  return classes;
}
