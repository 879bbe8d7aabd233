/** What a comparison is told: which models, by which metric, how sure. Checked before anything is trained. */
import { ConfigError, InvalidInputError } from '../core/errors.js';
import type { ProgressListener } from '../core/progress.js';
import { nearest } from '../core/text.js';
import { QC_OPTIONS, type QCOptions } from '../data/qc-gate.js';
import { type MetricDefinition, metricByName } from '../metrics/registry.js';
import type { Task } from '../model/types.js';
import type { PreprocessingPipeline } from '../preprocessing/pipeline.js';
import type { Correction } from '../report/model-comparison.js';

/** A model to compare: its registered name, or the name and what is special about it. */
export type ModelChoice = string | ModelEntry;

/** A model to compare, with its variant and hyperparameters. */
export interface ModelEntry {
  readonly name: string;
  /** How the table calls it. Default: the name, with the variant. */
  readonly label?: string;
  readonly variant?: string;
  /** Hyperparameters over the model's file, its variant and the family's defaults. */
  readonly config?: Readonly<Record<string, unknown>>;
  readonly modelConfigFile?: string;
  /** Rows a window, for models of sequences given two-dimensional data. */
  readonly seqLen?: number;
}

/** How `compareModels` trains and compares models: the same splits, the same metric, validation rows only. */
export interface CompareModelsOptions extends QCOptions {
  /** Of every model whose config does not say. Default 'classification'. */
  readonly task?: Task;
  /** The metric that decides. Default 'logLoss', or 'rmse' for regression. */
  readonly metric?: string;
  /** Further columns of the table. Default: the usual ones of the task. */
  readonly metrics?: readonly string[];
  /** Rows a window, of every sequence model that does not say. */
  readonly seqLen?: number;
  /** Of every training and of the resampling. Default: the training config's. */
  readonly seed?: number;
  /** Threads of all trainings together. Default: HOLDFAST_THREADS, OMP_NUM_THREADS, else the cores. */
  readonly threads?: number;
  /** Models trained at once, at most; never changes a number. Default 1. */
  readonly workers?: number;
  readonly signal?: AbortSignal;
  /** Phase 'compare' counts models; what each training tells comes with the model's label before its phase. */
  readonly onProgress?: ProgressListener;
  /** The fitted pipeline that made the container: saved beside each model. */
  readonly preprocessing?: PreprocessingPipeline;
  /** Evaluate the winner, and it alone, once on the test rows. Default false: the comparison leaves them alone. */
  readonly finalTest?: boolean;
  /** Baselines in the table: prior, persistence, MiniRocket beside models of sequences. Default true. */
  readonly baselines?: boolean;
  /** Default 2,000. */
  readonly resamples?: number;
  /** Default 0.95. */
  readonly confidence?: number;
  /** For several comparisons at once. Default 'holm'. */
  readonly correction?: Correction;
  /** Validation rows resampled together. Default: for rows with times, as many as labels overlap and at least the cube root of the rows; else 1. */
  readonly blockLength?: number;
  /** Write a run for each model, and the comparison beside them. Default true for `trainAll`, false for `compareModels`. */
  readonly save?: boolean;
  readonly comparisonId?: string;
  /**
   * Where models that train step by step keep their state, a folder each, and which run each model has: the same comparison again goes on from
   * it, and takes models that were saved from their run directories.
   */
  readonly checkpointDirectory?: string;
}

/** How `trainAll` trains and compares the registered models. */
export interface TrainAllOptions extends CompareModelsOptions {
  /** Default 'all': every registered model that the task allows. */
  readonly models?: 'all' | readonly ModelChoice[];
}

const WHAT = 'compareModels';
const OPTIONS = [
  ...['models', 'task', 'metric', 'metrics', 'seqLen', 'seed', 'threads', 'workers', 'signal', 'onProgress'],
  ...['preprocessing', 'finalTest', 'baselines', 'resamples', 'confidence', 'correction', 'blockLength', 'save'],
  ...['comparisonId', 'checkpointDirectory', ...QC_OPTIONS],
];
const ENTRY_KEYS = ['name', 'label', 'variant', 'config', 'modelConfigFile', 'seqLen'];
const CORRECTIONS: readonly unknown[] = ['holm', 'bonferroni', 'none'] satisfies Correction[];

/** Throws `ConfigError` for an unknown option, or a value out of range. */
export function checkOptions(options: TrainAllOptions): void {
  assertKeys(options, OPTIONS, WHAT, 'option');
  const { task, workers, resamples, confidence, correction, blockLength } = options;
  const wrong = (name: string, value: unknown, hint: string): never => {
    throw new ConfigError(`${WHAT}: ${name} is ${String(value)}`, { hint });
  };
  if (task !== undefined && task !== 'classification' && task !== 'regression')
    wrong('task', task, "Use 'classification' or 'regression'.");
  const counts = { workers, resamples, blockLength };
  for (const [name, value] of Object.entries(counts))
    if (value !== undefined && !(Number.isInteger(value) && value >= 1 && value <= 1e6))
      wrong(name, value, 'Use a whole number from 1 to 1,000,000.');
  if (confidence !== undefined && !(confidence > 0 && confidence < 1))
    wrong('confidence', confidence, 'Use a probability between 0 and 1, such as 0.95.');
  if (correction !== undefined && !CORRECTIONS.includes(correction))
    wrong('correction', correction, "Use 'holm', 'bonferroni' or 'none'.");
}

/** The entries, each with a label of its own. */
export function labelled(choices: readonly ModelChoice[]): (ModelEntry & { readonly label: string })[] {
  if (!Array.isArray(choices) || choices.length === 0)
    throw new InvalidInputError(`${WHAT}: there are no models to compare`, {
      hint: "Name them: ['lightgbm', { name: 'logistic', config: { C: 0.1 } }].",
    });
  const taken = new Map<string, number>();
  return choices.map((choice) => {
    const entry: ModelEntry = typeof choice === 'string' ? { name: choice } : choice;
    if (entry === null || typeof entry !== 'object' || typeof entry.name !== 'string')
      throw new InvalidInputError(`${WHAT}: ${String(entry)} is no model`, {
        hint: "Give a registered name or { name: 'lightgbm', config: {} }.",
      });
    assertKeys(entry, ENTRY_KEYS, `${WHAT}: ${entry.name}`, 'key');
    const wanted = entry.label ?? (entry.variant === undefined ? entry.name : `${entry.name} (${entry.variant})`);
    const count = (taken.get(wanted) ?? 0) + 1;
    taken.set(wanted, count);
    return { ...entry, label: count === 1 ? wanted : `${wanted} #${count}` };
  });
}

/** The deciding metric, and the columns of the table with it first. */
export function metricsOf(task: Task, { metric, metrics }: CompareModelsOptions): [MetricDefinition, string[]] {
  const regression = task === 'regression';
  const usual = regression ? ['rmse', 'mae', 'r2'] : ['logLoss', 'rocAuc', 'accuracy', 'f1', 'brierScore'];
  const definitions = [metric ?? usual[0], ...(metrics ?? usual)].map(metricByName);
  for (const { name, task: of } of definitions)
    if (of !== task)
      throw new InvalidInputError(`${WHAT}: ${name} is for ${of}, the models' task is ${task}`, {
        hint: `For example '${usual[0]}' or '${usual[1]}'.`,
      });
  return [definitions[0], [...new Set(definitions.map(({ name }) => name))]];
}

function assertKeys(given: object, known: readonly string[], what: string, kind: string): void {
  const unknown = Object.keys(given).find((key) => !known.includes(key));
  if (unknown === undefined) return;
  const close = nearest(unknown, known);
  throw new ConfigError(`${what}: unknown ${kind} '${unknown}'`, {
    hint: close ? `Did you mean '${close}'?` : `Valid: ${known.join(', ')}.`,
    details: { [kind]: unknown, nearest: close },
  });
}
