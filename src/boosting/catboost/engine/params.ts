/** Settings of CatBoost's training, in its own terms; the model's configuration is mapped to these. */
import type { MetricSpec } from '../../engine/metrics/spec.js';

export type StatedLoss =
  | { kind: 'Logloss' }
  | { kind: 'CrossEntropy' }
  | { kind: 'RMSE' }
  | { kind: 'MAE' }
  | { kind: 'Quantile'; alpha: number }
  | { kind: 'MAPE' }
  | { kind: 'Huber'; delta: number }
  | { kind: 'Expectile'; alpha: number }
  | { kind: 'LogCosh' }
  | { kind: 'Lq'; q: number }
  | { kind: 'Poisson' }
  | { kind: 'Tweedie'; variancePower: number }
  | { kind: 'MultiClass'; classes: number }
  | { kind: 'MultiClassOneVsAll'; classes: number };

export type CatBoostLoss =
  | StatedLoss
  /** The caller's own (FitOptions.objective); outputs and predictions are those of `instead`. */
  | { kind: 'custom'; instead: StatedLoss };

/** The loss whose labels and predictions a model has. */
export function statedLoss(loss: CatBoostLoss): StatedLoss {
  return loss.kind === 'custom' ? loss.instead : loss;
}

export type BorderType =
  | 'GreedyLogSum'
  | 'MaxLogSum'
  | 'Median'
  | 'Uniform'
  | 'UniformAndQuantiles'
  | 'MinEntropy'
  | 'GreedyMinEntropy';

export type Bootstrap =
  | { type: 'No' }
  /** Weights (-log u)^temperature. */
  | { type: 'Bayesian'; temperature: number }
  | { type: 'Bernoulli'; subsample: number }
  /** Minimal variance sampling (Ibragimov and Gusev, 2019); without `lambda` it follows the last tree's leaves. */
  | { type: 'MVS'; subsample: number; lambda?: number };

export interface CatBoostParams {
  loss: CatBoostLoss;
  iterations: number;
  /** Undefined: found from the number of rows and iterations, as CatBoost does (learning-rate.ts). */
  learningRate?: number;
  /** One an iteration, in its place. */
  learningRates?: readonly number[];
  /** 1 .. 16. */
  depth: number;
  /** Depthwise and Lossguide: every leaf is split by a test of its own. */
  growPolicy: 'SymmetricTree' | 'Depthwise' | 'Lossguide';
  /** Of Lossguide. */
  maxLeaves: number;
  /** Leaves of fewer sampled rows are not split; not of symmetric trees. */
  minDataInLeaf: number;
  l2LeafReg: number;
  scoreFunction: 'Cosine' | 'L2';
  randomStrength: number;
  /** 'NormalWithModelSizeDecrease' lets the noise fade as the model grows. */
  randomScoreType: 'NormalWithModelSizeDecrease' | 'Gumbel';
  bootstrap: Bootstrap;
  samplingFrequency: 'PerTree' | 'PerTreeLevel';
  /** Share of the features looked at, drawn anew for each level. */
  rsm: number;
  boostingType: 'Plain' | 'Ordered';
  leafEstimationMethod: 'Newton' | 'Gradient' | 'Exact' | 'Simple';
  leafEstimationIterations: number;
  leafEstimationBacktracking: 'No' | 'AnyImprovement' | 'Armijo';
  /** Start from the best constant instead of 0. */
  boostFromAverage: boolean;
  /** Borders a numeric feature, 1 .. 255. */
  borderCount: number;
  borderType: BorderType;
  nanMode: 'Min' | 'Max' | 'Forbidden';
  /** Rows that borders are found from, at most. */
  borderSampleCount: number;
  categorical: CategoricalOptions;
  /** Evaluated each iteration; the first one is watched by the overfitting detector. Empty: the loss. */
  metrics: readonly MetricSpec[];
  detector: Detector;
  /** Keep the trees up to the best iteration of the watched set. */
  useBestModel: boolean;
}

export interface Detector {
  /** 'None' never stops. */
  type: 'None' | 'Iter' | 'IncToDec';
  /** Iterations after the best one: until the stop (Iter), or until the test for it starts (IncToDec). */
  wait: number;
  /** IncToDec: the threshold of the p-value; 0 never stops. */
  pValue: number;
}

export interface CategoricalOptions {
  /** Columns of X that hold codes. */
  columns: readonly number[];
  /** Columns of at most so many categories are tested one against the rest; all others become target statistics. */
  oneHotMaxSize: number;
  /** Most features a combination is made of; 1 makes no combinations. */
  maxCtrComplexity: number;
  simpleCtr: readonly CtrDescription[];
  combinationsCtr: readonly CtrDescription[];
  /** Orders of the rows that target statistics are computed along; one more than structures are chosen on. */
  permutations: number;
  /** Rows stay in their own order. */
  hasTime: boolean;
  /** Pulls towards combinations of few distinct values; 0: none. */
  modelSizeReg: number;
  counterCalcMethod: 'SkipTest' | 'Full';
}

export interface CtrDescription {
  type: 'Borders' | 'Buckets' | 'BinarizedTargetMeanValue' | 'Counter' | 'FloatTargetMeanValue';
  /** [numerator, denominator] of each. */
  priors: readonly (readonly [number, number])[];
  /** Borders of the statistic as a feature, 1 .. 255. */
  borderCount: number;
  /** Borders between target classes. */
  targetBorderCount: number;
}

const PRIORS = [
  [0, 1],
  [0.5, 1],
  [1, 1],
] as const;

export const DEFAULT_CTRS: readonly CtrDescription[] = [
  { type: 'Borders', priors: PRIORS, borderCount: 15, targetBorderCount: 1 },
  { type: 'Counter', priors: [[0, 1]], borderCount: 15, targetBorderCount: 1 },
];

/** From so many iterations on CatBoost 1.2 spends more on each of them. */
const MANY_ITERATIONS = 200;

/** CatBoost's defaults for a loss, of `rows` rows with `columns` columns. */
export function defaultCatBoostParams(
  loss: CatBoostLoss,
  rows: number,
  columns: number,
  iterations = 1000,
): CatBoostParams {
  const many = loss.kind === 'MultiClass' || loss.kind === 'MultiClassOneVsAll';
  const exact = ['MAE', 'Quantile', 'MAPE', 'LogCosh'].includes(loss.kind);
  const steep = loss.kind === 'Logloss' || loss.kind === 'CrossEntropy' || loss.kind === 'Poisson';
  return {
    loss,
    iterations,
    depth: 6,
    growPolicy: 'SymmetricTree',
    maxLeaves: 31,
    minDataInLeaf: 1,
    l2LeafReg: 3,
    scoreFunction: 'Cosine',
    randomStrength: 1,
    randomScoreType: 'NormalWithModelSizeDecrease',
    bootstrap: many ? { type: 'Bayesian', temperature: 1 } : { type: 'MVS', subsample: rows < 100 ? 1 : 0.8 },
    samplingFrequency: 'PerTree',
    rsm: 1,
    boostingType: 'Plain',
    leafEstimationMethod: exact ? 'Exact' : 'Newton',
    leafEstimationIterations: steep && (columns >= 20 || iterations >= MANY_ITERATIONS) ? 10 : 1,
    leafEstimationBacktracking: 'AnyImprovement',
    boostFromAverage: loss.kind === 'RMSE' || (exact && loss.kind !== 'LogCosh'),
    borderCount: 254,
    borderType: 'GreedyLogSum',
    nanMode: 'Min',
    borderSampleCount: 200_000,
    categorical: {
      columns: [],
      oneHotMaxSize: 2,
      maxCtrComplexity: iterations >= MANY_ITERATIONS ? 4 : 1,
      simpleCtr: DEFAULT_CTRS,
      combinationsCtr: DEFAULT_CTRS,
      permutations: 4,
      hasTime: false,
      modelSizeReg: 0.5,
      counterCalcMethod: 'SkipTest',
    },
    metrics: [],
    detector: { type: 'IncToDec', wait: 20, pValue: 0 },
    useBestModel: true,
  };
}

/** Leaves of the largest tree there can be. */
export function mostLeaves({ growPolicy, maxLeaves, depth }: CatBoostParams): number {
  return growPolicy === 'Lossguide' ? Math.min(maxLeaves, 2 ** depth) : 2 ** depth;
}
