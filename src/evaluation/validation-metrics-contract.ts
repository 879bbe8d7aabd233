/** The zod schema of `ValidationMetrics`, for those who get one from a file or another service. */
import { lazySchema, type ZodModule, type ZodType } from '../core/schema.js';
import { CLASSIFICATION_METRICS, type MetricName, REGRESSION_METRICS } from './evaluate.js';
import {
  type Breakdown,
  type CalibrationMetrics,
  type MetricInterval,
  type SplitMetrics,
  VALIDATION_METRICS_VERSION,
  type ValidationMetrics,
} from './validation-metrics.js';

const METRIC_NAMES = [...CLASSIFICATION_METRICS, ...REGRESSION_METRICS] as [MetricName, ...MetricName[]];
const ROLES = ['train', 'validation', 'test', 'holdout'] as const;

const count = (z: ZodModule) => z.number().int().min(0);
const score = (z: ZodModule) => z.number().nullable();
const role = (z: ZodModule) => z.enum(ROLES);
const byMetric = <T extends ZodType>(z: ZodModule, value: T) => z.partialRecord(z.enum(METRIC_NAMES), value);
const confusion = (z: ZodModule) =>
  z.strictObject({ classes: z.array(z.number()), matrix: z.array(z.array(z.number().min(0))) });
const classCounts = (z: ZodModule) => z.array(z.strictObject({ label: z.number(), rows: count(z) })).optional();

const interval = (z: ZodModule): ZodType<MetricInterval> =>
  z
    .strictObject({
      lower: z.number(),
      upper: z.number(),
      level: z.number().gt(0).lt(1),
      method: z.enum(['percentile', 'bca', 'delong']),
      standardError: z.number().min(0),
      samples: count(z),
      undefinedSamples: count(z),
    })
    .refine(({ lower, upper }) => lower <= upper, 'the interval is upside down');

const values = (z: ZodModule) => ({
  metrics: byMetric(z, score(z)),
  undefinedMetrics: byMetric(z, z.string()),
  intervals: byMetric(z, interval(z)),
});

const split = (z: ZodModule): ZodType<SplitMetrics> =>
  z.strictObject({
    ...values(z),
    role: role(z),
    rows: count(z),
    weighted: z.boolean(),
    from: z.number().optional(),
    to: z.number().optional(),
    classCounts: classCounts(z),
    confusionMatrix: confusion(z).optional(),
    perClass: z
      .array(
        z.strictObject({
          label: z.number(),
          rows: count(z),
          precision: score(z),
          recall: score(z),
          f1: score(z),
          rocAuc: score(z),
          prAuc: score(z),
        }),
      )
      .optional(),
    precisionAt: z.array(
      z.strictObject({
        k: count(z),
        share: z.number().gt(0).lt(1).optional(),
        value: z.number(),
        interval: interval(z).optional(),
      }),
    ),
    atThreshold: z
      .strictObject({
        ...values(z),
        threshold: z.number(),
        positiveShare: z.number().min(0).max(1),
        confusionMatrix: confusion(z),
        optimistic: z.boolean(),
      })
      .optional(),
  });

const difference = (z: ZodModule) =>
  z.strictObject({
    model: score(z),
    baseline: score(z),
    difference: score(z),
    interval: interval(z).optional(),
    pValue: z.number().min(0).max(1).optional(),
    outcome: z.enum(['better', 'worse', 'undecided']),
    reason: z.string().optional(),
  });

const baseline = (z: ZodModule) =>
  z.strictObject({
    name: z.string(),
    description: z.string().optional(),
    split: role(z),
    differences: byMetric(z, difference(z)),
    decidedBy: z.enum(METRIC_NAMES),
    beaten: z.boolean(),
    delong: z
      .strictObject({
        model: z.number(),
        baseline: z.number(),
        difference: z.number(),
        standardError: z.number().min(0),
        z: score(z),
        pValue: z.number().min(0).max(1),
        interval: interval(z),
        independentRows: z.boolean(),
      })
      .optional(),
  });

const breakdown = (z: ZodModule): ZodType<Breakdown> =>
  z.strictObject({
    split: role(z),
    by: z.enum(['day', 'week', 'month', 'quarter', 'year', 'part', 'group']),
    parts: z.array(
      z.strictObject({
        ...values(z),
        name: z.string(),
        from: z.number().optional(),
        to: z.number().optional(),
        rows: count(z),
        classCounts: classCounts(z),
        small: z.boolean(),
        smallBecause: z.string().optional(),
      }),
    ),
    leftOut: count(z),
  });

const quality = (z: ZodModule) =>
  z.strictObject({
    brierScore: z.number(),
    logLoss: z.number(),
    expectedCalibrationError: z.number(),
    maximumCalibrationError: z.number(),
    bins: z.array(
      z.strictObject({
        lower: z.number(),
        upper: z.number(),
        rows: count(z),
        weight: z.number().min(0),
        predicted: z.number(),
        observed: z.number(),
      }),
    ),
  });

const calibration = (z: ZodModule): ZodType<CalibrationMetrics> =>
  z.strictObject({
    split: role(z),
    rows: count(z),
    about: z.enum(['positive', 'largest']),
    before: quality(z),
    after: quality(z).optional(),
    method: z.string().optional(),
    differences: byMetric(z, difference(z)).optional(),
  });

/** Parses what `JSON.parse` gives back; throws `ConfigError` naming every key that is wrong. */
export const validationMetricsContract = lazySchema(
  (z): ZodType<ValidationMetrics> =>
    z.strictObject({
      formatVersion: z.literal(VALIDATION_METRICS_VERSION),
      model: z.string().min(1),
      task: z.enum(['classification', 'regression']),
      classes: z.array(z.number()),
      positiveClass: z.number().optional(),
      judge: role(z),
      splits: z.partialRecord(z.enum(ROLES), split(z)),
      threshold: z
        .strictObject({
          value: z.number(),
          criterion: z.string(),
          reached: z.number(),
          chosenOn: z.literal('validation'),
          rows: count(z),
        })
        .optional(),
      bootstrap: z
        .strictObject({
          resampling: z.enum(['rows', 'stratified', 'stationary', 'circular', 'moving']),
          interval: z.enum(['percentile', 'bca']),
          samples: count(z),
          level: z.number().gt(0).lt(1),
          seed: z.number().int(),
          blockLength: z.number().min(1).optional(),
          blockUnit: z.enum(['rows', 'times']).optional(),
          blockLengthFrom: z.enum(['given', 'horizon', 'automatic']).optional(),
        })
        .optional(),
      baselines: z.array(baseline(z)),
      periods: breakdown(z).optional(),
      groups: breakdown(z).optional(),
      calibration: calibration(z).optional(),
      missing: z.partialRecord(
        z.enum([
          'train',
          'validation',
          'test',
          'threshold',
          'intervals',
          'baselines',
          'periods',
          'groups',
          'calibration',
        ]),
        z.string(),
      ),
      warnings: z.array(z.string()),
    }),
);
