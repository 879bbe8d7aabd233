/** The folds that probabilities are calibrated on: drawn class by class from a seed. */
import { Random } from '../../../core/random.js';
import { rowsWhere } from '../rows.js';

export const FOLDS = 5;

/** (n,) fold of each row; rows of a class are dealt out evenly in random order, so that every fold has both classes where it can. */
export function stratifiedFolds(positive: ArrayLike<number>, seed: number): Uint8Array {
  const random = new Random(seed);
  const fold = new Uint8Array(positive.length);
  let dealt = 0;
  for (const side of [1, 0]) {
    const rows = rowsWhere(positive.length, (i) => (positive[i] > 0 ? 1 : 0) === side);
    for (const row of random.shuffle(rows)) fold[row] = dealt++ % FOLDS;
  }
  return fold;
}
