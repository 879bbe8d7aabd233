/** shapValues: equal to the definition on small models, adds up, the same for any number of threads, and honest about bad input. */
import { describe, expect, it } from 'vitest';
import { CatBoostModel, LightGBMModel, XGBoostModel } from '../../src/boosting/index.js';
import { LogisticRegressionModel, RandomForestModel, RidgeModel, SVMModel } from '../../src/classical/index.js';
import { Matrix } from '../../src/core/matrix.js';
import { Random } from '../../src/core/random.js';
import { VotingModel } from '../../src/ensemble/index.js';
import { meanAbsolute, type ShapResult, shapValues } from '../../src/explain/index.js';
import type { BaseModel } from '../../src/model/base-model.js';
import { pathGame, shapley, shapleyInteractions } from '../oracles/shapley.js';

const COLUMNS = 5;

function data(rows: number, classes: number, { missing = 0, categories = false } = {}) {
  const random = new Random(7);
  const X = Array.from({ length: rows }, () =>
    Array.from({ length: COLUMNS }, (_, j) =>
      categories && j === 1 ? random.int(6) : Math.round(8 * random.normal()) / 4,
    ),
  );
  const score = X.map(([a, b, c, d]) => a * c + Math.abs(b) - d + 0.2 * random.normal());
  const sorted = [...score].sort((a, b) => a - b);
  const label = (value: number) =>
    Array.from({ length: classes - 1 }, (_, k) => sorted[Math.floor(((k + 1) * rows) / classes)]).filter(
      (b) => value > b,
    ).length;
  const y = score.map((value) => (classes === 0 ? value : label(value)));
  if (missing > 0)
    for (const row of X) for (let j = 0; j < COLUMNS; j++) if (j !== 1 && random.float() < missing) row[j] = Number.NaN;
  return { X, y };
}

const small = { minDataInLeaf: 3, numLeaves: 9, numIterations: 6 };
const CASES: [string, BaseModel, ReturnType<typeof data>][] = [
  ['lightgbm, missing values', new LightGBMModel(small), data(120, 2, { missing: 0.1 })],
  [
    'lightgbm, categories',
    new LightGBMModel({ ...small, categoricalFeatures: [1], catSmooth: 1, minDataPerGroup: 3 }),
    data(150, 3, { categories: true }),
  ],
  ['xgboost', new XGBoostModel({ nEstimators: 5, maxDepth: 4 }), data(120, 3, { missing: 0.1 })],
  ['catboost', new CatBoostModel({ iterations: 6, depth: 4 }), data(120, 2)],
  [
    'catboost, lossguide',
    new CatBoostModel({ iterations: 6, growPolicy: 'Lossguide', maxLeaves: 9, task: 'regression' }),
    data(120, 0),
  ],
  ['catboost, multiclass', new CatBoostModel({ iterations: 4, depth: 3 }), data(120, 3)],
  ['random forest', new RandomForestModel({ nTrees: 5 }), data(90, 3)],
  ['random forest, regression', new RandomForestModel({ nTrees: 4, task: 'regression' }), data(90, 0)],
];

/** Values (rows, outputs, features) as nested lists. */
const nested = ({ values, rows, outputs, features }: ShapResult) =>
  Array.from({ length: rows }, (_, i) =>
    Array.from({ length: outputs }, (_, k) => [
      ...values.subarray((i * outputs + k) * features, (i * outputs + k + 1) * features),
    ]),
  );

const close = (own: ArrayLike<number>, wanted: ArrayLike<number>) => {
  expect(own.length).toBe(wanted.length);
  for (let i = 0; i < own.length; i++) expect(Math.abs(own[i] - wanted[i])).toBeLessThan(1e-9);
};

describe('shapValues of trees', () => {
  it.each(CASES)('are the definition, pairs too: %s', async (_name, model, { X, y }) => {
    await model.fit({ X, y });
    const { explanation } = model.toExplanation();
    if (explanation?.kind !== 'trees') throw new Error('no trees');
    const rows = X.slice(0, 4);
    const result = await shapValues(model, rows, { interactions: true });
    const slots = explanation.slotsOf ? await explanation.slotsOf(Matrix.from(rows)) : Matrix.from(rows);
    const width = COLUMNS * COLUMNS;
    for (const [i, row] of nested(result).entries()) {
      for (let k = 0; k < explanation.outputs; k++) {
        const output = explanation.complement ? 1 : k;
        const game = pathGame(explanation, slots.row(i), k);
        close(row[output], shapley(game, COLUMNS));
        close([result.baseValues[output]], [game(0)]);
        const at = (i * result.outputs + output) * width;
        const pairs = result.interactions?.subarray(at, at + width) ?? [];
        close(pairs, shapleyInteractions(game, COLUMNS).flat());
      }
    }
  });

  it.each(CASES)('beside a background are the definition, pairs too: %s', async (_name, model, { X, y }) => {
    await model.fit({ X, y });
    const { explanation } = model.toExplanation();
    if (explanation?.kind !== 'trees') throw new Error('no trees');
    const rows = X.slice(0, 3);
    const background = X.slice(40, 47);
    const result = await shapValues(model, rows, { background, interactions: true });
    const width = COLUMNS * COLUMNS;
    for (const [i, row] of nested(result).entries()) {
      const mixed = Array.from({ length: 2 ** COLUMNS }, (_, s) =>
        background.map((other) => other.map((value, j) => (s & (1 << j) ? rows[i][j] : value))),
      );
      const scores = await explanation.scores(Matrix.from(mixed.flat()), 1);
      for (let k = 0; k < explanation.outputs; k++) {
        const output = explanation.complement ? 1 : k;
        const game = (s: number) =>
          background.reduce((sum, _, r) => sum + scores[(s * background.length + r) * explanation.outputs + k], 0) /
          background.length;
        // XGBoost predicts in float32.
        const near = (own: ArrayLike<number>, wanted: number[]) => {
          for (const [j, value] of wanted.entries()) expect(Math.abs(own[j] - value)).toBeLessThan(3e-6);
        };
        near(row[output], shapley(game, COLUMNS));
        near([result.baseValues[output]], [game(0)]);
        const at = (i * result.outputs + output) * width;
        near(result.interactions?.subarray(at, at + width) ?? [], shapleyInteractions(game, COLUMNS).flat());
      }
    }
  });

  it('of categories add up through combined statistics', async () => {
    const { X, y } = data(200, 2, { categories: true });
    for (const row of X) row[3] = Math.abs(Math.round(row[3]));
    const model = new CatBoostModel({
      iterations: 20,
      depth: 4,
      categoricalFeatures: [1, 3],
      maxCtrComplexity: 2,
      oneHotMaxSize: 2,
    });
    await model.fit({ X, y });
    const { values, baseValues, features } = await shapValues(model, X);
    const scores = await model.predictScores(X);
    for (const [i, score] of scores.entries()) {
      const sum = values.subarray(i * features, (i + 1) * features).reduce((a, b) => a + b, baseValues[0]);
      expect(Math.abs(sum - score)).toBeLessThan(1e-9);
    }
  });

  it('are the same bytes for 1, 2 and 4 threads, and for a row alone', async () => {
    const { X, y } = data(300, 3, { missing: 0.1 });
    const model = new LightGBMModel(small);
    await model.fit({ X, y });
    for (const options of [{}, { background: X.slice(0, 20) }, { interactions: true }]) {
      const [one, two, four] = await Promise.all(
        [1, 2, 4].map((threads) => shapValues(model, X, { ...options, threads })),
      );
      expect(two.values).toEqual(one.values);
      expect(four.values).toEqual(one.values);
      expect(four.interactions).toEqual(one.interactions);
      const alone = await shapValues(model, [X[137]], options);
      const size = one.outputs * one.features;
      expect([...alone.values]).toEqual([...one.values.subarray(137 * size, 138 * size)]);
    }
  });

  it('survive save and load, and name outputs and features', async () => {
    const { X, y } = data(100, 3);
    const model = new RandomForestModel({ nTrees: 3 });
    await model.fit({ X, y: y.map((label) => 10 * label), featureNames: ['a', 'b', 'c', 'd', 'e'] });
    const result = await shapValues(model, X.slice(0, 5));
    expect(result).toMatchObject({
      rows: 5,
      features: 5,
      outputs: 3,
      unit: 'probability',
      method: 'tree-path-dependent',
    });
    expect(result.outputNames).toEqual(['0', '10', '20']);
    expect(result.featureNames).toEqual(['a', 'b', 'c', 'd', 'e']);
    const means = meanAbsolute(result);
    close(
      means,
      [0, 1, 2].map((k) => [...meanAbsolute(result, k)]).reduce((a, b) => a.map((value, j) => value + b[j])),
    );
  });

  it('stop when they are cancelled, and report how far they are', async () => {
    const { X, y } = data(400, 2);
    const model = new LightGBMModel(small);
    await model.fit({ X, y });
    const steps: number[] = [];
    await shapValues(model, X, { onProgress: ({ step, total }) => steps.push(step / (total ?? 0)) });
    expect(steps.at(-1)).toBeLessThanOrEqual(1);
    expect(steps).toEqual([...steps].sort((a, b) => a - b));
    await expect(shapValues(model, X, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'TRAINING_CANCELLED',
    });
  });
});

describe('shapValues of linear models', () => {
  it.each([
    ['logistic', new LogisticRegressionModel(), data(120, 2), 'margin'],
    ['logistic, three classes', new LogisticRegressionModel(), data(120, 3), '0'],
    ['ridge', new RidgeModel({ task: 'regression' }), data(120, 0), 'value'],
    ['svm', new SVMModel({ kernel: 'linear' }), data(80, 2), 'margin'],
    ['svm, pairs of classes', new SVMModel({ kernel: 'linear' }), data(80, 3), '0 or 1'],
  ] as const)('are weights times distances from the mean: %s', async (_name, model, { X, y }, first) => {
    // A column without values is left out of the model, and gaps are filled.
    const own = X.map((row) => [...row.slice(0, 2), Number.NaN, ...row.slice(2)]);
    own[3][0] = Number.NaN;
    await model.fit({ X: own, y });
    const background = own.slice(0, 30);
    const result = await shapValues(model, own.slice(0, 10), { background, interactions: true });
    expect(result.outputNames[0]).toBe(first);
    expect(result.method).toBe('linear');
    const input = (await model.toOwnInput(own.slice(0, 10))) as Matrix;
    const others = (await model.toOwnInput(background)) as Matrix;
    const { explanation } = model.toExplanation();
    if (explanation?.kind !== 'linear') throw new Error('no weights');
    const kept = [0, 1, 3, 4, 5];
    for (let i = 0; i < 10; i++) {
      for (let k = 0; k < explanation.outputs; k++) {
        const at = (i * explanation.outputs + k) * 6;
        expect(result.values[at + 2]).toBe(0);
        const wanted = kept.map((_, j) => {
          let mean = 0;
          for (let r = 0; r < 30; r++) mean += others.row(r)[j] / 30;
          return explanation.weights[k * 5 + j] * (input.row(i)[j] - mean);
        });
        close(
          kept.map((j) => result.values[at + j]),
          wanted,
        );
        close(
          kept.map((j) => result.interactions?.[(at + j) * 6 + j] ?? Number.NaN),
          wanted,
        );
      }
    }
  });

  it('compare with 0 where there is no background and the model allows it', async () => {
    const { X, y } = data(120, 2);
    const model = new XGBoostModel({ booster: 'gblinear', nEstimators: 10 });
    await model.fit({ X, y });
    const { values, baseValues, features } = await shapValues(model, X);
    const scores = await model.predictScores(X);
    for (const [i, score] of scores.entries()) {
      const sum = values.subarray(i * features, (i + 1) * features).reduce((a, b) => a + b, baseValues[0]);
      expect(Math.abs(sum - score)).toBeLessThan(1e-5);
    }
  });
});

describe('bad input of shapValues', () => {
  const { X, y } = data(80, 2);

  it('is named', async () => {
    const model = new LightGBMModel(small);
    await expect(shapValues(model, X)).rejects.toMatchObject({ code: 'NOT_FITTED' });
    await model.fit({ X, y });
    const failing: [unknown, unknown, RegExp, string][] = [
      [X, { interaction: true }, /unknown option 'interaction'/, 'CONFIG'],
      [X, { interactions: 1 }, /interactions has to be true or false/, 'CONFIG'],
      [X, 3, /options are not an object/, 'CONFIG'],
      [X, { background: [] }, /background has no rows/, 'INVALID_INPUT'],
      [X, { background: [[1, 2]] }, /2 columns/, 'INVALID_INPUT'],
      [X.map((row) => row.slice(1)), {}, /4 columns/, 'INVALID_INPUT'],
      [[], {}, /X has no rows/, 'INVALID_INPUT'],
      [null, {}, /X is null/, 'INVALID_INPUT'],
      [[[1, 2, Number.POSITIVE_INFINITY, 3, 4]], {}, /infinit/i, 'INVALID_INPUT'],
      [X, { threads: -1 }, /threads/, 'INVALID_INPUT'],
    ];
    for (const [rows, options, message, code] of failing) {
      const error = await shapValues(model, rows as number[][], options as object).catch((e: unknown) => e);
      expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
    }
    await expect(shapValues({} as BaseModel, X)).rejects.toThrow(/no model/);
  });

  it('is a model without an exact method, with what can be done instead', async () => {
    const voting = new VotingModel({ members: [{ model: 'logistic' }, { model: 'lightgbm', config: small }] });
    await voting.fit({ X, y });
    await expect(shapValues(voting, X)).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      hint: expect.stringMatching(/explain the members.*permutationImportance/),
    });
    const svm = new SVMModel();
    await svm.fit({ X, y });
    await expect(shapValues(svm, X)).rejects.toThrow(/no exact method for 'svm'/);
    const logistic = new LogisticRegressionModel();
    await logistic.fit({ X, y });
    await expect(shapValues(logistic, X)).rejects.toThrow(/needs a background/);
  });
});
