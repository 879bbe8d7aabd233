/** The prediction kernels of symmetric trees against one condition at a time. */
import { describe, expect, it } from 'vitest';
import type { CatBoostEnsemble } from '../../../src/boosting/catboost/ensemble.js';
import { planPrediction } from '../../../src/boosting/catboost/plan.js';
import { BlockPredictor, finishScores } from '../../../src/boosting/catboost/predict-block.js';
import { run } from '../../../src/boosting/catboost/predict-job.js';
import { CatBoostPredictor } from '../../../src/boosting/catboost/predictor.js';
import { packSymmetric } from '../../../src/boosting/catboost/symmetric-trees.js';
import { Matrix } from '../../../src/core/matrix.js';
import { Random } from '../../../src/core/random.js';
import { aloneContext } from '../../kernels/alone.js';
import { rawScores } from '../../oracles/catboost-predict.js';
import { NAMES, randomModel, randomRows } from './random-models.js';

/** Raw scores by trees from .. to-1, by the kernels or without them. */
async function sums(
  ensemble: CatBoostEnsemble,
  X: Matrix,
  way: 'kernel' | 'plain',
  from = 0,
  to = ensemble.trees.length,
): Promise<Float64Array> {
  const plan = planPrediction(ensemble, NAMES);
  const scores = new Float64Array(X.rows * plan.outputs);
  if (way === 'plain') {
    new BlockPredictor(plan).addScores(X.data, X.cols, 0, X.rows, scores, from, to);
    finishScores(plan, scores, from);
  } else {
    const { data, cols, rows } = X;
    run(
      aloneContext({ plan, packed: await packSymmetric(plan), data, cols, rows, scores, firstTree: from, endTree: to })
        .context,
    );
  }
  return scores;
}

/** Trees of numeric conditions: `depths` of them, borders from a list of `borders`. */
function numericModel(random: Random, depths: number[], borders: number, outputs: number): CatBoostEnsemble {
  const list = Array.from({ length: borders }, () => Math.fround(random.normal()));
  return {
    features: 3,
    outputs,
    scale: 1,
    bias: new Float64Array(outputs),
    floatFeatures: (['AsTrue', 'AsFalse', 'AsIs'] as const).map((nan, column) => ({ column, hasNans: true, nan })),
    categoricalFeatures: [],
    ctrs: [],
    ctrTables: [],
    trees: depths.map((depth) => ({
      kind: 'symmetric',
      conditions: Array.from({ length: depth }, () => ({
        kind: 'float',
        feature: random.int(3),
        border: list[random.int(borders)],
      })),
      leafValues: Float64Array.from({ length: 2 ** depth * outputs }, () => random.normal()),
      leafWeights: new Float64Array(2 ** depth),
    })),
  };
}

function numericRows(random: Random, rows: number): Matrix {
  const X = Matrix.zeros(rows, 3);
  X.data.forEach((_, p) => {
    X.data[p] = random.int(9) === 0 ? Number.NaN : random.normal();
  });
  return X;
}

describe('symmetric trees by kernels', () => {
  it.each([0, 1, 2, 6, 7, 8, 9, 12, 16])('score as one condition at a time: %d conditions', async (depth) => {
    for (const outputs of [1, 3]) {
      const random = new Random(depth);
      const ensemble = numericModel(random, [3, 3, depth, depth, 1, depth, 5], 40, outputs);
      const X = numericRows(random, 401);
      const scores = await sums(ensemble, X, 'kernel');
      expect(scores).toEqual(await sums(ensemble, X, 'plain'));
      for (const i of [0, 200, 400]) {
        expect([...scores.subarray(i * outputs, (i + 1) * outputs)]).toEqual(rawScores(ensemble, X.row(i)));
      }
    }
  });

  it.each([1, 7, 16, 17, 96, 97, 384, 385, 1000])('whatever the number of rows: %d', async (rows) => {
    const random = new Random(rows);
    const ensemble = numericModel(random, [6, 5, 6, 4, 6, 0, 9, 6], 30, 1 + (rows % 2));
    const X = numericRows(random, rows);
    expect(await sums(ensemble, X, 'kernel')).toEqual(await sums(ensemble, X, 'plain'));
  });

  it.each([254, 255, 600, 3000])('whatever the number of borders: %d', async (borders) => {
    const random = new Random(borders);
    const ensemble = numericModel(random, new Array(600).fill(6), borders, 1);
    const X = numericRows(random, 390);
    expect(await sums(ensemble, X, 'kernel')).toEqual(await sums(ensemble, X, 'plain'));
  });

  it('with categories, their statistics and one-hot conditions', async () => {
    for (let seed = 0; seed < 12; seed++) {
      const { ensemble } = randomModel({ seed, outputs: 1 + 2 * (seed % 2), trees: 20 });
      const X = randomRows(500, seed);
      expect(await sums(ensemble, X, 'kernel')).toEqual(await sums(ensemble, X, 'plain'));
    }
  });

  it('by ranges of trees', async () => {
    const random = new Random(3);
    const ensemble = numericModel(random, [6, 5, 6, 4, 6, 2, 9, 6, 3], 30, 1);
    const X = numericRows(random, 100);
    for (const [from, to] of [
      [0, 1],
      [2, 9],
      [3, 3],
      [6, 8],
    ]) {
      expect(await sums(ensemble, X, 'kernel', from, to)).toEqual(await sums(ensemble, X, 'plain', from, to));
    }
  });

  it('with borders that nothing is above', async () => {
    const random = new Random(8);
    const ensemble = numericModel(random, [2, 3, 4], 5, 1);
    for (const { conditions } of ensemble.trees) {
      for (const condition of conditions) {
        if (condition.kind === 'float' && random.int(2) === 0) condition.border = Number.POSITIVE_INFINITY;
      }
    }
    const X = numericRows(random, 60);
    expect(await sums(ensemble, X, 'kernel')).toEqual(await sums(ensemble, X, 'plain'));
  });
});

describe('rows that come alone', () => {
  it('have the bits of all at once, whatever is infinite, missing or no number', () => {
    const random = new Random(17);
    const ensemble = numericModel(random, [6, 6, 0, 8, 1, 9, 6], 40, 1);
    const special = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN, 0, -0];
    for (const { conditions } of ensemble.trees) {
      for (const [d, condition] of conditions.entries()) {
        if (d % 4 === 3 && condition.kind === 'float') condition.border = special[random.int(5)];
      }
    }
    const X = numericRows(random, 60);
    for (let p = 0; p < X.data.length; p += 4) X.data[p] = special[random.int(5)];
    const plan = planPrediction(ensemble, NAMES);
    const predictor = new BlockPredictor(plan);
    const scored = (row: number, rows: number, from: number, to: number) => {
      const scores = new Float64Array(rows);
      predictor.addScores(X.data, X.cols, row, row + rows, scores, from, to);
      return scores;
    };
    for (const [from, to] of [
      [0, 7],
      [2, 5],
    ]) {
      const all = scored(0, 60, from, to);
      for (let row = 0; row + 3 <= 60; row++) {
        for (const rows of [1, 3]) expect(scored(row, rows, from, to)).toEqual(all.slice(row, row + rows));
      }
    }
  });
});

it('workers make of many rows the probabilities that few rows have, on 1, 2 and 3 threads', async () => {
  for (const [loss, outputs, order] of [
    ['Logloss', 1, [1, 0]],
    ['MultiClass', 3, [2, 0, 1]],
    ['MultiClassOneVsAll', 3, [0, 2, 1]],
  ] as const) {
    const random = new Random(outputs);
    const ensemble = { ...numericModel(random, [3, 6, 2], 30, outputs), scale: 0.5 };
    ensemble.bias.fill(0.25);
    const X = numericRows(random, 200_000);
    const rule = { loss, outputs, order };
    const predictor = new CatBoostPredictor({ ensemble });
    const rows = [199_999, 0, 777];
    const few = (await predictor.output(X.take(rows), [0, 3], rule, { threads: 1 })) as Matrix;
    for (const threads of [1, 2, 3]) {
      const all = (await predictor.output(X, [0, 3], rule, { threads })) as Matrix;
      expect(all.take(rows).data).toEqual(few.data);
      expect(all.data.every((p) => p >= 0 && p <= 1)).toBe(true);
    }
  }
});
