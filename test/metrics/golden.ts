/** Compares metrics with what scikit-learn said (test/interop/make-metric-golden.py): the committed golden file, or fresh inputs in the interop test. */
import { InvalidInputError } from '../../src/core/errors.js';
import { accuracy } from '../../src/metrics/accuracy.js';
import { balancedAccuracy } from '../../src/metrics/balanced-accuracy.js';
import { brierScore } from '../../src/metrics/brier-score.js';
import { calibrationCurve } from '../../src/metrics/calibration.js';
import { classificationReport } from '../../src/metrics/classification-report.js';
import { cohenKappa } from '../../src/metrics/cohen-kappa.js';
import { confusionMatrix } from '../../src/metrics/confusion-matrix.js';
import { logLoss } from '../../src/metrics/log-loss.js';
import { matthewsCorrelation } from '../../src/metrics/matthews-correlation.js';
import { f1, fBeta, precision, recall } from '../../src/metrics/precision-recall.js';
import { averagePrecision, prAuc, precisionRecallCurve } from '../../src/metrics/precision-recall-curve.js';
import { mae, mape, mse, pinballLoss, r2, rmse } from '../../src/metrics/regression.js';
import { rocAuc } from '../../src/metrics/roc-auc.js';
import { rocCurve } from '../../src/metrics/roc-curve.js';

type AnyMetric = { metric(yTrue: number[], predictions: never, options?: object): unknown }['metric'];

const METRICS: Record<string, AnyMetric> = {
  accuracy,
  averagePrecision,
  balancedAccuracy,
  brierScore,
  calibrationCurve,
  classificationReport,
  cohenKappa,
  confusionMatrix,
  f1,
  fBeta,
  logLoss,
  mae,
  mape,
  matthewsCorrelation,
  mse,
  pinballLoss,
  prAuc,
  precision,
  precisionRecallCurve,
  r2,
  recall,
  rmse,
  rocAuc,
  rocCurve,
};

export type GoldenCase = [
  metric: string,
  data: string,
  predictions: 'yPred' | 'scores' | 'table',
  weighted: 0 | 1,
  options: Record<string, unknown>,
  expected: unknown,
];

export interface Golden {
  versions: Record<string, string>;
  seed: number;
  datasets: Record<
    string,
    { yTrue: number[]; weights: number[]; yPred?: number[]; scores?: number[]; table?: number[][] }
  >;
  cases: GoldenCase[];
}

/** "NaN", "Infinity" and "-Infinity" as the numbers they stand for, everywhere in `value`. */
export function decode(value: unknown): unknown {
  if (value === 'NaN' || value === 'Infinity' || value === '-Infinity') return Number(value);
  if (Array.isArray(value)) return value.map(decode);
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, decode(item)]));
  return value;
}

/** Every case that does not agree, as one line each. */
export function disagreements(golden: Golden): string[] {
  return golden.cases.flatMap((c) => {
    const [metric, data, , weighted, options, expected] = c;
    const where = differences(outcome(golden, c), decode(expected), '');
    if (where.length === 0) return [];
    const name = `${metric} of ${data}${weighted ? ', weighted' : ''} ${JSON.stringify(options)}`;
    return [`${name}: ${where.slice(0, 3).join('; ')}`];
  });
}

function outcome(golden: Golden, [metric, name, predictions, weighted, given]: GoldenCase): unknown {
  const data = golden.datasets[name];
  const options = { ...(decode(given) as object), ...(weighted ? { sampleWeight: data.weights } : {}) };
  try {
    return METRICS[metric](data.yTrue, data[predictions] as never, options);
  } catch (error) {
    if (error instanceof InvalidInputError && error.hint) return { error: true };
    throw error;
  }
}

function differences(actual: unknown, expected: unknown, at: string): string[] {
  if (typeof expected === 'number') {
    const same =
      typeof actual === 'number' &&
      (Object.is(actual, expected) ||
        actual === expected ||
        Math.abs(actual - expected) <= 1e-12 * Math.max(1, Math.abs(expected)));
    return same ? [] : [`${at || 'value'} is ${show(actual)}, expected ${expected}`];
  }
  if (typeof actual !== 'object' || actual === null)
    return [`${at || 'value'} is ${show(actual)}, expected ${show(expected)}`];
  const wanted = expected as Record<string, unknown>;
  const got = actual as Record<string, unknown> & { length?: number };
  if (Array.isArray(expected) && got.length !== expected.length)
    return [`${at} has ${got.length} entries, expected ${expected.length}`];
  // Ours may say more (counts of a calibration bin); what scikit-learn says must be there.
  return Object.keys(wanted).flatMap((key) =>
    wanted[key] === true && got[key] === true ? [] : differences(got[key], wanted[key], `${at}[${key}]`),
  );
}

function show(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => (typeof item === 'number' ? String(item) : item))?.slice(
    0,
    200,
  );
}
