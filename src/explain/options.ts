/** Checks of what is passed to `holdfast/explain`: unknown options are named with the nearest one that exists. */
import { ConfigError, InvalidInputError } from '../core/errors.js';
import { Matrix } from '../core/matrix.js';
import { nearest } from '../core/text.js';
import { BaseModel } from '../model/base-model.js';
import { checkValues } from '../model/input.js';
import type { ModelInputMatrix } from '../model/types.js';

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

/**
 * Rows of features as a matrix of the model's columns.
 *
 * @throws InvalidInputError - windows, no rows, other columns than in training
 */
export async function featureRows(what: string, model: BaseModel, X: ModelInputMatrix): Promise<Matrix> {
  if (!(X instanceof Matrix)) {
    throw new InvalidInputError(
      `${what}: '${model.info.name}' takes windows, whose features have no values of their own`,
      {
        hint: 'This works with models of features.',
      },
    );
  }
  if (X.rows === 0) throw new InvalidInputError(`${what}: X has no rows`, { hint: 'Pass rows to predict.' });
  if (X.cols !== model.featureNames.length) {
    throw new InvalidInputError(`${what}: X has ${X.cols} columns, the model ${model.featureNames.length}`, {
      hint: 'Pass the same features in the same order as in training.',
    });
  }
  await checkValues(X, what);
  return X;
}
