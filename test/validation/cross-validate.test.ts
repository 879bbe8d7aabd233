/** `crossValidate`: the folds' numbers are those of training by hand, whatever the workers, and nothing of a test row reaches training. */
import { beforeAll, describe, expect, it } from 'vitest';
import { LightGBMModel } from '../../src/boosting/lightgbm/model.js';
import { registerBuiltins } from '../../src/builtin.js';
import { LogisticRegressionModel } from '../../src/classical/logistic/model.js';
import { RidgeModel } from '../../src/classical/ridge/model.js';
import {
  DataLeakageError,
  InvalidInputError,
  TrainingCancelledError,
  TrainingFailedError,
} from '../../src/core/errors.js';
import { Matrix } from '../../src/core/matrix.js';
import type { Split } from '../../src/core/split.js';
import { Table } from '../../src/core/table.js';
import { Windows } from '../../src/core/windows.js';
import { accuracy } from '../../src/metrics/accuracy.js';
import { logLoss } from '../../src/metrics/log-loss.js';
import { BaseModel } from '../../src/model/base-model.js';
import { ModelRegistry } from '../../src/model/registry.js';
import type { FitContext, FitData } from '../../src/model/types.js';
import { PreprocessingPipeline } from '../../src/preprocessing/pipeline.js';
import { CombinatorialPurgedKFold } from '../../src/splits/combinatorial-purged-k-fold.js';
import { KFold } from '../../src/splits/k-fold.js';
import { PurgedKFold } from '../../src/splits/purged-k-fold.js';
import { WalkForward } from '../../src/splits/walk-forward.js';
import { syntheticClassification } from '../../src/testing/synthetic.js';
import { crossValidate } from '../../src/validation/cross-validate.js';
import { ZeroModel, ZeroOfWindows } from './stubs.js';

beforeAll(() => registerBuiltins());

const HOUR = 3_600_000;

function series(rows: number, classes = 2): Split<'train'> {
  const { X, y } = syntheticClassification({ rows, classes });
  const times = Float64Array.from({ length: rows }, (_, i) => i * HOUR);
  return { role: 'train', X, y, times, labelEnds: times.map((t) => t + 4 * HOUR) };
}

const splitter = new PurgedKFold({ folds: 4, embargo: 0.01 });

describe('crossValidate', () => {
  it('gives the numbers of training and scoring each fold by hand', async () => {
    const data = series(300);
    const result = await crossValidate(new LogisticRegressionModel({ C: 0.5 }), data, {
      splitter,
      metrics: ['accuracy', logLoss],
    });
    const folds = [...splitter.split({ rows: 300, ...data })];
    for (const [f, { train, test }] of folds.entries()) {
      const model = new LogisticRegressionModel({ C: 0.5 });
      await model.fit({ X: data.X.take(train), y: Array.from(train, (row) => data.y[row]) });
      for (const [rows, scores] of [
        [test, result.folds[f].test],
        [train, result.folds[f].train],
      ] as const) {
        const output = await model.predict(data.X.take(rows));
        const y = Array.from(rows, (row) => data.y[row]);
        expect(scores).toEqual({
          accuracy: accuracy(y, output.predictions),
          logLoss: logLoss(y, output.probabilities ?? []),
        });
      }
      expect(result.folds[f].rows).toEqual({ train, test });
      expect(result.folds[f].fitTime).toBeGreaterThan(0);
    }
    const { test, train, overfitGap } = result.scores.accuracy;
    const values = result.folds.map((fold) => fold.test.accuracy);
    const average = values.reduce((a, b) => a + b) / 4;
    expect(test.values).toEqual(values);
    expect(test.mean).toBeCloseTo(average, 12);
    expect(test.std).toBeCloseTo(Math.sqrt(values.reduce((sum, v) => sum + (v - average) ** 2, 0) / 4), 12);
    expect(overfitGap).toBeCloseTo((train?.mean ?? Number.NaN) - test.mean, 12);
    expect(result.scores.logLoss.overfitGap).toBeCloseTo(
      result.scores.logLoss.test.mean - (result.scores.logLoss.train?.mean ?? Number.NaN),
      12,
    );
  });

  it('gives the same numbers for any workers and threads, and never fits the model it was given', async () => {
    const data = { ...series(240, 3), weights: Float32Array.from({ length: 240 }, (_, i) => 1 + (i % 3)) };
    const model = new LightGBMModel({ n_estimators: 8, seed: 3, bagging_fraction: 0.7, bagging_freq: 1 });
    const numbers = async (workers: number, threads: number) => {
      const { folds, scores } = await crossValidate(model, data, {
        splitter,
        metrics: ['rocAuc', 'f1'],
        workers,
        threads,
      });
      return { scores, folds: folds.map(({ test, train, rows }) => ({ test, train, rows })) };
    };
    const alone = await numbers(1, 1);
    expect(await numbers(2, 2)).toEqual(alone);
    expect(await numbers(3, 2)).toEqual(alone);
    expect(model.isFitted).toBe(false);
  });

  it('weights, seed and names go into training; models and predictions are kept when asked for', async () => {
    const data = series(160);
    const weights = Float32Array.from({ length: 160 }, (_, i) => (i % 2 === 0 ? 1 : 0));
    const result = await crossValidate(
      'lightgbm',
      { ...data, weights },
      {
        splitter,
        returnModels: true,
        returnPredictions: true,
        trainScores: false,
        seed: 9,
      },
    );
    const [fold] = result.folds;
    expect(fold.train).toBeUndefined();
    expect(result.scores.accuracy.overfitGap).toBeUndefined();
    expect(result.model).toBe('lightgbm');
    const again = await fold.model?.predict(data.X.take(fold.rows.test));
    expect(again?.predictions).toEqual(fold.predictions?.predictions);
    const byHand = new LightGBMModel();
    const { train } = fold.rows;
    await byHand.fit(
      { X: data.X.take(train), y: Array.from(train, (i) => data.y[i]), weights: Array.from(train, (i) => weights[i]) },
      { seed: 9 },
    );
    expect((await byHand.predict(data.X.take(fold.rows.test))).probabilities).toEqual(fold.predictions?.probabilities);
  });

  it('warns of an overfitted model and not of one that is not, in the unit of the target too', async () => {
    const rows = 200;
    const noise = syntheticClassification({ rows }).X;
    const y = Float64Array.from({ length: rows }, (_, i) => ((i * 7919) % 13) % 2);
    const bad = await crossValidate(
      new LightGBMModel({ n_estimators: 40, min_child_samples: 2 }),
      { role: 'train', X: noise, y },
      {
        splitter: new KFold({ folds: 3 }),
      },
    );
    expect(bad.warnings).toEqual([expect.stringMatching(/accuracy is .* on train .* may be overfitted/)]);
    const tiny = Float64Array.from({ length: rows }, (_, i) => 1e-4 * (noise.row(i)[0] + 0.02 * ((i * 7919) % 13)));
    const fine = await crossValidate(
      new RidgeModel({ task: 'regression' }),
      { role: 'train', X: noise, y: tiny },
      {
        splitter: new KFold({ folds: 3 }),
        metrics: ['rmse', 'r2'],
      },
    );
    expect(fine.warnings).toEqual([]);
    const steep = await crossValidate(
      new LightGBMModel({ task: 'regression', n_estimators: 60, min_child_samples: 2 }),
      { role: 'train', X: noise, y: tiny.map((_, i) => ((i * 7919) % 13) * 1e-4) },
      {
        splitter: new KFold({ folds: 3 }),
        metrics: ['rmse'],
      },
    );
    expect(steep.warnings).toEqual([expect.stringMatching(/rmse/)]);
  });

  it('says which fold a metric is undefined on', async () => {
    const data = series(80);
    const y = Float64Array.from({ length: 80 }, (_, i) => (i < 20 ? 0 : i % 2));
    const result = await crossValidate('logistic', { ...data, y }, { splitter, metrics: ['rocAuc'] });
    expect(result.folds[0].test.rocAuc).toBeNaN();
    expect(result.scores.rocAuc.test.mean).toBeNaN();
    expect(result.warnings[0]).toMatch(/fold 1: rocAuc is undefined on test rows: no row is of class 1/);
  });

  it('takes metrics of the caller', async () => {
    const result = await crossValidate('logistic', series(80), {
      splitter,
      metrics: [{ name: 'rows', direction: 'maximize', score: ({ y }) => y.length }],
      trainScores: false,
    });
    expect(result.scores.rows.test.values).toEqual([20, 20, 20, 20]);
  });

  it('puts the predictions of a combinatorial splitter together into paths, each of all rows', async () => {
    const data = series(120);
    const combinatorial = new CombinatorialPurgedKFold({ folds: 4, testFolds: 2 });
    const result = await crossValidate('logistic', data, {
      splitter: combinatorial,
      metrics: ['accuracy', 'logLoss'],
      returnPredictions: true,
    });
    expect(result.folds).toHaveLength(6);
    expect(result.paths).toHaveLength(3);
    for (const { splits, predictions, scores } of result.paths ?? []) {
      const part = (row: number) => Math.floor(row / 30);
      for (const row of [0, 31, 62, 119]) {
        const { rows, predictions: own } = result.folds[splits[part(row)]];
        expect(predictions.predictions[row]).toBe(own?.predictions[rows.test.indexOf(row)]);
        expect(predictions.probabilities?.row(row)).toEqual(own?.probabilities?.row(rows.test.indexOf(row)));
      }
      expect(scores.accuracy).toBe(accuracy(data.y, predictions.predictions));
    }
  });
});

describe('preprocessing in a fold', () => {
  const table = (rows: number): Split<'train', Table> => {
    const { X, y } = syntheticClassification({ rows });
    const columns = Object.fromEntries([0, 1, 2].map((j) => [`x${j}`, Float64Array.from(X.column(j))]));
    const side = Array.from(y, (label, i) => (i % 5 === 0 ? null : label > 0 === i % 3 > 0 ? 'a' : 'b'));
    const times = Float64Array.from({ length: rows }, (_, i) => i * HOUR);
    return { role: 'train', X: Table.fromColumns({ ...columns, side }), y, times };
  };

  it('is fitted on the training rows of the fold alone, with every kind of option', async () => {
    const data = table(200);
    const options = { scaling: 'robust', imputation: 'mean', encoding: 'target' } as const;
    const result = await crossValidate({ preprocessing: options, model: 'logistic', config: { C: 2 } }, data, {
      splitter,
      returnModels: true,
    });
    for (const { rows, preprocessing, test } of result.folds) {
      const take = <R extends 'train' | 'validation'>(role: R, own: Uint32Array): Split<R, Table> => ({
        role,
        X: data.X.take(own),
        y: Float64Array.from(own, (row) => data.y[row]),
        times: Float64Array.from(own, (row) => row * HOUR),
      });
      const pipeline = new PreprocessingPipeline(options).fit(take('train', rows.train));
      expect(preprocessing?.trainStatistics).toEqual(pipeline.trainStatistics);
      const model = new LogisticRegressionModel({ C: 2 });
      const train = pipeline.transform(take('train', rows.train));
      await model.fit({ X: train.X, y: train.y });
      const output = await model.predict(pipeline.transform(take('validation', rows.test)).X);
      expect(test.accuracy).toBe(accuracy(take('train', rows.test).y, output.predictions));
    }
  });

  it('lags look at the row before, across the borders of train and test, and never at a later one', async () => {
    const rows = 60;
    const x = Float64Array.from({ length: rows }, (_, i) => i * i);
    const seen: { train: number[][]; test: number[][] }[] = [];
    class Spy extends ZeroModel {
      private train: number[][] = [];
      protected override async fitModel({ X }: FitData): Promise<void> {
        this.train = Array.from({ length: X.rows }, (_, i) => [...X.row(i)]);
      }
      protected override predictRaw(X: Matrix): Float32Array {
        const test = Array.from({ length: X.rows }, (_, i) => [...X.row(i)]);
        if (X.rows === 20) seen.push({ train: this.train, test });
        return super.predictRaw(X);
      }
    }
    for (const X of [Table.fromColumns({ f0: x }), Matrix.from(Array.from(x, (v) => [v]))]) {
      seen.length = 0;
      await crossValidate(
        {
          preprocessing: {
            lags: [{ column: 'f0', periods: [1] }],
            scaling: 'none',
            imputation: { strategy: 'constant', value: -1 },
          },
          model: new Spy(),
        },
        { role: 'train', X, y: x, times: x },
        { splitter: new PurgedKFold({ folds: 3 }), trainScores: false, workers: 1 },
      );
      const all = [...seen].sort((a, b) => a.test[0][0] - b.test[0][0]);
      expect(all).toHaveLength(3);
      for (const { train, test } of all) {
        for (const [value, lag] of [...train, ...test])
          expect(lag).toBe(value === 0 ? -1 : (Math.sqrt(value) - 1) ** 2);
      }
    }
  });

  it('a table needs preprocessing', async () => {
    await expect(crossValidate('logistic', table(40), { splitter })).rejects.toThrow(/rows are a Table/);
  });
});

describe('windows', () => {
  it('that share rows with test windows are not trained on', async () => {
    const { X, y } = syntheticClassification({ rows: 120 });
    const windows = new Windows(
      X,
      Uint32Array.from({ length: 111 }, (_, i) => i + 9),
      10,
    );
    const result = await crossValidate(
      new ZeroOfWindows(),
      { role: 'train', X: windows, y: y.slice(9) },
      {
        splitter: new PurgedKFold({ folds: 3 }),
        trainScores: false,
      },
    );
    expect(result.folds.map(({ rows }) => rows.train.length)).toEqual([111 - 37 - 9, 111 - 37 - 18, 111 - 37 - 9]);
  });
});

describe('preprocessing before windows', () => {
  const rows = 90;
  const x = Float64Array.from({ length: rows }, (_, i) => (i < 30 ? 1000 : i));
  const data = { role: 'train', X: Matrix.from(Array.from(x, (v) => [v])), y: x, times: x.map((_, i) => i) } as const;
  const candidate = {
    preprocessing: { scaling: 'standard' },
    model: new ZeroOfWindows({ sequenceLength: 5 }),
  } as const;
  const folds = { splitter: new PurgedKFold({ folds: 3 }), returnModels: true, trainScores: false };

  it('is fitted on training rows, and windows that share rows with test windows are left out', async () => {
    const result = await crossValidate(candidate, data, folds);
    expect(result.folds.map(({ rows: { train, test } }) => [train.length, test.length])).toEqual([
      [56, 30],
      [52, 30],
      [56, 30],
    ]);
    // The first fold is tested on the rows of 1000, which its means have not seen.
    expect(result.folds.map(({ preprocessing }) => preprocessing?.trainStatistics.means.f0)).toEqual([
      59.5,
      (1000 + 74.5) / 2,
      (1000 + 44.5) / 2,
    ]);
  });

  it('is refused where windows would reach from one group into the next', async () => {
    const groups = Array.from(x, (_, i) => i % 2);
    await expect(crossValidate(candidate, { ...data, groups }, folds)).rejects.toThrow(/fold 1 of 3: .*several groups/);
  });
});

describe('models that are cloned for each fold', () => {
  it('have the config of the one given, whatever the model', async () => {
    for (const { name } of ModelRegistry.list()) {
      const Model = await ModelRegistry.get(name);
      const given = new Model();
      expect(new Model(given.config).config).toEqual(given.config);
    }
  });
});

describe('crossValidate refuses', () => {
  const data = series(60);

  it('what it cannot use, before anything is trained', async () => {
    const run = (options: object, rows: object = data, model: unknown = 'logistic') =>
      crossValidate(model as 'logistic', rows as typeof data, { splitter, ...options });
    await expect(run({ metrics: ['rmse'] })).rejects.toThrow(/'rmse' is for regression/);
    await expect(run({ metrics: ['rocauk'] })).rejects.toThrow(InvalidInputError);
    await expect(run({ metrics: [] })).rejects.toThrow(/not a list/);
    await expect(run({ metrics: ['auc', 'rocAuc'] })).rejects.toThrow(/given twice/);
    await expect(run({ metrics: [() => 1] })).rejects.toThrow(/no metric of this library/);
    await expect(run({ worker: 2 })).rejects.toThrow(/unknown option 'worker'/);
    await expect(run({ workers: 0 })).rejects.toThrow(/workers must be/);
    await expect(run({ splitter: undefined })).rejects.toThrow(/needs a splitter/);
    await expect(run({}, { ...data, role: 'test' })).rejects.toThrow(DataLeakageError);
    await expect(run({}, { ...data, y: data.y.slice(1) })).rejects.toThrow(/59 values for 60 rows/);
    await expect(run({}, { ...data, times: data.times?.slice(1) })).rejects.toThrow(/times has 59 values for 60 rows/);
    await expect(run({ splitter: new PurgedKFold({ folds: 80 }) })).rejects.toThrow(/cannot be cut into 80/);
    await expect(run({}, data, {})).rejects.toThrow(/no model to validate/);
    await expect(run({}, data, { model: 'logistic', conf: {} })).rejects.toThrow(/unknown key 'conf'/);
    await expect(run({}, data, 'logisti')).rejects.toThrow(/Unknown model/);
    const y = Float64Array.from({ length: 60 }, (_, i) => (i < 20 ? 2 : i % 2));
    await expect(run({ splitter: new WalkForward({ folds: 2 }) }, { ...data, y })).rejects.toThrow(
      /fold 1 of 2 has no row of class (0|1)/,
    );
  });

  it('splitters that give no rows, rows that are not there, or test rows to train on', async () => {
    const run = (folds: object[]) => crossValidate('logistic', data, { splitter: { split: () => folds as never } });
    await expect(run([])).rejects.toThrow(/no folds/);
    await expect(run([{ train: [0, 1], test: [] }])).rejects.toThrow(/fold 1 has no test rows/);
    await expect(run([{ train: [0, 60], test: [1] }])).rejects.toThrow(/no row 60/);
    await expect(run([{ train: [0, 1], test: [1, 2] }])).rejects.toThrow(DataLeakageError);
  });

  it('names the first fold that fails, whatever the workers, and stops the rest', async () => {
    let trained = 0;
    class Failing extends BaseModel<object> {
      static override readonly info = { name: 'failing', family: 'custom' };
      protected override async fitModel({ X, y }: FitData, _context: FitContext): Promise<void> {
        trained++;
        await new Promise((resolve) => setTimeout(resolve, X.rows));
        if (X.row(0)[0] > 0) throw new RangeError(`out of range at ${y.length}`);
      }
      protected override predictRaw(X: Matrix): Matrix {
        return Matrix.wrap(new Float32Array(2 * X.rows).fill(0.5), 2);
      }
      protected override serialize() {
        return { state: {}, files: {} };
      }
      protected override deserialize(): void {}
    }
    const folds = (marks: number[]) => marks.map((mark) => ({ train: [mark, 2, 3, 4 + mark], test: [10, 11, 12, 13] }));
    const X = Matrix.from(Array.from({ length: 60 }, (_, i) => [i === 1 ? 1 : -1]));
    const y = Float64Array.from({ length: 60 }, (_, i) => i % 2);
    for (const workers of [1, 2, 4]) {
      const failure = crossValidate(
        new Failing(),
        { role: 'train', X, y },
        {
          splitter: { split: () => folds([0, 1, 0, 1, 0, 0]) as never },
          workers,
          threads: 4,
        },
      );
      await expect(failure).rejects.toThrow(/fold 2 of 6: failing: training failed: out of range at 4/);
      await expect(failure).rejects.toBeInstanceOf(TrainingFailedError);
      await expect(failure).rejects.toMatchObject({ details: { fold: 1 } });
    }
    expect(trained).toBeLessThan(18);
  });

  it('to go on once cancelled, before and while folds are trained', async () => {
    const aborted = AbortSignal.abort();
    await expect(crossValidate('logistic', data, { splitter, signal: aborted })).rejects.toThrow(
      TrainingCancelledError,
    );
    const controller = new AbortController();
    const steps: number[] = [];
    const running = crossValidate(new LightGBMModel({ n_estimators: 5 }), series(400), {
      splitter,
      workers: 1,
      signal: controller.signal,
      onProgress: ({ step, total }) => {
        steps.push(step);
        expect(total).toBe(4);
        controller.abort();
      },
    });
    await expect(running).rejects.toThrow(TrainingCancelledError);
    expect(steps).toEqual([1]);
  });

  it('a progress listener that throws ends the run with its error', async () => {
    const running = crossValidate('logistic', data, {
      splitter,
      onProgress: () => {
        throw new Error('listener');
      },
    });
    await expect(running).rejects.toThrow('listener');
  });
});
