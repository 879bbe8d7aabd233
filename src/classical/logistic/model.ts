/** `LogisticRegressionModel`: logistic regression behind the contract of all models. */
import { ConfigError, ModelFormatError, NotFittedError } from '../../core/errors.js';
import { erfc } from '../../core/math.js';
import type { Matrix } from '../../core/matrix.js';
import { sameNames } from '../../core/text.js';
import { BaseModel } from '../../model/base-model.js';
import type { ModelExplanation } from '../../model/explanation.js';
import type { OnnxBody } from '../../model/onnx/export.js';
import type { FitContext, FitData, FitResult, ModelPayload, SavedPayload } from '../../model/types.js';
import { coefficientsFromJson, coefficientsToJson, type LogisticCoefficients, outputsFor } from './coefficients.js';
import {
  hasKink,
  LOGISTIC_DEFAULTS,
  type LogisticRegressionConfig,
  type LogisticRegressionSettings,
  logisticConfig,
} from './config.js';
import { crossValidate, type RegularizationPath, strengthsOf } from './cross-validation.js';
import { readExtras, writeExtras } from './extras.js';
import { LOGISTIC_INFO } from './info.js';
import { logisticOnnx } from './onnx.js';
import { predictLogistic, predictLogisticInTurns } from './predict.js';
import { type LogisticResult, trainLogistic } from './train.js';

export type { ClassWeight, LogisticRegressionConfig, Penalty } from './config.js';
export type { RegularizationPath } from './cross-validation.js';

const FILE = 'model.logistic.json';
/** Multiply-adds up to which a prediction is made at once, about 5 ms. */
const AT_ONCE = 4e6;

interface Learned {
  readonly coefficients: LogisticCoefficients;
  /** (features,) standard deviation of each column in training. */
  readonly deviation: Float64Array;
  /** Names of the columns that were learned from: all but those without any value in training. */
  readonly names: readonly string[];
  readonly standardErrors?: StandardErrors;
  readonly path?: RegularizationPath;
}

/** Standard errors in the shape of the coefficients of the columns that were learned from. */
type StandardErrors = NonNullable<LogisticResult['standardErrors']>;

/** One learned number and what its standard error says of it (Wald's test). */
export interface CoefficientRow {
  /** Name of the feature, or `'(intercept)'`. */
  readonly name: string;
  /** Label of the class whose score it belongs to. */
  readonly label: number;
  readonly estimate: number;
  readonly standardError: number;
  /** estimate / standardError. */
  readonly z: number;
  /** Two-sided, from the normal distribution. */
  readonly pValue: number;
}

/**
 * Binary, multinomial and one-vs-rest logistic regression with an L1, L2, elastic-net or no penalty: scikit-learn's `LogisticRegression`, the
 * same objective and, to its tolerance, the same coefficients. With `Cs`, C is chosen by cross-validation (`LogisticRegressionCV`).
 * Missing values are imputed by training medians.
 *
 * @example
 * const model = new LogisticRegressionModel({ C: 0.5, classWeight: 'balanced' });
 * await model.fit({ X, y });
 * const { probabilities } = await model.predict(X);
 */
export class LogisticRegressionModel extends BaseModel<LogisticRegressionSettings> {
  static override readonly info = LOGISTIC_INFO;
  static override readonly configSchema = logisticConfig;
  private learned: Learned | undefined;

  /** @throws ConfigError - an unknown parameter, one out of range, or one under two names */
  constructor(config: LogisticRegressionConfig = {}) {
    super(config);
  }

  /** (outputs, features) weights, one row for two classes (of the second class), else one for each class; 0 for columns left out. */
  get coefficients(): Float64Array[] {
    return this.byFeature(this.requireLearned().coefficients.weights, 0);
  }

  /** (outputs,) intercepts; zeros without `fitIntercept`. */
  get intercept(): Float64Array {
    return this.requireLearned().coefficients.intercept.slice();
  }

  /**
   * Standard errors of the coefficients (Wald): from the inverse of the observed information, with an L2 penalty of the penalised one. Weights
   * count as repeated rows. NaN for columns left out, and where the rows do not determine the coefficients.
   *
   * @throws ConfigError - trained without `standardErrors: true`
   */
  get standardErrors(): { coefficients: Float64Array[]; intercept: Float64Array } {
    const { weights, intercept } = this.requireStandardErrors();
    return { coefficients: this.byFeature(weights, Number.NaN), intercept: intercept.slice() };
  }

  /** Every coefficient with its standard error, z and p-value, class by class. @throws ConfigError - as `standardErrors` */
  coefficientTable(): CoefficientRow[] {
    const errors = this.standardErrors;
    const { coefficients, intercept, classes } = this;
    const row = (name: string, label: number, estimate: number, standardError: number): CoefficientRow => {
      const z = estimate / standardError;
      return { name, label, estimate, standardError, z, pValue: twoSided(z) };
    };
    return coefficients.flatMap((weights, k) => {
      const label = coefficients.length === 1 ? classes[1] : classes[k];
      const rows = this.featureNames.map((name, j) => row(name, label, weights[j], errors.coefficients[k][j]));
      return this.config.fitIntercept ? [...rows, row('(intercept)', label, intercept[k], errors.intercept[k])] : rows;
    });
  }

  /** Scores and coefficients for all `Cs`; undefined when the model was trained without. */
  get regularizationPath(): RegularizationPath | undefined {
    return this.requireLearned().path;
  }

  /** The C that was trained with: the configured one, or the best of `Cs`. */
  get C(): number {
    const { path } = this.requireLearned();
    return path ? path.Cs[path.best] : this.config.C;
  }

  /** (outputs, features) in the columns of the training data. */
  private byFeature(values: Float64Array, leftOut: number): Float64Array[] {
    const { coefficients, names } = this.requireLearned();
    const column = new Map(names.map((name, j) => [name, j]));
    return Array.from({ length: coefficients.outputs }, (_, k) =>
      Float64Array.from(this.featureNames, (name) => {
        const j = column.get(name);
        return j === undefined ? leftOut : values[k * coefficients.features + j];
      }),
    );
  }

  protected override async fitModel(data: FitData, context: FitContext): Promise<FitResult> {
    const { config } = this;
    const { X, y, weights, classes } = data;
    const start = config.warmStart ? this.learned?.coefficients : undefined;
    this.learned = undefined;
    const rows = { X, y, weights, classes };
    const { result, path } = config.Cs
      ? await crossValidate(rows, config, strengthsOf(config.Cs), { ...config, seed: context.seed }, context)
      : { result: await trainLogistic(rows, { ...config, start }, context), path: undefined };
    const { coefficients, deviation, standardErrors } = result;
    this.learned = { coefficients, deviation, names: data.featureNames, standardErrors, path };
    const history = Array.from(result.losses, (loss, i) => ({ epoch: i + 1, trainLoss: loss, valLoss: Number.NaN }));
    return {
      history,
      totalEpochs: result.iterations,
      bestEpoch: result.iterations,
      // Losses of classes against the rest add up to more than the loss of the probabilities.
      trainLoss: coefficients.oneVsRest ? undefined : result.losses.at(-1),
      // Class weights count in training and not in the accuracy.
      trainAccuracy: config.classWeight ? undefined : result.accuracy,
      warnings: [...ineffective(config), ...result.warnings],
    };
  }

  protected override predictRaw(X: Matrix): Matrix | Promise<Matrix> {
    const { coefficients } = this.requireLearned();
    return X.rows * X.cols * coefficients.outputs <= AT_ONCE
      ? predictLogistic(coefficients, X)
      : predictLogisticInTurns(coefficients, X);
  }

  /** |weight| times the column's standard deviation in training, the mean over outputs: the effect of one typical change. */
  protected override importanceOf(): { kind: string; values: Float64Array } {
    const { coefficients, deviation } = this.requireLearned();
    const { outputs, features, weights } = coefficients;
    const values = new Float64Array(features);
    for (let k = 0; k < outputs; k++) {
      for (let j = 0; j < features; j++) values[j] += (Math.abs(weights[k * features + j]) * deviation[j]) / outputs;
    }
    return { kind: 'coefficient', values };
  }

  protected override serialize(): ModelPayload {
    const { coefficients, deviation, names, standardErrors, path } = this.requireLearned();
    return {
      state: { features: [...names], ...writeExtras({ standardErrors, path }) },
      files: { [FILE]: coefficientsToJson(coefficients, deviation) },
    };
  }

  protected override deserialize({ state, files, columns }: SavedPayload): void {
    const file = files[FILE];
    if (!file) throw misfit(`${FILE} is missing`);
    const { coefficients, scale } = coefficientsFromJson(new TextDecoder().decode(file));
    const names = (state as { features?: unknown } | null)?.features;
    if (!Array.isArray(names) || names.length !== coefficients.features) {
      throw misfit(`the names of ${coefficients.features} features are missing in its state`);
    }
    if (!sameNames(names, columns)) throw misfit("it learned from other columns than the model's");
    if (coefficients.outputs !== outputsFor(this.classes.length)) {
      throw misfit(
        `${FILE} has ${coefficients.outputs} outputs, ${this.classes.length} classes need ${outputsFor(this.classes.length)}`,
      );
    }
    this.learned = { coefficients, deviation: scale, names: names as string[], ...readExtras(state, coefficients) };
  }

  protected override explanationOf(): ModelExplanation {
    const { outputs, features, weights, intercept } = this.requireLearned().coefficients;
    return { kind: 'linear', unit: 'raw', outputs, features, weights, intercept };
  }

  protected override onnxBody(): OnnxBody {
    return logisticOnnx(this.requireLearned().coefficients);
  }

  private requireStandardErrors(): StandardErrors {
    const { standardErrors } = this.requireLearned();
    if (standardErrors) return standardErrors;
    const hint = hasKink(this.config)
      ? 'They are not defined for a penalty with an L1 part; train with another penalty and standardErrors: true.'
      : 'Train with standardErrors: true.';
    throw new ConfigError('logistic: the model was trained without standard errors', { hint });
  }

  private requireLearned(): Learned {
    if (this.learned) return this.learned;
    throw new NotFittedError('logistic: this needs a fitted model', {
      hint: 'Call await model.fit({ X, y }) first, or load a saved model.',
    });
  }
}

/** Parameters that were given and change nothing. */
function ineffective({ penalty, C, Cs, warmStart, l1Ratio }: Readonly<LogisticRegressionSettings>): string[] {
  const warnings: string[] = [];
  const say = (name: string, why: string) => warnings.push(`Logistic regression: ${name} has no effect ${why}.`);
  if (penalty === 'none' && Cs) say("'Cs'", 'without a penalty');
  else if (penalty === 'none' && C !== LOGISTIC_DEFAULTS.C) say("'C'", 'without a penalty');
  if (penalty !== 'elasticnet' && l1Ratio !== LOGISTIC_DEFAULTS.l1Ratio)
    say("'l1Ratio'", `with the penalty '${penalty}'`);
  if (Cs && warmStart) say("'warmStart'", "with 'Cs'");
  return warnings;
}

/** P(|Z| > |z|) of a standard normal Z. */
function twoSided(z: number): number {
  return Number.isNaN(z) ? Number.NaN : erfc(Math.abs(z) / Math.SQRT2);
}

function misfit(problem: string): ModelFormatError {
  return new ModelFormatError(`A saved logistic regression cannot be used: ${problem}`, {
    hint: 'The model directory is damaged or was put together from two models; train again.',
  });
}
