/** `RidgeModel`: ridge regression, and classification by it, behind the contract of all models. */
import { InvalidInputError, ModelFormatError, NotFittedError } from '../../core/errors.js';
import type { Matrix } from '../../core/matrix.js';
import { sameNames } from '../../core/text.js';
import { BaseModel } from '../../model/base-model.js';
import type { ModelExplanation } from '../../model/explanation.js';
import type { OnnxBody } from '../../model/onnx/export.js';
import { bothClasses, logistic, softmax } from '../../model/onnx/links.js';
import type { FitContext, FitData, FitResult, ModelContract, ModelPayload, SavedPayload } from '../../model/types.js';
import { weightedRows } from '../logistic/weights.js';
import { type RidgeConfig, type RidgeSettings, ridgeConfig } from './config.js';
import { type RidgeLearned, readLearned, writeLearned } from './format.js';
import { RIDGE_INFO } from './info.js';
import { decisionValues, probabilitiesOf } from './predict.js';
import { steepnessOf } from './steepness.js';
import { type RidgeData, type RidgeResult, trainRidge } from './train.js';

export type { RidgeConfig } from './config.js';

const FILE = 'model.ridge.json';

/**
 * Linear least squares with an L2 penalty, in closed form: scikit-learn's `Ridge` (`task: 'regression'`) and `RidgeClassifier`, with `alphas`
 * `RidgeCV`. A quick, honest baseline. Probabilities are the softmax of the decision values, its steepness fitted to leave-one-out
 * decisions; scikit-learn has none.
 *
 * @example
 * const model = new RidgeModel({ task: 'regression', alphas: [0.1, 1, 10] });
 * await model.fit({ X, y });
 * model.alpha;
 */
export class RidgeModel extends BaseModel<RidgeSettings> {
  static override readonly info = RIDGE_INFO;
  static override readonly configSchema = ridgeConfig;
  static override readonly contract: ModelContract = {
    skips: {
      'classification: whole weights equal repetition':
        'probabilities are fitted to leave-one-out decisions, for which a repeated row is known',
    },
  };
  private learned: RidgeLearned | undefined;

  /** @throws ConfigError - an unknown parameter, one out of range, or one under two names */
  constructor(config: RidgeConfig = {}) {
    super(config);
  }

  /** (outputs, features) weights: one row for regression and two classes (of the second), else one a class; 0 for columns left out. */
  get coefficients(): Float64Array[] {
    const { outputs, features, weights, names } = this.requireLearned();
    const column = new Map(names.map((name, j) => [name, j]));
    return Array.from({ length: outputs }, (_, k) =>
      Float64Array.from(this.featureNames, (name) => {
        const j = column.get(name);
        return j === undefined ? 0 : weights[k * features + j];
      }),
    );
  }

  /** (outputs,) intercepts; zeros without `fitIntercept`. */
  get intercept(): Float64Array {
    return this.requireLearned().intercept.slice();
  }

  /** The strength that was trained with: the configured one, or the best of `alphas`. */
  get alpha(): number {
    return this.requireLearned().alpha;
  }

  /** Weighted mean squared leave-one-out error for each of `alphas`, from the strongest to the weakest; empty without. */
  get leaveOneOutErrors(): readonly { readonly alpha: number; readonly error: number }[] {
    return this.requireLearned().errors;
  }

  protected override async fitModel(data: FitData, context: FitContext): Promise<FitResult> {
    const { config } = this;
    this.learned = undefined;
    const rows = await this.trainingRows(data);
    const result = await trainRidge(rows, config, context);
    const { weights, intercept, outputs, deviation, best, errors, alphas } = result;
    if (!weights.every(Number.isFinite) || !intercept.every(Number.isFinite)) {
      throw new InvalidInputError('ridge: the solution is not finite', {
        hint: 'Columns or targets are too large for float64 sums: scale them.',
      });
    }
    this.learned = {
      outputs,
      features: data.X.cols,
      weights,
      intercept,
      names: data.featureNames,
      deviation,
      alpha: alphas[best],
      errors: Array.from(errors, (error, a) => ({ alpha: alphas[a], error })),
      steepness: rows.classes > 0 ? steepnessOf(result, rows) : 1,
    };
    return { totalEpochs: 1, warnings: warningsOf(result, config) };
  }

  private async trainingRows({ X, y, weights, classes }: FitData): Promise<RidgeData> {
    if (classes.length === 0) {
      return { X, y, weights: Float64Array.from(y, (_, i) => weights?.[i] ?? 1), classes: 0 };
    }
    const weighted = await weightedRows(y, weights, classes, this.config.classWeight, 'Ridge');
    return { X, rows: weighted.rows, y: weighted.y, weights: weighted.weights, classes: classes.length };
  }

  protected override async predictRaw(X: Matrix): Promise<Matrix | Float64Array> {
    const learned = this.requireLearned();
    const decisions = await decisionValues(learned, X);
    return this.task === 'regression' ? decisions : probabilitiesOf(decisions, learned.outputs, learned.steepness);
  }

  /** |weight| times the column's standard deviation in training, the mean over outputs: the effect of one typical change. */
  protected override importanceOf(): { kind: string; values: Float64Array } {
    const { outputs, features, weights, deviation } = this.requireLearned();
    const values = new Float64Array(features);
    for (let k = 0; k < outputs; k++) {
      for (let j = 0; j < features; j++) values[j] += (Math.abs(weights[k * features + j]) * deviation[j]) / outputs;
    }
    return { kind: 'coefficient', values };
  }

  protected override serialize(): ModelPayload {
    return { state: {}, files: { [FILE]: writeLearned(this.requireLearned()) } };
  }

  protected override deserialize({ files, columns }: SavedPayload): void {
    const file = files[FILE];
    if (!file) throw misfit(`${FILE} is missing`);
    const learned = readLearned(new TextDecoder().decode(file));
    const outputs = this.classes.length > 2 ? this.classes.length : 1;
    if (learned.outputs !== outputs) throw misfit(`${FILE} has ${learned.outputs} outputs, the model ${outputs}`);
    if (!sameNames(learned.names, columns)) throw misfit(`${FILE} was learned from other columns than the model's`);
    this.learned = learned;
  }

  protected override explanationOf(): ModelExplanation {
    const { outputs, features, weights, intercept } = this.requireLearned();
    return {
      kind: 'linear',
      unit: this.task === 'classification' ? 'raw' : 'value',
      outputs,
      features,
      weights,
      intercept,
    };
  }

  protected override onnxBody(): OnnxBody {
    const { outputs, features, weights, intercept, steepness } = this.requireLearned();
    const classification = this.task === 'classification';
    return (graph, X) => {
      const columns = new Float64Array(features * outputs);
      for (let k = 0; k < outputs; k++) {
        for (let j = 0; j < features; j++) columns[j * outputs + k] = weights[k * features + j];
      }
      const matrix = graph.constant({ type: 'double', dims: [features, outputs], values: columns });
      const products = graph.node('MatMul', [graph.cast(X, 'double'), matrix]);
      const values = graph.node('Add', [products, graph.vector('double', intercept)]);
      if (!classification) return values;
      if (outputs === 1) return bothClasses(graph, logistic(graph, values, 2 * steepness));
      return softmax(graph, graph.node('Mul', [values, graph.scalar('double', steepness)]));
    };
  }

  private requireLearned(): RidgeLearned {
    if (this.learned) return this.learned;
    throw new NotFittedError('ridge: this needs a fitted model', {
      hint: 'Call await model.fit({ X, y }) first, or load a saved model.',
    });
  }
}

function warningsOf({ singular }: RidgeResult, { alphas, alpha }: RidgeSettings): string[] {
  const warnings: string[] = [];
  if (singular) {
    warnings.push('Ridge: alpha is 0 and the rows do not determine the weights: those of least length were taken.');
  }
  if (alphas && alpha !== 1) warnings.push("Ridge: 'alpha' has no effect beside 'alphas'.");
  return warnings;
}

function misfit(problem: string): ModelFormatError {
  return new ModelFormatError(`A saved ridge model cannot be used: ${problem}`, {
    hint: 'The model directory is damaged or was put together from two models; train again.',
  });
}
