/** A pipeline as the leak prover runs it: named steps, each from a table to the next one. */
import type { Column } from '../core/column.js';
import { InvalidInputError } from '../core/errors.js';
import type { Matrix } from '../core/matrix.js';
import type { Split } from '../core/split.js';
import { Table } from '../core/table.js';
import type { PreprocessingOptions } from '../preprocessing/options.js';
import { PreprocessingPipeline } from '../preprocessing/pipeline.js';

/** What a step may know of where it stands. */
export interface StepContext {
  /** Rows before the cut: the first so many of the table. Training rows are among them. */
  readonly rowsBefore: number;
  /** Of those, the rows whose labels are known before the cut: what may be learned from. */
  readonly trainRows: Uint32Array;
}

/** A step of your own: rows in, rows or features out. */
export type StepFunction = (table: Table, context: StepContext) => Table | Matrix | Promise<Table | Matrix>;

/** One step by name. It gets all rows, in time order, and gives as many back (or others, with their time column). */
export interface LeakStep {
  readonly name: string;
  readonly run: StepFunction;
}

/** Functions are named after themselves; a `PreprocessingPipeline` is fitted anew on the rows before the cut. */
export type ProvablePipeline = PipelinePart | readonly PipelinePart[];
/** A step to prove: preprocessing of this library, a function from table to table, or one with a name. */
export type PipelinePart = PreprocessingPipeline | StepFunction | LeakStep;

/** Columns that say what a row is, and are no features. */
export interface RowColumns {
  readonly time?: string;
  readonly label?: string;
  readonly labelEnd?: string;
  readonly group?: string;
}

/** @throws InvalidInputError - no steps, something that is none, or a name twice */
export function stepsOf(pipeline: ProvablePipeline, columns: RowColumns): LeakStep[] {
  const parts = Array.isArray(pipeline) ? (pipeline as readonly PipelinePart[]) : [pipeline as PipelinePart];
  const steps = parts.map((part, i) => stepOf(part, i, columns));
  const twice = steps.find(({ name }, i) => steps.findIndex((other) => other.name === name) < i);
  if (steps.length === 0 || twice) {
    throw new InvalidInputError(twice ? `proveNoLeak: two steps are named '${twice.name}'` : 'proveNoLeak: no steps', {
      hint: 'Pass a PreprocessingPipeline, a function from table to table, or a list of { name, run }.',
    });
  }
  return steps;
}

function stepOf(part: PipelinePart, i: number, columns: RowColumns): LeakStep {
  if (part instanceof PreprocessingPipeline) {
    return { name: 'preprocessing', run: (table, context) => preprocess(part, table, context, columns) };
  }
  if (typeof part === 'function') return { name: part.name || `step ${i + 1}`, run: part };
  if (part !== null && typeof part === 'object' && typeof part.run === 'function' && typeof part.name === 'string')
    return part;
  throw new InvalidInputError(`proveNoLeak: step ${i + 1} is neither a pipeline, a function nor { name, run }`, {
    hint: 'A step takes a table and gives a table: { name: "scale", run: (table) => ... }.',
  });
}

/** As in use: fitted on what is known before the cut, then all rows in one go, so that whatever looks ahead has something to see. */
function preprocess(
  pipeline: PreprocessingPipeline,
  table: Table,
  { trainRows }: StepContext,
  columns: RowColumns,
): Table {
  const own = Object.values(columns).filter((name): name is string => name !== undefined && table.has(name));
  const features = table.drop(own);
  const split = (rows?: Uint32Array): Split<'train', Table> => {
    const of = rows ? table.take(rows) : table;
    const { time, label, group, labelEnd } = columns;
    return {
      role: 'train',
      X: rows ? features.take(rows) : features,
      y: label !== undefined && of.has(label) ? labelsOf(of, label) : new Float64Array(of.rowCount),
      ...(time !== undefined && { times: of.numeric(time) }),
      ...(time !== undefined && labelEnd !== undefined && of.has(labelEnd) && { labelEnds: of.numeric(labelEnd) }),
      ...(group !== undefined && of.has(group) && { groups: of.strings(group).map(String) }),
    };
  };
  const Pipeline = pipeline.constructor as new (options: PreprocessingOptions) => PreprocessingPipeline;
  const fitted = new Pipeline(pipeline.options as PreprocessingOptions).fit(split(trainRows));
  // As later rows, not as training rows: those would be encoded out of fold among all rows.
  const all = { ...split(), role: 'validation' as const };
  const matrix = fitted.transform(all).X;
  return Table.fromEntries([
    ...own.map((name): [string, Column] => [name, table.column(name)]),
    ...tableOf(matrix, fitted.featureNamesOut),
  ]);
}

function labelsOf(table: Table, label: string): Float64Array {
  const column = table.column(label);
  return column.kind === 'categorical' ? Float64Array.from(column.codes) : column.values;
}

/** Columns of a matrix by name. */
export function tableOf(X: Matrix, names: readonly string[]): [string, Column][] {
  return names.map((name, j) => [name, { kind: 'numeric', values: Float64Array.from(X.column(j)) }]);
}
