/** XGBoost's metrics: https://xgboost.readthedocs.io/en/stable/parameter.html#learning-task-parameters. */
import type { NamedMetrics } from './named-metric.js';
import type { MetricKind } from './spec.js';

const plain = (kind: MetricKind, parameter?: number) => ({ spec: () => ({ kind, parameter }) });

export const XGBOOST_METRICS: NamedMetrics = {
  rmse: plain('rmse'),
  rmsle: plain('rmsle'),
  mae: plain('l1'),
  mape: plain('relativeError'),
  mphe: { spec: ({ huberSlope = 1 }) => ({ kind: 'pseudoHuber', parameter: huberSlope }) },
  logloss: plain('logLoss', 1e-16),
  error: { takesNumber: true, spec: (_, threshold = 0.5) => ({ kind: 'binaryError', parameter: threshold }) },
  merror: plain('multiError'),
  mlogloss: plain('multiLogLoss', 1e-16),
  auc: plain('auc'),
  aucpr: plain('prAuc'),
  'poisson-nloglik': plain('poissonLikelihood'),
  'gamma-nloglik': plain('gamma'),
  'gamma-deviance': plain('gammaDeviance'),
  'tweedie-nloglik': {
    takesNumber: true,
    spec: ({ power = 1.5 }, given = power) => ({ kind: 'tweedie', parameter: given }),
  },
  quantile: {
    spec: ({ alphas = [0.5] }) =>
      alphas.length === 1 ? { kind: 'quantile', parameter: alphas[0] } : { kind: 'quantile', parameters: alphas },
  },
};
