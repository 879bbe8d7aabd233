/**
 * The suite speaks of rows of features. A model of sequences (or of both) is checked through a subclass that makes a window of each row,
 * so that every promise holds for it too: column j becomes channel j, growing from step to step up to the row's value.
 */
import { Matrix } from '../core/matrix.js';
import { Windows } from '../core/windows.js';
import type { ModelClass } from '../model/base-model.js';
import { describeModel } from '../model/info.js';
import type {
  EvaluationSet,
  FitOptions,
  InputMode,
  ModelInput,
  PredictionOutput,
  TrainingData,
  TrainingMetrics,
} from '../model/types.js';

type Rows = ArrayLike<ArrayLike<number>>;

interface Trained {
  fit(data: TrainingData, options?: FitOptions): Promise<TrainingMetrics>;
  predict(X: ModelInput, options?: { threads?: number }): Promise<PredictionOutput>;
}

/** What a model of `mode` takes for rows of features, windows of `length` steps if it takes sequences: nested arrays for arrays, `Windows` for a `Matrix`; anything else as it is. */
export function inputFor(mode: InputMode, X: ModelInput, length: number): ModelInput {
  const rows = X instanceof Matrix || (Array.isArray(X) && !Array.isArray(X[0]?.[0]));
  if (mode === 'features' || !rows) return X;
  const sequences = X instanceof Matrix ? windowsOf(X, length) : nestedOf(X as unknown as Rows, length);
  if (mode === 'sequence') return sequences;
  return { features: X, sequences } as unknown as ModelInput;
}

/** `model` itself if it takes features, else a subclass whose `fit` and `predict` take rows of features too. */
export function takingRows(model: ModelClass, length: number): ModelClass {
  const { name, inputMode } = describeModel(model);
  if (inputMode === 'features') return model;
  const converted = <D extends EvaluationSet>(data: D): D => ({ ...data, X: inputFor(inputMode, data.X, length) });
  class TakingRows extends (model as unknown as new (config?: unknown) => Trained) {
    override fit(data: TrainingData, options?: FitOptions) {
      const { validation, ...rest } = converted(data);
      return super.fit({ ...rest, ...(validation && { validation: converted(validation) }) }, options);
    }

    override predict(X: ModelInput, options?: { threads?: number }) {
      return super.predict(inputFor(inputMode, X, length), options);
    }
  }
  Object.defineProperty(TakingRows, 'name', { value: name });
  return TakingRows as unknown as ModelClass;
}

/** What is no number stays as it is, so that the model has to refuse it. */
const valueAt = (value: number, step: number, length: number): number =>
  typeof value === 'number' ? (value * (step + 1)) / length : value;

function windowsOf(X: Matrix, length: number): Windows {
  const base = Matrix.zeros(X.rows * length, X.cols);
  for (let i = 0, p = 0; i < X.rows; i++) {
    for (let t = 0; t < length; t++) {
      for (let j = 0; j < X.cols; j++, p++) base.data[p] = valueAt(X.data[i * X.cols + j], t, length);
    }
  }
  const ends = Uint32Array.from({ length: X.rows }, (_, i) => (i + 1) * length - 1);
  return new Windows(base, ends, length);
}

function nestedOf(rows: Rows, length: number): number[][][] {
  return Array.from(rows, (row) =>
    Array.from({ length }, (_, t) => Array.from(row, (value) => valueAt(value, t, length))),
  );
}
