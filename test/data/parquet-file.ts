/** Parquet files of one column put together by hand, so that each part can say what no writer would. Structs are of Thrift's compact protocol. */
import { gzipSync } from 'node:zlib';

/** A run of `count` times `value`, and the largest that a run can say. */
export const run = (count: number, value: number[] = [1]): number[] => [...varint(2 * count), ...value];
export const ENDLESS = 2 ** 31 - 1;
/** As many eights of packed values, without the values. */
export const packed = (groups: number): number[] => varint(2 * groups + 1);
export const withLength = (bytes: number[]): number[] => [bytes.length, 0, 0, 0, ...bytes];
export const double = (value: number): number[] => [...new Uint8Array(Float64Array.of(value).buffer)];

export const PLAIN = 0;
export const RLE = 3;
export const RLE_DICTIONARY = 8;

export interface Page {
  readonly version?: 1 | 2;
  readonly encoding?: number;
  readonly values: number;
  /** Before the rest; with their length before them in version 1. */
  readonly levels: number[];
  readonly body: number[];
}

interface Column {
  readonly boolean?: boolean;
  readonly rows: number;
  readonly gzip?: boolean;
  readonly page: Page;
  /** Doubles, and how many there are said to be. */
  readonly dictionary?: { readonly values: number[]; readonly count: number };
}

const BOOLEAN = 0;
const DOUBLE = 5;

/** A column x, whose values may be missing. */
export function parquetFile({ boolean = false, rows, gzip = false, page, dictionary }: Column): Uint8Array {
  const type = boolean ? BOOLEAN : DOUBLE;
  const pack = (bytes: number[]) => (gzip ? [...gzipSync(Uint8Array.from(bytes))] : bytes);
  const first = dictionary ? dictionaryPage(dictionary, pack) : [];
  const pages = [...first, ...dataPage(page, pack)];
  const metadata = struct(
    [1, i32(type)],
    [2, list(5, [i32(page.encoding ?? PLAIN)])],
    [3, list(8, [text('x')])],
    [4, i32(gzip ? 2 : 0)],
    [5, i64(rows)],
    [6, i64(pages.length)],
    [7, i64(pages.length)],
    [9, i64(4 + first.length)],
    ...(dictionary ? ([[11, i64(4)]] as const) : []),
  );
  const column = struct([2, i64(4)], [3, metadata]);
  const group = struct([1, list(12, [column])], [2, i64(pages.length)], [3, i64(rows)]);
  const schema = [struct([4, text('root')], [5, i32(1)]), struct([1, i32(type)], [3, i32(1)], [4, text('x')])];
  const footer = struct([1, i32(2)], [2, list(12, schema)], [3, i64(rows)], [4, list(12, [group])]).bytes;
  const length = new Uint8Array(Uint32Array.of(footer.length).buffer);
  const magic = [...Buffer.from('PAR1')];
  return Uint8Array.from([...magic, ...pages, ...footer, ...length, ...magic]);
}

type Pack = (bytes: number[]) => number[];

function dictionaryPage({ values, count }: NonNullable<Column['dictionary']>, pack: Pack): number[] {
  const plain = values.flatMap(double);
  const body = pack(plain);
  const inner = struct([1, i32(count)], [2, i32(PLAIN)]);
  return [...struct([1, i32(2)], [2, i32(plain.length)], [3, i32(body.length)], [7, inner]).bytes, ...body];
}

function dataPage({ version = 1, encoding = PLAIN, values, levels, body }: Page, pack: Pack): number[] {
  if (version === 1) {
    const plain = [...withLength(levels), ...body];
    const stored = pack(plain);
    const inner = struct([1, i32(values)], [2, i32(encoding)], [3, i32(RLE)], [4, i32(RLE)]);
    return [...struct([1, i32(0)], [2, i32(plain.length)], [3, i32(stored.length)], [5, inner]).bytes, ...stored];
  }
  const stored = [...levels, ...pack(body)];
  const size = levels.length + body.length;
  const counts = [values, 0, values, encoding, levels.length, 0].map((value, i) => [i + 1, i32(value)] as const);
  return [...struct([1, i32(3)], [2, i32(size)], [3, i32(stored.length)], [8, struct(...counts)]).bytes, ...stored];
}

interface Value {
  readonly type: number;
  readonly bytes: number[];
}

const i32 = (value: number): Value => ({ type: 5, bytes: varint(2 * value) });
const i64 = (value: number): Value => ({ type: 6, bytes: varint(2 * value) });
const text = (value: string): Value => ({ type: 8, bytes: [value.length, ...Buffer.from(value)] });
const list = (type: number, items: Value[]): Value => ({
  type: 9,
  bytes: [16 * items.length + type, ...items.flatMap(({ bytes }) => bytes)],
});

function struct(...fields: (readonly [id: number, value: Value])[]): Value {
  let before = 0;
  const bytes = fields.flatMap(([id, value]) => {
    const step = id - before;
    before = id;
    return [16 * step + value.type, ...value.bytes];
  });
  return { type: 12, bytes: [...bytes, 0] };
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))];
}
