/** Out-of-bag means, scores, losses and the stop they decide, against the draws of each tree and its leaves walked one by one. */
import { describe, expect, it } from 'vitest';
import { type RandomForestConfig, randomForestConfig } from '../../../src/classical/random-forest/config.js';
import { RandomForestModel } from '../../../src/classical/random-forest/model.js';
import { type TrainedForest, trainForest } from '../../../src/classical/random-forest/train.js';
import { log } from '../../../src/core/math.js';
import { plainDraws, plainForestMeans } from '../../oracles/forest.js';
import { forestProblem } from './problems.js';

const SEED = 3;
const problem = forestProblem(5, 150, 4, { missing: 0.1 });
const { X, values, weights } = problem;
const rows = [...weights.keys()];

async function train(config: RandomForestConfig, weighted: boolean): Promise<TrainedForest> {
  const settings = randomForestConfig.parse(config, 'random_forest');
  const classes = settings.task === 'classification' ? [0, 1, 2] : [];
  const data = { X, y: targetsOf(settings.task), classes, weights: weighted ? weights : undefined };
  const featureNames = values.map((_, j) => `f${j}`);
  return trainForest({ ...data, featureNames }, settings, { seed: SEED, threads: 2 });
}

const targetsOf = (task: string) => (task === 'classification' ? problem.classes : problem.targets);

/** (rows) means over the first `trees` trees that did not draw a row; NaN where all did. */
function plainOutside({ forest }: TrainedForest, trees: number, draws: number): number[][] {
  const counts = Array.from({ length: trees }, (_, t) => plainDraws(SEED, t, X.rows, draws).counts);
  return rows.map((i) => plainForestMeans(forest, X.row(i), (t) => t < trees && counts[t][i] === 0));
}

function plainScore(means: number[][], y: ArrayLike<number>): number {
  const seen = rows.filter((i) => !Number.isNaN(means[i][0]));
  if (means[0].length > 1) {
    return seen.filter((i) => means[i].indexOf(Math.max(...means[i])) === y[i]).length / seen.length;
  }
  const mean = seen.reduce((sum, i) => sum + y[i], 0) / seen.length;
  const squares = (of: (i: number) => number) => seen.reduce((sum, i) => sum + (y[i] - of(i)) ** 2, 0);
  return 1 - squares((i) => means[i][0]) / squares(() => mean);
}

function plainLoss(means: number[][], y: ArrayLike<number>, weighted: boolean): number {
  let [loss, total] = [0, 0];
  for (const i of rows) {
    if (Number.isNaN(means[i][0])) continue;
    const weight = weighted ? weights[i] : 1;
    const own = means[i].length > 1 ? -log(Math.max(means[i][y[i]], 1.1920929e-7)) : (means[i][0] - y[i]) ** 2;
    loss += weight * own;
    total += weight;
  }
  return loss / total;
}

const CASES: Record<string, { config: RandomForestConfig; weighted?: boolean; draws?: number }> = {
  classification: { config: { nTrees: 12 } },
  'few trees, so that some rows are in all of them': { config: { nTrees: 2 } },
  'fewer draws than rows': { config: { nTrees: 6, maxSamples: 40, minSamplesLeaf: 3 }, draws: 40 },
  weighted: { config: { nTrees: 9, classWeight: 'balanced_subsample' }, weighted: true },
  regression: { config: { nTrees: 8, task: 'regression' } },
  'weighted regression by absolute errors': {
    config: { nTrees: 5, criterion: 'absolute_error', minSamplesLeaf: 4 },
    weighted: true,
  },
};

describe('out-of-bag', () => {
  it.each(Object.keys(CASES))('means and score are of the trees that did not draw a row: %s', async (name) => {
    const { config, weighted = false, draws = X.rows } = CASES[name];
    const trained = await train({ ...config, oobScore: true }, weighted);
    const means = plainOutside(trained, trained.trees, draws);
    const { outputs } = trained.forest;
    expect(trained.outOfBag).toHaveLength(X.rows * outputs);
    means.flat().forEach((mean, p) => {
      if (Number.isNaN(mean)) expect(trained.outOfBag[p]).toBeNaN();
      else expect(trained.outOfBag[p]).toBeCloseTo(mean, 9);
    });
    expect(trained.outOfBagScore).toBeCloseTo(plainScore(means, targetsOf(outputs > 1 ? 'classification' : '')), 10);
  });

  it.each([
    ['classification', false],
    ['classification', true],
    ['regression', false],
    ['regression', true],
  ] as const)('losses stop the forest where they no longer fall: %s, weighted %s', async (task, weighted) => {
    const rounds = 20;
    const trained = await train({ task, nTrees: 300, earlyStoppingRounds: rounds, minSamplesLeaf: 10 }, weighted);
    const losses = Array.from(trained.checkedAt, (trees) =>
      plainLoss(plainOutside(trained, trees, X.rows), targetsOf(task), weighted),
    );
    losses.forEach((loss, k) => {
      expect(trained.checkedAt[k]).toBe(10 * (k + 1));
      expect(trained.checkedLoss[k]).toBeCloseTo(loss, 8);
    });
    const best = losses.indexOf(Math.min(...losses));
    expect(trained.stoppedEarly).toBe(true);
    expect(trained.trees).toBe(trained.checkedAt[best] + rounds);
    expect(trained.forest.nodeStarts).toHaveLength(trained.trees + 1);
  });

  it('warns of rows that every tree has seen', async () => {
    const model = new RandomForestModel({ nTrees: 2, oobScore: true });
    const { warnings } = await model.fit({ X, y: problem.classes });
    const unseen = rows.filter((i) => Number.isNaN(model.oobDecisionFunction?.row(i)[0]));
    expect(unseen.length).toBeGreaterThan(0);
    expect(warnings).toEqual([expect.stringContaining(`${unseen.length} rows are in every tree`)]);
    expect((await new RandomForestModel({ oobScore: true }).fit({ X, y: problem.classes })).warnings).toEqual([]);
  });
});
