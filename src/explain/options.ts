/** Checks of what is passed to `holdfast/explain`: unknown options are named with the nearest one that exists. */
import { ConfigError, InvalidInputError } from '../core/errors.js';
import { nearest } from '../core/text.js';
import { BaseModel } from '../model/base-model.js';

/** @throws ConfigError - an option that is none of `known` */
export function checkOptions(what: string, options: unknown, known: readonly string[]): void {
  if (options === null || typeof options !== 'object' || Array.isArray(options)) {
    throw new ConfigError(`${what}: the options are not an object`, { hint: `Known options: ${known.join(', ')}.` });
  }
  for (const key of Object.keys(options)) {
    if (known.includes(key)) continue;
    const near = nearest(key, known);
    throw new ConfigError(`${what}: unknown option '${key}'`, {
      hint: near ? `Did you mean '${near}'?` : `Known options: ${known.join(', ')}.`,
      details: { key, known },
    });
  }
}

/** @throws ConfigError - not a whole number of at least `least` */
export function checkWhole(what: string, name: string, value: unknown, least: number): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least) return value;
  throw new ConfigError(`${what}: ${name} has to be a whole number from ${least} on, got ${String(value)}`, {
    hint: `Pass a whole number such as ${Math.max(least, 5)}.`,
  });
}

/** @throws InvalidInputError - anything that is no model of holdfast */
export function checkModelObject(what: string, model: unknown): void {
  if (model instanceof BaseModel) return;
  throw new InvalidInputError(`${what}: the first argument is no model`, {
    hint: 'Pass a fitted model, such as new LightGBMModel() after fit.',
  });
}
