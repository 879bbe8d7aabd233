/** Models that were fitted elsewhere and are to vote: what they must have in common. */
import { DataLeakageError, InvalidInputError, NotFittedError } from '../../core/errors.js';
import { BaseModel } from '../../model/base-model.js';
import type { Task } from '../../model/types.js';
import { usedRows } from '../../model/used-rows.js';

type Named = readonly (readonly [name: string, model: BaseModel])[];

export interface Common {
  readonly task: Task;
  readonly classes: readonly number[];
  readonly featureNames: readonly string[];
}

/** @throws InvalidInputError, NotFittedError - see `VotingModel.of` */
export function commonOf(models: Named): Common {
  const fail = (problem: string, hint: string): never => {
    throw new InvalidInputError(`VotingModel.of: ${problem}`, { hint });
  };
  if (models.length === 0) fail('there are no models', 'Pass fitted models by name: { lightgbm, logistic }.');
  for (const [name, model] of models) {
    if (!(model instanceof BaseModel)) fail(`'${name}' is not a model`, 'Pass model objects.');
    if (!model.isFitted) {
      throw new NotFittedError(`VotingModel.of: the model '${name}' is not fitted`, {
        hint: 'Fit it first, or use new VotingModel({ members }).fit, which fits them.',
      });
    }
    if (model.info.inputMode !== 'features')
      fail(
        `'${name}' takes ${model.info.inputMode} input`,
        'Use new VotingModel({ members }).fit for models of windows.',
      );
  }
  const [[firstName, first]] = models;
  for (const [name, model] of models) {
    for (const [what, own, other] of [
      ['task', model.task, first.task],
      ['classes', model.classes.join(), first.classes.join()],
      ['features', model.featureNames.join(), first.featureNames.join()],
    ]) {
      if (own !== other)
        fail(`'${name}' and '${firstName}' have different ${what}`, 'Train all models on the same columns and labels.');
    }
  }
  return { task: first.task, classes: first.classes, featureNames: first.featureNames };
}

/** @throws DataLeakageError - a model was fitted on these rows */
export function assertUnseen(models: Named, X: unknown): void {
  const seen = models.find(([, model]) => usedRows(model, X));
  if (!seen) return;
  throw new DataLeakageError(`VotingModel.of: the validation rows are rows that '${seen[0]}' was fitted on`, {
    hint: 'Weights found on rows that a model knows favour the one that has learned them best by heart: pass other rows.',
  });
}

export function noRows(): InvalidInputError {
  return new InvalidInputError("VotingModel.of: weights: 'greedy' needs validation rows", {
    hint: 'VotingModel.of(models, { weights: "greedy", validation: { X, y } })',
  });
}
