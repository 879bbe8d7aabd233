/** Hyperparameters of a model by name, whichever of a parameter's names a layer uses: `num_leaves` of the caller is over `numLeaves` of the file. */
import { ConfigError } from '../core/errors.js';
import type { ModelClass } from './base-model.js';
import { type ModelConfigOptions, modelParameters } from './config-files.js';
import { ModelRegistry } from './registry.js';

/** As `modelParameters`; what the caller gives under another name replaces the value below it. */
export async function modelConfig(name: string, options: ModelConfigOptions = {}): Promise<Record<string, unknown>> {
  const { overrides = {}, ...below } = options;
  const Model = await ModelRegistry.get(name);
  const lower = await modelParameters(name, below);
  return layered(Model, lower, overrides);
}

/** Parameters over others: a value replaces the one below it, whichever of the parameter's names each has. */
export function layered(
  Model: ModelClass,
  lower: Readonly<Record<string, unknown>>,
  upper: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  // A name that stands below is no other name of something there.
  const others = Object.entries(upper).filter(([key, value]) => value !== undefined && !Object.hasOwn(lower, key));
  const kept = Object.entries(lower).filter(
    ([key, value]) => !others.some(([other, own]) => sameParameter(Model, { [key]: value, [other]: own })),
  );
  return { ...Object.fromEntries(kept), ...upper };
}

/** Only the model's schema knows its names, and says so of two that are one. */
function sameParameter(Model: ModelClass, two: Record<string, unknown>): boolean {
  try {
    new Model(two);
    return false;
  } catch (error) {
    return error instanceof ConfigError && error.message.includes('is the same parameter as');
  }
}
