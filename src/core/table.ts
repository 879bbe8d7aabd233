/**
 * Column table with numeric, categorical (text) and time columns; what files, Arrow tables and arrays of records become.
 * A table is never changed: every operation returns another one, sharing columns where it can.
 */
import { arrowColumns } from './arrow-columns.js';
import {
  type Column,
  type ColumnInput,
  columnLength,
  describeColumn,
  sliceColumn,
  takeColumn,
  toColumn,
} from './column.js';
import { InvalidInputError } from './errors.js';
import { listed, nearest } from './text.js';

export type { CategoricalColumn, Column, ColumnInput, NumericColumn, TimeColumn } from './column.js';

/** A cell as a record holds it: a number, text, a `Date` for time columns, null where missing. */
export type TableCell = number | string | Date | null;

/**
 * Columns of equal length, by name.
 *
 * @example
 * const table = Table.fromRecords([{ close: 10, side: 'buy' }, { close: 11, side: null }]);
 * table.numeric('close'); // Float64Array [10, 11]
 * table.strings('side'); // ['buy', null]
 */
export class Table {
  private constructor(
    private readonly columns: ReadonlyMap<string, Column>,
    readonly rowCount: number,
  ) {}

  /**
   * Rows as objects: number, bigint and boolean (0/1) become numeric columns, strings categorical, `Date` time; null, undefined and absent
   * keys are missing. Columns appear in the order in which the rows first name them. Throws `InvalidInputError` naming row and column
   * for mixed or unusable values.
   */
  static fromRecords(rows: readonly Record<string, unknown>[]): Table {
    if (!Array.isArray(rows) || rows.length === 0) {
      throw new InvalidInputError(
        `Table.fromRecords: expected a non-empty array of objects, got ${Array.isArray(rows) ? 'an empty array' : typeof rows}`,
        { hint: 'Pass one object a row: [{ close: 10, volume: 3 }, ...].' },
      );
    }
    const cells = new Map<string, unknown[]>();
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i];
      if (row === null || typeof row !== 'object' || Array.isArray(row)) {
        throw new InvalidInputError(
          `Table.fromRecords: row ${i} is ${row === null ? 'null' : Array.isArray(row) ? 'an array' : typeof row}, not an object`,
          {
            hint: 'Each row is an object from column name to value.',
            details: { row: i },
          },
        );
      }
      for (const name of Object.keys(row)) {
        let column = cells.get(name);
        if (!column) cells.set(name, (column = new Array(rows.length)));
        column[i] = row[name];
      }
    }
    return Table.fromEntries([...cells].map(([name, values]) => [name, toColumn(values as ColumnInput, name)]));
  }

  /**
   * Arrays by column name, all of one length: numbers (a `Float64Array` is used without a copy and must not change afterwards), strings,
   * `Date`s, booleans, or a `Column`. Null is missing.
   */
  static fromColumns(columns: Readonly<Record<string, ColumnInput>>): Table {
    const entries = columns === null || typeof columns !== 'object' ? [] : Object.entries(columns);
    const table = Table.fromEntries(entries.map(([name, values]) => [name, toColumn(values, name)]));
    if (table.rowCount === 0) {
      throw new InvalidInputError(`Table.fromColumns: ${entries.length === 0 ? 'no columns' : 'no rows'}`, {
        hint: 'Pass { name: values, ... } with at least one row.',
      });
    }
    return table;
  }

  /** Finished columns in the given order; names must be unique and lengths equal. Zero rows are allowed. */
  static fromEntries(entries: Iterable<readonly [string, Column]>): Table {
    const columns = new Map<string, Column>();
    let rows = -1;
    for (const [name, column] of entries) {
      if (columns.has(name)) {
        throw new InvalidInputError(`Duplicate column '${name}'`, {
          hint: 'Column names must be unique; rename one of them.',
          details: { column: name },
        });
      }
      const length = columnLength(column);
      if (rows >= 0 && length !== rows) {
        throw new InvalidInputError(`Column '${name}' has ${length} values, the columns before it have ${rows}`, {
          hint: 'All columns must have one length; use NaN or null for missing values.',
          details: { column: name, length, expected: rows },
        });
      }
      rows = length;
      columns.set(name, column);
    }
    return new Table(columns, Math.max(rows, 0));
  }

  /**
   * Any Arrow JS table (`schema.fields` and `getChild`): integers, floats and booleans become numeric, text and dictionaries of text
   * categorical, dates and timestamps time (ms). 64-bit integers are rounded to double precision. Another type is an
   * `InvalidInputError` naming the column.
   */
  static fromArrow(table: unknown): Table {
    return Table.fromEntries(arrowColumns(table));
  }

  get columnNames(): string[] {
    return [...this.columns.keys()];
  }

  /** Whether there is a column of this name. */
  has(name: string): boolean {
    return this.columns.has(name);
  }

  /** The column; its arrays are the table's own and must not be changed. Unknown names throw `InvalidInputError` with the nearest one. */
  column(name: string): Column {
    const column = this.columns.get(name);
    if (!column) throw this.unknown(name);
    return column;
  }

  /** Values of a numeric column, or milliseconds of a time column; NaN is missing. The array is the table's own. */
  numeric(name: string): Float64Array {
    const column = this.column(name);
    if (column.kind === 'categorical') {
      throw new InvalidInputError(`Column '${name}' is ${describeColumn(column)}, not numeric`, {
        hint: 'Encode it (PreprocessingPipeline), or check why it did not parse as numbers or timestamps: one odd cell makes a column text.',
        details: { column: name, kind: column.kind },
      });
    }
    return column.values;
  }

  /** Every cell as text: categories, decimal numbers, ISO timestamps; null where missing. */
  strings(name: string): (string | null)[] {
    const column = this.column(name);
    if (column.kind === 'categorical') {
      return Array.from(column.codes, (code) => (code < 0 ? null : column.categories[code]));
    }
    // Beyond a Date's range a time has no calendar form.
    const iso = (v: number) => (Math.abs(v) <= 8.64e15 ? new Date(v).toISOString() : String(v));
    const text = column.kind === 'time' ? iso : String;
    return Array.from(column.values, (v) => (Number.isNaN(v) ? null : text(v)));
  }

  /** The given rows in that order; repeats are allowed. Categories keep their full list, also those that no kept row has. */
  take(rows: ArrayLike<number>): Table {
    for (let i = 0; i < rows.length; i++) {
      if (!(rows[i] >= 0 && rows[i] < this.rowCount && Number.isInteger(rows[i]))) {
        throw new InvalidInputError(`Table.take: row ${rows[i]} is outside 0..${this.rowCount - 1}`, {
          details: { row: rows[i] },
        });
      }
    }
    return this.map((column) => takeColumn(column, rows), rows.length);
  }

  /** Rows `from` to `to` (exclusive), clamped as `Array.slice` clamps; nothing is copied. */
  slice(from = 0, to = this.rowCount): Table {
    const start = Math.min(Math.max(from < 0 ? this.rowCount + from : from, 0), this.rowCount);
    const end = Math.min(Math.max(to < 0 ? this.rowCount + to : to, start), this.rowCount);
    return this.map((column) => sliceColumn(column, start, end), end - start);
  }

  /** Only these columns, in this order. */
  select(names: readonly string[]): Table {
    const columns = new Map(names.map((name) => [name, this.column(name)] as const));
    return new Table(columns, this.rowCount);
  }

  /** Without these columns. */
  drop(names: readonly string[]): Table {
    for (const name of names) this.column(name);
    const columns = new Map([...this.columns].filter(([name]) => !names.includes(name)));
    return new Table(columns, this.rowCount);
  }

  /** With one column added at the end, or replaced in its place. */
  with(name: string, values: ColumnInput): Table {
    const column = toColumn(values, name);
    const length = columnLength(column);
    if (this.columns.size > 0 && length !== this.rowCount) {
      throw new InvalidInputError(`Column '${name}' has ${length} values, the table has ${this.rowCount} rows`, {
        details: { column: name, length, expected: this.rowCount },
      });
    }
    return new Table(new Map(this.columns).set(name, column), length);
  }

  /** Rows `from` to `to` (exclusive) as plain objects. */
  records(from = 0, to = this.rowCount): Record<string, TableCell>[] {
    const part = this.slice(from, to);
    const readers = [...part.columns].map(([name, column]) => [name, cellReader(column)] as const);
    // fromEntries defines own properties, so a column named '__proto__' is data like any other.
    return Array.from({ length: part.rowCount }, (_, i) =>
      Object.fromEntries(readers.map(([name, read]) => [name, read(i)])),
    );
  }

  private map(change: (column: Column) => Column, rows: number): Table {
    return new Table(new Map([...this.columns].map(([name, column]) => [name, change(column)] as const)), rows);
  }

  private unknown(name: string): InvalidInputError {
    const close = nearest(name, this.columns.keys());
    return new InvalidInputError(`Unknown column '${name}'`, {
      hint: close ? `Did you mean '${close}'?` : `The columns are: ${listed(this.columnNames, 20)}.`,
      details: { column: name, nearest: close, columns: this.columnNames },
    });
  }
}

function cellReader(column: Column): (row: number) => TableCell {
  if (column.kind === 'categorical') {
    return (i) => (column.codes[i] < 0 ? null : column.categories[column.codes[i]]);
  }
  const wrap = column.kind === 'time' ? (v: number) => new Date(v) : (v: number) => v;
  return (i) => (Number.isNaN(column.values[i]) ? null : wrap(column.values[i]));
}
