/** XGBoost's models, trained here or opened from its files, predict in onnxruntime what they predict here. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type XGBoostConfig, XGBoostModel } from '../../src/boosting/xgboost/model.js';
import { Random } from '../../src/core/random.js';
import { expectSameInOnnxruntime } from './onnx-check.js';
import { runPython } from './python.js';

const directory = mkdtempSync(join(tmpdir(), 'holdfast-onnx-'));
afterAll(() => rmSync(directory, { recursive: true }));

/** Normal values, small integers; columns 3 and 4 can be read as categories. A tenth is missing. */
function table(rows: number, seed: number): number[][] {
  const random = new Random(seed);
  return Array.from({ length: rows }, () =>
    [random.normal(), random.normal() * 100, random.int(5), random.int(3), random.int(12)].map((value) =>
      random.float() < 0.1 ? Number.NaN : Math.fround(value),
    ),
  );
}

const X = table(600, 1);
/** Training rows too: their values lie on the thresholds. Categories that training did not see are in the last rows. */
const T = [
  ...table(60, 2),
  ...X.slice(0, 60),
  new Array<number>(5).fill(Number.NaN),
  [0, -0, 4, 7, 500],
  [1e30, -1e-38, 4, 2.5, 20],
];
const value = X.map(([a, b, c, d, e]) => (a || 0) + ((b || 0) / 100) * (c || 0) + (d === 1 ? 2 : 0) + ((e || 0) % 3));
const labels = {
  value,
  positive: value.map((v) => Math.abs(v) + 0.1),
  share: value.map((v) => 1 / (1 + Math.exp(-v))),
  binary: value.map((v) => (v > 1 ? 1 : -1)),
  classes: value.map((v) => (v > 2 ? 2 : v > 0 ? 1 : 0)),
};

const CATEGORIES = { categoricalFeatures: [3, 4] };

describe('trained here', () => {
  it.each<[string, XGBoostConfig, keyof typeof labels]>([
    ['two classes', {}, 'binary'],
    ['raw margins', { objective: 'binary:logitraw' }, 'binary'],
    ['a hinge', { objective: 'binary:hinge' }, 'binary'],
    ['three classes', {}, 'classes'],
    ['values', { task: 'regression', baseScore: 3 }, 'value'],
    ['shares', { objective: 'reg:logistic' }, 'share'],
    ['counts', { objective: 'count:poisson' }, 'positive'],
    ['amounts', { objective: 'reg:gamma' }, 'positive'],
    ['several quantiles', { objective: 'reg:quantileerror', quantileAlpha: [0.2, 0.5, 0.9] }, 'value'],
    ['dart', { task: 'regression', booster: 'dart', rateDrop: 0.3, oneDrop: true }, 'value'],
    ['parallel trees', { numParallelTree: 3, subsample: 0.5 }, 'classes'],
    ['one against the rest', { ...CATEGORIES, maxCatToOnehot: 100 }, 'binary'],
    ['sets of categories', { ...CATEGORIES, maxCatToOnehot: 1 }, 'binary'],
    ['sets of categories and classes', { ...CATEGORIES, maxCatToOnehot: 1 }, 'classes'],
    ['a linear model', { task: 'regression', booster: 'gblinear' }, 'value'],
    ['a linear model of classes', { booster: 'gblinear' }, 'classes'],
    ['vectors in leaves', { multiStrategy: 'multi_output_tree' }, 'classes'],
  ])('%s', async (_title, config, y) => {
    const model = new XGBoostModel({ numIterations: 12, ...config });
    await model.fit({ X, y: labels[y], featureNames: ['a', 'b', 'c', 'd[0]', 'e<'] });
    await expectSameInOnnxruntime(model, T, directory);
  });

  it('saved and loaded', async () => {
    const model = new XGBoostModel({ numIterations: 5 });
    await model.fit({ X, y: labels.classes });
    await model.save(join(directory, 'saved'));
    await expectSameInOnnxruntime(await XGBoostModel.load(join(directory, 'saved')), T, directory);
  });
});

describe('trained in Python', () => {
  const script = fileURLToPath(new URL('./xgboost_peer.py', import.meta.url));
  const cases: [string, Record<string, unknown>, keyof typeof labels][] = [
    ['dart', { objective: 'binary:logistic', booster: 'dart', rate_drop: 0.4, one_drop: 1 }, 'classes'],
    ['linear', { objective: 'multi:softprob', num_class: 3, booster: 'gblinear' }, 'classes'],
    ['sets of categories', { objective: 'reg:squarederror', max_cat_to_onehot: 1 }, 'value'],
    ['vectors', { objective: 'multi:softprob', num_class: 3, multi_strategy: 'multi_output_tree' }, 'classes'],
    ['absolute errors', { objective: 'reg:absoluteerror' }, 'value'],
    ['tweedie', { objective: 'reg:tweedie', tweedie_variance_power: 1.3 }, 'positive'],
  ];
  const fileOf = (title: string) => join(directory, `${title}.json`);
  beforeAll(async () => {
    const train = (chosen: typeof cases, types?: string[]) =>
      runPython(script, {
        ...{ do: 'train', X, T: X.slice(0, 2), ...(types ? { types } : {}) },
        cases: chosen.map(([title, params, y]) => ({
          ...{ params, rounds: 10, files: [fileOf(title)] },
          y: title === 'dart' ? labels.classes.map((c) => (c > 0 ? 1 : 0)) : labels[y],
        })),
      });
    await train(cases.filter(([title]) => title !== 'sets of categories'));
    await train(
      cases.filter(([title]) => title === 'sets of categories'),
      ['q', 'q', 'q', 'c', 'c'],
    );
  }, 60_000);

  it.each(cases)('%s', async (title) => {
    const model = await XGBoostModel.importNative(fileOf(title));
    const { outputs } = await expectSameInOnnxruntime(model, T, directory);
    expect(Object.keys(outputs).length).toBeGreaterThan(0);
  });
});
