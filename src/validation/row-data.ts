/** The rows of a cross-validation, checked once, and what each fold takes of them. */
import { finiteLabelsInTurns, sampleWeightsInTurns } from '../core/checks.js';
import { InvalidInputError } from '../core/errors.js';
import type { Matrix } from '../core/matrix.js';
import { withoutSharedRows } from '../core/shared-windows.js';
import { assertRole, type Split } from '../core/split.js';
import { Table } from '../core/table.js';
import { checkValues, rowCount, takeRowsInTurns, toModelInput, windowsOf } from '../model/input.js';
import type { ModelInput, ModelInputMatrix } from '../model/types.js';
import { inheritRows } from '../splits/row-origin.js';
import type { Fold } from '../splits/splitter.js';
import type { Candidate } from './candidate.js';

/** X of the rows to validate on: what the model takes, or a table or matrix for preprocessing. */
export type ValidationInput = ModelInput | Table;

export interface RowData {
  readonly X: ModelInputMatrix | Table;
  readonly y: Float64Array;
  readonly weights?: Float32Array;
  readonly times?: Float64Array;
  readonly labelEnds?: Float64Array;
  readonly groups?: ArrayLike<string | number>;
  readonly rows: number;
}

/** @throws InvalidInputError - rows that cannot be used; DataLeakageError - rows of another role than train */
export async function rowDataOf(
  data: Split<'train', ValidationInput>,
  candidate: Candidate,
  what: string,
): Promise<RowData> {
  assertRole(data, ['train'], what);
  const X = await inputOf(data.X, candidate, what);
  const rows = X instanceof Table ? X.rowCount : rowCount(X);
  if (rows === 0)
    throw new InvalidInputError(`${what}: there are no rows`, { hint: 'Pass rows to train and test on.' });
  if (!(X instanceof Table)) await checkValues(X, what);
  const { times, labelEnds, groups } = data;
  return {
    X,
    rows,
    y: await finiteLabelsInTurns(data.y, rows, `${what}: y`),
    ...(data.weights ? { weights: await sampleWeightsInTurns(data.weights, rows, `${what}: weights`) } : {}),
    ...(times ? { times } : {}),
    ...(labelEnds ? { labelEnds } : {}),
    ...(groups ? { groups } : {}),
  };
}

async function inputOf(X: ValidationInput, { sample, freshPipeline }: Candidate, what: string): Promise<RowData['X']> {
  if (X instanceof Table) {
    if (freshPipeline) return X;
    throw new InvalidInputError(`${what}: the rows are a Table, which a model cannot take`, {
      hint: 'Pass { preprocessing, model }: preprocessing is then fitted inside each fold.',
    });
  }
  if (freshPipeline) return toModelInput(X, 'features', what);
  const { sequenceLength } = sample.config as { sequenceLength?: number };
  return toModelInput(X, sample.info.inputMode, what, sequenceLength);
}

/** Training windows that hold rows of test windows would show the model what it is tested on: they are left out. */
export function withoutSharedWindows(X: ModelInputMatrix, fold: Fold): Fold {
  const windows = windowsOf(X);
  return windows ? { train: withoutSharedRows(windows, fold.train, fold.test), test: fold.test } : fold;
}

/** The given rows, known to the ledger that knows X: what learns from them is held to it. */
export async function takeX<T extends ModelInputMatrix | Table>(X: T, rows: Uint32Array): Promise<T> {
  const taken = (X instanceof Table ? X.take(rows) : await takeRowsInTurns(X as ModelInputMatrix, rows)) as T;
  inheritRows(X, taken, { rows });
  return taken;
}

/** The rows of a matrix as a table, its columns named as preprocessing names them. */
export function asTable(X: Matrix | Table): Table {
  if (X instanceof Table) return X;
  const table = Table.fromColumns(
    Object.fromEntries(Array.from({ length: X.cols }, (_, j) => [`f${j}`, Float64Array.from(X.column(j))])),
  );
  inheritRows(X, table);
  return table;
}

/** Labels, weights, times and groups of the given rows. */
export function takeFacts(data: RowData, rows: Uint32Array): Omit<Split<'train', unknown>, 'role' | 'X'> {
  const { y, weights, times, labelEnds, groups } = data;
  const numbers = (values: Float64Array) => Float64Array.from(rows, (row) => values[row]);
  return {
    y: numbers(y),
    ...(weights ? { weights: Float32Array.from(rows, (row) => weights[row]) } : {}),
    ...(times ? { times: numbers(times) } : {}),
    ...(labelEnds ? { labelEnds: numbers(labelEnds) } : {}),
    ...(groups ? { groups: Array.from(rows, (row) => groups[row]) } : {}),
  };
}
