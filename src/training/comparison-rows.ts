/**
 * Models of rows and models of windows on the same footing: a window stands for its last row, so the rows that all models can be scored on are
 * those on which every window ends.
 */
import { InvalidInputError } from '../core/errors.js';
import { Matrix } from '../core/matrix.js';
import type { Split, SplitRole } from '../core/split.js';
import { Windows } from '../core/windows.js';
import { TimeSeriesDataContainer } from '../data/container.js';
import { windowSplit } from '../data/sequences.js';
import type { AnyContainer } from '../evaluation/adapt.js';
import type { ModelInfo, PredictionOutput } from '../model/types.js';
import { deriveHoldout } from '../splits/holdout.js';
import { inheritRows } from '../splits/row-origin.js';

const range = (length: number): Uint32Array => {
  const rows = new Uint32Array(length);
  for (let i = 0; i < length; i++) rows[i] = i;
  return rows;
};

/** Number in the container's split of each row that a model of windows of `length` rows predicts; undefined: of all rows. */
export function predictedRows(split: AnyContainer['validation'], length: number | undefined): Uint32Array {
  const { X } = split;
  if (length === undefined || !(X instanceof Matrix)) return range(split.y.length);
  return windowSplit({ ...split, X, rowIds: range(split.y.length) }, length).rowIds ?? range(0);
}

/** Rows that are in every list, ascending. Each list is ascending. */
export function commonRows(lists: readonly Uint32Array[]): Uint32Array {
  const [first, ...rest] = lists;
  return rest.reduce((common, list) => {
    const own = new Set(list);
    return common.filter((row) => own.has(row));
  }, first);
}

/** What a model said about the `wanted` rows, of its predictions for `predicted`, which hold them. */
export function outputOn(output: PredictionOutput, predicted: Uint32Array, wanted: Uint32Array): PredictionOutput {
  if (output.predictions.length !== predicted.length)
    throw new InvalidInputError(
      `${predicted.length} rows were to be predicted, there are ${output.predictions.length} predictions`,
    );
  if (wanted.length === predicted.length) return output;
  const place = new Map<number, number>();
  for (const [i, row] of predicted.entries()) place.set(row, i);
  const at = wanted.map((row) => place.get(row) ?? 0);
  const { predictions, probabilities, confidence, classes } = output;
  return {
    predictions: Float32Array.from(at, (i) => predictions[i]),
    ...(probabilities && { probabilities: probabilities.take(at) }),
    ...(confidence && { confidence: Float32Array.from(at, (i) => confidence[i]) }),
    classes,
  };
}

/** The given rows of a split without its X: what truth needs. */
export function factsOf(
  { y, weights, times, labelEnds, groups }: AnyContainer['validation'],
  rows: Uint32Array,
): Omit<Split<'validation', unknown>, 'role' | 'X'> {
  return {
    y: Float64Array.from(rows, (row) => y[row]),
    ...(weights && { weights: Float32Array.from(rows, (row) => weights[row]) }),
    ...(times && { times: Float64Array.from(rows, (row) => times[row]) }),
    ...(labelEnds && { labelEnds: Float64Array.from(rows, (row) => labelEnds[row]) }),
    ...(groups && { groups: Array.from(rows, (row) => groups[row]) }),
  };
}

/** What a model takes of the container: for a model of rows of features given windows, the last row of each. */
export function containerFor({ inputMode }: ModelInfo, container: AnyContainer): AnyContainer {
  if (inputMode !== 'features' || !isOfWindows(container)) return container;
  return lastRows(container);
}

function isOfWindows(container: AnyContainer): container is TimeSeriesDataContainer<Windows> {
  return container.train.X instanceof Windows;
}

function lastRows(container: TimeSeriesDataContainer<Windows>): TimeSeriesDataContainer {
  const rowsOf = <R extends SplitRole>(split: Split<R, Windows>): Split<R> => {
    const X = split.X.base.take(split.X.ends);
    inheritRows(split.X, X, { rows: range(split.y.length) });
    return { ...split, X };
  };
  const { featureNames, symbol, horizon, facts, ledger } = container;
  return new TimeSeriesDataContainer({
    train: rowsOf(container.train),
    validation: rowsOf(container.validation),
    test: rowsOf(container.test),
    holdout: deriveHoldout(container.holdout, rowsOf),
    ...{ featureNames, symbol, horizon, facts, ledger },
  });
}

/**
 * Rows to resample together, so that neighbours that depend on one another stay together: as many as a label overlaps, at least the cube root
 * of the rows (the rate of Hall, Horowitz and Jing, 1995), at most a tenth of them. Rows without times are taken as independent.
 */
export function blockLengthOf(
  { y, times, labelEnds }: Pick<Split<'validation', unknown>, 'y' | 'times' | 'labelEnds'>,
  horizon: number | undefined,
): number {
  if (!times) return 1;
  let overlap = horizon ?? 1;
  if (labelEnds) {
    for (let i = 0, end = 0; i < times.length; i++) {
      end = Math.max(end, i);
      while (end + 1 < times.length && times[end + 1] < labelEnds[i]) end++;
      overlap = Math.max(overlap, end - i + 1);
    }
  }
  const least = Math.ceil(Math.cbrt(y.length));
  return Math.max(1, Math.min(Math.max(overlap, least), Math.floor(y.length / 10)));
}
