/** A model's predictions on splits and what they are worth, entered in the ledger of the splits' data. */
import { CalibratedModel } from '../calibration/model.js';
import { InvalidInputError } from '../core/errors.js';
import type { Split, SplitRole } from '../core/split.js';
import { TimeSeriesDataContainer } from '../data/container.js';
import type { BaseModel } from '../model/base-model.js';
import type { ModelInput, PredictionOutput } from '../model/types.js';
import { useRows } from '../splits/claim-rows.js';
import { adaptTo } from './adapt.js';
import type { Evaluation } from './evaluate.js';
import { fitBaselines } from './fit-baselines.js';
import { evaluationOf, type MetricsOptions, measureModel } from './measure-model.js';
import type { BaselineOutput, MeasuredModel } from './measured-split.js';
import { metricsOptions } from './metrics-options.js';
import { thresholdClaim } from './threshold-claim.js';
import type { ValidationMetrics } from './validation-metrics.js';

/** How `evaluateModel` predicts the rows of a split. */
export interface EvaluateOptions {
  readonly threads?: number;
  /** Id of the run that the evaluation belongs to. */
  readonly run?: string;
}

/** What a model made of a split. */
export interface SplitScore {
  readonly output: PredictionOutput;
  readonly evaluation: Evaluation;
}

/** Splits of one data set; a container is one. */
export interface EvaluationData {
  readonly train?: Split<'train', ModelInput>;
  readonly validation?: Split<'validation', ModelInput>;
  readonly test?: Split<'test', ModelInput>;
  /** Rows that a label looks ahead. */
  readonly horizon?: number;
}

/** How `evaluateModel` measures several splits. */
export interface EvaluateModelOptions extends MetricsOptions {
  /** Id of the run that the evaluation belongs to. */
  readonly run?: string;
  /** To be compared with on the split that judges, beside the prior and persistence. */
  readonly baselines?: readonly BaselineOutput[];
}

/** What a model made of the splits. */
export interface ModelEvaluation {
  readonly metrics: ValidationMetrics;
  readonly outputs: Readonly<Partial<Record<'train' | 'validation' | 'test', PredictionOutput>>>;
}

/**
 * Predicts a split and scores the predictions; of several splits, or a container, everything there is to know: `ValidationMetrics`.
 *
 * Test and holdout rows are judges: the ledger counts how often they are asked, and refuses rows that the model, or anything it was made
 * from, has learned from. Scores on train and validation rows are entered as scores, and the decision threshold is chosen on validation
 * rows only.
 *
 * @throws DataLeakageError - test or holdout rows that were used before
 * @throws ConfigError - an unknown option or one out of range
 * @throws NotFittedError | InvalidInputError - as `model.predict`
 * @example
 * const { metrics } = await evaluateModel(model, container);
 * metrics.splits.test?.intervals.rocAuc; // { lower, upper, ... }
 */
export function evaluateModel(
  model: BaseModel,
  split: Split<SplitRole, ModelInput>,
  options?: EvaluateOptions,
): Promise<SplitScore>;
export function evaluateModel(
  model: BaseModel,
  data: EvaluationData,
  options?: EvaluateModelOptions,
): Promise<ModelEvaluation>;
export async function evaluateModel(
  model: BaseModel,
  data: Split<SplitRole, ModelInput> | EvaluationData,
  options: EvaluateModelOptions = {},
): Promise<SplitScore | ModelEvaluation> {
  if (data === null || typeof data !== 'object')
    throw new InvalidInputError('evaluateModel: expected a split or a container', { hint: 'Pass container.test.' });
  return 'role' in data ? evaluateOne(model, data, options) : evaluateAll(model, data, options);
}

async function evaluateOne(
  model: BaseModel,
  split: Split<SplitRole, ModelInput>,
  options: EvaluateOptions,
): Promise<SplitScore> {
  const output = await predicted(model, split, options);
  return { output, evaluation: await evaluationOf(model.task, { ...rowsOf(split), output }, options) };
}

/** The output, entered in the ledger. */
async function predicted(
  model: BaseModel,
  split: Split<SplitRole, ModelInput>,
  { threads, run }: EvaluateOptions,
): Promise<PredictionOutput> {
  const judges = split.role === 'test' || split.role === 'holdout';
  // Entered first: an evaluation that fails midway may have shown its rows.
  useRows(judges ? 'evaluate' : 'score', split, { name: model.info.name, subject: model, run });
  return model.predict(split.X, { threads });
}

async function evaluateAll(
  model: BaseModel,
  data: EvaluationData,
  { run, baselines = [], ...options }: EvaluateModelOptions,
): Promise<ModelEvaluation> {
  const { threads, signal, ...rest } = options;
  // Wrong options must not cost a look at the test rows.
  const settings = metricsOptions.parse(rest, 'Evaluation');
  const { train, validation, test, horizon } = splitsFor(model, data);
  const claim = settings.threshold === false ? undefined : thresholdClaim(model, validation, run);
  const splits: Partial<Record<SplitRole, MeasuredModel['splits'][SplitRole]>> = {};
  const outputs: Partial<Record<'train' | 'validation' | 'test', PredictionOutput>> = {};
  for (const split of [train, validation, test]) {
    if (!split) continue;
    const output = await predicted(model, split, { threads, run });
    outputs[split.role] = output;
    splits[split.role] = { ...rowsOf(split), output };
  }
  const judge = test ?? validation ?? train;
  const metrics = await measureModel(
    {
      model: model.info.name,
      task: model.task,
      splits,
      horizon,
      baselines: [...(judge ? ownBaselines(model, { train, validation, test }, judge.role) : []), ...baselines],
      ...(judge && (await uncalibratedOf(model, judge, threads))),
    },
    options,
  );
  if (metrics.threshold) claim?.record();
  return { metrics, outputs };
}

function splitsFor(model: BaseModel, data: EvaluationData): EvaluationData {
  if (!(data instanceof TimeSeriesDataContainer)) return data;
  const configured = (model.config as { sequenceLength?: number }).sequenceLength;
  return adaptTo(model.info, data, { configured });
}

/** What is measured of a split, without its features. */
export function rowsOf({ y, weights, times, groups }: Split<SplitRole, unknown>) {
  return { y, ...(weights && { weights }), ...(times && { times }), ...(groups && { groups }) };
}

function ownBaselines(
  model: BaseModel,
  { train, validation, test }: EvaluationData,
  judge: SplitRole,
): BaselineOutput[] {
  if (!train || (judge !== 'test' && judge !== 'validation')) return [];
  return fitBaselines(model.task, { train, validation, test }).flatMap(({ name, description, ...predicted }) => {
    const output = predicted[judge];
    return output ? [{ name, description, output }] : [];
  });
}

/** A calibrated model's probabilities before its map. */
export async function uncalibratedOf(
  model: BaseModel,
  split: Split<SplitRole, ModelInput>,
  threads?: number,
): Promise<Pick<MeasuredModel, 'uncalibrated'>> {
  if (!(model instanceof CalibratedModel)) return {};
  const output = await model.baseModel.predict(split.X, { threads });
  return { uncalibrated: { output, method: model.calibration.method } };
}
