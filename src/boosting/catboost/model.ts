/**
 * `CatBoostModel`: gradient boosting with ordered target statistics for categories (Prokhorenkova et al.,
 * "CatBoost: unbiased boosting with categorical features", NeurIPS 2018), trained off the main thread; its files open in CatBoost
 * and CatBoost's here.
 */

import { join } from 'node:path';
import { readCheckpoint, removeCheckpoint } from '../../core/checkpoint-file.js';
import { writeFileAtomic } from '../../core/files.js';
import type { Matrix } from '../../core/matrix.js';
import type { ModelExplanation } from '../../model/explanation.js';
import type { OnnxBody } from '../../model/onnx/export.js';
import { lossAndAccuracyInTurns } from '../../model/output.js';
import type {
  FitData,
  FitResult,
  FitRows,
  ImportanceKind,
  ModelContract,
  ModelPayload,
  PredictContext,
} from '../../model/types.js';
import { BoostingModel } from '../boosting-model.js';
import type { BoostingFitContext, IterationRange } from '../options.js';
import { type CatBoostConfig, type CatBoostSettings, catboostConfig } from './config.js';
import { checkOneTableEach, joinEnsembles } from './continued.js';
import { type CatBoostTrained, trainCatBoost } from './engine/train.js';
import type { CatBoostFile } from './ensemble.js';
import { explainedCatBoost } from './explanation.js';
import { configOfFile, fileParameters } from './file-parameters.js';
import { damaged } from './format.js';
import { catboostImportance } from './importance.js';
import { CATBOOST_INFO } from './info.js';
import { parseJsonModel } from './json-reader.js';
import { formatJsonModel } from './json-writer.js';
import { fromScores, lossName, type OutputRule, taskOfLoss } from './loss.js';
import { formatModelFile, readModelFile } from './model-file.js';
import { catboostOnnx } from './onnx.js';
import { CatBoostPredictor } from './predictor.js';
import { chooseLoss, classWeights, engineParams, namesByColumn } from './training-settings.js';

export type { CatBoostConfig, CatBoostParameters, CatBoostSettings } from './config.js';

const PAYLOAD = 'model.cb.json';

/**
 * Symmetric gradient-boosted trees with CatBoost's parameters, defaults and model files.
 *
 * @example
 * const model = new CatBoostModel({ depth: 6, categoricalFeatures: ['airline', 'origin'], earlyStoppingRounds: 50 });
 * await model.fit({ X, y, featureNames, validation: { X: XVal, y: yVal } });
 * const { predictions, probabilities } = await model.predict(XTest);
 */
export class CatBoostModel extends BoostingModel<CatBoostSettings> {
  static override readonly info = CATBOOST_INFO;
  static override readonly configSchema = catboostConfig;
  static override readonly contract: ModelContract = {
    config: { iterations: 30 },
    skips: {
      'whole weights equal repetition':
        'borders and the permutation of ordered statistics count rows, as the original does, not weights',
    },
  };

  private learned: CatBoostFile | undefined;
  private predictor: CatBoostPredictor | undefined;
  private rule: OutputRule | undefined;

  /** @throws ConfigError - an unknown parameter, one out of range, or one given under two names */
  constructor(config: CatBoostConfig = {}) {
    super(config);
  }

  protected override async train(
    data: FitData,
    context: BoostingFitContext,
    initModel?: CatBoostModel,
  ): Promise<FitResult> {
    const { config } = this;
    const { options, checkpointDirectory } = context;
    const loss = chooseLoss(config, data.classes);
    const { params, warnings } = engineParams(config, loss, data, options);
    const byClass = classWeights(config, data);
    const categoryNames = namesByColumn(config.categoryNames, data.featureNames);
    const { validation, evalSets } = data;
    const weighted = <R extends FitRows>(rows: R): R =>
      byClass ? { ...rows, weights: withClass(rows, byClass) } : rows;
    const named: Record<string, FitRows> = { ...(validation ? { validation } : {}), ...evalSets };
    // The detector watches the first set.
    const { [config.earlyStoppingSet]: watched, ...others } = named;
    const sets = { ...(watched ? { [config.earlyStoppingSet]: watched } : {}), ...others };
    const path = checkpointDirectory && join(checkpointDirectory, `${CATBOOST_INFO.name}.checkpoint`);
    const trained = await trainCatBoost(
      {
        ...weighted({ X: data.X, y: data.y, weights: data.weights, initScore: data.initScore }),
        evalSets: Object.fromEntries(Object.entries(sets).map(([name, rows]) => [name, weighted(rows)])),
        categoryNames,
      },
      params,
      {
        ...context,
        firstIteration: initModel?.iterations,
        objective: options.objective,
        metrics: options.metrics,
        checkpoint: path
          ? { path, interval: config.checkpointInterval, resume: await readCheckpoint(path) }
          : undefined,
      },
    );
    if (path) await removeCheckpoint(path);
    const { ensemble } = trained;
    this.learn({
      ensemble: initModel ? joinEnsembles(initModel.state().ensemble, ensemble) : ensemble,
      loss,
      featureNames: [...data.featureNames],
      ...(data.classes.length > 0 ? { classLabels: [...data.classes] } : {}),
      params: fileParameters(config, {
        loss,
        learningRate: trained.learningRate,
        categorical: params.categorical.columns,
      }),
      ...(categoryNames.size > 0 ? { categoryNames } : {}),
    });
    return {
      ...(await this.trainingScores(data, trained)),
      ...resultOf(trained, loss),
      warnings: [...warnings, ...trained.warnings],
    };
  }

  /** Loss and accuracy on the training rows from the scores that training ended with; without them they are predicted. */
  private async trainingScores(
    { y, weights, classes }: FitData,
    { trainScores }: CatBoostTrained,
  ): Promise<Pick<FitResult, 'trainLoss' | 'trainAccuracy'>> {
    if (!trainScores) return {};
    const { loss, accuracy } = await lossAndAccuracyInTurns(
      await this.outputOf(trainScores),
      y,
      weights,
      classes.length,
    );
    return { trainLoss: loss, trainAccuracy: accuracy };
  }

  protected override get iterations(): number {
    return this.state().ensemble.trees.length;
  }

  protected override async scoresOf(X: Matrix, range: IterationRange, context: PredictContext): Promise<Float64Array> {
    return this.prediction().scores(X, range, context);
  }

  protected override async leavesOf(X: Matrix, range: IterationRange): Promise<Int32Array> {
    return this.prediction().leaves(X, range);
  }

  protected override outputOf(scores: Float64Array): Promise<Matrix | Float64Array> {
    return fromScores(this.outputRule, scores);
  }

  protected override async outputOfRows(
    X: Matrix,
    range: IterationRange,
    context: PredictContext,
  ): Promise<Matrix | Float64Array> {
    return this.prediction().output(X, range, this.outputRule, context);
  }

  private get outputRule(): OutputRule {
    if (!this.rule) {
      const { loss, ensemble, classLabels = [] } = this.state();
      this.rule = { loss, outputs: ensemble.outputs, order: ascending(classLabels) };
    }
    return this.rule;
  }

  protected override importanceOf(kind: ImportanceKind = 'gain'): { kind: string; values: Float64Array } {
    return { kind, values: catboostImportance(this.state().ensemble, kind) };
  }

  /** Labels as CatBoost's file has them, texts included, in the order of `classes`; none for a regression. */
  get classLabels(): readonly (number | string)[] {
    const { classLabels = [] } = this.state();
    return ascending(classLabels).map((output) => classLabels[output]);
  }

  protected override explanationOf(): ModelExplanation {
    const { ensemble } = this.state();
    const { outputs } = ensemble;
    const { layout } = this.prediction();
    const known = this.outputRule.order;
    const order = known.length === outputs ? known : Array.from({ length: outputs }, (_, k) => k);
    return {
      kind: 'trees',
      unit: 'raw',
      ...explainedCatBoost(ensemble, layout, order),
      slotsOf: (X) => this.prediction().slots(X),
      scores: async (X, threads) => {
        const scores = await this.scoresOf(X, [0, this.iterations], { threads });
        return scores.map((_, i) => scores[i - (i % outputs) + order[i % outputs]]);
      },
    };
  }

  protected override async onnxBody(): Promise<OnnxBody> {
    const file = this.state();
    return catboostOnnx(file, ascending(file.classLabels ?? []));
  }

  protected override serialize(): ModelPayload {
    return { state: {}, files: { [PAYLOAD]: formatJsonModel(this.state()) } };
  }

  protected override deserialize({ files }: { files: Readonly<Record<string, Uint8Array>> }): void {
    const payload = files[PAYLOAD];
    if (!payload) throw damaged(PAYLOAD, 'is not in the model directory');
    const file = parseJsonModel(new TextDecoder().decode(payload));
    const classes = classesOf(file).length;
    if (file.ensemble.features !== this.featureNames.length || classes !== this.classes.length) {
      throw damaged(PAYLOAD, 'has other features or classes than the model it belongs to');
    }
    this.learn(file);
  }

  /**
   * Writes CatBoost's own model file: JSON, which Python opens by `CatBoost().load_model(file, format='json')`, or, where the name
   * ends in `.cbm`, its binary format, which Python opens by `load_model(file)`.
   *
   * @throws InvalidInputError - a model that was continued on other rows counts the same categories twice
   */
  async exportNative(file: string): Promise<void> {
    checkOneTableEach(this.state().ensemble);
    await writeFileAtomic(file, formatModelFile({ ...this.state(), featureNames: [...this.featureNames] }, file));
  }

  /**
   * Opens a JSON or cbm model that CatBoost 1.x or `exportNative` wrote. Labels that are text become 0..k-1; `classLabels` has
   * them. A model that was trained on categories as text needs `categoryNames` (by column number or feature name): code i of the
   * column is the category `names[i]`.
   *
   * @throws ModelFormatError - an unreadable or damaged file, or a model with text or embedding features
   * @throws ConfigError - categoryNames for a column that the model does not have
   */
  static async importNative(
    file: string,
    options: { categoryNames?: Record<string, string[]> } = {},
  ): Promise<CatBoostModel> {
    const read = await readModelFile(file);
    const own = namesByColumn(options.categoryNames, read.featureNames);
    const categoryNames = own.size > 0 ? new Map([...(read.categoryNames ?? []), ...own]) : read.categoryNames;
    const content: CatBoostFile = { ...read, ...(categoryNames ? { categoryNames } : {}) };
    const model = new CatBoostModel(configOfFile(content));
    model.learn(content);
    model.adopt({
      task: taskOfLoss(content.loss),
      classes: classesOf(content),
      featureNames: content.featureNames,
      epochs: content.ensemble.trees.length,
    });
    return model;
  }

  private learn(file: CatBoostFile): void {
    this.learned = file;
    this.predictor = undefined;
    this.rule = undefined;
  }

  private prediction(): CatBoostPredictor {
    this.predictor ??= new CatBoostPredictor(this.state());
    return this.predictor;
  }

  private state(): CatBoostFile {
    // Asking for the classes throws NotFittedError before `fit`.
    if (!this.learned) throw damaged('state', `${this.classes.length} classes but no trees`);
    return this.learned;
  }
}

/** Outputs in ascending order of their labels; labels that are text stay in the file's order. */
function ascending(labels: readonly (number | string)[]): number[] {
  const order = labels.map((_, output) => output);
  const numbers = labels.every((label) => typeof label === 'number');
  return numbers ? order.sort((a, b) => (labels[a] as number) - (labels[b] as number)) : order;
}

/** Ascending numbers, one a class. */
function classesOf({ classLabels = [] }: CatBoostFile): number[] {
  return ascending(classLabels).map((output, j) => {
    const label = classLabels[output];
    return typeof label === 'number' ? label : j;
  });
}

function withClass({ y, weights }: FitRows, byClass: Float64Array): Float32Array {
  return Float32Array.from(y, (label, i) => (weights ? weights[i] : 1) * byClass[label]);
}

/** `history` is in the terms of every model: log-loss, or mean squared error, where the loss is one of these. */
function resultOf(trained: CatBoostTrained, loss: string): FitResult {
  const { trainLoss, evaluations, bestIteration, stoppedEarly } = trained;
  const own = evaluations.validation?.[lossName(loss)];
  const shown = (value: number) => (loss === 'RMSE' ? value * value : value);
  return {
    history: trainLoss.map((value, i) => ({
      epoch: i + 1,
      trainLoss: shown(value),
      valLoss: own === undefined ? Number.NaN : shown(own[i]),
    })),
    evaluations,
    totalEpochs: trainLoss.length,
    bestEpoch: bestIteration,
    earlyStopped: stoppedEarly,
  };
}
