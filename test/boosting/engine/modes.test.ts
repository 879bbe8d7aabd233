import { describe, expect, it } from 'vitest';
import { GossSampling } from '../../../src/boosting/engine/goss.js';
import { regression } from '../../../src/boosting/engine/objectives/squared.js';
import type { BoostingParams } from '../../../src/boosting/engine/params.js';
import { RowSet } from '../../../src/boosting/engine/row-set.js';
import { createSampler } from '../../../src/boosting/engine/sampling.js';
import { type TrainedBoosting, trainBoosting } from '../../../src/boosting/engine/train.js';
import { ConfigError } from '../../../src/core/errors.js';
import { Random } from '../../../src/core/random.js';
import { predictRows } from '../../../src/trees/predictor.js';
import { aloneContext } from '../../kernels/alone.js';
import { bytesOf, CONTEXT, failure, params, randomData } from './data.js';

const data = randomData(1, 3000, 12, 0);
const validation = randomData(2, 600, 12, 0);
const two = randomData(3, 2000, 8, 2);

const squaredError = (run: TrainedBoosting, rows = validation): number =>
  predictRows(run.ensemble, rows.X).reduce((sum, p, i) => sum + (p - rows.y[i]) ** 2, 0) / rows.X.rows;

const train = (changes: Partial<BoostingParams>, threads = 2) =>
  trainBoosting({ ...data, evalSets: { validation } }, params({ kind: 'regression' }, changes), { seed: 3, threads });

const bagged = { baggingFraction: 0.6, baggingFreq: 1 };

describe.each<[string, Partial<BoostingParams>]>([
  ['dart', { boosting: 'dart', numIterations: 30 }],
  [
    'dart as XGBoost, by trees',
    { boosting: 'dart', dart: { ...params({ kind: 'binary' }).dart, normalize: 'tree', max: 0, skip: 0 } },
  ],
  [
    'dart as XGBoost, by the forest, at least one, uniform',
    {
      boosting: 'dart',
      dart: { rate: 0.05, max: 0, skip: 0.1, uniform: true, atLeastOne: true, normalize: 'forest' },
    },
  ],
  ['a random forest', { boosting: 'rf', ...bagged, featureFraction: 0.8 }],
  ['goss', { goss: { top: 0.2, other: 0.1 }, learningRate: 0.3 }],
  ['three trees side by side', { parallelTrees: 3, ...bagged, learningRate: 0.5 }],
])('%s', (_name, changes) => {
  it('gives the same bytes for 1, 2 and 4 threads', async () => {
    const runs = [];
    for (const threads of [1, 2, 4]) runs.push(await train(changes, threads));
    for (const run of runs) {
      expect(bytesOf(run.ensemble).equals(bytesOf(runs[0].ensemble))).toBe(true);
      expect(run.history).toEqual(runs[0].history);
    }
  });

  it('reports losses that its trees confirm, and learns', async () => {
    const run = await train(changes);
    const last = run.history[run.history.length - 1];
    expect(last.valLoss).toBeCloseTo(squaredError(run), 9);
    expect(last.trainLoss).toBeCloseTo(squaredError(run, data), 9);
    const scores = predictRows(run.ensemble, data.X);
    for (const [i, score] of (run.trainScores ?? []).entries()) expect(score).toBeCloseTo(scores[i], 9);
    const mean = data.y.reduce((a, b) => a + b, 0) / data.y.length;
    const variance = data.y.reduce((a, b) => a + (b - mean) ** 2, 0) / data.y.length;
    expect(last.trainLoss).toBeLessThan(0.8 * variance);
  });

  it('stopped early, it is the model of its best iteration', async () => {
    const noisy = { ...changes, numIterations: 150, earlyStoppingRounds: 4, numLeaves: 63, minDataInLeaf: 2 };
    const run = await train({ learningRate: 0.5, ...noisy });
    if (!run.stoppedEarly) return expect(changes.boosting).toBe('rf');
    expect(run.history.length).toBe(run.bestIteration + 4);
    expect(squaredError(run)).toBeCloseTo(run.history[run.bestIteration - 1].valLoss, 9);
  });
});

describe('dart', () => {
  it('that never drops is plain boosting', async () => {
    const dart = { ...params({ kind: 'binary' }).dart, skip: 1 };
    const [never, plain] = [await train({ boosting: 'dart', dart }), await train({})];
    expect(bytesOf(never.ensemble).equals(bytesOf(plain.ensemble))).toBe(true);
  });

  it('that drops is another model', async () => {
    const [dart, plain] = [await train({ boosting: 'dart' }), await train({})];
    expect(bytesOf(dart.ensemble).equals(bytesOf(plain.ensemble))).toBe(false);
  });
});

describe('a random forest', () => {
  it('is the mean of trees that each predict on the scale of the labels', async () => {
    const run = await train({ boosting: 'rf', ...bagged });
    const trees = run.ensemble.trees.map((tree) => ({ ...tree, leafValue: tree.leafValue.map((v) => v * 20) }));
    for (const tree of trees.slice(0, 3)) {
      const own = { ...run, ensemble: { ...run.ensemble, trees: [tree] } };
      expect(squaredError(own)).toBeLessThan(1.5 * squaredError(run));
    }
  });

  it('without anything random, or from scores to start from, is refused', async () => {
    const forest = params({ kind: 'regression' }, { boosting: 'rf' });
    expect(await failure(trainBoosting(data, forest, CONTEXT))).toBeInstanceOf(ConfigError);
    const start = { ...data, initScore: new Float64Array(3000) };
    expect(await failure(trainBoosting(start, { ...forest, ...bagged }, CONTEXT))).toBeInstanceOf(ConfigError);
  });
});

describe('trees side by side', () => {
  it('without sampling are copies that add up to one', async () => {
    const [one, three] = [await train({ numIterations: 1 }), await train({ numIterations: 1, parallelTrees: 3 })];
    expect(three.ensemble.trees).toHaveLength(3);
    const [a, b] = [predictRows(one.ensemble, validation.X), predictRows(three.ensemble, validation.X)];
    for (const [i, score] of a.entries()) expect(b[i]).toBeCloseTo(score, 12);
  });
});

describe('goss', () => {
  it('keeps the rows of the largest gradients and a draw of the others, weighted up', async () => {
    const { context, arena } = aloneContext({});
    const n = 1000;
    const random = new Random(5);
    const set = new RowSet(
      context,
      arena,
      regression(),
      Float64Array.from({ length: n }, () => random.normal()),
      undefined,
      {
        gradients: true,
      },
    );
    const goss = new GossSampling(context, arena, set, 1, { top: 0.1, other: 0.2 }, 2, 9);
    arena.commit();
    set.fill([0]);
    set.computeGradients();
    expect(goss.draw(1, 0)).toMatchObject({ sample: 0, count: n, restCount: 0 });
    const before = arena.float32(set.gradientsOf(0), 2 * n).slice();
    const { sample, count, rest, restCount } = goss.draw(2, 0);
    const after = arena.float32(set.gradientsOf(0), 2 * n);
    const [kept, left] = [[...arena.uint32(sample, count)], [...arena.uint32(rest, restCount)]];
    expect(kept).toHaveLength(300);
    expect([...kept, ...left].sort((a, b) => a - b)).toEqual([...set.target.keys()]);
    for (const list of [kept, left]) expect(list).toEqual([...list].sort((a, b) => a - b));
    const size = (row: number) => Math.abs(before[2 * row] * before[2 * row + 1]);
    const order = [...set.target.keys()].sort((a, b) => size(b) - size(a));
    const top = new Set(order.slice(0, 100));
    for (const row of top) expect(kept).toContain(row);
    for (const row of kept) {
      const factor = top.has(row) ? 1 : Math.fround(900 / 200);
      expect(after[2 * row]).toBe(Math.fround(before[2 * row] * factor));
      expect(after[2 * row + 1]).toBe(Math.fround(before[2 * row + 1] * factor));
    }
  });

  it('with bagging, with more than all rows, or for a forest is refused', async () => {
    for (const changes of [
      { goss: { top: 0.2, other: 0.1 }, ...bagged },
      { goss: { top: 0.6, other: 0.5 } },
      { goss: { top: 0.2, other: 0.1 }, boosting: 'rf' as const, featureFraction: 0.5 },
    ]) {
      expect(await failure(train(changes))).toBeInstanceOf(ConfigError);
    }
  });
});

describe('bagging', () => {
  const draws = (changes: Partial<BoostingParams>) => {
    const { context, arena } = aloneContext({});
    const set = new RowSet(context, arena, regression(), two.y, undefined, { gradients: true });
    const sampler = createSampler(context, arena, set, 1, params({ kind: 'binary' }, changes), 7);
    arena.commit();
    return (iteration: number) => {
      const { sample, count } = sampler.draw(iteration, 0);
      return [...arena.uint32(sample, count)];
    };
  };

  it('by label takes a share of each', () => {
    const draw = draws({ baggingFreq: 1, posBaggingFraction: 0.3, negBaggingFraction: 0.9 });
    const rows = draw(0);
    const positive = two.y.filter((y) => y === 1).length;
    expect(rows.filter((row) => two.y[row] === 1)).toHaveLength(Math.floor(0.3 * positive));
    expect(rows.filter((row) => two.y[row] === 0)).toHaveLength(Math.floor(0.9 * (2000 - positive)));
    expect(draw(1)).not.toEqual(rows);
  });

  it('draws anew every so many iterations, the same wherever a run begins', () => {
    const [draw, later] = [
      draws({ baggingFraction: 0.5, baggingFreq: 3 }),
      draws({ baggingFraction: 0.5, baggingFreq: 3 }),
    ];
    const rows = draw(0);
    expect(draw(2)).toEqual(rows);
    const next = draw(3);
    expect(next).not.toEqual(rows);
    expect(later(5)).toEqual(next);
  });

  it('by label of values is refused', async () => {
    expect(await failure(train({ baggingFreq: 1, posBaggingFraction: 0.5 }))).toBeInstanceOf(ConfigError);
  });
});

describe('what is watched', () => {
  it('can be a metric that is maximised, and metrics are evaluated on the training rows if asked for', async () => {
    const settings = params(
      { kind: 'binary' },
      {
        metrics: [
          { name: 'binary_logloss', kind: 'logLoss' },
          { name: 'auc', kind: 'auc' },
        ],
        earlyStoppingMetric: 'auc',
        earlyStoppingRounds: 5,
        numIterations: 300,
        learningRate: 0.4,
        trainingMetrics: true,
      },
    );
    const run = await trainBoosting({ ...two, evalSets: { validation: randomData(4, 700, 8, 2) } }, settings, CONTEXT);
    expect(Object.keys(run.evaluations)).toEqual(['train', 'validation']);
    const { auc, binary_logloss } = run.evaluations.validation;
    expect(run.stoppedEarly).toBe(true);
    expect(auc.indexOf(Math.max(...auc)) + 1).toBe(run.bestIteration);
    for (const [i, { valLoss, trainLoss }] of run.history.entries()) {
      expect(binary_logloss[i]).toBeCloseTo(valLoss, 9);
      expect(run.evaluations.train.binary_logloss[i]).toBeCloseTo(trainLoss, 9);
    }
  });

  it('has to be evaluated', async () => {
    expect(await failure(train({ earlyStoppingMetric: 'auc' }))).toBeInstanceOf(ConfigError);
  });
});

describe("the caller's own", () => {
  it('objective with the derivatives of squared error is squared error from 0', async () => {
    const settings = params({ kind: 'regression' }, { boostFromAverage: false });
    const own = await trainBoosting(
      data,
      { ...settings, objective: { kind: 'custom', outputs: 1 } },
      {
        ...CONTEXT,
        objective: (scores, labels) => ({
          gradient: scores.map((s, i) => s - labels[i]),
          hessian: new Float64Array(scores.length).fill(1),
        }),
      },
    );
    const built = await trainBoosting(data, settings, CONTEXT);
    expect(bytesOf(own.ensemble).equals(bytesOf(built.ensemble))).toBe(true);
  });

  it('learning rates, one an iteration, scale the trees', async () => {
    const [slow, fast] = [
      await train({ numIterations: 2, learningRates: [0.1, 0.2] }),
      await train({ numIterations: 2, learningRate: 0.1 }),
    ];
    const [a, b] = [slow.ensemble.trees[1].leafValue, fast.ensemble.trees[1].leafValue];
    for (const [i, value] of a.entries()) expect(value).toBeCloseTo(2 * b[i], 12);
    expect(await failure(train({ learningRates: [0.1] }))).toBeInstanceOf(ConfigError);
  });
});
