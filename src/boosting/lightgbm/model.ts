/**
 * `LightGBMModel`: gradient-boosted trees grown leaf by leaf on histograms (Ke et al., "LightGBM: A Highly Efficient Gradient
 * Boosting Decision Tree", NeurIPS 2017), trained in WebAssembly off the main thread; its files open in LightGBM and LightGBM's here.
 */
import { readFile } from 'node:fs/promises';
import { ModelFormatError } from '../../core/errors.js';
import { writeFileAtomic } from '../../core/files.js';
import type { Matrix } from '../../core/matrix.js';
import type { ModelExplanation } from '../../model/explanation.js';
import type { OnnxBody } from '../../model/onnx/export.js';
import { lossAndAccuracyInTurns } from '../../model/output.js';
import type {
  FitData,
  FitResult,
  ImportanceKind,
  ModelContract,
  ModelPayload,
  PredictContext,
} from '../../model/types.js';
import { explainedTrees } from '../../trees/explained.js';
import { treeImportance } from '../../trees/importance.js';
import { iterationsOf, predictEnsemble, predictLeaves } from '../../trees/predictor.js';
import type { Ensemble } from '../../trees/tree.js';
import { BoostingModel } from '../boosting-model.js';
import { fitWithEngine } from '../engine/fit.js';
import type { TrainedBoosting } from '../engine/train.js';
import { nativeOrNotice, withWarnings } from '../native/fallback.js';
import type { BoostingFitContext, IterationRange } from '../options.js';
import { type LightGBMConfig, type LightGBMSettings, lightgbmConfig } from './config.js';
import { featureRanges } from './feature-ranges.js';
import { configOfFile, fileParameters } from './file-parameters.js';
import { damaged, type LightGBMFile } from './format.js';
import { parseModel } from './format-reader.js';
import { formatModel } from './format-writer.js';
import { LIGHTGBM_INFO } from './info.js';
import { isForest } from './loop-parameters.js';
import { trainWithLightGBM } from './native.js';
import { type FileObjective, taskOfFile } from './objective.js';
import { lightgbmOnnx } from './onnx.js';
import { fromScores } from './probabilities.js';
import { type TrainingPlan, trainingPlan } from './training-plan.js';
import { zerosToMissing } from './zero-missing.js';

export type { LightGBMConfig, LightGBMParameters, LightGBMSettings } from './config.js';

const PAYLOAD = 'model.lgb.txt';

/**
 * Gradient-boosted trees with LightGBM's parameters, defaults and model file.
 *
 * @example
 * const model = new LightGBMModel({ numLeaves: 31, learningRate: 0.1, earlyStoppingRounds: 20 });
 * await model.fit({ X, y, validation: { X: XVal, y: yVal } });
 * const { predictions, probabilities } = await model.predict(XTest);
 */
export class LightGBMModel extends BoostingModel<LightGBMSettings> {
  static override readonly info = LIGHTGBM_INFO;
  static override readonly configSchema = lightgbmConfig;
  static override readonly contract: ModelContract = {
    config: { numIterations: 20, minDataInLeaf: 5 },
    skips: {
      'whole weights equal repetition':
        'bins and the least rows of a leaf count rows, as the original does, not weights',
    },
  };

  private learned: LightGBMFile | undefined;

  /** @throws ConfigError - an unknown parameter, one out of range, or one given under two names */
  constructor(config: LightGBMConfig = {}) {
    super(config);
  }

  protected override async train(
    data: FitData,
    context: BoostingFitContext,
    initModel?: LightGBMModel,
  ): Promise<FitResult> {
    const { config } = this;
    const plan = trainingPlan(config, data);
    const earlier = initModel?.state().ensemble.trees ?? [];
    const { trained: native, notices } = await nativeOrNotice('lightgbm', config.engine, context.options, () =>
      trainWithLightGBM(data, plan.settings, plan.objective, context),
    );
    const warnings = [...plan.warnings, ...notices];
    if (native) {
      const { file, result } = native;
      const ensemble = { ...file.ensemble, trees: [...earlier, ...file.ensemble.trees] };
      this.learned = { ...file, ...fileParts(data, ensemble, { ...plan, objective: file.objective }) };
      return withWarnings(result, warnings);
    }
    // On this thread, while the workers start and train.
    const [{ trained, result }, featureInfos] = await Promise.all([
      fitWithEngine(data, plan.params, context, {
        name: LIGHTGBM_INFO.name,
        checkpointInterval: config.checkpointInterval,
        firstIteration: initModel?.iterations,
      }),
      featureRanges(data.X, plan.params.categorical.columns),
    ]);
    const ensemble = { ...trained.ensemble, trees: [...earlier, ...trained.ensemble.trees] };
    this.learned = { ...fileParts(data, ensemble, plan), featureInfos };
    const scores = await trainingScores(data, trained, plan.objective);
    return withWarnings({ ...scores, ...result }, [...warnings, ...plan.engineWarnings]);
  }

  protected override get iterations(): number {
    const { trees, outputs } = this.state().ensemble;
    return trees.length / outputs;
  }

  protected override async scoresOf(
    X: Matrix,
    [from, to]: IterationRange,
    context: PredictContext,
  ): Promise<Float64Array> {
    const { ensemble, zeroMissing } = this.state();
    const scores = await predictEnsemble(iterationsOf(ensemble, from, to), zerosToMissing(X, zeroMissing), context);
    // The leaves are divided by the number of all trees; some of them are a forest of their own.
    const { iterations } = this;
    if (isForest(this.config) && to - from < iterations)
      for (let i = 0; i < scores.length; i++) scores[i] *= iterations / (to - from);
    return scores;
  }

  protected override async leavesOf(X: Matrix, [from, to]: IterationRange): Promise<Int32Array> {
    const { ensemble, zeroMissing } = this.state();
    return predictLeaves(iterationsOf(ensemble, from, to), zerosToMissing(X, zeroMissing));
  }

  protected override outputOf(scores: Float64Array): Promise<Matrix | Float64Array> {
    const { objective, ensemble } = this.state();
    return fromScores(objective, scores, ensemble.outputs);
  }

  protected override importanceOf(kind: ImportanceKind = 'gain'): { kind: string; values: Float64Array } {
    const { trees, features } = this.state().ensemble;
    return { kind, values: treeImportance(trees, features, kind) };
  }

  protected override serialize(): ModelPayload {
    return { state: {}, files: { [PAYLOAD]: formatModel(this.state()) } };
  }

  protected override deserialize({ files }: { files: Readonly<Record<string, Uint8Array>> }): void {
    const payload = files[PAYLOAD];
    if (!payload) throw damaged(PAYLOAD, 'is not in the model directory');
    const file = parseModel(new TextDecoder().decode(payload));
    if (file.ensemble.features !== this.featureNames.length || classCount(file) !== this.classes.length) {
      throw damaged(PAYLOAD, 'has other features or classes than the model it belongs to');
    }
    this.learned = file;
  }

  protected override explanationOf(): ModelExplanation {
    const { ensemble, zeroMissing } = this.state();
    return {
      kind: 'trees',
      unit: 'raw',
      outputs: ensemble.outputs,
      features: ensemble.features,
      ...explainedTrees(ensemble, 'rows'),
      start: new Float64Array(ensemble.outputs),
      scale: 1,
      scores: (X, threads) => this.scoresOf(X, [0, this.iterations], { threads }),
      ...(zeroMissing ? { slotsOf: (X: Matrix) => zerosToMissing(X, zeroMissing) } : {}),
    };
  }

  protected override onnxBody(): OnnxBody {
    return lightgbmOnnx(this.state());
  }

  /**
   * Writes LightGBM's own text model, which Python opens by `lightgbm.Booster(model_file=...)`. Feature names keep only the
   * characters LightGBM allows; class labels other than 0..k-1 are kept in a line that LightGBM does not read.
   */
  async exportNative(file: string): Promise<void> {
    const { classes, featureNames } = this;
    const plain = classes.every((label, i) => label === i);
    const content = { ...this.state(), featureNames: [...featureNames], ...(plain ? {} : { classes: [...classes] }) };
    await writeFileAtomic(file, formatModel(content));
  }

  /**
   * Opens a text model that LightGBM (3 or 4) or `exportNative` wrote. Classes are 0..k-1 unless the file names them.
   *
   * @throws ModelFormatError - an unreadable or damaged file, linear trees, or an objective that is not supported
   */
  static async importNative(file: string): Promise<LightGBMModel> {
    const content = parseModel(await readText(file));
    const model = new LightGBMModel(configOfFile(content));
    const { classes, ...learned } = content;
    const { outputs, trees } = content.ensemble;
    const count = classCount(content);
    model.learned = learned;
    model.adopt({
      task: taskOfFile(content.objective),
      classes: count > 0 && classes ? classes : Array.from({ length: count }, (_, k) => k),
      featureNames: content.featureNames,
      epochs: trees.length / outputs,
    });
    return model;
  }

  private state(): LightGBMFile {
    // Asking for the classes throws NotFittedError before `fit`.
    if (!this.learned) throw damaged('state', `${this.classes.length} classes but no trees`);
    return this.learned;
  }
}

/** Loss and accuracy on the training rows from the scores that training ended with; without them they are predicted. */
async function trainingScores(
  { y, weights, classes }: FitData,
  { trainScores, ensemble }: TrainedBoosting,
  objective: FileObjective,
): Promise<Pick<FitResult, 'trainLoss' | 'trainAccuracy'>> {
  if (!trainScores) return {};
  const output = await fromScores(objective, trainScores, ensemble.outputs);
  const { loss, accuracy } = await lossAndAccuracyInTurns(output, y, weights, classes.length);
  return { trainLoss: loss, trainAccuracy: accuracy };
}

/** What a trained model's file says, whoever trained it. */
function fileParts({ featureNames }: FitData, ensemble: Ensemble, plan: TrainingPlan): LightGBMFile {
  const { objective, settings, monotone } = plan;
  return {
    ensemble,
    objective,
    featureNames: [...featureNames],
    shrinkage: shrinkageOf(ensemble, settings),
    parameters: fileParameters(settings, objective),
    ...(monotone ? { monotone } : {}),
  };
}

/** What LightGBM's file says: 1 for the first round, which holds the base score, then the learning rate where all have that. */
function shrinkageOf({ trees, outputs }: Ensemble, config: LightGBMSettings): Float64Array {
  const rate = config.boosting === 'dart' || isForest(config) ? 1 : config.learningRate;
  return Float64Array.from(trees, (_, i) => (i < outputs ? 1 : rate));
}

/** Classes that a file's model tells apart; 0 for regression. */
function classCount({ objective, ensemble }: LightGBMFile): number {
  return taskOfFile(objective) === 'regression' ? 0 : Math.max(2, ensemble.outputs);
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new ModelFormatError(`Cannot read ${file}: ${(error as NodeJS.ErrnoException).code ?? String(error)}`, {
      hint: 'Pass the path of a text model that Booster.save_model or exportNative wrote.',
      details: { part: 'file' },
      cause: error,
    });
  }
}
