/** Cells of a PostgreSQL result: values in their text form, by the number of their type (pg_type.dat of PostgreSQL's sources). */
import { parseTimestamp } from '../../core/time.js';
import { type CellReader, finiteTime, UnfitValue, wholeNumber } from './result.js';

const [BOOL, INT8, INT2, INT4, OID, FLOAT4, FLOAT8, NUMERIC] = [16, 20, 21, 23, 26, 700, 701, 1700];
const [DATE, TIMESTAMP, TIMESTAMPTZ] = [1082, 1114, 1184];
/** "char", name, text, unknown, bpchar, varchar, uuid */
const TEXTS = new Set([18, 19, 25, 705, 1042, 1043, 2950]);

/** Undefined for a type that has no counterpart in a table. `texts` are further types of text. */
export function readerOf(type: number, texts: ReadonlySet<number>): CellReader<string> | undefined {
  switch (type) {
    case BOOL:
      return { kind: 'numeric', read: (text) => (text === 't' ? 1 : 0) };
    case INT2:
    case INT4:
    case OID:
    case FLOAT8:
      return { kind: 'numeric', read: Number };
    case FLOAT4:
      // The text is the shortest that names the stored number, not the number.
      return { kind: 'numeric', read: (text) => Math.fround(Number(text)) };
    case INT8:
      return { kind: 'numeric', read: wholeNumber };
    case NUMERIC:
      return { kind: 'numeric', read: numeric };
    case DATE:
    case TIMESTAMP:
      return { kind: 'time', read: time };
    case TIMESTAMPTZ:
      // The session's time zone is UTC.
      return { kind: 'time', read: (text) => time(text.endsWith('+00') ? text.slice(0, -3) : text) };
    default:
      return TEXTS.has(type) || texts.has(type) ? { kind: 'categorical', read: String } : undefined;
  }
}

/** Whole numbers have no point, unless the column's scale gives them one. */
function numeric(text: string): number {
  return /^-?\d+$/.test(text) ? wholeNumber(text) : Number(text);
}

function time(text: string): number {
  const ms = parseTimestamp(text);
  if (!Number.isNaN(ms)) return ms;
  if (text.endsWith('infinity')) return finiteTime(Infinity);
  throw new UnfitValue(
    `'${text.slice(0, 40)}' is outside the years 0 to 9999`,
    'Replace it in the query, such as by NULL.',
  );
}
