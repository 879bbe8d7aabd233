import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type XGBoostConfig, XGBoostModel } from '../../../src/boosting/xgboost/model.js';
import { ConfigError, InvalidInputError } from '../../../src/core/errors.js';
import { Random } from '../../../src/core/random.js';
import { growExactly, predictExactly } from '../../oracles/exact-growth.js';

const directory = mkdtempSync(join(tmpdir(), 'holdfast-xgboost-kinds-'));
afterAll(() => rmSync(directory, { recursive: true }));

const random = new Random(7);
const X = Array.from({ length: 400 }, () =>
  Array.from({ length: 5 }, (_, j) => {
    if (j === 4) return random.int(3);
    return j === 1 && random.float() < 0.2 ? Number.NaN : Math.fround(random.normal());
  }),
);
const value = X.map((row) => row[0] * (row[1] || 1) + row[4] + 0.2 * random.normal());
const binary = value.map((v) => (v > 1 ? 1 : 0));
const classes = value.map((v) => (v > 2 ? 2 : v > 0.5 ? 1 : 0));

async function fitted(config: XGBoostConfig, y: number[] = value, options = {}) {
  const model = new XGBoostModel({ numIterations: 6, ...config });
  const metrics = await model.fit({ X, y }, options);
  return { model, metrics };
}

describe('exact trees', () => {
  it('are those of brute force', async () => {
    const config = { objective: 'reg:squarederror', baseScore: 0.5, learningRate: 1, regLambda: 2 } as const;
    const { model } = await fitted({
      ...config,
      treeMethod: 'exact',
      numIterations: 1,
      maxDepth: 4,
      minChildWeight: 3,
    });
    const gradients = value.map((v) => Math.fround(0.5 - v));
    const limits = { maxDepth: 4, lambda: 2, leastHessian: 3 };
    const tree = growExactly(X, gradients, Array(X.length).fill(1), limits);
    const scores = await model.predictScores(X);
    for (const [i, row] of X.entries()) expect(scores[i]).toBeCloseTo(0.5 + predictExactly(tree, row), 5);
  });

  it('are the histogram trees where every value has a bin', async () => {
    const rounded = X.map((row) => row.map((v) => Math.round(v * 10) / 10));
    const scores: number[][] = [];
    for (const treeMethod of ['exact', 'hist'] as const) {
      const model = new XGBoostModel({ objective: 'reg:squarederror', treeMethod, numIterations: 4 });
      await model.fit({ X: rounded, y: value });
      scores.push(Array.from(await model.predictScores(rounded)));
    }
    for (const [i, score] of scores[0].entries()) expect(score).toBeCloseTo(scores[1][i], 4);
  });

  it.each<[string, XGBoostConfig]>([
    ['on sampled rows and columns', { subsample: 0.6, colsampleBytree: 0.7, colsampleBynode: 0.6 }],
    ['with dropout', { booster: 'dart', rateDrop: 0.5, oneDrop: true }],
    ['side by side', { numParallelTree: 3, subsample: 0.5 }],
    ['of medians', { objective: 'reg:absoluteerror' }],
  ])('%s are the same for 1, 2 and 4 threads, and in the file', async (title, config) => {
    const wide = X.map((row) => Array.from({ length: 250 }, (_, j) => (row[j % 5] || 0) * (1 + (j >> 3))));
    const scores: Float64Array[] = [];
    for (const threads of [1, 2, 4]) {
      const model = new XGBoostModel({
        objective: 'reg:squarederror',
        treeMethod: 'exact',
        numIterations: 4,
        ...config,
      });
      await model.fit({ X: wide, y: value }, { threads, seed: 3 });
      scores.push(await model.predictScores(wide));
      if (threads > 1) continue;
      await model.exportNative(join(directory, `${title}.ubj`));
      const copy = await XGBoostModel.importNative(join(directory, `${title}.ubj`));
      expect(await copy.predictScores(wide)).toEqual(scores[0]);
    }
    expect(scores[1]).toEqual(scores[0]);
    expect(scores[2]).toEqual(scores[0]);
  });

  it.each<[string, XGBoostConfig, number[]]>([
    ['categories', { categoricalFeatures: [4] }, value],
    ['vector leaves', { task: 'classification', multiStrategy: 'multi_output_tree' }, classes],
    ['no depth', { maxDepth: 0, maxLeaves: 8 }, value],
  ])('refuse %s', async (_, config, y) => {
    await expect(fitted({ task: 'regression', treeMethod: 'exact', ...config }, y)).rejects.toThrow(ConfigError);
  });
});

describe('linear models', () => {
  const linear = { booster: 'gblinear' } as const;

  it('find the line that labels lie on', async () => {
    const line = X.map((row) => 3 * row[0] - 2 * row[2] + 0.5 * row[4] + 7);
    const { model } = await fitted({ ...linear, objective: 'reg:squarederror', numIterations: 60 }, line);
    const { predictions } = await model.predict(X);
    for (const [i, wanted] of line.entries()) expect(predictions[i]).toBeCloseTo(wanted, 3);
    const sizes = model.featureImportance()?.values ?? [];
    for (const [j, wanted] of [3, 0, 2, 0, 0.5].entries()) expect(sizes[j]).toBeCloseTo(wanted, 3);
  });

  it('keep the best round, its history and metrics', async () => {
    const model = new XGBoostModel({
      ...linear,
      numIterations: 200,
      earlyStoppingRounds: 3,
      metric: ['logloss', 'auc'],
    });
    const half = { X: X.slice(0, 200), y: binary.slice(0, 200) };
    const other = { X: X.slice(200), y: binary.slice(200) };
    const metrics = await model.fit({ ...half, validation: other });
    const losses = metrics.evaluations?.validation.logloss ?? [];
    expect(metrics.earlyStopped).toBe(true);
    expect(Math.min(...losses)).toBe(losses[metrics.bestEpoch - 1]);
    expect(metrics.valLoss).toBeCloseTo(losses[metrics.bestEpoch - 1], 5);
  });

  it.each(['cyclic', 'shuffle', 'random', 'greedy', 'thrifty'] as const)(
    '%s: the same for 1, 2 and 4 threads, saved and continued',
    async (featureSelector) => {
      const wide = Array.from({ length: 100 }, () => X).flat();
      const y = Array.from({ length: 100 }, () => classes).flat();
      const scores: Float64Array[] = [];
      for (const threads of [1, 2, 4]) {
        const model = new XGBoostModel({ ...linear, featureSelector, numIterations: 3, regAlpha: 0.001 });
        await model.fit({ X: wide, y }, { threads });
        scores.push(await model.predictScores(X));
        if (threads > 1) continue;
        await model.save(join(directory, featureSelector));
        expect(await (await XGBoostModel.load(join(directory, featureSelector))).predictScores(X)).toEqual(scores[0]);
        const more = new XGBoostModel({ ...linear, featureSelector, numIterations: 3, regAlpha: 0.001 });
        const later = await more.fit({ X: wide, y }, { initModel: model });
        expect(later.history[0].trainLoss).toBeLessThan(Math.log(3));
      }
      expect(scores[1]).toEqual(scores[0]);
      expect(scores[2]).toEqual(scores[0]);
    },
  );

  it('have no iterations to choose from and warn of what trees alone have', async () => {
    const { model, metrics } = await fitted({ ...linear, maxDepth: 3, subsample: 0.5, topK: 2 }, binary);
    expect(metrics.warnings.join()).toMatch(/maxDepth.*subsample.*topK/);
    await expect(model.predict(X, { numIterationRange: [0, 2] })).rejects.toThrow(InvalidInputError);
  });
});

describe.each<[string, XGBoostConfig]>([
  ['exact trees', { treeMethod: 'exact', subsample: 0.7 }],
  ['linear models', { booster: 'gblinear', featureSelector: 'shuffle', regAlpha: 0.001 }],
])('%s', (title, config) => {
  it('stopped and started again end as if they had never been stopped', async () => {
    const checkpointDirectory = join(directory, `${title} checkpoint`);
    const settings = { ...config, numIterations: 40, checkpointInterval: 1, metric: ['logloss', 'auc'] };
    const data = { X: Array.from({ length: 10 }, () => X).flat(), y: Array.from({ length: 10 }, () => binary).flat() };
    const rows = { ...data, validation: { X, y: binary } };
    /** A metric that fails when it is asked for the `last`-th time. */
    const failing = (last: number) => {
      let calls = 0;
      const evaluate = () => {
        if (++calls === last) throw new RangeError('stopped');
        return calls;
      };
      return { metrics: { calls: { evaluate, direction: 'minimize' as const } } };
    };
    const whole = new XGBoostModel(settings);
    const wanted = await whole.fit(rows, { threads: 2, ...failing(0) });
    for (const after of [6, 15]) {
      const cut = new XGBoostModel(settings).fit(rows, { checkpointDirectory, ...failing(after) });
      await expect(cut).rejects.toThrow('stopped');
    }
    const again = new XGBoostModel(settings);
    const metrics = await again.fit(rows, { checkpointDirectory, ...failing(0) });
    // Five iterations of the first run and fourteen of the second were not done again.
    expect(metrics.evaluations?.validation.calls.at(-1)).toBe(40 - 5 - 14);
    expect(metrics.history).toEqual(wanted.history);
    expect(metrics.evaluations?.validation.auc).toEqual(wanted.evaluations?.validation.auc);
    expect(await again.predictScores(X)).toEqual(await whole.predictScores(X));
  });
});
