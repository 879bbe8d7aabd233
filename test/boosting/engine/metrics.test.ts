/** Metrics of the boosting loop: names, edge cases, and values that do not depend on how rows are split. */
import { describe, expect, it } from 'vitest';
import { createMetric } from '../../../src/boosting/engine/metrics/create.js';
import { logGamma } from '../../../src/boosting/engine/metrics/log-gamma.js';
import { isImprovement, type MetricRows } from '../../../src/boosting/engine/metrics/metric.js';
import { type MetricLibrary, metricNamed, metricNames } from '../../../src/boosting/engine/metrics/names.js';
import type { MetricSpec } from '../../../src/boosting/engine/params.js';
import { ConfigError } from '../../../src/core/errors.js';
import { Random } from '../../../src/core/random.js';

const metricValue = (spec: MetricSpec, rows: MetricRows): number => {
  const metric = createMetric(spec);
  if (metric.kind === 'asked') throw new Error('asks the caller');
  if (metric.kind === 'whole') return metric.evaluate(rows);
  const total = rows.weights ? rows.weights.reduce((a, b) => a + b, 0) : rows.count;
  return metric.finish(metric.sum(rows) / total, total);
};

const rowsOf = (predictions: number[], labels: number[], weights?: number[]): MetricRows => ({
  count: labels.length,
  outputs: predictions.length / labels.length,
  predictions: Float64Array.from(predictions),
  labels: Float64Array.from(labels),
  weights: weights && Float32Array.from(weights),
});

describe('names', () => {
  it.each<[MetricLibrary, string, Partial<MetricSpec>]>([
    ['lightgbm', 'mse', { name: 'l2', kind: 'l2' }],
    ['lightgbm', 'root_mean_squared_error', { name: 'rmse', kind: 'rmse' }],
    ['xgboost', 'error@0.7', { name: 'error@0.7', kind: 'binaryError', parameter: 0.7 }],
    ['xgboost', 'tweedie-nloglik@1.2', { kind: 'tweedie', parameter: 1.2 }],
    ['catboost', 'Quantile:alpha=0.9', { name: 'Quantile:alpha=0.9', kind: 'quantile', parameter: 0.9 }],
    ['catboost', 'logloss', { name: 'Logloss', kind: 'logLoss' }],
  ])('%s knows %s', (library, name, spec) => {
    expect(metricNamed(library, name)).toMatchObject(spec);
  });

  it.each<[MetricLibrary, string, string]>([
    ['lightgbm', 'binary_loglos', 'binary_logloss'],
    ['xgboost', 'logloss@0.5', 'logloss'],
    ['xgboost', 'error@', 'error'],
    ['xgboost', 'error@x', 'error'],
    ['xgboost', 'error@1@2', 'error'],
    ['catboost', 'Accuracies', 'Accuracy'],
    ['catboost', 'RMSE:alpha=2', 'RMSE'],
  ])('%s: %s is a ConfigError whose message or hint names %s', (library, name, near) => {
    try {
      metricNamed(library, name);
    } catch (error) {
      expect(error).toBeInstanceOf(ConfigError);
      expect((error as ConfigError).message + (error as ConfigError).hint).toContain(near);
      return;
    }
    throw new Error('the name was accepted');
  });

  it.each<MetricLibrary>(['lightgbm', 'xgboost', 'catboost'])('every name of %s makes a metric', (library) => {
    for (const name of metricNames(library)) {
      const metric = createMetric(metricNamed(library, name));
      expect(['minimize', 'maximize']).toContain(metric.direction);
      expect(new Set(metricNames(library)).size).toBe(metricNames(library).length);
    }
  });
});

describe('values', () => {
  it('a weight is so many copies of the row', () => {
    const random = new Random(1);
    const labels = Array.from({ length: 60 }, () => random.int(2));
    const predictions = labels.map((y) => (3 * random.float() + y) / 4.5 + 0.05);
    const weights = labels.map(() => 1 + random.int(3));
    const copies = weights.flatMap((w, i) => new Array<number>(w).fill(i));
    const kinds: MetricSpec['kind'][] = ['l1', 'rmse', 'logLoss', 'auc', 'averagePrecision', 'prAuc', 'r2', 'accuracy'];
    for (const kind of kinds) {
      const weighted = metricValue({ name: kind, kind }, rowsOf(predictions, labels, weights));
      const repeated = rowsOf(
        copies.map((i) => predictions[i]),
        copies.map((i) => labels[i]),
      );
      expect(weighted, kind).toBeCloseTo(metricValue({ name: kind, kind }, repeated), 12);
    }
  });

  it('rankings of one class only have a value to compare by', () => {
    for (const kind of ['auc', 'averagePrecision'] as const) {
      expect(metricValue({ name: kind, kind }, rowsOf([0.2, 0.7], [1, 1]))).toBe(1);
    }
    expect(metricValue({ name: 'p', kind: 'prAuc' }, rowsOf([0.2, 0.7], [0, 0]))).toBe(0);
  });

  it('probabilities of 0 and 1 cost much, but not infinitely much', () => {
    for (const kind of ['logLoss', 'kullbackLeibler'] as const) {
      const value = metricValue({ name: kind, kind }, rowsOf([0, 1], [1, 0]));
      expect(value).toBeGreaterThan(20);
      expect(value).toBeLessThan(40);
    }
    expect(metricValue({ name: 'm', kind: 'multiLogLoss' }, rowsOf([1, 0, 0], [2]))).toBeLessThan(40);
  });

  it('logGamma is the logarithm of a factorial', () => {
    let factorial = 1;
    for (let n = 1; n < 20; n++) {
      expect(logGamma(n + 1)).toBeCloseTo(Math.log((factorial *= n)), 12);
    }
    expect(logGamma(0.5)).toBeCloseTo(Math.log(Math.sqrt(Math.PI)), 12);
    expect(logGamma(0)).toBe(Number.POSITIVE_INFINITY);
  });

  it('an improvement is one by more than the least change that counts', () => {
    expect(isImprovement('minimize', 1, 2)).toBe(true);
    expect(isImprovement('minimize', 1.95, 2, 0.1)).toBe(false);
    expect(isImprovement('maximize', 2.2, 2, 0.1)).toBe(true);
    expect(isImprovement('maximize', 2, 2)).toBe(false);
    expect(isImprovement('minimize', Number.NaN, 2)).toBe(false);
  });
});
