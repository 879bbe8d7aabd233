/** Scaling of one numeric column: parameters from the (imputed) training values, applied in place to any values. */

import type { ResolvedOptions, ScalingMethod } from './options.js';
import { quantiles } from './order-statistics.js';
import { fitQuantileMap, mapQuantiles } from './quantile-map.js';
import type { NumericSummary } from './statistics.js';

export type Scaler =
  /** (x - center) / scale. */
  | { readonly method: 'standard' | 'robust'; readonly center: number; readonly scale: number }
  /** x * scale + offset, cut to [low, high] when `clip`. */
  | {
      readonly method: 'min-max';
      readonly scale: number;
      readonly offset: number;
      readonly low: number;
      readonly high: number;
      readonly clip: boolean;
    }
  | { readonly method: 'quantile'; readonly quantiles: readonly number[]; readonly output: 'uniform' | 'normal' }
  | { readonly method: 'none' };

/** Training values of a column as the scaler is to see them: known ones, and missing ones by what fills them. */
export interface TrainingColumn {
  readonly values: Float64Array;
  readonly summary: NumericSummary | undefined;
  /** What fills missing values; null leaves them out. */
  readonly fill: number | null;
}

export const scalingMethod = (options: ResolvedOptions['scaling'], column: string): ScalingMethod =>
  Object.hasOwn(options.columns, column) ? options.columns[column] : options.method;

/**
 * Fits one column the way scikit-learn's StandardScaler, RobustScaler, MinMaxScaler and QuantileTransformer do after imputation: unweighted,
 * population variance, and a scale of 1 for a constant column. A column without known values is not scaled.
 */
export function fitScaler(method: ScalingMethod, column: TrainingColumn, options: ResolvedOptions['scaling']): Scaler {
  if (method === 'none' || !column.summary) return { method: 'none' };
  switch (method) {
    case 'standard':
      return { method, ...standard(column, column.summary) };
    case 'robust':
      return { method, ...robust(column, options.quantileRange) };
    case 'min-max':
      return minMax(column, column.summary, options);
    case 'quantile':
      return { method, quantiles: fitQuantileMap(filled(column), levels(column, options)), output: options.output };
  }
}

/** No more quantiles than rows, rows with a missing value included, as scikit-learn counts. */
const levels = (column: TrainingColumn, options: ResolvedOptions['scaling']) =>
  Math.min(options.quantiles, column.values.length);

const EPSILON = Number.EPSILON;
/** scikit-learn's rule for ranges that are zero but for rounding. */
const nonZero = (scale: number) => (scale < 10 * EPSILON ? 1 : scale);

/** Mean and deviation of known and filled values together, from those of the known ones. */
function standard(column: TrainingColumn, summary: NumericSummary): { center: number; scale: number } {
  const { count, missing, mean, standardDeviation } = summary;
  const variance = standardDeviation * standardDeviation;
  if (column.fill === null || missing === 0) return { center: mean, scale: deviation(variance, mean, count) };
  const n = count + missing;
  const center = mean + ((column.fill - mean) * missing) / n;
  const d = mean - center;
  const f = column.fill - center;
  return { center, scale: deviation((count * (variance + d * d) + missing * f * f) / n, center, n) };
}

/** The square root, or 1 when the variance is no larger than the rounding of the mean makes it. */
function deviation(variance: number, mean: number, n: number): number {
  const rounding = n * mean * EPSILON;
  return variance <= n * EPSILON * variance + rounding * rounding ? 1 : Math.sqrt(variance);
}

function robust(column: TrainingColumn, [low, high]: readonly [number, number]): { center: number; scale: number } {
  const levels = [low / 100, 0.5, high / 100];
  const ascending = [...levels].sort((a, b) => a - b);
  const found = quantiles(filled(column), ascending);
  const at = (level: number) => found[ascending.indexOf(level)];
  return { center: at(0.5), scale: nonZero(at(levels[2]) - at(levels[0])) };
}

function minMax(column: TrainingColumn, summary: NumericSummary, options: ResolvedOptions['scaling']): Scaler {
  const [low, high] = options.range;
  const reach = summary.missing > 0 && column.fill !== null ? [column.fill] : [];
  const minimum = Math.min(summary.minimum, ...reach);
  const scale = (high - low) / nonZero(Math.max(summary.maximum, ...reach) - minimum);
  return { method: 'min-max', scale, offset: low - minimum * scale, low, high, clip: options.clip };
}

/** A copy of the values with missing ones filled, or left out. */
function filled({ values, fill }: TrainingColumn): Float64Array {
  if (fill === null) return values.filter((value) => !Number.isNaN(value));
  return values.map((value) => (Number.isNaN(value) ? fill : value));
}

/** Scales `values` in place; NaN stays NaN. */
export function applyScaler(scaler: Scaler, values: Float64Array): void {
  switch (scaler.method) {
    case 'none':
      return;
    case 'standard':
    case 'robust': {
      const { center, scale } = scaler;
      for (let i = 0; i < values.length; i++) values[i] = (values[i] - center) / scale;
      return;
    }
    case 'min-max': {
      const { scale, offset, low, high, clip } = scaler;
      for (let i = 0; i < values.length; i++) {
        const value = values[i] * scale + offset;
        values[i] = clip ? Math.min(Math.max(value, low), high) : value;
      }
      return;
    }
    case 'quantile':
      mapQuantiles(scaler, values);
  }
}
