/** Cells of a DuckDB result: what its package gives for a value of each type, as a number or a text. */
import type * as DuckDB from '@duckdb/node-api';
import { type CellReader, finiteTime, wholeNumber } from './result.js';

/** A value of any of the types that are read. */
export type DuckDBCell =
  | number
  | bigint
  | boolean
  | string
  | DuckDB.DuckDBDecimalValue
  | DuckDB.DuckDBDateValue
  | DuckDB.DuckDBTimestampValue
  | DuckDB.DuckDBTimestampSecondsValue
  | DuckDB.DuckDBTimestampMillisecondsValue
  | DuckDB.DuckDBTimestampNanosecondsValue
  | DuckDB.DuckDBUUIDValue;

const DAY = 86_400_000;

/** Undefined for a type that has no counterpart in a table. */
export function readerOf(duckdb: typeof DuckDB, type: DuckDB.DuckDBType): CellReader<DuckDBCell> | undefined {
  const { DuckDBTypeId: Id } = duckdb;
  switch (type.typeId) {
    case Id.BOOLEAN:
    case Id.TINYINT:
    case Id.SMALLINT:
    case Id.INTEGER:
    case Id.UTINYINT:
    case Id.USMALLINT:
    case Id.UINTEGER:
    case Id.FLOAT:
    case Id.DOUBLE:
    case Id.SQLNULL:
      return { kind: 'numeric', read: Number };
    case Id.BIGINT:
    case Id.UBIGINT:
    case Id.HUGEINT:
    case Id.UHUGEINT:
    case Id.BIGNUM:
      return reader<bigint>('numeric', wholeNumber);
    case Id.DECIMAL:
      return reader<DuckDB.DuckDBDecimalValue>('numeric', decimal);
    case Id.DATE:
      return reader<DuckDB.DuckDBDateValue>('time', (value) =>
        finiteTime(value.isFinite ? value.days * DAY : Infinity),
      );
    case Id.TIMESTAMP:
    case Id.TIMESTAMP_TZ:
      return timeReader<DuckDB.DuckDBTimestampValue>(({ micros }) => Number(micros) / 1000);
    case Id.TIMESTAMP_S:
      return timeReader<DuckDB.DuckDBTimestampSecondsValue>(({ seconds }) => Number(seconds) * 1000);
    case Id.TIMESTAMP_MS:
      return timeReader<DuckDB.DuckDBTimestampMillisecondsValue>(({ millis }) => Number(millis));
    case Id.TIMESTAMP_NS:
      return timeReader<DuckDB.DuckDBTimestampNanosecondsValue>(({ nanos }) => Number(nanos / 1000n) / 1000);
    case Id.VARCHAR:
      // JSON is stored as text, and no category.
      return type.alias === 'JSON' ? undefined : { kind: 'categorical', read: String };
    case Id.ENUM:
    case Id.UUID:
      return { kind: 'categorical', read: String };
    default:
      return undefined;
  }
}

/** The package gives a column's values as its type says. */
function reader<T extends DuckDBCell>(kind: 'numeric' | 'time', read: (value: T) => number): CellReader<DuckDBCell> {
  return { kind, read: (value) => read(value as T) };
}

function timeReader<T extends DuckDBCell & { readonly isFinite: boolean }>(
  ms: (value: T) => number,
): CellReader<DuckDBCell> {
  return reader<T>('time', (value) => finiteTime(value.isFinite ? ms(value) : Infinity));
}

/** The nearest double: one division of integers that doubles hold, else by its text. */
function decimal({ value, scale }: DuckDB.DuckDBDecimalValue): number {
  if (scale === 0) return wholeNumber(value);
  const digits = Number(value);
  if (Number.isSafeInteger(digits) && scale <= 22) return digits / POWERS[scale];
  const text = String(value < 0n ? -value : value).padStart(scale + 1, '0');
  return Number(`${value < 0n ? '-' : ''}${text.slice(0, -scale)}.${text.slice(-scale)}`);
}

/** Up to 10^22 doubles hold them exactly. */
const POWERS = Array.from({ length: 23 }, (_, power) => Number(`1e${power}`));
