/** Rows cut into folds for cross-validation inside a model. */
import { InvalidInputError } from '../core/errors.js';
import { deriveSeed, Random } from '../core/random.js';

/** `'stratified'`: shuffled, each class shared out evenly; `'blocks'`: contiguous runs of rows, for rows in time. */
export type FoldKind = 'stratified' | 'blocks';

export interface FoldOptions {
  readonly folds: number;
  readonly foldKind: FoldKind;
  readonly seed: number;
}

/**
 * (n,) fold of each row, 0 to folds - 1; sizes differ by at most one. `y` holds class indices.
 * @throws InvalidInputError - fewer rows than folds, or a class whose rows (of positive weight) all lie in one fold
 */
export function assignFolds(
  { y, weights, classes }: { y: Float64Array; weights?: ArrayLike<number>; classes: readonly number[] },
  { folds, foldKind, seed }: FoldOptions,
  what: string,
): Uint32Array {
  const n = y.length;
  if (n < folds) {
    throw new InvalidInputError(`${what}: ${n} rows cannot be cut into ${folds} folds`, { hint: 'Use fewer folds.' });
  }
  const fold =
    foldKind === 'blocks'
      ? Uint32Array.from({ length: n }, (_, i) => Math.floor((i * folds) / n))
      : stratified(y, classes.length, folds, seed);
  const counts = new Uint32Array(folds * classes.length);
  const all = new Uint32Array(classes.length);
  for (let i = 0; i < n; i++) {
    if (weights && !(weights[i] > 0)) continue;
    counts[fold[i] * classes.length + y[i]]++;
    all[y[i]]++;
  }
  for (let f = 0; f < folds; f++) {
    for (const [k, label] of classes.entries()) {
      if (counts[f * classes.length + k] < all[k]) continue;
      throw new InvalidInputError(`${what}: all rows of class ${label} lie in fold ${f + 1} of ${folds}`, {
        hint: "Each class needs rows outside every fold: use foldKind 'stratified', fewer folds, or more rows of the class.",
        details: { label, fold: f },
      });
    }
  }
  return fold;
}

/** Rows in random order, those of a class dealt out in turn, class after class. */
function stratified(y: Float64Array, classes: number, folds: number, seed: number): Uint32Array {
  const order = new Random(deriveSeed(seed, 'folds')).permutation(y.length);
  const fold = new Uint32Array(y.length);
  let dealt = 0;
  for (let k = 0; k < classes; k++) for (const row of order) if (y[row] === k) fold[row] = dealt++ % folds;
  return fold;
}
