import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RandomForestModel } from '../../../src/classical/index.js';
import { InvalidInputError, ModelFormatError, NotFittedError } from '../../../src/core/errors.js';
import { Matrix } from '../../../src/core/matrix.js';
import { deriveSeed, Random } from '../../../src/core/random.js';
import { forestProblem } from './problems.js';

const problem = forestProblem(1, 400, 5, { missing: 0.05 });
const { X, classes, targets } = problem;

/** Weighted accuracy, or R². */
async function plainScore(
  model: RandomForestModel,
  rows: Matrix,
  y: Float64Array,
  weights?: Float32Array,
): Promise<number> {
  const { predictions } = await model.predict(rows);
  const weigh = (of: (i: number) => number) => y.reduce((sum, _, i) => sum + (weights ? weights[i] : 1) * of(i), 0);
  const total = weigh(() => 1);
  if (model.task === 'classification') return weigh((i) => (predictions[i] === y[i] ? 1 : 0)) / total;
  const mean = weigh((i) => y[i]) / total;
  return 1 - weigh((i) => (y[i] - predictions[i]) ** 2) / weigh((i) => (y[i] - mean) ** 2);
}

describe('RandomForestModel', () => {
  let directory = '';
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'holdfast-forest-'));
  });
  afterAll(() => rm(directory, { recursive: true }));

  it('predicts the mean of what the leaves of its trees hold', async () => {
    const model = new RandomForestModel({ task: 'regression', nTrees: 7, bootstrap: false, maxFeatures: 0.5 });
    await model.fit({ X, y: targets });
    const leaves = await model.predictLeaves(X);
    const { predictions } = await model.predict(X);
    // Without bootstrap, a leaf's value is the mean of the targets of the rows that fall into it.
    for (let i = 0; i < 20; i++) {
      let mean = 0;
      for (let t = 0; t < 7; t++) {
        const mates = Array.from(targets.keys()).filter((k) => leaves[k * 7 + t] === leaves[i * 7 + t]);
        mean += mates.reduce((sum, k) => sum + targets[k], 0) / mates.length / 7;
      }
      expect(predictions[i]).toBeCloseTo(mean, 5);
    }
  });

  it('reports the losses of its training rows as prediction gives them', async () => {
    for (const config of [{ nTrees: 12 }, { nTrees: 12, task: 'regression' as const, criterion: 'poisson' as const }]) {
      const model = new RandomForestModel(config);
      const y = config.task ? targets : classes;
      const { trainLoss } = await model.fit({ X, y });
      const { probabilities, predictions } = await model.predict(X);
      let loss = 0;
      for (let i = 0; i < y.length; i++) {
        if (probabilities) loss -= Math.log(Math.max(probabilities.data[i * 3 + y[i]], 1.1920929e-7));
        else loss += (predictions[i] - y[i]) ** 2;
      }
      expect(trainLoss).toBeCloseTo(loss / y.length, 5);
    }
  });

  it('scores rows by the trees that did not see them', async () => {
    const model = new RandomForestModel({ nTrees: 60, oobScore: true, minSamplesLeaf: 5 });
    const { trainAccuracy } = await model.fit({ X, y: classes });
    const outside = model.oobDecisionFunction;
    expect(outside?.rows).toBe(X.rows);
    const hits = Array.from(classes).filter((k, i) => {
      const row = Array.from(outside?.row(i) ?? []);
      expect(row.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 5);
      return row.indexOf(Math.max(...row)) === k;
    });
    expect(model.oobScore).toBeCloseTo(hits.length / X.rows, 10);
    expect(model.oobScore ?? 1).toBeLessThan(trainAccuracy);
    const values = new RandomForestModel({ task: 'regression', nTrees: 60, oobScore: true });
    await values.fit({ X, y: targets });
    expect(values.oobPredictions).toHaveLength(X.rows);
    expect(values.oobDecisionFunction).toBeUndefined();
    expect(values.oobScore ?? 0).toBeGreaterThan(0.2);
  });

  it('leaves rows that every tree saw out of the out-of-bag score', async () => {
    const model = new RandomForestModel({ nTrees: 2, oobScore: true });
    await model.fit({ X, y: classes });
    const unseen = Array.from({ length: X.rows }, (_, i) => model.oobDecisionFunction?.row(i)[0] ?? 0);
    expect(unseen.some(Number.isNaN)).toBe(true);
    expect(Number.isFinite(model.oobScore)).toBe(true);
  });

  it('stops when the out-of-bag loss no longer falls, the same on any number of threads', async () => {
    const counts = [1, 2].map(async (threads) => {
      const model = new RandomForestModel({ nTrees: 400, earlyStoppingRounds: 20, minSamplesLeaf: 20 });
      const metrics = await model.fit({ X, y: classes }, { threads });
      expect(metrics.earlyStopped).toBe(true);
      expect(metrics.evaluations?.oob.log_loss).toHaveLength(model.treeCount / 10);
      return model.treeCount;
    });
    const [one, two] = await Promise.all(counts);
    expect(one).toBe(two);
    expect(one).toBeLessThan(400);
  });

  it('grows the trees of a warm start as one fit would have', async () => {
    const whole = new RandomForestModel({ nTrees: 8 });
    await whole.fit({ X, y: classes });
    const model = new RandomForestModel({ nTrees: 4, warmStart: true });
    await model.fit({ X, y: classes });
    await model.fit({ X, y: classes });
    expect(await model.predictLeaves(X)).toEqual(await whole.predictLeaves(X));
    expect(await model.predict(X)).toEqual(await whole.predict(X));
    await expect(model.fit({ X: problem.X.take([0, 1, 2]), y: [0, 1, 1] })).rejects.toThrow(InvalidInputError);
  });

  it('saves to files that give the same bytes and predictions again', async () => {
    for (const [task, y] of [
      ['classification', classes],
      ['regression', targets],
    ] as const) {
      const model = new RandomForestModel({ task, nTrees: 5, oobScore: true });
      await model.fit({ X, y });
      const [first, second] = [join(directory, `${task}-first`), join(directory, `${task}-second`)];
      await model.save(first);
      expect(await readdir(first)).toContain('model.forest.bin');
      const loaded = await RandomForestModel.load(first);
      expect(loaded.oobScore).toBe(model.oobScore);
      for (const kind of ['gain', 'split', 'cover'] as const)
        expect(loaded.featureImportance(kind)).toEqual(model.featureImportance(kind));
      expect(await loaded.predict(X)).toEqual(await model.predict(X));
      expect(await loaded.predictLeaves(X)).toEqual(await model.predictLeaves(X));
      await loaded.save(second);
      for (const file of await readdir(first)) {
        expect((await readFile(join(second, file))).equals(await readFile(join(first, file)))).toBe(true);
      }
    }
  });

  it('refuses a damaged file', async () => {
    const model = new RandomForestModel({ nTrees: 2 });
    await model.fit({ X, y: classes });
    const place = join(directory, 'damaged');
    await model.save(place);
    const file = join(place, 'model.forest.bin');
    const whole = await readFile(file);
    for (const broken of [
      whole.subarray(0, 20),
      whole.subarray(0, whole.length - 8),
      Buffer.from('no forest at all'),
    ]) {
      await writeFile(file, broken);
      await expect(RandomForestModel.load(place)).rejects.toThrow(ModelFormatError);
    }
  });

  it('has no trees before fit', () => {
    const model = new RandomForestModel();
    expect(() => model.treeCount).toThrow(NotFittedError);
    expect(() => model.oobScore).toThrow(NotFittedError);
  });

  it('finds by permutation the columns that matter', async () => {
    const model = new RandomForestModel({ nTrees: 20, minSamplesLeaf: 10 });
    await model.fit({ X, y: classes });
    const before = X.data.slice();
    const one = await model.permutationImportance({ X, y: classes }, { repeats: 3, threads: 1 });
    expect(X.data).toEqual(before);
    expect(await model.permutationImportance({ X, y: classes }, { repeats: 3, threads: 2 })).toEqual(one);
    expect(one.score).toBeCloseTo(model.trainingMetrics.trainAccuracy, 10);
    // The last two columns are noise.
    for (const j of [0, 1]) expect(one.mean[j]).toBeGreaterThan(3 * Math.max(one.mean[3], one.mean[4], 0.005));
    await expect(model.permutationImportance({ X, y: classes }, { repeats: 0 })).rejects.toThrow(InvalidInputError);
    await expect(model.permutationImportance({ X, y: classes.map((k) => k + 1) })).rejects.toThrow(InvalidInputError);
  });

  it.each([false, true])('measures by permutation what the shuffled rows cost, weighted: %s', async (weighted) => {
    const weights = weighted ? problem.weights : undefined;
    for (const [task, y] of [
      ['classification', classes],
      ['regression', targets],
    ] as const) {
      const model = new RandomForestModel({ task, nTrees: 10 });
      await model.fit({ X, y });
      const { score, mean, deviation } = await model.permutationImportance({ X, y, weights }, { repeats: 2, seed: 11 });
      const whole = await plainScore(model, X, y, weights);
      // Predictions are float32, what is scored within is not.
      expect(score).toBeCloseTo(whole, 6);
      for (let j = 0; j < X.cols; j++) {
        const falls = [];
        for (const repeat of [0, 1]) {
          const random = new Random(deriveSeed(11, 'permutation', j, repeat));
          const order = random.shuffle(Float32Array.from({ length: X.rows }, (_, i) => i));
          const shuffled = Matrix.wrap(X.data.slice(), X.cols);
          order.forEach((from, i) => {
            shuffled.data[i * X.cols + j] = X.data[from * X.cols + j];
          });
          falls.push(whole - (await plainScore(model, shuffled, y, weights)));
        }
        expect(mean[j]).toBeCloseTo((falls[0] + falls[1]) / 2, 6);
        expect(deviation[j]).toBeCloseTo(Math.abs(falls[0] - falls[1]) / 2, 6);
      }
    }
  });

  it('predicts the prior where no column varies', async () => {
    const same = Matrix.zeros(6, 2);
    const model = new RandomForestModel({ bootstrap: false, nTrees: 3 });
    await model.fit({ X: same, y: [0, 0, 1, 1, 1, 1] });
    const { probabilities } = await model.predict(same);
    expect(probabilities?.row(0)[1]).toBeCloseTo(4 / 6, 6);
  });

  it('splits on whether a value is missing', async () => {
    const rows = Array.from({ length: 40 }, (_, i) => [i % 2 === 0 ? Number.NaN : 3]);
    const model = new RandomForestModel({ nTrees: 1, bootstrap: false });
    await model.fit({ X: rows, y: rows.map(([v]) => (Number.isNaN(v) ? 1 : 0)) });
    const { predictions } = await model.predict([[Number.NaN], [3], [1000], [-5]]);
    expect([...predictions]).toEqual([1, 0, 0, 0]);
  });
});
