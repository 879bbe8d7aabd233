/** The ledger: who used which rows for what, found again through preprocessing, windows, views and copies, and what it refuses. */
import { describe, expect, it } from 'vitest';
import { LightGBMModel } from '../../src/boosting/lightgbm/model.js';
import { registerBuiltins } from '../../src/builtin.js';
import { CalibratedModel } from '../../src/calibration/model.js';
import { splitForCalibration } from '../../src/calibration/untouched.js';
import { LogisticRegressionModel } from '../../src/classical/logistic/model.js';
import { DataLeakageError, InvalidInputError, ModelFormatError } from '../../src/core/errors.js';
import { Matrix } from '../../src/core/matrix.js';
import { Random } from '../../src/core/random.js';
import type { Split } from '../../src/core/split.js';
import { Table } from '../../src/core/table.js';
import { TimeSeriesDataContainer } from '../../src/data/container.js';
import { chooseThreshold } from '../../src/evaluation/choose-threshold.js';
import { evaluateModel } from '../../src/evaluation/evaluate-model.js';
import { PreprocessingPipeline } from '../../src/preprocessing/pipeline.js';
import { RowLedger } from '../../src/splits/ledger.js';

registerBuiltins();

/** 400 rows of four columns, labels 0 and 1, in time order. */
function table(seed = 1): Table {
  const random = new Random(seed);
  const rows = 400;
  const column = () => Float64Array.from({ length: rows }, () => random.normal());
  const columns = { a: column(), b: column(), c: column(), d: column() };
  const label = Float64Array.from({ length: rows }, (_, i) =>
    Number(columns.a[i] - columns.b[i] + random.normal() > 0),
  );
  const time = Float64Array.from({ length: rows }, (_, i) => i * 60_000);
  return Table.fromColumns({ time, ...columns, label });
}

function prepared(seed = 1): TimeSeriesDataContainer {
  const raw = TimeSeriesDataContainer.fromTable(table(seed), { label: 'label', time: 'time', horizon: 2 });
  return new PreprocessingPipeline().fitTransform(raw);
}

async function trained(data: TimeSeriesDataContainer): Promise<LightGBMModel> {
  const model = new LightGBMModel({ numIterations: 20, minDataInLeaf: 5, earlyStoppingRounds: 3 });
  await model.fit({ ...data.train, validation: data.validation });
  return model;
}

async function error(work: Promise<unknown> | (() => unknown)): Promise<DataLeakageError> {
  const thrown = await (typeof work === 'function' ? Promise.resolve().then(work) : work).then(
    () => undefined,
    (e: unknown) => e,
  );
  expect(thrown).toBeInstanceOf(DataLeakageError);
  return thrown as DataLeakageError;
}

const usesIn = (ledger: RowLedger) =>
  ledger.report().uses.map(({ use, by, role, times }) => `${use} ${role} ${by} ${times}`);

describe('the ledger of a container', () => {
  it('follows rows through preprocessing, training, early stopping, a threshold and the evaluation', async () => {
    const data = prepared();
    const model = await trained(data);
    await chooseThreshold(model, data.validation);
    await evaluateModel(model, data.test, { run: 'r1' });
    expect(usesIn(data.ledger)).toEqual([
      'preprocess train preprocessing 1',
      'fit train lightgbm 1',
      'early-stop validation lightgbm 1',
      'threshold validation lightgbm 1',
      'evaluate test lightgbm 1',
    ]);
    const report = data.ledger.report(model);
    expect(report.testEvaluations).toBe(1);
    expect(report.uses.every(({ own }) => own)).toBe(true);
    expect(report.uses[4]).toMatchObject({ rows: data.test.y.length, run: 'r1', order: 5 });
    expect(report.splits.map(({ role, rows }) => [role, rows])).toEqual([
      ['train', data.train.y.length],
      ['validation', data.validation.y.length],
      ['test', data.test.y.length],
    ]);
    expect(report.splits[0].from).toBe('1970-01-01T00:00:00.000Z');
    expect(report.uses[0].firstRow).toBe(0);
  });

  it('counts repeated uses and evaluations of the test rows', async () => {
    const data = prepared();
    for (let i = 0; i < 3; i++) await evaluateModel(await trained(data), data.test);
    expect(usesIn(data.ledger)).toContain('fit train lightgbm 3');
    expect(data.ledger.report().testEvaluations).toBe(3);
  });

  it('is told of a holdout that is opened, and finds its rows', async () => {
    const data = prepared();
    const model = await trained(data);
    expect(data.ledger.report().holdoutUnlocks).toEqual([]);
    const holdout = data.holdout.unlock({ reason: 'the end', by: 'me' });
    await evaluateModel(model, holdout);
    expect(data.ledger.report().holdoutUnlocks).toMatchObject([{ reason: 'the end', by: 'me' }]);
    expect(usesIn(data.ledger)).toContain('evaluate holdout lightgbm 1');
    await error(new LogisticRegressionModel().fit({ X: holdout.X, y: holdout.y }));
  });

  it('finds rows again in windows, also where these are reordered by entity', async () => {
    const groups = Array.from({ length: 60 }, (_, i) => i % 2);
    const X = (salt: number) => Matrix.from(groups.map((_, i) => [i + salt, i % 7]));
    const y = groups.map((_, i) => Number(i % 3 === 0));
    const part = { groups: { train: groups, validation: groups.map((g) => g + 2), test: groups.map((g) => g + 4) } };
    const data = new TimeSeriesDataContainer({
      XTrain: X(0),
      yTrain: y,
      XVal: X(99),
      yVal: y,
      XTest: X(500),
      yTest: y,
      ...part,
    });
    const windows = data.toSequences(4);
    expect(windows.ledger).toBe(data.ledger);
    windows.ledger.record('evaluate', windows.test, { name: 'someone', subject: {} });
    const use = data.ledger.report().uses[0];
    expect(use).toMatchObject({
      use: 'evaluate',
      role: 'test',
      rows: windows.test.y.length,
      firstRow: 126,
      lastRow: 179,
    });
  });

  it('stays with the splits when another container is made of them', () => {
    const data = prepared();
    const { train, validation, test, holdout } = data;
    expect(new TimeSeriesDataContainer({ train, validation, test, holdout }).ledger).toBe(data.ledger);
    expect(prepared().ledger).not.toBe(data.ledger);
  });
});

describe('what the ledger refuses', () => {
  it.each([
    ['training on test rows', (d: TimeSeriesDataContainer) => ({ X: d.test.X, y: d.test.y })],
    ['training on validation rows', (d: TimeSeriesDataContainer) => ({ X: d.validation.X, y: d.validation.y })],
    [
      'a view of test rows',
      (d: TimeSeriesDataContainer) => ({
        X: Matrix.wrap(d.test.X.data.subarray(0, 80), 4),
        y: d.test.y.subarray(0, 20),
      }),
    ],
    [
      'stopping early on test rows',
      (d: TimeSeriesDataContainer) => ({ ...d.train, validation: { X: d.test.X, y: d.test.y } }),
    ],
    [
      'test rows among the sets that are watched',
      (d: TimeSeriesDataContainer) => ({ ...d.train, evalSets: { late: { X: d.test.X, y: d.test.y } } }),
    ],
    ['stopping early on the training rows', (d: TimeSeriesDataContainer) => ({ ...d.train, validation: d.train })],
    [
      'a split of rows that no container knows, by its role',
      (d: TimeSeriesDataContainer) => ({ ...d.train, X: d.train.X.take([...d.train.y.keys()]), role: 'test' as never }),
    ],
  ])('%s, before anything is trained', async (_, rowsOf) => {
    const data = prepared();
    const model = new LightGBMModel({ numIterations: 20, minDataInLeaf: 5, earlyStoppingRounds: 3 });
    const { hint, message } = await error(model.fit(rowsOf(data)));
    expect(message).toMatch(/^(Training|Early stopping|Scoring during training) (by|of) 'lightgbm'/);
    expect(hint).not.toBe('');
    expect(model.isFitted).toBe(false);
    expect(usesIn(data.ledger)).toEqual(['preprocess train preprocessing 1']);
  });

  it('a threshold chosen on test rows, and an evaluation after rows chose one', async () => {
    const data = prepared();
    const model = await trained(data);
    await error(chooseThreshold(model, data.test as unknown as Split<'validation'>));
    await error(chooseThreshold(model, { ...data.test, role: 'validation' }));
    expect(data.ledger.report().refused).toMatchObject([{ use: 'threshold', by: 'lightgbm' }]);
    const { message, details } = await error(() =>
      data.ledger.record('evaluate', data.validation, { name: 'lightgbm', subject: model }),
    );
    expect(message).toMatch(/Evaluation of 'lightgbm' was given \d+ validation rows that stopped its training early/);
    expect(details).toMatchObject({ use: 'evaluate', earlier: { use: 'early-stop', by: 'lightgbm' } });
  });

  it('calibration on rows that stopped the model, through any model made from it', async () => {
    const data = prepared();
    await error(CalibratedModel.calibrate(await trained(data), data.validation));
    const { selection, calibration } = splitForCalibration(data.validation);
    const model = new LightGBMModel({ numIterations: 20, minDataInLeaf: 5, earlyStoppingRounds: 3 });
    await model.fit({ ...data.train, validation: selection });
    const calibrated = await CalibratedModel.calibrate(model, calibration);
    // The model itself has not seen the rows; the calibrated one has, and what stopped the model stopped it too.
    data.ledger.record('evaluate', calibration, { name: 'lightgbm', subject: model });
    await error(() => data.ledger.record('evaluate', calibration, { name: 'calibrated', subject: calibrated }));
    await error(() => data.ledger.record('evaluate', selection, { name: 'calibrated', subject: calibrated }));
    await evaluateModel(calibrated, data.test);
  });

  it('an evaluation of rows that preprocessing learned from', async () => {
    const data = prepared();
    const { message } = await error(() => data.ledger.record('evaluate', data.train, { name: 'rule', subject: {} }));
    expect(message).toMatch(
      /240 train rows that preprocessing learned from \(preprocessing\)|train rows that preprocessing learned from/,
    );
  });

  it('an evaluation of rows that anyone tuned on, unless it is said who', async () => {
    const data = prepared();
    const model = new LogisticRegressionModel();
    await model.fit(data.train);
    data.ledger.record('tune', data.validation, { name: 'my study', subject: {} });
    data.ledger.record('evaluate', data.validation, { name: 'logistic', subject: model });
    data.ledger.record('score', data.validation, { name: 'logistic', subject: model });
    data.ledger.record('tune', data.validation, { name: 'another study' });
    await error(() => data.ledger.record('evaluate', data.validation, { name: 'logistic', subject: model }));
    await error(() => data.ledger.record('tune', data.test, { name: 'my grid search' }));
  });

  it('rows that it does not know', () => {
    const { test } = prepared(2);
    const { rowIds: _, ...anonymous } = test;
    expect(() => prepared().ledger.record('evaluate', anonymous, { name: 'x' })).toThrow(InvalidInputError);
  });
});

describe('what the ledger lets pass', () => {
  it('models of folds, none of which has seen the rows it is evaluated on', async () => {
    const { train, ledger } = prepared();
    const half = train.y.length >> 1;
    const rows = (from: number, to: number) => Uint32Array.from({ length: to - from }, (_, i) => from + i);
    const raw = TimeSeriesDataContainer.fromTable(table(), { label: 'label', time: 'time' });
    const part = (at: Uint32Array) => ({
      role: 'train' as const,
      X: Matrix.from(Array.from(at, (i) => [raw.train.X.numeric('a')[i], raw.train.X.numeric('b')[i]])),
      y: Float64Array.from(at, (i) => raw.train.y[i]),
      rowIds: at,
    });
    const folds = [part(rows(0, half)), part(rows(half, 2 * half))];
    for (const [k, fold] of folds.entries()) {
      const model = new LogisticRegressionModel();
      await model.fit(fold);
      raw.ledger.record('fit', fold, { name: 'fold', subject: model });
      raw.ledger.record('evaluate', folds[1 - k], { name: 'fold', subject: model });
      await error(() => raw.ledger.record('evaluate', fold, { name: 'fold', subject: model }));
    }
    expect(ledger.report().uses.length).toBe(1);
  });

  it('walk-forward containers over one matrix, in which test rows of one are training rows of the next', async () => {
    const random = new Random(5);
    const all = Matrix.from(Array.from({ length: 300 }, () => [random.normal(), random.normal()]));
    const y = Array.from({ length: 300 }, (_, i) => Number(all.row(i)[0] > 0));
    const view = (from: number, to: number) => Matrix.wrap(all.data.subarray(from * 2, to * 2), 2);
    const at = (s: number) =>
      new TimeSeriesDataContainer({
        XTrain: view(0, 100 + s),
        yTrain: y.slice(0, 100 + s),
        XVal: view(100 + s, 150 + s),
        yVal: y.slice(100 + s, 150 + s),
        XTest: view(150 + s, 200 + s),
        yTest: y.slice(150 + s, 200 + s),
      });
    const [first, second] = [at(0), at(100)];
    for (const data of [first, second]) {
      const model = new LogisticRegressionModel();
      await model.fit({ ...data.train, validation: data.validation });
      await evaluateModel(model, data.test);
      // What the second model has learned from is no test for it, in either container.
      if (data === second) await error(evaluateModel(model, first.test));
    }
  });

  it('the same model fitted again on other rows', async () => {
    const [one, two] = [prepared(1), prepared(2)];
    const model = new LogisticRegressionModel();
    await model.fit(one.train);
    await model.fit(two.train);
    one.ledger.record('evaluate', one.validation, { name: 'logistic', subject: model });
    one.ledger.record(
      'evaluate',
      { ...one.train, X: one.train.X.take([...one.train.y.keys()]) },
      { name: 'logistic', subject: model },
    );
  });

  it('plain arrays in any role, but for the rows of the same fit', async () => {
    const { train } = prepared();
    const X = Array.from(train.y, (_, i) => Array.from(train.X.row(i)));
    const model = new LogisticRegressionModel();
    await model.fit({ X, y: train.y, validation: { X, y: train.y } });
    await model.fit({ X, y: train.y });
    await error(evaluateModel(model, { role: 'test', X, y: train.y } as never));
  });
});

describe('the stored ledger', () => {
  it('goes on in another process: earlier uses count for every model', async () => {
    const data = prepared();
    await evaluateModel(await trained(data), data.test);
    const stored = JSON.parse(JSON.stringify(data.ledger));
    const again = prepared();
    again.ledger.resume(stored);
    expect(usesIn(again.ledger).slice(0, 4)).toEqual(usesIn(data.ledger));
    expect(again.ledger.report().uses[0].earlier).toBe(true);
    expect(again.ledger.report().testEvaluations).toBe(1);
    await error(() => again.ledger.record('calibrate', again.validation, { name: 'platt', subject: {} }));
    expect(JSON.parse(JSON.stringify(again.ledger)).splits).toEqual(stored.splits);
  });

  it('goes on over the same splits where one process opened the holdout and the other did not', () => {
    const [opened, sealed] = [prepared(), prepared()];
    opened.holdout.unlock({ reason: 'the last look' });
    const [storedOpened, storedSealed] = [opened, sealed].map(({ ledger }) => JSON.parse(JSON.stringify(ledger)));
    expect([storedOpened.splits.length, storedSealed.splits.length]).toEqual([4, 3]);
    prepared().ledger.resume(storedOpened);
    opened.ledger.resume(storedSealed);
    storedOpened.splits[3].rows += 1;
    storedOpened.splits[3].ranges[0][1] += 1;
    expect(() => prepared().ledger.resume(storedOpened)).toThrow(InvalidInputError);
  });

  it('is refused for other splits, and when it is damaged', () => {
    const stored = JSON.parse(JSON.stringify(prepared().ledger));
    const other = new RowLedger();
    expect(() => other.resume(stored)).toThrow(InvalidInputError);
    const { ledger } = prepared();
    const damages: ((copy: typeof stored) => unknown)[] = [
      () => null,
      () => 'ledger',
      (copy) => ({ ...copy, formatVersion: 2 }),
      (copy) => ({ ...copy, splits: [{ ...copy.splits[0], role: 'other' }] }),
      (copy) => ({ ...copy, splits: [{ ...copy.splits[0], ranges: [[5, 1]] }] }),
      (copy) => ({ ...copy, splits: [{ ...copy.splits[0], rows: 1 }] }),
      (copy) => ({ ...copy, uses: [{ ...copy.uses[0], use: 'borrow' }] }),
      (copy) => ({ ...copy, uses: [{ ...copy.uses[0], ranges: undefined }] }),
    ];
    for (const damage of damages) {
      expect(() => ledger.resume(damage(structuredClone(stored)))).toThrow(ModelFormatError);
      expect(ledger.report().uses.length).toBe(1);
    }
  });
});
