/** What a tracker is told of a run that was trained. */
import { HoldfastError } from '../core/errors.js';
import { type Logger, logOf, withoutSecrets } from '../core/logging.js';
import { messageOf } from '../core/text.js';
import type { AnyContainer } from '../evaluation/adapt.js';
import type { Evaluation } from '../evaluation/evaluate.js';
import type { BaseModel } from '../model/base-model.js';
import type { TrainingReport } from '../report/training-report.js';
import type { DatasetInput, LogModelOptions, TrackedRun } from '../tracking/tracker.js';
import type { RunArtifacts } from './artifacts.js';

export interface TrainedRun {
  readonly model: BaseModel;
  readonly data: AnyContainer;
  readonly report: TrainingReport;
  readonly artifacts: RunArtifacts | undefined;
  readonly logModel?: LogModelOptions | undefined;
}

/** Scores, the curve of the training, data sets, the model and the artifacts. Returns the error of a tracker that failed: the run is trained all the same. */
export async function logRun(
  tracked: TrackedRun | undefined,
  run: TrainedRun,
  logger?: Logger,
): Promise<Error | undefined> {
  if (!tracked) return undefined;
  const { model, data, report, artifacts, logModel } = run;
  try {
    await tracked.logMetrics(scoresOf(report));
    for (const { epoch, ...losses } of report.training.history) {
      const known = Object.entries(losses).filter((entry): entry is [string, number] => typeof entry[1] === 'number');
      await tracked.logMetrics(Object.fromEntries(known), epoch);
    }
    if (tracked.logDatasets) await tracked.logDatasets(await datasetsOf(data));
    if (tracked.logModel) await storeModel(tracked, model, logModel);
    if (artifacts) await tracked.logArtifacts(artifacts.directory);
    await tracked.finish('completed');
    return undefined;
  } catch (error) {
    warn(`The run ${report.runId} is trained, but its tracker failed: ${messageOf(error)}`, logger);
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** Tells of a run that failed; what is thrown is the reason, whatever the tracker says. */
export async function logFailure(tracked: TrackedRun | undefined, error: unknown, logger?: Logger): Promise<void> {
  try {
    await tracked?.finish('failed', messageOf(error));
  } catch (failure) {
    warn(`The tracker was not told that a run failed: ${messageOf(failure)}`, logger);
  }
}

/** To who logs; else to the process, as nobody would see it. */
function warn(message: string, logger: Logger | undefined): void {
  if (logger) logOf(logger).warn(message);
  else process.emitWarning(withoutSecrets(message));
}

/** Not every model has a form that other programs open. */
async function storeModel(tracked: TrackedRun, model: BaseModel, options?: LogModelOptions): Promise<void> {
  try {
    await tracked.logModel?.(model, options);
  } catch (error) {
    if (!(error instanceof HoldfastError) || error.code !== 'INVALID_INPUT') throw error;
    await tracked.setTags?.({ 'holdfast.model_not_logged': error.message });
  }
}

function scoresOf(report: TrainingReport): Record<string, number> {
  const metrics: Record<string, number> = {};
  for (const [split, evaluation] of Object.entries(report.evaluations) as [string, Evaluation | undefined][]) {
    for (const [name, value] of Object.entries(evaluation?.metrics ?? {}))
      if (value !== null) metrics[`${split}.${name}`] = value;
  }
  return metrics;
}

/** Of train, validation and test: the splits of one container share a hash of all of its data. */
async function datasetsOf(data: AnyContainer): Promise<DatasetInput[]> {
  const digest = (await data.splitRecord()).dataHash.slice(0, 32);
  const { featureNames, symbol = 'data' } = data;
  return [data.train, data.validation, data.test].map(({ role, y }) => ({
    name: `${symbol}-${role}`.slice(-200),
    context: role,
    digest,
    rows: y.length,
    featureNames,
  }));
}
