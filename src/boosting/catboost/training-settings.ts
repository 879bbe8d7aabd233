/** From the configuration and the data to the engine's settings: loss, class weights, columns, and what had no effect. */
import { ConfigError, InvalidInputError } from '../../core/errors.js';
import { nearest } from '../../core/text.js';
import type { FitData } from '../../model/types.js';
import { metricNamed, metricNames } from '../engine/metrics/names.js';
import type { MetricSpec } from '../engine/metrics/spec.js';
import type { BoostingFitOptions, LearningRates } from '../options.js';
import type { CatBoostSettings } from './config.js';
import { parseCtr } from './ctr-description.js';
import {
  type Bootstrap,
  type CatBoostParams,
  type CtrDescription,
  DEFAULT_CTRS,
  type Detector,
  defaultCatBoostParams,
  type StatedLoss,
} from './engine/params.js';
import { checkLossSettings, idleSettings } from './idle-settings.js';
import { lossName, lossParameters } from './loss.js';
import { trainableLoss } from './trainable-loss.js';

/** The loss for these classes, as text; throws `ConfigError` when the configured one cannot learn them. */
export function chooseLoss({ lossFunction }: CatBoostSettings, classes: readonly number[]): string {
  const k = classes.length;
  const loss = lossFunction ?? (k === 0 ? 'RMSE' : k === 2 ? 'Logloss' : 'MultiClass');
  if (lossName(loss) === 'Logloss' && k !== 2) {
    throw new ConfigError(`catboost: lossFunction 'Logloss' needs two classes, the labels have ${k}`, {
      hint: "Use lossFunction 'MultiClass', or leave it out.",
      details: { classes },
    });
  }
  return loss;
}

/** Settings for these rows. */
export function engineParams(
  settings: CatBoostSettings,
  lossText: string,
  data: FitData,
  options: Pick<BoostingFitOptions, 'objective' | 'metrics' | 'learningRates'> = {},
): { params: CatBoostParams; warnings: string[] } {
  const warnings = (settings.withoutEffect ?? []).map((name) => `${name} has no effect here`);
  const loss = trainableLoss(lossText, data.classes.length);
  checkLossSettings(settings, loss);
  const defaults = defaultCatBoostParams(loss, data.X.rows, data.X.cols, settings.iterations);
  const { simpleCtr, combinationsCtr, ctrTargetBorderCount, featureBorderType, permutationCount } = settings;
  const columns = columnNumbers(settings.categoricalFeatures ?? [], data.featureNames, 'categoricalFeatures');
  const { objective, metrics = {}, learningRates } = options;
  const own = Object.entries(metrics).map(([name, { direction }]): MetricSpec => ({ name, kind: 'custom', direction }));
  const params: CatBoostParams = {
    ...defaults,
    ...given(settings, [
      'iterations',
      'learningRate',
      'depth',
      'growPolicy',
      'maxLeaves',
      'minDataInLeaf',
      'l2LeafReg',
      'scoreFunction',
      'randomStrength',
      'randomScoreType',
      'samplingFrequency',
      'rsm',
      'boostingType',
      'leafEstimationMethod',
      'leafEstimationIterations',
      'leafEstimationBacktracking',
      'boostFromAverage',
      'borderCount',
      'nanMode',
      'useBestModel',
    ]),
    borderType: featureBorderType ?? defaults.borderType,
    bootstrap: bootstrapOf(settings, defaults.bootstrap, warnings),
    categorical: {
      ...defaults.categorical,
      ...given(settings, ['oneHotMaxSize', 'maxCtrComplexity', 'counterCalcMethod', 'modelSizeReg', 'hasTime']),
      columns: [...new Set(columns)].sort((a, b) => a - b),
      permutations: permutationCount ?? defaults.categorical.permutations,
      simpleCtr: ctrsOf(simpleCtr, ctrTargetBorderCount) ?? defaults.categorical.simpleCtr,
      combinationsCtr: ctrsOf(combinationsCtr, ctrTargetBorderCount) ?? defaults.categorical.combinationsCtr,
    },
    metrics: metricsOf(settings, loss, lossText, own),
    ...(objective ? { loss: { kind: 'custom', instead: loss } } : {}),
    ...(learningRates ? { learningRates: ratesOf(learningRates, settings.iterations ?? defaults.iterations) } : {}),
    detector: detectorOf(settings),
  };
  const validated = data.validation !== undefined || Object.keys(data.evalSets ?? {}).length > 0;
  return { params, warnings: [...warnings, ...idleSettings(settings, validated)] };
}

type Shared = keyof CatBoostSettings;

function given<K extends Shared>(settings: CatBoostSettings, names: readonly K[]): Pick<Required<CatBoostSettings>, K> {
  const values = names.filter((name) => settings[name] !== undefined).map((name) => [name, settings[name]]);
  return Object.fromEntries(values);
}

function bootstrapOf(settings: CatBoostSettings, fallback: Bootstrap, warnings: string[]): Bootstrap {
  const { baggingTemperature, mvsReg } = settings;
  const usual = 'subsample' in fallback ? fallback.subsample : 0.8;
  const type = settings.bootstrapType ?? (baggingTemperature === undefined ? fallback.type : 'Bayesian');
  const without = (name: 'subsample' | 'baggingTemperature' | 'mvsReg') => {
    if (settings[name] !== undefined) warnings.push(`${name} has no effect with bootstrapType '${type}'`);
  };
  if (type !== 'Bayesian') without('baggingTemperature');
  if (type !== 'MVS') without('mvsReg');
  if (type === 'Bayesian' || type === 'No') without('subsample');
  switch (type) {
    case 'No':
      return { type };
    case 'Bayesian':
      return { type, temperature: baggingTemperature ?? 1 };
    case 'MVS':
      return { type, subsample: settings.subsample ?? usual, ...(mvsReg === undefined ? {} : { lambda: mvsReg }) };
    default:
      return { type, subsample: settings.subsample ?? 0.66 };
  }
}

/** Descriptions, those of CatBoost without texts, with the number of target borders where a text has none; undefined: the defaults. */
function ctrsOf(
  texts: readonly string[] | undefined,
  targetBorderCount: number | undefined,
): CtrDescription[] | undefined {
  if (!texts && targetBorderCount === undefined) return undefined;
  const own = targetBorderCount === undefined ? {} : { targetBorderCount };
  if (!texts) return DEFAULT_CTRS.map((ctr) => ({ ...ctr, ...own }));
  // The configuration was parsed: every text is one.
  return texts.flatMap((text) => {
    const parsed = parseCtr(text);
    if (typeof parsed === 'string') return [];
    return [text.includes('TargetBorderCount') ? parsed : { ...parsed, ...own }];
  });
}

/** The watched metric first. Names as CatBoost writes them; without any, the loss is watched. */
function metricsOf(
  settings: CatBoostSettings,
  loss: StatedLoss,
  lossText: string,
  given: readonly MetricSpec[],
): MetricSpec[] {
  const { metric = [], customMetric = [], earlyStoppingMetric } = settings;
  if (metric.length + customMetric.length + given.length === 0 && earlyStoppingMetric === undefined) return [];
  const multiclass = loss.kind === 'MultiClass' || loss.kind === 'MultiClassOneVsAll';
  // The loss is always told, where it is a metric as well.
  const own = metricNames('catboost').includes(lossName(lossText)) ? [lossText] : [];
  const names = metric.length > 0 ? [...metric, ...customMetric, ...own] : [...own, ...customMetric];
  const watched = earlyStoppingMetric === undefined ? [] : [earlyStoppingMetric];
  const byCaller = given.filter(({ name }) => watched.includes(name));
  const known = [...watched.filter((name) => byCaller.length === 0 || name !== byCaller[0].name), ...names];
  const named = known.map((name) => metricNamed('catboost', metricText(name), { multiclass }));
  const specs = [...byCaller, ...named, ...given];
  return specs.filter((spec, i) => specs.findIndex(({ name }) => name === spec.name) === i);
}

/** A loss's parameters that no metric takes (`Lq:q=2`) stay with the loss. */
function metricText(name: string): string {
  const entries = Object.entries(lossParameters(name));
  return entries.length > 1 ? lossName(name) : name;
}

function ratesOf(given: LearningRates, iterations: number): number[] {
  const rates =
    typeof given === 'function' ? Array.from({ length: iterations }, (_, i) => given(i)) : Array.from(given);
  if (rates.length >= iterations && rates.every((rate) => rate > 0 && Number.isFinite(rate))) return rates;
  throw new InvalidInputError(`learningRates has to give a rate above 0 for each of ${iterations} iterations`, {
    hint: 'Pass a function of the iteration (from 0), or an array of one rate an iteration.',
  });
}

function detectorOf({ odType, odPval, odWait, earlyStoppingRounds }: CatBoostSettings): Detector {
  if (earlyStoppingRounds === 0) return { type: 'None', wait: 0, pValue: 0 };
  return { type: odType ?? 'IncToDec', wait: odWait ?? earlyStoppingRounds, pValue: odPval ?? 0 };
}

/** Columns by number or name; throws `ConfigError` for one that is not there. */
export function columnNumbers(columns: readonly (number | string)[], names: readonly string[], what: string): number[] {
  return columns.map((column) => {
    const at = typeof column === 'number' ? column : names.indexOf(column);
    if (at >= 0 && at < names.length) return at;
    const close = typeof column === 'string' ? nearest(column, names) : undefined;
    throw new ConfigError(`catboost: ${what} has ${JSON.stringify(column)}, which is none of ${names.length} columns`, {
      hint: close ? `Did you mean '${close}'?` : 'Pass column numbers from 0, or feature names.',
      details: { column },
    });
  });
}

/** Names of categories by column number; keys are numbers or feature names. */
export function namesByColumn(
  given: Readonly<Record<string, string[]>> | undefined,
  names: readonly string[],
): ReadonlyMap<number, readonly string[]> {
  return new Map(
    Object.entries(given ?? {}).map(([key, texts]) => {
      const column = names.includes(key) || !/^\d+$/.test(key) ? key : Number(key);
      return [columnNumbers([column], names, 'categoryNames')[0], texts];
    }),
  );
}

/** Weight of each class, 1 where none are asked for (https://catboost.ai/docs/en/references/training-parameters/common). */
export function classWeights(settings: CatBoostSettings, data: FitData): Float64Array | undefined {
  const { classWeights: chosen, autoClassWeights = 'None', scalePosWeight } = settings;
  const { classes, y, weights } = data;
  if (chosen === undefined && autoClassWeights === 'None' && scalePosWeight === undefined) return undefined;
  if (classes.length === 0 || (scalePosWeight !== undefined && classes.length !== 2)) {
    throw new ConfigError('catboost: class weights are for classification, scalePosWeight for two classes', {
      hint: 'Leave them out, or pass weights with the rows.',
      details: { classes },
    });
  }
  if (scalePosWeight !== undefined) return Float64Array.of(1, scalePosWeight);
  if (chosen !== undefined) return chosenWeights(chosen, classes);
  const sums = new Float64Array(classes.length);
  for (let i = 0; i < y.length; i++) sums[y[i]] += weights ? weights[i] : 1;
  const largest = sums.reduce((a, b) => Math.max(a, b), 0);
  return sums.map((sum) => (autoClassWeights === 'Balanced' ? largest / sum : Math.sqrt(largest / sum)));
}

function chosenWeights(chosen: number[] | Record<string, number>, classes: readonly number[]): Float64Array {
  const fail = (problem: string): never => {
    throw new ConfigError(`catboost: classWeights ${problem}`, {
      hint: `Classes: ${classes.join(', ')}.`,
      details: { classes },
    });
  };
  if (Array.isArray(chosen)) {
    return chosen.length === classes.length
      ? Float64Array.from(chosen)
      : fail(`has ${chosen.length} weights for ${classes.length} classes`);
  }
  const unknown = Object.keys(chosen).find((label) => !classes.includes(Number(label)));
  if (unknown !== undefined) fail(`has '${unknown}', which is no class`);
  return Float64Array.from(classes, (label) => chosen[label] ?? 1);
}
