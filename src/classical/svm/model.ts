/** `SVMModel`: support vector machines behind the contract of all models; libsvm's model files open here, and ours in libsvm. */
import { readFile } from 'node:fs/promises';
import { InvalidInputError, ModelFormatError, NotFittedError } from '../../core/errors.js';
import { writeFileAtomic } from '../../core/files.js';
import { Matrix } from '../../core/matrix.js';
import { Turns } from '../../core/turns.js';
import { BaseModel } from '../../model/base-model.js';
import type { OnnxBody } from '../../model/onnx/export.js';
import { lossAndAccuracy } from '../../model/output.js';
import type {
  FitContext,
  FitData,
  FitResult,
  ModelInput,
  ModelPayload,
  PredictContext,
  PredictionOutput,
} from '../../model/types.js';
import { type SVMConfig, type SVMSettings, svmConfig } from './config.js';
import { SVM_INFO } from './info.js';
import type { KernelError } from './linear/approximation.js';
import {
  type LinearMachine,
  linearDecisions,
  linearFromJson,
  linearProbabilities,
  linearToJson,
} from './linear/machine.js';
import { linearOnnx } from './linear/onnx.js';
import { trainLinear } from './linear/train.js';
import { decisionValues } from './machine/decisions.js';
import { damaged, inAscendingOrder, parseLibsvm } from './machine/libsvm-reader.js';
import { formatLibsvm } from './machine/libsvm-writer.js';
import {
  decisionTable,
  isRegression,
  type Machine,
  pairCount,
  probabilitiesOf,
  termsOf,
  vectorCount,
} from './machine/machine.js';
import { machineOnnx } from './machine/onnx.js';
import { kernelOf, trainMachine } from './train.js';

export type { SVMConfig, SVMParameters, SVMSettings } from './config.js';

const FILE = 'model.libsvm';
const LINEAR_FILE = 'model.svm.json';
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
  readonly kernelError?: KernelError;
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
  private machine: Machine | LinearMachine | undefined;
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
   * (functions, columns) weights of a linear kernel: of the second class for two classes, else of each pair (`'smo'`) or class
   * (`'dcd'`); undefined for other kernels. `intercept` belongs to them.
   */
  get coefficients(): Float64Array[] | undefined {
    const machine = this.requireAny();
    if (machine.type === 'linear') {
      if (machine.basis || machine.waves) return undefined;
      const { features, weights } = machine;
      return Array.from(machine.bias, (_, o) => weights.slice(o * features, (o + 1) * features));
    }
    return machine.kernel.name === 'linear' ? linearWeights(machine, this.sign(machine)) : undefined;
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
    const machine = this.requireMachine();
    const total = vectorCount(machine);
    const sign = this.sign(machine);
    const rows = isRegression(machine) ? 1 : machine.counts.length - 1;
    return Array.from({ length: rows }, (_, r) =>
      machine.coefficients.slice(r * total, (r + 1) * total).map((value) => sign * value),
    );
  }

  /** (pairs,) constants of the decision functions, signed as `dualCoefficients`. */
  get intercept(): Float64Array {
    const machine = this.requireAny();
    if (machine.type === 'linear') return machine.bias.slice();
    const sign = this.sign(machine);
    return machine.bias.map((value) => sign * value);
  }

  /** scikit-learn turns the pair of two classes round: its decision function is positive for the second. */
  private sign(machine: Machine): 1 | -1 {
    return !isRegression(machine) && machine.counts.length === 2 ? -1 : 1;
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
    if (task === 'regression' || (this.machine?.sigmoids ?? config.probability)) return output;
    return { predictions: output.predictions, classes: output.classes };
  }

  protected override async fitModel(data: FitData, context: FitContext): Promise<FitResult> {
    this.machine = undefined;
    this.trained = undefined;
    if (this.config.solver === 'dcd') {
      const kernel = await kernelOf(this.config, data.X);
      const { machine, warnings, ...training } = await trainLinear(data, kernel, this.config, context);
      this.machine = machine;
      this.trained = training;
      const { kernelError } = training;
      if (!kernelError) return { warnings };
      const { mean, max } = kernelError;
      return { warnings, evaluations: { kernel: { meanError: [mean], maxError: [max] } } };
    }
    const { machine, decisions, warnings, ...training } = await trainMachine(data, this.config, context);
    this.machine = machine;
    this.trained = training;
    if (!decisions) return { warnings };
    const raw = isRegression(machine) ? decisions : await probabilityTable(machine, decisions);
    const { loss, accuracy } = lossAndAccuracy(raw, data.y, data.weights, data.classes.length);
    return { warnings, trainLoss: loss, trainAccuracy: accuracy };
  }

  protected override async predictRaw(X: Matrix, { threads }: PredictContext): Promise<Matrix | Float64Array> {
    const machine = this.requireAny();
    const decisions = await this.decisionsOf(machine, X, threads);
    if (machine.type === 'linear') {
      return machine.task === 'regression' ? decisions : linearProbabilities(machine, decisions);
    }
    return isRegression(machine) ? decisions : probabilityTable(machine, decisions);
  }

  protected override serialize(): ModelPayload {
    const machine = this.requireAny();
    if (machine.type === 'linear') {
      return { state: { columns: machine.features }, files: { [LINEAR_FILE]: linearToJson(machine) } };
    }
    const labels = machine.counts.map((_, c) => c);
    const rows = machine.rows && Array.from(machine.rows);
    return {
      state: { columns: machine.features, ...(rows ? { support: rows } : {}) },
      files: { [FILE]: formatLibsvm(machine, labels) },
    };
  }

  protected override deserialize({
    state,
    files,
  }: {
    state: unknown;
    files: Readonly<Record<string, Uint8Array>>;
  }): void {
    if (files[LINEAR_FILE]) {
      const machine = linearFromJson(new TextDecoder().decode(files[LINEAR_FILE]));
      if (machine.classes !== this.classes.length) throw misfit(`${LINEAR_FILE} has ${machine.classes} classes`);
      this.machine = machine;
      return;
    }
    const file = files[FILE];
    if (!file) throw misfit(`${FILE} is missing`);
    const { columns, support } = (state ?? {}) as { columns?: unknown; support?: unknown };
    if (!Number.isSafeInteger(columns)) throw misfit('the number of its columns is missing in its state');
    const { machine } = parseLibsvm(new TextDecoder().decode(file), columns as number);
    const classes = isRegression(machine) ? 0 : machine.counts.length;
    if (classes !== this.classes.length) {
      throw misfit(`${FILE} tells apart ${classes} classes, the model ${this.classes.length}`);
    }
    const known =
      Array.isArray(support) && support.length === vectorCount(machine) && support.every(Number.isSafeInteger);
    this.machine = known ? { ...machine, rows: Uint32Array.from(support as number[]) } : machine;
  }

  protected override onnxBody(): OnnxBody {
    const machine = this.requireAny();
    return machine.type === 'linear' ? linearOnnx(machine) : machineOnnx(machine);
  }

  /**
   * Writes libsvm's text model, which `svm-predict` and `svm_load_model` open.
   *
   * @throws InvalidInputError - labels that are not integers, which libsvm's file cannot hold; a model of `solver: 'dcd'`
   */
  async exportNative(file: string): Promise<void> {
    const machine = this.requireMachine();
    const { classes } = this;
    if (!classes.every((label) => Number.isSafeInteger(label) && Math.abs(label) < 2 ** 31)) {
      throw new InvalidInputError("svm: exportNative: libsvm's labels are integers", {
        hint: 'Train with integer labels, or keep the model by save(directory).',
      });
    }
    await writeFileAtomic(file, formatLibsvm(machine, classes));
  }

  /**
   * Opens a text model that libsvm or `exportNative` wrote. `features` is the number of columns where the file's largest index is
   * not the last column.
   *
   * @throws ModelFormatError - an unreadable or damaged file, or a one-class machine
   */
  static async importNative(file: string, options: { features?: number } = {}): Promise<SVMModel> {
    const { machine, labels } = inAscendingOrder(parseLibsvm(await readText(file), options.features));
    const { kernel, type } = machine;
    const model = new SVMModel({
      task: isRegression(machine) ? 'regression' : 'classification',
      svmType: type === 'nu_svc' || type === 'nu_svr' ? 'nu' : 'c',
      kernel: kernel.name,
      ...(kernel.name === 'linear' || kernel.name === 'precomputed' ? {} : { gamma: kernel.gamma }),
      degree: kernel.degree,
      coef0: kernel.coef0,
      probability: machine.sigmoids !== undefined,
    });
    model.machine = machine;
    model.adopt({
      task: model.task,
      classes: labels,
      featureNames: Array.from({ length: machine.features }, (_, j) => `f${j}`),
    });
    return model;
  }

  private requireMachine(): Machine {
    const machine = this.requireAny();
    if (machine.type !== 'linear') return machine;
    throw new InvalidInputError("svm: solver 'dcd' keeps no support vectors, and libsvm's file cannot hold its model", {
      hint: "Use coefficients and intercept, or solver: 'smo'.",
    });
  }

  private requireAny(): Machine | LinearMachine {
    if (this.machine) return this.machine;
    throw new NotFittedError('svm: this needs a fitted model', {
      hint: 'Call await model.fit({ X, y }) first, or load a saved model.',
    });
  }
}

/** Weights of the columns of each pair's function. */
function linearWeights(machine: Machine, sign: 1 | -1): Float64Array[] {
  const { vectors, features, bias } = machine;
  const out = Array.from(bias, () => new Float64Array(features));
  termsOf(machine).forEach((terms, s) => {
    for (const { pair, coefficient } of terms) {
      for (let j = 0; j < features; j++) out[pair][j] += sign * coefficient * vectors[s * features + j];
    }
  });
  return out;
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

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'latin1');
  } catch (cause) {
    throw new ModelFormatError(`Cannot read ${file}: ${(cause as NodeJS.ErrnoException).code}`, {
      hint: 'Pass the path of a model that libsvm or exportNative wrote.',
      cause,
    });
  }
}

function misfit(problem: string): ModelFormatError {
  return new ModelFormatError(`A saved support vector machine cannot be used: ${problem}`, {
    hint: 'The model directory is damaged or was put together from two models; train again.',
    cause: damaged(problem),
  });
}
