/** LightGBM's metrics: https://lightgbm.readthedocs.io/en/latest/Parameters.html#metric-parameters. */
import type { NamedMetrics } from './named-metric.js';
import type { MetricKind } from './spec.js';

const plain = (kind: MetricKind, aliases: readonly string[] = []) => ({ aliases, spec: () => ({ kind }) });

export const LIGHTGBM_METRICS: NamedMetrics = {
  l1: plain('l1', ['mean_absolute_error', 'mae', 'regression_l1']),
  l2: plain('l2', ['mean_squared_error', 'mse', 'regression_l2', 'regression']),
  rmse: plain('rmse', ['root_mean_squared_error', 'l2_root']),
  quantile: { spec: ({ alpha = 0.9 }) => ({ kind: 'quantile', parameter: alpha }) },
  mape: plain('mape', ['mean_absolute_percentage_error']),
  huber: { spec: ({ alpha = 0.9 }) => ({ kind: 'huber', parameter: alpha }) },
  fair: { spec: ({ fairC = 1 }) => ({ kind: 'fair', parameter: fairC }) },
  poisson: plain('poisson'),
  gamma: plain('gamma'),
  gamma_deviance: plain('gammaDevianceSum'),
  tweedie: { spec: ({ power = 1.5 }) => ({ kind: 'tweedie', parameter: power }) },
  r2: plain('r2'),
  auc: plain('auc'),
  average_precision: plain('averagePrecision'),
  binary_logloss: plain('logLoss', ['binary']),
  binary_error: plain('binaryError'),
  multi_logloss: plain('multiLogLoss', ['multiclass', 'softmax', 'multiclassova', 'multiclass_ova', 'ova', 'ovr']),
  multi_error: {
    spec: ({ topK = 1 }) => ({
      kind: 'multiError',
      parameter: topK,
      ...(topK > 1 ? { name: `multi_error@${topK}` } : {}),
    }),
  },
  cross_entropy: { aliases: ['xentropy'], spec: () => ({ kind: 'logLoss', parameter: 1e-12 }) },
  cross_entropy_lambda: plain('crossEntropyLambda', ['xentlambda']),
  kullback_leibler: plain('kullbackLeibler', ['kldiv']),
};
