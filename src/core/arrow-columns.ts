/**
 * Columns of an Arrow JS table, by duck typing: nothing of Arrow is imported, any version that has `schema.fields` and `getChild` serves.
 * Type ids are those of the Arrow IPC format (`Schema.fbs`), which Arrow JS uses.
 */
import { type Column, categoricalFrom } from './column.js';
import { InvalidInputError } from './errors.js';

interface ArrowType {
  readonly typeId: number;
  readonly precision?: number;
  /** Value type of a dictionary. */
  readonly dictionary?: ArrowType;
}

interface ArrowChunk {
  readonly values?: unknown;
  /** Of texts: where each begins and ends. */
  readonly valueOffsets?: unknown;
  readonly length: number;
  readonly nullCount?: number;
}

interface ArrowVector {
  readonly length: number;
  readonly nullCount: number;
  readonly data?: readonly ArrowChunk[];
  get(row: number): unknown;
  isValid?(row: number): boolean;
}

interface ArrowTable {
  readonly schema: { readonly fields: readonly { readonly name: string; readonly type: ArrowType }[] };
  getChild?(name: string): ArrowVector | null;
  getChildAt?(index: number): ArrowVector | null;
}

const DICTIONARY = -1;
const NULL = 1;
const INT = 2;
const FLOAT = 3;
const UTF8 = 5;
const BOOL = 6;
const DATE = 8;
const TIMESTAMP = 10;
const LARGE_UTF8 = 20;

export function arrowColumns(table: unknown): [string, Column][] {
  const arrow = table as ArrowTable | null;
  if (!Array.isArray(arrow?.schema?.fields) || !(arrow.getChildAt || arrow.getChild)) {
    throw new InvalidInputError('Table.fromArrow: this is not an Arrow table', {
      hint: 'Pass a table of apache-arrow (tableFromIPC, tableFromArrays, ...).',
    });
  }
  return arrow.schema.fields.map((field, index) => {
    const vector = arrow.getChildAt?.(index) ?? arrow.getChild?.(field.name);
    if (!vector) throw new InvalidInputError(`Table.fromArrow: column '${field.name}' has no data`);
    if (vector.data?.some((chunk) => isShort(chunk, field.type))) {
      throw new InvalidInputError(`Table.fromArrow: column '${field.name}' has values for fewer rows than it counts`, {
        hint: 'The data is damaged: write or copy it again.',
        details: { column: field.name },
      });
    }
    return [field.name, columnOf(field.name, field.type, vector)];
  });
}

/** Arrow's vectors take what lies behind the end of a buffer for nothing, row by row. */
function isShort({ values, valueOffsets, length, nullCount }: ArrowChunk, { typeId }: ArrowType): boolean {
  if (nullCount === length) return false;
  if (typeId === UTF8 || typeId === LARGE_UTF8)
    return ArrayBuffer.isView(valueOffsets) && sizeOf(valueOffsets) <= length;
  return ArrayBuffer.isView(values) && sizeOf(values) < (typeId === BOOL ? Math.ceil(length / 8) : length);
}

const sizeOf = (values: ArrayBufferView): number => (values as ArrayBufferView & { length: number }).length;

function columnOf(name: string, type: ArrowType, vector: ArrowVector): Column {
  const valueType = type.typeId === DICTIONARY ? type.dictionary : type;
  switch (valueType?.typeId) {
    case UTF8:
    case LARGE_UTF8:
      return categoricalFrom(Array.from({ length: vector.length }, (_, i) => vector.get(i) as string | null));
    case NULL:
      return { kind: 'numeric', values: new Float64Array(vector.length).fill(Number.NaN) };
    case INT:
    case FLOAT:
      return { kind: 'numeric', values: (type === valueType && chunked(vector)) || oneByOne(vector) };
    case BOOL:
      return { kind: 'numeric', values: oneByOne(vector) };
    case DATE:
    case TIMESTAMP:
      return { kind: 'time', values: oneByOne(vector) };
    default:
      throw new InvalidInputError(
        `Table.fromArrow: column '${name}' has the type ${String(valueType)}, which has no counterpart here`,
        {
          hint: 'Numbers, booleans, text, dictionaries, dates and timestamps are read: cast the column or leave it out.',
          details: { column: name, type: String(valueType) },
        },
      );
  }
}

/** Vectors give dates and timestamps of any unit as milliseconds (older versions dates as `Date`), so `Number` serves all types. */
function oneByOne(vector: ArrowVector): Float64Array {
  const out = new Float64Array(vector.length);
  for (let i = 0; i < out.length; i++) {
    const value = vector.get(i);
    out[i] = value === null || value === undefined ? Number.NaN : Number(value);
  }
  return out;
}

/** Copies whole buffers where the storage is plain numbers; undefined where it is not (64-bit integers, half floats). */
function chunked(vector: ArrowVector): Float64Array | undefined {
  const out = new Float64Array(vector.length);
  let at = 0;
  for (const chunk of vector.data ?? []) {
    const values = chunk.values;
    if (!isPlainNumbers(values) || values.length < chunk.length) return undefined;
    out.set(values.subarray(0, chunk.length), at);
    at += chunk.length;
  }
  if (at !== out.length) return undefined;
  if (vector.nullCount > 0) {
    for (let i = 0; i < out.length; i++) {
      if (vector.isValid ? !vector.isValid(i) : vector.get(i) === null) out[i] = Number.NaN;
    }
  }
  return out;
}

type PlainNumbers = Int8Array | Int16Array | Int32Array | Uint8Array | Uint32Array | Float32Array | Float64Array;

function isPlainNumbers(values: unknown): values is PlainNumbers {
  // Not Uint16Array: half floats are stored in one.
  return (
    values instanceof Int8Array ||
    values instanceof Int16Array ||
    values instanceof Int32Array ||
    values instanceof Uint8Array ||
    values instanceof Uint32Array ||
    values instanceof Float32Array ||
    values instanceof Float64Array
  );
}
