/** A model's predictions on a split, and what they are worth. */
import type { Split, SplitRole } from '../core/split.js';
import { type Evaluation, evaluateSplit } from '../evaluation/evaluate.js';
import type { BaseModel } from '../model/base-model.js';
import type { ModelInput, PredictionOutput } from '../model/types.js';

export interface SplitScore {
  readonly output: PredictionOutput;
  readonly evaluation: Evaluation;
}

export interface SplitScores {
  readonly train: SplitScore;
  readonly validation: SplitScore;
  /** Absent when the run leaves the test set alone. */
  readonly test?: SplitScore;
}

export async function scoreSplit(
  model: BaseModel,
  split: Split<SplitRole, ModelInput>,
  threads: number,
): Promise<SplitScore> {
  const output = await model.predict(split.X, { threads });
  return { output, evaluation: evaluateSplit(model.task, split, output) };
}

export const evaluationsOf = ({ train, validation, test }: SplitScores) => ({
  train: train.evaluation,
  validation: validation.evaluation,
  test: test?.evaluation,
});
