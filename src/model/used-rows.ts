/** What a fitted model has learned from, for those who need rows that it has not: the ledger's answer in one word. */
import { usesOf } from '../splits/lineage.js';
import { rowsIn } from '../splits/row-origin.js';
import type { RowUse } from '../splits/row-uses.js';

const LEARNING: readonly RowUse[] = ['fit', 'early-stop', 'tune', 'calibrate', 'threshold'];

/** Whether the model, or what it was made from, learned from a row of X. False for loaded models and for copies of rows. */
export function usedRows(model: object, X: unknown): boolean {
  return rowsIn(X).some(({ source, rows }) =>
    usesOf([model], source).some((one) => LEARNING.includes(one.use) && one.rows.shared(rows, 1).count > 0),
  );
}
