/** Probability of backtest overfitting and deflated Sharpe ratios: the papers' definitions, on numbers they give and on plain oracles. */
import { beforeAll, describe, expect, it } from 'vitest';
import { registerBuiltins } from '../../src/builtin.js';
import { ConfigError, InvalidInputError, TrainingCancelledError } from '../../src/core/errors.js';
import { Random } from '../../src/core/random.js';
import { CombinatorialPurgedKFold } from '../../src/splits/combinatorial-purged-k-fold.js';
import { KFold } from '../../src/splits/k-fold.js';
import { syntheticClassification } from '../../src/testing/synthetic.js';
import { probabilityOfBacktestOverfitting } from '../../src/validation/backtest-overfitting.js';
import { crossValidate } from '../../src/validation/cross-validate.js';
import { pathOverfitting } from '../../src/validation/path-overfitting.js';
import {
  deflatedSharpeRatio,
  expectedMaximumSharpe,
  probabilisticSharpeRatio,
  returnMoments,
  sharpeRatio,
} from '../../src/validation/sharpe.js';
import { cscvLogits, sharpe } from '../oracles/backtest-overfitting.js';

beforeAll(() => registerBuiltins());

/** Noise for each candidate, with the given drifts. */
function noise(rows: number, drifts: readonly number[], seed = 1): number[][] {
  const random = new Random(seed);
  return drifts.map((drift) => Array.from({ length: rows }, () => drift + random.normal()));
}

describe('probabilityOfBacktestOverfitting', () => {
  it('equals the plain oracle', async () => {
    for (const [blocks, candidates] of [
      [4, 3],
      [6, 8],
      [8, 5],
    ]) {
      const series = noise(blocks * 10, new Array(candidates).fill(0), blocks);
      const found = await probabilityOfBacktestOverfitting(series, { blocks });
      const expected = cscvLogits(
        series[0].map((_, i) => series.map((values) => values[i])),
        blocks,
      );
      expect(found.logits).toHaveLength(expected.length);
      for (const [i, logit] of expected.entries()) expect(found.logits[i]).toBeCloseTo(logit, 10);
      expect(found.probability).toBe(expected.filter((logit) => logit <= 1e-12).length / expected.length);
    }
  });

  it('is near a half or above for noise, and near 0 where one candidate is better all the time', async () => {
    const none = await probabilityOfBacktestOverfitting(noise(320, new Array(20).fill(0)), { blocks: 8 });
    expect(none.probability).toBeGreaterThan(0.3);
    expect(none.degradation.slope).toBeLessThan(0);
    const skill = await probabilityOfBacktestOverfitting(noise(320, [0.5, ...new Array(19).fill(0)]), { blocks: 8 });
    expect(skill.probability).toBe(0);
    expect(new Set(skill.selected)).toEqual(new Set([0]));
    expect(skill.probabilityOfLoss).toBe(0);
  });

  it('gives the same choices by a function of values as by name, also where blocks are uneven', async () => {
    const series = noise(103, [0, 0.1, 0.2, 0]);
    const byName = await probabilityOfBacktestOverfitting(series, { blocks: 6 });
    const byFunction = await probabilityOfBacktestOverfitting(series, { blocks: 6, statistic: (v) => sharpe([...v]) });
    expect(byFunction.selected).toEqual(byName.selected);
    expect(byFunction.logits).toEqual(byName.logits);
    const means = await probabilityOfBacktestOverfitting(series, { blocks: 6, statistic: 'mean' });
    expect(means.logits).toHaveLength(20);
  });

  it('refuses what cannot be judged', async () => {
    const series = noise(40, [0, 0]);
    await expect(probabilityOfBacktestOverfitting([series[0]])).rejects.toThrow(/two candidates/);
    await expect(probabilityOfBacktestOverfitting([series[0], series[1].slice(1)])).rejects.toThrow(InvalidInputError);
    await expect(probabilityOfBacktestOverfitting([series[0], [...series[1].slice(1), Number.NaN]])).rejects.toThrow(
      /NaN/,
    );
    await expect(probabilityOfBacktestOverfitting(series, { blocks: 5 })).rejects.toThrow(ConfigError);
    await expect(probabilityOfBacktestOverfitting(series, { blocks: 20 })).resolves.toBeDefined();
    await expect(probabilityOfBacktestOverfitting(noise(20, [0, 0]), { blocks: 16 })).rejects.toThrow(/too few/);
    await expect(probabilityOfBacktestOverfitting(series, { statistic: 'median' as 'mean' })).rejects.toThrow(
      ConfigError,
    );
    await expect(probabilityOfBacktestOverfitting(series, { signal: AbortSignal.abort() })).rejects.toThrow(
      TrainingCancelledError,
    );
  });
});

describe('deflated Sharpe ratios', () => {
  // Bailey and López de Prado (2014), "A numerical example": annualised 2.5 over five years of 250 days.
  const moments = { observations: 1250, sharpe: 2.5 / Math.sqrt(250), skewness: -3, kurtosis: 10 };
  const variance = 1 / 2 / 250;

  it("equal the paper's example", () => {
    expect(expectedMaximumSharpe(100, variance)).toBeCloseTo(0.1132, 4);
    expect(deflatedSharpeRatio(moments, { count: 100, variance })).toBeCloseTo(0.9004, 4);
    expect(deflatedSharpeRatio(moments, { count: 46, variance })).toBeCloseTo(0.9505, 4);
    expect(deflatedSharpeRatio({ ...moments, skewness: 0, kurtosis: 3 }, { count: 88, variance })).toBeCloseTo(
      0.9505,
      3,
    );
  });

  it('come from the moments of returns', () => {
    const returns = [0.01, -0.02, 0.03, 0.005, -0.001, 0.02];
    const found = returnMoments(returns);
    expect(found.sharpe).toBeCloseTo(sharpe(returns), 14);
    expect(sharpeRatio(returns)).toBe(found.sharpe);
    // scipy.stats.skew and kurtosis(fisher=False).
    expect(found.skewness).toBeCloseTo(-0.3074255843569051, 12);
    expect(found.kurtosis).toBeCloseTo(2.26402721717199, 12);
    expect(probabilisticSharpeRatio(found, found.sharpe)).toBeCloseTo(0.5, 14);
    expect(
      probabilisticSharpeRatio(found) +
        probabilisticSharpeRatio({ ...found, sharpe: -found.sharpe, skewness: -found.skewness }),
    ).toBeCloseTo(1, 12);
    expect(deflatedSharpeRatio(found, [0.1, 0.2, 0.3])).toBeCloseTo(
      deflatedSharpeRatio(found, { count: 3, variance: 0.01 }),
      12,
    );
  });

  it('refuse what has no ratio', () => {
    expect(() => returnMoments([1])).toThrow(InvalidInputError);
    expect(() => returnMoments([1, 1, 1])).toThrow(/equal/);
    expect(() => returnMoments([1, Number.NaN])).toThrow(InvalidInputError);
    expect(() => expectedMaximumSharpe(1, 1)).toThrow(ConfigError);
    expect(() => probabilisticSharpeRatio({ observations: 10, sharpe: 2, skewness: 3, kurtosis: 3 })).toThrow(
      InvalidInputError,
    );
  });
});

describe('pathOverfitting', () => {
  it('judges candidates on the predictions of every path', async () => {
    const { X, y } = syntheticClassification({ rows: 120 });
    const splitter = new CombinatorialPurgedKFold({ folds: 4, testFolds: 2 });
    const returns = Float64Array.from(y, (label, i) => (label === 1 ? 1 : -1) * (0.5 + (i % 5) / 10));
    const data = { role: 'train', X, y } as const;
    const scoresAt = (C: number) =>
      crossValidate({ model: 'logistic', config: { C } }, data, { splitter, trainScores: false });
    const results = [await scoresAt(1), await scoresAt(1e-6), await scoresAt(0.01)];
    const performance = (row: number, prediction: number) => (prediction === 1 ? 1 : -1) * returns[row];
    const found = await pathOverfitting(results, { performance, blocks: 4 });
    expect(found.paths).toHaveLength(3);
    const [path] = results[0].paths ?? [];
    const own = Array.from(y, (_, row) => performance(row, path.predictions.predictions[row]));
    expect(found.paths[0].sharpes[0]).toBeCloseTo(sharpe(own), 10);
    expect(found.best).not.toBe(1);
    expect(found.deflatedSharpe).toBeGreaterThan(0.5);
    expect(found.probability).toBeLessThanOrEqual(1);
    await expect(pathOverfitting(results.slice(1, 2), { performance })).rejects.toThrow(/same backtest paths/);
    const plain = await crossValidate('logistic', data, { splitter: new KFold({ folds: 2 }) });
    await expect(pathOverfitting([plain, plain], { performance })).rejects.toThrow(InvalidInputError);
  });
});
