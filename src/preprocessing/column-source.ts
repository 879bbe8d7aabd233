/** One view of the two kinds of raw input, a `Table` or a `Matrix`: named columns, read whole or a block of rows at a time. */
import { type CategoricalColumn, type Column, categoricalFrom, describeColumn } from '../core/column.js';
import { InvalidInputError } from '../core/errors.js';
import { Matrix } from '../core/matrix.js';
import { Table } from '../core/table.js';
import { listed, nearest } from '../core/text.js';

export type ColumnKind = Column['kind'];

export interface ColumnSource {
  readonly rowCount: number;
  readonly names: readonly string[];
  has(name: string): boolean;
  /** Kind of the column; `InvalidInputError` with the nearest name when there is none. */
  kind(name: string): ColumnKind;
  column(name: string): Column;
  /** Rows `from .. to` of a numeric or time column: a view, or `buffer` filled. */
  read(name: string, from: number, to: number, buffer: Float64Array): Float64Array;
}

/** A source over raw input; `names` are those of a matrix's columns. Throws `InvalidInputError` for anything but a table or a matrix. */
export function sourceOf(X: Table | Matrix, names?: readonly string[]): ColumnSource {
  if (X instanceof Table) return new TableSource(X);
  if (X instanceof Matrix) return new MatrixSource(X, names ?? defaultNames(X.cols));
  throw new InvalidInputError(`Preprocessing takes a Table or a Matrix, got ${X === null ? 'null' : typeof X}`, {
    hint: 'Wrap arrays by Matrix.from(rows) or Table.fromColumns({ name: values }).',
  });
}

export const defaultNames = (cols: number): string[] => Array.from({ length: cols }, (_, j) => `f${j}`);

/** The error for a column that some option or a fitted pipeline asks for and the data lack. */
export function unknownColumn(name: string, names: readonly string[], asker: string): InvalidInputError {
  const close = nearest(name, names);
  return new InvalidInputError(`${asker}: there is no column '${name}'`, {
    hint: close ? `Did you mean '${close}'?` : `The columns are: ${listed(names, 20)}.`,
    details: { column: name, nearest: close, columns: [...names] },
  });
}

class TableSource implements ColumnSource {
  readonly names: readonly string[];

  constructor(private readonly table: Table) {
    this.names = table.columnNames;
  }

  get rowCount(): number {
    return this.table.rowCount;
  }
  has(name: string): boolean {
    return this.table.has(name);
  }
  kind(name: string): ColumnKind {
    return this.table.column(name).kind;
  }
  column(name: string): Column {
    return this.table.column(name);
  }
  read(name: string, from: number, to: number): Float64Array {
    return this.table.numeric(name).subarray(from, to);
  }
}

/** Columns read together, and rows from which that pays. */
const PANEL = 16;
const LONG = 4096;

class MatrixSource implements ColumnSource {
  private panel: { readonly first: number; readonly values: Float32Array } | undefined;
  private readonly index: ReadonlyMap<string, number>;

  constructor(
    private readonly matrix: Matrix,
    readonly names: readonly string[],
  ) {
    if (names.length !== matrix.cols) {
      throw new InvalidInputError(`The matrix has ${matrix.cols} columns, ${names.length} were expected`, {
        hint: 'Give the columns the pipeline was fitted on, in their order (or one of `columns.names` for each).',
        details: { columns: matrix.cols, expected: names.length },
      });
    }
    this.index = new Map(names.map((name, j) => [name, j]));
    if (this.index.size !== names.length) {
      throw new InvalidInputError('Column names are not unique', { details: { names: [...names] } });
    }
  }

  get rowCount(): number {
    return this.matrix.rows;
  }
  has(name: string): boolean {
    return this.index.has(name);
  }
  kind(name: string): ColumnKind {
    this.position(name);
    return 'numeric';
  }
  column(name: string): Column {
    const values = new Float64Array(this.matrix.rows);
    return { kind: 'numeric', values: this.read(name, 0, this.matrix.rows, values) };
  }
  read(name: string, from: number, to: number, buffer: Float64Array): Float64Array {
    const { data, cols, rows } = this.matrix;
    const j = this.position(name);
    if (from === 0 && to === rows && rows > LONG) return this.wholeColumn(j, buffer);
    const n = to - from;
    for (let i = 0, p = from * cols + j; i < n; i++, p += cols) buffer[i] = data[p];
    return n === buffer.length ? buffer : buffer.subarray(0, n);
  }

  /** Long columns are read a panel at a time: neighbours share the cache lines that a column alone would fetch again. */
  private wholeColumn(j: number, buffer: Float64Array): Float64Array {
    const { data, cols, rows } = this.matrix;
    const first = j - (j % PANEL);
    if (this.panel?.first !== first) {
      const width = Math.min(PANEL, cols - first);
      const values = this.panel?.values ?? new Float32Array(PANEL * rows);
      for (let i = 0; i < rows; i++) {
        for (let c = 0, p = i * cols + first; c < width; c++, p++) values[c * rows + i] = data[p];
      }
      this.panel = { first, values };
    }
    const out = rows === buffer.length ? buffer : buffer.subarray(0, rows);
    out.set(this.panel.values.subarray((j - first) * rows, (j - first + 1) * rows));
    return out;
  }

  private position(name: string): number {
    const j = this.index.get(name);
    if (j === undefined) throw unknownColumn(name, this.names, 'Matrix');
    return j;
  }
}

/** A source with further (engineered) columns after its own. */
export function withColumns(source: ColumnSource, added: ReadonlyMap<string, Column>): ColumnSource {
  if (added.size === 0) return source;
  return {
    rowCount: source.rowCount,
    names: [...source.names, ...added.keys()],
    has: (name) => added.has(name) || source.has(name),
    kind: (name) => added.get(name)?.kind ?? source.kind(name),
    column: (name) => added.get(name) ?? source.column(name),
    read: (name, from, to, buffer) => {
      const column = added.get(name);
      if (!column) return source.read(name, from, to, buffer);
      return column.kind === 'categorical' ? source.read(name, from, to, buffer) : column.values.subarray(from, to);
    },
  };
}

/**
 * The column as one of the kind a fitted pipeline expects. A column without any value has the kind that is asked for (a reader cannot know
 * better); another change of kind is an `InvalidInputError`.
 */
export function columnAs(source: ColumnSource, name: string, wanted: ColumnKind): Column {
  const column = source.column(name);
  if (column.kind === wanted) return column;
  const empty =
    column.kind === 'categorical' ? column.codes.every((code) => code < 0) : column.values.every(Number.isNaN);
  if (empty) return emptyColumn(wanted, source.rowCount);
  throw new InvalidInputError(
    `Column '${name}' was ${wanted === 'categorical' ? 'text' : wanted} in the training rows and is ${describeColumn(column)} here`,
    {
      hint: 'Read the data with the same column types as the training data; one odd cell makes a numeric column text.',
      details: { column: name, expected: wanted, kind: column.kind },
    },
  );
}

function emptyColumn(kind: ColumnKind, rows: number): Column {
  if (kind === 'categorical') return { kind, codes: new Int32Array(rows).fill(-1), categories: [] };
  return { kind, values: new Float64Array(rows).fill(Number.NaN) };
}

/** A column of the source as categories; infinite numbers are no category, see `checkedFinite`. */
export function categoriesOf(source: ColumnSource, name: string, infinite: 'error' | 'missing'): CategoricalColumn {
  const column = source.column(name);
  if (column.kind === 'categorical') return column;
  return asCategories({ kind: column.kind, values: checkedFinite(column.values, name, infinite) });
}

/** Any column as categories: numbers by their shortest decimal text. */
export function asCategories(column: Column): CategoricalColumn {
  if (column.kind === 'categorical') return column;
  return categoricalFrom(Array.from(column.values, (value) => (Number.isNaN(value) ? null : String(value))));
}

/** The values, or a copy with infinities missing; under 'error' an infinity is an `InvalidInputError` naming its rows. */
export function checkedFinite(values: Float64Array, name: string, infinite: 'error' | 'missing'): Float64Array {
  let bad = 0;
  for (let i = 0; i < values.length; i++) if (values[i] - values[i] !== 0 && !Number.isNaN(values[i])) bad++;
  if (bad === 0) return values;
  if (infinite === 'missing') return values.map((value) => (Number.isFinite(value) ? value : Number.NaN));
  throw infiniteValues(name, values, 0);
}

/** The error for infinite values, with the first rows that hold one. */
export function infiniteValues(name: string, values: Float64Array, offset: number): InvalidInputError {
  const rows: number[] = [];
  for (let i = 0; i < values.length && rows.length < 20; i++) {
    if (!Number.isFinite(values[i]) && !Number.isNaN(values[i])) rows.push(offset + i);
  }
  return new InvalidInputError(`Column '${name}' holds infinite values, such as in row ${listed(rows)}`, {
    hint: "Find out where they come from; `infinite: 'missing'` treats them as missing values.",
    details: { column: name, rows },
  });
}
