/**
 * Splits on disk: which row of which data has which role, under an id that is the hash of exactly that. What is loaded is what was
 * saved, for the same data, or an error.
 */
import { createHash, type Hash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DataLeakageError, InvalidInputError, ModelFormatError } from '../core/errors.js';
import { writeFileAtomic } from '../core/files.js';
import { canonicalJson, sha256 } from '../core/hash.js';
import type { SplitRole } from '../core/split.js';
import { Table } from '../core/table.js';
import { Turns } from '../core/turns.js';
import { ROLES, type RoleCounts } from './ratios.js';

/** Rows taken out of one part because of another, as stored. */
export interface StoredDroppedRows {
  readonly from: SplitRole;
  readonly because: SplitRole;
  readonly rows: readonly number[];
}

/** One split of one data set: plain data, enough to make it again. */
export interface SplitRecord {
  /** SHA-256 of the data that was split. */
  readonly dataHash: string;
  /** Options that made the split. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Source rows of each role, in order. */
  readonly rows: Readonly<Record<SplitRole, readonly number[]>>;
  readonly assigned?: RoleCounts;
  readonly purged: readonly StoredDroppedRows[];
  readonly embargoed: readonly StoredDroppedRows[];
  /** Pairs whose entities run side by side in time. */
  readonly concurrent?: readonly (readonly [SplitRole, SplitRole])[];
}

/** Anything that can say how it was split: raw splits and containers do. */
export interface SplitSource {
  /** The splits as a record: ids of rows by role, and how they were cut. */
  splitRecord(): Promise<SplitRecord>;
}

/** What `list` gives of each stored split. */
export interface StoredSplit {
  readonly id: string;
  readonly dataHash: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly sizes: RoleCounts;
}

const FORMAT = 1;
const ID = /^[0-9a-f]{64}$/;

/**
 * A directory of splits, one file each, written atomically.
 *
 * @example
 * const registry = new SplitRegistry('experiments/splits');
 * const id = await registry.save(raw);
 * const again = TimeSeriesDataContainer.restoreSplit(table, await registry.load(id, table));
 */
export class SplitRegistry {
  constructor(readonly directory: string) {
    if (typeof directory !== 'string' || directory === '') {
      throw new InvalidInputError('SplitRegistry needs a directory', { hint: "Such as 'experiments/splits'." });
    }
  }

  /** Stores a split and returns its id; the same split of the same data has the same id, and is stored once. */
  async save(source: SplitSource): Promise<string> {
    const record = await source.splitRecord();
    const id = idOf(record);
    await writeFileAtomic(this.path(id), `${JSON.stringify({ format: FORMAT, id, ...record })}\n`);
    return id;
  }

  /**
   * The stored split, for the data it was made of: the table, or the container. Throws `InvalidInputError` for an unknown id,
   * `DataLeakageError` when the data is not the same (its rows would get other roles), `ModelFormatError` for a file that is damaged,
   * altered or from a newer version.
   */
  async load(id: string, data: Table | SplitSource): Promise<SplitRecord> {
    const record = await this.read(id);
    const hash = data instanceof Table ? await hashTable(data) : (await data.splitRecord()).dataHash;
    if (hash !== record.dataHash) {
      throw new DataLeakageError(`Split '${id}' was made of other data`, {
        hint: 'Load it with exactly the table that was split; for changed data make a new split.',
        details: { id, expected: record.dataHash, actual: hash },
      });
    }
    return record;
  }

  /** All stored splits, by id. A damaged file is a `ModelFormatError`. */
  async list(): Promise<StoredSplit[]> {
    const names = await readdir(this.directory).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw error;
    });
    const ids = names
      .filter((name) => name.endsWith('.json') && ID.test(name.slice(0, -5)))
      .map((name) => name.slice(0, -5));
    const stored: StoredSplit[] = [];
    for (const id of ids.sort()) {
      const { dataHash, settings, rows } = await this.read(id);
      const sizes = {
        train: rows.train.length,
        validation: rows.validation.length,
        test: rows.test.length,
        holdout: rows.holdout.length,
      };
      stored.push({ id, dataHash, settings, sizes });
    }
    return stored;
  }

  private path(id: string): string {
    return join(this.directory, `${id}.json`);
  }

  private async read(id: string): Promise<SplitRecord> {
    // Only what `save` gave out: an id never becomes a path elsewhere.
    if (typeof id !== 'string' || !ID.test(id)) {
      throw new InvalidInputError(`'${String(id)}' is not a split id`, {
        hint: 'Ids are what `save` returned; `list` shows them.',
      });
    }
    const text = await readFile(this.path(id), 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
      throw new InvalidInputError(`There is no split '${id}' in ${this.directory}`, {
        hint: '`list` shows the stored splits.',
      });
    });
    return parse(text, id);
  }
}

function parse(text: string, id: string): SplitRecord {
  const damaged = (what: string, cause?: unknown) =>
    new ModelFormatError(`Split '${id}': ${what}`, {
      hint: 'Restore the file, or delete it and save the split again.',
      details: { id },
      cause,
    });
  let stored: { format?: unknown; id?: unknown } & SplitRecord;
  try {
    stored = JSON.parse(text);
  } catch (error) {
    throw damaged('the file is damaged or cut short', error);
  }
  const { format, id: own, ...record } = stored ?? {};
  if (typeof format === 'number' && format > FORMAT) {
    throw new ModelFormatError(
      `Split '${id}' was stored by a newer version (format ${format}, this version reads ${FORMAT})`,
      {
        hint: 'Update holdfast.',
      },
    );
  }
  if (format !== FORMAT) throw damaged('the file is not a stored split');
  if (own !== id || !wellFormed(record) || idOfRead(record) !== id)
    throw damaged('the content does not match its id: it was altered');
  return record;
}

function wellFormed(record: Partial<SplitRecord>): record is SplitRecord {
  const rows = record.rows;
  return (
    typeof record.dataHash === 'string' &&
    record.settings !== null &&
    typeof record.settings === 'object' &&
    rows !== null &&
    typeof rows === 'object' &&
    ROLES.every((role) => Array.isArray(rows[role]) && rows[role].every((row) => Number.isInteger(row) && row >= 0)) &&
    Array.isArray(record.purged) &&
    Array.isArray(record.embargoed)
  );
}

const idOf = (record: SplitRecord): string => sha256(canonicalJson(record));

/** The same for what was read: undefined for what is nested too deeply to have an id. */
function idOfRead(record: SplitRecord): string | undefined {
  try {
    return idOf(record);
  } catch {
    return undefined;
  }
}

/** SHA-256 of names, kinds and values of all columns, in short turns; every NaN counts as the same missing value. */
export async function hashTable(table: Table): Promise<string> {
  const hash = createHash('sha256');
  const turns = new Turns();
  hash.update(canonicalJson({ rows: table.rowCount }));
  for (const name of table.columnNames) {
    await turns.pause();
    const column = table.column(name);
    if (column.kind === 'categorical') {
      hash.update(canonicalJson({ name, kind: column.kind, categories: column.categories }));
      updateWith(hash, column.codes);
    } else {
      hash.update(canonicalJson({ name, kind: column.kind }));
      updateWith(
        hash,
        column.values.map((value) => (Number.isNaN(value) ? Number.NaN : value)),
      );
    }
  }
  return hash.digest('hex');
}

/** Feeds the bytes of an array to a hash, copying shared memory, which it does not take. */
export function updateWith(hash: Hash, values: ArrayBufferView): void {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  hash.update(values.buffer instanceof SharedArrayBuffer ? bytes.slice() : bytes);
}
