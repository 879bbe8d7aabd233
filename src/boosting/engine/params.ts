/** Settings of gradient boosting, in the field's names; every library's model maps its own configuration to these. */
import type { CategoricalLimits } from '../../trees/categories.js';
import type { ShareRounding } from '../../trees/feature-share.js';
import type { FeatureSelector } from './linear/selection.js';
import type { MetricSpec } from './metrics/spec.js';
import type { Link } from './objectives/link.js';
import type { ObjectiveSpec } from './objectives/spec.js';

export type { MetricSpec } from './metrics/spec.js';
export type { ObjectiveSpec } from './objectives/spec.js';

export interface BoostingParams extends GrowthParams, SamplingParams, BinningParams {
  objective: ObjectiveSpec;
  /** Evaluated on every set after each iteration, besides the objective's own loss. */
  metrics: readonly MetricSpec[];
  /** Evaluate the metrics on the training rows too, as a set named 'train'. */
  trainingMetrics: boolean;
  /** How metrics see scores; the objective's own unless given. */
  link?: Link;
  numIterations: number;
  learningRate: number;
  /** One an iteration, in place of `learningRate`. */
  learningRates?: readonly number[];
  /** 'dart' drops trees (Vinayak and Gilad-Bachrach, 2015), 'rf' averages trees grown on bagged rows from the same start. */
  boosting: 'gbdt' | 'dart' | 'rf';
  dart: DartParams;
  /** A linear model instead of trees (XGBoost's gblinear), penalised by `lambdaL1` and `lambdaL2`. */
  linear?: LinearParams;
  /** A tree that finds no split adds the value of its root, and boosting goes on (XGBoost); without, it adds nothing (LightGBM). */
  rootOnlyTrees: boolean;
  /** Trees an output and iteration, averaged (XGBoost's num_parallel_tree). */
  parallelTrees: number;
  /** Start from the best constant score instead of 0; ignored where `baseScores` are given. */
  boostFromAverage: boolean;
  /** Scores to start from, one an output. */
  baseScores?: readonly number[];
  /** Stop after so many iterations without a better value of the watched metric, and keep the best; off at 0 or without that set. */
  earlyStoppingRounds: number;
  /** The set to watch. */
  earlyStoppingSet: string;
  /** The metric to watch, or 'loss'; default the first metric. */
  earlyStoppingMetric?: string;
  /** Stop as soon as any metric of that set has not improved for so long; the best iteration is still that of the watched one. */
  earlyStoppingOnAny: boolean;
  /** Least improvement that counts. */
  earlyStoppingMinDelta: number;
}

/** How a tree grows. */
export interface GrowthParams {
  /** Most leaves a tree, at least 2; 0: as many as the depth allows. */
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
  /** Largest absolute leaf output before the learning rate; 0: no limit. */
  maxDeltaStep: number;
  /** Pull of a node's output towards its parent's, in rows; 0: none (LightGBM's path_smooth). */
  pathSmooth: number;
  /** One random threshold a feature and node instead of the best (Geurts et al., 2006). */
  extraTrees: boolean;
  extraSeed?: number;
  /** Share of the columns each tree may use; within it, of each depth; within that, of each node. */
  featureFraction: number;
  featureFractionByLevel: number;
  featureFractionByNode: number;
  /** How many columns a share is that is no whole number of them. */
  featureRounding: ShareRounding;
  featureFractionSeed?: number;
  /** -1, 0 or 1 a column of X (decreasing, free, increasing); empty: all free. */
  monotone: readonly number[];
  /** One tree for all outputs, with a vector in each leaf; it counts as one tree of the same shape an output. */
  multiOutput: boolean;
  /** LightGBM's monotone_penalty. */
  monotonePenalty: number;
  /** Gain over the node's output within its monotone bounds (XGBoost) instead of over its best output (LightGBM). */
  gainWithinBounds: boolean;
  /** Sets of columns of X that may meet on a path; empty: all may. */
  interactions: readonly (readonly number[])[];
  categorical: CategoricalParams;
  /** Splits between any two values instead of between bins, level by level to `maxDepth`; small gains are pruned afterwards (XGBoost's exact). */
  exact?: boolean;
}

/** Columns of X that hold category codes (integers >= 0; anything else is missing), and how their splits are found. */
export interface CategoricalParams extends CategoricalLimits {
  columns: readonly number[];
}

export interface DartParams {
  /** Share of the earlier trees dropped. */
  rate: number;
  /** Most trees dropped at once; 0 or less: no limit. */
  max: number;
  /** Probability of dropping none. */
  skip: number;
  /** Drop each tree with the same probability instead of one in proportion to its weight. */
  uniform: boolean;
  /** Drop at least one (XGBoost's one_drop). */
  atLeastOne: boolean;
  /** 'tree' and 'forest' as XGBoost's normalize_type; 'lightgbm' as LightGBM without xgboost_dart_mode. */
  normalize: 'lightgbm' | 'tree' | 'forest';
  seed?: number;
}

/** How coordinate descent goes about a linear model. */
export interface LinearParams {
  selector: FeatureSelector;
  /** How many features 'greedy' and 'thrifty' update a round; 0: all. */
  top: number;
  /** (features + 1, outputs) weights to go on from, the bias last; rows then start from the scores of these. */
  initial?: readonly number[];
}

/** Which rows a tree sees. */
export interface SamplingParams {
  /** Share of the rows each tree sees, drawn anew every `baggingFreq` iterations; off if either says so (1, 0). */
  baggingFraction: number;
  baggingFreq: number;
  baggingSeed?: number;
  /** The same for rows of label 1 and of label 0 apart; both 1: off. */
  posBaggingFraction: number;
  negBaggingFraction: number;
  /** Gradient-based one-side sampling (Ke et al., 2017): all of the `top` share, `other` of the rest, weighted up. */
  goss?: { top: number; other: number };
}

export interface BinningParams {
  /** Bins a column, at most 255; missing values have one more. */
  maxBin: number;
  minDataInBin: number;
  /** Cuts lie right below values, as XGBoost has them, and not halfway between two. */
  cutBelowValues?: boolean;
  /** Rows from which bins are found, at most. */
  binSampleCount: number;
  /** Build the histograms of columns that exclude each other as those of one (Ke et al., 2017); never changes the model. */
  enableBundle: boolean;
}

/** LightGBM's defaults. */
export const defaultBoostingParams: Omit<BoostingParams, 'objective'> = {
  metrics: [],
  trainingMetrics: false,
  numIterations: 100,
  learningRate: 0.1,
  boosting: 'gbdt',
  dart: { rate: 0.1, max: 50, skip: 0.5, uniform: false, atLeastOne: false, normalize: 'lightgbm' },
  rootOnlyTrees: false,
  parallelTrees: 1,
  boostFromAverage: true,
  earlyStoppingRounds: 0,
  earlyStoppingSet: 'validation',
  earlyStoppingOnAny: false,
  earlyStoppingMinDelta: 0,
  numLeaves: 31,
  maxDepth: -1,
  growth: 'leaf',
  minDataInLeaf: 20,
  minSumHessianInLeaf: 1e-3,
  minGainToSplit: 0,
  lambdaL1: 0,
  lambdaL2: 0,
  maxDeltaStep: 0,
  pathSmooth: 0,
  extraTrees: false,
  featureFraction: 1,
  featureFractionByLevel: 1,
  featureFractionByNode: 1,
  featureRounding: 'nearest',
  monotone: [],
  multiOutput: false,
  monotonePenalty: 0,
  gainWithinBounds: false,
  interactions: [],
  categorical: { columns: [], maxOneHot: 4, smooth: 10, l2: 10, maxThreshold: 32, minDataPerGroup: 100 },
  baggingFraction: 1,
  baggingFreq: 0,
  posBaggingFraction: 1,
  negBaggingFraction: 1,
  maxBin: 255,
  minDataInBin: 3,
  binSampleCount: 200_000,
  enableBundle: true,
};
