/** Models trained here open in Python XGBoost and predict the same; what Python trained opens here; quality is XGBoost's. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { XGBoostModel } from '../../src/boosting/xgboost/model.js';
import { Random } from '../../src/core/random.js';
import { runPython } from './python.js';

const script = fileURLToPath(new URL('./xgboost_peer.py', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'holdfast-xgboost-'));
afterAll(() => rmSync(directory, { recursive: true }));

interface Answer {
  raw: number[] | number[][];
  output: number[] | number[][];
  leaves?: number[][];
  names?: string[];
  rounds?: number;
  attributes?: Record<string, string>;
  saved?: string;
  weight?: Record<string, number>;
  gain?: Record<string, number>;
  cover?: Record<string, number>;
}
const inPython = (request: object) => runPython(script, request) as Promise<Answer[]>;

/** A grid of values, so that both libraries have the same bins; missing ones, ties, and two columns of category codes. */
const grid = (random: Random) => Math.max(-3, Math.min(3, Math.round(random.normal() * 20) / 20));

function table(rows: number, seed: number): number[][] {
  const random = new Random(seed);
  return Array.from({ length: rows }, () =>
    [grid(random), random.int(5), grid(random), grid(random) * 1e-4, random.int(30), random.int(3)].map((value, j) =>
      j !== 2 && random.float() < 0.08 ? Number.NaN : Math.fround(value),
    ),
  );
}

const known = (value: number) => (Number.isNaN(value) ? 0.3 : value);

function labelsOf(X: number[][], seed: number) {
  const random = new Random(seed);
  const value = X.map(
    (row) =>
      known(row[0]) * known(row[1]) + (known(row[4]) % 7) / 2 + (known(row[5]) - 1) * row[2] + 0.5 * random.normal(),
  );
  return {
    value,
    positive: value.map((v) => Math.abs(v) + 0.1),
    counts: value.map((v) => Math.floor(Math.abs(v))),
    share: value.map((v) => 1 / (1 + Math.exp(-v))),
    binary: value.map((v) => (v > 1 ? 1 : 0)),
    classes: value.map((v) => (v > 2 ? 2 : v > 0.5 ? 1 : 0)),
  };
}

const X = table(1500, 1);
const y = labelsOf(X, 3);
const TEST_ROWS = 500;
const tested = table(TEST_ROWS, 2);
/** The last rows are for scores only. */
const T = [...tested, new Array<number>(6).fill(Number.NaN), [0, 0, 0, 0, 0, 0], [-0, 7, 1e30, -1e-38, 2, 1]];
const held = labelsOf(tested, 4);
const random = new Random(5);
const weights = X.map(() => 0.2 + random.float());

type Labels = keyof typeof y;
type Config = NonNullable<ConstructorParameters<typeof XGBoostModel>[0]>;
interface Case {
  title: string;
  config: Config;
  labels: Labels;
  weights?: number[];
  /** Allowed excess of the loss over Python's, relative. */
  slack?: number;
}

const one = (title: string, config: Config, labels: Labels, more: Partial<Case> = {}): Case => ({
  title,
  config,
  labels,
  ...more,
});

/** The same keys go to both libraries. */
const CASES: Case[] = [
  one('binary', { objective: 'binary:logistic' }, 'binary'),
  one('binary, weights', { objective: 'binary:logistic' }, 'binary', { weights }),
  one('binary, weighted class', { objective: 'binary:logistic', scale_pos_weight: 3 }, 'binary'),
  one('hinge', { objective: 'binary:hinge' }, 'binary', { slack: 0.3 }),
  one('scores', { objective: 'binary:logitraw' }, 'binary', { slack: 0.1 }),
  one('several classes', { objective: 'multi:softprob', num_class: 3 }, 'classes'),
  one('several classes, weights', { objective: 'multi:softmax', num_class: 3 }, 'classes', { weights }),
  one('squared error', { objective: 'reg:squarederror' }, 'value'),
  one('squared error from 3', { objective: 'reg:squarederror', base_score: 3 }, 'value'),
  one('squared log error', { objective: 'reg:squaredlogerror' }, 'positive', { slack: 0.1 }),
  one('absolute error', { objective: 'reg:absoluteerror' }, 'value', { slack: 0.1 }),
  one('pseudo-Huber', { objective: 'reg:pseudohubererror', huber_slope: 2 }, 'value', { slack: 0.1 }),
  one('quantile', { objective: 'reg:quantileerror', quantile_alpha: 0.5 }, 'value', { slack: 0.1 }),
  one('quantiles', { objective: 'reg:quantileerror', quantile_alpha: [0.2, 0.5, 0.9] }, 'value', { slack: 0.1 }),
  one('logistic regression', { objective: 'reg:logistic' }, 'share'),
  one('Poisson', { objective: 'count:poisson' }, 'counts'),
  one('gamma', { objective: 'reg:gamma' }, 'positive'),
  one('Tweedie', { objective: 'reg:tweedie', tweedie_variance_power: 1.3 }, 'positive', { slack: 0.1 }),
  one(
    'regularised',
    {
      objective: 'binary:logistic',
      gamma: 0.5,
      reg_alpha: 0.5,
      reg_lambda: 3,
      max_delta_step: 0.7,
      min_child_weight: 4,
    },
    'binary',
  ),
  one(
    'loss-guided',
    { objective: 'reg:squarederror', grow_policy: 'lossguide', max_leaves: 20, max_depth: 0 },
    'value',
  ),
  one(
    'sampled',
    { objective: 'binary:logistic', subsample: 0.7, colsample_bytree: 0.9, colsample_bynode: 0.8 },
    'binary',
    { slack: 0.15 },
  ),
  one('forest', { objective: 'multi:softprob', num_class: 3, num_parallel_tree: 3, subsample: 0.6 }, 'classes', {
    slack: 0.1,
  }),
  one('dart', { objective: 'binary:logistic', booster: 'dart', rate_drop: 0.2, skip_drop: 0.3 }, 'binary', {
    slack: 0.25,
  }),
  one('monotone', { objective: 'reg:squarederror', monotone_constraints: '(1,0,-1,0,0,0)' }, 'value'),
  one('interactions', { objective: 'reg:squarederror', interaction_constraints: '[[0, 1], [2, 4, 5]]' }, 'value'),
  one('vector leaves', { objective: 'multi:softprob', num_class: 3, multi_strategy: 'multi_output_tree' }, 'classes'),
];

const CATEGORICAL: Case[] = [
  one('one-hot', { objective: 'reg:squarederror', max_cat_to_onehot: 40 }, 'value', { slack: 0.15 }),
  one('partition', { objective: 'binary:logistic', max_cat_to_onehot: 1 }, 'binary', { slack: 0.15 }),
  one('several classes', { objective: 'multi:softprob', num_class: 3 }, 'classes', { slack: 0.15 }),
];

const ROUNDS = 25;

/** Largest difference relative to the larger of the value and `floor`. */
function worst(actual: ArrayLike<number>, wanted: number[], floor = 1e-6): number {
  expect(actual.length).toBe(wanted.length);
  return wanted.reduce((most, w, i) => Math.max(most, Math.abs(actual[i] - w) / Math.max(floor, Math.abs(w))), 0);
}

/** Mean loss of predictions (of several outputs the middle one, or the classes' probabilities). */
function lossOf(objective: string, labels: number[], output: number[], outputs: number): number {
  const mean = labels.reduce((sum, label, i) => {
    const p = output[i * outputs + (objective === 'reg:quantileerror' && outputs > 1 ? 1 : 0)];
    if (objective.startsWith('multi:')) return sum - Math.log(Math.max(1e-7, output[i * outputs + label]));
    if (objective === 'binary:hinge') return sum + Math.abs(p - label);
    if (objective === 'binary:logitraw') return sum + Math.log(1 + Math.exp(label === 1 ? -p : p));
    if (objective === 'binary:logistic') return sum - Math.log(Math.max(1e-7, label === 1 ? p : 1 - p));
    if (/absolute|quantile|huber/.test(objective)) return sum + Math.abs(p - label);
    return sum + (p - label) ** 2;
  }, 0);
  return mean / labels.length;
}

const fitted = async ({ config, labels, weights: w }: Case, more: Config = {}) => {
  const model = new XGBoostModel({ ...config, ...more, n_estimators: ROUNDS });
  await model.fit({ X, y: y[labels], ...(w ? { weights: w } : {}) });
  return model;
};

function suite(name: string, cases: Case[], types: ('c' | 'float')[] | undefined): void {
  describe(name, () => {
    let theirs: Answer[];
    let back: Answer[];
    const models: XGBoostModel[] = [];
    const fileOf = (i: number) => join(directory, `${name}-${i}${i % 2 ? '.ubj' : '.json'}`);

    beforeAll(async () => {
      const requests = cases.map(({ config, labels, weights: w }) => ({
        params: { ...config, ...(config.objective === 'multi:softmax' ? { objective: 'multi:softprob' } : {}) },
        y: y[labels],
        weights: w,
        rounds: ROUNDS,
      }));
      theirs = await inPython({ do: 'train', X, T, types, cases: requests });
      for (const [i, test] of cases.entries()) {
        const model = await fitted(test, types ? { featureTypes: types } : {});
        await model.exportNative(fileOf(i));
        models.push(model);
      }
      back = await inPython({ do: 'predict', T, types, files: cases.map((_, i) => fileOf(i)) });
    }, 120_000);

    it.each(cases.map(({ title }, i) => [title, i] as const))(
      '%s: the same scores in Python, a loss like its own',
      async (_, i) => {
        const { config, labels, slack = 0.05 } = cases[i];
        const scores = await models[i].predictScores(T);
        expect(Array.from(scores)).toEqual(back[i].raw.flat());
        if (config.objective !== 'binary:logitraw' && config.objective !== 'multi:softmax') {
          const output = await models[i].predictOutputs(T);
          expect(worst(output.data, back[i].output.flat())).toBeLessThan(1e-6);
        }
        const again = await XGBoostModel.importNative(fileOf(i));
        expect((await again.predict(T)).predictions).toEqual((await models[i].predict(T)).predictions);
        const outputs = scores.length / T.length;
        const objective = config.objective ?? '';
        const ours = objective === 'multi:softmax' ? (await models[i].predictOutputs(T)).data : back[i].output.flat();
        const [a, b] = [Array.from(ours), theirs[i].output.flat()].map((o) =>
          lossOf(objective, held[labels], o, outputs),
        );
        if (process.env.HOLDFAST_SHOW)
          console.log(name, cases[i].title, a.toFixed(5), b.toFixed(5), (a / b - 1).toFixed(4));
        expect(a).toBeLessThan(b * (1 + slack));
      },
    );
  });
}

suite('numbers', CASES, undefined);
suite('categories', CATEGORICAL, ['float', 'float', 'float', 'float', 'c', 'c']);

it('names, labels, importance and leaves survive the way to Python and back', async () => {
  const file = join(directory, 'names.json');
  const model = new XGBoostModel({ numIterations: 8, seed: 3 });
  const featureNames = ['a b', 'close', 'x[1]', 'säule', 'f<4>', 'plain'];
  await model.fit({ X, y: y.classes.map((c) => [-1, 0, 2.5][c]), featureNames });
  await model.exportNative(file);
  const again = await XGBoostModel.importNative(file);
  expect(again.classes).toEqual([-1, 0, 2.5]);
  expect(again.featureNames).toEqual(featureNames);
  const plain = join(directory, 'plain.json');
  const unnamed = new XGBoostModel({ numIterations: 8 });
  await unnamed.fit({ X, y: y.binary });
  await unnamed.exportNative(plain);
  const [answer] = await inPython({ do: 'predict', files: [plain], T, importance: true });
  expect(answer.rounds).toBe(8);
  for (const [kind, scores] of [
    ['split', answer.weight],
    ['gain', answer.gain],
    ['cover', answer.cover],
  ] as const) {
    const values = Array.from({ length: 6 }, (_, j) => scores?.[`f${j}`] ?? 0);
    expect(worst(unnamed.featureImportance(kind)?.values ?? [], values)).toBeLessThan(1e-4);
  }
  expect(Array.from(await unnamed.predictLeaves(T))).toEqual(answer.leaves?.flat());
  const saved = await XGBoostModel.importNative(answer.saved ?? '');
  expect(await saved.predictScores(T)).toEqual(await unnamed.predictScores(T));
});
