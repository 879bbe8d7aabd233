/** `permutationImportance`: what a model loses when a feature's values are dealt to other rows, for any model of features. */
import { throwIfAborted } from '../core/abort.js';
import { finiteLabels, sampleWeights } from '../core/checks.js';
import { ConfigError, InvalidInputError } from '../core/errors.js';
import { Matrix } from '../core/matrix.js';
import type { ProgressListener } from '../core/progress.js';
import { resolveThreads } from '../core/threads.js';
import { scoreOf } from '../evaluation/score.js';
import { type MetricDefinition, metricByName } from '../metrics/registry.js';
import type { BaseModel } from '../model/base-model.js';
import { toModelInput } from '../model/input.js';
import { fallStatistics, permutationFalls } from '../model/permutation.js';
import type { ModelInput } from '../model/types.js';
import { checkModelObject, checkOptions, checkWhole, featureRows } from './options.js';
import { studentT } from './student-t.js';

/** What is shuffled, how often, and what is scored. */
export interface PermutationImportanceOptions {
  /** Name of a metric of the model's task. Default `'accuracy'`, for a regression `'r2'`. */
  metric?: string;
  /** Shuffles of each feature or group. Default 5. */
  repeats?: number;
  /** Default 42. */
  seed?: number;
  /** Names of features by the name of their group: these are dealt together; all others one by one. */
  groups?: Readonly<Record<string, readonly string[]>>;
  /** (n,) weights of the rows. */
  weights?: ArrayLike<number>;
  /** Share of the intervals. Default 0.95. */
  confidence?: number;
  threads?: number;
  signal?: AbortSignal;
  onProgress?: ProgressListener;
}

/** How much the score falls when columns are shuffled, with intervals. */
export interface PermutationImportanceResult {
  /** The metric's name, and its value on the rows as they are. */
  readonly metric: string;
  readonly score: number;
  /** Groups first, then the features in none. */
  readonly names: readonly string[];
  /** (names, repeats) row by row: by how much the metric got worse. */
  readonly importances: Float64Array;
  readonly repeats: number;
  /** (names,) mean over the repeats and standard deviation (as scikit-learn's `importances_mean` and `importances_std`). */
  readonly mean: Float64Array;
  readonly deviation: Float64Array;
  /** (names,) interval of the mean over all shuffles by Student's t; NaN of one repeat. It says nothing of other rows. */
  readonly low: Float64Array;
  readonly high: Float64Array;
}

const OPTIONS = [
  'metric',
  'repeats',
  'seed',
  'groups',
  'weights',
  'confidence',
  'threads',
  'signal',
  'onProgress',
] as const satisfies (keyof PermutationImportanceOptions)[];
const WHAT = 'permutationImportance';

/**
 * Permutation importance (Breiman, 2001; Fisher, Rudin and Dominici, 2019) of the features of any model, pipelines' outputs and ensembles
 * included. Best on rows that were not trained on. Features that say the same hide each other: put them into one group. The same seed gives the same numbers on any number of threads.
 *
 * @example
 * const { names, mean, low, high } = await permutationImportance(model, XTest, yTest, { metric: 'auc', repeats: 10 });
 * @throws NotFittedError - before `fit`
 * @throws InvalidInputError - a model of sequences, no rows or such as do not fit the model, labels that are not finite, a metric without a value on the rows
 * @throws ConfigError - an unknown option or one out of range, a group that names an unknown feature or one twice
 * @throws TrainingCancelledError - `signal` was aborted
 */
export async function permutationImportance(
  model: BaseModel,
  X: ModelInput,
  y: ArrayLike<number>,
  options: PermutationImportanceOptions = {},
): Promise<PermutationImportanceResult> {
  checkModelObject(WHAT, model);
  checkOptions(WHAT, options, OPTIONS);
  const { confidence = 0.95, signal, onProgress } = options;
  const repeats = checkWhole(WHAT, 'repeats', options.repeats ?? 5, 1);
  const seed = checkWhole(WHAT, 'seed', options.seed ?? 42, 0);
  if (!(confidence > 0 && confidence < 1)) {
    throw new ConfigError(`${WHAT}: confidence has to lie between 0 and 1, got ${String(confidence)}`, {
      hint: 'Pass a share such as 0.95.',
    });
  }
  const threads = resolveThreads(options.threads);
  const definition = metricOf(model, options.metric);
  const groups = groupsOf(model.featureNames, options.groups);
  const input = await featureRows(WHAT, model, await toModelInput(X, model.info.inputMode, WHAT));
  const truth = {
    y: finiteLabels(y, input.rows, `${WHAT}: y`),
    ...(options.weights ? { weights: sampleWeights(options.weights, input.rows, `${WHAT}: weights`) } : {}),
  };
  const copy = Matrix.zeros(input.rows, input.cols);
  copy.data.set(input.data);
  const sign = definition.direction === 'maximize' ? 1 : -1;
  const { score, falls } = await permutationFalls({
    data: copy.data,
    cols: copy.cols,
    groups: groups.map(({ columns }) => columns),
    repeats,
    seed,
    used: () => true,
    done: (group) => onProgress?.({ phase: 'permute', step: group + 1, total: groups.length }),
    score: async () => {
      throwIfAborted(signal, 'Permutation importance');
      return sign * metricValue(definition, truth, await model.predict(copy, { threads }));
    },
  });
  const { mean, deviation } = fallStatistics(falls, repeats);
  const half = deviation.map((value) =>
    repeats < 2 ? Number.NaN : (studentT(confidence, repeats - 1) * value) / Math.sqrt(repeats - 1),
  );
  return {
    metric: definition.name,
    score: sign * score,
    names: groups.map(({ name }) => name),
    importances: falls,
    repeats,
    mean,
    deviation,
    low: mean.map((value, g) => value - half[g]),
    high: mean.map((value, g) => value + half[g]),
  };
}

function metricOf(model: BaseModel, name: string | undefined): MetricDefinition {
  const definition = metricByName(name ?? (model.task === 'regression' ? 'r2' : 'accuracy'));
  if (definition.task === model.task) return definition;
  throw new ConfigError(`${WHAT}: metric '${definition.name}' is for ${definition.task}, the model for ${model.task}`, {
    hint: model.task === 'regression' ? "Use 'r2', 'mse' or 'mae'." : "Use 'accuracy', 'auc' or 'logLoss'.",
  });
}

function metricValue(
  definition: MetricDefinition,
  truth: Parameters<typeof scoreOf>[1],
  predicted: Parameters<typeof scoreOf>[2],
): number {
  const score = scoreOf(definition, truth, predicted);
  if (score.value !== null) return score.value;
  throw new InvalidInputError(`${WHAT}: ${definition.name} has no value: ${score.reason}`, {
    hint: 'Pass rows of all classes, or choose another metric.',
  });
}

interface Group {
  readonly name: string;
  readonly columns: readonly number[];
}

function groupsOf(features: readonly string[], given: PermutationImportanceOptions['groups'] = {}): Group[] {
  const fail = (problem: string): never => {
    throw new ConfigError(`${WHAT}: groups: ${problem}`, {
      hint: "Pass names of features by the group's name: { prices: ['open', 'close'] }.",
    });
  };
  if (given === null || typeof given !== 'object' || Array.isArray(given)) return fail('is no object of names');
  const place = new Map(features.map((name, j) => [name, j]));
  const taken = new Set<number>();
  const groups = Object.entries(given).map(([name, members]): Group => {
    if (!Array.isArray(members) || members.length === 0) return fail(`'${name}' holds no features`);
    const columns = members.map((member: string) => {
      const j = place.get(member) ?? fail(`'${String(member)}' is no feature of the model`);
      if (taken.has(j)) fail(`'${member}' is in two groups, or twice in one`);
      taken.add(j);
      return j;
    });
    return { name, columns };
  });
  const clash = groups.find(({ name }) => place.has(name) && !taken.has(place.get(name) ?? -1));
  if (clash) fail(`'${clash.name}' is the name of a feature that is in no group`);
  return [...groups, ...features.flatMap((name, j) => (taken.has(j) ? [] : [{ name, columns: [j] }]))];
}
