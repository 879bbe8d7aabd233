/** Train and test of one fold as the model takes them; preprocessing is fitted on the training rows alone. */
import { InvalidInputError } from '../core/errors.js';
import type { Matrix } from '../core/matrix.js';
import type { Split } from '../core/split.js';
import type { Table } from '../core/table.js';
import { toModelInput } from '../model/input.js';
import type { ModelInputMatrix } from '../model/types.js';
import type { PreprocessingPipeline } from '../preprocessing/pipeline.js';
import type { EarlierRows, RawSplits } from '../preprocessing/raw-splits.js';
import { timeOrder } from '../splits/label-spans.js';
import type { Fold } from '../splits/splitter.js';
import type { Candidate } from './candidate.js';
import { asTable, type RowData, takeFacts, takeX, withoutSharedWindows } from './row-data.js';

export interface FoldRows {
  readonly X: ModelInputMatrix;
  readonly y: Float64Array;
  readonly weights?: Float32Array;
}

export interface FoldData {
  readonly train: FoldRows;
  readonly test: FoldRows;
  /** As used: windows that share rows with test windows are left out of train. */
  readonly fold: Fold;
  readonly preprocessing?: PreprocessingPipeline;
  readonly featureNames?: readonly string[];
}

/** @throws InvalidInputError - nothing left to train on, or what preprocessing cannot take */
export async function foldData(data: RowData, given: Fold, candidate: Candidate): Promise<FoldData> {
  const pipeline = candidate.freshPipeline?.();
  if (pipeline) return preprocessed(data, given, pipeline, candidate);
  const X = data.X as ModelInputMatrix;
  return rowsOfFold(data, X, assertTrain(withoutSharedWindows(X, given)));
}

async function rowsOfFold(data: RowData, X: ModelInputMatrix, fold: Fold): Promise<FoldData> {
  const part = async (rows: Uint32Array): Promise<FoldRows> => {
    const { y, weights } = takeFacts(data, rows);
    return { X: await takeX(X, rows), y, weights };
  };
  return { train: await part(fold.train), test: await part(fold.test), fold };
}

function assertTrain(fold: Fold): Fold {
  if (fold.train.length > 0) return fold;
  throw new InvalidInputError('every training window holds rows of test windows: nothing is left to train on', {
    hint: 'Use larger folds or shorter windows.',
  });
}

async function preprocessed(
  data: RowData,
  given: Fold,
  pipeline: PreprocessingPipeline,
  candidate: Candidate,
): Promise<FoldData> {
  const X = data.X as Matrix | Table;
  if (candidate.sample.info.inputMode !== 'features') return windowsOfFeatures(data, X, given, pipeline, candidate);
  if (!looksBack(pipeline)) {
    const train = pipeline
      .fit(await splitOf('train', data, X, given.train))
      .transform(await splitOf('train', data, X, given.train));
    const test = pipeline.transform(await splitOf('validation', data, X, given.test));
    return finished(train, test, given, pipeline);
  }
  // Lags and windows need the rows between as well, in time order.
  const order = data.times ? timeOrder(data.times) : Uint32Array.from(data.y, (_, i) => i);
  const fold = { train: inOrder(order, given.train), test: inOrder(order, given.test) };
  const { train, test } = pipeline.fitTransform(await rawSplits(data, asTable(X), order, fold));
  return finished(train, test, fold, pipeline);
}

/** Whether a feature of one row is made from other rows. */
function looksBack({ options }: PreprocessingPipeline): boolean {
  const { lags, differences, rolling, ewm, expressions } = options;
  return [lags, differences, rolling, ewm].some((list) => list.length > 0) || Object.keys(expressions).length > 0;
}

function finished(
  train: Split<'train'>,
  test: Split<'validation'>,
  fold: Fold,
  preprocessing: PreprocessingPipeline,
): FoldData {
  return { train, test, fold, preprocessing, featureNames: preprocessing.featureNamesOut };
}

async function splitOf<R extends 'train' | 'validation', X extends Matrix | Table>(
  role: R,
  data: RowData,
  X: X,
  rows: Uint32Array,
): Promise<Split<R, X>> {
  return { role, X: await takeX(X, rows), ...takeFacts(data, rows) };
}

type PreparedFold = { train: Split<'train'>; test: Split<'validation'> };

async function rawSplits(data: RowData, X: Table, order: Uint32Array, fold: Fold): Promise<RawSplits<PreparedFold>> {
  const train = await splitOf('train', data, X, fold.train);
  const test = await splitOf('validation', data, X, fold.test);
  const trainHistory = historyOf(data, X, order, fold.train);
  const testHistory = historyOf(data, X, order, fold.test);
  return {
    train,
    trainHistory,
    withFeatures: (transform) => ({ train: transform(train, trainHistory), test: transform(test, testHistory) }),
  };
}

/** All other rows that lie before the last of `rows` (in the given order): only their features are read. */
function historyOf(data: RowData, X: Table, order: Uint32Array, rows: Uint32Array): EarlierRows {
  const own = new Uint8Array(data.rows);
  for (const row of rows) own[row] = 1;
  const others: number[] = [];
  const after: number[] = [];
  let passed = 0;
  for (const row of order) {
    if (own[row] === 1) passed++;
    else if (passed < rows.length) {
      others.push(row);
      after.push(passed);
    }
  }
  const { times, groups } = takeFacts(data, Uint32Array.from(others));
  return {
    X: X.take(others),
    after: Uint32Array.from(after),
    ...(times ? { times } : {}),
    ...(groups ? { groups } : {}),
  };
}

function inOrder(order: Uint32Array, rows: Uint32Array): Uint32Array {
  const own = new Uint8Array(order.length);
  for (const row of rows) own[row] = 1;
  return order.filter((row) => own[row] === 1);
}

/** For a model of windows: all rows are transformed by what the training rows taught, and windows are cut from them. */
async function windowsOfFeatures(
  data: RowData,
  X: Matrix | Table,
  given: Fold,
  pipeline: PreprocessingPipeline,
  { sample }: Candidate,
): Promise<FoldData> {
  if (data.groups) {
    throw new InvalidInputError('preprocessing before windows of several groups cannot be refitted in a fold', {
      hint: 'Windows would reach from one group into the next: validate each group by itself.',
    });
  }
  const order = data.times ? timeOrder(data.times) : Uint32Array.from(data.y, (_, i) => i);
  const place = new Uint32Array(order.length);
  for (const [i, row] of order.entries()) place[row] = i;
  const fold = {
    train: inOrder(order, given.train).map((row) => place[row]),
    test: inOrder(order, given.test).map((row) => place[row]),
  };
  pipeline.fit(await splitOf('train', data, X, inOrder(order, given.train)));
  const all = pipeline.transform(await splitOf('validation', data, X, order));
  const { inputMode } = sample.info;
  const { sequenceLength } = sample.config as { sequenceLength?: number };
  const input = await toModelInput(all.X, inputMode, sample.info.name, sequenceLength);
  const rows = { ...data, ...takeFacts(data, order) };
  const made = await rowsOfFold(rows, input, assertTrain(withoutSharedWindows(input, fold)));
  const back = (places: Uint32Array) => places.map((i) => order[i]);
  return {
    ...made,
    fold: { train: back(made.fold.train), test: back(made.fold.test) },
    preprocessing: pipeline,
    featureNames: pipeline.featureNamesOut,
  };
}
