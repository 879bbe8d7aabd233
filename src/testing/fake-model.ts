/** A model for unit tests: it answers at once what the test says, fails when the test says so, and remembers what it was asked. */
import { InvalidInputError } from '../core/errors.js';
import { Matrix } from '../core/matrix.js';
import { BaseModel } from '../model/base-model.js';
import { ModelRegistry } from '../model/registry.js';
import type {
  FitData,
  FitOptions,
  ModelInput,
  ModelPayload,
  PredictionOutput,
  Task,
  TrainingData,
  TrainingMetrics,
} from '../model/types.js';

/** What the fake says; part of its config, so it is saved with it. */
export interface FakeConfig {
  task?: Task;
  /** Of every row, in the order of the classes. Default: the classes' shares of the training rows. */
  probabilities?: readonly number[];
  /** Of every row, in a regression. Default: the mean of the training targets. */
  value?: number;
  /** Of each feature. Default: all zero. */
  importance?: readonly number[];
  seed?: number;
}

/** One call that the fake was asked for. */
export interface FakeCall {
  readonly method: 'fit' | 'predict' | 'save';
  /** Rows of `fit` and `predict` as they came, the directory of `save`. */
  readonly input: unknown;
  readonly options?: unknown;
}

/** Answer to the row (features,) with this index: a probability a class, in ascending order of the labels; or a value. */
export type FakeAnswer = (row: Float32Array, index: number) => number | readonly number[];

/**
 * Input checks, labels, saving and loading are those of every model; only learning is left out.
 *
 * @example
 * const fake = new FakeModel({ probabilities: [0.2, 0.8] });
 * await fake.fit({ X: [[0], [1]], y: [0, 1] });
 * (await fake.predict([[3]])).predictions; // [1]
 */
export class FakeModel extends BaseModel<FakeConfig> {
  static override readonly info = {
    name: 'fake',
    family: 'custom',
    capabilities: { missingValues: true, sampleWeights: true, earlyStopping: false, featureImportance: true },
  };

  /** Every call so far, in order. */
  readonly calls: FakeCall[] = [];
  private readonly failures = new Map<FakeCall['method'], unknown[]>();
  private answer: FakeAnswer | undefined;
  private learned: readonly number[] = [];
  private features = 0;

  constructor(config: FakeConfig = {}) {
    super({ ...config });
  }

  /** From now on each row is answered by `answer`: probabilities in the order of the classes, or a value. Not saved. */
  answers(answer: FakeAnswer): this {
    this.answer = answer;
    return this;
  }

  /** The next call of `method` rejects with `error`; several wait in line. In `fit` it is the cause of a `TrainingFailedError`. */
  failNext(method: FakeCall['method'], error: unknown): this {
    this.failures.set(method, [...(this.failures.get(method) ?? []), error]);
    return this;
  }

  override async fit(data: TrainingData, options: FitOptions = {}): Promise<TrainingMetrics> {
    this.calls.push({ method: 'fit', input: data, options });
    return super.fit(data, options);
  }

  override async predict(X: ModelInput, options: { threads?: number } = {}): Promise<PredictionOutput> {
    this.calls.push({ method: 'predict', input: X, options });
    this.failIfAsked('predict');
    return super.predict(X, options);
  }

  override async save(directory: string): Promise<void> {
    this.calls.push({ method: 'save', input: directory });
    this.failIfAsked('save');
    return super.save(directory);
  }

  protected async fitModel({ X, y, weights, classes }: FitData): Promise<void> {
    this.failIfAsked('fit');
    const { probabilities } = this.config;
    if (probabilities && classes.length > 0 && probabilities.length !== classes.length) {
      throw new InvalidInputError(`FakeModel: ${probabilities.length} probabilities for ${classes.length} classes`, {
        hint: 'Give one for each class of the training rows, in ascending order of the labels.',
      });
    }
    const sums = new Float64Array(Math.max(1, classes.length));
    let total = 0;
    for (let i = 0; i < y.length; i++) {
      const weight = weights?.[i] ?? 1;
      if (classes.length > 0) sums[y[i]] += weight;
      else sums[0] += weight * y[i];
      total += weight;
    }
    this.learned = Array.from(sums, (sum) => sum / total);
    this.features = X.cols;
  }

  protected predictRaw(X: Matrix): Matrix | Float32Array {
    const { probabilities, value } = this.config;
    const fixed = this.task === 'regression' ? [value ?? this.learned[0]] : (probabilities ?? this.learned);
    const rows = Array.from({ length: X.rows }, (_, i) => [this.answer?.(X.row(i), i) ?? fixed].flat());
    return this.task === 'regression' ? Float32Array.from(rows, ([first]) => first) : Matrix.from(rows);
  }

  protected override importanceOf(): { kind: string; values: readonly number[] } {
    return { kind: 'fake', values: this.config.importance ?? new Array<number>(this.features).fill(0) };
  }

  protected serialize(): ModelPayload {
    return { state: { learned: this.learned, features: this.features }, files: {} };
  }

  protected deserialize({ state }: { state: unknown }): void {
    Object.assign(this, state);
  }

  private failIfAsked(method: FakeCall['method']): void {
    const waiting = this.failures.get(method);
    if (waiting && waiting.length > 0) throw waiting.shift();
  }
}

/**
 * Registers a fake under `name`, for code that takes models by name (`ModelTrainer`, `loadModel`, `crossValidate`). Its config is over `script`.
 * Every object made of it is in `made`.
 *
 * @throws InvalidInputError - the name of a model of another family
 */
export function registerFake(name: string, script: FakeConfig = {}): typeof FakeModel & { readonly made: FakeModel[] } {
  const made: FakeModel[] = [];
  class Registered extends FakeModel {
    static override readonly info = { ...FakeModel.info, name };
    static readonly made = made;
    constructor(config: FakeConfig = {}) {
      super({ ...script, ...config });
      made.push(this);
    }
  }
  ModelRegistry.register({ name, family: 'custom', info: Registered.info, load: async () => Registered as never });
  return Registered;
}
