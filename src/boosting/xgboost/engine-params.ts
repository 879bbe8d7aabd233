/** `XGBoostModel`'s configuration in the engine's terms, the objective it stands for, and what in it has no effect. */
import { ConfigError } from '../../core/errors.js';
import { metricNamed } from '../engine/metrics/names.js';
import { type BoostingParams, defaultBoostingParams, type LinearParams, type ObjectiveSpec } from '../engine/params.js';
import { quantilesOf } from './base-score.js';
import { categoricalColumns, interactionConstraints, monotoneConstraints } from './columns.js';
import type { XGBoostSettings } from './config.js';
import type { FileObjective } from './format.js';
import { formatFloat } from './json.js';
import { isMulticlass, type TrainableObjective } from './objective.js';

/** What is learned: XGBoost's name of the loss and the number of scores. */
export interface Target {
  readonly objective: TrainableObjective;
  readonly outputs: number;
}

/** XGBoost's own limit of Poisson leaves. */
const POISSON_STEP = 0.7;
/** XGBoost splits nothing for less (`kRtEps`). */
const LEAST_GAIN = 1e-6;
export const MOST_BINS = 255;

/** The objective for these classes; throws `ConfigError` when the configured one cannot learn them. */
export function chooseTarget(settings: XGBoostSettings, classes: readonly number[]): Target {
  const k = classes.length;
  const objective =
    settings.objective ?? (k === 0 ? 'reg:squarederror' : k === 2 ? 'binary:logistic' : 'multi:softprob');
  const problem = objective.startsWith('binary:')
    ? k !== 2 && `objective '${objective}' needs two classes, the labels have ${k}`
    : settings.numClass !== undefined &&
      k > 0 &&
      settings.numClass !== k &&
      !(settings.numClass <= 1 && k === 2) &&
      `numClass is ${settings.numClass}, the labels have ${k} classes`;
  if (problem) {
    throw new ConfigError(`xgboost: ${problem}`, {
      hint: 'Leave objective and numClass out: they are found in the labels.',
      details: { classes },
    });
  }
  const outputs = isMulticlass(objective) ? k : objective === 'reg:quantileerror' ? quantilesOf(settings).length : 1;
  return { objective, outputs };
}

const poissonStep = ({ maxDeltaStep = POISSON_STEP }: XGBoostSettings) => maxDeltaStep;

function objectiveSpec({ objective, outputs }: Target, settings: XGBoostSettings): ObjectiveSpec {
  const { scalePosWeight } = settings;
  switch (objective) {
    case 'reg:squarederror':
      return { kind: 'regression' };
    case 'reg:squaredlogerror':
      return { kind: 'squaredLog' };
    case 'reg:absoluteerror':
      return { kind: 'l1', percentile: 'xgboost' };
    case 'reg:pseudohubererror':
      return { kind: 'pseudoHuber', slope: settings.huberSlope };
    case 'reg:quantileerror':
      return { kind: 'quantile', alphas: quantilesOf(settings), percentile: 'xgboost' };
    case 'reg:logistic':
      return { kind: 'crossEntropy', scalePosWeight };
    case 'count:poisson':
      return { kind: 'poisson', maxDeltaStep: poissonStep(settings) };
    case 'reg:gamma':
      return { kind: 'gamma' };
    case 'reg:tweedie':
      return { kind: 'tweedie', power: settings.tweedieVariancePower };
    case 'binary:logistic':
    case 'binary:logitraw':
      return { kind: 'binary', scalePosWeight };
    case 'binary:hinge':
      return { kind: 'hinge' };
    default:
      return { kind: 'multiclass', classes: outputs, hessianFactor: 2 };
  }
}

/** The objective with the parameter groups that XGBoost's file lists for it. */
export function fileObjective({ objective, outputs }: Target, settings: XGBoostSettings): FileObjective {
  const params = (group: string, values: Record<string, number | string>) => ({
    name: objective,
    params: { [group]: Object.fromEntries(Object.entries(values).map(([key, value]) => [key, String(value)])) },
  });
  switch (objective) {
    case 'multi:softprob':
    case 'multi:softmax':
      return params('softmax_multiclass_param', { num_class: outputs });
    case 'reg:quantileerror':
      return params('quantile_loss_param', { quantile_alpha: `[${quantilesOf(settings).map(formatFloat).join(',')}]` });
    case 'reg:pseudohubererror':
      return params('pseudo_huber_param', { huber_slope: settings.huberSlope });
    case 'reg:tweedie':
      return params('tweedie_regression_param', { tweedie_variance_power: settings.tweedieVariancePower });
    case 'count:poisson':
      return params('poisson_regression_param', { max_delta_step: poissonStep(settings) });
    case 'reg:absoluteerror':
    case 'reg:squaredlogerror':
    case 'binary:hinge':
      return { name: objective, params: {} };
    default:
      return params('reg_loss_param', { scale_pos_weight: settings.scalePosWeight });
  }
}

/** `weights`: those of the linear model that training goes on from. */
export function engineParams(
  settings: XGBoostSettings,
  target: Target,
  names: readonly string[],
  weights?: Float32Array,
): BoostingParams {
  const { maxLeaves, maxDepth, growPolicy, booster } = settings;
  const exact = booster !== 'gblinear' && settings.treeMethod === 'exact';
  return {
    ...defaultBoostingParams,
    objective: objectiveSpec(target, settings),
    metrics: metricSpecs(settings, target),
    numIterations: settings.numIterations,
    learningRate: settings.learningRate,
    boosting: booster === 'dart' ? 'dart' : 'gbdt',
    dart: {
      rate: settings.rateDrop,
      max: 0,
      skip: settings.skipDrop,
      uniform: settings.sampleType === 'uniform',
      atLeastOne: settings.oneDrop,
      normalize: settings.normalizeType,
    },
    ...(booster === 'gblinear' ? { linear: linearParams(settings, weights) } : {}),
    rootOnlyTrees: true,
    parallelTrees: settings.numParallelTree,
    // Scores to start from are given row by row.
    boostFromAverage: false,
    earlyStoppingRounds: settings.earlyStoppingRounds,
    earlyStoppingSet: settings.earlyStoppingSet,
    earlyStoppingMetric: settings.earlyStoppingMetric,
    earlyStoppingMinDelta: settings.earlyStoppingMinDelta,
    exact,
    numLeaves: exact ? 0 : maxLeaves,
    maxDepth: maxDepth === 0 ? -1 : maxDepth,
    growth: growPolicy === 'depthwise' ? 'depth' : 'leaf',
    minDataInLeaf: 1,
    minSumHessianInLeaf: settings.minChildWeight,
    minGainToSplit: Math.max(settings.gamma, LEAST_GAIN),
    lambdaL1: settings.regAlpha,
    lambdaL2: settings.regLambda,
    maxDeltaStep: settings.maxDeltaStep ?? (target.objective === 'count:poisson' ? POISSON_STEP : 0),
    featureFraction: settings.colsampleBytree,
    featureFractionByLevel: settings.colsampleBylevel,
    featureFractionByNode: settings.colsampleBynode,
    featureRounding: 'down',
    monotone: monotoneConstraints(settings, names),
    gainWithinBounds: true,
    multiOutput: target.outputs > 1 && settings.multiStrategy === 'multi_output_tree',
    interactions: interactionConstraints(settings, names),
    categorical: {
      columns: categoricalColumns(settings, names),
      // XGBoost: one against the rest below this number.
      maxOneHot: settings.maxCatToOnehot,
      // XGBoost sorts by leaf values, which are 0 below the least hessian, and takes one fewer than it says.
      smooth: settings.regLambda,
      minHessianToRank: settings.minChildWeight,
      l2: 0,
      maxThreshold: settings.maxCatThreshold - 1,
      minDataPerGroup: 1,
      minDataPerCategory: 0,
      wholeScan: true,
      byCategory: true,
    },
    baggingFraction: settings.subsample,
    baggingFreq: settings.subsample < 1 ? 1 : 0,
    maxBin: Math.min(settings.maxBin, MOST_BINS),
    minDataInBin: 1,
    cutBelowValues: true,
  };
}

function linearParams({ featureSelector, topK }: XGBoostSettings, weights: Float32Array | undefined): LinearParams {
  return { selector: featureSelector, top: topK, ...(weights ? { initial: Array.from(weights) } : {}) };
}

/** What XGBoost evaluates where it is told no metric. */
function defaultMetric(objective: TrainableObjective, { tweedieVariancePower }: XGBoostSettings): string {
  switch (objective) {
    case 'binary:logistic':
    case 'binary:logitraw':
      return 'logloss';
    case 'binary:hinge':
      return 'error';
    case 'multi:softprob':
    case 'multi:softmax':
      return 'mlogloss';
    case 'reg:squaredlogerror':
      return 'rmsle';
    case 'reg:absoluteerror':
      return 'mae';
    case 'reg:pseudohubererror':
      return 'mphe';
    case 'reg:quantileerror':
      return 'quantile';
    case 'count:poisson':
      return 'poisson-nloglik';
    case 'reg:gamma':
      return 'gamma-deviance';
    case 'reg:tweedie':
      return `tweedie-nloglik@${tweedieVariancePower}`;
    default:
      return 'rmse';
  }
}

function metricSpecs(settings: XGBoostSettings, { objective, outputs }: Target): BoostingParams['metrics'] {
  const defaults = {
    alphas: quantilesOf(settings),
    power: settings.tweedieVariancePower,
    huberSlope: settings.huberSlope,
    multiclass: isMulticlass(objective) && outputs > 1,
  };
  const names = settings.metric.length > 0 ? settings.metric : [defaultMetric(objective, settings)];
  return names.map((name) => metricNamed('xgboost', name, defaults));
}
