/** The learned numbers of a ridge model, and their JSON form that reads back exactly. */
import { ModelFormatError } from '../../core/errors.js';
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
  let body: Record<string, unknown>;
  try {
    body = JSON.parse(text) as Record<string, unknown>;
  } catch (cause) {
    throw damaged('is not JSON', cause);
  }
  if (body === null || typeof body !== 'object' || body.format !== FORMAT) throw damaged('is not a ridge model');
  if (body.version !== VERSION) {
    throw new ModelFormatError(`The ridge model has format version ${String(body.version)}`, {
      hint: `This release reads version ${VERSION}; update holdfast, or train again.`,
    });
  }
  const [outputs, features] = [count(body.outputs, 'outputs'), count(body.features, 'features')];
  const { names, errors, alpha, steepness } = body;
  if (!Array.isArray(names) || names.length !== features || !names.every((name) => typeof name === 'string')) {
    throw damaged(`'names' is not a list of ${features} names`);
  }
  if (!(Number.isFinite(alpha) && (alpha as number) >= 0)) throw damaged("'alpha' is not a strength");
  if (!(Number.isFinite(steepness) && (steepness as number) > 0)) throw damaged("'steepness' is not positive");
  if (!Array.isArray(errors)) throw damaged("'errors' is not a list");
  return {
    outputs,
    features,
    weights: numbers(body.weights, outputs * features, 'weights'),
    intercept: numbers(body.intercept, outputs, 'intercept'),
    names: names as string[],
    deviation: numbers(body.deviation, features, 'deviation'),
    alpha: alpha as number,
    errors: errors.map((item: unknown) => {
      const { alpha: tried, error } = (item ?? {}) as Record<string, unknown>;
      if (!Number.isFinite(tried) || !Number.isFinite(error))
        throw damaged("'errors' holds something that is no number");
      return { alpha: tried as number, error: error as number };
    }),
    steepness: steepness as number,
  };
}

function count(value: unknown, name: string): number {
  if (!Number.isSafeInteger(value) || (value as number) < 1) throw damaged(`'${name}' is not a positive integer`);
  return value as number;
}

function numbers(value: unknown, length: number, name: string): Float64Array {
  if (!Array.isArray(value) || value.length !== length) throw damaged(`'${name}' is not a list of ${length} numbers`);
  if (!value.every((item) => Number.isFinite(item)))
    throw damaged(`'${name}' holds something that is no finite number`);
  return Float64Array.from(value as number[]);
}

function damaged(problem: string, cause?: unknown): ModelFormatError {
  return new ModelFormatError(`The file of a ridge model ${problem}`, {
    hint: 'The file is damaged or was edited; restore it from a backup or train again.',
    cause,
  });
}
