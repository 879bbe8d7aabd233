/** `trainAll`: several models on the same splits, scored on the same validation rows, the best one chosen with what the choice is worth. */
import { join } from 'node:path';
import { PriorBaseline } from '../baselines/prior.js';
import { throwIfAborted } from '../core/abort.js';
import { HoldfastError, InvalidInputError, TrainingFailedError } from '../core/errors.js';
import type { Logger } from '../core/logging.js';
import { resolveThreads } from '../core/threads.js';
import { TimeSeriesDataContainer } from '../data/container.js';
import { passGate } from '../data/qc-gate.js';
import type { AnyContainer } from '../evaluation/adapt.js';
import { scoreOf } from '../evaluation/score.js';
import type { MetricDefinition } from '../metrics/registry.js';
import type { ResolvedTrainingConfig } from '../model/config-files.js';
import type { Task } from '../model/types.js';
import type { FailedModel } from '../report/model-comparison.js';
import { claimRows } from '../splits/claim-rows.js';
import type { TestSetGuard } from '../splits/test-guard.js';
import { runScheduled } from '../validation/schedule.js';
import { writeComparison } from './artifacts.js';
import { checkOptions, metricsOf, type TrainAllOptions } from './comparison-options.js';
import { type Planned, planComparison } from './comparison-plan.js';
import { rank } from './comparison-ranking.js';
import { reportOf } from './comparison-report.js';
import type { ComparisonEntry, ComparisonResult } from './comparison-result.js';
import { containerFor } from './comparison-rows.js';
import { comparisonTable } from './comparison-table.js';
import { finalTestOf } from './final-test.js';
import { type KnownRun, KnownRuns } from './known-runs.js';
import { checkRunId, newRunId } from './run-names.js';
import type { TrainingResult, TrainModelOptions } from './training-result.js';

export interface TrainAllContext {
  readonly settings: ResolvedTrainingConfig;
  readonly runsDirectory: string;
  /** For runs that save nothing. */
  readonly guard: TestSetGuard;
  readonly log: Logger;
  train(name: string, container: AnyContainer, options: TrainModelOptions): Promise<TrainingResult>;
  /** What an earlier process of the comparison came to in that run. */
  earlier(
    name: string,
    container: AnyContainer,
    run: KnownRun,
    options: TrainModelOptions,
  ): Promise<TrainingResult | undefined>;
}

/** See `ModelTrainer.trainAll`. */
export async function trainAll(
  container: AnyContainer,
  options: TrainAllOptions,
  context: TrainAllContext,
): Promise<ComparisonResult> {
  checkOptions(options);
  if (!(container instanceof TimeSeriesDataContainer))
    throw new InvalidInputError('trainAll: expected a TimeSeriesDataContainer', {
      hint: 'Build one from arrays, or with fromTable and PreprocessingPipeline.fitTransform.',
    });
  const qc = passGate(options);
  throwIfAborted(options.signal, 'The comparison');
  const { comparisonId: given, save = true, workers = 1, signal } = options;
  const comparisonId = given === undefined ? newRunId('comparison', container.symbol) : checkRunId(given);
  const threads = resolveThreads(options.threads ?? context.settings.threads);
  const seed = options.seed ?? context.settings.seed;
  const { task, entries, skipped } = await planComparison(options, context.settings);
  const [metric, columns] = metricsOf(task, options);
  assertDecides(metric, task, container);
  // Asked now, so that a refusal costs no training; written down once the rows have chosen.
  const claim = claimRows('tune', container.validation, { name: `comparison of ${entries.length} models` });

  const { checkpointDirectory } = options;
  const runs = save && checkpointDirectory ? await KnownRuns.of(checkpointDirectory, container, seed) : undefined;

  const results: (ComparisonEntry | undefined)[] = [];
  const failed: (FailedModel | undefined)[] = [];
  const errors: unknown[] = [];
  let done = 0;
  const told = (message: string) =>
    options.onProgress?.({ phase: 'compare', step: done, total: entries.length, message });
  await runScheduled(entries.length, { workers, threads, signal }, async (run) => {
    const entry = entries[run.index];
    const { onProgress } = options;
    told(entry.label);
    try {
      const known = await runs?.begin(run.index, entry);
      const data = containerFor(entry.info, container);
      const training: TrainModelOptions = {
        ...trainingOf(entry, options),
        ...(known && { runId: known.runId }),
        ...(checkpointDirectory !== undefined && {
          checkpointDirectory: join(checkpointDirectory, String(run.index)),
        }),
        ...{ seed, threads: run.threads, signal: run.signal, save, evaluateTest: false, sequenceBaseline: false },
        // Intervals of each model by itself are for its own report; here it is differences that are resampled.
        ...(!save && { evaluation: { bootstrap: false, periods: false, groups: false } }),
        ...(onProgress && {
          onProgress: (event) => onProgress({ ...event, phase: `${entry.label}: ${event.phase}` }),
        }),
      };
      const before = known && (await context.earlier(entry.name, data, known, training));
      const result = before ?? (await context.train(entry.name, data, training));
      if (known) await runs?.end(run.index, known);
      results[run.index] = { ...result, label: entry.label };
    } catch (error) {
      throwIfAborted(signal, 'The comparison');
      errors.push(error);
      failed[run.index] = failure(entry, error);
      context.log.warn(`${entry.label} failed; the others go on`, { comparison: comparisonId });
    }
    done++;
    told(entry.label);
  });
  throwIfAborted(signal, 'The comparison');
  const trained = results.filter((result) => result !== undefined);
  const failures = failed.filter((one) => one !== undefined);
  if (trained.length === 0) throw allFailed(failures, errors);

  claim.record();
  const ranking = await rank(trained, container, { metric, task, seed, threads, options });
  const [winner] = ranking.results;
  const finalTest = options.finalTest
    ? await finalTestOf(winner, container, {
        ...{ seed, threads, save, runsDirectory: context.runsDirectory, guard: context.guard, signal },
        baselines: options.baselines !== false,
      })
    : undefined;
  const report = reportOf(ranking, container, {
    ...{ comparisonId, task, seed, metric, threads, skipped, failed: failures },
    ...(finalTest && { finalTest }),
    ...(qc && { qc }),
  });
  const table = comparisonTable(report, columns);
  return {
    comparisonId,
    winner,
    model: winner.model,
    results: ranking.results,
    failed: failures,
    report,
    table,
    ...(save && { artifacts: await writeComparison(context.runsDirectory, report, table, container.ledger) }),
  };
}

/** A metric that says nothing on these rows (an area, with one class only) says so before hours of training. */
function assertDecides(metric: MetricDefinition, task: Task, { train, validation }: AnyContainer): void {
  if (validation.y.length === 0)
    throw new InvalidInputError('trainAll: there are no validation rows to compare models on', {
      hint: 'Give the container a validation split.',
    });
  const score = scoreOf(metric, validation, new PriorBaseline(task).fit(train).predict(validation));
  // What depends on the prediction (such as a precision without a positive prediction) is up to the models.
  const ofRows =
    score.value === null && /no row is of class|every target|targets? of|label .* is not one/.test(score.reason);
  if (!ofRows) return;
  throw new InvalidInputError(`trainAll: ${metric.name} is undefined on the validation rows: ${score.reason}`, {
    hint: 'Choose another metric, or splits whose validation rows have every class.',
  });
}

function trainingOf(
  { variant, config, modelConfigFile, seqLen }: Planned,
  { preprocessing, qcReport, qcOverride }: TrainAllOptions,
) {
  return {
    config,
    ...(variant !== undefined && { variant }),
    ...(modelConfigFile !== undefined && { modelConfigFile }),
    ...(seqLen !== undefined && { seqLen }),
    ...(preprocessing && { preprocessing }),
    ...(qcReport && { qcReport }),
    ...(qcOverride && { qcOverride }),
  };
}

function failure({ label, name }: Planned, error: unknown): FailedModel {
  const message = error instanceof Error ? error.message : String(error);
  if (!(error instanceof HoldfastError))
    return { label, name, error: { name: error instanceof Error ? error.name : 'Error', message } };
  const { name: kind, code, hint } = error;
  return { label, name, error: { name: kind, code, message, ...(hint && { hint }) } };
}

function allFailed(failed: readonly FailedModel[], errors: readonly unknown[]): TrainingFailedError {
  const reasons = failed.map(({ label, error }) => `${label}: ${error.message}`).join('; ');
  return new TrainingFailedError(`No model could be trained: ${reasons}`, {
    hint: failed[0]?.error.hint ?? 'The cause holds the first error.',
    details: { failed },
    cause: errors[0],
  });
}
