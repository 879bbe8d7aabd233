/** `SVMModel`: support vector machines behind the contract of all models; model files of libsvm and LIBLINEAR open here, and ours there. */
import { InvalidInputError, NotFittedError } from '../../core/errors.js';
import { Matrix } from '../../core/matrix.js';
import { Turns } from '../../core/turns.js';
import { BaseModel } from '../../model/base-model.js';
import type { ModelExplanation } from '../../model/explanation.js';
import type { OnnxBody } from '../../model/onnx/export.js';
import { lossAndAccuracyInTurns } from '../../model/output.js';
import type {
  FitContext,
  FitData,
  FitResult,
  ModelContract,
  ModelInput,
  ModelPayload,
  PredictContext,
  PredictionOutput,
  SavedPayload,
} from '../../model/types.js';
import { type SVMConfig, type SVMSettings, svmConfig } from './config.js';
import { columnDeviations } from './deviations.js';
import { SVM_INFO } from './info.js';
import type { KernelDeviation } from './linear/approximation.js';
import { type LinearMachine, linearDecisions, linearProbabilities } from './linear/machine.js';
import { linearOnnx } from './linear/onnx.js';
import { trainLinear } from './linear/train.js';
import { decisionValues } from './machine/decisions.js';
import { decisionTable, isRegression, type Machine, pairCount, probabilitiesOf } from './machine/machine.js';
import { machineOnnx } from './machine/onnx.js';
import { readNative, writeNative } from './native.js';
import { columnWeights, dualCoefficientsOf, importanceOfColumns, interceptOf } from './parameters.js';
import { type Learned, readPayload, writePayload } from './payload.js';
import { kernelOf, trainMachine } from './train.js';

export type { SVMConfig, SVMParameters, SVMSettings } from './config.js';

/** Rows turned into probabilities at a stretch. */
const STRETCH = 512;

/** What training said about itself. */
export interface SvmTraining {
  /** Minimum of the dual problem of each pair, as libsvm prints it. */
  readonly objectives: Float64Array;
  readonly iterations: number;
  /** Violation of the optimality conditions that is left. */
  readonly violation: number;
  /** With an approximation: how far its kernel is from the exact one over pairs of training rows. */
  readonly kernelError?: KernelDeviation;
}

/**
 * Support vector classification (C-SVC, nu-SVC; pairs of classes) and regression (epsilon-SVR, nu-SVR) with libsvm's objective.
 * Missing values are imputed by training medians. Columns are not scaled: scale them first.
 *
 * @example
 * const model = new SVMModel({ C: 10, gamma: 0.05 });
 * await model.fit({ X, y });
 * const { predictions, probabilities } = await model.predict(X);
 */
export class SVMModel extends BaseModel<SVMSettings> {
  static override readonly info = SVM_INFO;
  static override readonly configSchema = svmConfig;
  static override readonly contract: ModelContract = {
    config: { tolerance: 1e-7, gamma: 0.2 },
    skips: {
      'classification: whole weights equal repetition': 'probabilities are fitted on folds that are cut by rows',
      'regression: targets far from zero are learned': 'C and epsilon are in units of the target, as of libsvm',
    },
  };
  private learned: Learned | undefined;
  private trained: SvmTraining | undefined;

  /** @throws ConfigError - an unknown parameter, one out of range, or one under two names */
  constructor(config: SVMConfig = {}) {
    super(config);
  }

  /** What the last `fit` of this object said; undefined for a model that was loaded. */
  get training(): SvmTraining | undefined {
    return this.trained;
  }

  /**
   * (functions, features) weights of a linear kernel: of the second class for two classes, else of each pair (`'smo'`) or class
   * (`'dcd'`); 0 for columns left out, undefined for other kernels. `intercept` belongs to them.
   */
  get coefficients(): Float64Array[] | undefined {
    const { machine, names } = this.requireLearned();
    const place = new Map(names.map((name, j) => [name, j]));
    return columnWeights(machine)?.map((weights) =>
      Float64Array.from(this.featureNames, (name) => weights[place.get(name) ?? -1] ?? 0),
    );
  }

  /**
   * (support vectors, columns) the support vectors, class by class; without rows for a precomputed kernel.
   *
   * @throws InvalidInputError - `solver: 'dcd'` keeps none; so for `support`, `supportCounts` and `dualCoefficients`
   */
  get supportVectors(): Matrix {
    const { vectors, features } = this.requireMachine();
    return Matrix.wrap(vectors.slice(), features);
  }

  /** (support vectors,) their rows in the training data (of positive weight); undefined for a model read from a libsvm file. */
  get support(): Uint32Array | undefined {
    return this.requireMachine().rows?.slice();
  }

  /** (classes,) support vectors of each class; one number for regression. */
  get supportCounts(): readonly number[] {
    return [...this.requireMachine().counts];
  }

  /**
   * (classes - 1, support vectors) coefficients, scikit-learn's `dual_coef_`: for two classes one row, positive for the second class;
   * for more in libsvm's arrangement, where a vector of class c has its coefficient against class d in row d, or d - 1 for d > c.
   */
  get dualCoefficients(): Float64Array[] {
    return dualCoefficientsOf(this.requireMachine());
  }

  /** (functions,) constants of the decision functions, signed as `dualCoefficients`. */
  get intercept(): Float64Array {
    return interceptOf(this.requireAny());
  }

  /**
   * Signed distances in units of the margin: (n, 1) for two classes, positive for the second; for more (n, classes) or (n, pairs) as
   * `decisionFunctionShape` says; (n, 1) values for regression.
   *
   * @throws NotFittedError - before `fit`
   * @throws InvalidInputError - other columns than in training, infinite values
   */
  async decisionFunction(X: ModelInput, options: { threads?: number } = {}): Promise<Matrix> {
    const machine = this.requireAny();
    const input = await this.predictionInput(X);
    const decisions = await this.decisionsOf(machine, input, this.predictContext(options).threads);
    if (machine.type === 'linear') return Matrix.wrap(Float32Array.from(decisions), machine.bias.length);
    if (isRegression(machine)) return Matrix.wrap(Float32Array.from(decisions), 1);
    return decisionTable(decisions, machine.counts.length, this.config.decisionFunctionShape);
  }

  private decisionsOf(machine: Machine | LinearMachine, X: Matrix, threads: number): Promise<Float64Array> {
    return machine.type === 'linear' ? linearDecisions(machine, X, threads) : decisionValues(machine, X, threads);
  }

  /** Labels and probabilities, or values; without `probability` labels by votes alone. See `BaseModel.predict`. */
  override async predict(X: ModelInput, options: { threads?: number } = {}): Promise<PredictionOutput> {
    const output = await super.predict(X, options);
    const { task, config } = this;
    if (task === 'regression' || (this.learned?.machine.sigmoids ?? config.probability)) return output;
    return { predictions: output.predictions, classes: output.classes };
  }

  protected override async fitModel(data: FitData, context: FitContext): Promise<FitResult> {
    this.learned = undefined;
    this.trained = undefined;
    const { result, machine, trained } = await (this.config.solver === 'dcd'
      ? this.fitLinear(data, context)
      : this.fitKernel(data, context));
    const deviation =
      this.config.kernel === 'linear' ? { deviation: await columnDeviations(data.X, data.weights) } : {};
    this.learned = { machine, names: data.featureNames, ...deviation };
    this.trained = trained;
    return result;
  }

  private async fitLinear(data: FitData, context: FitContext): Promise<Fit> {
    const kernel = await kernelOf(this.config, data.X);
    const { machine, warnings, ...trained } = await trainLinear(data, kernel, this.config, context);
    if (!trained.kernelError) return { result: { warnings }, machine, trained };
    const { mean, max } = trained.kernelError;
    const evaluations = { kernel: { meanError: [mean], maxError: [max] } };
    return { result: { warnings, evaluations }, machine, trained };
  }

  private async fitKernel(data: FitData, context: FitContext): Promise<Fit> {
    const { machine, decisions, warnings, ...trained } = await trainMachine(data, this.config, context);
    if (!decisions) return { result: { warnings }, machine, trained };
    const raw = isRegression(machine) ? decisions : await probabilityTable(machine, decisions);
    const { loss, accuracy } = await lossAndAccuracyInTurns(raw, data.y, data.weights, data.classes.length);
    return { result: { warnings, trainLoss: loss, trainAccuracy: accuracy }, machine, trained };
  }

  protected override async predictRaw(X: Matrix, { threads }: PredictContext): Promise<Matrix | Float64Array> {
    const machine = this.requireAny();
    const decisions = await this.decisionsOf(machine, X, threads);
    if (machine.type === 'linear') {
      return machine.task === 'regression' ? decisions : linearProbabilities(machine, decisions);
    }
    return isRegression(machine) ? decisions : probabilityTable(machine, decisions);
  }

  /** Of a linear kernel: |weight| times the column's standard deviation in training, the mean over functions. */
  protected override importanceOf(): { kind: string; values: Float64Array } | undefined {
    const { machine, deviation } = this.requireLearned();
    const weights = columnWeights(machine);
    return weights && deviation ? { kind: 'coefficient', values: importanceOfColumns(weights, deviation) } : undefined;
  }

  protected override serialize(): Promise<ModelPayload> {
    return writePayload(this.requireLearned());
  }

  protected override async deserialize(payload: SavedPayload): Promise<void> {
    this.learned = await readPayload(payload, this.classes.length);
  }

  /** Only of a linear kernel. */
  protected override explanationOf(): ModelExplanation | undefined {
    const machine = this.requireAny();
    const weights = columnWeights(machine);
    if (!weights) return undefined;
    return {
      kind: 'linear',
      unit: this.task === 'classification' ? 'raw' : 'value',
      outputs: weights.length,
      pairs: machine.type !== 'linear',
      features: machine.features,
      weights: Float64Array.from(weights.flatMap((own) => [...own])),
      intercept: interceptOf(machine),
    };
  }

  protected override onnxBody(): OnnxBody {
    const machine = this.requireAny();
    return machine.type === 'linear' ? linearOnnx(machine) : machineOnnx(machine);
  }

  /**
   * Writes libsvm's text model, which `svm-predict` and `svm_load_model` open; for `solver: 'dcd'` LIBLINEAR's, without probabilities,
   * which `predict` and `load_model` open.
   *
   * @throws InvalidInputError - labels that are not integers, which the files cannot hold; a model with an approximation
   */
  async exportNative(file: string): Promise<void> {
    await writeNative(file, this.requireAny(), this.classes, this.config);
  }

  /**
   * Opens a text model that libsvm, LIBLINEAR or `exportNative` wrote. `features` is the number of columns where a libsvm file's
   * largest index is not the last column. Neither deviations nor medians of columns are in the files: importance is not known then, and
   * rows with missing values are refused.
   *
   * @throws ModelFormatError - an unreadable or damaged file, or a machine of another kind (one-class, logistic regression)
   */
  static async importNative(file: string, options: { features?: number } = {}): Promise<SVMModel> {
    const { machine, labels, config } = await readNative(file, options.features);
    const model = new SVMModel(config);
    const names = Array.from({ length: machine.features }, (_, j) => `f${j}`);
    model.learned = { machine, names };
    model.adopt({ task: model.task, classes: labels, featureNames: names });
    return model;
  }

  private requireMachine(): Machine {
    const machine = this.requireAny();
    if (machine.type !== 'linear') return machine;
    throw new InvalidInputError("svm: solver 'dcd' keeps no support vectors", {
      hint: "Use coefficients and intercept, or solver: 'smo'.",
    });
  }

  private requireAny(): Machine | LinearMachine {
    return this.requireLearned().machine;
  }

  private requireLearned(): Learned {
    if (this.learned) return this.learned;
    throw new NotFittedError('svm: this needs a fitted model', {
      hint: 'Call await model.fit({ X, y }) first, or load a saved model.',
    });
  }
}

interface Fit {
  readonly result: FitResult;
  readonly machine: Machine | LinearMachine;
  readonly trained: SvmTraining;
}

/** (n, classes) in short turns. */
async function probabilityTable(machine: Machine, decisions: Float64Array): Promise<Matrix> {
  const k = machine.counts.length;
  const n = decisions.length / pairCount(k);
  const out = Matrix.zeros(n, k);
  const turns = new Turns();
  for (let from = 0; from < n; from += STRETCH) {
    probabilitiesOf(machine, decisions, from, Math.min(n, from + STRETCH), out);
    await turns.pause();
  }
  return out;
}
