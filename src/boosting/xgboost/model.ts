/**
 * `XGBoostModel`: gradient-boosted trees (Chen and Guestrin, "XGBoost: A Scalable Tree Boosting System", KDD 2016) and linear
 * models, trained in WebAssembly off the main thread; its files open in XGBoost and XGBoost's here.
 */
import { readFile } from 'node:fs/promises';
import { InvalidInputError, ModelFormatError } from '../../core/errors.js';
import { writeFileAtomic } from '../../core/files.js';
import { Matrix } from '../../core/matrix.js';
import type { ModelExplanation } from '../../model/explanation.js';
import type { OnnxBody } from '../../model/onnx/export.js';
import { lossAndAccuracyInTurns } from '../../model/output.js';
import type {
  FitData,
  FitResult,
  ImportanceKind,
  ModelContract,
  ModelInput,
  ModelPayload,
  PredictContext,
} from '../../model/types.js';
import { explainedTrees } from '../../trees/explained.js';
import { treeImportance } from '../../trees/importance.js';
import { iterationsOf, predictLeaves } from '../../trees/predictor.js';
import { BoostingModel } from '../boosting-model.js';
import { fitWithEngine } from '../engine/fit.js';
import { nativeOrNotice, withWarnings } from '../native/fallback.js';
import type { BoostingFitContext, BoostingPredictOptions, IterationRange } from '../options.js';
import { type XGBoostConfig, type XGBoostSettings, xgboostConfig } from './config.js';
import { damaged } from './damage.js';
import { chooseTarget, engineParams, fileObjective } from './engine-params.js';
import { classCount, configOfFile, fileNames, ownAttribute, readOwn } from './file-facts.js';
import { OWN_ATTRIBUTE, type XGBoostFile } from './format.js';
import { readModel } from './format-reader.js';
import { writeJson, writeUbjson } from './format-writer.js';
import { idleSettings } from './idle.js';
import { XGBOOST_INFO } from './info.js';
import { explainedLinear } from './linear-explanation.js';
import { trainWithXGBoost } from './native.js';
import { nodeNumbers } from './nodes.js';
import { startScores, taskOfObjective } from './objective.js';
import { xgboostOnnx } from './onnx.js';
import { fromScores, mainOutput, toPredictions } from './outputs.js';
import { predictScores } from './predict.js';
import { startOf, withStart } from './start.js';
import { trainedFile } from './trained.js';

export type { XGBoostConfig, XGBoostParameters, XGBoostSettings } from './config.js';

const PAYLOAD = 'model.xgb.json';

/**
 * Gradient-boosted trees with XGBoost's parameters, defaults and model files.
 *
 * @example
 * const model = new XGBoostModel({ maxDepth: 6, learningRate: 0.1, earlyStoppingRounds: 20 });
 * await model.fit({ X, y, validation: { X: XVal, y: yVal } });
 * const { predictions, probabilities } = await model.predict(XTest);
 */
export class XGBoostModel extends BoostingModel<XGBoostSettings> {
  static override readonly info = XGBOOST_INFO;
  static override readonly configSchema = xgboostConfig;
  static override readonly contract: ModelContract = { config: { numIterations: 20 } };

  private learned: XGBoostFile | undefined;

  /** @throws ConfigError - an unknown parameter, one out of range, or one given under two names */
  constructor(config: XGBoostConfig = {}) {
    super(config);
  }

  protected override async train(
    data: FitData,
    context: BoostingFitContext,
    initModel?: XGBoostModel,
  ): Promise<FitResult> {
    const { config } = this;
    const target = chooseTarget(config, data.classes);
    const objective = fileObjective(target, config);
    const earlier = initModel?.state();
    const params = engineParams(config, target, data.featureNames, earlier?.linear?.weights);
    checkEarlier(earlier, params.multiOutput, config);
    const { trained: native, notices } = await nativeOrNotice(XGBOOST_INFO.name, config.engine, context.options, () =>
      trainWithXGBoost(data, config, target, context, earlier),
    );
    if (native) {
      this.learned = native.file;
      return withWarnings(native.result, notices);
    }
    const baseScore = earlier?.baseScore ?? startOf(data, target, config, objective);
    const float32Start = startScores(objective, baseScore);
    const { trained, result } = await fitWithEngine(withStart(data, float32Start), params, context, {
      name: XGBOOST_INFO.name,
      checkpointInterval: config.checkpointInterval,
      firstIteration: initModel?.iterations,
    });
    const { multiOutput } = params;
    const categorical = params.categorical.columns;
    const made = { trained, target, settings: config, objective, baseScore, float32Start, multiOutput };
    this.learned = trainedFile({ ...made, categorical, earlier });
    const warnings = [...idleSettings(config, target, context.options), ...notices];
    return { ...(await this.trainingScores(data, trained.trainScores)), ...result, warnings };
  }

  /** Loss and accuracy on the training rows from the scores that training ended with; without them they are predicted. */
  private async trainingScores(
    { y, weights, classes }: FitData,
    scores: Float64Array | undefined,
  ): Promise<Pick<FitResult, 'trainLoss' | 'trainAccuracy'>> {
    if (!scores) return {};
    const { loss, accuracy } = await lossAndAccuracyInTurns(await this.outputOf(scores), y, weights, classes.length);
    return { trainLoss: loss, trainAccuracy: accuracy };
  }

  protected override get iterations(): number {
    const { ensemble, linear, parallelTrees } = this.state();
    return linear ? Math.max(1, linear.rounds) : ensemble.trees.length / (ensemble.outputs * parallelTrees);
  }

  protected override async scoresOf(
    X: Matrix,
    [from, to]: IterationRange,
    context: PredictContext,
  ): Promise<Float64Array> {
    const file = this.state();
    if (file.linear && (from > 0 || to < this.iterations)) {
      throw new InvalidInputError('xgboost: a linear model keeps no iterations to choose from', {
        hint: 'Leave numIterationRange out.',
      });
    }
    return predictScores(file, X, context, iterationsOf(file.ensemble, from, to));
  }

  /** XGBoost's numbers of the nodes, as its `pred_leaf` gives them. */
  protected override async leavesOf(X: Matrix, [from, to]: IterationRange): Promise<Int32Array> {
    const part = iterationsOf(this.state().ensemble, from, to);
    const leaves = predictLeaves(part, X);
    const numbers = part.trees.map((tree) => nodeNumbers(tree).leaves);
    return leaves.map((leaf, i) => numbers[i % numbers.length][leaf]);
  }

  protected override outputOf(scores: Float64Array): Promise<Matrix | Float64Array> {
    const { objective, ensemble } = this.state();
    return fromScores(objective, scores, ensemble.outputs, mainOutput(objective));
  }

  /**
   * All outputs, (n, outputs): each quantile, target or class. `predict` returns of several quantiles the one nearest to the
   * median, of several targets the first. Throws as `predict`.
   */
  async predictOutputs(X: ModelInput, options: BoostingPredictOptions = {}): Promise<Matrix> {
    const scores = await this.predictScores(X, options);
    const { objective, ensemble } = this.state();
    await toPredictions(objective, scores, ensemble.outputs);
    return Matrix.wrap(Float32Array.from(scores), ensemble.outputs);
  }

  /** Of a linear model the absolute weights, summed over outputs. */
  protected override importanceOf(kind: ImportanceKind = 'gain'): { kind: string; values: Float64Array } {
    const { ensemble, linear } = this.state();
    const { trees, features, outputs } = ensemble;
    if (!linear) return { kind, values: treeImportance(trees, features, kind) };
    const values = new Float64Array(features);
    for (let j = 0; j < features; j++) {
      for (let k = 0; k < outputs; k++) values[j] += Math.abs(linear.weights[j * outputs + k]);
    }
    return { kind: 'weight', values };
  }

  protected override explanationOf(): ModelExplanation {
    const file = this.state();
    const { ensemble, linear } = file;
    const { outputs, features, float32Start: start = new Array<number>(outputs).fill(0) } = ensemble;
    if (linear) return explainedLinear(linear, features, start);
    return {
      kind: 'trees',
      unit: 'raw',
      outputs,
      features,
      ...explainedTrees(ensemble, 'hessians'),
      start,
      scale: 1,
      scores: (X, threads) => predictScores(file, X, { threads }),
    };
  }

  protected override onnxBody(): OnnxBody {
    return xgboostOnnx(this.state(), mainOutput(this.state().objective));
  }

  protected override serialize(): ModelPayload {
    return { state: {}, files: { [PAYLOAD]: writeJson(this.state()) } };
  }

  protected override deserialize({ files }: { files: Readonly<Record<string, Uint8Array>> }): void {
    const payload = files[PAYLOAD];
    if (!payload) throw damaged(PAYLOAD, 'is not in the model directory');
    const file = readModel(payload);
    if (file.ensemble.features !== this.featureNames.length || classCount(file) !== this.classes.length) {
      throw damaged(PAYLOAD, 'has other features or classes than the model it belongs to');
    }
    this.learned = file;
  }

  /**
   * Writes XGBoost's own model, which Python opens by `xgboost.Booster(model_file=...)`: UBJSON if the name ends in `.ubj`, else
   * JSON. Class labels other than 0..k-1 and names that XGBoost does not allow are kept in an attribute.
   */
  async exportNative(file: string): Promise<void> {
    const { classes, featureNames } = this;
    const learned = this.state();
    const names = fileNames(featureNames);
    const own = ownAttribute(classes, featureNames, names);
    const attributes = { ...learned.attributes, ...(own ? { [OWN_ATTRIBUTE]: own } : {}) };
    const content = { ...learned, featureNames: names, attributes };
    await writeFileAtomic(file, /\.ubj(son)?$/.test(file) ? writeUbjson(content) : writeJson(content));
  }

  /**
   * Opens a JSON or UBJSON model that XGBoost (0.90 to 3.x) or `exportNative` wrote. Classes are 0..k-1 unless the file names
   * them. As in Python, all iterations predict, but only those up to the best of a model that its scikit-learn wrapper saved.
   *
   * @throws ModelFormatError - an unreadable or damaged file, or an objective that is not supported
   */
  static async importNative(file: string): Promise<XGBoostModel> {
    const content = readModel(await readBytes(file));
    const own = readOwn(content);
    const model = new XGBoostModel(configOfFile(content));
    const { ensemble, attributes, parallelTrees } = content;
    const perIteration = ensemble.outputs * parallelTrees;
    const best = 'scikit_learn' in attributes ? Number(attributes.best_iteration ?? Number.NaN) : Number.NaN;
    const kept = Number.isInteger(best) && best >= 0 ? iterationsOf(ensemble, 0, best + 1) : ensemble;
    const { [OWN_ATTRIBUTE]: _, ...others } = attributes;
    model.learned = {
      ...content,
      ensemble: { ...kept, treesPerIteration: perIteration },
      featureNames: [],
      attributes: others,
    };
    model.adopt({
      task: taskOfObjective(content.objective),
      classes: own.classes ?? Array.from({ length: classCount(content) }, (_, k) => k),
      featureNames:
        own.featureNames ?? Array.from({ length: ensemble.features }, (_, j) => content.featureNames[j] ?? `f${j}`),
      epochs: kept.trees.length / perIteration,
    });
    return model;
  }

  private state(): XGBoostFile {
    // Asking for the classes throws NotFittedError before `fit`.
    if (!this.learned) throw damaged('state', `${this.classes.length} classes but no trees`);
    return this.learned;
  }
}

/** What training goes on from must have trees of the same kind. */
function checkEarlier(earlier: XGBoostFile | undefined, multiOutput: boolean, config: XGBoostSettings): void {
  if (!earlier) return;
  const problem =
    (earlier.booster === 'gblinear') !== (config.booster === 'gblinear')
      ? `is a ${earlier.booster} model`
      : earlier.multiOutput !== multiOutput
        ? 'has another multiStrategy'
        : earlier.parallelTrees !== config.numParallelTree
          ? `has ${earlier.parallelTrees} trees an iteration`
          : undefined;
  if (problem) {
    throw new InvalidInputError(`xgboost: initModel ${problem}, the configuration says otherwise`, {
      hint: 'Continue with the same booster, multiStrategy and numParallelTree.',
    });
  }
}

async function readBytes(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (error) {
    throw new ModelFormatError(`Cannot read ${file}: ${(error as NodeJS.ErrnoException).code ?? String(error)}`, {
      hint: 'Pass the path of a JSON or UBJSON model that Booster.save_model or exportNative wrote.',
      details: { part: 'file' },
      cause: error,
    });
  }
}
