/**
 * A CatBoost model in memory: what training produces, prediction compiles and both file formats read and write.
 * Plain data; borders and one-hot values that the files list a feature are gathered from the conditions when they are written.
 */

/** Sum of trees: output k of a row is `scale` * (its leaf values of k, added in the order of the trees) + `bias[k]`. */
export interface CatBoostEnsemble {
  /** Columns of X. */
  features: number;
  /** Values of a leaf: 1, or one a class, quantile or target. */
  outputs: number;
  scale: number;
  /** (outputs,) */
  bias: Float64Array;
  /** Numeric columns, ascending. Conditions count them 0, 1, ... */
  floatFeatures: FloatFeature[];
  /** Columns of categories, ascending. Conditions count them 0, 1, ...; together with `floatFeatures` they are all columns. */
  categoricalFeatures: CategoricalFeature[];
  /** Numbers made of categories (target statistics); conditions count them 0, 1, ... */
  ctrs: Ctr[];
  /** What `ctrs` look up; several may share a table. */
  ctrTables: CtrTable[];
  trees: CatBoostTree[];
}

export interface FloatFeature {
  /** Column of X. */
  column: number;
  /** NaN occurred in training. */
  hasNans: boolean;
  /** What NaN is to a condition `value > border`: 'AsFalse' (nan_mode Min) below, 'AsTrue' (Max) above every border; 'AsIs': below. */
  nan: 'AsIs' | 'AsFalse' | 'AsTrue';
}

export interface CategoricalFeature {
  /** Column of X, which holds codes (integers >= 0; else missing). A category is known by the hash of its text (category-hash.ts). */
  column: number;
}

/** What a node asks; yes goes right (bit 1), no goes left (bit 0). */
export type Condition =
  /** X[floatFeatures[feature].column] > border, both float32. */
  | { kind: 'float'; feature: number; border: number }
  /** hash of the category === value, both int32. */
  | { kind: 'one-hot'; feature: number; value: number }
  /** value of ctrs[feature] > border, both float32. */
  | { kind: 'ctr'; feature: number; border: number };

export type CatBoostTree = SymmetricTree | BranchingTree;

/** Every level asks one condition: 2^conditions.length leaves, the first condition is the lowest bit of the leaf's number. */
export interface SymmetricTree {
  kind: 'symmetric';
  /** None at all for a tree of one leaf. */
  conditions: Condition[];
  /** (leaves, outputs) row-major, the learning rate included. */
  leafValues: Float64Array;
  /** (leaves,) sum of the weights of the training rows; empty if unknown. */
  leafWeights: Float64Array;
}

/** A tree with a condition of its own at each node (grow_policy Depthwise, Lossguide). Node 0 is the root; none: one leaf. */
export interface BranchingTree {
  kind: 'branching';
  conditions: Condition[];
  /** (nodes,) child of 'no': c >= 0 is a node, c < 0 is leaf ~c. */
  left: Int32Array;
  /** (nodes,) child of 'yes'. */
  right: Int32Array;
  leafValues: Float64Array;
  leafWeights: Float64Array;
}

export const CTR_TYPES = [
  'Borders',
  'Buckets',
  'BinarizedTargetMeanValue',
  'FloatTargetMeanValue',
  'Counter',
  'FeatureFreq',
] as const;
export type CtrType = (typeof CTR_TYPES)[number];

/**
 * A target statistic as a feature (Prokhorenkova et al., "CatBoost: unbiased boosting with categorical features", NeurIPS 2018):
 * ((good + priorNumerator) / (total + priorDenominator) + shift) * scale in float32, where good and total come from the table.
 */
export interface Ctr {
  /** Index into `ctrTables`. */
  table: number;
  /** Borders: rows above this target class are good; Buckets: rows of this class. Otherwise 0. */
  targetBorder: number;
  priorNumerator: number;
  priorDenominator: number;
  shift: number;
  scale: number;
}

/** Training rows counted by the hash of a combination of features; an unknown combination has counts 0. */
export interface CtrTable {
  type: CtrType;
  projection: Projection;
  /** Which target classifier of several; CatBoost itself has one, number 0. */
  classifier: number;
  /** (n,) distinct combinations (`combinationHash` of category-hash.ts), never 2^64 - 1. */
  hashes: BigUint64Array;
  /**
   * (n, classes) row-major. Borders and Buckets: rows of each target class. Counter and FeatureFreq (classes 1): rows, of
   * `denominator`. The mean values (classes 1): rows, with the sum of their targets in `sums`.
   */
  counts: Int32Array;
  classes: number;
  /** (n,) float32; only for the mean values. */
  sums?: Float32Array;
  /** Counter and FeatureFreq: total of every combination. Otherwise 0. */
  denominator: number;
}

/** What a combination is made of. The order is part of the hash: categories ascending, then float, then one-hot conditions. */
export interface Projection {
  /** Indices into `categoricalFeatures`. */
  categories: number[];
  floatConditions: { feature: number; border: number }[];
  oneHotConditions: { feature: number; value: number }[];
}

/** An ensemble with what its files say beside the trees. */
export interface CatBoostFile {
  ensemble: CatBoostEnsemble;
  /** (features,) */
  featureNames: string[];
  /** CatBoost's name of the loss, parameters included: `Logloss`, `Quantile:alpha=0.9`. */
  loss: string;
  /** Labels in the order of the outputs (two for a binary loss); none for a regression. */
  classLabels?: (number | string)[];
  /** The other training options, CatBoost's own tree of them. */
  params?: Record<string, unknown>;
  /** Texts of categorical columns, by column of X: code i is the category `names[i]`. A column without is its codes' decimal text. */
  categoryNames?: ReadonlyMap<number, readonly string[]>;
}

export function leafCount(tree: CatBoostTree): number {
  return tree.kind === 'symmetric' ? 2 ** tree.conditions.length : tree.conditions.length + 1;
}
