/** How thoroughly a model is evaluated, with the defaults. */
import { lazySchema, type SchemaInput, type SchemaOutput } from '../core/schema.js';

/** Criteria that a threshold can be chosen by, as of `optimalThreshold`. */
const CRITERIA = ['f1', 'fBeta', 'youden', 'accuracy', 'balancedAccuracy', 'matthewsCorrelation'] as const;

export const metricsOptions = lazySchema((z) =>
  z.strictObject({
    /** False: no intervals. */
    bootstrap: z
      .union([
        z.literal(false),
        z.strictObject({
          samples: z.number().int().min(20).max(100_000).default(1000),
          level: z.number().min(0.5).max(0.9999).default(0.95),
          /** `auto`: stationary blocks for rows with times; else within classes, or row by row for a regression. */
          resampling: z.enum(['auto', 'rows', 'stratified', 'stationary', 'circular', 'moving']).default('auto'),
          /** In rows, or in times where rows share them. Default: Politis and White's rule, at least the label's horizon. */
          blockLength: z.number().int().min(1).optional(),
          interval: z.enum(['percentile', 'bca']).default('percentile'),
          seed: z.number().int().min(Number.MIN_SAFE_INTEGER).max(Number.MAX_SAFE_INTEGER).default(0),
        }),
      ])
      .prefault({}),
    /** What the decision threshold maximises on validation rows (two classes); false: none is chosen. */
    threshold: z.union([z.literal(false), z.enum(CRITERIA)]).default('f1'),
    /** For `fBeta`. */
    beta: z.number().min(0).max(1e6).default(1),
    /** Numbers of rows, or shares of them below 1, to give precision at (two classes). */
    precisionAt: z
      .array(z.union([z.number().gt(0).lt(1), z.number().int().min(1)]))
      .max(20)
      .default([0.01, 0.05, 0.1]),
    /** Calendar periods (UTC), so many equal parts in time order, or false. `auto`: by the span of the rows. */
    periods: z
      .union([
        z.literal(false),
        z.enum(['auto', 'day', 'week', 'month', 'quarter', 'year']),
        z.number().int().min(2).max(200),
      ])
      .default('auto'),
    /** The most groups to report, largest first; false: none. */
    groups: z.union([z.literal(false), z.number().int().min(1).max(200)]).default(20),
  }),
);

export type MetricsSettings = SchemaInput<typeof metricsOptions>;
export type ResolvedMetricsSettings = SchemaOutput<typeof metricsOptions>;
