/** Categorical columns that are not as they should be: what is an error, and what counts as missing. */
import { describe, expect, it } from 'vitest';
import { type LightGBMConfig, LightGBMModel } from '../../../src/boosting/lightgbm/model.js';
import { ConfigError, InvalidInputError } from '../../../src/core/errors.js';
import { Random } from '../../../src/core/random.js';

const ROWS = 600;
const random = new Random(6);
const codes = Array.from({ length: ROWS }, () => random.int(40));
const y = codes.map((code) => (Math.sin(code) + 0.5 * random.normal() > 0 ? 1 : 0));
const X = codes.map((code) => [code, random.normal()]);
const config: LightGBMConfig = { categoricalFeatures: [0], minDataPerGroup: 5, catSmooth: 1, numIterations: 20 };

const fitted = async (rows: number[][], more: LightGBMConfig = {}) => {
  const model = new LightGBMModel({ ...config, ...more });
  await model.fit({ X: rows, y });
  return model;
};

describe('categories in training', () => {
  it.each([2 ** 24, 2 ** 24 + 2, 1e30])('of %d and more are refused, wherever they are', async (code) => {
    for (const row of [0, ROWS - 1]) {
      const rows = X.map(([own, other], i) => [i === row ? code : own, other]);
      const error = await fitted(rows, { binSampleCount: 100 }).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(InvalidInputError);
      expect((error as InvalidInputError).message).toContain('categories must be below 16777216');
      expect((error as InvalidInputError).hint).not.toBe('');
    }
  });

  it('that are negative are missing', async () => {
    const [negative, missing] = [-3, Number.NaN].map((value) =>
      X.map(([code, other], i) => [i % 5 === 0 ? value : code, other]),
    );
    const models = [await fitted(negative), await fitted(missing)];
    const [first, second] = await Promise.all(models.map((model) => model.predictScores(X)));
    expect(first).toEqual(second);
  });

  it('that are fractions are cut off towards zero', async () => {
    const fractions = await fitted(X.map(([code, other]) => [code + 0.75, other]));
    expect(await fractions.predictScores(X)).toEqual(await (await fitted(X)).predictScores(X));
  });

  it('of more columns than there are, or of one twice, are a ConfigError', async () => {
    for (const categoricalFeatures of [[2], ['city'], [0, 0]]) {
      await expect(fitted(X, { categoricalFeatures })).rejects.toThrow(ConfigError);
    }
  });

  it('cannot have a monotone constraint', async () => {
    await expect(fitted(X, { monotoneConstraints: [1, 0] })).rejects.toThrow(/categorical and has a monotone/);
    await expect(fitted(X, { monotoneConstraints: [0, 1] })).resolves.toBeDefined();
  });

  it('of one kind only are left out', async () => {
    const model = await fitted(X.map(([, other]) => [7, other]));
    expect(model.featureImportance('split')?.values[0]).toBe(0);
  });
});

describe('categories in prediction', () => {
  it.each([40, 9999, 2 ** 24, 1e30, -1, -1e30, Number.NaN])(
    '%d that training did not see counts as missing',
    async (code) => {
      const model = await fitted(X);
      const scores = await model.predictScores(X.slice(0, 50).map(([, other]) => [code, other]));
      expect(scores).toEqual(await model.predictScores(X.slice(0, 50).map(([, other]) => [Number.NaN, other])));
    },
  );

  it('are the same when rows are scored during training', async () => {
    const model = new LightGBMModel({ ...config, earlyStoppingRounds: 0 });
    const strange = X.map(([code, other], i) => [[code, 9999, -2, Number.NaN, 2 ** 25, code + 0.5][i % 6], other]);
    const { evaluations } = await model.fit({ X, y, evalSets: { strange: { X: strange, y } } }, {});
    const scores = await model.predictScores(strange);
    const loss = scores.reduce((sum, score, i) => sum + Math.log1p(Math.exp(y[i] ? -score : score)), 0) / ROWS;
    const [history] = Object.values(evaluations?.strange ?? {});
    expect(history.at(-1)).toBeCloseTo(loss, 10);
  });

  it('are the same for any number of threads', async () => {
    const wide = Array.from({ length: 6000 }, (_, i) => [Math.floor(3000 * new Random(i).float() ** 2), i % 17]);
    const labels = wide.map(([code], i) => (Math.sin(code) + new Random(i + 9e5).normal() > 0 ? 1 : 0));
    const scores = await Promise.all(
      [1, 2, 4].map(async (threads) => {
        const sampling = { baggingFraction: 0.7, baggingFreq: 1 };
        const model = new LightGBMModel({ ...config, ...sampling, categoricalFeatures: [0, 1] });
        await model.fit({ X: wide, y: labels }, { threads });
        return model.predictScores(wide);
      }),
    );
    expect(scores[1]).toEqual(scores[0]);
    expect(scores[2]).toEqual(scores[0]);
  });
});
