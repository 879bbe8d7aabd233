/** Grown trees against the plain oracle: the same cuts, sides of missing values and leaves. */
import { describe, expect, it } from 'vitest';
import { type RandomForestConfig, randomForestConfig } from '../../../src/classical/random-forest/config.js';
import type { Forest } from '../../../src/classical/random-forest/forest.js';
import { trainForest } from '../../../src/classical/random-forest/train.js';
import { roughMean } from '../../../src/classical/random-forest/training-table.js';
import { growPlainForestTree, type PlainForestProblem, type PlainNode } from '../../oracles/forest.js';
import { type ForestProblem, forestProblem } from './problems.js';

interface Case extends Partial<PlainForestProblem> {
  criterion: PlainForestProblem['criterion'];
  classes: number;
  config?: RandomForestConfig;
  rows?: number;
  missing?: number;
  weighted?: boolean;
}

const CASES: Record<string, Case> = {
  'gini, three classes': { criterion: 'gini', classes: 3 },
  'gini, two classes, no bootstrap, all columns': { criterion: 'gini', classes: 2, bootstrap: false, maxFeatures: 6 },
  'gini, five classes': { criterion: 'gini', classes: 5 },
  'gini, missing values': { criterion: 'gini', classes: 3, missing: 0.2 },
  'gini, weighted': { criterion: 'gini', classes: 3, weighted: true, missing: 0.1 },
  'entropy, three classes': { criterion: 'entropy', classes: 3, missing: 0.1 },
  'entropy, five classes, weighted': { criterion: 'entropy', classes: 5, weighted: true },
  'gini, limits': { criterion: 'gini', classes: 3, maxDepth: 6, minLeaf: 5, minSplit: 15, missing: 0.1 },
  'gini, few leaves': { criterion: 'gini', classes: 3, maxLeaves: 12, missing: 0.1 },
  'gini, weighted, limits': { criterion: 'gini', classes: 3, weighted: true, minLeaf: 8, maxLeaves: 20 },
  'extra trees, gini': { criterion: 'gini', classes: 3, bootstrap: false, extraTrees: true, missing: 0.1 },
  'extra trees, squared error': { criterion: 'squared_error', classes: 0, bootstrap: false, extraTrees: true },
  'squared error': { criterion: 'squared_error', classes: 0, missing: 0.1 },
  'squared error, weighted, few leaves': { criterion: 'squared_error', classes: 0, weighted: true, maxLeaves: 15 },
  poisson: { criterion: 'poisson', classes: 0, missing: 0.1 },
  'absolute error': { criterion: 'absolute_error', classes: 0, missing: 0.1, rows: 200 },
  'absolute error, weighted, limits': {
    criterion: 'absolute_error',
    classes: 0,
    weighted: true,
    minLeaf: 5,
    rows: 200,
  },
};

interface Flat {
  column: number[];
  threshold: number[];
  missingLeft: number[];
  leafRows: number[];
}

/** Depth first from the left, as forests number their nodes. */
function flatten(root: PlainNode): Flat {
  const flat: Flat = { column: [], threshold: [], missingLeft: [], leafRows: [] };
  const visit = ({ cut, children, rows }: PlainNode): void => {
    if (!cut || !children) {
      flat.leafRows.push(rows.length);
      return;
    }
    flat.column.push(cut.column);
    flat.threshold.push(cut.left);
    flat.missingLeft.push(cut.missingLeft ? 1 : 0);
    for (const child of children) visit(child);
  };
  visit(root);
  return flat;
}

function treeOf({ nodeStarts, feature, missingLeft, threshold }: Forest, t: number): Omit<Flat, 'leafRows'> {
  const part = (array: ArrayLike<number>) => Array.from(array).slice(nodeStarts[t], nodeStarts[t + 1]);
  return { column: part(feature), threshold: part(threshold), missingLeft: part(missingLeft) };
}

describe('growing a tree', () => {
  it.each(Object.keys(CASES))('makes the cuts of the plain oracle: %s', async (name) => {
    const { config, rows = 300, missing = 0, weighted, ...own } = CASES[name];
    const problem = forestProblem(name.length, rows, 6, { classes: own.classes || 3, missing });
    const y = own.classes ? problem.classes : problem.targets;
    const plain = { maxFeatures: 2, bootstrap: true, seed: 5, ...own, ...dataOf(problem, y, weighted) };
    // Equal scores are equal only for the same numbers.
    if (own.criterion === 'squared_error') plain.y = plain.y.map((target) => target - roughMean(y));
    const settings = randomForestConfig.parse(configOf(plain, config), 'random_forest');
    const classes = Array.from({ length: own.classes }, (_, k) => k);
    const { forest } = await trainForest(
      {
        X: problem.X,
        y,
        weights: weighted ? problem.weights : undefined,
        classes,
        featureNames: problem.values.map((_, j) => `f${j}`),
      },
      settings,
      { seed: 5, threads: 2 },
    );
    for (let t = 0; t < 3; t++) {
      const wanted = flatten(growPlainForestTree({ ...plain, tree: t }));
      const grown = treeOf(forest, t);
      expect(wanted.column.length).toBeGreaterThan(3);
      expect(grown.column).toEqual(wanted.column);
      expect(grown.missingLeft).toEqual(wanted.missingLeft);
      // A threshold lies at or above the largest value on its left, below the next one there is.
      grown.threshold.forEach((threshold, i) => {
        expect(threshold).toBeGreaterThanOrEqual(Math.min(wanted.threshold[i], 3.4e38));
      });
      expect(forest.leafStarts[t + 1] - forest.leafStarts[t]).toBe(wanted.leafRows.length);
    }
  });
});

function dataOf({ values, weights }: ForestProblem, y: Float64Array, weighted?: boolean) {
  return { values, y: [...y], ...(weighted ? { weights: [...weights] } : {}) };
}

function configOf(plain: Omit<PlainForestProblem, 'tree'>, config: RandomForestConfig = {}): RandomForestConfig {
  return {
    task: plain.classes > 0 ? 'classification' : 'regression',
    criterion: plain.criterion,
    nTrees: 3,
    maxFeatures: plain.maxFeatures,
    bootstrap: plain.bootstrap,
    extraTrees: plain.extraTrees ?? false,
    maxDepth: plain.maxDepth,
    minSamplesLeaf: plain.minLeaf,
    minSamplesSplit: plain.minSplit,
    maxLeafNodes: plain.maxLeaves,
    ...config,
  };
}
