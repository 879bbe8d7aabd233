/** `CalibratedModel`: another model, and a map that makes its probabilities mean what they say. */
import { throwIfAborted } from '../core/abort.js';
import { InvalidInputError, ModelFormatError, NotFittedError } from '../core/errors.js';
import { Matrix } from '../core/matrix.js';
import type { Split, SplitRole } from '../core/split.js';
import { BaseModel, restoreModel } from '../model/base-model.js';
import { parseInnerMetadata } from '../model/bundle.js';
import { assignFolds } from '../model/folds.js';
import { encodeLabels } from '../model/label-encoder.js';
import type { OnnxBody } from '../model/onnx/export.js';
import { noOnnxForm } from '../model/onnx/export.js';
import { ModelRegistry } from '../model/registry.js';
import type {
  FitContext,
  FitData,
  FitResult,
  ImportanceKind,
  ModelContract,
  ModelPayload,
  SavedPayload,
} from '../model/types.js';
import { descend } from '../splits/lineage.js';
import { type CalibratedConfig, type CalibratedSettings, calibratedConfig } from './config.js';
import { CALIBRATED_INFO } from './info.js';
import { calibratedOnnx } from './onnx.js';
import {
  applyProbabilityMap,
  type CalibrationMethod,
  fitProbabilityMap,
  type ProbabilityMap,
  readProbabilityMap,
  writeProbabilityMap,
} from './probability-map.js';
import { TemperatureCalibrator } from './temperature.js';
import { type CalibrationSplit, claimUntouched } from './untouched.js';

export type { CalibratedConfig } from './config.js';

/** Names of the base model's files begin with it. */
const PREFIX = 'base.';

/** How `CalibratedModel.calibrate` maps the probabilities of a fitted model, and what it must not have seen. */
export interface CalibrateOptions {
  /** Default `'platt'`. */
  readonly method?: CalibrationMethod;
  /** Splits that the model was trained, stopped early, tuned or chosen on: none of their rows may be calibrated on. */
  readonly used?: readonly Split<SplitRole, Matrix>[];
}

/**
 * Calibrated probabilities of any classifier of rows of features. Either a fitted model is calibrated on rows of its own
 * (`CalibratedModel.calibrate`), or `fit` trains one: probabilities of each fold come from a model of the other folds, the map is fitted on
 * all of them, and the model that predicts is trained on all rows.
 *
 * @example
 * const calibrated = await CalibratedModel.calibrate(model, calibration, { method: 'isotonic', used: [container.train] });
 * const { probabilities } = await calibrated.predict(X);
 */
export class CalibratedModel extends BaseModel<CalibratedSettings> {
  static override readonly info = CALIBRATED_INFO;
  static override readonly configSchema = calibratedConfig;
  static override readonly contract: ModelContract = {
    skips: {
      'classification: whole weights equal repetition':
        'folds are cut by rows, and a repeated row can lie in two of them',
    },
  };
  private base: BaseModel | undefined;
  private map: ProbabilityMap | undefined;

  /** @throws ConfigError - an unknown key or one out of range */
  constructor(config: CalibratedConfig = {}) {
    super(config);
  }

  /**
   * A fitted model with a map fitted on `rows`, which nothing else may have used: not its training, not its early stopping, not the choice
   * between models. `splitForCalibration` cuts such rows off a validation split. The model itself stays as it is.
   *
   * @throws DataLeakageError - rows of another role than validation, or rows that the model or `used` shows to be used
   * @throws InvalidInputError - a regression, other columns than in training, a class without rows, a label the model does not know
   * @throws NotFittedError - the model is not fitted
   */
  static async calibrate(
    model: BaseModel,
    rows: CalibrationSplit,
    options: CalibrateOptions = {},
  ): Promise<CalibratedModel> {
    const { method = 'platt', used = [] } = options;
    checkBase(model);
    const config = { ...(model.config as Record<string, unknown>) };
    const calibrated = new CalibratedModel({ method, model: model.info.name, params: config });
    descend(calibrated, [model]);
    const claim = await claimUntouched(calibrated, `calibrated ${model.info.name}`, rows, used);
    const { probabilities } = await model.predict(rows.X);
    const y = encodeLabels(rows.y, model.classes, 'Calibration');
    calibrated.base = model;
    calibrated.map = fitProbabilityMap(method, probabilities ?? Matrix.zeros(0, 0), y, rows.weights);
    calibrated.adopt({ task: 'classification', classes: model.classes, featureNames: model.featureNames });
    claim.record();
    return calibrated;
  }

  /** The model whose probabilities are calibrated. @throws NotFittedError - before `fit` */
  get baseModel(): BaseModel {
    return this.requireParts().base;
  }

  /** The fitted map. @throws NotFittedError - before `fit` */
  get calibration(): ProbabilityMap {
    return this.requireParts().map;
  }

  protected override async fitModel(data: FitData, context: FitContext): Promise<FitResult> {
    const { method, model: name, params, foldKind } = this.config;
    const { X, y, weights, classes, featureNames, validation } = data;
    const Model = await ModelRegistry.get(name);
    const labels = Float64Array.from(y, (k) => classes[k]);
    const { signal, threads, seed } = context;
    const warnings: string[] = [];
    const folds = this.usableFolds(data, warnings);
    const fold = folds > 1 ? assignFolds(data, { folds, foldKind, seed }, 'Calibration') : new Uint32Array(0);
    const held = Matrix.zeros(X.rows, classes.length);
    for (let f = 0; f < folds && folds > 1; f++) {
      const outside = Uint32Array.from(fold.keys()).filter((i) => fold[i] !== f);
      const inside = Uint32Array.from(fold.keys()).filter((i) => fold[i] === f);
      const part = new Model(params);
      checkKind(part);
      const train = {
        X: X.take(outside),
        y: Float64Array.from(outside, (i) => labels[i]),
        ...(weights ? { weights: Float32Array.from(outside, (i) => weights[i]) } : {}),
        featureNames,
      };
      await part.fit(train, { seed, threads, signal });
      const { probabilities } = await part.predict(X.take(inside), { threads });
      for (const [i, row] of inside.entries())
        if (probabilities) held.data.set(probabilities.row(i), row * classes.length);
      context.onProgress({ phase: 'cross-fitting', step: f + 1, total: folds + 1 });
    }
    throwIfAborted(signal);
    const map: ProbabilityMap =
      folds > 1
        ? fitProbabilityMap(method, held, y, weights)
        : { method: 'temperature', map: TemperatureCalibrator.of(1) };
    const base = new Model(params);
    const own = validation && { ...validation, y: Float64Array.from(validation.y, (k) => classes[k]) };
    const metrics = await base.fit({ X, y: labels, weights, featureNames, validation: own }, { seed, threads, signal });
    context.onProgress({ phase: 'cross-fitting', step: folds + 1, total: folds + 1 });
    this.base = base;
    this.map = map;
    return { warnings: [...warnings, ...metrics.warnings] };
  }

  /** No more than the rarest class has rows, so that each fold can have one; 1 where that leaves nothing to calibrate on. */
  private usableFolds({ y, classes }: FitData, warnings: string[]): number {
    const { folds, foldKind } = this.config;
    if (foldKind === 'blocks') return folds;
    const counts = new Uint32Array(classes.length);
    for (const k of y) counts[k]++;
    const rarest = Math.min(...counts);
    if (rarest >= folds) return folds;
    warnings.push(
      rarest > 1
        ? `Calibration: the rarest class has ${rarest} rows: ${rarest} folds were used.`
        : 'Calibration: a class has one row: the probabilities were left as they are.',
    );
    return rarest;
  }

  protected override async predictRaw(X: Matrix, { threads }: { threads: number }): Promise<Matrix> {
    const { base, map } = this.requireParts();
    const { probabilities } = await base.predict(X, { threads });
    return applyProbabilityMap(map, probabilities ?? Matrix.zeros(0, this.classes.length));
  }

  /** The base model's. */
  protected override importanceOf(
    kind: ImportanceKind | undefined,
  ): { kind: string; values: ArrayLike<number> } | undefined {
    return this.requireParts().base.featureImportance(kind);
  }

  protected override async serialize(): Promise<ModelPayload> {
    const { base, map } = this.requireParts();
    const { metadata, files } = await base.toBundle();
    return {
      state: { calibration: writeProbabilityMap(map), base: metadata },
      files: Object.fromEntries(Object.entries(files).map(([name, content]) => [PREFIX + name, content])),
    };
  }

  protected override async deserialize({ state, files }: SavedPayload): Promise<void> {
    const { calibration, base: inner } = (state ?? {}) as { calibration?: unknown; base?: unknown };
    if (!inner || typeof inner !== 'object') throw misfit('the base model is missing');
    const base = parseInnerMetadata(inner, 'The base model of a calibrated one');
    if (base.task !== 'classification') throw misfit('its base model is a regression');
    const own = Object.entries(files).filter(([name]) => name.startsWith(PREFIX));
    this.base = await restoreModel(
      await ModelRegistry.get(base.name),
      base,
      Object.fromEntries(own.map(([name, content]) => [name.slice(PREFIX.length), content])),
    );
    if (this.base.classes.join() !== this.classes.join()) throw misfit('its base model has other classes');
    this.map = readProbabilityMap(calibration, this.classes.length);
  }

  protected override async onnxBody(): Promise<OnnxBody> {
    const { base, map } = this.requireParts();
    const body = await base.toOnnxBody();
    if (!body)
      throw noOnnxForm(
        this.label,
        `its base model '${base.info.name}' has no ONNX form`,
        'save(directory) keeps any model.',
      );
    return (graph, X) => calibratedOnnx(graph, body(graph, X), map, this.classes.length);
  }

  private requireParts(): { base: BaseModel; map: ProbabilityMap } {
    if (this.base && this.map) return { base: this.base, map: this.map };
    throw new NotFittedError('calibrated: this needs a fitted model', {
      hint: 'Call await model.fit({ X, y }), or CalibratedModel.calibrate(model, rows).',
    });
  }
}

function checkBase(model: BaseModel): void {
  checkKind(model);
  if (!model.isFitted) {
    throw new NotFittedError(`Calibration: the model '${model.info.name}' is not fitted`, {
      hint: 'Fit it first, or use new CalibratedModel({ model }).fit, which fits it too.',
    });
  }
}

function checkKind(model: BaseModel): void {
  if (!(model instanceof BaseModel)) {
    throw new InvalidInputError('Calibration: this is not a model', {
      hint: 'Pass a model object, such as new LightGBMModel().',
    });
  }
  const { name, inputMode } = model.info;
  if (model.task !== 'classification') {
    throw new InvalidInputError(`Calibration: the model '${name}' is a regression`, {
      hint: 'Probabilities are calibrated; a regression has none.',
    });
  }
  if (inputMode !== 'features') {
    throw new InvalidInputError(`Calibration: the model '${name}' takes ${inputMode} input`, {
      hint: 'Models of rows of features can be wrapped; for others fit a calibrator to their probabilities.',
    });
  }
}

function misfit(problem: string): ModelFormatError {
  return new ModelFormatError(`A saved calibrated model cannot be used: ${problem}`, {
    hint: 'The model directory is damaged or was put together from two models; calibrate again.',
  });
}
