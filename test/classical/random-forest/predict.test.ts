/** Prediction by the kernel: the bits of the plain walk, on any number of threads. */
import { describe, expect, it } from 'vitest';
import { type RandomForestConfig, randomForestConfig } from '../../../src/classical/random-forest/config.js';
import { emptyForest, type Forest, sizeOf } from '../../../src/classical/random-forest/forest.js';
import { reservePacked } from '../../../src/classical/random-forest/packed-forest.js';
import { predictForest } from '../../../src/classical/random-forest/predict.js';
import type { PredictArgs } from '../../../src/classical/random-forest/predict-job.js';
import { trainForest } from '../../../src/classical/random-forest/train.js';
import { ownModule } from '../../../src/core/location.js';
import { Matrix } from '../../../src/core/matrix.js';
import { runJob } from '../../../src/kernels/pool.js';
import { shared } from '../../../src/kernels/shared.js';
import { plainForestMeans } from '../../oracles/forest.js';
import { type ForestProblem, forestProblem } from './problems.js';

interface Case {
  classes: number;
  cols?: number;
  missing?: number;
  config?: RandomForestConfig;
}

const CASES: Record<string, Case> = {
  'two classes': { classes: 2 },
  'three classes, missing values': { classes: 3, missing: 0.2 },
  'seven classes, leaves of five rows': { classes: 7, missing: 0.05, config: { minSamplesLeaf: 5 } },
  'targets, missing values': { classes: 0, missing: 0.2 },
  'extra trees': { classes: 3, config: { extraTrees: true } },
  'few leaves': { classes: 3, missing: 0.1, config: { maxLeafNodes: 5 } },
  'some trees that are one leaf': { classes: 2, config: { minImpurityDecrease: 0.135 } },
  'one column': { classes: 3, cols: 1, missing: 0.3 },
  '300 columns': { classes: 2, cols: 300 },
};
/** So that their walks go to the job. */
const TREES = 60;
const ROWS = 601;

async function grown({ classes, config }: Case, problem: ForestProblem): Promise<Forest> {
  const { X, values, targets } = problem;
  const settings = randomForestConfig.parse(
    {
      nTrees: TREES,
      task: classes > 0 ? 'classification' : 'regression',
      ...config,
    },
    'random_forest',
  );
  const labels = Array.from({ length: classes }, (_, k) => k);
  const data = {
    X,
    y: classes > 0 ? problem.classes : targets,
    classes: labels,
    featureNames: values.map((_, j) => `f${j}`),
  };
  return (await trainForest(data, settings, { seed: 5, threads: 2 })).forest;
}

const means = (forest: Forest, X: Matrix) =>
  Float64Array.from(Array.from({ length: X.rows }, (_, i) => plainForestMeans(forest, X.row(i))).flat());

describe('prediction of many rows', () => {
  it.each(Object.entries(CASES))(
    '%s: the same bits as walking node by node, for 1, 2 and 4 threads',
    async (_, what) => {
      const { classes, cols = 6, missing } = what;
      const problem = forestProblem(8, 300, cols, { classes: Math.max(2, classes), missing });
      const forest = await grown(what, problem);
      const { X } = forestProblem(9, ROWS, cols, { levels: 14, missing });
      const expected = means(forest, X);
      expect(reservePacked(forest)).toBeDefined();
      for (const threads of [1, 2, 4, 1]) expect(await predictForest(forest, X, threads)).toEqual(expected);
      // A single row at a time is walked here.
      const one = await predictForest(forest, X.take([17]), 1);
      expect(one).toEqual(expected.slice(17 * forest.outputs, 18 * forest.outputs));
    },
  );

  it('has trees of one leaf and others in the case that says so', async () => {
    const what = CASES['some trees that are one leaf'];
    const { nodeStarts } = await grown(what, forestProblem(8, 300, 6, { classes: 2 }));
    const sizes = Array.from({ length: TREES }, (_, t) => nodeStarts[t + 1] - nodeStarts[t]);
    expect(sizes).toContain(0);
    expect(Math.max(...sizes)).toBeGreaterThan(0);
  });

  it('without a layout is a walk with the same bits', async () => {
    const problem = forestProblem(8, 300, 6, { missing: 0.1 });
    const forest = await grown({ classes: 3 }, problem);
    const { X } = forestProblem(9, ROWS, 6, { missing: 0.1 });
    const out = new Float64Array(new SharedArrayBuffer(ROWS * 3 * 8));
    const args: PredictArgs = { forest, filled: false, data: await shared(X.data), rows: ROWS, means: out };
    await runJob({ module: ownModule('classical/random-forest/predict-job'), args, threads: 2, doing: 'Prediction' });
    expect(out).toEqual(means(forest, X));
  });

  it('takes infinite thresholds and the ends of float32 as comparisons do', async () => {
    const ends = [-3.4028234663852886e38, -1e-45, 0, 1e-45, 1, 3.4028234663852886e38, Number.NaN];
    const forest = emptyForest({ trees: 1, nodes: 6, leaves: 7, values: 7 }, 1, 1);
    forest.nodeStarts.set([0, 6]);
    forest.leafStarts.set([0, 7]);
    forest.threshold.set(ends.slice(0, 6));
    // A chain: what is not above the threshold is a leaf, in ascending order.
    for (let i = 0; i < 6; i++) forest.children.set([~i, i < 5 ? i + 1 : ~6], 2 * i);
    forest.leafValue.set([0, 1, 2, 3, 4, 5, 6]);
    forest.values.set([0, 1, 2, 3, 4, 5, 6]);
    const X = Matrix.wrap(
      Float32Array.from({ length: 40_001 }, (_, i) => ends[i % ends.length]),
      1,
    );
    expect(sizeOf(forest).trees * X.rows).toBeGreaterThan(30_000);
    expect([...(await predictForest(forest, X, 2)).subarray(0, 7)]).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });
});

describe('a layout', () => {
  it('is not made where columns and slots need more than 30 bits', () => {
    const forest = emptyForest({ trees: 1, nodes: 3, leaves: 4, values: 4 }, 1, 1);
    forest.nodeStarts.set([0, 3]);
    forest.leafStarts.set([0, 4]);
    expect(reservePacked({ ...forest, features: 2 ** 27 })).toBeDefined();
    expect(reservePacked({ ...forest, features: 2 ** 28 })).toBeUndefined();
  });
});
