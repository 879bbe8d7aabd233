/** Options of the preprocessing pipeline: their types, their schema, and one normal form of their shorthands. */
import { ConfigError } from '../core/errors.js';
import { lazySchema } from '../core/schema.js';

/** What fills missing values: a statistic of the training rows, a value, or nothing. */
export type ImputationStrategy = 'median' | 'mean' | 'most-frequent' | 'constant' | 'none';
/** How numbers are scaled, by statistics of the training rows. */
export type ScalingMethod = 'standard' | 'robust' | 'min-max' | 'quantile' | 'none';
/** How text becomes numbers. */
export type EncodingMethod = 'one-hot' | 'ordinal' | 'target' | 'frequency' | 'none';
/** A statistic of the rows in a window. */
export type RollingStatistic =
  | 'mean'
  | 'sum'
  | 'std'
  | 'min'
  | 'max'
  | 'median'
  | 'quantile'
  | 'skew'
  | 'zscore'
  | 'count';
/** A statistic of exponentially weighted rows. */
export type EwmStatistic = 'mean' | 'std';
/** A part of a timestamp, in UTC. */
export type TimePart =
  | 'minute'
  | 'hour'
  | 'minuteOfDay'
  | 'dayOfWeek'
  | 'dayOfMonth'
  | 'dayOfYear'
  | 'month'
  | 'quarter'
  | 'year';

/** Which columns go in and out. */
export interface ColumnOptions {
  /** Names of the columns of a `Matrix`; `f0`, `f1`, ... without it. */
  names?: readonly string[];
  /** Only these columns (given or engineered) become features, in this order. */
  select?: readonly string[];
  /** These columns do not become features; engineered features may still be computed from them. */
  drop?: readonly string[];
}

/** How missing values are filled. */
export interface ImputationOptions {
  /** Default 'median'. Text columns are filled by 'most-frequent' and by 'constant' with a text `value`, and left alone by the others. */
  strategy?: ImputationStrategy;
  /** What 'constant' fills in; 0 when absent. */
  value?: number | string;
  /** Another strategy for single columns. */
  columns?: Readonly<Record<string, ImputationStrategy | { strategy: ImputationStrategy; value?: number | string }>>;
  /** Adds `<column>_missing` (1 or 0) for every column with a missing value in the training rows. */
  indicators?: boolean;
}

/** How numbers are scaled. */
export interface ScalingOptions {
  /** Default 'standard'. Applies to numeric and engineered columns, not to encoded text. */
  method?: ScalingMethod;
  /** Another method for single columns. */
  columns?: Readonly<Record<string, ScalingMethod>>;
  /** Range of 'min-max', default [0, 1]. */
  range?: readonly [number, number];
  /** 'min-max' only: cut values outside the training range. Default false. */
  clip?: boolean;
  /** Percentiles whose distance is the scale of 'robust', default [25, 75]. */
  quantileRange?: readonly [number, number];
  /** Number of quantiles of 'quantile', at most the rows; default 1000. */
  quantiles?: number;
  /** Distribution 'quantile' maps to, default 'uniform'. */
  output?: 'uniform' | 'normal';
}

/** How text becomes numbers, and what becomes of rare and unknown categories. */
export interface EncodingOptions {
  /** Default 'one-hot'; 'none' drops text columns. */
  method?: EncodingMethod;
  /** Another method for single columns. A numeric column named here is treated as categories. */
  columns?: Readonly<Record<string, EncodingMethod>>;
  /** One-hot: leave out the first category of each column, or of columns with two categories only. Default 'none'. */
  drop?: 'none' | 'first' | 'if-binary';
  /** One-hot and ordinal: categories seen less often (rows if >= 1, else a share of the rows) become one category `infrequent`. */
  minFrequency?: number;
  /**
   * A category the training rows do not have. 'ignore': all zeros (one-hot), missing (ordinal), the mean target (target), 0 (frequency);
   * 'infrequent': as the rare ones, where there are any; 'error': `InvalidInputError`. Default 'ignore'.
   */
  unknown?: 'ignore' | 'infrequent' | 'error';
  /** Ordinal: what 'ignore' writes for unknown categories instead of a missing value, such as -1. */
  unknownCode?: number;
  /** Missing text: 'ignore' (all zeros; missing; the mean target; 0) or a 'category' of its own. Default 'ignore'. */
  missing?: 'ignore' | 'category';
  /** Target: weight of the overall mean in rows, or 'auto' (empirical Bayes: the noisier a category, the stronger). Default 'auto'. */
  smoothing?: 'auto' | number;
  /** Target: folds of the out-of-fold encoding of training rows, default 5. */
  folds?: number;
  /** Target: 'time' cuts the rows into consecutive blocks (and leaves out rows whose label span touches the block), 'random' draws seeded folds. Default 'time'. */
  foldOrder?: 'time' | 'random';
  /** Target: seed of 'random' folds, default 0. */
  seed?: number;
  /** Target: what the label is; 'auto' takes whole numbers with at most 20 values for classes. */
  targetType?: 'auto' | 'binary' | 'multiclass' | 'continuous';
}

/** Features of the time of each row. */
export interface TimeFeatureOptions {
  /** Parts of the timestamp, in UTC: Monday is day 0 of the week, January month 1. */
  parts: readonly TimePart[];
  /** Also a sine and a cosine over the part's cycle, so that 23 h and 0 h are neighbours. Default false. */
  cyclic?: boolean;
  /** Keep the plain number beside the sine and cosine. Default true. */
  plain?: boolean;
}

/** Values of earlier rows. */
export interface LagOptions {
  column: string | readonly string[];
  /** Rows back, each at least 1. */
  periods: number | readonly number[];
}

/** Changes against earlier rows. */
export interface DifferenceOptions extends LagOptions {
  /** x / x[-periods] - 1 instead of x - x[-periods]. Default false. */
  relative?: boolean;
}

/** Statistics over the last rows. */
export interface RollingOptions {
  column: string | readonly string[];
  /** Rows in the window, the current row included. */
  window: number | readonly number[];
  statistics: RollingStatistic | readonly RollingStatistic[];
  /** Known values needed for a result; default: the window. */
  minPeriods?: number;
  /** Levels of 'quantile', default [0.25, 0.75]. */
  quantiles?: readonly number[];
}

/** Exponentially weighted statistics; exactly one of `span`, `halfLife` and `alpha`. */
export interface EwmOptions {
  column: string | readonly string[];
  /** alpha = 2 / (span + 1). */
  span?: number;
  /** Rows after which a weight has halved. */
  halfLife?: number;
  alpha?: number;
  /** Default ['mean']. */
  statistics?: EwmStatistic | readonly EwmStatistic[];
  /** Known values needed for a result, default 1. */
  minPeriods?: number;
}

/** Causal features: row i depends on rows up to i of its own group only. */
export interface FeatureOptions {
  /** New columns by formula, such as `{ logReturn: 'log(close / open)' }`; the language is described at `parseExpression`. */
  expressions?: Readonly<Record<string, string>>;
  /** `<column>_lag_<periods>`. */
  lags?: readonly LagOptions[];
  /** `<column>_diff_<periods>`, relative ones `<column>_change_<periods>`. */
  differences?: readonly DifferenceOptions[];
  /** `<column>_rolling_<statistic>_<window>`, quantiles `<column>_rolling_q25_<window>`. */
  rolling?: readonly RollingOptions[];
  /** `<column>_ewm_<statistic>_<span>`, or `_h<halfLife>`, `_a<alpha>`. */
  ewm?: readonly EwmOptions[];
  /** Nothing reaches back over a step longer than this many milliseconds (needs times). Default: sessions are not told apart. */
  sessionGap?: number;
}

export interface PreprocessingOptions extends FeatureOptions {
  columns?: ColumnOptions;
  imputation?: ImputationStrategy | ImputationOptions;
  scaling?: ScalingMethod | ScalingOptions;
  encoding?: EncodingMethod | EncodingOptions;
  /** Features of time columns, or of the split's `times` when there is no time column. Without it time columns are dropped. */
  timeFeatures?: readonly TimePart[] | TimeFeatureOptions;
  /** Drop columns without any value in the training rows. Default true; when false they are filled with the constant (0). */
  dropAllMissing?: boolean;
  /** Drop columns with one value only in the training rows. Default false. */
  dropConstant?: boolean;
  /** Infinite input values: an `InvalidInputError` naming the rows, or treated as missing. Default 'error'. */
  infinite?: 'error' | 'missing';
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

const IMPUTATION = ['median', 'mean', 'most-frequent', 'constant', 'none'] as const;
const SCALING = ['standard', 'robust', 'min-max', 'quantile', 'none'] as const;
const ENCODING = ['one-hot', 'ordinal', 'target', 'frequency', 'none'] as const;
const ROLLING = ['mean', 'sum', 'std', 'min', 'max', 'median', 'quantile', 'skew', 'zscore', 'count'] as const;
const TIME_PARTS = [
  'minute',
  'hour',
  'minuteOfDay',
  'dayOfWeek',
  'dayOfMonth',
  'dayOfYear',
  'month',
  'quarter',
  'year',
] as const;

/** Limit on windows and lags: a larger one is a typing error, and would cost rows times window. */
const MAX_PERIODS = 1_000_000;

const schema = lazySchema((z) => {
  const name = z.string().min(1);
  const names = z.array(name).min(1);
  const count = z.int().min(1).max(MAX_PERIODS);
  const counts = z.array(count).min(1);
  const filling = z.strictObject({
    strategy: z.enum(IMPUTATION).default('median'),
    value: z.union([z.number(), z.string()]).optional(),
  });
  const features = {
    expressions: z.record(name, z.string()).default({}),
    lags: z.array(z.strictObject({ column: names, periods: counts })).default([]),
    differences: z
      .array(z.strictObject({ column: names, periods: counts, relative: z.boolean().default(false) }))
      .default([]),
    rolling: z
      .array(
        z
          .strictObject({
            column: names,
            window: counts,
            statistics: z.array(z.enum(ROLLING)).min(1),
            minPeriods: count.optional(),
            quantiles: z.array(z.number().min(0).max(1)).min(1).default([0.25, 0.75]),
          })
          .refine((o) => o.minPeriods === undefined || o.window.every((window) => window >= (o.minPeriods ?? 0)), {
            message: 'minPeriods is larger than the window',
          }),
      )
      .default([]),
    ewm: z
      .array(
        z
          .strictObject({
            column: names,
            span: z.number().min(1).optional(),
            halfLife: z.number().positive().optional(),
            alpha: z.number().positive().max(1).optional(),
            statistics: z
              .array(z.enum(['mean', 'std']))
              .min(1)
              .default(['mean']),
            minPeriods: count.default(1),
          })
          .refine((o) => [o.span, o.halfLife, o.alpha].filter((v) => v !== undefined).length === 1, {
            message: 'give exactly one of span, halfLife and alpha',
          }),
      )
      .default([]),
    sessionGap: z.number().positive().optional(),
  };
  return z.strictObject({
    ...features,
    columns: z
      .strictObject({ names: names.optional(), select: names.optional(), drop: z.array(name).optional() })
      .default({}),
    imputation: filling
      .extend({ columns: z.record(name, filling).default({}), indicators: z.boolean().default(false) })
      .prefault({}),
    scaling: z
      .strictObject({
        method: z.enum(SCALING).default('standard'),
        columns: z.record(name, z.enum(SCALING)).default({}),
        range: z
          .tuple([z.number(), z.number()])
          .refine(([low, high]) => low < high, { message: 'the first number must be below the second' })
          .default([0, 1]),
        clip: z.boolean().default(false),
        quantileRange: z
          .tuple([z.number().min(0).max(100), z.number().min(0).max(100)])
          .refine(([low, high]) => low < high, { message: 'the first percentile must be below the second' })
          .default([25, 75]),
        quantiles: z.int().min(2).max(1_000_000).default(1000),
        output: z.enum(['uniform', 'normal']).default('uniform'),
      })
      .prefault({}),
    encoding: z
      .strictObject({
        method: z.enum(ENCODING).default('one-hot'),
        columns: z.record(name, z.enum(ENCODING)).default({}),
        drop: z.enum(['none', 'first', 'if-binary']).default('none'),
        minFrequency: z
          .number()
          .positive()
          .refine((v) => v < 1 || Number.isInteger(v), { message: 'a share below 1 or a whole number of rows' })
          .optional(),
        unknown: z.enum(['ignore', 'infrequent', 'error']).default('ignore'),
        unknownCode: z.number().optional(),
        missing: z.enum(['ignore', 'category']).default('ignore'),
        smoothing: z.union([z.literal('auto'), z.number().min(0)]).default('auto'),
        folds: z.int().min(2).max(1000).default(5),
        foldOrder: z.enum(['time', 'random']).default('time'),
        seed: z.int().default(0),
        targetType: z.enum(['auto', 'binary', 'multiclass', 'continuous']).default('auto'),
      })
      .prefault({}),
    timeFeatures: z
      .strictObject({
        parts: z.array(z.enum(TIME_PARTS)).min(1),
        cyclic: z.boolean().default(false),
        plain: z.boolean().default(true),
      })
      .optional(),
    dropAllMissing: z.boolean().default(true),
    dropConstant: z.boolean().default(false),
    infinite: z.enum(['error', 'missing']).default('error'),
  });
});

/** Options with every default filled in and every shorthand written out. */
export type ResolvedOptions = ReturnType<typeof schema.parse>;
export type ResolvedFeatures = Pick<
  ResolvedOptions,
  'expressions' | 'lags' | 'differences' | 'rolling' | 'ewm' | 'sessionGap'
>;

const FEATURE_KEYS = ['expressions', 'lags', 'differences', 'rolling', 'ewm', 'sessionGap'] as const;

/** Checks and completes pipeline options; `ConfigError` names the wrong key and the nearest valid one. */
export function resolveOptions(options: PreprocessingOptions = {}): ResolvedOptions {
  return schema.parse(withoutShorthands(options), 'Preprocessing options');
}

const featuresOnly = lazySchema((z) => {
  const { expressions, lags, differences, rolling, ewm, sessionGap } = schema().shape;
  return z.strictObject({ expressions, lags, differences, rolling, ewm, sessionGap });
});

/** Checks and completes the options of feature engineering alone; other pipeline options are unknown keys. */
export function resolveFeatures(options: FeatureOptions): ResolvedFeatures {
  return featuresOnly.parse(withoutShorthands(options), 'Feature options');
}

export const featuresOf = (options: ResolvedOptions): ResolvedFeatures =>
  Object.fromEntries(FEATURE_KEYS.map((key) => [key, options[key]])) as ResolvedFeatures;

/** Shorthands become their long form before the schema sees them, so that its messages speak of one form only. */
function withoutShorthands(options: unknown): unknown {
  if (!isObject(options)) return options;
  refusePrototypeKeys(options);
  const out = { ...options };
  const methodOf = (key: string, method: string) => {
    if (typeof out[key] === 'string') out[key] = { [method]: out[key] };
  };
  methodOf('imputation', 'strategy');
  methodOf('scaling', 'method');
  methodOf('encoding', 'method');
  if (isObject(out.imputation) && isObject(out.imputation.columns)) {
    const columns = Object.entries(out.imputation.columns);
    out.imputation = {
      ...out.imputation,
      columns: Object.fromEntries(columns.map(([key, v]) => [key, typeof v === 'string' ? { strategy: v } : v])),
    };
  }
  if (Array.isArray(out.timeFeatures)) out.timeFeatures = { parts: out.timeFeatures };
  for (const key of ['lags', 'differences', 'rolling', 'ewm']) {
    if (Array.isArray(out[key])) out[key] = (out[key] as unknown[]).map(listsOf);
  }
  return out;
}

/** Records by column name would silently lose an entry of this name. */
function refusePrototypeKeys(value: Readonly<Record<string, unknown>>, path = ''): void {
  for (const [key, item] of Object.entries(value)) {
    if (key === '__proto__') {
      throw new ConfigError(`Preprocessing options: '${path}${key}' cannot be configured by name`, {
        hint: 'Rename the column or feature.',
        details: { key: `${path}${key}` },
      });
    }
    if (isObject(item)) refusePrototypeKeys(item, `${path}${key}.`);
  }
}

const LIST_KEYS = ['column', 'periods', 'window', 'statistics'];

function listsOf(item: unknown): unknown {
  if (!isObject(item)) return item;
  return Object.fromEntries(
    Object.entries(item).map(([key, v]) => [key, LIST_KEYS.includes(key) && !Array.isArray(v) ? [v] : v]),
  );
}
