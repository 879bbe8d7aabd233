/** `--explain-config`: every setting with its origin, the hyperparameters of each model included. */
import { isDeepStrictEqual } from 'node:util';
import { loadTrainingConfig } from '../model/config-files.js';
import { modelConfig } from '../model/model-config.js';
import { ModelRegistry } from '../model/registry.js';
import type { RunFlags } from './flags.js';
import type { Origins } from './origins.js';
import { print } from './print.js';
import type { ModelSetting, RunSettings } from './settings.js';

export async function explainConfig(flags: RunFlags, settings: RunSettings, origins: Origins): Promise<void> {
  for (const model of settings.models) await explainModel(model, flags, settings, origins);
  print(flags, origins.list, () => origins.text());
}

/** Each layer is parsed with those below it: what it changes comes from it, whatever name the value was given by. */
async function explainModel(
  { name, variant, params }: ModelSetting,
  flags: RunFlags,
  { trainingConfig }: RunSettings,
  origins: Origins,
): Promise<void> {
  const Model = await ModelRegistry.get(name);
  const training = await loadTrainingConfig(trainingConfig);
  const family = ModelRegistry.family(name);
  const familyDefaults = training.families[family]?.params;
  const given = new Set(Object.keys(flags.set).map((key) => key.split('.').pop() ?? key));
  const fromFile = Object.fromEntries(Object.entries(params).filter(([key]) => !given.has(key)));
  const layers: [from: string, parameters: Record<string, unknown>][] = [
    ['default', {}],
    [`models/${name}.yaml`, await modelConfig(name)],
    [`${trainingConfig ?? 'training.yaml'}, family ${family}`, await modelConfig(name, { familyDefaults })],
  ];
  if (variant !== undefined) layers.push([`variant ${variant}`, await modelConfig(name, { familyDefaults, variant })]);
  const own = { familyDefaults, ...(variant !== undefined && { variant }) };
  layers.push([flags.config ?? 'command line', await modelConfig(name, { ...own, overrides: fromFile })]);
  layers.push(['command line', await modelConfig(name, { ...own, overrides: params })]);
  const found = new Map<string, { value: unknown; from: string }>();
  for (const [from, parameters] of layers) {
    const config = new Model(parameters).config as Record<string, unknown>;
    for (const [key, value] of Object.entries(config)) {
      const before = found.get(key);
      if (!before || !isDeepStrictEqual(before.value, value)) found.set(key, { value, from });
    }
  }
  for (const [key, { value, from }] of found) origins.add(`${name}.${key}`, value, from);
}
