/**
 * The one contract of every model. A concrete model implements four hooks; input checks, label encoding, missing values,
 * internal validation, sanity checks of outputs, metrics, saving and loading are done here, once.
 */

import type { ZodType } from 'zod';
import { throwIfAborted } from '../core/abort.js';
import {
  HoldfastError,
  InvalidInputError,
  ModelFormatError,
  NotFittedError,
  TrainingFailedError,
} from '../core/errors.js';
import { Matrix } from '../core/matrix.js';
import { type LazySchema, parseWith } from '../core/schema.js';
import { resolveSeed } from '../core/seed.js';
import { resolveThreads } from '../core/threads.js';
import { type ModelMetadata, readBundle, writeBundle } from './bundle.js';
import type { ModelExplanation } from './explanation.js';
import { type AdoptedModel, type Fitted, fittedAdopted, fittedFrom, keptNames, metadataOf } from './fitted.js';
import { describeModel, withFamilyEntry } from './info.js';
import { checkValues, refuseOtherShape, rowCount, toModelInput } from './input.js';
import { measureTraining } from './measure.js';
import { applyMissingTo, refuseMissing } from './missing.js';
import type { OnnxBody } from './onnx/export.js';
import { predictionOutput } from './output.js';
import { prepareTraining } from './prepare.js';
import { claimTrainingRows } from './training-rows.js';
import type {
  FeatureImportance,
  FitContext,
  FitData,
  FitOptions,
  FitResult,
  ImportanceKind,
  InputMode,
  ModelContract,
  ModelInfo,
  ModelInput,
  ModelInputMatrix,
  ModelPayload,
  PredictContext,
  PredictionOutput,
  SavedPayload,
  Task,
  TrainingData,
  TrainingMetrics,
} from './types.js';

/** What `ModelRegistry` and `loadModel` need of a concrete class. */
export interface ModelClass<M extends BaseModel = BaseModel> {
  // biome-ignore lint/suspicious/noExplicitAny: a class with any config type is a model class
  new (config?: any): M;
  readonly info?: Partial<ModelInfo>;
  readonly configSchema?: LazySchema<ZodType> | ZodType;
  /** How `checkModel` checks it. */
  readonly contract?: ModelContract;
}

/** Base of all models. `X` of the hooks is what the model's `inputMode` says (`Matrix` unless it is a sequence model). */
export abstract class BaseModel<Config = unknown, X extends ModelInputMatrix = Matrix> {
  /** Parsed by the class's `configSchema`, defaults filled in, frozen. */
  readonly config: Readonly<Config>;
  /** Set while `fit` or loading hands over to the hooks, and afterwards. */
  private fitted: Fitted | undefined;
  private fitting = false;
  private described: ModelInfo | undefined;

  /** Default values of what a model is; concrete classes override what differs. */
  static readonly info: Partial<ModelInfo> = {};
  /** Zod schema (or a lazily built one) of the config. Without one, any plain object is taken as it is. */
  static readonly configSchema: LazySchema<ZodType> | ZodType | undefined = undefined;
  /** How `checkModel` of `holdfast/testing` checks it: a quick config, and promises that cannot hold, with their reasons. */
  static readonly contract: ModelContract | undefined = undefined;

  constructor(config: unknown = {}) {
    const model = new.target as unknown as ModelClass;
    this.config = Object.freeze(parseConfig(model, config)) as Readonly<Config>;
  }

  // ---- hooks ---------------------------------------------------------------------------------------------------------

  /** Learns from checked data. Keeps what it learned in fields of the subclass; must honour `context.signal`. */
  // biome-ignore lint/suspicious/noConfusingVoidType: a hook that reports nothing is a plain async method
  protected abstract fitModel(data: FitData<X>, context: FitContext): Promise<FitResult | void>;
  /** Classification: probabilities (n, classes), rows summing to 1. Regression: (n,) values. Must not depend on other rows. */
  protected abstract predictRaw(
    X: X,
    context: PredictContext,
  ): Promise<Matrix | Float32Array | Float64Array> | Matrix | Float32Array | Float64Array;
  /** Everything `predictRaw` needs: `state` as plain JSON data, large parts as files. */
  protected abstract serialize(): ModelPayload | Promise<ModelPayload>;
  /** Restores what `serialize` gave; throws `ModelFormatError` when it does not fit. */
  protected abstract deserialize(payload: SavedPayload): void | Promise<void>;
  /** Importance of the model's own features, in the order they were given to `fitModel`; undefined when it has none. */
  protected importanceOf(_kind: ImportanceKind | undefined): { kind: string; values: ArrayLike<number> } | undefined {
    return undefined;
  }
  /** The model's part of its ONNX graph; undefined when it has none. See `exportOnnx`. */
  protected onnxBody(): OnnxBody | undefined | Promise<OnnxBody | undefined> {
    return undefined;
  }
  /** What explains the model's raw outputs: its trees or its weights; undefined when it has neither. */
  protected explanationOf(): ModelExplanation | undefined {
    return undefined;
  }
  /** True when this config needs validation rows (early stopping): a tenth of the rows is set aside if none are given. */
  protected get wantsValidation(): boolean {
    return false;
  }

  /** Whether scores on the set of that name decide when training ends. */
  protected stopsOn(set: string): boolean {
    return this.wantsValidation && set === 'validation';
  }

  /** The model whose training `fit` goes on from. */
  protected earlierModel(_options: FitOptions): object | undefined {
    return (this.config as { warmStart?: boolean }).warmStart ? this : undefined;
  }

  /** True for models that take `evalSets` and `initScore`. */
  protected get takesEvalSets(): boolean {
    return false;
  }

  /** True for models that cut the rows into folds in time: they are given `times`, `labelEnds` and `groups`. */
  protected get takesRowFacts(): boolean {
    return false;
  }

  // ---- what the model is -------------------------------------------------------------------------------------------------

  get info(): ModelInfo {
    return withFamilyEntry(this.description);
  }

  /** `info` without what families.yaml adds: needs no file. */
  private get description(): ModelInfo {
    if (!this.described) {
      const info = describeModel(this.constructor as unknown as ModelClass);
      this.described = { ...info, inputMode: this.ownInputMode ?? info.inputMode };
    }
    return this.described;
  }

  /** What X is, where that depends on the config (a model of models); undefined: what the class says. */
  protected get ownInputMode(): InputMode | undefined {
    return undefined;
  }

  /** From the config, else classification. */
  get task(): Task {
    return (this.config as { task?: Task }).task ?? 'classification';
  }

  /** Whether X may be windows (n, length, channels); models that take them take rows in time order too if they have a `sequenceLength`. */
  get supportsSequenceInput(): boolean {
    return this.description.inputMode !== 'features';
  }

  /** Rows a window, where the config says. */
  private get sequenceLength(): number | undefined {
    return (this.config as { sequenceLength?: number }).sequenceLength;
  }

  get isFitted(): boolean {
    return this.fitted !== undefined && !this.fitting;
  }

  /** Labels in ascending order; empty for regression. Throws `NotFittedError` before `fit`; so do the two below. */
  get classes(): readonly number[] {
    return this.requireFitted('classes').classes;
  }

  get featureNames(): readonly string[] {
    return this.requireFitted('featureNames').featureNames;
  }

  get trainingMetrics(): TrainingMetrics {
    return this.requireFitted('trainingMetrics').metrics;
  }

  // ---- fit ---------------------------------------------------------------------------------------------------------------

  /**
   * Trains off the main thread. Refitting forgets; a failed or cancelled fit leaves the model unfitted.
   *
   * @throws InvalidInputError - data that cannot be learned from: shape, non-finite, one class, all-zero weights
   * @throws DataLeakageError - rows of a split that may not be trained on, or that may not stop a training, such as test rows
   * @throws TrainingCancelledError - `options.signal` was aborted
   * @throws TrainingFailedError - anything else that went wrong, with its cause
   */
  async fit(data: TrainingData, options: FitOptions = {}): Promise<TrainingMetrics> {
    if (this.fitting) {
      throw new InvalidInputError(`${this.label}: fit was called while another fit of the same object is running`, {
        hint: 'Await the first fit, or use one model object for each.',
      });
    }
    throwIfAborted(options.signal);
    const seed = resolveSeed(options.seed ?? (this.config as { seed?: number }).seed);
    const threads = resolveThreads(options.threads ?? configuredThreads(this.config));
    const stops = (set: string) => this.stopsOn(set);
    const rows = claimTrainingRows(this, this.label, data, stops, this.earlierModel(options));
    this.fitting = true;
    this.fitted = undefined;
    const started = performance.now();
    try {
      const prepared = await prepareTraining<X>(data, {
        info: this.description,
        task: this.task,
        setValidationAside: this.wantsValidation,
        evalSets: this.takesEvalSets,
        rowFacts: this.takesRowFacts,
        sequenceLength: this.sequenceLength,
        seed,
        threads,
        signal: options.signal,
      });
      throwIfAborted(options.signal);
      const result =
        (await this.fitModel(prepared.data, {
          seed,
          threads,
          signal: options.signal,
          onProgress: options.onProgress ?? (() => {}),
          checkpointDirectory: options.checkpointDirectory,
          options,
        })) ?? {};
      throwIfAborted(options.signal);
      const metrics = await measureTraining(prepared.data, result, {
        predict: async (X) => this.predictRaw(X, { threads }),
        label: this.label,
        started,
      });
      rows.record(result.usedValidation === true);
      this.fitted = { ...prepared.fitted, seed, metrics };
      return metrics;
    } catch (error) {
      if (error instanceof HoldfastError) throw error;
      throw new TrainingFailedError(
        `${this.label}: training failed: ${error instanceof Error ? error.message : String(error)}`,
        {
          hint: 'The cause holds the original error; the model was left unfitted.',
          cause: error,
        },
      );
    } finally {
      this.fitting = false;
    }
  }

  // ---- predict -----------------------------------------------------------------------------------------------------------

  /**
   * Labels and probabilities (classification) or values (regression), one for each row of X.
   *
   * @throws NotFittedError - before `fit`
   * @throws InvalidInputError - other columns than in training, infinite values; missing ones where nothing is known to fill them with
   */
  async predict(X: ModelInput, options: { threads?: number } = {}): Promise<PredictionOutput> {
    const fitted = this.requireFitted('predict');
    const input = await this.predictionInput(X);
    const context = this.predictContext(options);
    const raw = rowCount(input) === 0 ? emptyOutput(fitted) : await this.predictRaw(input, context);
    return predictionOutput(raw, rowCount(input), fitted.classes, this.label);
  }

  /** Options of a call with the number of threads settled. */
  protected predictContext<O extends { threads?: number }>(options: O): O & PredictContext {
    const chosen = options.threads ?? configuredThreads(this.config);
    if (chosen !== undefined) return { ...options, threads: resolveThreads(chosen) };
    return {
      ...options,
      // Only many rows need to know, and looking into the environment costs a tenth of what one row does.
      get threads() {
        return resolveThreads();
      },
    };
  }

  /** Checks X against what the model was trained on and fills what was filled in training. */
  protected async predictionInput(X: ModelInput): Promise<X> {
    const fitted = this.requireFitted('predict');
    const what = `${this.label}: predict`;
    const { inputMode } = this.description;
    const input =
      X instanceof Matrix && inputMode === 'features'
        ? X
        : await toModelInput(X, inputMode, what, fitted.sequenceLength ?? this.sequenceLength);
    refuseOtherShape(input, fitted, what);
    const checking = checkValues(input, what);
    if (checking) await checking;
    if (fitted.missing) return (await applyMissingTo(input, fitted.missing)) as X;
    if (!this.description.capabilities.missingValues) await refuseMissing(input, what);
    return input as X;
  }

  /** Importance of each training feature; undefined for models that have none. Dropped columns count 0. */
  featureImportance(kind?: ImportanceKind): FeatureImportance | undefined {
    const fitted = this.requireFitted('featureImportance');
    if (kind !== undefined && kind !== 'gain' && kind !== 'split' && kind !== 'cover') {
      throw new InvalidInputError(`${this.label}: importance '${String(kind)}' is unknown`, {
        hint: "Use 'gain', 'split' or 'cover'.",
      });
    }
    const own = this.importanceOf(kind);
    if (!own) return undefined;
    const values = new Float64Array(fitted.featureNames.length);
    for (let j = 0; j < own.values.length; j++) values[fitted.missing ? fitted.missing.kept[j] : j] = own.values[j];
    return { kind: own.kind, names: fitted.featureNames, values };
  }

  /** @internal For `holdfast/explain`: what explains the model, and the columns of X that it kept, where it left some out. */
  toExplanation(): { explanation: ModelExplanation | undefined; kept: readonly number[] | undefined } {
    const { missing } = this.requireFitted('explaining');
    return { explanation: this.explanationOf(), kept: missing?.kept };
  }

  /** @internal X as `predictRaw` is given it: checked, what is missing filled in. */
  async toOwnInput(X: ModelInput): Promise<X> {
    return this.predictionInput(X);
  }

  // ---- disk --------------------------------------------------------------------------------------------------------------

  /** Writes the model into `directory`, atomically: a reader (or a crash) sees the old model or the new one, never half. */
  async save(directory: string): Promise<void> {
    const { metadata, files } = await this.toBundle();
    await writeBundle(directory, metadata, files);
  }

  /** @internal What `save` writes: for models that hold models. */
  async toBundle(): Promise<{ metadata: ModelMetadata; files: ModelPayload['files'] }> {
    const fitted = this.requireFitted('save');
    const payload = await this.serialize();
    const { name, family } = this.description;
    return { metadata: metadataOf({ name, family, config: this.config }, fitted, payload.state), files: payload.files };
  }

  /**
   * Opens a model that `save` wrote.
   *
   * @throws ModelFormatError - no, damaged, altered or newer files, or another model's directory
   */
  static async load<M>(this: new (config?: never) => M, directory: string): Promise<M> {
    const { metadata, files } = await readBundle(directory);
    const expected = describeModel(this as unknown as ModelClass).name;
    if (metadata.name !== expected) {
      throw new ModelFormatError(`${directory} holds a '${metadata.name}' model, not '${expected}'`, {
        hint: 'Use loadModel(directory), which finds the class.',
      });
    }
    return restoreModel(this as unknown as ModelClass<M & BaseModel>, metadata, files);
  }

  /**
   * Writes the model as an ONNX file of standard operators. Input `X`, float (rows, features), or (rows, length, channels) for a model of
   * sequences, in the order of `featureNames`, NaN where a value is missing; medians and dropped columns are part of the graph. Output: `label` (rows,), int64 where all labels are
   * integers, else float, and `probabilities`, float (rows, classes); or `variable`, float (rows, 1), for regression.
   *
   * @throws NotFittedError - before `fit`
   * @throws InvalidInputError - a model that ONNX cannot express; the hint says what can be done
   */
  async exportOnnx(file: string): Promise<void> {
    const { classes, featureNames, missing, sequenceLength } = this.requireFitted('exportOnnx');
    const { exportOnnxFile, noOnnxForm } = await import('./onnx/export.js');
    const body = await this.onnxBody();
    if (!body) {
      throw noOnnxForm(
        this.label,
        'this model has no ONNX form',
        'Models that can be exported override onnxBody; save(directory) keeps any model.',
      );
    }
    await exportOnnxFile(file, { name: this.label, classes, featureNames, sequenceLength, missing, body });
  }

  /** @internal `onnxBody` with what stands in for missing values before it: for models that hold models. */
  async toOnnxBody(): Promise<OnnxBody | undefined> {
    const { missing, featureNames, sequenceLength } = this.requireFitted('exportOnnx');
    const body = await this.onnxBody();
    if (!body || !missing) return body;
    const { withoutMissing } = await import('./onnx/export.js');
    return (graph, X) => body(graph, withoutMissing(graph, X, missing, featureNames.length, sequenceLength));
  }

  /** @internal Puts loaded state in place. */
  async restore(metadata: ModelMetadata, files: Readonly<Record<string, Uint8Array>>): Promise<void> {
    this.fitted = fittedFrom(metadata);
    try {
      await this.deserialize({ state: metadata.state, files, columns: keptNames(metadata) });
    } catch (error) {
      this.fitted = undefined;
      if (error instanceof HoldfastError) throw error;
      throw new ModelFormatError(
        `${this.label}: the saved state cannot be restored: ${error instanceof Error ? error.message : String(error)}`,
        {
          hint: 'The model directory does not fit this version of the model; train again.',
          cause: error,
        },
      );
    }
  }

  /**
   * For a model that came from elsewhere (another library's file): marks it fitted with what is known of it.
   * Classes, names and task must be those the hooks' state belongs to.
   */
  protected adopt(known: AdoptedModel): void {
    this.fitted = fittedAdopted(known, this.label);
  }

  /** The model's name, as messages start with it. */
  protected get label(): string {
    return this.description.name;
  }

  private requireFitted(doing: string): Fitted {
    if (!this.fitted || this.fitting) {
      throw new NotFittedError(`${this.label}: ${doing} needs a fitted model`, {
        hint: 'Call await model.fit({ X, y }) first, or load a saved model.',
      });
    }
    return this.fitted;
  }
}

/** `threads` of a config that has it (libraries' n_jobs); 0 or less means all cores. */
function configuredThreads(config: unknown): number | undefined {
  const { threads } = config as { threads?: number };
  return threads !== undefined && threads > 0 ? threads : undefined;
}

function emptyOutput(fitted: Fitted): Matrix | Float32Array {
  return fitted.task === 'classification' ? Matrix.zeros(0, fitted.classes.length) : new Float32Array(0);
}

function parseConfig(model: ModelClass, config: unknown): Record<string, unknown> {
  const name = describeModel(model).name;
  const schema = model.configSchema;
  if (schema !== undefined) {
    return (
      'parse' in schema && typeof schema === 'function'
        ? (schema as LazySchema<ZodType>).parse(config, name)
        : parseWith(schema as ZodType, config, name)
    ) as Record<string, unknown>;
  }
  if (config === null || typeof config !== 'object' || Array.isArray(config)) {
    throw new InvalidInputError(`${name}: the config is not an object`, {
      hint: 'Pass an object of hyperparameters, or nothing.',
    });
  }
  return { ...(config as Record<string, unknown>) };
}

/** A model object from loaded parts. */
export async function restoreModel<M extends BaseModel>(
  model: ModelClass<M>,
  metadata: ModelMetadata,
  files: Readonly<Record<string, Uint8Array>>,
): Promise<M> {
  let instance: M;
  try {
    instance = new model(metadata.config);
  } catch (error) {
    throw new ModelFormatError(`The saved config of '${metadata.name}' is not valid: ${(error as Error).message}`, {
      hint: 'The model directory does not fit this version of the model; train again.',
      cause: error,
    });
  }
  await instance.restore(metadata, files);
  return instance;
}
