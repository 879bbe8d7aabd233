/** Small Parquet files that promise thousands of millions of values in one run: refused before anything is decoded, and honest ones of the same make read. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../src/core/errors.js';
import { readParquet } from '../../src/data/parquet.js';
import {
  double,
  ENDLESS,
  type Page,
  packed,
  parquetFile,
  RLE,
  RLE_DICTIONARY,
  run,
  withLength,
} from './parquet-file.js';

const directory = mkdtempSync(join(tmpdir(), 'holdfast-parquet-runs-'));

async function read(file: Uint8Array): Promise<number[]> {
  const path = join(directory, 'runs.parquet');
  writeFileSync(path, file);
  return [...(await readParquet(path)).numeric('x')];
}

async function refusal(file: Uint8Array): Promise<string> {
  const error = await read(file).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(InvalidInputError);
  return (error as InvalidInputError).message;
}

const dictionary = { values: [5, 7], count: 2 };
const values = 3;
const honest: Record<string, { page: Page; wanted: number[] }> = {
  'levels, version 1': { page: { values, levels: run(3), body: [5, 7, 5].flatMap(double) }, wanted: [5, 7, 5] },
  'levels, version 2': {
    page: { version: 2, values, levels: run(3), body: [5, 7, 5].flatMap(double) },
    wanted: [5, 7, 5],
  },
  'indices, version 1': {
    page: { values, encoding: RLE_DICTIONARY, levels: [...run(1, [0]), ...run(2)], body: [1, ...run(2)] },
    wanted: [Number.NaN, 7, 7],
  },
  'indices, version 2': {
    page: { version: 2, values, encoding: RLE_DICTIONARY, levels: run(3), body: [1, ...run(2), ...run(1, [0])] },
    wanted: [7, 7, 5],
  },
  'packed indices': {
    page: { values, encoding: RLE_DICTIONARY, levels: [...packed(1), 0b111], body: [1, ...packed(1), 0b101] },
    wanted: [7, 5, 7],
  },
};

const endless: Record<string, { page: Page; boolean?: boolean }> = {
  'levels, version 1': { page: { values, levels: run(ENDLESS), body: [5, 7, 5].flatMap(double) } },
  'levels, version 2': { page: { version: 2, values, levels: run(ENDLESS), body: [5, 7, 5].flatMap(double) } },
  'levels that follow others': { page: { values, levels: [...run(2), ...run(ENDLESS)], body: double(5) } },
  'indices, version 1': { page: { values, encoding: RLE_DICTIONARY, levels: run(3), body: [1, ...run(ENDLESS)] } },
  'indices, version 2': {
    page: { version: 2, values, encoding: RLE_DICTIONARY, levels: run(3), body: [1, ...run(ENDLESS)] },
  },
  'indices after missing values': {
    page: { values, encoding: RLE_DICTIONARY, levels: [...run(2, [0]), ...run(1)], body: [1, ...run(ENDLESS)] },
  },
  'packed indices without bits': {
    page: { version: 2, values, encoding: RLE_DICTIONARY, levels: run(3), body: [0, ...packed(2 ** 27)] },
  },
  'booleans, version 1': {
    page: { values, encoding: RLE, levels: run(3), body: withLength(run(ENDLESS)) },
    boolean: true,
  },
  'booleans, version 2': {
    page: { version: 2, values, encoding: RLE, levels: run(3), body: withLength(run(ENDLESS)) },
    boolean: true,
  },
};

describe.each([
  ['as they are', false],
  ['compressed', true],
])('runs of Parquet pages, %s', (_, gzip) => {
  it.each(Object.entries(honest))('reads %s', async (_name, { page, wanted }) => {
    expect(await read(parquetFile({ rows: 3, gzip, page, dictionary }))).toEqual(wanted);
  });

  it.each(Object.entries(endless))('refuses to go on for ever: %s', async (_name, { page, boolean }) => {
    const file = parquetFile({ rows: 3, gzip, page, boolean, dictionary: boolean ? undefined : dictionary });
    expect(file.length).toBeLessThan(400);
    expect(await refusal(file)).toMatch(/longer than its page|more than their page/);
  });

  it('refuses a dictionary of more values than bytes', async () => {
    const { page } = honest['indices, version 1'];
    const file = parquetFile({ rows: 3, gzip, page, dictionary: { values: [5, 7], count: 2 ** 30 } });
    expect(await refusal(file)).toContain('a dictionary is larger than its page');
  });

  it('refuses a column of fewer values than rows', async () => {
    const { page } = honest['levels, version 1'];
    expect(await refusal(parquetFile({ rows: 4, gzip, page }))).toContain('3 values for 4 rows');
  });
});
