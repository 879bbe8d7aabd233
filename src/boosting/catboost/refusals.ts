/** What `fit` of a boosting model may be asked for and CatBoost's training here does not do. */
import { InvalidInputError } from '../../core/errors.js';
import type { FitData } from '../../model/types.js';
import type { BoostingFitContext } from '../options.js';

/** @throws InvalidInputError - for options that would be ignored otherwise */
export function refuseUntrainable(data: FitData, { options }: BoostingFitContext): void {
  const sets = [data, data.validation, ...Object.values(data.evalSets ?? {})];
  const asked = options.initModel
    ? 'initModel'
    : sets.some((rows) => rows?.initScore)
      ? 'initScore'
      : options.objective
        ? 'an objective of your own'
        : options.metrics
          ? 'metrics of your own'
          : undefined;
  if (asked === undefined) return;
  throw new InvalidInputError(`catboost: ${asked} cannot be used yet`, {
    hint: 'LightGBMModel and XGBoostModel take it.',
    details: { option: asked },
  });
}
