/** Exact splits (`treeMethod: 'exact'`): the trees of Python's own exact method on real-valued columns, file for file. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type XGBoostConfig, XGBoostModel } from '../../src/boosting/xgboost/model.js';
import { Random } from '../../src/core/random.js';
import { runPython } from './python.js';

const script = fileURLToPath(new URL('./xgboost_peer.py', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'holdfast-xgboost-exact-'));
afterAll(() => rmSync(directory, { recursive: true }));

const random = new Random(1);
const X = Array.from({ length: 1500 }, () =>
  Array.from({ length: 6 }, (_, j) => (j > 3 && random.float() < 0.15 ? Number.NaN : Math.fround(random.normal()))),
);
const value = X.map((row) => row[0] * row[1] + (row[4] || 0.4) + 0.3 * (row[5] || -1) * row[2] + 0.3 * random.normal());
const y = {
  value,
  counts: value.map((v) => Math.floor(Math.abs(v))),
  binary: value.map((v) => (v > 0 ? 1 : 0)),
  classes: value.map((v) => (v > 1 ? 2 : v > -0.5 ? 1 : 0)),
};
const weights = X.map(() => 0.5 + random.float());
const ROUNDS = 8;

interface Case {
  config: XGBoostConfig;
  labels: keyof typeof y;
  weights?: number[];
}

const squared = { tree_method: 'exact', objective: 'reg:squarederror' } as const;
const CASES: Record<string, Case> = {
  'squared error': { config: squared, labels: 'value' },
  weighted: { config: { ...squared, max_depth: 4, reg_alpha: 1, reg_lambda: 3 }, labels: 'value', weights },
  pruned: { config: { ...squared, max_depth: 5, gamma: 6 }, labels: 'value' },
  binary: { config: { tree_method: 'exact', objective: 'binary:logistic', min_child_weight: 5 }, labels: 'binary' },
  classes: { config: { tree_method: 'exact', objective: 'multi:softprob', num_class: 3, eta: 0.1 }, labels: 'classes' },
  capped: { config: { tree_method: 'exact', objective: 'count:poisson', max_delta_step: 0.3 }, labels: 'counts' },
  monotone: { config: { ...squared, monotone_constraints: '(1,0,0,0,-1,0)' }, labels: 'value' },
  interactions: { config: { ...squared, interaction_constraints: '[[0, 1], [2, 4, 5]]' }, labels: 'value' },
};

interface Answer {
  raw: (number | number[])[];
  leaves: unknown[];
}
const inPython = (request: object) => runPython(script, request) as Promise<Answer[]>;
const cases = Object.entries(CASES);

describe('exact', () => {
  let theirs: Answer[];
  let back: Answer[];
  const models: XGBoostModel[] = [];
  const fileOf = (i: number) => join(directory, `${i}${i % 2 ? '.ubj' : '.json'}`);

  beforeAll(async () => {
    const requests = cases.map(([, { config, labels, weights: w }]) => ({
      params: config,
      y: y[labels],
      weights: w,
      rounds: ROUNDS,
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

  it.each(cases.map(([title], i) => [title, i] as const))('%s: the trees of Python', async (_, i) => {
    const scores = await models[i].predictScores(X);
    expect(Array.from(scores)).toEqual(back[i].raw.flat());
    const leaves = Array.from(await models[i].predictLeaves(X));
    const wanted = back[i].leaves.flat(2);
    expect(leaves).toEqual(wanted);
    // Where Python prunes, numbers of nodes that are gone stay unused.
    if (!cases[i][1].config.gamma) expect(leaves).toEqual(theirs[i].leaves.flat(2));
    const apart = theirs[i].raw.flat().map((score, p) => Math.abs(score - scores[p]));
    expect(Math.max(...apart)).toBeLessThan(5e-6);
  });

  it("goes on from Python's file as Python would", async () => {
    const [first] = Object.values(CASES);
    const file = join(directory, 'python.ubj');
    const common = { params: first.config, y: y.value };
    const half = { ...common, rounds: 4, files: [file] };
    const whole = { ...common, rounds: 4, continue: file };
    const [, wanted] = await inPython({ do: 'train', X, T: X, cases: [half, whole] });
    const more = new XGBoostModel({ ...first.config, numIterations: 4 });
    await more.fit({ X, y: y.value }, { initModel: await XGBoostModel.importNative(file) });
    expect(Array.from(await more.predictLeaves(X))).toEqual(wanted.leaves.flat());
    const scores = await more.predictScores(X);
    const apart = wanted.raw.flat().map((score, p) => Math.abs(score - scores[p]));
    expect(Math.max(...apart)).toBeLessThan(5e-6);
  });
});
