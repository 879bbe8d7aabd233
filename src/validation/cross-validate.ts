/** `crossValidate`: a model, or preprocessing and a model, trained and tested on every fold of a splitter. */
import { cancelled, throwIfAborted } from '../core/abort.js';
import { InvalidInputError } from '../core/errors.js';
import { type Logger, logOf } from '../core/logging.js';
import type { ProgressListener } from '../core/progress.js';
import { observed } from '../core/spans.js';
import type { Split } from '../core/split.js';
import { nearest } from '../core/text.js';
import { resolveThreads } from '../core/threads.js';
import { passGate, QC_OPTIONS, type QCOptions, qualityWarnings } from '../data/qc-gate.js';
import type { PredictionOutput } from '../model/types.js';
import { flatteringUses, useRows } from '../splits/claim-rows.js';
import { CombinatorialPurgedKFold } from '../splits/combinatorial-purged-k-fold.js';
import type { Fold } from '../splits/splitter.js';
import { type Candidate, candidateOf, type ModelPipeline, type ModelSource } from './candidate.js';
import { type AnySplitter, assertClasses, checkedFolds } from './checked-folds.js';
import { type FoldRows, foldData } from './fold-data.js';
import { type Metric, type MetricChoice, metricsOf, type ScoresByName } from './metrics.js';
import { pathResults } from './paths.js';
import { type CrossValidationResult, type FoldResult, summarise } from './result.js';
import { type RowData, rowDataOf, type ValidationInput } from './row-data.js';
import { named, runScheduled, type ScheduledTask } from './schedule.js';

/** Folds, metrics, seed and threads of `crossValidate`. */
export interface CrossValidationOptions extends QCOptions {
  readonly splitter: AnySplitter;
  /** Default: accuracy, or R² for regression. */
  readonly metrics?: readonly MetricChoice[];
  /** Of every fold's training. Default: the model's own. */
  readonly seed?: number;
  /** Folds trained at once, at most; never changes a number. Default: as many as there are threads. */
  readonly workers?: number;
  /** Threads of all folds together. Default: HOLDFAST_THREADS, OMP_NUM_THREADS, else the cores. */
  readonly threads?: number;
  readonly signal?: AbortSignal;
  /** Told after each fold: phase `'crossValidate'`, folds done, folds in all, the fold's test scores. */
  readonly onProgress?: ProgressListener;
  /** Score the training rows too, for the overfit gap. Default true. */
  readonly trainScores?: boolean;
  /** Keep the fitted model (and preprocessing) of each fold. Default false. */
  readonly returnModels?: boolean;
  /** Keep the predictions of each fold's test rows. Default false. */
  readonly returnPredictions?: boolean;
  /** Told of the validation and its folds. Default: nothing is logged. */
  readonly logger?: Logger;
}

const WHAT = 'crossValidate';
const OPTIONS: readonly string[] = [
  'splitter',
  'metrics',
  'seed',
  'workers',
  'threads',
  'signal',
  'onProgress',
  'trainScores',
  'returnModels',
  'returnPredictions',
  'logger',
  ...QC_OPTIONS,
];

/**
 * Trains and tests on each fold. Preprocessing is fitted on the training rows of a fold alone; the model given is never fitted itself. All
 * folds are made and checked before the first is trained. The same data, splitter and seed give the same numbers for any `workers` and
 * `threads`: folds run side by side within the threads, each as if it ran alone.
 *
 * The ledger of the rows learns what each fold's model was fitted on (evaluating it on those rows is refused later), and that the rows were scored.
 * Rows that preprocessing has learned from, or that a search has chosen by, give scores that are too good: `warnings` says so.
 *
 * Weights, where the rows have them, count in training and in the metrics. A metric that is undefined on a fold is NaN there, with a warning.
 *
 * @param modelOrPipeline - a model object, a registered name, or `{ preprocessing, model, config? }`
 * @throws QCGateBlockedError - the quality report FAILED and there is no override
 * @throws InvalidInputError - folds that cannot be made, a class missing from a fold's training rows, metrics of another task
 * @throws DataLeakageError - rows of another role than train, or a splitter that tests on training rows
 * @throws TrainingCancelledError - `signal` was aborted
 * @throws what training threw, with the fold's number before the message: of the first fold that failed
 *
 * @example
 * const result = await crossValidate(new LightGBMModel(), container.train, {
 *   splitter: new PurgedKFold({ folds: 5, embargo: 0.01 }),
 *   metrics: ['rocAuc', 'logLoss'],
 * });
 * result.scores.rocAuc.test.mean;
 */
export async function crossValidate(
  modelOrPipeline: ModelSource | ModelPipeline,
  data: Split<'train', ValidationInput>,
  options: CrossValidationOptions,
): Promise<CrossValidationResult> {
  const checked = checkedOptions(options);
  const log = logOf(options.logger);
  const source =
    typeof modelOrPipeline === 'object' && 'model' in modelOrPipeline ? modelOrPipeline.model : modelOrPipeline;
  const model = typeof source === 'string' ? source : source?.info?.name;
  const result = await observed(
    log,
    {
      ...{ span: 'holdfast.crossValidate', doing: 'cross-validation', fields: { model } },
      found: ({ folds }) => ({ folds: folds.length }),
    },
    () => validated(modelOrPipeline, data, options, checked),
  );
  for (const warning of result.warnings) log.warn(warning, { model });
  return result;
}

async function validated(
  modelOrPipeline: ModelSource | ModelPipeline,
  data: Split<'train', ValidationInput>,
  options: CrossValidationOptions,
  { threads, workers }: ReturnType<typeof checkedOptions>,
): Promise<CrossValidationResult> {
  const started = performance.now();
  const { signal, splitter } = options;
  const qc = passGate(options);
  throwIfAborted(signal, 'Cross-validation');
  const candidate = await candidateOf(modelOrPipeline, WHAT);
  const metrics = metricsOf(options.metrics, candidate.sample.task, WHAT);
  const rows = await rowDataOf(data, candidate, WHAT);
  const folds = await checkedFolds(splitter, rows, WHAT);
  if (candidate.sample.task === 'classification') assertClasses(folds, rows.y, rows.weights, WHAT);
  const flattered = enterRows(data, candidate);
  const combinatorial = splitter instanceof CombinatorialPurgedKFold ? splitter : undefined;
  const keep = { predictions: combinatorial !== undefined || (options.returnPredictions ?? false) };
  const job: Job = { candidate, metrics, rows, folds, options, keep };
  let done = 0;
  const results = await runScheduled(folds.length, { workers, threads, signal }, async (task) => {
    const result = await runFold(job, task);
    done++;
    options.onProgress?.({
      phase: WHAT,
      step: done,
      total: folds.length,
      message: `fold ${task.index + 1} of ${folds.length}`,
      metrics: result.test,
    });
    return result;
  });
  throwIfAborted(signal, 'Cross-validation');
  const { scores, warnings } = summarise(metrics, results);
  const found = combinatorial
    ? pathResults(combinatorial.paths(rows), results.map(predictionsOf), metrics, rows)
    : undefined;
  return {
    model: candidate.name,
    scores,
    folds: options.returnPredictions ? results : results.map(({ predictions: _, ...result }) => result),
    ...(found ? { paths: found.paths } : {}),
    time: (performance.now() - started) / 1000,
    ...(qc && { qc }),
    warnings: [...qualityWarnings(qc), ...flattered, ...warnings, ...(found?.warnings ?? [])],
  };
}

/** What the ledger is told: that the rows were scored (the models of the folds tell what they were fitted on). What it has to say about them. */
function enterRows({ X, role }: Split<'train', ValidationInput>, { name, freshPipeline }: Candidate): string[] {
  const found = flatteringUses(X);
  // Entered first: a run that fails midway may have shown its scores.
  useRows('score', { X, role }, { name: `cross-validation of ${name}` });
  const chosen = found.find(({ use }) => use === 'tune');
  return [
    ...(found.some(({ use }) => use === 'preprocess')
      ? [
          `Preprocessing has learned from the rows that folds are tested on, which makes their scores a little too good: pass the raw rows and { preprocessing, model }${freshPipeline ? '' : ', which fits it again inside each fold'}.`,
        ]
      : []),
    ...(chosen
      ? [
          `${chosen.by} has chosen by scores on these rows, so scores on them are too good for what it chose: judge that on other rows.`,
        ]
      : []),
  ];
}

interface Job {
  readonly candidate: Candidate;
  readonly metrics: readonly Metric[];
  readonly rows: RowData;
  readonly folds: readonly Fold[];
  readonly options: CrossValidationOptions;
  readonly keep: { readonly predictions: boolean };
}

async function runFold(job: Job, task: ScheduledTask): Promise<FoldResult> {
  const fields = { model: job.candidate.name, fold: task.index + 1, of: job.folds.length };
  try {
    return await observed(
      logOf(job.options.logger),
      { span: 'holdfast.fold', doing: 'fold', level: 'debug', fields, found: ({ test }) => test },
      () => trainAndScore(job, task),
    );
  } catch (error) {
    if (job.options.signal?.aborted) throw cancelled(job.options.signal, 'Cross-validation');
    const where = `${WHAT}: fold ${task.index + 1} of ${job.folds.length}`;
    throw named(error, where, { fold: task.index });
  }
}

async function trainAndScore(job: Job, { index, threads, signal }: ScheduledTask): Promise<FoldResult> {
  const { candidate, metrics, options } = job;
  const started = performance.now();
  const { train, test, fold, preprocessing, featureNames } = await foldData(job.rows, job.folds[index], candidate);
  throwIfAborted(signal);
  const model = candidate.freshModel();
  const training = await model.fit({ ...train, featureNames }, { seed: options.seed, threads, signal });
  const fitted = performance.now();
  const warnings = [...training.warnings];
  const scoresOn = (rows: FoldRows, output: PredictionOutput, on: string): ScoresByName =>
    Object.fromEntries(
      metrics.map((metric) => {
        const { value, reason } = metric.score({ y: rows.y, weights: rows.weights }, output);
        if (reason) warnings.push(`${metric.name} is undefined on ${on} rows: ${reason}`);
        return [metric.name, value];
      }),
    );
  const output = await model.predict(test.X, { threads });
  const testScores = scoresOn(test, output, 'test');
  throwIfAborted(signal);
  const trainScores =
    options.trainScores === false ? undefined : scoresOn(train, await model.predict(train.X, { threads }), 'train');
  return {
    fold: index,
    rows: fold,
    test: testScores,
    ...(trainScores ? { train: trainScores } : {}),
    fitTime: (fitted - started) / 1000,
    scoreTime: (performance.now() - fitted) / 1000,
    training,
    ...(options.returnModels ? { model, preprocessing } : {}),
    ...(job.keep.predictions ? { predictions: output } : {}),
    warnings,
  };
}

function predictionsOf({ predictions }: FoldResult): PredictionOutput {
  if (!predictions) throw new InvalidInputError(`${WHAT}: a fold kept no predictions`);
  return predictions;
}

function checkedOptions(options: CrossValidationOptions): { threads: number; workers: number } {
  if (options === null || typeof options !== 'object') {
    throw new InvalidInputError(`${WHAT} needs a splitter`, { hint: '{ splitter: new PurgedKFold({ folds: 5 }) }' });
  }
  for (const key of Object.keys(options)) {
    if (OPTIONS.includes(key)) continue;
    const close = nearest(key, OPTIONS);
    throw new InvalidInputError(`${WHAT}: unknown option '${key}'`, {
      hint: close ? `Did you mean '${close}'?` : `Options: ${OPTIONS.join(', ')}.`,
      details: { option: key, nearest: close },
    });
  }
  const threads = resolveThreads(options.threads);
  const { workers = threads } = options;
  if (!Number.isInteger(workers) || workers < 1) {
    throw new InvalidInputError(`${WHAT}: workers must be a positive integer, got ${String(workers)}`, {
      hint: 'It is how many folds may be trained at once; leave it out to use all threads.',
    });
  }
  return { threads, workers };
}
