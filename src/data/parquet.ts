/**
 * Parquet files to `Table` (hyparquet, loaded on first use). Flat columns of numbers, booleans, text, dates and timestamps in
 * any common compression; read column by column, so that memory holds the table and little more.
 */
import { type FileHandle, open } from 'node:fs/promises';
import type { FileMetaData, ParquetParsers, ParquetScan, SchemaElement } from 'hyparquet';
import { throwIfAborted } from '../core/abort.js';
import { InvalidInputError } from '../core/errors.js';
import { type Column, Table } from '../core/table.js';
import { listed, nearest } from '../core/text.js';
import { Turns } from '../core/turns.js';
import { filePath, type ReadOptions, unreadable } from './byte-source.js';
import { PageGuard } from './parquet-guard.js';
import { TextCodes } from './text-codes.js';

/** Which columns and rows `readParquet` reads. */
export interface ParquetOptions extends ReadOptions {
  /** Only these columns, in this order. */
  columns?: readonly string[];
}

const DAY = 86_400_000;
/** What one array can number. */
const MOST_ROWS = 2 ** 31 - 1;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** What a page of nulls holds; the LZ4 decoder takes its one byte for a match. */
const NOTHING = new Uint8Array(0);

/** Times as milliseconds at once: a `Date` would drop what is finer. */
const PARSERS: Partial<ParquetParsers> = {
  timestampFromMilliseconds: Number,
  timestampFromMicroseconds: (us: bigint) => Number(us) / 1000,
  timestampFromNanoseconds: (ns: bigint) => Number(ns / 1000n) / 1000,
  dateFromDays: (days: number) => days * DAY,
  // Unlike the default, refuses bytes that are no text.
  stringFromBytes: (bytes: Uint8Array) => utf8.decode(bytes),
};

/**
 * Reads a Parquet file. Integers, floats, decimals and booleans become numeric columns (64-bit integers rounded to double precision), text
 * categorical, dates and timestamps time; nulls are missing. Progress steps count columns of row groups. Throws `InvalidInputError`
 * naming the file, and the column, for a missing, damaged or truncated file, an unknown column, and types without a counterpart.
 */
export async function readParquet(file: string | URL, options: ParquetOptions = {}): Promise<Table> {
  const path = filePath(file);
  const handle = await open(path, 'r').catch((error) => {
    throw unreadable(String(path), error);
  });
  try {
    return await readOpen(path, handle, options);
  } catch (error) {
    throw unreadable(path, error);
  } finally {
    await handle.close();
  }
}

async function readOpen(path: string, handle: FileHandle, options: ParquetOptions): Promise<Table> {
  const { size } = await handle.stat();
  let guard: PageGuard | undefined;
  const slice = (start: number, end = size): Promise<ArrayBuffer> => {
    const bytes = readExactly(handle, start, end, path, size).then((read) => {
      guard?.read(read, start, end);
      return read;
    });
    // The reader asks for several pieces at once; a failure of one that nobody waits for any more must not end the process.
    bytes.catch(() => {});
    return bytes;
  };
  const file = { byteLength: size, slice };
  await checkMagic(file, path);
  const { parquetMetadataAsync, parquetScan } = await import('hyparquet');
  const { compressors, decompressLz4Raw } = await import('hyparquet-compressors');
  const metadata = await parquetMetadataAsync(file).catch((error) => {
    throw damaged(path, 'the footer', error);
  });
  const fields = chosenFields(topLevelFields(metadata), options.columns, path);
  const rows = checkedRows(metadata, path);
  if (rows === 0) {
    throw new InvalidInputError(`${path} has no rows`, {
      hint: 'Check how the file was written.',
      details: { file: path },
    });
  }
  const pages = new PageGuard(metadata);
  guard = pages;
  const scan = await parquetScan({
    file,
    metadata,
    compressors: pages.around({
      ...compressors,
      LZ4_RAW: (input, size) => (size === 0 ? NOTHING : decompressLz4Raw(input, size)),
    }),
    parsers: PARSERS,
    columns: fields.map(({ name }) => name),
  });
  const columns: [string, Column][] = [];
  const report = (step: number) =>
    options.onProgress?.({ phase: 'read', step, total: fields.length * scan.ranges.length, message: path });
  for (const field of fields) {
    const done = columns.length * scan.ranges.length;
    columns.push([
      field.name,
      await readColumn(scan, pages, field, rows, path, options, (group) => report(done + group)),
    ]);
  }
  return Table.fromEntries(columns);
}

/** Rows of the file, before memory is taken for them: its parts must be of one opinion. */
function checkedRows({ num_rows, row_groups }: FileMetaData, path: string): number {
  let sum = 0n;
  for (const group of row_groups) {
    const strange =
      group.num_rows < 0n || group.columns.some(({ meta_data }) => meta_data && meta_data.num_values < 0n);
    if (strange) throw damaged(path, 'the footer', new Error('a row group has a negative size'));
    sum += group.num_rows;
  }
  if (sum !== num_rows || sum > BigInt(MOST_ROWS))
    throw damaged(path, 'the footer', new Error(`${num_rows} rows, of which row groups have ${sum}`));
  return Number(num_rows);
}

async function readExactly(
  handle: FileHandle,
  start: number,
  end: number,
  path: string,
  size: number,
): Promise<ArrayBuffer> {
  // Before memory is taken for them: what the footer says may be anything.
  if (!(start >= 0 && end <= size)) throw damaged(path, `bytes ${start} to ${end}`, new Error(`the file has ${size}`));
  const bytes = new Uint8Array(Math.max(end - start, 0));
  let filled = 0;
  while (filled < bytes.length) {
    const { bytesRead } = await handle.read(bytes, filled, bytes.length - filled, start + filled);
    if (bytesRead === 0) throw damaged(path, `bytes ${start} to ${end}`, new Error('the file ends before them'));
    filled += bytesRead;
  }
  return bytes.buffer;
}

/** A Parquet file starts and ends with PAR1; a truncated one does not end so. */
async function checkMagic(
  file: { byteLength: number; slice(from: number, to: number): Promise<ArrayBuffer> },
  path: string,
): Promise<void> {
  const magic = async (at: number) => Buffer.from(await file.slice(at, at + 4)).toString('latin1');
  if (file.byteLength < 12 || (await magic(0)) !== 'PAR1') {
    throw new InvalidInputError(`${path} is not a Parquet file`, {
      hint:
        file.byteLength === 0
          ? 'The file is empty.'
          : 'readCsv and readArrow read the other formats; readTable finds out by itself.',
      details: { file: path },
    });
  }
  if ((await magic(file.byteLength - 4)) !== 'PAR1')
    throw damaged(path, 'the end', new Error('PAR1 is missing at the end'));
}

const damaged = (path: string, part: string, cause: unknown): InvalidInputError =>
  new InvalidInputError(
    `${path} is damaged or truncated: ${part} cannot be read (${cause instanceof Error ? cause.message : cause})`,
    {
      hint: 'Copy, download or write the file again.',
      details: { file: path },
      cause,
    },
  );

/** Columns of the file; a nested one has more than one schema element. */
function topLevelFields(metadata: FileMetaData): SchemaElement[] {
  const fields: SchemaElement[] = [];
  let at = 1;
  const skip = (): void => {
    const children = metadata.schema[at++]?.num_children ?? 0;
    // A count that is damaged may be any: there are no more children than elements.
    for (let c = 0; c < children && at < metadata.schema.length; c++) skip();
  };
  while (at < metadata.schema.length) {
    fields.push(metadata.schema[at]);
    skip();
  }
  return fields;
}

function chosenFields(fields: SchemaElement[], columns: readonly string[] | undefined, path: string): SchemaElement[] {
  if (!columns) return fields;
  const names = fields.map(({ name }) => name);
  return columns.map((name) => {
    const field = fields[names.indexOf(name)];
    if (field) return field;
    const close = nearest(name, names);
    throw new InvalidInputError(`${path}: there is no column '${name}'`, {
      hint: close ? `Did you mean '${close}'?` : `The columns are: ${listed(names, 20)}.`,
      details: { file: path, column: name, nearest: close, columns: names },
    });
  });
}

type Kind = Column['kind'];

function kindOf(field: SchemaElement, path: string): Kind {
  const logical = field.logical_type?.type;
  const converted = field.converted_type;
  const is = (...names: string[]) => names.includes(logical ?? '') || names.includes(converted ?? '');
  if (!field.num_children && field.repetition_type !== 'REPEATED') {
    if (field.type === 'INT96' || is('TIMESTAMP', 'TIMESTAMP_MILLIS', 'TIMESTAMP_MICROS', 'DATE')) return 'time';
    if (is('DECIMAL', 'FLOAT16', 'NULL')) return 'numeric';
    if (['INT32', 'INT64', 'FLOAT', 'DOUBLE', 'BOOLEAN'].includes(field.type ?? '')) {
      if (!is('TIME', 'TIME_MILLIS', 'TIME_MICROS')) return 'numeric';
    } else if (field.type === 'BYTE_ARRAY' && (is('STRING', 'UTF8', 'ENUM') || (!logical && !converted)))
      return 'categorical';
  }
  const type = field.num_children ? 'a nested type' : (logical ?? converted ?? field.type);
  throw new InvalidInputError(`${path}: column '${field.name}' is ${type}, which has no counterpart here`, {
    hint: 'Numbers, booleans, text, dates and timestamps are read: cast the column, or leave it out with `columns`.',
    details: { file: path, column: field.name, type },
  });
}

async function readColumn(
  scan: ParquetScan,
  pages: PageGuard,
  field: SchemaElement,
  rows: number,
  path: string,
  options: ParquetOptions,
  onGroup: (done: number) => void,
): Promise<Column> {
  const kind = kindOf(field, path);
  const values = new Float64Array(kind === 'categorical' ? 0 : rows);
  const text = new TextCodes(kind === 'categorical' ? rows : 0);
  const turns = new Turns();
  let at = 0;
  let groups = 0;
  for (const { rowStart, rowEnd } of scan.ranges) {
    throwIfAborted(options.signal, `Reading ${path}`);
    const cells = await readGroup(rowStart, rowEnd).catch((error: unknown) => {
      throw damaged(path, `column '${field.name}'`, error);
    });
    if (cells.length !== rowEnd - rowStart) {
      throw damaged(path, `column '${field.name}'`, new Error(`${cells.length} values for ${rowEnd - rowStart} rows`));
    }
    if (kind === 'categorical') for (let i = 0; i < cells.length; i++) text.set(at + i, cells[i]);
    else copyNumbers(cells, values, at);
    at += cells.length;
    onGroup(++groups);
    await turns.pause();
  }
  if (at !== rows) throw damaged(path, `column '${field.name}'`, new Error(`${at} values for ${rows} rows`));
  return kind === 'categorical' ? text.column() : { kind, values };

  async function readGroup(rowStart: number, rowEnd: number) {
    pages.expect(field, groups);
    return scan.readColumn({ column: field.name, rowStart, rowEnd });
  }
}

function copyNumbers(cells: ArrayLike<unknown>, into: Float64Array, at: number): void {
  if (cells instanceof Float64Array || cells instanceof Float32Array || cells instanceof Int32Array) {
    into.set(cells, at);
    return;
  }
  for (let i = 0; i < cells.length; i++) {
    const value = cells[i];
    into[at + i] = value === null || value === undefined ? Number.NaN : Number(value);
  }
}
