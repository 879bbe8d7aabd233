/** Metrics from their specs. */
import { classError, multiLogLoss, oneVsAllLogLoss, topError } from './class-metrics.js';
import { ROW_VALUES, type RowValue, sumOfQuantiles, sumOfRows } from './mean-metrics.js';
import type { MeanMetric, Metric, WholeMetric } from './metric.js';
import type { MetricSpec } from './spec.js';
import { auc, averagePrecision, OF_LABELS, ofLabels, prAuc, r2 } from './whole-metrics.js';

const same: MeanMetric['finish'] = (mean) => mean;

/** Where the mean over rows is not the value yet. */
const FINISH: Partial<Record<MetricSpec['kind'], MeanMetric['finish']>> = {
  rmse: (mean) => Math.sqrt(mean),
  rmsle: (mean) => Math.sqrt(mean),
  gammaDevianceSum: (mean, totalWeight) => mean * totalWeight,
};

/** Probabilities are kept this far from 0 and 1 in logarithms unless the spec says otherwise. */
const EPSILON = 1e-15;

export function createMetric(spec: MetricSpec): Metric {
  const { name, kind, parameter = 0 } = spec;
  const mean = (
    sum: MeanMetric['sum'],
    finish: MeanMetric['finish'] = same,
    direction: Metric['direction'] = 'minimize',
  ): MeanMetric => ({
    name,
    direction,
    kind: 'mean',
    sum,
    finish,
  });
  const whole = (evaluate: WholeMetric['evaluate']): WholeMetric => ({
    name,
    direction: 'maximize',
    kind: 'whole',
    evaluate,
  });
  switch (kind) {
    case 'custom':
      return { name, direction: spec.direction ?? 'minimize', kind: 'asked' };
    case 'auc':
      return whole(auc);
    case 'averagePrecision':
      return whole(averagePrecision);
    case 'prAuc':
      return whole(prAuc);
    case 'f1':
    case 'precision':
    case 'recall':
    case 'balancedAccuracy':
    case 'matthewsCorrelation':
      return whole(ofLabels(OF_LABELS[kind]));
    case 'r2':
      return whole(r2);
    case 'multiLogLoss':
      return mean(multiLogLoss(spec.parameter ?? EPSILON));
    case 'multiError':
      return mean(spec.parameter === undefined ? classError : topError(spec.parameter));
    case 'accuracy':
      return mean(classError, (error) => 1 - error, 'maximize');
    case 'oneVsAllLogLoss':
      return mean(oneVsAllLogLoss);
    case 'quantile':
      return mean(spec.parameters ? sumOfQuantiles(spec.parameters) : sumOfRows(ROW_VALUES.quantile, parameter));
    case 'logLoss':
      return mean(sumOfRows(ROW_VALUES.logLoss, spec.parameter ?? EPSILON));
    case 'binaryError':
      return mean(sumOfRows(ROW_VALUES.binaryError, spec.parameter ?? 0.5));
    default: {
      const value: RowValue = ROW_VALUES[kind];
      return mean(sumOfRows(value, parameter), FINISH[kind]);
    }
  }
}
