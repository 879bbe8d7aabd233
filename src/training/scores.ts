/** Scores of one run on its splits. */
import type { SplitScore } from '../evaluation/evaluate-model.js';

export interface SplitScores {
  readonly train: SplitScore;
  readonly validation: SplitScore;
  /** Absent when the run leaves the test set alone. */
  readonly test?: SplitScore;
}

export const evaluationsOf = ({ train, validation, test }: SplitScores) => ({
  train: train.evaluation,
  validation: validation.evaluation,
  test: test?.evaluation,
});
