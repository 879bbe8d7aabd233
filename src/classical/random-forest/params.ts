/** What training is told, after a configuration was settled against the data: numbers only, the same for every worker. */

/** The number by which the kernels know each criterion. */
export const CRITERIA = { gini: 0, entropy: 1, squared_error: 2, poisson: 3, absolute_error: 4 } as const;
export type CriterionNumber = (typeof CRITERIA)[keyof typeof CRITERIA];

export interface ForestParams {
  readonly criterion: CriterionNumber;
  /** 0 for regression. */
  readonly classes: number;
  /** Number of the first tree, and of the one after the last. */
  readonly firstTree: number;
  readonly endTree: number;
  /** Columns looked at in a node, at least. */
  readonly maxFeatures: number;
  readonly maxDepth: number;
  readonly minSplit: number;
  readonly minLeaf: number;
  readonly minWeightFraction: number;
  /** `NO_LIMIT`: nodes are split depth first. */
  readonly maxLeaves: number;
  readonly minImpurityDecrease: number;
  /** Rows drawn with replacement for each tree; 0: each tree has every row. */
  readonly draws: number;
  readonly extraTrees: boolean;
  readonly ccpAlpha: number;
  /** Weight the classes of each tree's draws alike. */
  readonly balancedSubsample: boolean;
  /** Score rows by the trees that did not see them. */
  readonly outOfBag: boolean;
  /** Stop after so many trees without a lower out-of-bag loss; 0 never stops early. */
  readonly earlyStoppingRounds: number;
  readonly maxBin: number;
}

/** No limit on leaves, as the kernels know it. */
export const NO_LIMIT = 2 ** 31 - 1;
/** The kernels keep a node's depth in 16 bits. */
export const DEEPEST = 65_535;
