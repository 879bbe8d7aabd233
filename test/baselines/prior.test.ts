import { describe, expect, it } from 'vitest';
import { PriorBaseline } from '../../src/baselines/prior.js';
import { DataLeakageError, InvalidInputError, NotFittedError } from '../../src/core/errors.js';
import { Matrix } from '../../src/core/matrix.js';
import type { Split, SplitRole } from '../../src/core/split.js';

function split<R extends SplitRole>(role: R, y: number[], weights?: number[]): Split<R> {
  const X = Matrix.zeros(y.length, 1);
  return { role, X, y: Float64Array.from(y), weights: weights && Float32Array.from(weights) };
}

describe('PriorBaseline', () => {
  it('predicts the most frequent class with the weighted shares of training', () => {
    const fitted = new PriorBaseline().fit(split('train', [1, -1, -1, 0], [4, 1, 1, 2]));
    const { predictions, probabilities, confidence, classes } = fitted.predict(split('test', [0, 0]));
    expect(classes).toEqual([-1, 0, 1]);
    expect([...predictions]).toEqual([1, 1]);
    expect([...(probabilities as Matrix).row(0)]).toEqual([0.25, 0.25, 0.5]);
    expect([...(confidence as Float32Array)]).toEqual([0.5, 0.5]);
  });

  it('takes the lowest label on ties', () => {
    const fitted = new PriorBaseline().fit(split('train', [3, 1, 3, 1]));
    expect(fitted.predict(split('test', [3])).predictions[0]).toBe(1);
  });

  it('predicts the weighted mean for regression', () => {
    const fitted = new PriorBaseline('regression').fit(split('train', [1, 2, 6], [1, 1, 2]));
    const output = fitted.predict(split('validation', [0, 0]));
    expect([...output.predictions]).toEqual([3.75, 3.75]);
    expect(output.probabilities).toBeUndefined();
  });

  it('takes training rows only', () => {
    const validation = split('validation', [0, 1]) as unknown as Split<'train'>;
    expect(() => new PriorBaseline().fit(validation)).toThrow(DataLeakageError);
  });

  it('asks for fit before predict', () => {
    expect(() => new PriorBaseline().predict(split('test', [1]))).toThrow(NotFittedError);
  });

  it.each([
    ['no rows', split('train', [])],
    ['a label that is not finite', split('train', [0, Number.NaN])],
    ['all-zero weights', split('train', [0, 1], [0, 0])],
    ['a negative weight', split('train', [0, 1], [1, -1])],
    ['weights of another length', split('train', [0, 1], [1])],
  ])('refuses %s', (_, train) => {
    expect(() => new PriorBaseline().fit(train)).toThrow(InvalidInputError);
  });
});
