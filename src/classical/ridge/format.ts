/** The learned numbers of a ridge model, and their JSON form that reads back exactly. */
import { NumberFile } from '../number-file.js';
import type { RidgeWeights } from './predict.js';

export interface RidgeLearned extends RidgeWeights {
  /** Names of the columns that were learned from: all but those without any value in training. */
  readonly names: readonly string[];
  /** (features,) standard deviation of each column in training. */
  readonly deviation: Float64Array;
  readonly alpha: number;
  readonly errors: readonly { readonly alpha: number; readonly error: number }[];
  /** Classification: factor of the decision values in the softmax. */
  readonly steepness: number;
}

const FORMAT = 'holdfast-ridge';
const VERSION = 1;

/** JSON text; numbers in the shortest form that parses to the same double. */
export function writeLearned({ weights, intercept, deviation, ...rest }: RidgeLearned): string {
  const body = { format: FORMAT, version: VERSION, ...rest, weights: [...weights], intercept: [...intercept] };
  return `${JSON.stringify({ ...body, deviation: [...deviation] })}\n`;
}

/** Reads what `writeLearned` wrote; anything else is a `ModelFormatError` that says which part is wrong. */
export function readLearned(text: string): RidgeLearned {
  const file = NumberFile.parse(text, 'The file of a ridge model', { format: FORMAT, newest: VERSION });
  const [outputs, features] = [file.count('outputs'), file.count('features')];
  const { names, errors, alpha, steepness } = file.body;
  if (!Array.isArray(names) || names.length !== features || !names.every((name) => typeof name === 'string')) {
    throw file.damaged(`'names' is not a list of ${features} names`);
  }
  if (!(Number.isFinite(alpha) && (alpha as number) >= 0)) throw file.damaged("'alpha' is not a strength");
  if (!(Number.isFinite(steepness) && (steepness as number) > 0)) throw file.damaged("'steepness' is not positive");
  if (!Array.isArray(errors)) throw file.damaged("'errors' is not a list");
  return {
    outputs,
    features,
    weights: file.numbers('weights', outputs * features),
    intercept: file.numbers('intercept', outputs),
    names: names as string[],
    deviation: file.numbers('deviation', features),
    alpha: alpha as number,
    errors: errors.map((item: unknown) => {
      const { alpha: tried, error } = (item ?? {}) as Record<string, unknown>;
      if (!Number.isFinite(tried) || !Number.isFinite(error))
        throw file.damaged("'errors' holds something that is no number");
      return { alpha: tried as number, error: error as number };
    }),
    steepness: steepness as number,
  };
}
