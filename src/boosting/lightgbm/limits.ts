/**
 * LightGBM's limits on trees: caps and smoothing of outputs, random thresholds, features by node, monotone and interaction constraints.
 * Their parameters, and what they mean to the engine for columns of these names.
 */
import { ConfigError } from '../../core/errors.js';
import type { ZodModule, ZodType } from '../../core/schema.js';
import type { BoostingParams } from '../engine/params.js';

/** -1: predictions may not rise as the column grows, 1: not fall, 0: free. */
export type MonotoneConstraints = readonly number[] | string | Readonly<Record<string, number>>;

/** Groups of features, by number or name, that may meet on a path of a tree; or the list as LightGBM writes it. */
export type InteractionConstraints = string | readonly (readonly (number | string)[])[];

export interface LimitParameters {
  /** Largest absolute leaf output before the learning rate; 0 or less for no limit. Default 0. */
  maxDeltaStep?: number;
  /** Pull of a leaf's output towards its parent's, in rows; 0 for none. Needs `minDataInLeaf` of 2 or more. Default 0. */
  pathSmooth?: number;
  /** Look at one random threshold a feature and node (Geurts et al., 2006). Default false. */
  extraTrees?: boolean;
  /** Seed of random thresholds; by default they follow from `seed`. */
  extraSeed?: number;
  /** Share of the tree's features drawn for a node, in (0, 1]. Default 1. */
  featureFractionBynode?: number;
  /** Seed of drawn features; by default they follow from `seed`. */
  featureFractionSeed?: number;
  /** -1, 0 or 1 a column: a list, LightGBM's text (`'1,0,-1'`), or columns by name. Default: all free. */
  monotoneConstraints?: MonotoneConstraints;
  /** How constraints are kept; only `'basic'` is done, the others are treated as it. Default `'basic'`. */
  monotoneConstraintsMethod?: 'basic' | 'intermediate' | 'advanced';
  /** Holds splits on constrained columns back in the first levels. Default 0. */
  monotonePenalty?: number;
  /** Sets of columns, by number or name, that may meet on a path; or LightGBM's text (`'[0,1],[2]'`). A column in no set is not used. */
  interactionConstraints?: InteractionConstraints;
}

export type LimitName = keyof LimitParameters;

export const LIMIT_ALIASES = {
  maxDeltaStep: ['max_delta_step', 'max_tree_output', 'max_leaf_output'],
  pathSmooth: ['path_smooth'],
  extraTrees: ['extra_trees', 'extra_tree'],
  extraSeed: ['extra_seed'],
  featureFractionBynode: ['feature_fraction_bynode', 'sub_feature_bynode', 'colsample_bynode'],
  featureFractionSeed: ['feature_fraction_seed'],
  monotoneConstraints: ['monotone_constraints', 'mc', 'monotone_constraint', 'monotonic_cst'],
  monotoneConstraintsMethod: ['monotone_constraints_method', 'monotone_constraining_method', 'mc_method'],
  monotonePenalty: ['monotone_penalty', 'monotone_splits_penalty', 'ms_penalty', 'mc_penalty'],
  interactionConstraints: ['interaction_constraints'],
} as const satisfies Record<LimitName, readonly string[]>;

export const LIMIT_DEFAULTS = {
  maxDeltaStep: 0,
  pathSmooth: 0,
  extraTrees: false,
  featureFractionBynode: 1,
  monotoneConstraintsMethod: 'basic',
  monotonePenalty: 0,
} as const satisfies LimitParameters;

/** Parameters without a default. */
export type OptionalLimit = Exclude<LimitName, keyof typeof LIMIT_DEFAULTS>;

const DIRECTIONS = /^\s*-?[01]\s*(,\s*-?[01]\s*)*$/;
const SETS = /^\s*\[\s*\d+\s*(,\s*\d+\s*)*\]\s*(,\s*\[\s*\d+\s*(,\s*\d+\s*)*\]\s*)*$/;

export function limitSchemas(z: ZodModule): { [K in LimitName]: ZodType<LimitParameters[K]> } {
  const direction = z.int().min(-1).max(1);
  const column = z.union([z.int().min(0), z.string().min(1)]);
  return {
    maxDeltaStep: z.number().optional(),
    pathSmooth: z.number().min(0).optional(),
    extraTrees: z.boolean().optional(),
    extraSeed: z.int().min(0).optional(),
    featureFractionBynode: z.number().gt(0).max(1).optional(),
    featureFractionSeed: z.int().min(0).optional(),
    monotoneConstraints: z
      .union([z.array(direction), z.string().regex(DIRECTIONS), z.record(z.string(), direction)])
      .optional(),
    monotoneConstraintsMethod: z.enum(['basic', 'intermediate', 'advanced']).optional(),
    monotonePenalty: z.number().min(0).optional(),
    interactionConstraints: z.union([z.array(z.array(column).min(1)), z.string().regex(SETS)]).optional(),
  };
}

/** Settings as the engine and the model file take them. */
export interface Limits {
  params: Pick<
    BoostingParams,
    'maxDeltaStep' | 'featureFractionByNode' | 'monotone' | 'interactions' | 'minDataInLeaf'
  >;
  /** One a column, where any is constrained. */
  monotone?: number[];
  /** The settings under which the file lists them. */
  listed: LimitParameters;
  warnings: string[];
}

type Settings = LimitParameters & { minDataInLeaf: number };

/** @throws ConfigError - a column that does not exist */
export function limitsFor(settings: Settings, featureNames: readonly string[]): Limits {
  const { pathSmooth = 0, minDataInLeaf } = settings;
  const directions = directionsOf(settings.monotoneConstraints, featureNames);
  const monotone = directions.some(Boolean) ? directions : [];
  const interactions = setsOf(settings.interactionConstraints, featureNames);
  return {
    params: {
      maxDeltaStep: Math.max(0, settings.maxDeltaStep ?? 0),
      featureFractionByNode: settings.featureFractionBynode ?? 1,
      monotone,
      interactions,
      // A leaf of one row would only repeat its parent's output.
      minDataInLeaf: pathSmooth > 0 ? Math.max(2, minDataInLeaf) : minDataInLeaf,
    },
    ...(monotone.length > 0 ? { monotone } : {}),
    listed: {
      monotoneConstraints: monotone.length > 0 ? monotone.join(',') : undefined,
      interactionConstraints: interactions.length > 0 ? interactions.map((set) => `[${set}]`).join(',') : undefined,
    },
    warnings: warningsOf(settings, monotone.length > 0),
  };
}

function warningsOf(settings: Settings, constrained: boolean): string[] {
  const { monotoneConstraintsMethod = 'basic', monotonePenalty = 0, extraSeed, extraTrees } = settings;
  const { pathSmooth = 0, minDataInLeaf, featureFractionSeed, featureFractionBynode = 1 } = settings;
  const { featureFraction = 1 } = settings as { featureFraction?: number };
  const found: (string | false)[] = [
    constrained &&
      monotoneConstraintsMethod !== 'basic' &&
      `monotoneConstraintsMethod '${monotoneConstraintsMethod}' is trained as 'basic'`,
    !constrained && monotonePenalty > 0 && 'monotonePenalty has no effect without monotoneConstraints',
    pathSmooth > 0 && minDataInLeaf < 2 && 'pathSmooth needs two rows a leaf: minDataInLeaf is raised to 2',
    extraSeed !== undefined && !extraTrees && 'extraSeed has no effect without extraTrees',
    featureFractionSeed !== undefined &&
      featureFraction === 1 &&
      featureFractionBynode === 1 &&
      'featureFractionSeed has no effect where no features are drawn',
  ];
  return found.filter((warning) => warning !== false);
}

function directionsOf(given: MonotoneConstraints | undefined, featureNames: readonly string[]): number[] {
  if (given === undefined) return [];
  if (typeof given === 'string') return given.split(',').map(Number);
  if (isList(given)) return [...given];
  const directions = new Array<number>(featureNames.length).fill(0);
  for (const [name, direction] of Object.entries(given)) {
    directions[columnOf(name, featureNames, 'monotoneConstraints')] = direction;
  }
  return directions;
}

const isList = (given: readonly number[] | Readonly<Record<string, number>>): given is readonly number[] =>
  Array.isArray(given);

function setsOf(given: InteractionConstraints | undefined, featureNames: readonly string[]): number[][] {
  if (given === undefined) return [];
  const sets = typeof given === 'string' ? (JSON.parse(`[${given}]`) as number[][]) : given;
  return sets.map((set) =>
    set.map((column) =>
      typeof column === 'number' ? column : columnOf(column, featureNames, 'interactionConstraints'),
    ),
  );
}

function columnOf(name: string, featureNames: readonly string[], parameter: string): number {
  const column = featureNames.indexOf(name);
  if (column >= 0) return column;
  throw new ConfigError(`lightgbm: ${parameter} names the column '${name}', which the data do not have`, {
    hint: 'Name columns as in featureNames, or by their number.',
    details: { name },
  });
}
