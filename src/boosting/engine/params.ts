/** Settings of gradient boosting, in the field's names; every library's model maps its own configuration to these. */

export interface BoostingParams {
  objective: ObjectiveSpec;
  numIterations: number;
  learningRate: number;
  /** Most leaves a tree, at least 2. */
  numLeaves: number;
  /** 0 or less: no limit. */
  maxDepth: number;
  /** 'leaf': largest gain first; 'depth': level by level. */
  growth: 'leaf' | 'depth';
  minDataInLeaf: number;
  minSumHessianInLeaf: number;
  minGainToSplit: number;
  lambdaL1: number;
  lambdaL2: number;
  /** Bins a column, at most 255; missing values have one more. */
  maxBin: number;
  minDataInBin: number;
  /** Rows from which bins are found, at most. */
  binSampleCount: number;
  /** Share of the rows each tree sees, drawn anew every `baggingFreq` iterations; off if either says so (1, 0). */
  baggingFraction: number;
  baggingFreq: number;
  baggingSeed?: number;
  /** Share of the columns each tree may use. */
  featureFraction: number;
  featureFractionSeed?: number;
  /** Start from the best constant score instead of 0. */
  boostFromAverage: boolean;
  /** Stop after so many iterations without a lower validation loss, and keep the best; off at 0 or without validation rows. */
  earlyStoppingRounds: number;
}

/** A built-in objective, or a module whose `createObjective(options)` returns one (see objectives.ts). */
export type ObjectiveSpec =
  | { kind: 'binary' }
  | { kind: 'multiclass'; classes: number }
  | { kind: 'regression' }
  | { kind: 'module'; module: string; options?: unknown };

/** LightGBM's defaults. */
export const defaultBoostingParams: Omit<BoostingParams, 'objective'> = {
  numIterations: 100,
  learningRate: 0.1,
  numLeaves: 31,
  maxDepth: -1,
  growth: 'leaf',
  minDataInLeaf: 20,
  minSumHessianInLeaf: 1e-3,
  minGainToSplit: 0,
  lambdaL1: 0,
  lambdaL2: 0,
  maxBin: 255,
  minDataInBin: 3,
  binSampleCount: 200_000,
  baggingFraction: 1,
  baggingFreq: 0,
  featureFraction: 1,
  boostFromAverage: true,
  earlyStoppingRounds: 0,
};
