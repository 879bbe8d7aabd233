/** Parquet and Arrow files written by pyarrow open here, and ours open there, cell by cell. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../src/core/random.js';
import { Table } from '../../src/core/table.js';
import { readArrow } from '../../src/data/arrow.js';
import { readParquet } from '../../src/data/parquet.js';
import { writeParquet } from '../../src/data/parquet-write.js';
import { readTable } from '../../src/data/read-table.js';
import { typeRows } from '../data/columnar-types.js';
import { runPython } from './python.js';

const directory = mkdtempSync(join(tmpdir(), 'holdfast-interop-parquet-'));
const script = fileURLToPath(new URL('./make-columnar-fixtures.py', import.meta.url));

const COMPRESSIONS = ['none', 'snappy', 'gzip', 'zstd', 'brotli', 'lz4'];

/** 20,000 rows in several row groups and pages: repeated and unique texts, nulls, and times finer than a millisecond. */
const WRITE_LARGE = `
import json, sys
import numpy as np, pyarrow as pa, pyarrow.parquet as pq
folder, codecs = json.load(sys.stdin)
rng = np.random.default_rng(0)
n = 20000
number = rng.normal(size=n)
number[rng.random(n) < 0.1] = np.nan
text = [None if r < 0.1 else f"t{int(r * 40)}" for r in rng.random(n)]
table = pa.table({
    "number": pa.array(number, from_pandas=True),
    "single": pa.array(number.astype(np.float32)),
    "integer": pa.array(rng.integers(-(2**40), 2**40, n)),
    "text": text,
    "unique": [f"row {i}" for i in range(n)],
    "time": pa.array(1_600_000_000_000_000 + np.arange(n) * 1_000_500, pa.timestamp("us")),
})
for codec in codecs:
    pq.write_table(table, f"{folder}/large-{codec}.parquet", compression=codec, row_group_size=7000, data_page_size=20000)
frame = table.to_pydict()
print(json.dumps({
    "number": [None if v is None else v for v in frame["number"]],
    "integer": frame["integer"],
    "text": frame["text"],
    "single": [float(v) for v in number.astype(np.float32)],
    "time": [1_600_000_000_000 + i * 1000.5 for i in range(n)],
}))
`;

describe('files written by pyarrow', () => {
  beforeAll(async () => {
    await runPython(script, undefined, [directory]);
  });

  it('every type in every compression', async () => {
    for (const name of [
      ...COMPRESSIONS.map((codec) => `types-${codec}.parquet`),
      'types-v1.parquet',
      'types-pages-v2.parquet',
    ]) {
      const table = await readParquet(join(directory, name));
      expect(table.records(), name).toEqual(typeRows(table.columnNames));
    }
    for (const name of ['types.arrow', 'types.arrows']) {
      const table = await readArrow(join(directory, name));
      expect(table.records(), name).toEqual(typeRows(table.columnNames));
    }
  });

  it('many row groups and pages, in every compression', async () => {
    const expected = (await runPython(WRITE_LARGE, [directory, COMPRESSIONS])) as Record<
      string,
      (number | string | null)[]
    >;
    const missing = (values: (number | string | null)[]) => values.map((v) => (v === null ? Number.NaN : v));
    for (const codec of COMPRESSIONS) {
      const table = await readTable(join(directory, `large-${codec}.parquet`));
      for (const name of ['number', 'integer', 'single', 'time'])
        expect(Array.from(table.numeric(name)), `${codec} ${name}`).toEqual(missing(expected[name]));
      expect(table.strings('text')).toEqual(expected.text);
      expect(table.strings('unique').at(-1)).toBe('row 19999');
    }
  });
});

describe('files written here', () => {
  it('open in pyarrow with the same cells and types', async () => {
    const random = new Random(9);
    const n = 3000;
    const number = Float64Array.from({ length: n }, () => (random.int(10) === 0 ? Number.NaN : random.normal()));
    const text = Array.from({ length: n }, (_, i) => (i % 9 === 0 ? null : `é${random.int(50)}`));
    const times = Float64Array.from({ length: n }, (_, i) => (i % 11 === 0 ? Number.NaN : 1.6e12 + i * 1000.5));
    const path = join(directory, 'ours.parquet');
    await writeParquet(path, Table.fromColumns({ number, text, time: { kind: 'time', values: times } }));
    const back = (await runPython(
      `
import json, sys
import pyarrow.parquet as pq
table = pq.read_table(json.load(sys.stdin))
print(json.dumps({
    "types": [str(t) for t in table.schema.types],
    "number": table["number"].to_pylist(),
    "text": table["text"].to_pylist(),
    "time": [None if t is None else t / 1000 for t in table["time"].cast("int64").to_pylist()],
}))`,
      path,
    )) as Record<string, unknown[]>;
    expect(back.types).toEqual(['double', 'string', 'timestamp[us, tz=UTC]']);
    expect(back.number).toEqual([...number]);
    expect(back.text).toEqual(text);
    expect(back.time).toEqual(Array.from(times, (t) => (Number.isNaN(t) ? null : t)));
  });
});
