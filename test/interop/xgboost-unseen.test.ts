/**
 * Where every value has a bin of its own, trees grown by histograms are Python's, and so are predictions of rows between the values of
 * training: where a threshold lies between two of them, and which side takes a category the node or the training did not see.
 */
import { expect, it } from 'vitest';
import { type XGBoostConfig, XGBoostModel } from '../../src/boosting/xgboost/model.js';
import { Random } from '../../src/core/random.js';
import { farthest, inPython } from './xgboost-twins.js';

const ROWS = 2000;
const ROUNDS = 4;
const NUMBERS = 4;
const CATEGORIES = [3, 9, 20];

/** Whole numbers, then categories, of which the last two are left to rows not trained on. */
function rows(seed: number, halves: boolean): number[][] {
  const random = new Random(seed);
  return Array.from({ length: ROWS }, () => [
    ...Array.from({ length: NUMBERS }, () => random.int(40) - 20 + (halves ? random.int(2) / 2 : 0)),
    ...CATEGORIES.map((count) => random.int(halves ? count + 2 : count)),
  ]);
}

function labels(X: number[][], seed: number): number[] {
  const random = new Random(seed);
  return X.map(([a, b, , , c, d, e]) =>
    a / 9 + ((b > 3 ? 1 : -1) * (d % 4)) / 2 + (e % 5) / 3 + c / 4 + random.normal() > 1 ? 1 : 0,
  );
}

it.each<[string, XGBoostConfig]>([
  ['shallow trees', { maxDepth: 3 }],
  ['large leaves', { minChildWeight: 8 }],
  ['one against the rest', { maxCatToOnehot: 30 }],
  ['one against the rest below four', { maxCatToOnehot: 4, maxDepth: 4 }],
  ['sets of few', { maxCatThreshold: 4, maxDepth: 4 }],
])('rows between those of training are predicted as in Python: %s', async (_title, config) => {
  const X = rows(1, false);
  const y = labels(X, 2);
  const T = rows(3, true);
  const types = X[0].map((_, j) => (j < NUMBERS ? 'q' : 'c'));
  const columns = X[0].map((_, j) => j).filter((j) => j >= NUMBERS);
  const model = new XGBoostModel({
    objective: 'binary:logistic',
    numIterations: ROUNDS,
    categoricalFeatures: columns,
    ...config,
  });
  await model.fit({ X, y });
  const { maxDepth, minChildWeight, maxCatToOnehot, maxCatThreshold } = model.config;
  const params = {
    objective: 'binary:logistic',
    max_depth: maxDepth,
    min_child_weight: minChildWeight,
    max_cat_to_onehot: maxCatToOnehot,
    max_cat_threshold: maxCatThreshold,
  };
  const [theirs] = await inPython({ do: 'train', X, T, types, cases: [{ params, y, rounds: ROUNDS }] });
  expect(farthest(await model.predictScores(T), theirs.raw as number[])).toBeLessThan(1e-4);
});
