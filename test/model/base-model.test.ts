import { describe, expect, it } from 'vitest';
import {
  InvalidInputError,
  NotFittedError,
  TrainingCancelledError,
  TrainingFailedError,
} from '../../src/core/errors.js';
import { Matrix } from '../../src/core/matrix.js';
import { Windows } from '../../src/core/windows.js';
import { CentroidModel } from './centroid.js';

const X = Matrix.from([
  [0, 0],
  [0, 1],
  [1, 0],
  [9, 9],
  [9, 8],
  [8, 9],
]);
const y = [-1, -1, -1, 1, 1, 1];

describe('BaseModel.fit', () => {
  it('keeps any finite labels and orders probability columns by them', async () => {
    const model = new CentroidModel();
    await model.fit({ X, y });
    const out = await model.predict([
      [0, 0.5],
      [9, 9],
    ]);
    expect(out.classes).toEqual([-1, 1]);
    expect([...out.predictions]).toEqual([-1, 1]);
    expect(out.probabilities?.cols).toBe(2);
    expect(out.confidence?.[0]).toBeGreaterThan(0.9);
  });

  it('reports losses and accuracies of training and validation rows', async () => {
    const metrics = await new CentroidModel().fit({
      X,
      y,
      validation: {
        X: [
          [0, 0],
          [9, 9],
        ],
        y: [-1, -1],
      },
    });
    expect(metrics.trainAccuracy).toBe(1);
    expect(metrics.valAccuracy).toBe(0.5);
    expect(metrics.trainLoss).toBeGreaterThan(0);
    expect(metrics.valLoss).toBeGreaterThan(metrics.trainLoss);
    expect(metrics.trainingTime).toBeGreaterThan(0);
  });

  it('treats a weight of zero as absence, also for the set of classes', async () => {
    const weighted = new CentroidModel();
    await weighted.fit({ X, y: [-1, -1, 5, 1, 1, 1], weights: [1, 1, 0, 1, 1, 1] });
    const without = new CentroidModel();
    await without.fit({ X: X.take([0, 1, 3, 4, 5]), y: [-1, -1, 1, 1, 1] });
    expect(weighted.classes).toEqual([-1, 1]);
    expect([...(await weighted.predict(X)).probabilities!.data]).toEqual([
      ...(await without.predict(X)).probabilities!.data,
    ]);
  });

  it('imputes training medians and drops columns without values, in prediction too', async () => {
    const nan = Number.NaN;
    const model = new CentroidModel();
    await model.fit({
      X: [
        [0, nan, 1],
        [nan, nan, 2],
        [4, nan, 3],
        [8, nan, 4],
      ],
      y: [0, 0, 1, 1],
    });
    const [filled] = (await model.predict([[nan, 7, 1]])).probabilities!.data;
    const [given] = (await model.predict([[4, nan, 1]])).probabilities!.data;
    expect(filled).toBe(given);
  });

  it('takes one median value for even counts between the two middle ones, negative and mixed signs included', async () => {
    const nan = Number.NaN;
    const model = new CentroidModel();
    await model.fit({
      X: [
        [-3, 0],
        [-1, 0],
        [2, 1],
        [10, 1],
        [nan, 1],
      ],
      y: [0, 0, 1, 1, 1],
    });
    const [filled] = (await model.predict([[nan, 0]])).probabilities!.data;
    const [given] = (await model.predict([[0.5, 0]])).probabilities!.data;
    expect(filled).toBe(given);
  });

  it.each([
    ['empty X', { X: [], y: [] }],
    ['ragged X', { X: [[1, 2], [1]], y: [0, 1] }],
    [
      'text in X',
      {
        X: [
          ['a', 2],
          [1, 2],
        ] as unknown as number[][],
        y: [0, 1],
      },
    ],
    [
      'infinite X',
      {
        X: [
          [1, Number.POSITIVE_INFINITY],
          [1, 2],
        ],
        y: [0, 1],
      },
    ],
    ['too few labels', { X, y: [0, 1] }],
    ['NaN label', { X, y: [0, 1, 0, 1, Number.NaN, 1] }],
    ['infinite label', { X, y: [0, 1, 0, 1, Number.POSITIVE_INFINITY, 1] }],
    ['one class', { X, y: [1, 1, 1, 1, 1, 1] }],
    ['negative weight', { X, y, weights: [1, 1, 1, 1, 1, -1] }],
    ['all-zero weights', { X, y, weights: [0, 0, 0, 0, 0, 0] }],
    ['NaN weight', { X, y, weights: [1, 1, 1, 1, 1, Number.NaN] }],
    ['wrong number of weights', { X, y, weights: [1] }],
    ['wrong number of names', { X, y, featureNames: ['a'] }],
    ['duplicate names', { X, y, featureNames: ['a', 'a'] }],
    ['validation with other columns', { X, y, validation: { X: [[1]], y: [1] } }],
    ['validation with an unknown class', { X, y, validation: { X: [[1, 1]], y: [7] } }],
    ['all columns missing', { X: [[Number.NaN], [Number.NaN]], y: [0, 1] }],
    ['windows for a features model', { X: new Windows(X, Uint32Array.of(1, 2), 2), y: [0, 1] }],
    ['nothing', undefined as unknown as { X: number[][]; y: number[] }],
  ])('refuses %s with a typed error and a hint', async (_name, data) => {
    const model = new CentroidModel();
    const error = await model.fit(data).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(InvalidInputError);
    expect((error as InvalidInputError).hint).not.toBe('');
    expect(model.isFitted).toBe(false);
  });

  it('does not change what it is given', async () => {
    const data = {
      X: Matrix.from([
        [1, Number.NaN],
        [2, 3],
        [3, 4],
      ]),
      y: Float64Array.of(3, 1, 2),
      weights: Float32Array.of(1, 0, 2),
    };
    const before = structuredClone([data.X.data, data.y, data.weights]);
    await new CentroidModel().fit(data);
    expect([data.X.data, data.y, data.weights]).toEqual(before);
  });

  it('is unfitted after a cancelled fit', async () => {
    const model = new CentroidModel();
    await model.fit({ X, y });
    await expect(model.fit({ X, y }, { signal: AbortSignal.abort() })).rejects.toBeInstanceOf(TrainingCancelledError);
    const controller = new AbortController();
    const running = model.fit({ X, y }, { signal: controller.signal });
    controller.abort();
    await expect(running).rejects.toBeInstanceOf(TrainingCancelledError);
    await expect(model.predict(X)).rejects.toBeInstanceOf(NotFittedError);
  });

  it('refuses a second fit of the same object while one runs', async () => {
    const model = new CentroidModel();
    const first = model.fit({ X, y });
    await expect(model.fit({ X, y })).rejects.toBeInstanceOf(InvalidInputError);
    await first;
    expect(model.isFitted).toBe(true);
  });

  it('turns an error of the model into TrainingFailedError with its cause', async () => {
    class Broken extends CentroidModel {
      protected override async fitModel(): Promise<void> {
        throw new RangeError('boom');
      }
    }
    const error = await new Broken().fit({ X, y }).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(TrainingFailedError);
    expect((error as Error).cause).toBeInstanceOf(RangeError);
  });

  it('refuses outputs that are no probabilities', async () => {
    class Wrong extends CentroidModel {
      protected override predictRaw(input: Matrix): Matrix {
        return Matrix.zeros(input.rows, 2);
      }
    }
    await expect(new Wrong().fit({ X, y })).rejects.toBeInstanceOf(TrainingFailedError);
  });
});

describe('BaseModel.predict', () => {
  it('needs a fitted model', async () => {
    await expect(new CentroidModel().predict(X)).rejects.toBeInstanceOf(NotFittedError);
  });

  it('refuses other columns and infinite values', async () => {
    const model = new CentroidModel();
    await model.fit({ X, y });
    await expect(model.predict([[1]])).rejects.toBeInstanceOf(InvalidInputError);
    await expect(model.predict([[1, Number.NEGATIVE_INFINITY]])).rejects.toBeInstanceOf(InvalidInputError);
  });

  it('gives empty output for no rows', async () => {
    const model = new CentroidModel();
    await model.fit({ X, y });
    const out = await model.predict([]);
    expect(out.predictions.length).toBe(0);
    expect(out.probabilities?.rows).toBe(0);
  });
});
