/** A folder of ready-made splits, `{symbol}_{split}.parquet`: one table by role. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { InvalidInputError } from '../core/errors.js';
import type { SplitRole } from '../core/split.js';
import type { Table } from '../core/table.js';
import { listed } from '../core/text.js';
import { unreadable } from './byte-source.js';
import { type ParquetOptions, readParquet } from './parquet.js';

const SUFFIXES: Record<SplitRole, readonly string[]> = {
  train: ['train'],
  validation: ['validation', 'val'],
  test: ['test'],
  holdout: ['holdout'],
};

/** Tables by role: train is always there. */
export type SplitTables = { readonly train: Table } & { readonly [R in Exclude<SplitRole, 'train'>]?: Table };

/**
 * Reads `{symbol}_train.parquet`, `{symbol}_validation.parquet` (or `_val`), `{symbol}_test.parquet` and `{symbol}_holdout.parquet` from a
 * folder. Throws `InvalidInputError` when there is no training file, when a split is there twice, or when columns differ between files.
 */
export async function readParquetSplits(
  directory: string,
  symbol: string,
  options: ParquetOptions = {},
): Promise<SplitTables> {
  if (symbol === '' || /[/\\]/.test(symbol)) {
    throw new InvalidInputError(`'${symbol}' cannot be part of a file name`, {
      hint: 'Pass the symbol as the files have it: ES for ES_train.parquet.',
    });
  }
  const present = await readdir(directory).catch((error) => {
    throw unreadable(directory, error);
  });
  const tables: Partial<Record<SplitRole, Table>> = {};
  let first: { file: string; names: string[] } | undefined;
  for (const [role, suffixes] of Object.entries(SUFFIXES) as [SplitRole, readonly string[]][]) {
    const files = suffixes.map((suffix) => `${symbol}_${suffix}.parquet`).filter((file) => present.includes(file));
    if (files.length > 1) {
      throw new InvalidInputError(`${directory} holds the ${role} split twice: ${listed(files)}`, {
        hint: 'Remove one of the files.',
      });
    }
    if (files.length === 0) {
      if (role === 'train') throw noTraining(directory, symbol, present);
      continue;
    }
    const path = join(directory, files[0]);
    const table = await readParquet(path, options);
    first ??= { file: path, names: table.columnNames };
    sameColumns(first, { file: path, names: table.columnNames });
    tables[role] = table;
  }
  return tables as SplitTables;
}

function noTraining(directory: string, symbol: string, present: string[]): InvalidInputError {
  const symbols = present.flatMap((file) => /^(.+)_train\.parquet$/.exec(file)?.[1] ?? []);
  return new InvalidInputError(`There is no ${symbol}_train.parquet in ${directory}`, {
    hint:
      symbols.length > 0
        ? `There are training files for: ${listed(symbols, 20)}.`
        : 'Files are named {symbol}_{train|validation|test|holdout}.parquet.',
    details: { directory, symbol, symbols },
  });
}

function sameColumns(expected: { file: string; names: string[] }, actual: { file: string; names: string[] }): void {
  const missing = expected.names.filter((name) => !actual.names.includes(name));
  const extra = actual.names.filter((name) => !expected.names.includes(name));
  if (missing.length === 0 && extra.length === 0) return;
  throw new InvalidInputError(
    `${actual.file} has other columns than ${expected.file}:` +
      `${missing.length > 0 ? ` ${listed(missing)} missing` : ''}${extra.length > 0 ? ` ${listed(extra)} added` : ''}`,
    { hint: 'Splits of one data set have the same columns.', details: { file: actual.file, missing, extra } },
  );
}
