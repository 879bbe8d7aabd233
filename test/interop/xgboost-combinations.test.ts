/**
 * Combinations of XGBoost's parameters: what Python trains with them opens here, what is trained here opens in Python, from JSON
 * and from UBJSON, with equal predictions; losses and metrics lie near Python's own.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type XGBoostConfig, XGBoostModel } from '../../src/boosting/xgboost/model.js';
import { Random } from '../../src/core/random.js';
import { runPython } from './python.js';

const script = fileURLToPath(new URL('./xgboost_peer.py', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'holdfast-xgboost-combinations-'));
afterAll(() => rmSync(directory, { recursive: true }));

const ROUNDS = 12;

/** Few enough values for a bin each; missing ones; two columns of categories. */
function table(rows: number, seed: number): number[][] {
  const random = new Random(seed);
  const value = () => Math.fround(Math.max(-3, Math.min(3, Math.round(random.normal() * 20) / 20)));
  return Array.from({ length: rows }, () =>
    [value(), random.int(9), value(), value(), random.int(20), random.int(3)].map((v, j) =>
      j % 2 === 0 && random.float() < 0.1 ? Number.NaN : v,
    ),
  );
}

function labelsOf(X: number[][], seed: number) {
  const random = new Random(seed);
  const value = X.map((row) => {
    const kind = ((row[4] || 0) % 5) - 2;
    return (row[0] || 0.5) * (row[1] - 4) * 0.5 + kind * (row[5] - 1) + (row[2] || -0.5) + 0.4 * random.normal();
  });
  return {
    value,
    positive: value.map((v) => Math.abs(v) + 0.1),
    counts: value.map((v) => Math.floor(Math.abs(v))),
    share: value.map((v) => 1 / (1 + Math.exp(-v))),
    binary: value.map((v) => (v > 0.5 ? 1 : 0)),
    classes: value.map((v) => (v > 1.5 ? 2 : v > -0.5 ? 1 : 0)),
  };
}

const X = table(900, 1);
const y = labelsOf(X, 2);
const T = table(400, 3);
const held = labelsOf(T, 4);
const random = new Random(5);
const rowWeights = X.map(() => 0.2 + random.float());

interface Combination {
  /** The same keys go to both libraries. */
  config: XGBoostConfig;
  labels: keyof typeof y;
  weighted?: boolean;
  /** Columns 4 and 5 hold categories. */
  categories?: boolean;
  /** Allowed excess of the loss on held-out rows over Python's, relative: small where both grow the same trees but for rounding. */
  slack?: number;
}

const binary = { objective: 'binary:logistic' } as const;
const squared = { objective: 'reg:squarederror' } as const;
const classes = { objective: 'multi:softprob', num_class: 3 } as const;
/** Both draw from generators of their own. */
const DRAWN = 0.2;

const COMBINATIONS: Record<string, Combination> = {
  'shallow, penalised': {
    config: { ...binary, max_depth: 3, eta: 0.1, gamma: 1, min_child_weight: 3, reg_lambda: 2, reg_alpha: 0.1 },
    labels: 'binary',
  },
  'loss-guided, capped': {
    config: { ...binary, grow_policy: 'lossguide', max_leaves: 12, max_depth: 0, max_delta_step: 1 },
    labels: 'binary',
  },
  'few bins, weighted class': { config: { ...binary, max_bin: 64, scale_pos_weight: 2 }, labels: 'binary', slack: 0.1 },
  'exact, sampled': {
    config: { ...binary, tree_method: 'exact', subsample: 0.8, colsample_bytree: 0.8 },
    labels: 'binary',
    slack: DRAWN,
  },
  'exact, pruned, weighted': {
    config: { ...squared, tree_method: 'exact', gamma: 2 },
    labels: 'value',
    weighted: true,
  },
  'exact, monotone': {
    config: { ...squared, tree_method: 'exact', monotone_constraints: '(0,0,1,0,0,-1)', max_depth: 4 },
    labels: 'value',
  },
  'approximate, from 0.3': {
    config: { ...binary, tree_method: 'approx', base_score: 0.3 },
    labels: 'binary',
    slack: 0.1,
  },
  'columns by level': { config: { ...squared, colsample_bylevel: 0.7 }, labels: 'value', slack: DRAWN },
  'dart by tree': {
    config: { ...binary, booster: 'dart', rate_drop: 0.2, skip_drop: 0.2, normalize_type: 'tree' },
    labels: 'binary',
    slack: 0.4,
  },
  'dart by forest, weighted drops': {
    config: {
      ...squared,
      booster: 'dart',
      rate_drop: 0.1,
      one_drop: 1,
      sample_type: 'weighted',
      normalize_type: 'forest',
    },
    labels: 'value',
    slack: 0.6,
  },
  'dart, exact': {
    config: { ...classes, booster: 'dart', tree_method: 'exact', rate_drop: 0.2, skip_drop: 0.5 },
    labels: 'classes',
    slack: 0.4,
  },
  'linear, elastic net': {
    config: { ...squared, booster: 'gblinear', updater: 'coord_descent', reg_alpha: 0.01, reg_lambda: 0.05 },
    labels: 'value',
  },
  'linear, greedy classes': {
    config: { ...classes, booster: 'gblinear', updater: 'coord_descent', feature_selector: 'greedy', top_k: 4 },
    labels: 'classes',
  },
  'classes, columns by node': { config: { ...classes, colsample_bynode: 0.7 }, labels: 'classes', slack: DRAWN },
  'classes, loss-guided': {
    config: { objective: 'multi:softmax', num_class: 3, grow_policy: 'lossguide', max_leaves: 9 },
    labels: 'classes',
  },
  'classes in one tree': { config: { ...classes, multi_strategy: 'multi_output_tree' }, labels: 'classes' },
  'three quantiles': {
    config: { objective: 'reg:quantileerror', quantile_alpha: [0.1, 0.5, 0.9], max_depth: 4 },
    labels: 'value',
    slack: 0.1,
  },
  'categories one by one': { config: { ...squared, max_cat_to_onehot: 100 }, labels: 'value', categories: true },
  'sets of categories': {
    config: { ...squared, max_cat_to_onehot: 1, max_cat_threshold: 4 },
    labels: 'value',
    categories: true,
    slack: 0.1,
  },
  'categories, monotone, dart': {
    config: { ...squared, booster: 'dart', rate_drop: 0.1, monotone_constraints: '(0,0,1,0,0,0)' },
    labels: 'value',
    categories: true,
    slack: 0.3,
  },
  'categories, classes, sampled': {
    config: { ...classes, subsample: 0.7, max_depth: 4 },
    labels: 'classes',
    categories: true,
    slack: DRAWN,
  },
  'monotone, interacting, loss-guided': {
    config: {
      ...squared,
      monotone_constraints: '(0,0,1)',
      interaction_constraints: '[[0, 1, 2], [3, 4, 5]]',
      grow_policy: 'lossguide',
      max_leaves: 16,
    },
    labels: 'value',
  },
  forest: {
    config: { ...binary, num_parallel_tree: 4, eta: 1, subsample: 0.6, colsample_bynode: 0.7, max_depth: 4 },
    labels: 'binary',
    slack: 0.3,
  },
  'counts, weighted': { config: { objective: 'count:poisson', max_delta_step: 0.5 }, labels: 'counts', weighted: true },
  gamma: { config: { objective: 'reg:gamma', max_depth: 3 }, labels: 'positive' },
  Tweedie: { config: { objective: 'reg:tweedie', tweedie_variance_power: 1.3 }, labels: 'positive', slack: 0.1 },
  'pseudo-Huber': { config: { objective: 'reg:pseudohubererror', huber_slope: 0.5 }, labels: 'value', slack: 0.1 },
  'absolute error': {
    config: { objective: 'reg:absoluteerror', grow_policy: 'lossguide', max_leaves: 8 },
    labels: 'value',
    slack: 0.1,
  },
  'squared log error': { config: { objective: 'reg:squaredlogerror' }, labels: 'positive', slack: 0.1 },
  shares: { config: { objective: 'reg:logistic', max_depth: 3 }, labels: 'share' },
  hinge: { config: { objective: 'binary:hinge' }, labels: 'binary', slack: 0.3 },
  'scores of two classes': { config: { objective: 'binary:logitraw' }, labels: 'binary', slack: 0.1 },
};

interface Answer {
  raw: (number | number[])[];
  output: (number | number[])[];
  /** Of the rows held out, by metric, after each round. */
  history?: Record<string, number[]>;
}
const inPython = (request: object) => runPython(script, request) as Promise<Answer[]>;

/** Largest difference relative to the larger of the value and 1e-3. */
function worst(actual: ArrayLike<number>, wanted: readonly number[]): number {
  expect(actual.length).toBe(wanted.length);
  return wanted.reduce((most, w, i) => Math.max(most, Math.abs(actual[i] - w) / Math.max(1e-3, Math.abs(w))), 0);
}

describe.each([
  ['numbers', undefined],
  ['categories', ['q', 'q', 'q', 'q', 'c', 'c'] as const],
] as const)('%s', (kind, types) => {
  const chosen = Object.entries(COMBINATIONS).filter(
    ([, { categories }]) => Boolean(categories) === (types !== undefined),
  );
  const fileOf = (i: number, from: string, ending: string) => join(directory, `${kind}-${i}-${from}.${ending}`);
  const filesOf = (from: string) => chosen.flatMap((_, i) => ['json', 'ubj'].map((ending) => fileOf(i, from, ending)));
  const models: XGBoostModel[] = [];
  const histories: Readonly<Record<string, readonly number[]>>[] = [];
  let theirs: Answer[];
  let back: Answer[];

  beforeAll(async () => {
    const requests = chosen.map(([, { config, labels, weighted }], i) => ({
      params: config,
      y: y[labels],
      weights: weighted ? rowWeights : undefined,
      rounds: ROUNDS,
      files: ['json', 'ubj'].map((ending) => fileOf(i, 'python', ending)),
      held: held[labels],
    }));
    theirs = await inPython({ do: 'train', X, T, types, cases: requests });
    for (const [i, [, { config, labels, weighted }]] of chosen.entries()) {
      const model = new XGBoostModel({ ...config, ...(types ? { feature_types: types } : {}), numIterations: ROUNDS });
      const weights = weighted ? { weights: rowWeights } : {};
      const metrics = await model.fit({ X, y: y[labels], ...weights, validation: { X: T, y: held[labels] } });
      for (const ending of ['json', 'ubj']) await model.exportNative(fileOf(i, 'here', ending));
      models.push(model);
      histories.push(metrics.evaluations?.validation ?? {});
    }
    back = await inPython({ do: 'predict', T, types, files: filesOf('here') });
  }, 180_000);

  const titles = chosen.map(([title], i) => [title, i] as const);

  it.each(titles)('%s: trained in Python, it predicts the same here', async (_, i) => {
    for (const ending of ['json', 'ubj']) {
      const model = await XGBoostModel.importNative(fileOf(i, 'python', ending));
      expect(worst(await model.predictScores(T), theirs[i].raw.flat())).toBeLessThan(1e-6);
    }
  });

  it.each(titles)('%s: trained here, it predicts the same in Python', async (_, i) => {
    const scores = await models[i].predictScores(T);
    for (const answer of back.slice(2 * i, 2 * i + 2)) expect(worst(scores, answer.raw.flat())).toBeLessThan(1e-6);
  });

  it.each(titles)('%s: its losses on rows held out lie near those of Python', (title, i) => {
    const { slack = 0.02 } = chosen[i][1];
    const history = theirs[i].history ?? {};
    expect(Object.keys(histories[i])).toEqual(Object.keys(history));
    for (const [metric, values] of Object.entries(history)) {
      const [a, b] = [histories[i][metric][ROUNDS - 1], values[ROUNDS - 1]];
      if (process.env.HOLDFAST_SHOW)
        console.log(`${title}: ${metric} ${a.toFixed(5)} ${b.toFixed(5)} ${(a / b - 1).toFixed(4)}`);
      expect(a).toBeLessThan(b + slack * Math.abs(b));
    }
  });
});
