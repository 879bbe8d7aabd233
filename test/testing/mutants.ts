/** For every promise a model that breaks it: changes of one method of a model that keeps them all. */
import { writeFile } from 'node:fs/promises';
import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises';
import * as z from 'zod';
import { InvalidInputError, NotFittedError } from '../../src/core/errors.js';
import { Matrix } from '../../src/core/matrix.js';
import type { Windows } from '../../src/core/windows.js';
import type { ModelClass } from '../../src/model/base-model.js';
import type { ModelMetadata } from '../../src/model/bundle.js';
import type {
  FeatureImportance,
  FitContext,
  FitData,
  FitOptions,
  FitResult,
  ImportanceKind,
  ModelInput,
  ModelPayload,
  PredictContext,
  PredictionOutput,
  TrainingData,
  TrainingMetrics,
} from '../../src/model/types.js';
import type { CheckOptions } from '../../src/testing/index.js';
import { LastRowModel } from './last-row.js';
import { Toy } from './toy.js';

/** What can be changed, hooks too; `X` of the hooks is what the model takes. */
interface Methods<X> {
  fit(data: TrainingData, options?: FitOptions): Promise<TrainingMetrics>;
  fitModel(data: FitData, context: FitContext): Promise<FitResult | undefined>;
  predict(X: ModelInput, options?: { threads?: number }): Promise<PredictionOutput>;
  predictRaw(X: X, context: PredictContext): Matrix | Float32Array;
  featureImportance(kind?: ImportanceKind): FeatureImportance;
  importanceOf(): { kind: string; values: number[] } | undefined;
  save(directory: string): Promise<void>;
  exportOnnx(file: string): Promise<void>;
  serialize(): ModelPayload;
  deserialize(payload: { state: unknown }): void;
  restore(metadata: ModelMetadata, files: ModelPayload['files']): unknown;
}

/** Methods around the original ones, `call`; they may return anything. */
type Change<Self, X = Matrix> = {
  readonly [Name in keyof Methods<X>]?: (
    this: Self,
    call: Methods<X>[Name],
    ...args: Required<Parameters<Methods<X>[Name]>>
  ) => unknown;
};

/** What mutants remember. */
interface Notes {
  kept?: Map<number, Matrix | Float32Array>;
  given?: Matrix;
  seen?: number[];
  loaded?: boolean;
}

type AnyMethod = (this: unknown, ...args: unknown[]) => unknown;
type Class = new (config?: unknown) => object;

let count = 0;

/** `Base` under a name of its own, each method of `change` around the original one. */
function changed<Self, X = Matrix>(Base: unknown, change: Change<Self, X>, statics: object = {}): ModelClass {
  class Mutant extends (Base as Class) {}
  for (const [name, method] of Object.entries(change) as [string, AnyMethod][]) {
    const getter = Object.getOwnPropertyDescriptor(Mutant.prototype, name)?.get;
    Object.defineProperty(Mutant.prototype, name, {
      configurable: true,
      writable: true,
      value(...args: unknown[]) {
        const original = getter ?? (Base as { prototype: Record<string, AnyMethod> }).prototype[name];
        return method.call(this, (...given: unknown[]) => original.apply(this, given), ...args);
      },
    });
  }
  const info = { ...(Base as { info: object }).info, name: `mutant_${++count}` };
  for (const [name, value] of Object.entries({ info, ...statics })) Object.defineProperty(Mutant, name, { value });
  return Mutant as unknown as ModelClass;
}

const toy = (change: Change<Toy & Notes>, statics?: object) => changed(Toy, change, statics);

/** A property instead of a method. */
function toyWith(name: string, get: (this: Toy, before: unknown) => unknown): ModelClass {
  const Mutant = toy({});
  const before = (target: Toy) => Reflect.get(Toy.prototype, name, target);
  Object.defineProperty((Mutant as unknown as { prototype: object }).prototype, name, {
    get(this: Toy) {
      return get.call(this, before(this));
    },
  });
  return Mutant;
}

/** A class whose constructor does more. */
function toyMade(after: (model: Toy, config: Record<string, unknown>) => void): ModelClass {
  const Mutant = toy({}) as unknown as new (config?: unknown) => Toy;
  return new Proxy(Mutant, {
    construct(target, [config = {}], newTarget) {
      const model = Reflect.construct(target, [config], newTarget) as Toy;
      after(model, config);
      return model;
    },
  }) as unknown as ModelClass;
}

const setConfig = (model: Toy, value: unknown) => Object.defineProperty(model, 'config', { value, configurable: true });
const nextConfig = (model: Toy, sharpness: number) => setConfig(model, Object.freeze({ ...model.config, sharpness }));

/** Fits that say something else where `when` holds. */
const shiftedFit = (when: (data: TrainingData) => boolean) =>
  toy({
    async fit(call, data: TrainingData, options) {
      const metrics = await call(data, options);
      if (when(data)) this.shift = 0.5;
      return metrics;
    },
  });

const shiftedTraining = (by: (data: FitData, context: { threads: number }, model: Toy) => number | Promise<number>) =>
  toy({
    async fitModel(call, data: FitData, context) {
      const shift = await by(data, context, this);
      const result = await call(data, context);
      this.shift = shift;
      return result;
    },
  });

const shiftedPrediction = (by: (this: Toy & { calls?: number }, X: Matrix, context: { threads: number }) => number) =>
  toy({
    predictRaw(call, X: Matrix, context) {
      const before = this.shift;
      this.shift += by.call(this, X, context);
      const out = call(X, context);
      this.shift = before;
      return out;
    },
  });

/** The last row is told another thing than the others. */
const byPlace = () =>
  toy({
    predictRaw(call, X: Matrix, context) {
      const out = call(X, context);
      if (out instanceof Matrix) for (let j = 0; X.rows > 1 && j < out.cols; j++) out.row(0)[j] = j === 0 ? 1 : 0;
      else if (X.rows > 1) out[0] += 1;
      return out;
    },
  });

const fails = (when: (X: Matrix, y: ArrayLike<number>) => boolean) =>
  toy({
    fit(call, data: TrainingData, options) {
      const X = data.X as Matrix;
      if (X instanceof Matrix && when(X, data.y)) throw new Error('cannot');
      return call(data, options);
    },
  });

const tells = (change: (out: PredictionOutput) => PredictionOutput) =>
  toy({ predict: async (call, ...args) => change(await call(...args)) });

const weighs = (change: (weights: Float32Array) => Float32Array | undefined) =>
  toy({
    fit: (call, data, options) =>
      call(data.weights ? { ...data, weights: change(Float32Array.from(data.weights)) } : data, options),
  });

const swallow = async (call: () => unknown) => {
  try {
    return await call();
  } catch (error) {
    if (error instanceof InvalidInputError || error instanceof NotFittedError) return { predictions: [], metrics: {} };
    throw error;
  }
};

/** Takes whatever it is given. */
const careless = (Base: unknown = Toy, statics?: object) =>
  changed(
    Base,
    {
      fit: (call, ...args) => swallow(() => call(...args)),
      predict: (call, ...args) => swallow(() => call(...args)),
      featureImportance(call, ...args) {
        try {
          return call(...args);
        } catch {
          return undefined;
        }
      },
    },
    statics,
  );

let training = 0;
let predicting = 0;

/** Fits see how many others are under way. */
const crowded = () =>
  shiftedTraining(async () => {
    training++;
    await wait(2);
    const others = training - 1;
    await wait(2);
    training--;
    return others;
  });

/** Loads anything. */
const gullible = () =>
  toy(
    {},
    {
      async load(this: new () => Toy) {
        return new this();
      },
    },
  );

const hasNaN = (X: Matrix) => X.data.some(Number.isNaN);
const anyRow = (X: Matrix, value: (v: number) => boolean) => X.data.some(value);
const spins = (ms: number) => {
  const end = performance.now() + ms;
  while (performance.now() < end);
};

export interface MutantCase {
  readonly model: ModelClass;
  readonly options?: CheckOptions;
}
type Made = ModelClass | MutantCase;

const CARELESS: Record<string, () => Made> = Object.fromEntries(
  [
    'no rows',
    'rows without columns',
    'ragged rows',
    'one dimension',
    'no X',
    'no labels',
    'text in X',
    'text labels',
    'an infinite feature',
    'a missing label',
    'an infinite label',
    'fewer labels than rows',
    'more labels than rows',
    'labels of two columns',
    'a negative weight',
    'a missing weight',
    'an infinite weight',
    'weights that are all zero',
    'fewer weights than rows',
    'validation rows with other columns',
    'validation rows without labels',
    'a missing validation label',
    'fewer names than columns',
    'a name that occurs twice',
    'a single class',
    'a class that only validation rows have',
    'to predict other columns',
    'to predict infinite values',
    'to predict what is no table',
  ].map((what) => [`refuses ${what}`, () => careless()]),
);

const LABEL_SETS = ['{-1, 0, 1}', '{0, 1}', '{3, 17, 400}', '{-2.5, 0.25}'];

export const MUTANTS: Readonly<Record<string, () => Made>> = {
  'info is complete': () => toy({}, { info: { ...Toy.info, name: 'huge_toy', complexity: 'huge' } }),
  'the registry finds the class by its name and says the same of it': () =>
    toy({}, { info: { ...Toy.info, name: 'Nobody' } }),
  'it can be made without a config, and for each of its tasks': () => ({
    model: toyMade((_, config) => {
      if (!config.sharpness) throw new Error('a sharpness is needed');
    }),
    options: { config: { sharpness: 1 } },
  }),
  'the config is frozen, and a copy of what was given': () => toyMade((model, config) => setConfig(model, config)),
  'training does not change the config': () =>
    toy({
      async fit(call, ...args) {
        const metrics = await call(...args);
        nextConfig(this, 1);
        return metrics;
      },
    }),
  'a config makes the same config again, through JSON too': () =>
    toyMade((model) => nextConfig(model, 2 * model.config.sharpness)),
  'it says whether it takes sequences': () => toyWith('supportsSequenceInput', () => true),

  'same seed, same bytes': () => shiftedTraining(() => Math.random()),
  'same bytes for 1, 2 and 4 threads': () => shiftedTraining((_, { threads }) => threads),
  'refitting forgets': () => shiftedTraining((_, __, model) => model.rows.length),
  'a second model trained beside it changes nothing': crowded,
  'models that train and predict at once, on several threads each, are as alone': crowded,

  'prediction does not depend on the order of rows': byPlace,
  'prediction of a subset, and of single rows, equals that of the whole': () => shiftedPrediction(({ rows }) => rows),
  'prediction on any number of threads is the same': () => shiftedPrediction((_, { threads }) => threads),
  'predicting again gives the same': () => shiftedPrediction(() => ++count % 7),
  'predictions made at once equal those made one after another': () =>
    toy({
      async predictRaw(call, ...args) {
        predicting++;
        await turn();
        this.shift += predicting - 1;
        const out = await call(...args);
        this.shift -= predicting - 1;
        await turn();
        predicting--;
        return out;
      },
    }),
  'equal rows have equal predictions': () =>
    toy({
      predictRaw(call, X: Matrix, context) {
        const out = call(X, context);
        if (out instanceof Matrix) {
          for (let i = 0; i < X.rows; i++) out.row(i).fill(0)[i % out.cols] = 1;
          return out;
        }
        return out.map((v: number, i: number) => v + i);
      },
    }),
  'predicting does not change the model': () =>
    toy({
      predictRaw(call, ...args) {
        this.shift += 0.01;
        return call(...args);
      },
    }),
  'what predict returned belongs to the caller': () =>
    toy({
      predictRaw(call, X, context) {
        this.kept ??= new Map();
        if (!this.kept.has(X.rows)) this.kept.set(X.rows, call(X, context));
        return this.kept.get(X.rows);
      },
    }),
  'arrays of rows, typed rows and a Matrix predict the same': () =>
    toy({ predict: (call, X) => call(Array.isArray(X) ? X.map((row) => [...row].reverse()) : X) }),
  'rows far from the training rows have finite predictions': () =>
    toy({
      predictRaw: (call, X: Matrix, context) =>
        anyRow(X, (v) => Math.abs(v) > 1e6) ? new Float32Array(X.rows).fill(Number.NaN) : call(X, context),
    }),
  'no rows in, no rows out': () =>
    toy({ predict: (call, X) => call(X instanceof Matrix && X.rows === 0 ? Matrix.zeros(1, X.cols) : X) }),
  'probabilities are float32 (n, classes) in [0, 1], and rows sum to 1': () =>
    tells((out) => {
      out.probabilities?.data.set([0.4]);
      return out;
    }),
  'the prediction is the most probable class': () =>
    tells((out) => ({ ...out, predictions: out.predictions.toReversed() })),
  'confidence is the largest probability': () => tells(({ confidence: _, ...out }) => out),
  'classes are the labels in ascending order': () => tells((out) => ({ ...out, classes: out.classes.toReversed() })),
  'values of a regression are finite float32, without probabilities': () =>
    tells((out) => ({ ...out, confidence: out.predictions })),
  'it learns: better than the prior on the training rows': () => shiftedTraining(() => 50),
  'it learns three classes': () => shiftedTraining(() => 50),

  'a weight of zero equals absence': () => weighs((weights) => weights.map((w) => w || 1)),
  'whole weights equal repetition': () => weighs((weights) => weights.map((w) => w ** 3)),
  'weights of one equal no weights': () => shiftedFit(({ weights }) => weights !== undefined),
  'weights matter': () => weighs(() => undefined),

  'inputs are never changed': () =>
    toy({
      fit(call, data, options) {
        (data.X as Matrix).data[0] += 1;
        return call(data, options);
      },
    }),
  'inputs changed after fit do not change the model': () =>
    toy({
      fit(call, data, options) {
        this.given = data.X as Matrix;
        return call(data, options);
      },
      predictRaw(call, ...args) {
        this.shift = this.given?.data[0] ?? 0;
        return call(...args);
      },
    }),
  'validation rows do not shape a model that never stops early': () =>
    shiftedFit(({ validation }) => validation !== undefined),
  'arrays of arrays and plain labels are taken as they are': () => shiftedFit(({ X }) => Array.isArray(X)),
  'labels of any array type are taken as they are': () => shiftedFit(({ y }) => y instanceof Int8Array),
  'missing values are taken in training and prediction': () => fails(hasNaN),
  'a missing value in prediction is taken where training had none': () =>
    toy({ predict: (call, X) => (hasNaN(X as Matrix) ? Promise.reject(new Error('cannot')) : call(X)) }),
  'constant and all-missing columns are taken': () => fails(hasNaN),
  'large and tiny feature values are taken': () => fails((X) => anyRow(X, (v) => Math.abs(v) > 1e20)),
  'the largest and the smallest float32 values are taken': () => fails((X) => anyRow(X, (v) => v > 1e38)),
  'one feature is enough': () => fails(({ cols }) => cols === 1),
  'more features than rows are taken': () => fails(({ cols, rows }) => cols > rows),
  'two rows are taken': () => fails(({ rows }) => rows === 2),
  'one row is taken, or refused by name': () => fails(({ rows }) => rows === 1),
  'rows that are all the same are taken': () => fails((X) => X.data.every((v) => v === X.data[0])),
  'feature names are kept in their order, and are f0, f1, ... where none are given': () =>
    toyWith('featureNames', (names) => (names as string[]).toReversed()),

  ...Object.fromEntries(
    LABEL_SETS.map((set) => [
      `labels ${set} come back as they are`,
      () => tells((out) => ({ ...out, predictions: out.predictions.map((label) => label + 1) })),
    ]),
  ),
  'a class of one row is taken': () => fails((_, y) => Array.from(y).filter((k) => k === 2).length === 1),
  'the order of classes in the rows does not matter': () =>
    toy({
      fit(call, data, options) {
        this.seen = [...new Set(Array.from(data.y))];
        return call(data, options);
      },
      async predict(call, X) {
        return { ...(await call(X)), classes: this.seen };
      },
    }),
  'a constant target is predicted': () => shiftedTraining(() => -3),
  'targets far from zero are learned': () =>
    toy({
      async predictRaw(call, ...args) {
        const out = await call(...args);
        return out instanceof Matrix ? out : out.map((v) => Math.min(v, 100));
      },
    }),

  'windows that share rows are the same as copies of them': () =>
    changed<{ centroids(rows: Matrix): Matrix }, Windows>(LastRowModel, {
      predictRaw(_call, X: Windows) {
        return this.centroids(X.base.take(Array.from(X.ends, (end) => Math.min(end + 1, X.base.rows - 1))));
      },
    }),
  'refuses windows of another length': () => careless(LastRowModel),

  ...CARELESS,
  'predicting, saving and importance before fit are NotFittedError': () => careless(),
  'a refused fit leaves it unfitted': () => toyWith('isFitted', () => true),
  'an unknown option is ConfigError with a hint': () =>
    toy(
      {},
      { configSchema: z.object({ task: z.string().default('classification'), sharpness: z.number().default(4) }) },
    ),
  'a task that it does not have is refused': () =>
    careless(Toy, {
      configSchema: z.strictObject({ task: z.string().default('classification'), sharpness: z.number().default(4) }),
    }),
  'threads that are no number are refused': () => careless(),
  'a seed that is no number is refused': () => careless(),

  'metrics are finite, with and without validation rows': () =>
    toy({ fit: async (call, ...args) => ({ ...(await call(...args)), trainLoss: Number.NaN }) }),
  'epochs and history fit together': () =>
    toy({ fitModel: async (call, ...args) => ({ ...(await call(...args)), bestEpoch: 5, totalEpochs: 2 }) }),
  'the model keeps the metrics that fit gave': () =>
    toy({ fit: async (call, ...args) => ({ ...(await call(...args)) }) }),
  'progress is monotone within a phase and never passes its total': () =>
    toy({
      fitModel(call, data, context) {
        context.onProgress({ phase: 'fit', step: 3 });
        return call(data, context);
      },
    }),
  'the event loop stays free while it trains and predicts': () =>
    toy(
      {
        fitModel(call, ...args) {
          spins(210);
          return call(...args);
        },
      },
      { info: { ...Toy.info, name: 'spinning_toy', tasks: ['classification'] } },
    ),
  'a fit with an aborted signal does not begin': () =>
    toy({ fit: (call, data, options) => call(data, { ...options, signal: undefined }) }),
  'cancelling leaves it unfitted': () =>
    toy({ fit: (call, data, options) => call(data, { ...options, signal: undefined }) }),
  'cancelled midway it is either unfitted or done, and as new for the next fit': () =>
    toy({
      async fitModel(call, data, context) {
        if (context.signal) await wait(20);
        if (context.signal?.aborted) throw new Error('stopped');
        return call(data, context);
      },
    }),
  'a second fit of the same object at once is refused, and the first goes on': () => careless(),

  'importance exists where the capabilities say so, and nowhere else': () => toy({ importanceOf: () => undefined }),
  'importance is one value a feature, under its name': () =>
    toy({
      featureImportance(call) {
        const own = call();
        return { ...own, names: own.names.toReversed() };
      },
    }),
  'importance is finite and not negative': () =>
    toy({ importanceOf: () => ({ kind: 'bad', values: [1, 1, 0, 0, -1] }) }),
  'the features that decide the label are the most important': () =>
    toy({ importanceOf: () => ({ kind: 'bad', values: [0, 0, 1, 1, 1] }) }),
  'an unknown kind of importance is refused': () => careless(),

  'a loaded model predicts the same': () =>
    toy({
      deserialize(call, payload) {
        call(payload);
        this.shift = 1;
      },
    }),
  'a loaded model is saved as the same bytes': () =>
    toy({ serialize: (call) => ({ ...call(), files: { 'count.txt': String(++count) } }) }),
  'a loaded model knows what it is': () =>
    toy({ restore: (call, metadata, files) => call({ ...metadata, featureNames: ['v', 'w', 'x', 'y', 'z'] }, files) }),
  'a loaded model has the same importance': () =>
    toy({
      deserialize(call, payload) {
        call(payload);
        for (const row of this.rows) row[3] += row === this.rows[0] ? 9 : 0;
      },
    }),
  'loadModel finds the class': () => toy({}, { info: { ...Toy.info, name: 'Nowhere' } }),
  'a fresh process loads it and predicts the same': () => ({ model: toy({}), options: { module: '/no/such/file.js' } }),
  'a loaded model can be trained as a new one': () =>
    toy({
      deserialize(call, payload) {
        call(payload);
        this.loaded = true;
      },
      async fitModel(call, ...args) {
        const result = await call(...args);
        if (this.loaded) this.shift = 1;
        return result;
      },
    }),
  'saving over a model replaces it whole, and leaves nothing beside it': () =>
    toy({
      async save(call, directory) {
        await call(directory);
        await writeFile(`${directory}.tmp`, 'left');
      },
    }),
  'a save that fails leaves the saved model as it was': () =>
    toy({
      async save(call, directory) {
        await call(directory).catch(async (error: unknown) => {
          await writeFile(`${directory}/half.txt`, 'half');
          throw error;
        });
      },
    }),
  'exportOnnx writes a file, or refuses and leaves none': () =>
    toy({
      async exportOnnx(call, file) {
        await writeFile(file, 'half');
        await call(file);
      },
    }),

  'an empty place is ModelFormatError': gullible,
  'a file that is cut off is ModelFormatError': gullible,
  'a file with a changed byte is ModelFormatError': gullible,
  'a missing file is ModelFormatError': gullible,
  "another model's directory is ModelFormatError": gullible,
};
