/** Settings to and from the training options in a CatBoost file (`params.flat_params`: CatBoost's names, as its users gave them). */
import { CANONICAL, type ParameterName } from './aliases.js';
import { type CatBoostConfig, type CatBoostSettings, catboostConfig } from './config.js';
import type { CatBoostFile } from './ensemble.js';
import { taskOfLoss } from './loss.js';
import { lossProblem } from './trainable-loss.js';

/** CatBoost's name of a parameter where it is not ours in snake case; undefined for those it does not know. */
const NATIVE_NAMES: Partial<Record<ParameterName, string | undefined>> = {
  task: undefined,
  lossFunction: undefined,
  metric: 'eval_metric',
  categoricalFeatures: 'cat_features',
  categoryNames: undefined,
  earlyStoppingSet: undefined,
  earlyStoppingMetric: undefined,
  earlyStoppingRounds: undefined,
  checkpointInterval: undefined,
  seed: 'random_seed',
  threads: undefined,
};

/** What a file lists for these settings. */
export function fileParameters(
  settings: CatBoostSettings,
  found: { loss: string; learningRate: number; categorical: readonly number[] },
): Record<string, unknown> {
  const flat: Record<string, unknown> = { loss_function: found.loss };
  for (const [name, value] of Object.entries({ ...settings, withoutEffect: undefined })) {
    const native = name in NATIVE_NAMES ? NATIVE_NAMES[name as ParameterName] : snakeCase(name);
    if (native !== undefined && value !== undefined) flat[native] = value;
  }
  if (Array.isArray(flat.eval_metric)) flat.eval_metric = flat.eval_metric[0];
  if (found.categorical.length > 0) flat.cat_features = [...found.categorical];
  return { flat_params: { ...flat, learning_rate: found.learningRate } };
}

const snakeCase = (name: string) =>
  name.replace(/[A-Z]|\d+/g, (part) => (/\d/.test(part) ? part : `_${part.toLowerCase()}`));

/**
 * The configuration that a file was trained with, as far as this library has its parameters: what `fit` of an imported model
 * uses. Parameters that it does not know, or not with that value, are left at their defaults.
 */
export function configOfFile(file: CatBoostFile): CatBoostConfig {
  const config: Record<string, unknown> = { task: taskOfLoss(file.loss) };
  if (lossProblem(file.loss) === undefined) config.lossFunction = file.loss;
  const flat = file.params?.flat_params;
  const given = Object.entries(flat !== null && typeof flat === 'object' ? flat : {});
  // The number of leaves is refused before the policy that has one is known.
  given.sort(([a], [b]) => Number(b === 'grow_policy') - Number(a === 'grow_policy'));
  for (const [key, value] of given) {
    const name = CANONICAL.get(key);
    if (name === undefined || name in config || name === 'threads') continue;
    // Together with what there is already: parameters may exclude each other.
    if (catboostConfig().safeParse({ ...config, [name]: value }).success) config[name] = value;
  }
  const categorical = file.ensemble.categoricalFeatures.map(({ column }) => column);
  if (categorical.length > 0) config.categoricalFeatures = categorical;
  if (file.categoryNames?.size) config.categoryNames = Object.fromEntries(file.categoryNames);
  return config as CatBoostConfig;
}
