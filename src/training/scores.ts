/** Scores of one run on its splits. */
import type { AnyContainer } from '../evaluation/adapt.js';
import type { SplitScore } from '../evaluation/evaluate-model.js';
import { diagnosticsOf } from '../report/diagnostics/diagnose.js';
import type { Diagnostics } from '../report/diagnostics/diagnostics.js';

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

/** What plots show of the predictions of the splits that judge. */
export async function diagnosticsOfSplits(
  data: AnyContainer,
  { validation, test }: SplitScores,
): Promise<{ validation: Diagnostics; test?: Diagnostics }> {
  const of = (split: 'validation' | 'test', { output }: SplitScore): Promise<Diagnostics> => {
    const { y, weights, times } = data[split];
    return diagnosticsOf({ y, weights, times, ...output });
  };
  return { validation: await of('validation', validation), ...(test && { test: await of('test', test) }) };
}
