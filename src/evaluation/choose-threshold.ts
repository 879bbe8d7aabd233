/** The decision threshold of a model, chosen on rows that may choose: the ledger remembers them. */
import { InvalidInputError } from '../core/errors.js';
import { assertRole, type Split } from '../core/split.js';
import { bestThreshold, type OptimalThresholdOptions } from '../metrics/optimal-threshold.js';
import type { BaseModel } from '../model/base-model.js';
import type { ModelInput } from '../model/types.js';
import { claimRows } from '../splits/claim-rows.js';
import { positiveClassOf } from './score.js';

/** What a threshold is chosen by, and how its rows are predicted. */
export interface ChooseThresholdOptions extends Pick<OptimalThresholdOptions, 'metric' | 'beta'> {
  readonly threads?: number;
}

/** Predict the larger label where its probability is at least `threshold`. */
export interface ChosenThreshold {
  readonly threshold: number;
  /** The metric at the threshold, on the rows that chose it: too good for new rows. */
  readonly value: number;
}

/**
 * The threshold on the probability of the larger of two labels that maximises a metric on validation rows (`optimalThreshold` says how ties
 * go). On test rows it would flatter the model, so it takes none.
 *
 * @throws DataLeakageError - rows of another role, rows the model was fitted on or evaluated on
 * @throws InvalidInputError - a regression, more than two classes, only one class among the rows
 * @example
 * const { threshold } = await chooseThreshold(model, container.validation, { metric: 'youden' });
 */
export async function chooseThreshold(
  model: BaseModel,
  rows: Split<'validation', ModelInput>,
  { threads, ...options }: ChooseThresholdOptions = {},
): Promise<ChosenThreshold> {
  assertRole(rows, ['validation'], 'The choice of a threshold');
  const claim = claimRows('threshold', rows, { name: model.info.name, subject: model });
  const { probabilities, classes } = await model.predict(rows.X, { threads });
  const positiveClass = positiveClassOf(classes);
  if (!probabilities || positiveClass === undefined) {
    throw new InvalidInputError(`chooseThreshold: '${model.info.name}' does not tell two classes apart`, {
      hint: 'A threshold is for classifiers of two classes.',
      details: { classes },
    });
  }
  const chosen = bestThreshold(rows.y, probabilities, {
    ...options,
    classes,
    positiveClass,
    ...(rows.weights && { sampleWeight: rows.weights }),
  });
  claim.record();
  return chosen;
}
