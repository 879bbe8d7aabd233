/** The configuration of `RandomForestModel`: scikit-learn's parameters under our names, its own names accepted. */
import { type Report, withAliases } from '../../core/parameter-names.js';
import { lazySchema, type ZodModule, type ZodType } from '../../core/schema.js';
import type { Task } from '../../model/types.js';

/** What a split of a classification lessens. */
export type ClassificationCriterion = 'gini' | 'entropy' | 'log_loss';
/** What a split of a regression lessens. */
export type RegressionCriterion = 'squared_error' | 'absolute_error' | 'poisson';
/** What a split lessens. */
export type ForestCriterion = ClassificationCriterion | RegressionCriterion;

/**
 * `'balanced'`: classes weigh alike over all rows; `'balanced_subsample'`: over the draws of each tree; or a weight for each label, labels
 * left out count 1.
 */
export type ForestClassWeight = 'balanced' | 'balanced_subsample' | Readonly<Record<string | number, number>>;

/** Parameters of a random forest, every one optional. `null` is what scikit-learn calls None. */
export interface RandomForestParameters {
  /** Default `'classification'`. */
  task?: Task;
  /** What a split lessens. Default `'gini'`, or `'squared_error'` for regression; `'log_loss'` is another word for `'entropy'`. */
  criterion?: ForestCriterion;
  /** Number of trees. Default 100. */
  nTrees?: number;
  /** Most splits on the way to a leaf. Default null: no limit. */
  maxDepth?: number | null;
  /** Least rows of a node that is split: a number from 2, or a share of all rows below 1. Default 2. */
  minSamplesSplit?: number;
  /** Least rows of a leaf: a number from 1, or a share of all rows below 1. Default 1. */
  minSamplesLeaf?: number;
  /** Least share of a tree's weight in a leaf, at most 0.5. Default 0. */
  minWeightFractionLeaf?: number;
  /**
   * Columns looked at in each node: `'sqrt'` or `'log2'` of all, a share (above 0, at most 1), a number from 2, or null for all. Default
   * `'sqrt'`, for regression 1 (all).
   */
  maxFeatures?: 'sqrt' | 'log2' | number | null;
  /** Most leaves of a tree, which then splits where the impurity lessens most. Default null: no limit. */
  maxLeafNodes?: number | null;
  /** Least decrease of impurity of a split, weighed by the node's share of rows. Default 0. */
  minImpurityDecrease?: number;
  /** Each tree sees rows drawn with replacement. Default true, with `extraTrees` false. */
  bootstrap?: boolean;
  /** Rows drawn for each tree: a share of all (above 0, at most 1) or a number from 2. Default null: as many as there are. */
  maxSamples?: number | null;
  /** Weight of classes. Default null: all 1. */
  classWeight?: ForestClassWeight | null;
  /** Score each row by the trees that did not see it. Default false. */
  oobScore?: boolean;
  /** Thresholds are drawn at random, one a feature (Geurts, Ernst and Wehenkel, 2006). Default false. */
  extraTrees?: boolean;
  /** Prunes subtrees whose decrease of impurity is not above this for each leaf. Default 0. */
  ccpAlpha?: number;
  /** Stop after so many trees without a lower out-of-bag loss, looked at every ten trees. Default 0: never. */
  earlyStoppingRounds?: number;
  /** A second `fit` of the same object keeps its trees and grows `nTrees` more; out-of-bag scores are of those. Default false. */
  warmStart?: boolean;
  /** Most bins of a column, from 2 to 255. Default 255. */
  maxBin?: number;
  /** Default 42. */
  seed?: number;
  /** Worker threads; never changes the model. */
  threads?: number;
}

/** scikit-learn's names (https://scikit-learn.org/stable/modules/generated/sklearn.ensemble.RandomForestClassifier.html). */
const ALIASES = {
  n_estimators: 'nTrees',
  max_depth: 'maxDepth',
  min_samples_split: 'minSamplesSplit',
  min_samples_leaf: 'minSamplesLeaf',
  min_weight_fraction_leaf: 'minWeightFractionLeaf',
  max_features: 'maxFeatures',
  max_leaf_nodes: 'maxLeafNodes',
  min_impurity_decrease: 'minImpurityDecrease',
  max_samples: 'maxSamples',
  class_weight: 'classWeight',
  oob_score: 'oobScore',
  extra_trees: 'extraTrees',
  ccp_alpha: 'ccpAlpha',
  early_stopping_rounds: 'earlyStoppingRounds',
  warm_start: 'warmStart',
  max_bin: 'maxBin',
  random_state: 'seed',
  n_jobs: 'threads',
} as const satisfies Record<string, keyof RandomForestParameters>;

type Aliases = typeof ALIASES;

/** What `new RandomForestModel(...)` takes. */
export type RandomForestConfig = RandomForestParameters & { [K in keyof Aliases]?: RandomForestParameters[Aliases[K]] };

/** The configuration after parsing: our names only, defaults filled in, no limit left out. */
export interface RandomForestSettings {
  readonly task: Task;
  readonly criterion: ForestCriterion;
  readonly nTrees: number;
  readonly maxDepth?: number;
  readonly minSamplesSplit: number;
  readonly minSamplesLeaf: number;
  readonly minWeightFractionLeaf: number;
  readonly maxFeatures: 'sqrt' | 'log2' | number;
  readonly maxLeafNodes?: number;
  readonly minImpurityDecrease: number;
  readonly bootstrap: boolean;
  readonly maxSamples?: number;
  readonly classWeight?: ForestClassWeight;
  readonly oobScore: boolean;
  readonly extraTrees: boolean;
  readonly ccpAlpha: number;
  readonly earlyStoppingRounds: number;
  readonly warmStart: boolean;
  readonly maxBin: number;
  readonly seed?: number;
  readonly threads?: number;
}

const CLASSIFICATION: readonly string[] = ['gini', 'entropy', 'log_loss'];

function parameterSchemas(z: ZodModule): { [K in keyof RandomForestParameters]-?: ZodType } {
  const most = 2 ** 31 - 2;
  const isCount = (value: unknown, least: number) =>
    Number.isInteger(value) && (value as number) >= least && (value as number) <= most;
  const isShare = (value: unknown) => typeof value === 'number' && value > 0 && value <= 1;
  const partOf = (fits: (value: unknown) => boolean, error: string) => z.unknown().refine(fits, { error });
  /** Rows: so many, or a share of all below 1, as 1 is a number of rows. */
  const rowsFrom = (least: number) =>
    partOf(
      (value) => isCount(value, least) || (isShare(value) && value !== 1),
      `has to be a whole number from ${least}, or a share above 0 and below 1`,
    );
  return {
    task: z.enum(['classification', 'regression']).optional(),
    criterion: z.enum(['gini', 'entropy', 'log_loss', 'squared_error', 'absolute_error', 'poisson']).optional(),
    nTrees: z.int().min(1).max(100_000).optional(),
    maxDepth: z.int().min(1).max(most).nullable().optional(),
    minSamplesSplit: rowsFrom(2).optional(),
    minSamplesLeaf: rowsFrom(1).optional(),
    minWeightFractionLeaf: z.number().min(0).max(0.5).optional(),
    maxFeatures: partOf(
      (value) => value === null || value === 'sqrt' || value === 'log2' || isShare(value) || isCount(value, 2),
      "has to be 'sqrt', 'log2', a share above 0 and up to 1, a whole number from 2, or null",
    ).optional(),
    maxLeafNodes: z.int().min(2).max(most).nullable().optional(),
    minImpurityDecrease: z.number().min(0).optional(),
    bootstrap: z.boolean().optional(),
    maxSamples: partOf(
      (value) => value === null || isShare(value) || isCount(value, 2),
      'has to be a share above 0 and up to 1, a whole number from 2, or null',
    ).optional(),
    classWeight: z
      .union([z.enum(['balanced', 'balanced_subsample']), z.record(z.string(), z.number().min(0))], {
        error: "has to be 'balanced', 'balanced_subsample', or an object of weights by label",
      })
      .nullable()
      .optional(),
    oobScore: z.boolean().optional(),
    extraTrees: z.boolean().optional(),
    ccpAlpha: z.number().min(0).optional(),
    earlyStoppingRounds: z.int().min(0).max(100_000).optional(),
    warmStart: z.boolean().optional(),
    maxBin: z.int().min(2).max(255).optional(),
    seed: z.int().min(0).optional(),
    threads: z.int().min(-1).max(1024).optional(),
  };
}

export const randomForestConfig = lazySchema((z) =>
  withAliases<RandomForestSettings, RandomForestConfig>(z, parameterSchemas(z), ALIASES, (given, _source, report) =>
    settle(given as RandomForestParameters, report),
  ),
);

/** Defaults, and what contradicts itself. */
function settle(given: RandomForestParameters, report: Report): RandomForestSettings {
  const { criterion } = given;
  const implied = criterion && (CLASSIFICATION.includes(criterion) ? 'classification' : 'regression');
  const task = given.task ?? implied ?? 'classification';
  if (implied && implied !== task) report('criterion', `'${criterion}' is for ${implied}, the task is ${task}`);
  const extraTrees = given.extraTrees ?? false;
  const bootstrap = given.bootstrap ?? !extraTrees;
  if (!bootstrap) checkBootstrap(given, report);
  if (task === 'regression' && given.classWeight) report('classWeight', 'is for classification');
  // In this order whatever the caller's, so that a saved configuration reads back as it was.
  return {
    task,
    criterion: criterion ?? (task === 'classification' ? 'gini' : 'squared_error'),
    nTrees: given.nTrees ?? 100,
    ...(given.maxDepth ? { maxDepth: given.maxDepth } : {}),
    minSamplesSplit: given.minSamplesSplit ?? 2,
    minSamplesLeaf: given.minSamplesLeaf ?? 1,
    minWeightFractionLeaf: given.minWeightFractionLeaf ?? 0,
    maxFeatures: given.maxFeatures === undefined && task === 'classification' ? 'sqrt' : (given.maxFeatures ?? 1),
    ...(given.maxLeafNodes ? { maxLeafNodes: given.maxLeafNodes } : {}),
    minImpurityDecrease: given.minImpurityDecrease ?? 0,
    bootstrap,
    ...(given.maxSamples ? { maxSamples: given.maxSamples } : {}),
    ...(given.classWeight ? { classWeight: given.classWeight } : {}),
    oobScore: given.oobScore ?? false,
    extraTrees,
    ccpAlpha: given.ccpAlpha ?? 0,
    earlyStoppingRounds: given.earlyStoppingRounds ?? 0,
    warmStart: given.warmStart ?? false,
    maxBin: given.maxBin ?? 255,
    ...(given.seed === undefined ? {} : { seed: given.seed }),
    ...(given.threads !== undefined && given.threads > 0 ? { threads: given.threads } : {}),
  };
}

/** What needs rows that a tree did not see. */
function checkBootstrap({ oobScore, maxSamples, earlyStoppingRounds }: RandomForestParameters, report: Report): void {
  const hint = 'needs bootstrap: true';
  if (oobScore) report('oobScore', hint);
  if (maxSamples) report('maxSamples', hint);
  if (earlyStoppingRounds) report('earlyStoppingRounds', hint);
}
