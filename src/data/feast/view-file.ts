/** The Parquet file behind a feature view, as a table whose columns have the names that the view gives them. */
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InvalidInputError } from '../../core/errors.js';
import { Table } from '../../core/table.js';
import type { ReadOptions } from '../byte-source.js';
import { readParquet } from '../parquet.js';
import type { FeastFeatureView } from './feature-view.js';

/**
 * Keys, times and the given features.
 * @throws InvalidInputError - a file that is not on this machine, is missing or damaged, or lacks a column
 */
export async function readViewFile(
  view: FeastFeatureView,
  features: readonly string[],
  directory: string,
  { signal }: ReadOptions,
): Promise<Table> {
  const { joinKeys, timestampField = 'event_timestamp', createdTimestampColumn, fieldMapping = {} } = view;
  const times = createdTimestampColumn === undefined ? [timestampField] : [timestampField, createdTimestampColumn];
  const names = [...new Set([...joinKeys, ...times, ...features])];
  const sourceOf = new Map(Object.entries(fieldMapping).map(([column, name]) => [name, column]));
  const columns = names.map((name) => sourceOf.get(name) ?? name);
  const file = await fileOf(view, directory);
  const read = await readParquet(file, { columns: [...new Set(columns)], ...(signal && { signal }) });
  return Table.fromEntries(names.map((name, i) => [name, read.column(columns[i])]));
}

async function fileOf({ name, path }: FeastFeatureView, directory: string): Promise<string> {
  const refuse = (what: string, hint: string): never => {
    throw new InvalidInputError(`Feature view '${name}': ${path} ${what}`, {
      hint,
      details: { view: name, file: path },
    });
  };
  if (/^[a-z][a-z0-9+]+:\/\//i.test(path) && !/^file:\/\//i.test(path))
    refuse('is not on this machine', 'Copy the file, and describe the view with its path, or read it with DuckDB.');
  const file = /^file:\/\//i.test(path) ? fileURLToPath(path) : resolve(directory, path);
  const found = await stat(file).catch(() => undefined);
  if (found?.isDirectory()) refuse('is a directory', 'Views over one Parquet file are read: write the data as one.');
  return file;
}
