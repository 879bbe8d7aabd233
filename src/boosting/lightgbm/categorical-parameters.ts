/** LightGBM's parameters of categorical features: names, defaults, ranges, and what they tell the engine. */
import { ConfigError } from '../../core/errors.js';
import type { ZodModule, ZodType } from '../../core/schema.js';
import type { CategoricalParams } from '../engine/params.js';

export interface CategoricalParameters {
  /**
   * Columns of categories, by number or by feature name; LightGBM's text forms (`'0,1,2'`, `'name:city,user'`, `'auto'`) are taken
   * too. They hold codes 0, 1, 2, ...; NaN and negative values are missing. Default none.
   */
  categoricalFeatures?: readonly (number | string)[] | string;
  /** Steadies the order of categories with few rows, and leaves out those with fewer rows in a node. Default 10. */
  catSmooth?: number;
  /** L2 penalty that splits of many categories against many have on top. Default 10. */
  catL2?: number;
  /** Most categories gathered on one side of a split. Default 32. */
  maxCatThreshold?: number;
  /** Columns of fewer categories than this are split one category against the rest. Default 4. */
  maxCatToOnehot?: number;
  /** Fewest rows of a step in the search among sorted categories. Default 100. */
  minDataPerGroup?: number;
}

export const CATEGORICAL_ALIASES = {
  categoricalFeatures: [
    'categorical_feature',
    'categorical_features',
    'cat_feature',
    'categorical_column',
    'cat_column',
  ],
  catSmooth: ['cat_smooth'],
  catL2: ['cat_l2'],
  maxCatThreshold: ['max_cat_threshold'],
  maxCatToOnehot: ['max_cat_to_onehot'],
  minDataPerGroup: ['min_data_per_group'],
} as const satisfies Record<keyof CategoricalParameters, readonly string[]>;

export const CATEGORICAL_DEFAULTS = {
  categoricalFeatures: [] as readonly (number | string)[],
  catSmooth: 10,
  catL2: 10,
  maxCatThreshold: 32,
  maxCatToOnehot: 4,
  minDataPerGroup: 100,
} as const satisfies Required<CategoricalParameters>;

export function categoricalSchemas(z: ZodModule): {
  [K in keyof CategoricalParameters]-?: ZodType<CategoricalParameters[K]>;
} {
  const most = 2 ** 31 - 1;
  const features = z.array(z.union([z.int().min(0), z.string().min(1)])).readonly();
  return {
    categoricalFeatures: z.union([features, z.string().transform(readFeatures)]).optional() as unknown as ZodType<
      CategoricalParameters['categoricalFeatures']
    >,
    catSmooth: z.number().min(0).optional(),
    catL2: z.number().min(0).optional(),
    maxCatThreshold: z.int().min(1).max(most).optional(),
    maxCatToOnehot: z.int().min(1).max(most).optional(),
    minDataPerGroup: z.int().min(1).max(most).optional(),
  };
}

/** LightGBM's text: column numbers or, after `name:`, feature names. */
function readFeatures(text: string): (number | string)[] {
  if (text === '' || text === 'auto') return [];
  const named = text.startsWith('name:');
  const parts = (named ? text.slice('name:'.length) : text).split(',').map((part) => part.trim());
  return parts.map((part) => (!named && /^\d+$/.test(part) ? Number(part) : part));
}

/** The `categorical_feature` line of a model file. */
export function writeFeatures(features: readonly (number | string)[] | string): string {
  if (typeof features === 'string') return features;
  return features.some((feature) => typeof feature === 'string') ? `name:${features.join(',')}` : features.join(',');
}

/** What the engine is told. @throws ConfigError - a column that does not exist or is named twice */
export function categoricalParams(
  settings: Required<CategoricalParameters>,
  featureNames: readonly string[],
): CategoricalParams {
  return {
    columns: columnsOf(settings.categoricalFeatures, featureNames),
    maxOneHot: settings.maxCatToOnehot,
    smooth: settings.catSmooth,
    l2: settings.catL2,
    maxThreshold: settings.maxCatThreshold,
    minDataPerGroup: settings.minDataPerGroup,
  };
}

function columnsOf(features: readonly (number | string)[] | string, names: readonly string[]): number[] {
  const listed = typeof features === 'string' ? readFeatures(features) : features;
  const columns = listed.map((feature) => (typeof feature === 'number' ? feature : names.indexOf(feature)));
  for (const [i, column] of columns.entries()) {
    const problem =
      column < 0 || column >= names.length
        ? `'${listed[i]}' is no column of X`
        : columns.indexOf(column) < i
          ? `'${listed[i]}' is listed twice`
          : undefined;
    if (problem === undefined) continue;
    throw new ConfigError(`lightgbm: categoricalFeatures: ${problem}`, {
      hint: `List column numbers below ${names.length}, or names of \`featureNames\`.`,
      details: { feature: listed[i], features: names.length },
    });
  }
  return columns.toSorted((a, b) => a - b);
}
