/** Arrow IPC files and streams to `Table`, by apache-arrow: an optional package, loaded on first use. */
import { readFile } from 'node:fs/promises';
import { throwIfAborted } from '../core/abort.js';
import { InvalidInputError } from '../core/errors.js';
import { loadOptional } from '../core/optional.js';
import { Table } from '../core/table.js';
import { checkArrow } from './arrow-check.js';
import { filePath, type ReadOptions, unreadable } from './byte-source.js';

const MAGIC = 'ARROW1';

const isArrowFile = (bytes: Uint8Array): boolean =>
  Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 6)).toString('latin1') === MAGIC;

/** Whether bytes start like an Arrow IPC file or stream. */
export const isArrow = (bytes: Uint8Array): boolean =>
  isArrowFile(bytes) || (bytes.length >= 4 && bytes.subarray(0, 4).every((byte) => byte === 0xff));

/**
 * Reads an Arrow IPC file or stream; types as in `Table.fromArrow`. Throws `MissingDependencyError` when apache-arrow is not installed,
 * `InvalidInputError` naming the file when it cannot be read, is truncated, or holds no rows. The format has no checksums: bytes that
 * were changed on the way can pass for data.
 */
export async function readArrow(from: string | URL | Uint8Array, options: ReadOptions = {}): Promise<Table> {
  const source = from instanceof Uint8Array ? from : filePath(from);
  const name = typeof source === 'string' ? source : 'bytes';
  throwIfAborted(options.signal, `Reading ${name}`);
  const bytes =
    typeof source === 'string'
      ? await readFile(source).catch((error) => {
          throw unreadable(source, error);
        })
      : source;
  checkFrame(bytes, name);
  const { tableFromIPC } = await loadOptional('apache-arrow', 'Reading Arrow data', () => import('apache-arrow'));
  let table: Table;
  try {
    checkArrow(bytes, isArrowFile(bytes));
    table = Table.fromArrow(tableFromIPC(bytes));
  } catch (error) {
    if (error instanceof InvalidInputError) throw error;
    throw new InvalidInputError(
      `${name} is not readable Arrow data (${error instanceof Error ? error.message : error})`,
      {
        hint: 'Write it again, without buffer compression if your version of apache-arrow lacks it.',
        details: { file: name },
        cause: error,
      },
    );
  }
  if (table.rowCount === 0)
    throw new InvalidInputError(`${name} has no rows`, { hint: 'A stream cut off before its first batch looks so.' });
  options.onProgress?.({ phase: 'read', step: bytes.length, total: bytes.length, message: name });
  return table;
}

/** Files start and end with ARROW1, so a truncated one is known at once; the reader would return the rows that are left. */
function checkFrame(bytes: Uint8Array, name: string): void {
  if (!isArrow(bytes)) {
    throw new InvalidInputError(`${name} is not Arrow IPC data`, {
      hint:
        bytes.length === 0
          ? 'It is empty.'
          : 'readParquet and readCsv read the other formats; readTable finds out by itself.',
      details: { file: name },
    });
  }
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isFile = text.toString('latin1', 0, 6) === MAGIC;
  if (isFile && (bytes.length < 12 || text.toString('latin1', bytes.length - 6) !== MAGIC)) {
    throw new InvalidInputError(`${name} is truncated: the end of the Arrow file is missing`, {
      hint: 'Copy, download or write the file again.',
      details: { file: name },
    });
  }
}
