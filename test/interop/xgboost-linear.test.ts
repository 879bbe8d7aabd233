/** Linear models (gblinear): the weights that Python's coordinate descent finds, files both ways, continued training. */
import { describe, expect, it } from 'vitest';
import { XGBoostModel } from '../../src/boosting/xgboost/model.js';
import { Random } from '../../src/core/random.js';
import { type Case, farthest, inPython, labelsOf, trainTwins } from './xgboost-twins.js';

const random = new Random(1);
const X = Array.from({ length: 1200 }, () =>
  Array.from({ length: 6 }, (_, j) => (j === 2 && random.float() < 0.2 ? Number.NaN : Math.fround(random.normal()))),
);
const value = X.map((row) => 2 * row[0] - row[1] + 0.3 * (row[2] || 0) + 0.5 * row[3] * row[4] + random.normal());
const y = labelsOf(value, [-1, 1]);
const weights = X.map(() => 0.5 + random.float());
const ROUNDS = 12;

interface LinearCase extends Case {
  /** How far scores may lie apart where the order of features is not the same. */
  apart?: number;
}

const linear = { booster: 'gblinear', updater: 'coord_descent' } as const;
const CASES: Record<string, LinearCase> = {
  cyclic: { config: { ...linear, objective: 'reg:squarederror' }, labels: 'value' },
  'elastic net': {
    config: { ...linear, objective: 'reg:squarederror', reg_alpha: 0.02, reg_lambda: 0.1, eta: 0.3, base_score: 0.5 },
    labels: 'value',
    weights,
  },
  greedy: {
    config: { ...linear, objective: 'binary:logistic', feature_selector: 'greedy', top_k: 3 },
    labels: 'binary',
  },
  thrifty: {
    config: { ...linear, objective: 'binary:logistic', feature_selector: 'thrifty' },
    labels: 'binary',
    apart: 0.02,
  },
  classes: { config: { ...linear, objective: 'multi:softprob', num_class: 3, reg_lambda: 0.01 }, labels: 'classes' },
  counts: { config: { ...linear, objective: 'count:poisson' }, labels: 'counts' },
  shuffled: {
    config: { ...linear, objective: 'binary:logistic', feature_selector: 'shuffle' },
    labels: 'binary',
    apart: 0.2,
  },
  random: {
    config: { ...linear, objective: 'reg:squarederror', feature_selector: 'random' },
    labels: 'value',
    apart: 0.2,
  },
  shotgun: { config: { booster: 'gblinear', objective: 'reg:squarederror' }, labels: 'value' },
};

const cases = Object.entries(CASES);
const { models, theirs, back, file, pythonFile } = trainTwins(Object.values(CASES), X, y, ROUNDS);

describe('gblinear', () => {
  it.each(cases.map(([title], i) => [title, i] as const))(
    "%s: the scores of Python's own training; the same bits from the file in Python",
    async (_, i) => {
      const scores = await models[i].predictScores(X);
      expect(Array.from(scores)).toEqual(back[i].raw.flat());
      expect(farthest(theirs[i].raw.flat(), scores)).toBeLessThan(cases[i][1].apart ?? 2e-4);
      const again = await XGBoostModel.importNative(file(i));
      expect(await again.predictScores(X)).toEqual(scores);
    },
  );

  it("goes on from Python's file as Python would", async () => {
    const more = new XGBoostModel({ ...CASES.cyclic.config, numIterations: 5 });
    await more.fit({ X, y: y.value }, { initModel: await XGBoostModel.importNative(pythonFile(0)) });
    const request = { params: CASES.cyclic.config, y: y.value, rounds: 5, continue: pythonFile(0) };
    const [answer] = await inPython({ do: 'train', X, T: X, cases: [request] });
    expect(farthest(answer.raw.flat(), await more.predictScores(X))).toBeLessThan(2e-4);
  });
});
