/** What `fit` uses its rows for, as the ledger of their data set is asked before and told afterwards. */
import type { SplitRole } from '../core/split.js';
import { claimRows } from '../splits/claim-rows.js';
import { descend, forgetUses } from '../splits/lineage.js';
import type { RowUse } from '../splits/row-uses.js';
import type { TrainingData } from './types.js';

/** Rows that a fit has asked for. */
export interface TrainingRows {
  /** Once they were used. `chose`: scores on the validation rows chose something of the model, such as weights of its members. */
  record(chose: boolean): void;
}

/**
 * Asks for the rows of a fit. Validation rows, and further sets, stop the training where the model looks at them for that, and are scored
 * otherwise. What the model had used before is forgotten, unless its training goes on.
 *
 * @param stops - whether scores on the set of that name decide when training ends; validation rows are the set `'validation'`
 * @param earlier - the model whose training goes on: what it used, this one used; the model itself for a warm start
 * @throws DataLeakageError - rows of a split that may not be trained on or stop a training, or the training rows themselves as validation
 */
export function claimTrainingRows(
  model: object,
  name: string,
  data: TrainingData,
  stops: (set: string) => boolean,
  earlier?: object,
): TrainingRows {
  if (earlier !== model) forgetUses(model);
  if (earlier) descend(model, [earlier]);
  const by = { name, subject: model };
  const claim = (use: RowUse, { X, role }: { X?: unknown; role?: SplitRole }) => claimRows(use, { X, role }, by);
  const given = [['validation', data?.validation] as const, ...Object.entries(data?.evalSets ?? {})];
  const sets = given.flatMap(([set, rows]) =>
    rows !== null && typeof rows === 'object' ? [{ rows, stops: stops(set) }] : [],
  );
  const training = claim('fit', data ?? {});
  // So that the training rows cannot stop the training.
  training.remember();
  const watched = sets.map(({ rows, stops }) => claim(stops ? 'early-stop' : 'score', rows));
  return {
    record: (chose) => {
      for (const one of [training, ...watched]) one.record();
      if (chose) for (const { rows, stops } of sets) if (!stops) claim('tune', rows).record();
    },
  };
}
