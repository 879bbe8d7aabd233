/** CatBoost's metrics: https://catboost.ai/docs/en/concepts/loss-functions. A parameter follows as `Quantile:alpha=0.7`. */
import type { NamedMetrics } from './named-metric.js';
import type { MetricKind } from './spec.js';

const plain = (kind: MetricKind) => ({ spec: () => ({ kind }) });
const withNumber = (kind: MetricKind, fallback?: number) => ({
  takesNumber: true,
  spec: (_: object, given = fallback) => ({ kind, parameter: given }),
});

export const CATBOOST_METRICS: NamedMetrics = {
  Logloss: plain('logLoss'),
  CrossEntropy: plain('logLoss'),
  RMSE: plain('rmse'),
  MAE: plain('l1'),
  MAPE: plain('mape'),
  MSLE: plain('squaredLog'),
  R2: plain('r2'),
  Quantile: withNumber('quantile', 0.5),
  Huber: withNumber('huber', 1),
  Poisson: plain('poisson'),
  Tweedie: withNumber('tweedie', 1.5),
  LogCosh: plain('logCosh'),
  FairLoss: withNumber('fair', 1),
  MultiClass: plain('multiLogLoss'),
  MultiClassOneVsAll: plain('oneVsAllLogLoss'),
  AUC: plain('auc'),
  PRAUC: plain('prAuc'),
  Accuracy: plain('accuracy'),
  ZeroOneLoss: plain('multiError'),
  BrierScore: plain('l2'),
  F1: plain('f1'),
  Precision: plain('precision'),
  Recall: plain('recall'),
  BalancedAccuracy: plain('balancedAccuracy'),
  MCC: plain('matthewsCorrelation'),
};
