/** A model's predictions on a split and what they are worth, entered in the ledger of the split's data. */
import type { Split, SplitRole } from '../core/split.js';
import type { BaseModel } from '../model/base-model.js';
import type { ModelInput, PredictionOutput } from '../model/types.js';
import { useRows } from '../splits/claim-rows.js';
import { type Evaluation, evaluateSplit } from './evaluate.js';

/** How `evaluateModel` predicts the rows of a split. */
export interface EvaluateOptions {
  readonly threads?: number;
  /** Id of the run that the evaluation belongs to. */
  readonly run?: string;
}

/** What a model made of a split. */
export interface SplitScore {
  readonly output: PredictionOutput;
  readonly evaluation: Evaluation;
}

/**
 * Predicts a split and scores the predictions. Test and holdout rows are judges: the ledger counts how often they are asked, and refuses
 * rows that the model, or anything it was made from, has learned from. Scores on train and validation rows are entered as scores.
 *
 * @throws DataLeakageError - test or holdout rows that were used before
 * @throws NotFittedError | InvalidInputError - as `model.predict`
 * @example
 * const { evaluation } = await evaluateModel(model, container.test);
 * evaluation.metrics.logLoss;
 */
export async function evaluateModel(
  model: BaseModel,
  split: Split<SplitRole, ModelInput>,
  { threads, run }: EvaluateOptions = {},
): Promise<SplitScore> {
  const judges = split.role === 'test' || split.role === 'holdout';
  // Entered first: an evaluation that fails midway may have shown its rows.
  useRows(judges ? 'evaluate' : 'score', split, { name: model.info.name, subject: model, run });
  const output = await model.predict(split.X, { threads });
  return { output, evaluation: evaluateSplit(model.task, split, output) };
}
