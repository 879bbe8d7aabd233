/** Categorical splits: models trained here predict the same in Python LightGBM, the other way round, and as well. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { type LightGBMConfig, LightGBMModel } from '../../src/boosting/lightgbm/model.js';
import { Random } from '../../src/core/random.js';
import { rocAuc } from '../../src/metrics/roc-auc.js';
import { itWithData } from '../shared-data.js';
import { runPython } from './python.js';
import { everyKth, type RealData, randomSplit, readRealData } from './real-data.js';

const script = fileURLToPath(new URL('./lightgbm_peer.py', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'holdfast-categorical-'));
afterAll(() => rmSync(directory, { recursive: true }));

interface Predicted {
  raw: (number | number[])[];
  output: (number | number[])[];
  saved: string;
}
const inPython = (request: object) => runPython(script, request) as Promise<Predicted>;

/** Two categorical columns (many categories and three) between two of numbers; some missing, some codes far out. */
function table(rows: number, seed: number): RealData {
  const random = new Random(seed);
  const X = Array.from({ length: rows }, () => [
    Math.fround(random.normal()),
    random.int(20) === 0 ? Number.NaN : Math.floor(90 * random.float() * random.float()),
    random.int(30) === 0 ? Number.NaN : random.int(3),
    Math.fround(random.normal()),
  ]);
  const effect = (code: number) => (Number.isNaN(code) ? 0 : Math.sin(code * 5));
  const y = X.map(([a, b, c]) => (a + 2 * effect(b) + (c === 1 ? 1 : 0) + random.normal() > 0.4 ? 1 : 0));
  return { X, y };
}

const data = table(2000, 1);
const T = [
  ...table(300, 2).X,
  [0, 500, 7, 0],
  [0, -1, -5, 0],
  [0, 3.9, 1.2, 0],
  [0, -0.5, Number.NaN, 0],
  [0, 1e7, 2, 0],
];

function worstDifference(actual: ArrayLike<number>, wanted: number[]): number {
  expect(actual.length).toBe(wanted.length);
  return Math.max(...wanted.map((w, i) => Math.abs(actual[i] - w) / Math.max(1e-9, Math.abs(w))));
}

const variants: [string, LightGBMConfig][] = [
  ['defaults', {}],
  ['small groups', { minDataPerGroup: 5, catSmooth: 1, catL2: 0 }],
  ['one-hot', { maxCatToOnehot: 300 }],
  ['few categories a side', { maxCatThreshold: 3, minDataPerGroup: 20 }],
  ['L1, L2 and depth', { lambdaL1: 0.3, lambdaL2: 2, maxDepth: 4, minDataPerGroup: 10 }],
  ['sampled', { baggingFraction: 0.6, baggingFreq: 1, featureFraction: 0.6 }],
];

const categories = { categoricalFeatures: [1, 2] };

describe('trained here, opened in Python', () => {
  it.each(variants)('%s: the same scores, unknown and missing categories included', async (title, config) => {
    const file = join(directory, `${title}.txt`);
    const model = new LightGBMModel({ ...categories, ...config, numIterations: 30 });
    await model.fit(data);
    await model.exportNative(file);
    const python = await inPython({ do: 'predict', file, T });
    expect(worstDifference(await model.predictScores(T), python.raw.flat())).toBeLessThan(1e-9);
    expect(python.saved).toMatch(/num_cat=[1-9]/);
    const back = await LightGBMModel.importNative(file);
    expect(await back.predictScores(T)).toEqual(await model.predictScores(T));
    expect(back.config).toMatchObject({ ...categories, ...config });
  });
});

/** Parameters of either library under LightGBM's names. */
const nativeParams = (config: LightGBMConfig) => ({
  objective: 'binary',
  ...Object.fromEntries(
    Object.entries(config).map(([key, value]) => [
      key.replace(/L([12])$/, '_l$1').replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      value,
    ]),
  ),
});

describe('trained there, opened here', () => {
  it.each(variants.slice(0, 3))('%s: the same scores', async (title, config) => {
    const file = join(directory, `python ${title}.txt`);
    const dataset = { categorical_feature: [1, 2] };
    const python = await inPython({ do: 'train', ...data, T, params: nativeParams(config), dataset, rounds: 30, file });
    const model = await LightGBMModel.importNative(file);
    expect(worstDifference(await model.predictScores(T), python.raw.flat())).toBeLessThan(1e-9);
  });
});

describe('the first tree is that of LightGBM', () => {
  // Not 'L1, L2 and depth': LightGBM does not try a feature again below a node that it could not split.
  it.each(variants.slice(0, 4))('%s', async (title, config) => {
    const file = join(directory, `first ${title}.txt`);
    const params = { ...nativeParams(config), boost_from_average: true };
    // Columns of categories only: cuts of numbers are this library's own.
    const X = data.X.map((row) => [row[1], row[2]]);
    const dataset = { categorical_feature: [0, 1] };
    const python = await inPython({ do: 'train', X, y: data.y, T: X, params, dataset, rounds: 1, file });
    const model = new LightGBMModel({ ...config, categoricalFeatures: [0, 1], numIterations: 1 });
    await model.fit({ X, y: data.y });
    expect(worstDifference(await model.predictScores(X), python.raw.flat())).toBeLessThan(1e-6);
  });
});

describe('thousands of categories', () => {
  const COLUMNS = [0, 1];
  /** Codes of two columns: of uneven frequency, and with gaps. */
  const many = (rows: number, seed: number): RealData => {
    const random = new Random(seed);
    const X = Array.from({ length: rows }, () => {
      const user = Math.floor(2500 * random.float() * random.float());
      return [user, random.int(30) === 0 ? Number.NaN : 10 * Math.floor(700 * random.float())];
    });
    const effect = (code: number) => (Number.isNaN(code) ? 0 : Math.sin(code * 5));
    return { X, y: X.map(([a, b]) => (effect(a) + 0.5 * effect(b) + random.normal() > 0.2 ? 1 : 0)) };
  };
  const { X, y } = many(12_000, 3);
  const others = [...many(500, 4).X, [9999, 5], [-1, 1e7], [Number.NaN, Number.NaN]];
  const config = { minDataPerGroup: 20, catSmooth: 3, maxCatThreshold: 100 };

  it('are split as LightGBM splits them', async () => {
    // Few leaves: further down LightGBM does not try a feature again that it could not split above.
    const params = { ...nativeParams(config), num_leaves: 6 };
    const request = { do: 'train', X, y, T: others, params, dataset: { categorical_feature: COLUMNS } };
    const python = await inPython({ ...request, rounds: 1 });
    const model = new LightGBMModel({ ...config, numLeaves: 6, categoricalFeatures: COLUMNS, numIterations: 1 });
    await model.fit({ X, y });
    expect(worstDifference(await model.predictScores(others), python.raw.flat())).toBeLessThan(1e-6);
  });

  it('open in Python with the same scores, and from there', async () => {
    const file = join(directory, 'many.txt');
    const model = new LightGBMModel({ ...config, categoricalFeatures: COLUMNS, numIterations: 15 });
    await model.fit({ X, y });
    await model.exportNative(file);
    const python = await inPython({ do: 'predict', file, T: others });
    expect(worstDifference(await model.predictScores(others), python.raw.flat())).toBeLessThan(1e-9);
    const params = nativeParams(config);
    const request = { do: 'train', X, y, T: others, params, dataset: { categorical_feature: COLUMNS } };
    const theirs = await inPython({ ...request, rounds: 15, file });
    const imported = await LightGBMModel.importNative(file);
    expect(worstDifference(await imported.predictScores(others), theirs.raw.flat())).toBeLessThan(1e-9);
  });
});

describe('quality is that of LightGBM', () => {
  const SPLITS = 3;
  // A split's test rows alone scatter the difference by 0.008.
  const WORST = 0.006;
  // Month, day of month, day of week, carrier, origin and destination; the others are the time and the distance.
  const AIRLINES = [0, 1, 2, 4, 5, 6];
  const auc = (truth: number[], outputs: ArrayLike<number>) => rocAuc(truth, outputs);

  async function differences(data: RealData, columns: number[], splits: number, config: LightGBMConfig = {}) {
    const found: number[] = [];
    for (let seed = 0; seed < splits; seed++) {
      const { train, test } = randomSplit(data, 0.7, seed);
      const dataset = { categorical_feature: columns };
      const params = nativeParams(config);
      const python = await inPython({ do: 'train', ...train, T: test.X, params, dataset, rounds: 100 });
      const model = new LightGBMModel({ ...config, categoricalFeatures: columns });
      await model.fit(train);
      found.push(auc(test.y, await model.predictScores(test.X)) - auc(test.y, python.raw.flat()));
    }
    return found;
  }

  const mean = (values: number[]) => values.reduce((a, b) => a + b) / values.length;

  itWithData('lightgbm-categorical.csv.gz', 'lightgbm-categorical.csv.gz', async (path) => {
    const real = readRealData(path, 'label');
    const columns = real.X[0].map((_, j) => j);
    const found = await differences(real, columns, SPLITS);
    expect(mean(found), found.join(' ')).toBeGreaterThan(-WORST);
  });

  itWithData('catboost-airlines5k-train.csv.gz', 'catboost-airlines5k-train.csv.gz', async (path) => {
    const real = readRealData(path, 'dep_delayed_15min');
    const found = await differences(real, AIRLINES, SPLITS);
    expect(mean(found), found.join(' ')).toBeGreaterThan(-WORST);
  });

  itWithData('mushrooms.csv.gz', 'mushrooms.csv.gz', async (path) => {
    const { train, test } = everyKth(readRealData(path, 'class'), 4);
    const columns = train.X[0].map((_, j) => j);
    const model = new LightGBMModel({ categoricalFeatures: columns, numIterations: 50 });
    await model.fit(train);
    expect(auc(test.y, await model.predictScores(test.X))).toBeGreaterThan(0.9999);
  });
});
