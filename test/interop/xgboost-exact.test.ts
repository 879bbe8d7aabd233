/** Exact splits (`treeMethod: 'exact'`): the trees of Python's own exact method on real-valued columns, file for file. */
import { describe, expect, it } from 'vitest';
import { XGBoostModel } from '../../src/boosting/xgboost/model.js';
import { Random } from '../../src/core/random.js';
import { type Case, farthest, inPython, labelsOf, trainTwins } from './xgboost-twins.js';

const random = new Random(1);
const X = Array.from({ length: 1500 }, () =>
  Array.from({ length: 6 }, (_, j) => (j > 3 && random.float() < 0.15 ? Number.NaN : Math.fround(random.normal()))),
);
const value = X.map((row) => row[0] * row[1] + (row[4] || 0.4) + 0.3 * (row[5] || -1) * row[2] + 0.3 * random.normal());
const y = labelsOf(value, [-0.5, 1]);
const weights = X.map(() => 0.5 + random.float());
const ROUNDS = 8;

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

const cases = Object.entries(CASES);
const { models, theirs, back, pythonFile } = trainTwins(Object.values(CASES), X, y, ROUNDS);

describe('exact', () => {
  it.each(cases.map(([title], i) => [title, i] as const))('%s: the trees of Python', async (_, i) => {
    const scores = await models[i].predictScores(X);
    expect(Array.from(scores)).toEqual(back[i].raw.flat());
    const leaves = Array.from(await models[i].predictLeaves(X));
    const wanted = back[i].leaves.flat(2);
    expect(leaves).toEqual(wanted);
    // Where Python prunes, numbers of nodes that are gone stay unused.
    if (!cases[i][1].config.gamma) expect(leaves).toEqual(theirs[i].leaves.flat(2));
    expect(farthest(theirs[i].raw.flat(), scores)).toBeLessThan(5e-6);
  });

  it("goes on from Python's file as Python would", async () => {
    const [first] = Object.values(CASES);
    const request = { params: first.config, y: y.value, rounds: 4, continue: pythonFile(0) };
    const [wanted] = await inPython({ do: 'train', X, T: X, cases: [request] });
    const more = new XGBoostModel({ ...first.config, numIterations: 4 });
    await more.fit({ X, y: y.value }, { initModel: await XGBoostModel.importNative(pythonFile(0)) });
    expect(Array.from(await more.predictLeaves(X))).toEqual(wanted.leaves.flat());
    expect(farthest(wanted.raw.flat(), await more.predictScores(X))).toBeLessThan(5e-6);
  });
});
