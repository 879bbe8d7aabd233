/** Settings to and from the `parameters` block of a LightGBM model file. */
import { CANONICAL, nativeName, type ParameterName, TRAINER_ONLY } from './aliases.js';
import { writeFeatures } from './categorical-parameters.js';
import { type LightGBMConfig, type LightGBMSettings, lightgbmConfig } from './config.js';
import type { LightGBMFile } from './format.js';
import { type FileObjective, TRAINABLE, taskOfFile } from './objective.js';
import { OTHER_ALIASES } from './other-parameters.js';

/** Names of ours that LightGBM does not know: it would warn of them on opening the file. */
const OURS = /^(early_stopping_(set|metric)|checkpoint_.*)$/;

/** What a file lists for these settings: LightGBM's names, in our order. */
export function fileParameters(settings: LightGBMSettings, objective: FileObjective): Record<string, string> {
  const { task: _ours, threads: _never, numClass: _known, categoricalFeatures, ...rest } = settings;
  const parameters: Record<string, string> = {};
  const all = {
    ...rest,
    categoricalFeatures: writeFeatures(categoricalFeatures),
    objective: objective.name,
    numClass: objective.numClass,
  };
  for (const [name, value] of Object.entries(all)) {
    if (TRAINER_ONLY.some((key) => key === name)) continue;
    const plain = typeof value === 'boolean' ? Number(value) : value;
    const native = nativeName(name as ParameterName);
    if (plain !== undefined && !OURS.test(native)) parameters[native] = String(plain);
  }
  return parameters;
}

/**
 * LightGBM lists all its parameters, in its own files alone. Of those that have no default here it says nothing by listing them:
 * the seeds that it derives from `seed`, and what only means that something is off.
 */
const LIGHTGBMS_OWN = 'objective_seed';
const SAYS_NOTHING = [
  'baggingSeed',
  'dropSeed',
  'extraSeed',
  'featureFractionSeed',
  'firstMetricOnly',
  ...Object.keys(OTHER_ALIASES),
];

/**
 * The configuration that a file was trained with, as far as this library has its parameters: what `fit` of an imported model
 * uses. Parameters that it does not know, or not with that value, are left at their defaults.
 */
export function configOfFile(file: LightGBMFile): LightGBMConfig {
  const config: Record<string, unknown> = { task: taskOfFile(file.objective) };
  if (Object.hasOwn(TRAINABLE, file.objective.name)) config.objective = file.objective.name;
  const complete = Object.hasOwn(file.parameters ?? {}, LIGHTGBMS_OWN);
  for (const [key, text] of Object.entries(file.parameters ?? {})) {
    const name = CANONICAL.get(key);
    if (name === undefined || name in config || name === 'objective' || name === 'threads') continue;
    if (TRAINER_ONLY.some((key) => key === name)) continue;
    if (complete && SAYS_NOTHING.includes(name)) continue;
    // A file says what kind of value a parameter has by nothing but its text.
    const values = text === '' ? [] : [Number(text), text, text === '1' || text === 'true'];
    const value = values.find((candidate) => lightgbmConfig().safeParse({ [name]: candidate }).success);
    if (value !== undefined) config[name] = value;
  }
  return config as LightGBMConfig;
}
