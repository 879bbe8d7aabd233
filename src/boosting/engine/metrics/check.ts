/** Which metrics go with how many scores a row. */
import { ConfigError } from '../../../core/errors.js';
import type { MetricKind, MetricSpec } from './spec.js';

/** Several classes, one score each. */
const OF_CLASSES: readonly MetricKind[] = ['multiLogLoss', 'oneVsAllLogLoss'];
/** Any number of scores. */
const OF_ANY: readonly MetricKind[] = [
  'custom',
  'auc',
  'accuracy',
  'multiError',
  'f1',
  'precision',
  'recall',
  'balancedAccuracy',
  'matthewsCorrelation',
];

/** @throws ConfigError for a metric of classes with one score a row, or one of a single score with several */
export function checkMetrics(metrics: readonly MetricSpec[], outputs: number): void {
  for (const { name, kind, parameters } of metrics) {
    if (OF_ANY.includes(kind) || (kind === 'quantile' && parameters !== undefined)) continue;
    if (OF_CLASSES.includes(kind) === outputs > 1) continue;
    throw new ConfigError(`metric '${name}' does not go with ${outputs} score${outputs > 1 ? 's' : ''} a row`, {
      hint:
        outputs > 1
          ? 'Pick a metric of several classes, such as the multi-class log-loss, error or AUC.'
          : 'Pick a metric of two classes or of values.',
      details: { metric: name, outputs },
    });
  }
}
