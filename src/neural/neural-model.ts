/**
 * What the neural models share: training in a worker thread, the saved graph as the model, prediction by it, streams. A subclass adds its name,
 * its config and, in `networks.ts`, its network.
 */
import { readCheckpoint, removeCheckpoint } from '../core/checkpoint-file.js';
import { ConfigError, InvalidInputError, ModelFormatError, NotFittedError } from '../core/errors.js';
import { writeFileAtomic } from '../core/files.js';
import { ownModule } from '../core/location.js';
import { Matrix } from '../core/matrix.js';
import { DEFAULT_SEED } from '../core/seed.js';
import { resolveThreads } from '../core/threads.js';
import { Windows } from '../core/windows.js';
import { runJob } from '../kernels/pool.js';
import { shared } from '../kernels/shared.js';
import { BaseModel } from '../model/base-model.js';
import { prepareTraining } from '../model/prepare.js';
import type {
  FitContext,
  FitData,
  FitOptions,
  FitResult,
  FitRows,
  ModelInputMatrix,
  ModelPayload,
  PredictContext,
  SavedPayload,
  TrainingData,
} from '../model/types.js';
import { HostedSession } from './inference/host.js';
import type { PredictRequest } from './inference/messages.js';
import { type NeuralState, parseState } from './inference/state.js';
import { NeuralStream } from './inference/stream.js';
import { rowWeights } from './training/class-weights.js';
import type { TrainingSettings } from './training/config.js';
import type { RawSamples, TrainArgs, TrainResult } from './training/job.js';
import { RATE_SEARCH, type RateCurve, type RateSearch } from './training/rate-finder.js';

const FILE = 'model.onnx';
const STEP_FILE = 'step.onnx';

/** What was learned: the graphs that are saved. */
interface Learned extends NeuralState {
  readonly file: Uint8Array;
  readonly stepFile?: Uint8Array;
}

/** Input of the networks: windows, or for hybrid ones rows of features beside them. */
export abstract class NeuralModel<Settings extends TrainingSettings> extends BaseModel<Settings, ModelInputMatrix> {
  private learned: Learned | undefined;
  private session: { readonly hosted: HostedSession; readonly threads: number } | undefined;
  private stepSession: HostedSession | undefined;

  /** The package and device that the model was trained with, and why where that needs saying. */
  get engine(): { readonly name: string; readonly device: string; readonly notice: string } {
    return this.requireLearned().engine;
  }

  protected override get wantsValidation(): boolean {
    return this.config.patience !== null || this.config.schedule === 'plateau';
  }

  protected override async fitModel(data: FitData<ModelInputMatrix>, context: FitContext): Promise<FitResult> {
    this.forget();
    const { checkpointDirectory } = context;
    const path = checkpointDirectory === undefined ? undefined : `${checkpointDirectory}/${this.label}.checkpoint`;
    const result = await runJob<TrainResult>({
      module: ownModule('neural/training/job'),
      args: this.jobArgs(data, context, path ? { path, resume: await readCheckpoint(path) } : undefined),
      threads: 1,
      patient: true,
      signal: context.signal,
      onProgress: context.onProgress,
    });
    if (path) await removeCheckpoint(path);
    const { file, stepFile, states, engine, warnings, history } = result;
    const outputs = Math.max(1, data.classes.length);
    this.learned = { file, stepFile, states, engine, outputs, channels: windowsIn(data.X).base.cols };
    return {
      history: history.map(({ epoch, trainLoss, valLoss }) => ({ epoch, trainLoss, valLoss })),
      evaluations: { train: { learningRate: history.map(({ learningRate }) => learningRate) } },
      bestEpoch: result.bestEpoch,
      totalEpochs: history.length,
      earlyStopped: result.earlyStopped,
      warnings: engine.notice ? [engine.notice, ...warnings] : warnings,
    };
  }

  /**
   * Tries growing learning rates on the training rows, a step each (Smith, 2017): train with the suggestion, or look at the curve. The model
   * itself is not changed.
   *
   * @throws InvalidInputError, TrainingCancelledError - as `fit`
   * @throws ConfigError - a search that does not rise
   */
  async findLearningRate(
    data: TrainingData,
    options: RateSearch & Pick<FitOptions, 'seed' | 'threads' | 'signal'> = {},
  ): Promise<RateCurve> {
    const { from = RATE_SEARCH.from, to = RATE_SEARCH.to, steps = RATE_SEARCH.steps } = options;
    if (!(from > 0 && to > from && Number.isFinite(to)) || !Number.isInteger(steps) || steps < 10 || steps > 1e6) {
      throw new ConfigError(`${this.label}: cannot search ${steps} learning rates from ${from} to ${to}`, {
        hint: 'Rates rise from a positive one, in 10 steps or more.',
      });
    }
    const seed = options.seed ?? this.config.seed ?? DEFAULT_SEED;
    const context = { seed, threads: resolveThreads(options.threads), signal: options.signal };
    const { info, task, config } = this;
    const prepared = await prepareTraining<ModelInputMatrix>(
      { X: data.X, y: data.y, weights: data.weights },
      { info, task, setValidationAside: false, sequenceLength: config.sequenceLength, ...context },
    );
    return runJob<RateCurve>({
      module: ownModule('neural/training/job'),
      args: { ...this.jobArgs(prepared.data, context, undefined), search: { from, to, steps } } satisfies TrainArgs,
      threads: 1,
      patient: true,
      signal: options.signal,
      doing: 'The search for a learning rate',
    });
  }

  private jobArgs(
    data: FitData<ModelInputMatrix>,
    context: Pick<FitContext, 'seed' | 'threads'>,
    checkpoint: TrainArgs['checkpoint'],
  ): TrainArgs {
    const { classes, validation, featureNames } = data;
    // Threads never change a model; what does is part of a checkpoint's fingerprint.
    return {
      model: this.label,
      settings: { ...this.config },
      seed: context.seed,
      threads: context.threads,
      train: samples(data, rowWeights(data.y, data.weights, classes, this.config.classWeight, this.label)),
      validation:
        validation && samples(validation, rowWeights(validation.y, validation.weights, classes, undefined, this.label)),
      classes,
      metadata: { feature_names: JSON.stringify(featureNames) },
      checkpoint,
    };
  }

  // ---- predict -----------------------------------------------------------------------------------------------------------

  protected override async predictRaw(
    X: ModelInputMatrix,
    { threads }: PredictContext,
  ): Promise<Matrix | Float32Array> {
    const { outputs: width, channels } = this.requireLearned();
    const input = await inputOf(X);
    if (input.channels !== channels) {
      throw new InvalidInputError(
        `${this.label}: windows of ${input.channels} channels, the model was trained on ${channels}`,
        {
          hint: 'Pass the same channels in the same order as in training.',
        },
      );
    }
    const output = this.task === 'classification' ? 'probabilities' : 'variable';
    const values = await this.hosted(threads).predict({ ...input, output, width });
    return this.task === 'classification' ? Matrix.wrap(values, width) : values;
  }

  private hosted(threads: number): HostedSession {
    const { file } = this.requireLearned();
    if (this.session?.threads !== threads) {
      this.session?.hosted.close();
      this.session = { hosted: this.open(file, threads), threads };
    }
    return this.session.hosted;
  }

  private open(file: Uint8Array, threads: number): HostedSession {
    const { engine, device } = this.config;
    return new HostedSession(file, { engine, device, threads });
  }

  /**
   * Predictions one step at a time, the state carried from each to the next: for lstm, gru and tcn.
   *
   * @throws NotFittedError - before `fit`
   * @throws InvalidInputError - a network that needs whole windows, such as a bidirectional one
   * @example
   * const stream = model.stream();
   * const { probabilities } = await stream.push([open, high, low, close]);
   */
  stream(): NeuralStream {
    const { stepFile, states, channels } = this.requireLearned();
    if (!stepFile) {
      throw new InvalidInputError(`${this.label}: this network needs whole windows and cannot go on step by step`, {
        hint: 'Use predict with windows; lstm, gru and tcn have streams, without bidirectional layers and with pooling: last.',
      });
    }
    this.stepSession ??= this.open(stepFile, 1);
    return new NeuralStream({
      label: this.label,
      session: this.stepSession,
      states,
      channels,
      classes: this.classes,
    });
  }

  // ---- disk --------------------------------------------------------------------------------------------------------------

  protected override serialize(): ModelPayload {
    const { file, stepFile, outputs, channels, states, engine } = this.requireLearned();
    return {
      state: { outputs, channels, states, engine },
      files: { [FILE]: file, ...(stepFile && { [STEP_FILE]: stepFile }) },
    };
  }

  protected override deserialize({ state, files }: SavedPayload): void {
    this.forget();
    const parsed = parseState(state, this.label);
    const file = files[FILE];
    if (!file || (parsed.states.length > 0 && !files[STEP_FILE])) {
      throw new ModelFormatError(`A saved ${this.label} model lacks ${file ? STEP_FILE : FILE}`, {
        hint: 'The model directory is damaged or was put together from two models; train again.',
      });
    }
    this.learned = { ...parsed, file, stepFile: files[STEP_FILE] };
  }

  /**
   * Writes the saved graph: standard operators, any batch size, scaling and missing values inside. Input `X`, float (batch, length, channels),
   * NaN where a value is missing; hybrid models `sequences` and `features` (batch, columns). Outputs as of every model: `label` and
   * `probabilities`, or `variable`.
   *
   * @throws NotFittedError - before `fit`
   */
  override async exportOnnx(file: string): Promise<void> {
    await writeFileAtomic(file, this.requireLearned().file);
  }

  // ------------------------------------------------------------------------------------------------------------------------

  private forget(): void {
    this.session?.hosted.close();
    this.stepSession?.close();
    this.learned = undefined;
    this.session = undefined;
    this.stepSession = undefined;
  }

  private requireLearned(): Learned {
    if (this.learned) return this.learned;
    throw new NotFittedError(`${this.label}: this needs a fitted model`, {
      hint: 'Call await model.fit({ X, y }) first, or load a saved model.',
    });
  }
}

const windowsIn = (X: ModelInputMatrix): Windows => {
  if (X instanceof Windows) return X;
  if (X instanceof Matrix) throw new InvalidInputError('A neural model takes windows, not a matrix');
  return X.sequences;
};

/** Windows and features as the worker takes them; the base goes along as it is if it is shared or most of it is needed. */
async function inputOf(X: ModelInputMatrix): Promise<Omit<PredictRequest, 'output' | 'width'>> {
  const windows = windowsIn(X);
  const { base, ends, length } = windows;
  const features = X instanceof Windows || X instanceof Matrix ? undefined : X.features;
  const own = {
    channels: base.cols,
    length,
    features: features && { data: await asShared(features.data), columns: features.cols },
  };
  if (base.data.buffer instanceof SharedArrayBuffer || ends.length * length > base.rows) {
    return { ...own, base: await asShared(base.data), ends };
  }
  const all = Uint32Array.from(ends, (_, i) => i);
  return { ...own, base: windows.gather(all), ends: all.map((i) => (i + 1) * length - 1) };
}

/** Few values are faster copied by the message itself. */
const asShared = (values: Float32Array): Float32Array | Promise<Float32Array> =>
  values.length < 1 << 20 ? values : shared(values);

function samples({ X, y, weights: sampleWeights }: FitRows<ModelInputMatrix>, weights: Float32Array): RawSamples {
  const { base, ends, length } = windowsIn(X);
  const features = X instanceof Windows || X instanceof Matrix ? undefined : X.features;
  return {
    base: base.data,
    channels: base.cols,
    ends,
    length,
    features: features && { data: features.data, columns: features.cols },
    y,
    sampleWeights,
    weights,
  };
}
