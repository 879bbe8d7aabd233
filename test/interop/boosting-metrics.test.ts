/** The boosting loop's metrics give the libraries' own values on the same raw scores, labels and weights. */
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { createMetric } from '../../src/boosting/engine/metrics/create.js';
import type { MetricDefaults } from '../../src/boosting/engine/metrics/named-metric.js';
import { type MetricLibrary, metricNamed } from '../../src/boosting/engine/metrics/names.js';
import { applyLink, type Link, linkOf } from '../../src/boosting/engine/objectives/link.js';
import type { ObjectiveSpec } from '../../src/boosting/engine/params.js';
import { Random } from '../../src/core/random.js';
import { runPython } from './python.js';

const ROWS = 400;
const random = new Random(7);
const draw = (of: () => number, count = ROWS): number[] => Array.from({ length: count }, of);
const weights = draw(() => 0.25 + Math.fround(random.float()));
/** Few digits: some scores are tied. None is 0, where the nothing that the peer's tree adds would break the ties. */
const scores = draw(() => Math.round(20 * random.normal()) / 20 + 1 / 64);
const classScores = draw(() => Math.round(20 * random.normal()) / 20, 3 * ROWS);
const binary = scores.map((s) => (s + 1.5 * random.normal() > 0 ? 1 : 0));
const classes = draw(() => random.int(3));
const values = scores.map((s) => Math.fround(s + random.normal()));
const positive = scores.map((s) => Math.fround(Math.exp(s + 0.5 * random.normal())));
const counts = positive.map((v) => Math.round(v));
const shares = draw(() => Math.fround(random.float()));

interface Case {
  library: MetricLibrary;
  metrics: string[];
  y: number[];
  scores?: number[];
  objective: ObjectiveSpec;
  params?: Record<string, unknown>;
  defaults?: MetricDefaults;
  link?: Link;
}

const huberAnd = { alpha: 0.7, fair_c: 1.3 };
const cases: Case[] = [
  {
    library: 'lightgbm',
    metrics: ['l1', 'l2', 'rmse', 'quantile', 'mape', 'huber', 'fair'],
    y: values,
    objective: { kind: 'regression' },
    params: { objective: 'regression', ...huberAnd },
    defaults: { alpha: 0.7, fairC: 1.3 },
  },
  {
    library: 'lightgbm',
    metrics: ['poisson', 'l2', 'tweedie'],
    y: counts,
    objective: { kind: 'poisson', maxDeltaStep: 0.7 },
    params: { objective: 'poisson', tweedie_variance_power: 1.3 },
    defaults: { power: 1.3 },
  },
  {
    library: 'lightgbm',
    metrics: ['gamma', 'gamma_deviance'],
    y: positive,
    objective: { kind: 'gamma' },
    params: { objective: 'gamma' },
  },
  {
    library: 'lightgbm',
    metrics: ['binary_logloss', 'binary_error', 'auc', 'average_precision'],
    y: binary,
    objective: { kind: 'binary', sigmoid: 0.8 },
    params: { objective: 'binary', sigmoid: 0.8 },
  },
  {
    library: 'lightgbm',
    metrics: ['cross_entropy', 'kullback_leibler'],
    y: shares,
    objective: { kind: 'crossEntropy' },
    params: { objective: 'cross_entropy' },
  },
  {
    library: 'lightgbm',
    metrics: ['multi_logloss', 'multi_error'],
    y: classes,
    scores: classScores,
    objective: { kind: 'multiclass', classes: 3 },
    params: { objective: 'multiclass', num_class: 3 },
  },
  {
    library: 'lightgbm',
    metrics: ['multi_error@2'],
    y: classes,
    scores: classScores,
    objective: { kind: 'multiclass', classes: 3 },
    params: { objective: 'multiclass', num_class: 3, multi_error_top_k: 2 },
    defaults: { topK: 2 },
  },
  {
    library: 'xgboost',
    metrics: ['rmse', 'mae', 'mape', 'mphe'],
    y: values,
    objective: { kind: 'regression' },
    params: { objective: 'reg:squarederror', huber_slope: 1.5 },
    defaults: { huberSlope: 1.5 },
  },
  {
    library: 'xgboost',
    metrics: ['rmsle', 'gamma-nloglik', 'gamma-deviance'],
    y: positive,
    objective: { kind: 'gamma' },
    params: { objective: 'reg:gamma' },
  },
  {
    library: 'xgboost',
    metrics: ['poisson-nloglik', 'tweedie-nloglik@1.3'],
    y: counts,
    objective: { kind: 'poisson', maxDeltaStep: 0.7 },
    params: { objective: 'count:poisson' },
  },
  {
    library: 'xgboost',
    metrics: ['logloss', 'error', 'error@0.7', 'auc', 'aucpr'],
    y: binary,
    objective: { kind: 'binary' },
    params: { objective: 'binary:logistic' },
  },
  {
    library: 'xgboost',
    metrics: ['mlogloss', 'merror', 'auc'],
    y: classes,
    scores: classScores,
    objective: { kind: 'multiclass', classes: 3 },
    params: { objective: 'multi:softprob', num_class: 3 },
  },
  {
    library: 'xgboost',
    metrics: ['quantile'],
    y: values,
    objective: { kind: 'quantile', alphas: [0.3] },
    params: { objective: 'reg:quantileerror', quantile_alpha: 0.3 },
    defaults: { alphas: [0.3] },
  },
  {
    library: 'catboost',
    metrics: ['RMSE', 'MAE', 'MAPE', 'R2', 'Quantile:alpha=0.7', 'Huber:delta=0.8', 'LogCosh'],
    y: values,
    objective: { kind: 'regression' },
  },
  { library: 'catboost', metrics: ['Poisson'], y: counts, objective: { kind: 'poisson', maxDeltaStep: 0 } },
  {
    library: 'catboost',
    metrics: ['Logloss', 'AUC', 'Accuracy', 'F1', 'Precision', 'Recall', 'BalancedAccuracy', 'MCC', 'BrierScore'],
    y: binary,
    objective: { kind: 'binary' },
  },
  { library: 'catboost', metrics: ['CrossEntropy'], y: shares, objective: { kind: 'crossEntropy' } },
  {
    library: 'catboost',
    metrics: ['MultiClass', 'Accuracy'],
    y: classes,
    scores: classScores,
    objective: { kind: 'multiclass', classes: 3 },
  },
  {
    library: 'catboost',
    metrics: ['MultiClassOneVsAll'],
    y: classes,
    scores: classScores,
    objective: { kind: 'multiclassova', classes: 3 },
  },
];

/** The metric's value here. */
function ours({ library, objective, defaults, y, scores: given = scores }: Case, name: string): number {
  const predictions = Float64Array.from(given);
  const outputs = given.length / ROWS;
  applyLink(linkOf(objective), predictions, outputs);
  const rows = { count: ROWS, outputs, predictions, labels: Float64Array.from(y), weights: Float32Array.from(weights) };
  const metric = createMetric(metricNamed(library, library === 'lightgbm' ? name.replace(/@.*/, '') : name, defaults));
  if (metric.kind === 'asked') throw new Error('no metric of the library');
  const total = rows.weights.reduce((a, b) => a + b, 0);
  return metric.kind === 'whole' ? metric.evaluate(rows) : metric.finish(metric.sum(rows) / total, total);
}

let python: Record<string, number>[];
beforeAll(async () => {
  const request = cases.map((one) => ({ params: {}, scores, ...one, w: weights }));
  python = (await runPython(fileURLToPath(new URL('./boosting_metrics_peer.py', import.meta.url)), request)) as Record<
    string,
    number
  >[];
}, 120_000);

describe('values are those of the library', () => {
  for (const [i, one] of cases.entries()) {
    for (const metric of one.metrics) {
      it(`${one.library} ${metric} with ${one.objective.kind}`, () => {
        expect(python[i][metric], metric).toBeTypeOf('number');
        const difference = Math.abs(ours(one, metric) - python[i][metric]);
        // XGBoost sums in float32; CatBoost's pinball losses have a dead zone of 1e-6, and its LogCosh four digits.
        const tolerance = { xgboost: 2e-5, lightgbm: 1e-6, catboost: metric === 'LogCosh' ? 2e-4 : 2e-6 }[one.library];
        expect(difference, `${ours(one, metric)} against ${python[i][metric]}`).toBeLessThan(
          tolerance * Math.max(1, Math.abs(python[i][metric])),
        );
      });
    }
  }
});
