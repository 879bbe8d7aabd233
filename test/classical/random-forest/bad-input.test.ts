/** What a forest says of data and settings that nothing can be learned from: a typed error with a hint, or what is written here. */
import { describe, expect, it } from 'vitest';
import { RandomForestModel } from '../../../src/classical/random-forest/model.js';
import {
  ConfigError,
  type HoldfastError,
  InvalidInputError,
  NotFittedError,
  TrainingCancelledError,
} from '../../../src/core/errors.js';
import { Matrix } from '../../../src/core/matrix.js';
import { forestProblem } from './problems.js';

const { X, classes, targets } = forestProblem(2, 60, 3, { missing: 0.1 });
const fitForest = (config: object, data: object = {}, options: object = {}) =>
  new RandomForestModel({ nTrees: 8, ...config }).fit({ X, y: classes, ...data }, options);

async function expectRefused(
  call: () => unknown,
  type: abstract new (...args: never[]) => HoldfastError,
  says: RegExp,
) {
  const error = await (async () => call())().then(
    () => undefined,
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(type);
  expect((error as HoldfastError).message).toMatch(says);
  expect((error as HoldfastError).hint.length).toBeGreaterThan(10);
}

describe('a forest refuses data', () => {
  const withValue = (row: number, value: number) => {
    const copy = Matrix.wrap(X.data.slice(), X.cols);
    copy.data[row * X.cols] = value;
    return copy;
  };
  it.each([
    ['of one class', { y: classes.map(() => 2) }, /all labels are 2/],
    ['of one class, where the others have no weight', { weights: classes.map((k) => (k === 1 ? 1 : 0)) }, /all labels/],
    ['whose weights are all zero', { weights: new Float32Array(60) }, /all weights are zero/],
    ['with a negative weight', { weights: classes.map((_, i) => i - 3) }, /3 weights are negative/],
    ['with labels that are not numbers', { y: classes.map((k, i) => (i === 7 ? Number.NaN : k)) }, /1 labels .*rows 7/],
    ['with infinite labels', { y: classes.map((k, i) => (i === 7 ? Number.POSITIVE_INFINITY : k)) }, /rows 7/],
    ['with labels beyond float32', { y: classes.map((k) => k * 1e39) }, /labels are not finite/],
    ['with words for labels', { y: Array.from(classes, String) }, /60 labels/],
    ['without labels', { y: undefined }, /y is undefined/],
    ['with fewer labels than rows', { y: [0, 1] }, /2 values for 60 rows/],
    ['with infinite values', { X: withValue(4, Number.NEGATIVE_INFINITY) }, /-Infinity in row 4, column 0/],
    ['without rows', { X: [], y: [] }, /X is empty/],
    ['without columns', { X: [[], []], y: [0, 1] }, /X is empty/],
    ['of one dimension', { X: [1, 2, 3], y: [0, 1, 0] }, /row 0 is not an array/],
    ['with a row that is none', { X: [[1], null], y: [0, 1] }, /row 1 has no values/],
    ['with sets to evaluate on', { evalSets: { a: { X, y: classes } } }, /for boosting/],
  ])('%s', async (_, data, says) => {
    await expectRefused(() => fitForest({}, data), InvalidInputError, says);
  });

  it('that Poisson cannot have, and values whose squares are beyond float64 only from there on', async () => {
    const negative = targets.map((t) => t - 50);
    await expectRefused(
      () => fitForest({ criterion: 'poisson' }, { y: negative }),
      InvalidInputError,
      /targets from 0 on/,
    );
    const huge = { y: targets.map((t) => t * 1e37) };
    await expect(fitForest({ task: 'regression' }, huge)).resolves.toMatchObject({ trainAccuracy: expect.any(Number) });
    await expectRefused(
      () => fitForest({ task: 'regression' }, { y: targets.map((t) => t * 1e39) }),
      InvalidInputError,
      /not finite/,
    );
  });

  it('that does not go with the trees of a warm start', async () => {
    for (const other of [
      { X, y: classes.map((k) => k + 1) },
      { X, y: classes.map((k) => Math.min(k, 1)) },
      { X: Matrix.wrap(X.data.slice(0, 120), 2), y: classes },
    ]) {
      const model = new RandomForestModel({ nTrees: 2, warmStart: true });
      await model.fit({ X, y: classes });
      await expectRefused(
        () => model.fit(other),
        InvalidInputError,
        /warmStart: the data has other columns or classes/,
      );
    }
  });
});

describe('a forest refuses settings', () => {
  it.each([
    [{ nTree: 5 }, /unknown key 'nTree'/],
    [{ nTrees: 5, n_estimators: 5 }, /same parameter/],
    [{ nTrees: 0 }, /nTrees/],
    [{ nTrees: '10' }, /nTrees/],
    [{ maxDepth: 0 }, /maxDepth/],
    [{ minSamplesLeaf: 1.5 }, /'minSamplesLeaf': has to be a whole number from 1, or a share above 0 and below 1/],
    [{ minSamplesSplit: 1 }, /'minSamplesSplit': has to be a whole number from 2, or a share/],
    [{ maxSamples: 0 }, /'maxSamples': has to be a share above 0/],
    [{ maxSamples: 1.5 }, /'maxSamples': has to be a share above 0 and up to 1, a whole number from 2/],
    [{ maxSamples: Number.NaN }, /'maxSamples'/],
    [{ maxFeatures: 2.5 }, /'maxFeatures': has to be 'sqrt', 'log2', a share/],
    [{ oobScore: true, bootstrap: false }, /'oobScore': needs bootstrap: true/],
    [{ oobScore: true, extraTrees: true }, /'oobScore': needs bootstrap: true/],
    [{ earlyStoppingRounds: 5, bootstrap: false }, /'earlyStoppingRounds': needs bootstrap: true/],
    [{ maxSamples: 0.5, bootstrap: false }, /'maxSamples': needs bootstrap: true/],
    [{ classWeight: { 5: 1 } }, /names '5', which is not a label/],
    [{ classWeight: { 0: 0, 1: 0, 2: 0 } }, /gives every class the weight 0/],
    [{ maxSamples: 61 }, /maxSamples is 61, there are 60 rows/],
  ])('%j', async (config, says) => {
    await expectRefused(() => fitForest(config), ConfigError, says);
  });
});

describe('a forest takes', () => {
  it('more columns than rows', async () => {
    const wide = forestProblem(3, 9, 80);
    const model = new RandomForestModel({ nTrees: 60, oobScore: true });
    await model.fit({ X: wide.X, y: wide.classes });
    expect([...(await model.predict(wide.X)).predictions]).toEqual([...wide.classes]);
    expect(model.oobScore).toBeLessThan(1);
  });

  it('one row for regression, whose value it predicts; there is nothing out of bag, which it says', async () => {
    const model = new RandomForestModel({ task: 'regression', nTrees: 3, oobScore: true, earlyStoppingRounds: 1 });
    const { warnings, earlyStopped } = await model.fit({ X: [[1, 2]], y: [7.5] });
    expect([...(await model.predict([[9, Number.NaN]])).predictions]).toEqual([7.5]);
    expect(model.oobScore).toBeNaN();
    expect(earlyStopped).toBe(false);
    expect(warnings).toEqual([expect.stringMatching(/^random_forest: 1 rows are in every tree/)]);
  });

  it('limits beyond what there is: a leaf is then the mean, a column drawn is one there is', async () => {
    const model = new RandomForestModel({ nTrees: 4, minSamplesLeaf: 1000, bootstrap: false });
    await model.fit({ X, y: classes });
    const { probabilities } = await model.predict([[0, 0, 0]]);
    for (const k of [0, 1, 2]) {
      expect(probabilities?.data[k]).toBeCloseTo(classes.filter((own) => own === k).length / 60, 6);
    }
    await expect(fitForest({ maxFeatures: 50 })).resolves.toMatchObject({ warnings: [] });
  });
});

describe('a fitted forest', () => {
  const fitted = async () => {
    const model = new RandomForestModel({ nTrees: 4 });
    await model.fit({ X, y: classes });
    return model;
  };

  it('refuses other columns, infinities and what is no table in everything that predicts', async () => {
    const model = await fitted();
    for (const call of [
      (rows: never) => model.predict(rows),
      (rows: never) => model.predictLeaves(rows),
      (rows: never) => model.permutationImportance({ X: rows, y: classes }),
    ]) {
      await expectRefused(() => call([[1, 2]] as never), InvalidInputError, /X has 2 columns, .* trained on 3/);
      await expectRefused(() => call([[1, 2, Number.POSITIVE_INFINITY]] as never), InvalidInputError, /Infinity/);
      await expectRefused(() => call([1, 2, 3] as never), InvalidInputError, /row 0 is not an array/);
      await expectRefused(() => call(undefined as never), InvalidInputError, /X is undefined/);
    }
  });

  it('refuses a permutation importance without rows, data or sense', async () => {
    const model = await fitted();
    const data = { X, y: classes };
    const refused = (call: () => Promise<unknown>, says: RegExp) => expectRefused(call, InvalidInputError, says);
    await refused(() => model.permutationImportance(undefined as never), /X is undefined/);
    await refused(() => model.permutationImportance({ X: [], y: [] }), /X is empty/);
    await refused(() => model.permutationImportance({ X, y: classes.slice(1) }), /59 values for 60 rows/);
    await refused(
      () => model.permutationImportance({ ...data, weights: new Float32Array(60) }),
      /all weights are zero/,
    );
    await refused(() => model.permutationImportance(data, { repeats: 1.5 }), /repeats from 1/);
    await refused(() => model.permutationImportance(data, { seed: -1 }), /seed from 0/);
    await expectRefused(
      () => model.permutationImportance(data, { signal: AbortSignal.abort() }),
      TrainingCancelledError,
      /Permutation importance was cancelled/,
    );
  });

  it('that was cancelled half-way has no trees', async () => {
    const model = new RandomForestModel({ nTrees: 100_000 });
    const controller = new AbortController();
    const fitting = model.fit(
      { X, y: classes },
      { signal: controller.signal, onProgress: ({ step }) => step > 3 && controller.abort() },
    );
    await expectRefused(() => fitting, TrainingCancelledError, /cancelled/);
    expect(() => model.treeCount).toThrow(NotFittedError);
    expect(() => model.oobScore).toThrow(NotFittedError);
  });
});
