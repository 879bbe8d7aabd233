import { describe, expect, it } from 'vitest';
import { createObjective } from '../../../src/boosting/engine/objectives.js';
import type { ObjectiveSpec } from '../../../src/boosting/engine/params.js';
import { trainBoosting } from '../../../src/boosting/engine/train.js';
import type { BoostingData, BoostingInput } from '../../../src/boosting/engine/training-data.js';
import { InvalidInputError, TrainingCancelledError } from '../../../src/core/errors.js';
import { exp, log, softmaxInPlace } from '../../../src/core/math.js';
import { Matrix } from '../../../src/core/matrix.js';
import type { ProgressEvent } from '../../../src/core/progress.js';
import { Random } from '../../../src/core/random.js';
import { poolState } from '../../../src/kernels/pool.js';
import { predictRows } from '../../../src/trees/predictor.js';
import type { Ensemble } from '../../../src/trees/tree.js';
import { BUSY_MACHINE } from '../../busy-machine.js';
import { plainBoosting } from '../../oracles/boosting.js';
import { binned, binsOf } from '../../trees/random-rows.js';
import { bytesOf, CONTEXT, failure, params, randomData } from './data.js';

const BINARY: ObjectiveSpec = { kind: 'binary' };
const THREE: ObjectiveSpec = { kind: 'multiclass', classes: 3 };
const SQUARED: ObjectiveSpec = { kind: 'regression' };

/** Mean loss of an ensemble's own predictions. */
function lossOf(ensemble: Ensemble, { X, y, weights }: BoostingData, objective: ObjectiveSpec): number {
  const scores = predictRows(ensemble, X);
  let sum = 0;
  let total = 0;
  for (let i = 0; i < X.rows; i++) {
    const own = scores.slice(i * ensemble.outputs, (i + 1) * ensemble.outputs);
    const w = weights ? weights[i] : 1;
    total += w;
    if (objective.kind === 'regression') sum += w * (own[0] - y[i]) ** 2;
    else if (objective.kind === 'binary') sum += w * log(1 + exp(y[i] === 1 ? -own[0] : own[0]));
    else {
      softmaxInPlace(own, 0, own.length);
      sum -= w * log(own[y[i]]);
    }
  }
  return sum / total;
}

describe('boosting', () => {
  it.each([
    ['binary', BINARY, 2],
    ['three classes', THREE, 3],
    ['regression', SQUARED, 0],
  ] as const)(
    '%s: gives the same bytes for 1, 2 and 4 threads, and losses that its trees confirm',
    async (_n, objective, classes) => {
      const validation = randomData(2, 500, 40, classes);
      const data = { ...randomData(1, 6000, 40, classes), evalSets: { validation } };
      const settings = params(objective, { baggingFraction: 0.7, baggingFreq: 2, featureFraction: 0.8 });
      const runs = [];
      for (const threads of [1, 2, 4]) runs.push(await trainBoosting(data, settings, { seed: 3, threads }));
      for (const run of runs) {
        expect(bytesOf(run.ensemble).equals(bytesOf(runs[0].ensemble))).toBe(true);
        expect(run.history).toEqual(runs[0].history);
      }
      const last = runs[0].history[settings.numIterations - 1];
      expect(last.trainLoss).toBeCloseTo(lossOf(runs[0].ensemble, data, objective), 11);
      expect(last.valLoss).toBeCloseTo(lossOf(runs[0].ensemble, validation, objective), 11);
      expect(last.trainLoss).toBeLessThan(0.8 * runs[0].history[0].trainLoss);
      const another = await trainBoosting(data, settings, { seed: 4, threads: 2 });
      expect(bytesOf(another.ensemble).equals(bytesOf(runs[0].ensemble))).toBe(false);
    },
  );

  it('grows the same trees on every number of threads where rows fade and nodes are scanned twice', {
    timeout: 60_000,
  }, async () => {
    // More than 16,384 rows, few of which still have a hessian after some iterations.
    const random = new Random(5);
    const X = Matrix.zeros(17_000, 16);
    for (let i = 0; i < X.data.length; i++) X.data[i] = random.float();
    const y = Float64Array.from({ length: X.rows }, (_, i) => {
      const [a, b, c] = X.data.subarray(i * 16, i * 16 + 3);
      return a + b * c + 0.1 * random.float() > 0.7 ? 1 : 0;
    });
    const settings = params({ kind: 'binary', sigmoid: 1 }, { numIterations: 60, learningRate: 0.4, numLeaves: 31 });
    const [one, two, four] = await Promise.all(
      [1, 2, 4].map((threads) => trainBoosting({ X, y }, settings, { seed: 3, threads })),
    );
    expect(bytesOf(two.ensemble).equals(bytesOf(one.ensemble))).toBe(true);
    expect(bytesOf(four.ensemble).equals(bytesOf(one.ensemble))).toBe(true);
  });

  it('starts from the base score: the first leaves carry it, and no iteration starts above its loss', async () => {
    const data = randomData(4, 800, 5, 2);
    const mean = data.y.reduce((a, b) => a + b, 0) / data.y.length;
    const deep = await trainBoosting(data, params(BINARY, { numIterations: 1, learningRate: 1e-9 }), CONTEXT);
    for (const value of deep.ensemble.trees[0].leafValue) expect(value).toBeCloseTo(log(mean / (1 - mean)), 6);
    const zero = params(BINARY, { numIterations: 1, learningRate: 1e-9, boostFromAverage: false });
    for (const value of (await trainBoosting(data, zero, CONTEXT)).ensemble.trees[0].leafValue)
      expect(Math.abs(value)).toBeLessThan(1e-6);
  });

  it('treats an integer weight as so many copies of the row', async () => {
    const { X, y } = randomData(5, 400, 6, 2);
    // Few values a column: copies would move the cuts between many.
    for (let p = 0; p < X.data.length; p++) X.data[p] = Math.round(20 * X.data[p]) / 20;
    const random = new Random(5);
    const weights = Float32Array.from({ length: 400 }, () => random.int(4));
    const copies = [...weights].flatMap((w, i) => Array.from({ length: w }, () => i));
    const settings = params(BINARY, { minDataInLeaf: 0, minSumHessianInLeaf: 2, minDataInBin: 1, numLeaves: 8 });
    const weighted = await trainBoosting({ X, y, weights }, settings, CONTEXT);
    const repeated = await trainBoosting(
      { X: X.take(copies), y: Float64Array.from(copies, (i) => y[i]) },
      settings,
      CONTEXT,
    );
    for (const [i, { trainLoss }] of weighted.history.entries()) {
      expect(trainLoss).toBeCloseTo(repeated.history[i].trainLoss, 6);
    }
    const [a, b] = [predictRows(weighted.ensemble, X), predictRows(repeated.ensemble, X)];
    expect(Math.max(...a.map((value, i) => Math.abs(value - b[i])))).toBeLessThan(1e-5);
  });

  it('treats rows of weight 0 as absent', async () => {
    const { X, y } = randomData(6, 900, 6, 3);
    const weights = new Float32Array(900).map((_, i) => (i % 3 === 0 ? 0 : 1));
    const kept = [...weights.keys()].filter((i) => weights[i] > 0);
    for (const i of weights.keys()) if (weights[i] === 0) X.row(i).fill(1e6);
    const part = { X: X.take(kept), y: Float64Array.from(kept, (i) => y[i]), weights: new Float32Array(600).fill(1) };
    const [whole, alone] = await Promise.all([
      trainBoosting({ X, y, weights }, params(THREE), CONTEXT),
      trainBoosting(part, params(THREE), CONTEXT),
    ]);
    expect(bytesOf(whole.ensemble).equals(bytesOf(alone.ensemble))).toBe(true);
  });

  it.each([
    ['binary', BINARY, 2],
    ['multiclass', THREE, 3],
    ['regression', SQUARED, 0],
  ] as const)(
    'equals plain float64 boosting, with weights that span a factor of a million: %s',
    async (name, objective, classes) => {
      const { X, y } = randomData(7, 250, 6, classes);
      const random = new Random(7);
      const weights = Float32Array.from({ length: 250 }, () => 1e-6 ** random.float());
      const settings = params(objective, {
        numIterations: 6,
        numLeaves: 6,
        minDataInLeaf: 0,
        minSumHessianInLeaf: 1e-5,
      });
      const { history } = await trainBoosting({ X, y, weights }, settings, CONTEXT);
      const { context, mapper, matrix } = binned(X);
      const twin = {
        bins: binsOf(context.memory, matrix, mapper),
        valueBins: mapper.cuts.map((cuts) => cuts.length + 1),
        hasMissing: Array.from(mapper.hasMissing, (flag) => flag === 1),
      };
      const base = (await createObjective(objective)).baseScores(y, weights);
      const options = { ...settings, maxLeaves: 6, iterations: 6, order: 'leaf' as const };
      const losses = plainBoosting(twin, y, weights, name, base, options);
      for (const [i, { trainLoss }] of history.entries()) expect(trainLoss / losses[i]).toBeCloseTo(1, 6);
    },
  );

  it('learns from values being missing, and sends them where training did', async () => {
    const random = new Random(8);
    const X = Matrix.zeros(1000, 1);
    const y = new Float64Array(1000);
    for (let i = 0; i < 1000; i++) {
      const missing = random.int(3) === 0;
      X.data[i] = missing ? Number.NaN : random.normal();
      y[i] = missing ? 1 : 0;
    }
    const { ensemble } = await trainBoosting({ X, y }, params(BINARY), CONTEXT);
    const [missing, present] = predictRows(ensemble, Matrix.from([[Number.NaN], [0.3]]));
    expect(missing).toBeGreaterThan(1);
    expect(present).toBeLessThan(-1);
  });

  it('takes one row, one column, columns that say nothing and more columns than rows', async () => {
    const one = await trainBoosting({ X: Matrix.from([[1, 2]]), y: Float64Array.of(3) }, params(SQUARED), CONTEXT);
    expect([...predictRows(one.ensemble, Matrix.from([[5, 5]]))]).toEqual([3]);
    const empty = Matrix.from(Array.from({ length: 50 }, () => [Number.NaN, 4]));
    const y = Float64Array.from({ length: 50 }, (_, i) => i % 2);
    expect((await trainBoosting({ X: empty, y }, params(BINARY), CONTEXT)).history.length).toBe(1);
    const wide = randomData(9, 30, 200, 2);
    const { ensemble } = await trainBoosting(wide, params(BINARY, { minDataInLeaf: 2 }), CONTEXT);
    expect(lossOf(ensemble, wide, BINARY)).toBeLessThan(0.4);
    const narrow = randomData(10, 500, 1, 0);
    expect((await trainBoosting(narrow, params(SQUARED), CONTEXT)).history.length).toBe(20);
  });

  it('keeps the base score where all labels are equal', async () => {
    const X = randomData(11, 60, 3, 2).X;
    const { ensemble, history } = await trainBoosting(
      { X, y: new Float64Array(60).fill(2.5) },
      params(SQUARED),
      CONTEXT,
    );
    expect([...predictRows(ensemble, X)]).toEqual(new Array(60).fill(2.5));
    expect(history.at(-1)?.trainLoss).toBe(0);
  });

  it('stops early on the validation loss and keeps the best iterations', async () => {
    const noise = randomData(12, 600, 6, 2);
    const random = new Random(12);
    for (let i = 0; i < 600; i++) if (random.int(3) === 0) noise.y[i] = 1 - noise.y[i];
    const validation = randomData(13, 300, 6, 2);
    const settings = params(BINARY, { numIterations: 300, earlyStoppingRounds: 10, learningRate: 0.3 });
    const run = await trainBoosting({ ...noise, evalSets: { validation } }, settings, CONTEXT);
    expect(run.stoppedEarly).toBe(true);
    expect(run.history.length).toBe(run.bestIteration + 10);
    expect(run.ensemble.trees.length).toBe(run.bestIteration);
    const losses = run.history.map(({ valLoss }) => valLoss);
    expect(losses.indexOf(Math.min(...losses)) + 1).toBe(run.bestIteration);
    expect(lossOf(run.ensemble, validation, BINARY)).toBeCloseTo(Math.min(...losses), 11);
  });

  it('boosts on an objective from a module', async () => {
    const data = randomData(14, 500, 5, 0);
    const objective: ObjectiveSpec = { kind: 'module', module: new URL('./median-objective.ts', import.meta.url).href };
    const { history } = await trainBoosting(data, params(objective), CONTEXT);
    expect(history[19].trainLoss).toBeLessThan(0.7 * history[0].trainLoss);
  });

  it('reports every phase, in order, up to the last iteration', async () => {
    const events: ProgressEvent[] = [];
    const data = randomData(15, 3000, 30, 2);
    await trainBoosting(data, params(BINARY), { ...CONTEXT, onProgress: (event) => events.push(event) });
    expect(events[0]?.phase).toBe('bin');
    expect(events.at(-1)).toMatchObject({ phase: 'fit', step: 20, total: 20 });
    expect(events.at(-1)?.metrics?.trainLoss).toBeGreaterThan(0);
  });

  it('is cancelled within 200 ms, leaving the pool healthy and the event loop free', BUSY_MACHINE, async () => {
    const data = randomData(16, 40_000, 50, 3);
    const controller = new AbortController();
    let started = (): void => {};
    const running = new Promise<void>((resolve) => {
      started = resolve;
    });
    const onProgress = ({ phase }: ProgressEvent): void => {
      if (phase === 'fit') started();
    };
    const settings = params(THREE, { numIterations: 10_000 });
    const training = failure(trainBoosting(data, settings, { ...CONTEXT, signal: controller.signal, onProgress }));
    await running;
    let last = performance.now();
    let gap = 0;
    const timer = setInterval(() => {
      const now = performance.now();
      gap = Math.max(gap, now - last);
      last = now;
    }, 1);
    await new Promise((resolve) => setTimeout(resolve, 300));
    clearInterval(timer);
    const aborted = performance.now();
    controller.abort();
    expect(await training).toBeInstanceOf(TrainingCancelledError);
    expect(performance.now() - aborted).toBeLessThan(200);
    expect(gap).toBeLessThan(50);
    expect(await poolState()).toMatchObject({ busy: 0, waiting: 0 });
    expect((await trainBoosting(randomData(17, 100, 3, 2), params(BINARY), CONTEXT)).history.length).toBe(20);
  });

  it('refuses data that do not fit together', async () => {
    const { X, y } = randomData(18, 20, 3, 2);
    const other = randomData(19, 20, 4, 2);
    const wrong: BoostingInput[] = [
      { X: Matrix.zeros(0, 3), y: new Float64Array(0) },
      { X, y: y.slice(1) },
      { X, y, weights: new Float32Array(19) },
      { X, y, weights: new Float32Array(20) },
      { X, y, evalSets: { validation: other } },
    ];
    for (const data of wrong)
      expect(await failure(trainBoosting(data, params(BINARY), CONTEXT))).toBeInstanceOf(InvalidInputError);
  });
});
