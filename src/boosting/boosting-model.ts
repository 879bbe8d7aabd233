/**
 * What the boosting models share: evaluation sets, early stopping on one of them, continued training, prediction by a range of
 * iterations, raw scores and leaf numbers. A subclass trains, scores and names its iterations; see the abstract members.
 */
import { ConfigError, InvalidInputError } from '../core/errors.js';
import type { Matrix } from '../core/matrix.js';
import { BaseModel } from '../model/base-model.js';
import { lossAndAccuracyInTurns } from '../model/output.js';
import type {
  FitContext,
  FitData,
  FitResult,
  FitRows,
  ModelInput,
  PredictContext,
  TrainingData,
  TrainingMetrics,
} from '../model/types.js';
import type { BoostingFitContext, BoostingFitOptions, BoostingPredictOptions, IterationRange } from './options.js';

/** Settings of every boosting model's config after parsing. */
export interface BoostingSettings {
  /** Stop after so many iterations without a better value; 0 never stops early. */
  earlyStoppingRounds: number;
  /** Set to watch. */
  earlyStoppingSet: string;
}

const VALIDATION = 'validation';

export abstract class BoostingModel<Config extends BoostingSettings> extends BaseModel<Config> {
  // ---- hooks ---------------------------------------------------------------------------------------------------------

  /**
   * Trains and keeps the model. With `initModel`, `data` and its sets have that model's raw scores as `initScore`, and what is
   * kept holds its iterations first.
   */
  protected abstract train(data: FitData, context: BoostingFitContext, initModel?: this): Promise<FitResult>;
  /** Iterations that the model keeps. */
  protected abstract readonly iterations: number;
  /** (rows * outputs,) raw scores of iterations from .. to-1, row by row; those from 0 on include where boosting started. */
  protected abstract scoresOf(X: Matrix, range: IterationRange, context: PredictContext): Promise<Float64Array>;
  /** (rows * trees,) number of the leaf that each row falls into, in each tree of iterations from .. to-1. */
  protected abstract leavesOf(X: Matrix, range: IterationRange): Promise<Int32Array>;
  /** Raw scores to probabilities (n, classes) or values (n,); `scores` is used up. */
  protected abstract outputOf(scores: Float64Array): Promise<Matrix | Float64Array>;

  // ---- fit ---------------------------------------------------------------------------------------------------------------

  /**
   * Trains off the main thread; see `BaseModel.fit`.
   *
   * @throws InvalidInputError, TrainingCancelledError, TrainingFailedError - as every model's `fit`
   * @throws ConfigError - the set or the metric to watch does not exist
   */
  override fit(data: TrainingData, options: BoostingFitOptions = {}): Promise<TrainingMetrics> {
    return super.fit(data, options);
  }

  protected override get wantsValidation(): boolean {
    return this.config.earlyStoppingRounds > 0 && this.config.earlyStoppingSet === VALIDATION;
  }

  protected override stopsOn(set: string): boolean {
    return this.config.earlyStoppingRounds > 0 && this.config.earlyStoppingSet === set;
  }

  protected override earlierModel({ initModel }: BoostingFitOptions): object | undefined {
    return initModel instanceof BaseModel ? initModel : undefined;
  }

  protected override get takesEvalSets(): boolean {
    return true;
  }

  protected override async fitModel(data: FitData, context: FitContext): Promise<FitResult> {
    const { earlyStoppingRounds, earlyStoppingSet } = this.config;
    if (earlyStoppingRounds > 0 && earlyStoppingSet !== VALIDATION && !data.evalSets?.[earlyStoppingSet]) {
      throw new ConfigError(`${this.label}: earlyStoppingSet '${earlyStoppingSet}' is none of the evaluation sets`, {
        hint: 'Name a set of evalSets, or leave it out for the validation rows.',
        details: { sets: Object.keys(data.evalSets ?? {}) },
      });
    }
    const { initModel } = (context as BoostingFitContext).options;
    if (initModel === undefined) return this.withGivenStart(data, await this.train(data, context), context);
    const start = this.checkedStart(initModel, data);
    return this.train(await withScoresOf(start, data, context), context, start);
  }

  /** The model to go on from, once it is known to fit. */
  private checkedStart(model: unknown, data: FitData): this {
    const fail = (problem: string, hint: string): never => {
      throw new InvalidInputError(`${this.label}: initModel ${problem}`, { hint });
    };
    if (!(model instanceof BoostingModel) || model.constructor !== this.constructor) {
      return fail(`is no ${this.label} model`, 'Pass a fitted model of the same class; `importNative` opens a file.');
    }
    if (model.task !== this.task || model.classes.join() !== data.classes.join()) {
      return fail(
        `tells apart ${model.classes.join(', ') || 'values'}, the labels are ${data.classes.join(', ') || 'values'}`,
        'Continue on labels with the same classes.',
      );
    }
    if (model.featureNames.length !== data.X.cols) {
      return fail(`has ${model.featureNames.length} features, X has ${data.X.cols}`, 'Pass the same columns.');
    }
    if (data.initScore || data.validation?.initScore) {
      return fail(
        'and initScore are both given',
        'The scores of initModel are where boosting starts: leave out initScore.',
      );
    }
    return model as this;
  }

  /** Losses that were to be measured from predictions: with scores to start from, predictions alone would not give them. */
  private async withGivenStart(data: FitData, result: FitResult, context: FitContext): Promise<FitResult> {
    const measured = async ({ X, y, weights, initScore }: FitRows) => {
      const scores = await this.scoresOf(X, [0, this.iterations], context);
      if (initScore) for (let i = 0; i < scores.length; i++) scores[i] += initScore[i];
      return lossAndAccuracyInTurns(await this.outputOf(scores), y, weights, data.classes.length);
    };
    const own: FitResult = { ...result };
    if (data.initScore && result.trainLoss === undefined) {
      const { loss, accuracy } = await measured(data);
      Object.assign(own, { trainLoss: loss, trainAccuracy: accuracy });
    }
    if (data.validation?.initScore && result.valLoss === undefined) {
      const { loss, accuracy } = await measured(data.validation);
      Object.assign(own, { valLoss: loss, valAccuracy: accuracy });
    }
    return own;
  }

  // ---- predict -----------------------------------------------------------------------------------------------------------

  /** Labels and probabilities, or values; see `BaseModel.predict`. */
  override predict(X: ModelInput, options: BoostingPredictOptions = {}): ReturnType<BaseModel['predict']> {
    return super.predict(X, options);
  }

  protected override async predictRaw(
    X: Matrix,
    context: PredictContext & BoostingPredictOptions,
  ): Promise<Matrix | Float64Array> {
    return this.outputOfRows(X, this.rangeOf(context), context);
  }

  /** What the scores of iterations from .. to-1 become; a model may do both in one go. */
  protected async outputOfRows(
    X: Matrix,
    range: IterationRange,
    context: PredictContext,
  ): Promise<Matrix | Float64Array> {
    return this.outputOf(await this.scoresOf(X, range, context));
  }

  /**
   * Raw scores before the link function (log-odds, logarithms, ...), (n * outputs,) row by row.
   *
   * @throws NotFittedError - before `fit`
   * @throws InvalidInputError - other columns than in training, infinite values, a range outside the model's iterations
   */
  async predictScores(X: ModelInput, options: BoostingPredictOptions = {}): Promise<Float64Array> {
    const input = await this.predictionInput(X);
    return this.scoresOf(input, this.rangeOf(options), this.predictContext(options));
  }

  /** Number of the leaf that each row falls into, (n * trees,) row by row, trees in the order they were grown; throws as above. */
  async predictLeaves(X: ModelInput, options: BoostingPredictOptions = {}): Promise<Int32Array> {
    const input = await this.predictionInput(X);
    return this.leavesOf(input, this.rangeOf(options));
  }

  private rangeOf({ numIterationRange }: BoostingPredictOptions): IterationRange {
    const { iterations } = this;
    if (numIterationRange === undefined) return [0, iterations];
    const [from, to] = numIterationRange;
    if (Number.isInteger(from) && Number.isInteger(to) && from >= 0 && from < to && to <= iterations) return [from, to];
    throw new InvalidInputError(`${this.label}: iterations ${String(from)} to ${String(to)} are not all in the model`, {
      hint: `Pass [from, to) within [0, ${iterations}).`,
      details: { iterations },
    });
  }
}

/** The data with a model's raw scores as the scores to start from, on every set. */
async function withScoresOf<C extends BoostingSettings>(
  model: BoostingModel<C>,
  data: FitData,
  context: FitContext,
): Promise<FitData> {
  const scored = async <R extends FitRows>(rows: R): Promise<R> => ({
    ...rows,
    initScore: await model.predictScores(rows.X, context),
  });
  const evalSets: Record<string, FitRows> = {};
  for (const [name, rows] of Object.entries(data.evalSets ?? {})) evalSets[name] = await scored(rows);
  return { ...(await scored(data)), validation: data.validation && (await scored(data.validation)), evalSets };
}
