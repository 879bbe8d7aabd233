/** Which metrics to evaluate while boosting: plain data that travels to the workers; `createMetric` (create.ts) makes them. */

export type MetricKind =
  | 'l1'
  | 'l2'
  | 'rmse'
  | 'mape'
  | 'relativeError'
  | 'huber'
  | 'pseudoHuber'
  | 'fair'
  | 'logCosh'
  | 'quantile'
  | 'squaredLog'
  | 'rmsle'
  | 'poisson'
  | 'poissonLikelihood'
  | 'gamma'
  | 'gammaDeviance'
  /** As LightGBM reports it: not divided by the weights. */
  | 'gammaDevianceSum'
  | 'tweedie'
  | 'logLoss'
  | 'binaryError'
  | 'crossEntropyLambda'
  | 'kullbackLeibler'
  | 'multiLogLoss'
  | 'multiError'
  | 'oneVsAllLogLoss'
  | 'accuracy'
  | 'auc'
  | 'averagePrecision'
  | 'prAuc'
  | 'f1'
  | 'precision'
  | 'recall'
  | 'balancedAccuracy'
  | 'matthewsCorrelation'
  | 'r2'
  | 'custom';

export interface MetricSpec {
  /** What histories and early stopping call it: the library's own name, parameters included (`error@0.7`). */
  name: string;
  kind: MetricKind;
  /** The one parameter some kinds have: huber's and quantile's alpha, fair's c, tweedie's power, a threshold, top k. */
  parameter?: number;
  /** Of `quantile` with several outputs: an alpha each. */
  parameters?: readonly number[];
  /** For `custom`, whose function the caller holds. */
  direction?: 'minimize' | 'maximize';
}
