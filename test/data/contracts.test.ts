import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/core/errors.js';
import { Matrix } from '../../src/core/matrix.js';
import {
  handoffContract,
  modelCandidateContract,
  predictionsContract,
  trainedModelContract,
  trainingDataContract,
} from '../../src/data/contracts.js';

const refuses = (run: () => unknown, text: string) => {
  expect(run).toThrow(ConfigError);
  expect(run).toThrow(text);
};
const metrics = {
  trainLoss: 0.1,
  valLoss: Number.NaN,
  trainAccuracy: 1,
  valAccuracy: Number.NaN,
  bestEpoch: 3,
  totalEpochs: 5,
  earlyStopped: true,
  trainingTime: 0.5,
  history: [],
};
const model = {
  runId: 'r1',
  name: 'lightgbm',
  family: 'boosting',
  task: 'classification',
  directory: 'experiments/runs/r1/models/lightgbm',
  classes: [-1, 0, 1],
  featureNames: ['a'],
  seed: 42,
  metrics,
};

describe('contracts', () => {
  it('training data: lengths, finite labels and weights', () => {
    const X = Matrix.from([[1], [2]]);
    expect(() => trainingDataContract.parse({ X, y: [0, 1], validation: { X: [[3]], y: [1] } }, 'data')).not.toThrow();
    refuses(() => trainingDataContract.parse({ X, y: [0] }, 'data'), 'number of rows');
    refuses(() => trainingDataContract.parse({ X: [[1], [2, 3]], y: [0, 1] }, 'data'), 'equally long');
    refuses(() => trainingDataContract.parse({ X, y: [0, Number.NaN] }, 'data'), 'label');
    refuses(() => trainingDataContract.parse({ X, y: [0, 1], weights: [1, -1] }, 'data'), 'weight');
    refuses(() => trainingDataContract.parse({ X: [], y: [] }, 'data'), 'no rows');
    refuses(
      () => trainingDataContract.parse({ X, y: [0, 1], validation: { X: [[3]], y: [1, 2] } }, 'data'),
      'number of rows',
    );
  });

  it('model candidate: an unknown key is named with the nearest one', () => {
    expect(modelCandidateContract.parse({ name: 'logistic' }, 'candidate')).toEqual({ name: 'logistic', config: {} });
    refuses(() => modelCandidateContract.parse({ name: 'logistic', varient: 'x' }, 'candidate'), "'varient'");
    refuses(() => modelCandidateContract.parse({}, 'candidate'), "'name'");
  });

  it('predictions: finite, probabilities one column a class', () => {
    const good = {
      predictions: Float32Array.of(0, 1),
      probabilities: Matrix.from([
        [1, 0],
        [0, 1],
      ]),
      classes: [0, 1],
    };
    expect(() => predictionsContract.parse(good, 'predictions')).not.toThrow();
    refuses(() => predictionsContract.parse({ ...good, classes: [0] }, 'predictions'), 'classes');
    refuses(
      () => predictionsContract.parse({ ...good, predictions: Float32Array.of(0, Number.NaN) }, 'predictions'),
      'finite',
    );
  });

  it('trained model and handoff: in memory and after JSON', () => {
    const handoff = {
      runId: 'r1',
      createdAt: '2024-01-02T03:04:05.000Z',
      model,
      artifacts: { report: 'report.json' },
      nextSteps: ['evaluate'],
    };
    expect(handoffContract.parse(handoff, 'handoff').model.name).toBe('lightgbm');
    expect(() => handoffContract.parse(JSON.parse(JSON.stringify(handoff)), 'handoff')).not.toThrow();
    refuses(() => trainedModelContract.parse({ ...model, seed: 'x' }, 'model'), "'seed'");
    refuses(() => handoffContract.parse({ ...handoff, createdAt: 'yesterday' }, 'handoff'), "'createdAt'");
  });
});
