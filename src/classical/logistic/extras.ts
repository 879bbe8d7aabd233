/** What a trained logistic regression may carry beside its coefficients, as plain data of its saved state, and back. */
import { ModelFormatError } from '../../core/errors.js';
import type { LogisticCoefficients } from './coefficients.js';
import type { RegularizationPath } from './cross-validation.js';

export interface Extras {
  readonly standardErrors?: Pick<LogisticCoefficients, 'weights' | 'intercept'>;
  readonly path?: RegularizationPath;
}

/** Plain JSON data; absent parts have no key. NaN travels as null. */
export function writeExtras({ standardErrors, path }: Extras): Record<string, unknown> {
  return {
    ...(standardErrors
      ? { standardErrors: { weights: [...standardErrors.weights], intercept: [...standardErrors.intercept] } }
      : {}),
    ...(path
      ? {
          path: {
            ...path,
            coefficients: path.coefficients.map(({ weights, intercept }) => ({
              weights: [...weights],
              intercept: [...intercept],
            })),
          },
        }
      : {}),
  };
}

/** @throws ModelFormatError - anything `writeExtras` would not have written for such coefficients */
export function readExtras(state: unknown, shape: LogisticCoefficients): Extras {
  const { standardErrors, path } = state as { standardErrors?: unknown; path?: unknown };
  return {
    ...(standardErrors === undefined ? {} : { standardErrors: readWeights(standardErrors, shape, 'standardErrors') }),
    ...(path === undefined ? {} : { path: readPath(path, shape) }),
  };
}

function readPath(value: unknown, shape: LogisticCoefficients): RegularizationPath {
  const { Cs, foldLogLoss, meanLogLoss, best, coefficients } = record(value, 'path');
  const strengths = numbers(Cs, undefined, 'path.Cs');
  const count = strengths.length;
  if (!Array.isArray(foldLogLoss)) throw damaged('path.foldLogLoss');
  if (!Array.isArray(coefficients) || coefficients.length !== count) throw damaged('path.coefficients');
  if (!Number.isInteger(best) || (best as number) < 0 || (best as number) >= count) throw damaged('path.best');
  return {
    Cs: [...strengths],
    foldLogLoss: foldLogLoss.map((losses) => [...numbers(losses, count, 'path.foldLogLoss')]),
    meanLogLoss: [...numbers(meanLogLoss, count, 'path.meanLogLoss')],
    best: best as number,
    coefficients: coefficients.map((one) => ({ ...shape, ...readWeights(one, shape, 'path.coefficients') })),
  };
}

function readWeights(value: unknown, { outputs, features }: LogisticCoefficients, what: string) {
  const { weights, intercept } = record(value, what);
  return { weights: numbers(weights, outputs * features, what), intercept: numbers(intercept, outputs, what) };
}

function record(value: unknown, what: string): Record<string, unknown> {
  if (value === null || typeof value !== 'object') throw damaged(what);
  return value as Record<string, unknown>;
}

function numbers(value: unknown, length: number | undefined, what: string): Float64Array {
  const right = Array.isArray(value) && (length === undefined ? value.length > 0 : value.length === length);
  if (!right || !value.every((item) => item === null || typeof item === 'number')) throw damaged(what);
  return Float64Array.from(value as (number | null)[], (item) => item ?? Number.NaN);
}

function damaged(what: string): ModelFormatError {
  return new ModelFormatError(`A saved logistic regression cannot be used: '${what}' of its state is damaged`, {
    hint: 'The model directory is damaged or was edited; restore it from a backup or train again.',
  });
}
