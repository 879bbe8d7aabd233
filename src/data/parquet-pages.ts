/**
 * Looks through the page headers of a column before hyparquet reads it: its reader goes on by whatever a header says, so that a size below zero,
 * or none, keeps it at the same page for ever. Headers are structs of Thrift's compact protocol; PageHeader of the Parquet format.
 */
import { checkLevels, checkRuns, type PageLayout } from './parquet-runs.js';

/** A column of a row group: where it lies in the file, and what the footer says of it. */
export interface ColumnChunk {
  readonly start: number;
  readonly end: number;
  readonly values: number;
  readonly codec: string;
  /** Whether values may be missing. */
  readonly optional: boolean;
  readonly boolean: boolean;
}

/** A page that is still compressed. */
export interface StoredPage {
  /** Bytes given to the decompressor, and bytes it is to make of them. */
  readonly stored: number;
  readonly size: number;
  /** None: a dictionary. */
  readonly layout?: PageLayout;
}

/** Types of the compact protocol. */
const STOP = 0;
const [TRUE, FALSE, BYTE, I16, I32, I64, DOUBLE, BINARY, LIST, STRUCT] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 12];
const MOST_LEVELS = 8;

/** Pages with values; a dictionary comes before them. */
const DATA_PAGE = 0;
const DICTIONARY_PAGE = 2;
const DATA_PAGE_V2 = 3;

/** How many bytes a codec can make of one, with room to spare; of the others hardly any number is too large. */
const RATIO: Readonly<Record<string, number>> = { UNCOMPRESSED: 1, SNAPPY: 64, GZIP: 1100, LZ4: 300, LZ4_RAW: 300 };
const OTHER_RATIO = 100_000;
const FREE_BYTES = 1 << 16;

/**
 * `bytes` are the chunk's. Throws what is wrong; gives the pages that must be decompressed before their runs can be looked at, in the order in which
 * they will be.
 */
export function checkPages(bytes: Uint8Array, chunk: ColumnChunk): StoredPage[] {
  const { values, codec } = chunk;
  const reader = new Reader(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  const pages: StoredPage[] = [];
  for (let seen = 0; seen < values && reader.at < bytes.length; ) {
    const header = reader.struct(0);
    const [type, size, stored] = [1, 2, 3].map((field) => whole(header.get(field)));
    const most = FREE_BYTES + stored * (RATIO[codec] ?? OTHER_RATIO);
    if (stored > bytes.length - reader.at || size > most) throw new Error('a page is larger than its bytes');
    const body = bytes.subarray(reader.at, reader.at + stored);
    if (type === DATA_PAGE || type === DATA_PAGE_V2) {
      const inner = header.get(type === DATA_PAGE ? 5 : 8);
      if (!(inner instanceof Map)) throw new Error('a page has no description');
      const own = whole(inner.get(1));
      if (own > values - seen) throw new Error('pages have more values than their column');
      seen += own;
      const page = type === DATA_PAGE ? pageV1(inner, body, size, chunk) : pageV2(inner, body, size, chunk);
      if (page) pages.push(page);
    } else if (type === DICTIONARY_PAGE) {
      const inner = header.get(7);
      // Every value of a dictionary has a byte at least.
      if (!(inner instanceof Map) || whole(inner.get(1)) > size)
        throw new Error('a dictionary is larger than its page');
      if (codec !== 'UNCOMPRESSED') pages.push({ stored, size });
    }
    reader.at += stored;
  }
  return pages;
}

function pageV1(inner: Fields, body: Uint8Array, size: number, chunk: ColumnChunk): StoredPage | undefined {
  const { codec, optional, boolean } = chunk;
  const layout: PageLayout = {
    version: 1,
    values: whole(inner.get(1)),
    nulls: 0,
    encoding: whole(inner.get(2)),
    optional,
    boolean,
  };
  if (codec !== 'UNCOMPRESSED') return { stored: body.length, size, layout };
  checkRuns(body, layout);
  return undefined;
}

/** Levels stand before the rest, and are not compressed with it. */
function pageV2(inner: Fields, body: Uint8Array, size: number, chunk: ColumnChunk): StoredPage | undefined {
  const { codec, optional, boolean } = chunk;
  const [values, nulls, encoding, definition, repetition] = [1, 2, 4, 5, 6].map((field) => whole(inner.get(field)));
  if (definition + repetition > Math.min(body.length, size)) throw new Error('the levels of a page are larger than it');
  const layout: PageLayout = { version: 2, values, nulls, encoding, optional, boolean };
  checkLevels(body.subarray(repetition), layout);
  const rest = body.subarray(repetition + (optional ? definition : 0));
  if (codec !== 'UNCOMPRESSED' && inner.get(7) !== 0)
    return { stored: rest.length, size: size - definition - repetition, layout };
  checkRuns(rest, layout);
  return undefined;
}

function whole(value: unknown): number {
  if (typeof value !== 'number' || !(value >= 0)) throw new Error('a page has no size');
  return value;
}

type Fields = Map<number, number | Fields | undefined>;

/** Numbers and structs of a struct; what else there is, is gone past. */
class Reader {
  at = 0;

  constructor(private readonly view: DataView) {}

  struct(depth: number): Fields {
    if (depth > MOST_LEVELS) throw new Error('a page header is nested too deeply');
    const fields: Fields = new Map();
    for (let field = 0; ; ) {
      const byte = this.view.getUint8(this.at++);
      const type = byte & 15;
      if (type === STOP) return fields;
      field = byte >> 4 > 0 ? field + (byte >> 4) : this.integer();
      fields.set(field, this.element(type, depth));
    }
  }

  private element(type: number, depth: number): number | Fields | undefined {
    switch (type) {
      case TRUE:
        return 1;
      case FALSE:
        return 0;
      case BYTE:
        this.at++;
        return undefined;
      case I16:
      case I32:
        return this.integer();
      case I64:
        this.unsigned();
        return undefined;
      case DOUBLE:
        this.at += 8;
        return undefined;
      case BINARY: {
        // Not in one expression: reading the length moves on too.
        const length = this.unsigned();
        this.at += length;
        return undefined;
      }
      case LIST:
        return this.list(depth);
      case STRUCT:
        return this.struct(depth + 1);
      default:
        throw new Error(`a page header with the unknown type ${type}`);
    }
  }

  private list(depth: number): undefined {
    const byte = this.view.getUint8(this.at++);
    const length = byte >> 4 === 15 ? this.unsigned() : byte >> 4;
    const type = byte & 15;
    // Each item has a byte at least, so that the end of the bytes ends this.
    for (let i = 0; i < length; i++) this.element(type === TRUE || type === FALSE ? BYTE : type, depth + 1);
  }

  /** Zigzag. */
  private integer(): number {
    const value = this.unsigned();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  private unsigned(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.view.getUint8(this.at++);
      value += (byte & 127) * factor;
      if (byte < 128) return value;
      if (factor > 2 ** 63) throw new Error('a number of a page header does not end');
    }
  }
}
