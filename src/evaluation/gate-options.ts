/** What a model must reach before it may be deployed. */
import { lazySchema, type SchemaInput, type SchemaOutput, type ZodModule } from '../core/schema.js';
import { metricByName } from '../metrics/registry.js';
import { CLASSIFICATION_METRICS, type MetricName, REGRESSION_METRICS } from './evaluate.js';

const METRIC_NAMES = [...CLASSIFICATION_METRICS, ...REGRESSION_METRICS] as const;

/** Keys are strict, so that a misspelt metric is an error that names the nearest one, and not a requirement that nobody checks. */
const byMetric = <T>(value: T) =>
  Object.fromEntries(METRIC_NAMES.map((name) => [name, value])) as Record<MetricName, T>;

const limits = (z: ZodModule) =>
  z
    .strictObject({
      /** Of the value. */
      min: z.number().optional(),
      max: z.number().optional(),
      /** Of the lower end of its interval. */
      lowerBound: z.number().optional(),
      /** Of the upper end of its interval. */
      upperBound: z.number().optional(),
    })
    .optional();

const partLimits = (z: ZodModule) =>
  z
    .strictObject({
      metrics: z.strictObject(
        byMetric(z.strictObject({ min: z.number().optional(), max: z.number().optional() }).optional()),
      ),
      /** Parts that are called small count too. Default false. */
      small: z.boolean().default(false),
    })
    .optional();

export const gateOptions = lazySchema((z) =>
  z.strictObject({
    /** Default: the split that judges. */
    split: z.enum(['validation', 'test', 'holdout']).optional(),
    /** Fewest rows of that split. */
    minRows: z.number().int().min(1).optional(),
    metrics: z.strictObject(byMetric(limits(z))).optional(),
    /** Of predictions from the chosen threshold on. */
    atThreshold: z.strictObject(byMetric(limits(z))).optional(),
    /** `significant`: the whole interval of the difference on the model's side; `improvement`: by so much at least, in the metric. */
    baselines: z
      .strictObject({
        significant: z.boolean().default(true),
        improvement: z.number().optional(),
        /** Default: the metric that decides. */
        metric: z.enum(METRIC_NAMES).optional(),
        /** Default: all there are. */
        names: z.array(z.string().min(1)).optional(),
      })
      .optional(),
    /** Every period must reach them. */
    periods: partLimits(z),
    /** Every group must reach them. */
    groups: partLimits(z),
    /** By how much a metric may be better on train than on the split: overfitting. */
    trainGap: z.strictObject(byMetric(z.number().min(0).optional())).optional(),
  }),
);

/** What `checkThresholds` and `validateModel` require. */
export type GateSettings = SchemaInput<typeof gateOptions>;
export type ResolvedGate = SchemaOutput<typeof gateOptions>;

export const isMaximized = (name: MetricName): boolean => metricByName(name).direction === 'maximize';
