/** Any supported file to a `Table`: the first bytes say what it is. */
import { open } from 'node:fs/promises';
import type { Table } from '../core/table.js';
import { isArrow, readArrow } from './arrow.js';
import { filePath, unreadable } from './byte-source.js';
import { type CsvOptions, readCsv } from './csv.js';
import { readParquet } from './parquet.js';

/**
 * Reads Parquet and Arrow files by their magic bytes and everything else as CSV, gzip or not. CSV options are ignored by the other formats;
 * in a `.tsv` file (or `.tsv.gz`) the delimiter is a tab unless given.
 */
export async function readTable(file: string | URL, options: CsvOptions = {}): Promise<Table> {
  const path = filePath(file);
  const head = await firstBytes(path);
  if (head.toString('latin1', 0, 4) === 'PAR1') return readParquet(path, options);
  if (isArrow(head)) {
    const table = await readArrow(path, options);
    return options.columns ? table.select(options.columns) : table;
  }
  return readCsv(path, /\.tsv(\.gz)?$/i.test(path) ? { delimiter: '\t', ...options } : options);
}

async function firstBytes(path: string): Promise<Buffer> {
  try {
    const handle = await open(path, 'r');
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(8), 0, 8, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw unreadable(String(path), error);
  }
}
