import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/core/errors.js';
import { VALIDATION_METRICS_VERSION, type ValidationMetrics } from '../../src/evaluation/validation-metrics.js';
import { validationMetricsContract } from '../../src/evaluation/validation-metrics-contract.js';

const interval = {
  lower: 0.6,
  upper: 0.8,
  level: 0.95,
  method: 'percentile' as const,
  standardError: 0.05,
  samples: 1000,
  undefinedSamples: 0,
};
const metrics: ValidationMetrics = {
  formatVersion: VALIDATION_METRICS_VERSION,
  model: 'logistic',
  task: 'classification',
  classes: [0, 1],
  positiveClass: 1,
  judge: 'test',
  splits: {
    test: {
      role: 'test',
      rows: 10,
      weighted: false,
      metrics: { rocAuc: 0.7, precision: null },
      undefinedMetrics: { precision: 'no row is predicted as 1' },
      intervals: { rocAuc: interval },
      precisionAt: [{ k: 1, share: 0.1, value: 1 }],
    },
  },
  baselines: [],
  missing: { groups: 'the rows have no groups' },
  warnings: [],
};
const refuses = (value: unknown, text: string) => {
  expect(() => validationMetricsContract.parse(value, 'metrics')).toThrow(ConfigError);
  expect(() => validationMetricsContract.parse(value, 'metrics')).toThrow(text);
};

describe('validationMetricsContract', () => {
  it('takes what JSON gives back', () => {
    expect(validationMetricsContract.parse(JSON.parse(JSON.stringify(metrics)), 'metrics')).toEqual(metrics);
  });

  it('refuses unknown keys, unknown metrics, values that JSON cannot hold and intervals that are upside down', () => {
    refuses({ ...metrics, warning: [] }, "unknown key 'warning'");
    const { test } = metrics.splits;
    refuses({ ...metrics, splits: { test: { ...test, metrics: { aucc: 1 } } } }, 'splits.test.metrics');
    refuses({ ...metrics, splits: { test: { ...test, metrics: { rocAuc: Number.NaN } } } }, 'rocAuc');
    refuses(
      { ...metrics, splits: { test: { ...test, intervals: { rocAuc: { ...interval, upper: 0.5 } } } } },
      'upside down',
    );
  });
});
