/** `RandomForestModel`: forests of decision trees behind the contract of all models. */
import { throwIfAborted } from '../../core/abort.js';
import { finiteLabels, sampleWeights } from '../../core/checks.js';
import { InvalidInputError, ModelFormatError, NotFittedError } from '../../core/errors.js';
import { Matrix } from '../../core/matrix.js';
import { DEFAULT_SEED } from '../../core/seed.js';
import { shared } from '../../kernels/shared.js';
import { BaseModel } from '../../model/base-model.js';
import type { ModelExplanation } from '../../model/explanation.js';
import { encodeLabels } from '../../model/label-encoder.js';
import type { OnnxBody } from '../../model/onnx/export.js';
import { lossAndAccuracyInTurns } from '../../model/output.js';
import type {
  FitContext,
  FitData,
  FitResult,
  ImportanceKind,
  ModelContract,
  ModelInput,
  ModelPayload,
  PredictContext,
  SavedPayload,
  TrainingData,
} from '../../model/types.js';
import { type RandomForestConfig, type RandomForestSettings, randomForestConfig } from './config.js';
import { explainedForest } from './explanation.js';
import { concatForests, type Forest, firstValues, sizeOf } from './forest.js';
import { readForest, writeForest } from './forest-file.js';
import { forestImportance } from './importance.js';
import { RANDOM_FOREST_INFO } from './info.js';
import { forestOnnx } from './onnx.js';
import { type PermutationImportance, permutationImportance } from './permutation.js';
import { predictForest, predictForestLeaves } from './predict.js';
import { type TrainedForest, trainForest } from './train.js';

export type { ForestClassWeight, RandomForestConfig } from './config.js';
export type { PermutationImportance } from './permutation.js';

const FILE = 'model.forest.bin';

/** How columns are shuffled and scored. */
export interface PermutationOptions {
  /** Shuffles of each column. Default 5. */
  repeats?: number;
  /** Default 42. */
  seed?: number;
  threads?: number;
  signal?: AbortSignal;
}

/**
 * Random forests (Breiman, 2001) and extremely randomised trees with scikit-learn's parameters, on columns of up to 255 bins. Missing
 * values go to the better side of each split.
 *
 * @example
 * const model = new RandomForestModel({ nTrees: 300, minSamplesLeaf: 5, oobScore: true });
 * await model.fit({ X, y });
 * const { probabilities } = await model.predict(X);
 */
export class RandomForestModel extends BaseModel<RandomForestSettings> {
  static override readonly info = RANDOM_FOREST_INFO;
  static override readonly configSchema = randomForestConfig;
  static override readonly contract: ModelContract = {
    config: { nTrees: 30 },
    skips: {
      'whole weights equal repetition': 'each tree draws rows, and a repeated row can be drawn apart',
    },
  };
  private forest: Forest | undefined;
  /** Labels of `forest`; none for regression. */
  private labels: readonly number[] = [];
  private outside: Float64Array | undefined;
  private outsideScore: number | undefined;

  /** @throws ConfigError - an unknown parameter, one out of range, or parameters that contradict each other */
  constructor(config: RandomForestConfig = {}) {
    super(config);
  }

  /** Trees of the fitted model. Throws `NotFittedError` before `fit`. */
  get treeCount(): number {
    return sizeOf(this.requireForest()).trees;
  }

  /**
   * Accuracy (R² for regression) of the training rows by the trees that did not see them, rows that all trees saw left out. Only after `fit` with
   * `oobScore`; kept by `save`.
   */
  get oobScore(): number | undefined {
    this.requireForest();
    return this.outsideScore;
  }

  /**
   * (n, classes) shares of the classes of each training row by the trees that did not see it; NaN where all did. n counts the rows trained on:
   * without those of weight 0. Only on the object that was fitted with `oobScore`.
   */
  get oobDecisionFunction(): Matrix | undefined {
    const { outputs } = this.requireForest();
    if (!this.outside || this.task !== 'classification') return undefined;
    return Matrix.wrap(new Float32Array(this.outside), outputs);
  }

  /** (n,) the same for regression. */
  get oobPredictions(): Float64Array | undefined {
    this.requireForest();
    return this.task === 'regression' ? this.outside?.slice() : undefined;
  }

  protected override async fitModel(data: FitData, context: FitContext): Promise<FitResult> {
    const { config } = this;
    const earlier = config.warmStart ? this.forest : undefined;
    this.forest = this.outside = this.outsideScore = undefined;
    if (earlier) this.checkWarmStart(earlier, data);
    const first = earlier ? sizeOf(earlier).trees : 0;
    const trained = await trainForest(data, config, context, first);
    const pure = firstValues(Math.max(1, data.classes.length), data.classes.length > 0);
    const { forest } = trained;
    this.forest = earlier ? concatForests(earlier, forest, pure.length / forest.outputs) : forest;
    this.labels = data.classes;
    if (config.oobScore) {
      this.outside = trained.outOfBag;
      this.outsideScore = trained.outOfBagScore;
    }
    return this.describe(trained, first);
  }

  private checkWarmStart({ features }: Forest, { X, classes }: FitData): void {
    const { labels } = this;
    const sameLabels = labels.length === classes.length && labels.every((label, k) => label === classes[k]);
    if (features === X.cols && sameLabels) return;
    throw new InvalidInputError(
      'random_forest: warmStart: the data has other columns or classes than the trees at hand',
      {
        hint: 'Pass the same columns and labels, or start anew with a new model.',
        details: { columns: [features, X.cols], classes: [labels, classes] },
      },
    );
  }

  private describe(trained: TrainedForest, first: number): FitResult {
    const { trees, stoppedEarly, checkedAt, checkedLoss } = trained;
    // Sums of a warm start are of the new trees only.
    const train = first === 0 ? trained.train : undefined;
    const metric = this.task === 'classification' ? 'log_loss' : 'mse';
    const unseen = rowsInEveryTree(trained.outOfBag, trained.forest.outputs);
    return {
      trainLoss: train?.loss,
      trainAccuracy: train?.accuracy,
      totalEpochs: first + trees,
      bestEpoch: first + trees,
      earlyStopped: stoppedEarly,
      ...(checkedAt.length > 0 ? { evaluations: { oob: { [metric]: Array.from(checkedLoss) } } } : {}),
      warnings:
        unseen > 0
          ? [`random_forest: ${unseen} rows are in every tree and have no out-of-bag prediction: grow more trees.`]
          : [],
    };
  }

  protected override async predictRaw(X: Matrix, { threads }: PredictContext): Promise<Matrix | Float64Array> {
    return this.output(await predictForest(this.requireForest(), X, threads));
  }

  private output(means: Float64Array): Matrix | Float64Array {
    const { outputs } = this.requireForest();
    return this.task === 'classification' ? Matrix.wrap(new Float32Array(means), outputs) : means;
  }

  /**
   * Number of the leaf that each row falls into, (n * trees) row by row, leaves of a tree counted from the left.
   *
   * @throws NotFittedError - before `fit`
   * @throws InvalidInputError - other columns than in training, infinite values
   */
  async predictLeaves(X: ModelInput): Promise<Int32Array> {
    const input = await this.predictionInput(X);
    return predictForestLeaves(this.requireForest(), input);
  }

  /**
   * Importance by permutation on the given rows: how much the accuracy (R² for regression) falls when a column's values are dealt to other
   * rows. Best on rows that were not trained on. The same seed gives the same numbers on any number of threads.
   *
   * @throws NotFittedError - before `fit`
   * @throws InvalidInputError - no rows or such as do not fit the model, labels that are not finite or not known, `repeats` below 1
   * @throws TrainingCancelledError - `signal` was aborted
   */
  async permutationImportance(
    data: Pick<TrainingData, 'X' | 'y' | 'weights'>,
    { repeats = 5, seed = DEFAULT_SEED, threads, signal }: PermutationOptions = {},
  ): Promise<PermutationImportance & { names: readonly string[] }> {
    const forest = this.requireForest();
    const { X, y, weights } = data ?? {};
    const input = await this.predictionInput(X);
    if (input.rows === 0)
      throw new InvalidInputError('random_forest: permutationImportance: X is empty', { hint: 'Pass rows to score.' });
    if (!Number.isInteger(repeats) || repeats < 1 || !Number.isSafeInteger(seed) || seed < 0)
      throw new InvalidInputError('random_forest: permutationImportance needs repeats from 1 and a seed from 0 on', {
        hint: 'Pass whole numbers.',
      });
    const what = 'random_forest: permutationImportance';
    const given = finiteLabels(y, input.rows, `${what}: y`);
    const labels = this.task === 'classification' ? encodeLabels(given, this.classes, what) : given;
    const own = weights && sampleWeights(weights, input.rows, `${what}: weights`);
    const copy = Matrix.wrap(await sharedCopy(input.data), input.cols);
    const context = this.predictContext({ threads });
    const used = new Uint8Array(forest.features);
    for (let i = 0; i < forest.feature.length; i++) used[forest.feature[i]] = 1;
    const result = await permutationImportance({
      data: copy.data,
      cols: copy.cols,
      repeats,
      seed,
      score: async () => {
        throwIfAborted(signal, 'Permutation importance');
        const raw = await this.predictRaw(copy, context);
        return (await lossAndAccuracyInTurns(raw, labels, own, this.classes.length)).accuracy;
      },
      used: (column) => used[column] === 1,
    });
    return { ...result, names: this.featureNames };
  }

  protected override importanceOf(kind: ImportanceKind = 'gain'): { kind: string; values: Float64Array } {
    return { kind, values: forestImportance(this.requireForest(), kind) };
  }

  protected override serialize(): ModelPayload {
    const { outsideScore } = this;
    return {
      state: outsideScore === undefined ? {} : { oobScore: outsideScore },
      files: { [FILE]: writeForest(this.requireForest()) },
    };
  }

  protected override deserialize({ state, files }: SavedPayload): void {
    const file = files[FILE];
    if (!file) throw misfit(`${FILE} is missing`);
    const forest = readForest(file);
    if (forest.features !== this.featureNames.length)
      throw misfit(`${FILE} has ${forest.features} columns, the model ${this.featureNames.length}`);
    if (forest.outputs !== Math.max(1, this.classes.length))
      throw misfit(`${FILE} has ${forest.outputs} outputs for ${this.classes.length} classes`);
    this.forest = forest;
    this.labels = this.classes;
    this.outside = undefined;
    const score = (state as { oobScore?: unknown } | null)?.oobScore;
    this.outsideScore = typeof score === 'number' ? score : undefined;
  }

  protected override explanationOf(): ModelExplanation {
    const forest = this.requireForest();
    const { outputs } = forest;
    const explained = explainedForest(forest);
    return {
      kind: 'trees',
      unit: this.task === 'classification' ? 'probability' : 'value',
      ...explained,
      scores: async (X, threads) => {
        const means = await predictForest(forest, X, threads);
        return explained.complement ? Float64Array.from({ length: X.rows }, (_, i) => means[outputs * i + 1]) : means;
      },
    };
  }

  protected override onnxBody(): OnnxBody {
    return forestOnnx(this.requireForest());
  }

  private requireForest(): Forest {
    if (this.forest) return this.forest;
    throw new NotFittedError('random_forest: this needs a fitted model', {
      hint: 'Call await model.fit({ X, y }) first, or load a saved model.',
    });
  }
}

/** Of (rows * outputs,) out-of-bag means. */
function rowsInEveryTree(means: Float64Array, outputs: number): number {
  let rows = 0;
  for (let p = 0; p < means.length; p += outputs) if (Number.isNaN(means[p])) rows++;
  return rows;
}

/** A copy that workers read in place and that may be written to. */
async function sharedCopy(values: Float32Array): Promise<Float32Array> {
  const copy = await shared(values);
  if (copy !== values) return copy;
  const own = new Float32Array(new SharedArrayBuffer(values.byteLength));
  own.set(values);
  return own;
}

function misfit(problem: string): ModelFormatError {
  return new ModelFormatError(`A saved random forest cannot be used: ${problem}`, {
    hint: 'The model directory is damaged or was put together from two models; train again.',
  });
}
