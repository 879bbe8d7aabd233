import { describe, expect, it } from 'vitest';
import { combineIds } from '../../../src/boosting/catboost/engine/combination-ids.js';
import {
  type CatBoostLoss,
  type CatBoostParams,
  defaultCatBoostParams,
} from '../../../src/boosting/catboost/engine/params.js';
import { trainCatBoost } from '../../../src/boosting/catboost/engine/train.js';
import { planPrediction } from '../../../src/boosting/catboost/plan.js';
import { BlockPredictor } from '../../../src/boosting/catboost/predict-block.js';
import type { BoostingData } from '../../../src/boosting/engine/training-data.js';
import { sigmoid } from '../../../src/core/math.js';
import { Matrix } from '../../../src/core/matrix.js';
import { Random } from '../../../src/core/random.js';

const CATEGORICAL = [0, 1, 3];

/**
 * Columns: 40 categories with effects of their own, 6 categories, a number, 2 categories (a few missing), a number; then zeros, which
 * training leaves out but which make enough cells for several workers.
 */
function rowsOf(rows: number, seed: number, unseen = 0, cols = 5): BoostingData {
  const effects = Float64Array.from({ length: 60 }, (_, k) => new Random(k).normal());
  const random = new Random(seed);
  const data = new Float32Array(rows * cols);
  const y = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    const [a, b, c, d, e] = [random.int(40 + unseen), random.int(6), random.normal(), random.int(2), random.normal()];
    data.set([a, b, c, i % 50 === 0 ? Number.NaN : 5 * d, e], i * cols);
    y[i] = effects[a] + (b % 2 ? c : -c) + 0.5 * d + 0.3 * random.normal() > 0 ? 1 : 0;
  }
  return { X: Matrix.wrap(data, cols), y };
}

function train(
  params: Partial<CatBoostParams['categorical']>,
  options: { threads?: number; rows?: number; cols?: number; loss?: CatBoostLoss; rest?: Partial<CatBoostParams> } = {},
) {
  const loss = options.loss ?? { kind: 'Logloss' };
  const data = rowsOf(options.rows ?? 3000, 1, 0, options.cols);
  const defaults = defaultCatBoostParams(loss, data.X.rows, data.X.cols, 5);
  const categorical = { ...defaults.categorical, columns: CATEGORICAL, ...params };
  return trainCatBoost(
    { ...data, evalSets: { test: rowsOf(500, 2, 10, options.cols) } },
    { ...defaults, iterations: 5, depth: 4, learningRate: 0.4, categorical, useBestModel: false, ...options.rest },
    { seed: 5, threads: options.threads ?? 2 },
  );
}

const kinds: [string, Partial<CatBoostParams['categorical']>][] = [
  ['statistics of single columns', {}],
  ['combinations', { maxCtrComplexity: 3 }],
  ['one against the rest', { oneHotMaxSize: 50 }],
  ['one-hot columns in combinations', { oneHotMaxSize: 8, maxCtrComplexity: 4 }],
  ['rows in time', { hasTime: true }],
  [
    'every kind of statistic',
    {
      maxCtrComplexity: 2,
      simpleCtr: [
        { type: 'Buckets', priors: [[0.5, 1]], borderCount: 7, targetBorderCount: 1 },
        { type: 'BinarizedTargetMeanValue', priors: [[1, 2]], borderCount: 20, targetBorderCount: 1 },
        { type: 'Counter', priors: [[0, 1]], borderCount: 15, targetBorderCount: 1 },
      ],
    },
  ],
];

describe('training on categories', () => {
  it.each(kinds)(
    'makes a model that predicts what training evaluated, unseen categories included: %s',
    async (_name, params) => {
      const { ensemble, evaluations } = await train(params);
      const { X, y } = rowsOf(500, 2, 10);
      const scores = new Float64Array(X.rows).fill(0);
      new BlockPredictor(planPrediction(ensemble)).addScores(X.data, X.cols, 0, X.rows, scores);
      let loss = 0;
      for (let i = 0; i < X.rows; i++) loss -= Math.log(y[i] === 1 ? sigmoid(scores[i]) : sigmoid(-scores[i]));
      expect(loss / X.rows).toBeCloseTo(evaluations.test.Logloss[4], 9);
      expect(loss / X.rows).toBeLessThan(0.65);
      expect(ensemble.ctrTables.length > 0).toBe(params.oneHotMaxSize !== 50);
    },
  );

  const settings: [string, CatBoostLoss, Partial<CatBoostParams['categorical']>, Partial<CatBoostParams>][] = [
    ['combinations', { kind: 'Logloss' }, { maxCtrComplexity: 3 }, {}],
    ['squared error', { kind: 'RMSE' }, {}, {}],
    ['ordered boosting', { kind: 'Logloss' }, { maxCtrComplexity: 2 }, { boostingType: 'Ordered', depth: 3 }],
  ];
  it.each(settings)('gives the same model on 1, 2 and 4 threads: %s', async (_name, loss, params, more) => {
    const models = [];
    for (const threads of [1, 2, 4]) {
      const rest = { ...more, iterations: 2 };
      models.push((await train(params, { threads, loss, rows: 5200, cols: 40, rest })).ensemble);
    }
    expect(models[1]).toEqual(models[0]);
    expect(models[2]).toEqual(models[0]);
  });

  it('counts every training row once in each table', async () => {
    const { ensemble } = await train({ maxCtrComplexity: 2 });
    for (const { counts, hashes } of ensemble.ctrTables) {
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(3000);
      expect(new Set(hashes).size).toBe(hashes.length);
    }
  });
});

describe('numbers of combinations', () => {
  it('are the same whether looked up directly or by hashing, in the order of first rows', () => {
    const random = new Random(3);
    const a = Int32Array.from({ length: 2000 }, () => random.int(30));
    const b = Int32Array.from({ length: 2000 }, () => random.int(20));
    const direct = combineIds(a, 30, b, 20);
    const hashed = combineIds(a, 30, b, 2 ** 40);
    const seen = new Map<string, number>();
    const plain = Array.from(a, (x, i) => {
      const key = `${x}.${b[i]}`;
      if (!seen.has(key)) seen.set(key, seen.size);
      return seen.get(key);
    });
    expect(Array.from(direct.ids)).toEqual(plain);
    expect(Array.from(hashed.ids)).toEqual(plain);
    expect([direct.count, hashed.count]).toEqual([seen.size, seen.size]);
  });
});
