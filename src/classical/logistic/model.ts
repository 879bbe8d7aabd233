/** `LogisticRegressionModel`: logistic regression behind the contract of all models. */
import { ModelFormatError, NotFittedError } from '../../core/errors.js';
import type { Matrix } from '../../core/matrix.js';
import { BaseModel } from '../../model/base-model.js';
import type { OnnxBody } from '../../model/onnx/export.js';
import type { FitContext, FitData, FitResult, ModelPayload } from '../../model/types.js';
import { coefficientsFromJson, coefficientsToJson, type LogisticCoefficients, outputsFor } from './coefficients.js';
import { type LogisticRegressionConfig, type LogisticSettings, logisticConfig } from './config.js';
import { LOGISTIC_INFO } from './info.js';
import { logisticOnnx } from './onnx.js';
import { predictLogistic, predictLogisticInTurns } from './predict.js';
import { trainLogistic } from './train.js';

export type { ClassWeight, LogisticRegressionConfig } from './config.js';

const FILE = 'model.logistic.json';
/** Multiply-adds up to which a prediction is made at once, about 5 ms. */
const AT_ONCE = 4e6;

interface Learned {
  readonly coefficients: LogisticCoefficients;
  /** (features,) standard deviation of each column in training. */
  readonly deviation: Float64Array;
  /** Names of the columns that were learned from: all but those without any value in training. */
  readonly names: readonly string[];
}

/**
 * Binary and multinomial logistic regression with an L2 penalty: scikit-learn's `LogisticRegression` with its lbfgs solver, the same
 * objective and, to its tolerance, the same coefficients. Missing values are imputed by training medians.
 *
 * @example
 * const model = new LogisticRegressionModel({ C: 0.5, classWeight: 'balanced' });
 * await model.fit({ X, y });
 * const { probabilities } = await model.predict(X);
 */
export class LogisticRegressionModel extends BaseModel<LogisticSettings> {
  static override readonly info = LOGISTIC_INFO;
  static override readonly configSchema = logisticConfig;
  private learned: Learned | undefined;

  /** @throws ConfigError - an unknown parameter, one out of range, or one under two names */
  constructor(config: LogisticRegressionConfig = {}) {
    super(config);
  }

  /** (outputs, features) weights, one row for two classes (of the second class), else one for each class; 0 for columns left out. */
  get coefficients(): Float64Array[] {
    const { coefficients, names } = this.requireLearned();
    const column = new Map(names.map((name, j) => [name, j]));
    return Array.from({ length: coefficients.outputs }, (_, k) =>
      Float64Array.from(this.featureNames, (name) => {
        const j = column.get(name);
        return j === undefined ? 0 : coefficients.weights[k * coefficients.features + j];
      }),
    );
  }

  /** (outputs,) intercepts; zeros without `fitIntercept`. */
  get intercept(): Float64Array {
    return this.requireLearned().coefficients.intercept.slice();
  }

  protected override async fitModel(data: FitData, context: FitContext): Promise<FitResult> {
    const { config } = this;
    const { X, y, weights, classes } = data;
    const start = config.warmStart ? this.learned?.coefficients : undefined;
    this.learned = undefined;
    const result = await trainLogistic({ X, y, weights, classes }, { ...config, start }, context);
    this.learned = { coefficients: result.coefficients, deviation: result.deviation, names: data.featureNames };
    const history = Array.from(result.losses, (loss, i) => ({ epoch: i + 1, trainLoss: loss, valLoss: Number.NaN }));
    return {
      history,
      totalEpochs: result.iterations,
      bestEpoch: result.iterations,
      trainLoss: result.losses.at(-1),
      warnings: result.warnings,
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
    const { coefficients, deviation, names } = this.requireLearned();
    return { state: { features: [...names] }, files: { [FILE]: coefficientsToJson(coefficients, deviation) } };
  }

  protected override deserialize({
    state,
    files,
  }: {
    state: unknown;
    files: Readonly<Record<string, Uint8Array>>;
  }): void {
    const file = files[FILE];
    if (!file) throw misfit(`${FILE} is missing`);
    const { coefficients, scale } = coefficientsFromJson(new TextDecoder().decode(file));
    const names = (state as { features?: unknown } | null)?.features;
    if (!Array.isArray(names) || names.length !== coefficients.features) {
      throw misfit(`the names of ${coefficients.features} features are missing in its state`);
    }
    const known = new Set(this.featureNames);
    const unknown = names.find((name) => !known.has(name as string));
    if (unknown !== undefined) throw misfit(`feature '${String(unknown)}' of its state is not a feature of the model`);
    if (coefficients.outputs !== outputsFor(this.classes.length)) {
      throw misfit(
        `${FILE} has ${coefficients.outputs} outputs, ${this.classes.length} classes need ${outputsFor(this.classes.length)}`,
      );
    }
    this.learned = { coefficients, deviation: scale, names: names as string[] };
  }

  protected override onnxBody(): OnnxBody {
    return logisticOnnx(this.requireLearned().coefficients);
  }

  private requireLearned(): Learned {
    if (this.learned) return this.learned;
    throw new NotFittedError('logistic: this needs a fitted model', {
      hint: 'Call await model.fit({ X, y }) first, or load a saved model.',
    });
  }
}

function misfit(problem: string): ModelFormatError {
  return new ModelFormatError(`A saved logistic regression cannot be used: ${problem}`, {
    hint: 'The model directory is damaged or was put together from two models; train again.',
  });
}
