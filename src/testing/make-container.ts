/** A container that is ready to train on. */
import type { Matrix } from '../core/matrix.js';
import type { Windows } from '../core/windows.js';
import { TimeSeriesDataContainer } from '../data/container.js';
import type { Task } from '../model/types.js';
import { type MakeClassificationOptions, makeClassification, makeRegression } from './make-data.js';

/** What `makeContainer` takes beside what describes the rows. */
export interface MakeContainerOptions extends MakeClassificationOptions {
  /** Default `'classification'`. */
  task?: Task;
  /** What the run is about. Default 'TEST'. */
  symbol?: string;
  /** Rows a window; with it the container holds windows, for models of sequences. */
  seqLen?: number;
}

const START = 1_704_153_600_000;
const HOUR = 3_600_000;

/**
 * Train, validation, test and holdout (60/20/15/5) of `makeClassification` or `makeRegression`, in time order, an hour a row, no row in two.
 *
 * @throws InvalidInputError - as the generators do, and for too few rows for four splits (20 are enough)
 * @example
 * const result = await new ModelTrainer().trainModel('logistic', makeContainer({ rows: 200 }), { save: false });
 */
export function makeContainer(options: MakeContainerOptions & { seqLen: number }): TimeSeriesDataContainer<Windows>;
export function makeContainer(options?: MakeContainerOptions): TimeSeriesDataContainer<Matrix>;
export function makeContainer(options: MakeContainerOptions = {}): TimeSeriesDataContainer<Matrix | Windows> {
  const { task = 'classification', symbol = 'TEST', seqLen, rows = 200 } = options;
  const { X, y } = (task === 'regression' ? makeRegression : makeClassification)({ ...options, rows });
  const ends = [0.6, 0.8, 0.95, 1].map((share) => Math.floor(share * rows));
  const part = (k: number) => {
    const kept = Array.from({ length: ends[k] - (ends[k - 1] ?? 0) }, (_, i) => (ends[k - 1] ?? 0) + i);
    return { X: X.take(kept), y: Float64Array.from(kept, (row) => y[row]) };
  };
  const [train, validation, test, holdout] = [0, 1, 2, 3].map(part);
  const container = new TimeSeriesDataContainer({
    XTrain: train.X,
    yTrain: train.y,
    XVal: validation.X,
    yVal: validation.y,
    XTest: test.X,
    yTest: test.y,
    XHoldout: holdout.X,
    yHoldout: holdout.y,
    times: Float64Array.from({ length: rows }, (_, i) => START + i * HOUR),
    featureNames: Array.from({ length: X.cols }, (_, j) => `f${j}`),
    symbol,
    horizon: 1,
  });
  return seqLen === undefined ? container : container.toSequences(seqLen);
}
