/** `compareModels`: the comparison by itself, for those who keep no runs. */
import type { AnyContainer } from '../evaluation/adapt.js';
import type { CompareModelsOptions, ModelChoice } from './comparison-options.js';
import type { ComparisonResult } from './comparison-result.js';
import { ModelTrainer } from './trainer.js';

/**
 * Trains the models on the container's train split and compares them on the validation rows that all of them predict: same rows, same metrics,
 * paired significance against the best, baselines beside. Writes nothing unless `save` is set; otherwise as `ModelTrainer.trainAll`, which keeps
 * a run of each.
 *
 * @throws as `ModelTrainer.trainAll`
 * @example
 * const { winner, table } = await compareModels(['lightgbm', { name: 'logistic', config: { C: 0.1 } }], container, { metric: 'rocAuc' });
 */
export async function compareModels(
  models: 'all' | readonly ModelChoice[],
  container: AnyContainer,
  options: CompareModelsOptions = {},
): Promise<ComparisonResult> {
  return new ModelTrainer().trainAll(container, { save: false, ...options, models });
}
