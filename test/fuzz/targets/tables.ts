/** Tables from files: CSV (gzip too), Parquet, Arrow. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { Table } from '../../../src/core/table.js';
import { readArrow } from '../../../src/data/arrow.js';
import { readCsv } from '../../../src/data/csv.js';
import { readParquet } from '../../../src/data/parquet.js';
import { textSeeds } from '../seeds.js';
import type { Target } from '../target.js';
import { check } from './behaves.js';

const fixture = (name: string): Uint8Array =>
  readFileSync(fileURLToPath(new URL(`../../fixtures/columnar/${name}`, import.meta.url)));

/** Every column has as many values as the table has rows. */
function whole(table: Table): void {
  for (const name of table.columnNames) {
    const column = table.column(name);
    const length = column.kind === 'categorical' ? column.codes.length : column.values.length;
    check(length === table.rowCount, `column '${name}' has ${length} values for ${table.rowCount} rows`);
    if (column.kind === 'categorical')
      check(
        column.codes.every((code) => code >= -1 && code < column.categories.length),
        `column '${name}' has a code without a category`,
      );
  }
}

const CSV = [
  'time,open,close,volume,contract\n2024-01-01T00:00:00Z,1.5,2,100,ESH4\n2024-01-01T00:01:00Z,1e-3,-2,,"ES,M4"\n2024-01-01T00:02:00Z,NaN,+3,0,"a""b"\n',
  'a;b\r\n1;x\r\n2;y\r\n\r\n3;"z\nz"\r\n',
  '\ufeffdate\tvalue\n2024-02-30\t1\n1700000000\t0x10\n',
];

export const TABLES: readonly Target[] = [
  {
    name: 'csv',
    reads: 'CSV text, any delimiter',
    kind: 'text',
    seeds: async () => textSeeds(...CSV),
    run: async (input) => whole(await readCsv({ bytes: input }, { delimiter: input.length % 2 === 0 ? 'auto' : ',' })),
  },
  {
    name: 'csv-bytes',
    reads: 'CSV as bytes, gzip, from a file',
    kind: 'bytes',
    seeds: async () => [Buffer.from(CSV[0]), gzipSync(CSV[0]), Buffer.from(CSV[1], 'utf16le')],
    async run(input, directory) {
      const file = join(directory, 'rows.csv');
      writeFileSync(file, input);
      whole(await readCsv(file));
    },
  },
  {
    name: 'parquet',
    reads: 'Parquet, every compression',
    kind: 'bytes',
    seeds: async () =>
      ['none', 'snappy', 'gzip', 'zstd', 'lz4', 'brotli', 'pages-v2', 'v1']
        .map((kind) => fixture(`types-${kind}.parquet`))
        .concat(fixture('int96.parquet')),
    async run(input, directory) {
      const file = join(directory, 'rows.parquet');
      writeFileSync(file, input);
      whole(await readParquet(file));
    },
  },
  {
    name: 'arrow',
    reads: 'Arrow files and streams',
    kind: 'bytes',
    seeds: async () => [fixture('types.arrow'), fixture('types.arrows')],
    run: async (input) => whole(await readArrow(input)),
  },
];
