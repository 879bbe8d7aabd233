/** Which features the options ask for, what each is computed from, and in which order they must be computed. */
import { ConfigError, InvalidInputError } from '../core/errors.js';
import { unknownColumn } from './column-source.js';
import { alphaOf, ewm } from './ewm.js';
import { columnsOf, type Expression, parseExpression, withConstants } from './expression.js';
import { evaluateExpression } from './expressions.js';
import { difference, lag, relativeChange } from './lags.js';
import type { ResolvedFeatures } from './options.js';
import { type RollingSpec, rolling } from './rolling.js';

/** One engineered column: of one series in time order, or of all columns of the same row. */
export type Feature = SeriesFeature | RowFeature;

export interface SeriesFeature {
  readonly name: string;
  readonly input: string;
  /** Values of one segment in time order; out[i] depends on values[0 .. i] only. */
  readonly compute: (values: Float64Array) => Float64Array;
  /** Earlier rows a value depends on. */
  readonly lookback: number;
}

export interface RowFeature {
  readonly name: string;
  readonly expression: Expression;
}

/** Parses the expressions of the options; `ConfigError` for the first one outside the language. */
export function parseExpressions(expressions: Readonly<Record<string, string>>): ReadonlyMap<string, Expression> {
  return new Map(Object.entries(expressions).map(([name, text]) => [name, parseExpression(text, name)]));
}

/** All features the options ask for, in the order of the options; two of one name are a `ConfigError`. */
export function listFeatures(
  options: ResolvedFeatures,
  expressions: ReadonlyMap<string, Expression> = parseExpressions(options.expressions),
): Feature[] {
  const features: Feature[] = [
    ...[...expressions].map(([name, expression]) => ({ name, expression })),
    ...options.lags.flatMap(({ column, periods }) =>
      each(column, periods, (input, p) => series(`${input}_lag_${p}`, input, p, (v) => lag(v, p))),
    ),
    ...options.differences.flatMap(({ column, periods, relative }) =>
      each(column, periods, (input, p) =>
        relative
          ? series(`${input}_change_${p}`, input, p, (v) => relativeChange(v, p))
          : series(`${input}_diff_${p}`, input, p, (v) => difference(v, p)),
      ),
    ),
    ...options.rolling
      .flatMap((item) => each(item.column, item.window, (input, window) => windowFeatures(item, input, window)))
      .flat(),
    ...options.ewm.flatMap((item) => ewmFeatures(item)),
  ];
  const seen = new Set<string>();
  for (const { name } of features) {
    if (seen.has(name)) {
      throw new ConfigError(`Two features are called '${name}'`, {
        hint: 'Remove one of them.',
        details: { feature: name },
      });
    }
    seen.add(name);
  }
  return features;
}

const each = <T>(
  columns: readonly string[],
  periods: readonly number[],
  make: (column: string, period: number) => T,
): T[] => columns.flatMap((column) => periods.map((period) => make(column, period)));

const series = (
  name: string,
  input: string,
  lookback: number,
  compute: (values: Float64Array) => Float64Array,
): SeriesFeature => ({ name, input, lookback, compute });

/** 0.25 is 'q25', 0.975 is 'q97.5'. */
const levelName = (level: number) => `q${Number((level * 100).toPrecision(12))}`;

function windowFeatures(item: ResolvedFeatures['rolling'][number], input: string, window: number): SeriesFeature[] {
  const minPeriods = item.minPeriods ?? window;
  const make = (label: string, spec: RollingSpec) =>
    series(`${input}_rolling_${label}_${window}`, input, window - 1, (v) => rolling(v, spec));
  return item.statistics.flatMap((statistic) =>
    statistic === 'quantile'
      ? item.quantiles.map((quantile) => make(levelName(quantile), { statistic, window, minPeriods, quantile }))
      : [make(statistic, { statistic, window, minPeriods })],
  );
}

function ewmFeatures(item: ResolvedFeatures['ewm'][number]): SeriesFeature[] {
  const alpha = alphaOf(item);
  const label =
    item.span !== undefined ? item.span : item.halfLife !== undefined ? `h${item.halfLife}` : `a${item.alpha}`;
  return item.column.flatMap((input) =>
    item.statistics.map((statistic) =>
      series(`${input}_ewm_${statistic}_${label}`, input, Number.POSITIVE_INFINITY, (v) =>
        ewm(v, { statistic, alpha, minPeriods: item.minPeriods }),
      ),
    ),
  );
}

/** Features in an order in which each comes after those it is computed from, and the raw columns they need. */
export interface FeaturePlan {
  readonly steps: readonly Feature[];
  readonly inputs: readonly string[];
  /** Earlier rows (of the same segment) that any feature depends on. */
  readonly lookback: number;
}

const inputsOf = (feature: Feature, isColumn: (name: string) => boolean): readonly string[] =>
  'expression' in feature ? columnsOf(feature.expression, isColumn) : [feature.input];

/**
 * Orders the features over the given raw columns. A feature may use other features; it may not take the name of a raw column
 * (`ConfigError`), use an unknown column (`InvalidInputError` with the nearest name), or depend on itself (`ConfigError`).
 */
export function planFeatures(features: readonly Feature[], columns: readonly string[]): FeaturePlan {
  const raw = new Set(columns);
  const byName = new Map(features.map((feature) => [feature.name, feature]));
  const clash = features.find((feature) => raw.has(feature.name));
  if (clash) {
    throw new ConfigError(`The feature '${clash.name}' has the name of a column of the data`, {
      hint: 'Rename the feature.',
    });
  }
  const isColumn = (name: string) => raw.has(name) || byName.has(name);
  const steps: Feature[] = [];
  const inputs = new Set<string>();
  const lookback = new Map<string, number>();
  const visit = (name: string, path: readonly string[]): number => {
    if (raw.has(name)) {
      inputs.add(name);
      return 0;
    }
    const done = lookback.get(name);
    if (done !== undefined) return done;
    const feature = byName.get(name);
    if (!feature) throw unknownColumn(name, [...columns, ...byName.keys()], `Feature '${path.at(-1)}'`);
    if (path.includes(name)) throw circular([...path.slice(path.indexOf(name)), name]);
    const reach = Math.max(0, ...inputsOf(feature, isColumn).map((input) => visit(input, [...path, name])));
    const total = reach + ('expression' in feature ? 0 : feature.lookback);
    lookback.set(name, total);
    steps.push('expression' in feature ? { name, expression: withConstants(feature.expression, isColumn) } : feature);
    return total;
  };
  for (const feature of features) visit(feature.name, []);
  return { steps, inputs: [...inputs], lookback: Math.max(0, ...lookback.values()) };
}

function circular(path: readonly string[]): ConfigError {
  return new ConfigError(`Features depend on each other in a circle: ${path.join(' needs ')}`, {
    hint: 'Break the circle by renaming or removing one of them.',
    details: { features: path },
  });
}

/** Values of an expression over columns of `rows` rows. */
export const computeRowFeature = (
  feature: RowFeature,
  rows: number,
  column: (name: string) => Float64Array,
): Float64Array => evaluateExpression(feature.expression, rows, column);

/** The error for an engineered feature asked of a text column. */
export function notNumeric(feature: string, column: string): InvalidInputError {
  return new InvalidInputError(`Feature '${feature}': column '${column}' is text, not numbers`, {
    hint: 'Features are computed from numeric and time columns.',
    details: { feature, column },
  });
}
