import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/core/errors.js';
import { Matrix } from '../../src/core/matrix.js';
import { Table } from '../../src/core/table.js';
import {
  handoffContract,
  modelCandidateContract,
  parseContract,
  predictionsContract,
  trainedModelContract,
  trainingDataContract,
} from '../../src/data/contracts.js';
import { qualityReport } from '../../src/data/qc.js';
import { ModelTrainer, TimeSeriesDataContainer } from '../../src/index.js';
import { syntheticClassification } from '../../src/testing/index.js';

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

describe('parseContract', () => {
  it('takes a real quality report and the handoff of a real run', async () => {
    const { X, y } = syntheticClassification({ rows: 300 });
    const part = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);
    const container = new TimeSeriesDataContainer({
      XTrain: X.take(part(0, 180)),
      yTrain: y.slice(0, 180),
      XVal: X.take(part(180, 240)),
      yVal: y.slice(180, 240),
      XTest: X.take(part(240, 300)),
      yTest: y.slice(240, 300),
      symbol: 'ES',
      horizon: 3,
    });
    const qc = await qualityReport(Table.fromColumns({ x: X.column(0), y }), { label: 'y' });
    expect(parseContract('qcReport', qc)).toEqual(qc);

    const { model, report } = await new ModelTrainer().trainModel('logistic', container, { save: false });
    const predictions = await model.predict(container.test.X);
    expect(parseContract('predictions', predictions).predictions.length).toBe(60);
    const { runId, createdAt, seed } = report;
    const { name, family, task, classes } = report.model;
    const { featureNames, symbol, horizon } = report.data;
    const handoff = {
      runId,
      createdAt,
      qc,
      model: {
        ...{ runId, name, family, task, classes, featureNames, symbol, horizon, seed },
        directory: `experiments/runs/${runId}/models/logistic`,
        metrics: report.training,
        validationMetrics: report.evaluations.validation?.metrics,
        testMetrics: report.evaluations.test?.metrics,
      },
      artifacts: { report: `experiments/runs/${runId}/report.json` },
      nextSteps: ['evaluate'],
    };
    expect(parseContract('handoff', handoff).model.classes).toEqual([0, 1]);
    expect(parseContract('handoff', JSON.parse(JSON.stringify(handoff))).runId).toBe(runId);
    refuses(
      () => parseContract('handoff', { ...handoff, model: { ...handoff.model, classes: ['up'] } }),
      "'model.classes.0'",
    );
    refuses(() => parseContract('qcReport', { ...qc, score: 2 }), "'score'");
  });

  it('names the nearest contract for an unknown one', () => {
    refuses(() => parseContract('handof' as never, {}), "'handof'");
    expect(() => parseContract('__proto__' as never, {})).toThrow(ConfigError);
  });
});
