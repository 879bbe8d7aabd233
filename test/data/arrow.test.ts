import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { tableFromArrays, tableToIPC } from 'apache-arrow';
import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../src/core/errors.js';
import { Table } from '../../src/core/table.js';
import { readArrow } from '../../src/data/arrow.js';
import { readTable } from '../../src/data/read-table.js';
import { typeKinds, typeRows } from './columnar-types.js';

const fixtures = fileURLToPath(new URL('../fixtures/columnar/', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'holdfast-arrow-'));

describe('readArrow', () => {
  for (const name of ['types.arrow', 'types.arrows']) {
    it(`reads every type of ${name} as pyarrow wrote it`, async () => {
      const table = await readArrow(fixtures + name);
      expect(table.records()).toEqual(typeRows(table.columnNames));
      for (const column of table.columnNames)
        expect(table.column(column).kind, column).toBe(typeKinds[column] ?? 'numeric');
    });
  }

  it('reads bytes, file and stream form', async () => {
    const arrow = tableFromArrays({ a: Float64Array.of(1, 2), s: ['x', 'y'] });
    for (const form of ['file', 'stream'] as const) {
      expect((await readArrow(tableToIPC(arrow, form))).records()).toEqual([
        { a: 1, s: 'x' },
        { a: 2, s: 'y' },
      ]);
    }
  });

  it('refuses missing, foreign, truncated and empty data by a typed error', async () => {
    await expect(readArrow(join(directory, 'absent.arrow'))).rejects.toBeInstanceOf(InvalidInputError);
    await expect(readArrow(Buffer.from('a,b\n1,2\n'))).rejects.toThrow('not Arrow');
    await expect(readArrow(new Uint8Array(0))).rejects.toBeInstanceOf(InvalidInputError);
    const whole = readFileSync(`${fixtures}types.arrow`);
    for (let length = 6; length < whole.length; length += 101) {
      await expect(readArrow(whole.subarray(0, length))).rejects.toThrow('truncated');
    }
  });

  it('damaged record batches give a typed error', async () => {
    const bytes = Buffer.from(readFileSync(`${fixtures}types.arrow`));
    bytes.fill(0x5a, 984, 992);
    await expect(readArrow(bytes)).rejects.toThrow('not readable Arrow data');
  });
});

describe('Table.fromArrow', () => {
  it('takes sliced and chunked vectors', () => {
    const arrow = tableFromArrays({ a: Int32Array.of(1, 2, 3, 4), b: [1n, null, 3n, 4n] });
    expect(Table.fromArrow(arrow.slice(1, 3).concat(arrow.slice(0, 1))).records()).toEqual([
      { a: 2, b: null },
      { a: 3, b: 3 },
      { a: 1, b: 1 },
    ]);
  });

  it('names the column of a type without a counterpart, and what is no table', () => {
    expect(() => Table.fromArrow(tableFromArrays({ ok: [1], nested: [{ x: 1 }] }))).toThrow("column 'nested'");
    expect(() => Table.fromArrow({})).toThrow(InvalidInputError);
    expect(() => Table.fromArrow(null)).toThrow(InvalidInputError);
  });
});

describe('readTable', () => {
  it('takes file URLs as import.meta.url gives them, and no others', async () => {
    for (const name of ['types-snappy.parquet', 'types.arrow']) {
      expect((await readTable(pathToFileURL(fixtures + name))).rowCount).toBe(3);
    }
    await expect(readTable(new URL('https://example.org/a.csv'))).rejects.toThrow('https: URL');
  });

  it('finds the format by the first bytes', async () => {
    const odd = join(directory, 'data.bin');
    for (const name of ['types-snappy.parquet', 'types.arrow', 'types.arrows']) {
      writeFileSync(odd, readFileSync(fixtures + name));
      expect((await readTable(odd, { columns: ['text', 'int8'] })).records()).toEqual(typeRows(['text', 'int8']));
    }
    writeFileSync(odd, gzipSync('text,int8\na,1\n'));
    expect((await readTable(odd)).records()).toEqual([{ text: 'a', int8: 1 }]);
    expect((await readTable(pathToFileURL(odd))).rowCount).toBe(1);
    const tsv = join(directory, 'data.TSV');
    writeFileSync(tsv, 'a\tb\n1\t2\n');
    expect((await readTable(tsv)).columnNames).toEqual(['a', 'b']);
    await expect(readTable(join(directory, 'absent'))).rejects.toBeInstanceOf(InvalidInputError);
    await expect(readTable(directory)).rejects.toBeInstanceOf(InvalidInputError);
  });
});
