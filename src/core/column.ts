/** One column of a table: its three kinds, and how arrays of plain values become one. */
import { InvalidInputError } from './errors.js';

/** Numbers; NaN is missing. */
export interface NumericColumn {
  readonly kind: 'numeric';
  readonly values: Float64Array;
}

/** Milliseconds since the epoch (UTC); NaN is missing. */
export interface TimeColumn {
  readonly kind: 'time';
  readonly values: Float64Array;
}

/** Text: row i holds `categories[codes[i]]`; code -1 is missing. Categories are distinct; rows need not use all of them. */
export interface CategoricalColumn {
  readonly kind: 'categorical';
  readonly codes: Int32Array;
  readonly categories: readonly string[];
}

/** A column of a table. */
export type Column = NumericColumn | TimeColumn | CategoricalColumn;

/** What callers may pass as a column. */
export type ColumnInput =
  | Column
  | ArrayLike<number>
  | ArrayLike<bigint>
  | readonly (string | null | undefined)[]
  | readonly (number | null | undefined)[]
  | readonly (boolean | null | undefined)[]
  | readonly (Date | null | undefined)[];

export const columnLength = (column: Column): number =>
  column.kind === 'categorical' ? column.codes.length : column.values.length;

export const describeColumn = (column: Column): string =>
  column.kind === 'categorical'
    ? `text (such as '${column.categories[0] ?? ''}')`
    : column.kind === 'time'
      ? 'a time'
      : 'numeric';

export function takeColumn(column: Column, rows: ArrayLike<number>): Column {
  if (column.kind === 'categorical') {
    const codes = new Int32Array(rows.length);
    for (let i = 0; i < rows.length; i++) codes[i] = column.codes[rows[i]];
    return { kind: 'categorical', codes, categories: column.categories };
  }
  const values = new Float64Array(rows.length);
  for (let i = 0; i < rows.length; i++) values[i] = column.values[rows[i]];
  return { kind: column.kind, values };
}

/** A view of rows `from` to `to`. */
export function sliceColumn(column: Column, from: number, to: number): Column {
  return column.kind === 'categorical'
    ? { kind: 'categorical', codes: column.codes.subarray(from, to), categories: column.categories }
    : { kind: column.kind, values: column.values.subarray(from, to) };
}

/** Codes in order of first appearance; null, undefined and holes are missing. */
export function categoricalFrom(values: ArrayLike<string | null | undefined>): CategoricalColumn {
  const codeOf = new Map<string, number>();
  const codes = new Int32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (value === null || value === undefined) {
      codes[i] = -1;
      continue;
    }
    let code = codeOf.get(value);
    if (code === undefined) codeOf.set(value, (code = codeOf.size));
    codes[i] = code;
  }
  return { kind: 'categorical', codes, categories: [...codeOf.keys()] };
}

type ValueKind = 'number' | 'string' | 'date';

function kindOf(value: unknown): ValueKind | undefined {
  switch (typeof value) {
    case 'number':
    case 'bigint':
    case 'boolean':
      return 'number';
    case 'string':
      return 'string';
    default:
      return value instanceof Date ? 'date' : undefined;
  }
}

const described = (value: unknown): string =>
  typeof value === 'string'
    ? `the text '${value.slice(0, 40)}'`
    : value instanceof Date
      ? 'a Date'
      : `a ${typeof value}`;

/** A column from anything in `ColumnInput`; the first value that does not fit is an `InvalidInputError` naming row and column. */
export function toColumn(input: ColumnInput, name: string): Column {
  if (input instanceof Float64Array) return { kind: 'numeric', values: input };
  if (input === null || typeof input !== 'object') throw notAColumn(name, input);
  if ('kind' in input) return checkedColumn(input, name);
  if (ArrayBuffer.isView(input) && !(input instanceof DataView)) return numericFrom(input as ArrayLike<number>);
  if (!(Number.isInteger(input.length) && input.length >= 0)) throw notAColumn(name, input);
  return fromValues(input as ArrayLike<unknown>, name);
}

function numericFrom(values: ArrayLike<number | bigint>): NumericColumn {
  const out = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) out[i] = Number(values[i]);
  return { kind: 'numeric', values: out };
}

function fromValues(values: ArrayLike<unknown>, name: string): Column {
  let kind: ValueKind | undefined;
  let first = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    // NaN is a missing value in an array of any kind.
    if (value === null || value === undefined || (typeof value === 'number' && Number.isNaN(value))) continue;
    const here = kindOf(value);
    if (!here || (value instanceof Date && Number.isNaN(value.getTime()))) {
      throw new InvalidInputError(
        `Column '${name}', row ${i}: ${here ? 'an invalid Date' : described(value)} cannot be a cell`,
        {
          hint: 'Cells are numbers, strings, booleans, valid Dates, or null.',
          details: { row: i, column: name },
        },
      );
    }
    if (kind === undefined) {
      kind = here;
      first = i;
    } else if (kind !== here) {
      throw new InvalidInputError(
        `Column '${name}' mixes types: row ${first} holds ${described(values[first])}, row ${i} ${described(value)}`,
        {
          hint: 'Convert the column to one type first; use null for missing values.',
          details: { row: i, column: name },
        },
      );
    }
  }
  if (kind === 'string') return categoricalFrom(nanToNull(values));
  const out = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    out[i] = value === null || value === undefined ? Number.NaN : Number(value);
  }
  return { kind: kind === 'date' ? 'time' : 'numeric', values: out };
}

const nanToNull = (values: ArrayLike<unknown>): ArrayLike<string | null> =>
  Array.from(values, (value) => (typeof value === 'string' ? value : null));

function checkedColumn(column: Column, name: string): Column {
  if (column.kind === 'categorical') {
    const { codes, categories } = column;
    if (!(codes instanceof Int32Array) || !Array.isArray(categories)) throw notAColumn(name, column);
    for (let i = 0; i < codes.length; i++) {
      if (codes[i] < -1 || codes[i] >= categories.length) {
        throw new InvalidInputError(
          `Column '${name}', row ${i}: code ${codes[i]} is not one of ${categories.length} categories`,
          {
            details: { row: i, column: name },
          },
        );
      }
    }
    return column;
  }
  if ((column.kind === 'numeric' || column.kind === 'time') && column.values instanceof Float64Array) return column;
  throw notAColumn(name, column);
}

function notAColumn(name: string, value: unknown): InvalidInputError {
  return new InvalidInputError(
    `Column '${name}' is ${value === null ? 'null' : typeof value}, not an array of values`,
    {
      hint: 'Pass an array of numbers, strings, booleans or Dates, a typed array, or a Column.',
      details: { column: name },
    },
  );
}
