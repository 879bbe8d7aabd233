/** Models trained here open in Python LightGBM and predict the same, and the other way round; quality is LightGBM's. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { parseModel } from '../../src/boosting/lightgbm/format-reader.js';
import { LightGBMModel } from '../../src/boosting/lightgbm/model.js';
import { Matrix } from '../../src/core/matrix.js';
import { Random } from '../../src/core/random.js';
import { logLoss } from '../../src/metrics/log-loss.js';
import { rocAuc } from '../../src/metrics/roc-auc.js';
import { rawScoresOfFile } from '../oracles/lightgbm-predict.js';
import { itWithData } from '../shared-data.js';
import { PythonPeer } from './python.js';
import { everyKth, type RealData, randomSplit, readRealData } from './real-data.js';

const directory = mkdtempSync(join(tmpdir(), 'holdfast-interop-'));
const peer = new PythonPeer(fileURLToPath(new URL('./lightgbm_peer.py', import.meta.url)));
afterAll(() => {
  peer.close();
  rmSync(directory, { recursive: true });
});

interface Predicted {
  raw: (number | number[])[];
  output: (number | number[])[];
}
interface Opened extends Predicted {
  names: string[];
  split: number[];
  gain: number[];
  trees: number;
  saved: string;
}
const inPython = <T>(request: object) => peer.ask(request) as Promise<T>;

/** Rows with every kind of column: normal, many zeros, small integers, a hundred categories; a tenth missing. */
function table(rows: number, seed: number, missing = 0.1): number[][] {
  const random = new Random(seed);
  return Array.from({ length: rows }, () => {
    const row = [
      random.normal(),
      random.normal(),
      random.float() < 0.4 ? 0 : random.normal(),
      random.int(100),
      random.int(3),
      1e-3 * random.normal(),
    ];
    return row.map((value) => (random.float() < missing ? Number.NaN : Math.fround(value)));
  });
}

function targets(X: number[][], seed: number): { value: number[]; binary: number[]; classes: number[] } {
  const random = new Random(seed);
  const known = (value: number) => (Number.isNaN(value) ? 0.5 : value);
  const value = X.map(
    (row) =>
      known(row[0]) +
      Math.abs(known(row[2])) +
      (known(row[3]) % 7) / 4 +
      known(row[4]) * known(row[1]) +
      0.3 * random.normal(),
  );
  return { value, binary: value.map((v) => (v > 1.5 ? 1 : 0)), classes: value.map((v) => (v > 2 ? 2 : v > 1 ? 1 : 0)) };
}

const X = table(1500, 1);
const T = [
  ...table(300, 2),
  [0, 0, 0, 0, 0, 0],
  [-0, 1e-36, -1e-36, 500, -2, 1e-34],
  new Array<number>(6).fill(Number.NaN),
];
const y = targets(X, 3);

/** Largest relative difference, relative to the larger of the value and `floor`. */
function worstDifference(actual: number[], wanted: number[], floor = 1e-9): number {
  expect(actual.length).toBe(wanted.length);
  return actual.reduce(
    (worst, a, i) => Math.max(worst, Math.abs(a - wanted[i]) / Math.max(floor, Math.abs(wanted[i]))),
    0,
  );
}

/** The positive class's column, or all of them, or the values. */
function flatOutput(output: Awaited<ReturnType<LightGBMModel['predict']>>): number[] {
  const { probabilities } = output;
  if (!probabilities) return Array.from(output.predictions);
  return Array.from(probabilities.cols === 2 ? probabilities.column(1) : probabilities.data);
}

describe('trained here, opened in Python', () => {
  it.each([
    ['binary', { objective: 'binary' }, y.binary],
    ['binary with labels -1 and 1', { task: 'classification' }, y.binary.map((v) => 2 * v - 1)],
    ['three classes', { task: 'classification' }, y.classes],
    ['regression', { task: 'regression' }, y.value],
    ['regularised', { objective: 'binary', lambdaL1: 0.5, lambdaL2: 3, maxDepth: 4, minGainToSplit: 0.1 }, y.binary],
    ['sampled', { objective: 'regression', baggingFraction: 0.6, baggingFreq: 1, featureFraction: 0.7 }, y.value],
    ['one leaf', { objective: 'binary', minDataInLeaf: 2000 }, y.binary],
  ] as const)('%s: the same raw scores and outputs, NaN included', async (title, config, labels) => {
    const file = join(directory, `${title}.txt`);
    const model = new LightGBMModel({ ...config, numIterations: 25 });
    await model.fit({ X, y: [...labels] });
    await model.exportNative(file);
    const python = await inPython<Opened>({ do: 'predict', file, T });
    expect(worstDifference(flatOutput(await model.predict(T)), python.output.flat())).toBeLessThan(1e-6);
    const raw = T.flatMap((row) => rawScoresOfFile(parseModel(readFileSync(file, 'utf8')), row));
    expect(worstDifference(raw, python.raw.flat())).toBeLessThan(1e-9);
  });

  it('importance, number of trees and feature names are the same there', async () => {
    const file = join(directory, 'importance.txt');
    const model = new LightGBMModel({ objective: 'binary', numIterations: 20 });
    await model.fit({ X, y: y.binary, featureNames: ['a b', 'close', 'x:y', 'säule', 'f{4}', 'plain'] });
    await model.exportNative(file);
    const python = await inPython<Opened>({ do: 'predict', file, T });
    expect(python.trees).toBe(20);
    expect(python.names).toEqual(['a_b', 'close', 'x_y', 'säule', 'f_4_', 'plain']);
    expect(python.split).toEqual(Array.from(model.featureImportance('split')?.values ?? []));
    expect(worstDifference(Array.from(model.featureImportance('gain')?.values ?? []), python.gain)).toBeLessThan(1e-5);
  });

  it('saved again by Python, it is the same model here', async () => {
    const file = join(directory, 'there-and-back.txt');
    const model = new LightGBMModel({ objective: 'multiclass', numIterations: 10 });
    await model.fit({ X, y: y.classes });
    await model.exportNative(file);
    const { saved } = await inPython<Opened>({ do: 'predict', file, T });
    const [before, after] = [parseModel(readFileSync(file, 'utf8')), parseModel(saved)];
    expect(after.ensemble.trees.map((tree) => tree.leafValue)).toEqual(
      before.ensemble.trees.map((tree) => tree.leafValue),
    );
    expect(after.ensemble.trees.map((tree) => tree.threshold)).toEqual(
      before.ensemble.trees.map((tree) => tree.threshold),
    );
  });

  it('class labels survive export and import', async () => {
    const file = join(directory, 'labels.txt');
    const model = new LightGBMModel({ numIterations: 5 });
    await model.fit({ X, y: y.classes.map((c) => [-1, 0, 2.5][c]) });
    await model.exportNative(file);
    const back = await LightGBMModel.importNative(file);
    expect(back.classes).toEqual([-1, 0, 2.5]);
    expect((await back.predict(T)).predictions).toEqual((await model.predict(T)).predictions);
  });
});

describe('trained in Python, opened here', () => {
  it.each([
    ['binary', { objective: 'binary' }, y.binary, {}],
    ['zero_as_missing', { objective: 'binary', zero_as_missing: true }, y.binary, {}],
    ['use_missing=false', { objective: 'binary', use_missing: false }, y.binary, {}],
    ['multiclass', { objective: 'multiclass', num_class: 3 }, y.classes, {}],
    ['regression', { objective: 'regression' }, y.value, {}],
    ['categorical', { objective: 'binary', min_data_per_group: 5 }, y.binary, { categorical_feature: [3, 4] }],
    [
      'categorical regression',
      { objective: 'regression', min_data_per_group: 5 },
      y.value,
      { categorical_feature: [3, 4] },
    ],
    ['many leaves', { objective: 'binary', num_leaves: 255, min_data_in_leaf: 2 }, y.binary, {}],
    ['poisson', { objective: 'poisson' }, y.value.map(Math.abs), {}],
    ['dart', { objective: 'binary', boosting: 'dart' }, y.binary, {}],
    ['random forest', { objective: 'binary', boosting: 'rf', bagging_freq: 1, bagging_fraction: 0.6 }, y.binary, {}],
    ['monotone', { objective: 'regression', monotone_constraints: [1, 0, 0, 0, 0, -1] }, y.value, {}],
  ])('%s: the same outputs', async (title, params, labels, dataset) => {
    const file = join(directory, `python-${title}.txt`);
    const python = await inPython<Predicted>({ do: 'train', X, y: labels, T, params, dataset, rounds: 20, file });
    const model = await LightGBMModel.importNative(file);
    expect(worstDifference(flatOutput(await model.predict(T)), python.output.flat())).toBeLessThan(1e-6);
    await model.save(join(directory, 'bundle'));
    const loaded = await LightGBMModel.load(join(directory, 'bundle'));
    expect(flatOutput(await loaded.predict(T))).toEqual(flatOutput(await model.predict(T)));
    const again = join(directory, 'again.txt');
    await loaded.exportNative(again);
    const back = await inPython<Opened>({ do: 'predict', file: again, T });
    expect(worstDifference(back.output.flat(), python.output.flat())).toBeLessThan(1e-9);
  });
});

type Kind = 'binary' | 'multiclass' | 'regression';

/** Losses, smaller is better: log-loss (and 1 - AUC for two classes), or root mean squared error. */
function losses(kind: Kind, truth: number[], outputs: number[], classes: number): Record<string, number> {
  if (kind === 'regression') {
    return { rmse: Math.sqrt(truth.reduce((sum, t, i) => sum + (t - outputs[i]) ** 2, 0) / truth.length) };
  }
  if (kind === 'binary') return { logLoss: logLoss(truth, outputs), oneMinusAuc: 1 - rocAuc(truth, outputs) };
  return { logLoss: logLoss(truth, Matrix.wrap(Float32Array.from(outputs), classes), { classes: labelsOf(classes) }) };
}

const labelsOf = (classes: number) => Array.from({ length: classes }, (_, k) => k);

async function ourLosses(
  kind: Kind,
  train: RealData,
  test: RealData,
  classes: number,
): Promise<Record<string, number>> {
  const model = new LightGBMModel({ objective: kind });
  await model.fit(train);
  return losses(kind, test.y, flatOutput(await model.predict(test.X)), classes);
}

const paramsOf = (kind: Kind, classes: number) => ({
  objective: kind,
  ...(kind === 'multiclass' ? { num_class: classes } : {}),
});

function moments(values: number[]): { mean: number; deviation: number } {
  const mean = values.reduce((a, b) => a + b) / values.length;
  const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (values.length - 1);
  return { mean, deviation: Math.sqrt(variance) };
}

describe("quality on large sets is within LightGBM's own scatter over bin samples", () => {
  const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8];
  const cases: { file: string; label: string; kind: Kind; testFile?: string; leaveOut?: string[] }[] = [
    {
      file: 'lightgbm-binary-train.csv.gz',
      testFile: 'lightgbm-binary-test.csv.gz',
      label: 'label',
      leaveOut: ['weight', 'init_score'],
      kind: 'binary',
    },
    {
      file: 'lightgbm-multiclass-train.csv.gz',
      testFile: 'lightgbm-multiclass-test.csv.gz',
      label: 'label',
      kind: 'multiclass',
    },
    { file: 'california-housing.csv.gz', label: 'median_house_value', kind: 'regression' },
  ];

  for (const { file, label, leaveOut, testFile, kind } of cases) {
    itWithData(file, file, async (path) => {
      const whole = readRealData(path, label, leaveOut);
      const { train, test } = testFile
        ? { train: whole, test: readRealData(path.replace(file, testFile), label, leaveOut) }
        : everyKth(whole, 4);
      const classes = new Set(train.y).size;
      const [outputs, ours] = await Promise.all([
        inPython<(number | number[])[][]>({
          do: 'spread',
          X: train.X,
          y: train.y,
          T: test.X,
          params: paramsOf(kind, classes),
          rounds: 100,
          seeds: SEEDS,
          sample: Math.floor(train.y.length * 0.7),
        }),
        ourLosses(kind, train, test, classes),
      ]);
      const native = outputs.map((output) => losses(kind, test.y, output.flat(), classes));
      for (const metric of Object.keys(ours)) {
        const { mean, deviation } = moments(native.map((scores) => scores[metric]));
        // One more draw from the same distribution; to be better there is no limit.
        expect(ours[metric], `${metric}: LightGBM ${mean} +- ${deviation}`).toBeLessThanOrEqual(mean + 3 * deviation);
      }
    });
  }
});

describe('quality on small sets is that of LightGBM over random splits', () => {
  const SPLITS = 8;
  const cases: { file: string; kind: Kind }[] = [
    { file: 'sklearn-breast-cancer.csv.gz', kind: 'binary' },
    { file: 'sklearn-digits.csv.gz', kind: 'multiclass' },
    { file: 'sklearn-wine.csv.gz', kind: 'multiclass' },
    { file: 'sklearn-diabetes.csv.gz', kind: 'regression' },
  ];

  for (const { file, kind } of cases) {
    itWithData(file, file, async (path) => {
      const data = readRealData(path, 'target');
      const classes = new Set(data.y).size;
      const differences: Record<string, number[]> = {};
      for (let seed = 0; seed < SPLITS; seed++) {
        const { train, test } = randomSplit(data, 0.75, seed);
        const params = paramsOf(kind, classes);
        const [{ output }, ours] = await Promise.all([
          inPython<Predicted>({ do: 'train', ...train, T: test.X, params, rounds: 100 }),
          ourLosses(kind, train, test, classes),
        ]);
        const native = losses(kind, test.y, output.flat(), classes);
        for (const metric of Object.keys(ours)) (differences[metric] ??= []).push(ours[metric] - native[metric]);
      }
      for (const [metric, values] of Object.entries(differences)) {
        const { mean, deviation } = moments(values);
        const error = deviation / Math.sqrt(SPLITS);
        expect(mean, `${metric}: ours less LightGBM's ${mean} +- ${error}`).toBeLessThanOrEqual(2 * error);
      }
    });
  }
});
