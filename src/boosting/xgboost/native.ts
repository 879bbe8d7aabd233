/** XGBoost's own library in place of the engine: the settings as its parameters, its model file as our model. */
import type { FitContext, FitData, FitResult } from '../../model/types.js';
import { iterationsOf } from '../../trees/predictor.js';
import { devicesToTry } from '../native/config.js';
import { trainNative } from '../native/train.js';
import { categoricalColumns, interactionConstraints, monotoneConstraints } from './columns.js';
import type { XGBoostSettings } from './config.js';
import type { Target } from './engine-params.js';
import type { XGBoostFile } from './format.js';
import { readModel } from './format-reader.js';
import { formatFloat } from './json.js';
import { baseScoreOf, isMulticlass, startScores } from './objective.js';

type Name = keyof XGBoostSettings;

const EVERY_BOOSTER: readonly Name[] = ['learningRate', 'regLambda', 'regAlpha', 'baseScore', 'maxDeltaStep'];
const OF_TREES: readonly Name[] = [
  'maxDepth',
  'maxLeaves',
  'growPolicy',
  'treeMethod',
  'minChildWeight',
  'gamma',
  'subsample',
  'samplingMethod',
  'colsampleBytree',
  'colsampleBylevel',
  'colsampleBynode',
  'maxBin',
  'numParallelTree',
  'multiStrategy',
  'maxCatToOnehot',
  'maxCatThreshold',
];
const OF_DART: readonly Name[] = ['rateDrop', 'skipDrop', 'oneDrop', 'sampleType', 'normalizeType'];
const OF_LINEAR: readonly Name[] = ['updater', 'featureSelector', 'topK'];
const BY_BOOSTER = { gbtree: OF_TREES, dart: [...OF_TREES, ...OF_DART], gblinear: OF_LINEAR } as const;

/**
 * Trains by the user's library.
 *
 * @param earlier - the model whose scores `data` starts from; its iterations come first in the result
 */
export async function trainWithXGBoost(
  data: FitData,
  settings: XGBoostSettings,
  target: Target,
  context: FitContext,
  earlier: XGBoostFile | undefined,
): Promise<{ file: XGBoostFile; result: FitResult }> {
  const { earlyStoppingSet, earlyStoppingMetric, earlyStoppingRounds, earlyStoppingMinDelta, communicator } = settings;
  const categorical = new Set(categoricalColumns(settings, data.featureNames));
  const { model, result } = await trainNative(
    data,
    {
      library: 'xgboost',
      nativeLibrary: settings.nativeLibrary,
      outputs: target.outputs,
      parameters: parametersOf(settings, target, data.featureNames, context),
      featureTypes:
        categorical.size > 0 ? data.featureNames.map((_, j) => (categorical.has(j) ? 'c' : 'q')) : undefined,
      rounds: settings.numIterations,
      stopping: {
        set: earlyStoppingSet,
        metric: earlyStoppingMetric,
        rounds: earlyStoppingRounds,
        minDelta: earlyStoppingMinDelta,
      },
      devices: devicesToTry(settings.engine, settings.device, ['cuda']),
      network: communicator && { library: 'xgboost', arguments: communicator },
    },
    context,
  );
  return { file: fileOf(readModel(model), settings, result, data.initScore !== undefined, earlier), result };
}

/** The library's model up to the best iteration, in the form that training here leaves. */
function fileOf(
  read: XGBoostFile,
  { numParallelTree }: XGBoostSettings,
  { bestEpoch, earlyStopped }: FitResult,
  started: boolean,
  earlier: XGBoostFile | undefined,
): XGBoostFile {
  const { objective } = read;
  const { outputs } = read.ensemble;
  const treesPerIteration = outputs * numParallelTree;
  const own = iterationsOf({ ...read.ensemble, treesPerIteration }, 0, bestEpoch ?? Number.MAX_SAFE_INTEGER);
  const trees = [...(earlier?.ensemble.trees ?? []), ...own.trees];
  // Rows that bring scores of their own do not start from the base score.
  const baseScore =
    earlier?.baseScore ?? (started ? baseScoreOf(objective, new Float64Array(outputs)) : read.baseScore);
  return {
    ...read,
    ensemble: { ...own, trees, treesPerIteration, float32Start: startScores(objective, baseScore) },
    baseScore,
    parallelTrees: read.linear ? 1 : numParallelTree,
    featureNames: [],
    attributes: earlyStopped && !read.linear ? { best_iteration: String(trees.length / treesPerIteration - 1) } : {},
  };
}

/** The same data, parameters and seed give the same model on one machine. */
function parametersOf(
  settings: XGBoostSettings,
  { objective, outputs }: Target,
  names: readonly string[],
  { seed, threads }: FitContext,
): Record<string, string> {
  const { booster, metric, scalePosWeight, nativeParameters = {} } = settings;
  const parameters: Record<string, string> = {
    objective,
    booster,
    seed: String(seed),
    nthread: String(threads),
    verbosity: '0',
    ...(isMulticlass(objective) ? { num_class: String(outputs) } : {}),
    ...(scalePosWeight === 1 ? {} : { scale_pos_weight: String(scalePosWeight) }),
    ...(metric.length > 0 ? { eval_metric: metric.join(',') } : {}),
    ...ofObjective(settings, objective),
  };
  for (const name of [...EVERY_BOOSTER, ...BY_BOOSTER[booster]]) {
    const value = settings[name];
    if (value !== undefined) parameters[snakeCase(name)] = textOf(value);
  }
  if (booster !== 'gblinear') {
    const signs = monotoneConstraints(settings, names);
    const sets = interactionConstraints(settings, names);
    if (signs.length > 0) parameters.monotone_constraints = `(${signs.join()})`;
    if (sets.length > 0) parameters.interaction_constraints = JSON.stringify(sets);
  }
  for (const [name, value] of Object.entries(nativeParameters)) parameters[name] = String(value);
  return parameters;
}

function ofObjective(settings: XGBoostSettings, objective: string): Record<string, string> {
  const alphas = [settings.quantileAlpha ?? []].flat();
  if (objective === 'reg:quantileerror') return { quantile_alpha: `[${alphas.map(formatFloat).join()}]` };
  if (objective === 'reg:pseudohubererror') return { huber_slope: String(settings.huberSlope) };
  if (objective === 'reg:tweedie') return { tweedie_variance_power: String(settings.tweedieVariancePower) };
  return {};
}

const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

const textOf = (value: unknown): string => (typeof value === 'boolean' ? String(Number(value)) : String(value));
