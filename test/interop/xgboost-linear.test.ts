/** Linear models (gblinear): the weights that Python's coordinate descent finds, files both ways, continued training. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type XGBoostConfig, XGBoostModel } from '../../src/boosting/xgboost/model.js';
import { Random } from '../../src/core/random.js';
import { runPython } from './python.js';

const script = fileURLToPath(new URL('./xgboost_peer.py', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'holdfast-xgboost-linear-'));
afterAll(() => rmSync(directory, { recursive: true }));

const random = new Random(1);
const X = Array.from({ length: 1200 }, () =>
  Array.from({ length: 6 }, (_, j) => (j === 2 && random.float() < 0.2 ? Number.NaN : Math.fround(random.normal()))),
);
const value = X.map((row) => 2 * row[0] - row[1] + 0.3 * (row[2] || 0) + 0.5 * row[3] * row[4] + random.normal());
const y = {
  value,
  counts: value.map((v) => Math.floor(Math.abs(v))),
  binary: value.map((v) => (v > 0 ? 1 : 0)),
  classes: value.map((v) => (v > 1 ? 2 : v > -1 ? 1 : 0)),
};
const weights = X.map(() => 0.5 + random.float());
const ROUNDS = 12;

interface Case {
  config: XGBoostConfig;
  labels: keyof typeof y;
  weights?: number[];
  /** How far scores may lie apart where the order of features is not the same. */
  apart?: number;
}

const linear = { booster: 'gblinear', updater: 'coord_descent' } as const;
const CASES: Record<string, Case> = {
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

interface Answer {
  raw: (number | number[])[];
}
const inPython = (request: object) => runPython(script, request) as Promise<Answer[]>;
const cases = Object.entries(CASES);

describe('gblinear', () => {
  let theirs: Answer[];
  let back: Answer[];
  const models: XGBoostModel[] = [];
  const fileOf = (i: number) => join(directory, `${i}${i % 2 ? '.ubj' : '.json'}`);

  beforeAll(async () => {
    const requests = cases.map(([, { config, labels, weights: w }], i) => ({
      params: config,
      y: y[labels],
      weights: w,
      rounds: ROUNDS,
      files: [join(directory, `python-${i}.json`)],
    }));
    theirs = await inPython({ do: 'train', X, T: X, cases: requests });
    for (const [i, [, { config, labels, weights: w }]] of cases.entries()) {
      const model = new XGBoostModel({ ...config, numIterations: ROUNDS });
      await model.fit({ X, y: y[labels], ...(w ? { weights: w } : {}) });
      await model.exportNative(fileOf(i));
      models.push(model);
    }
    back = await inPython({ do: 'predict', T: X, files: cases.map((_, i) => fileOf(i)) });
  }, 120_000);

  it.each(cases.map(([title], i) => [title, i] as const))(
    "%s: the scores of Python's own training; the same bits from the file in Python",
    async (_, i) => {
      const scores = await models[i].predictScores(X);
      expect(Array.from(scores)).toEqual(back[i].raw.flat());
      const apart = theirs[i].raw.flat().map((score, p) => Math.abs(score - scores[p]));
      expect(Math.max(...apart)).toBeLessThan(cases[i][1].apart ?? 2e-4);
      const again = await XGBoostModel.importNative(fileOf(i));
      expect(await again.predictScores(X)).toEqual(scores);
    },
  );

  it("goes on from Python's file as Python would", async () => {
    const file = join(directory, 'python-0.json');
    const more = new XGBoostModel({ ...CASES.cyclic.config, numIterations: 5 });
    await more.fit({ X, y: y.value }, { initModel: await XGBoostModel.importNative(file) });
    const request = { params: CASES.cyclic.config, y: y.value, rounds: 5, continue: file };
    const [answer] = await inPython({ do: 'train', X, T: X, cases: [request] });
    const scores = await more.predictScores(X);
    const apart = answer.raw.flat().map((score, p) => Math.abs(score - scores[p]));
    expect(Math.max(...apart)).toBeLessThan(2e-4);
  });
});
