import { existsSync, mkdtempSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { InvalidInputError, TrainingCancelledError } from '../../src/core/errors.js';
import type { ProgressEvent } from '../../src/core/progress.js';
import { type CsvOptions, readCsv } from '../../src/data/csv.js';
import { parseCsvPlainly } from '../oracles/csv.js';
import { itWithData } from '../shared-data.js';

const directory = mkdtempSync(join(tmpdir(), 'holdfast-csv-'));
const file = (name: string, content: string | Uint8Array) => {
  const path = join(directory, name);
  writeFileSync(path, content);
  return path;
};
const text = (content: string, options?: CsvOptions) => readCsv({ text: content }, options);

async function failure(promise: Promise<unknown>): Promise<InvalidInputError> {
  const error = await promise.then(
    () => new Error('did not throw'),
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(InvalidInputError);
  expect((error as InvalidInputError).hint).not.toBe('');
  return error as InvalidInputError;
}

/** What a descriptor is open on; none where it was closed meanwhile. */
function readLink(path: string): string[] {
  try {
    return [readlinkSync(path)];
  } catch {
    return [];
  }
}

describe('readCsv: cells and quotes', () => {
  it('keeps quotes, delimiters and line ends inside quoted cells', async () => {
    const table = await text('a,b\r\n"say ""yes""","1,5"\r\n"two\r\nlines",x\r\n');
    expect(table.strings('a')).toEqual(['say "yes"', 'two\r\nlines']);
    expect(table.strings('b')).toEqual(['1,5', 'x']);
  });

  it('reads a last row without a line end, an empty last cell, and skips blank lines', async () => {
    const table = await text('a,b\n\n1,\n\n2,3');
    expect([...table.numeric('a')]).toEqual([1, 2]);
    expect([...table.numeric('b')]).toEqual([Number.NaN, 3]);
  });

  it('ignores a byte order mark', async () => {
    expect((await text('\ufeffa,b\n1,2\n')).columnNames).toEqual(['a', 'b']);
  });

  it('keeps columns named like object internals as data', async () => {
    const table = await text('__proto__,constructor,1\n5,6,7\n');
    expect(table.columnNames).toEqual(['__proto__', 'constructor', '1']);
    expect(Object.entries(table.records()[0])).toEqual([
      ['1', 7],
      ['__proto__', 5],
      ['constructor', 6],
    ]);
    expect(({} as Record<string, unknown>).a).toBeUndefined();
  });

  it('agrees with a plain parser on any text, however the bytes are cut into chunks', async () => {
    const cell = fc.oneof(
      fc.constantFrom('', 'x', 'é', '"', 'a"b', ',', '\n', '\r\n', ' y ', '😀', 'long text '.repeat(9)),
      fc.string({ maxLength: 6 }).map((s) => `t${s.replaceAll('\r', '')}`),
    );
    await fc.assert(
      fc.asyncProperty(
        fc
          .integer({ min: 1, max: 4 })
          .chain((n) => fc.array(fc.array(cell, { minLength: n, maxLength: n }), { minLength: 1, maxLength: 8 })),
        fc.constantFrom('\n', '\r\n'),
        fc.boolean(),
        fc.integer({ min: 1, max: 7 }),
        async (rows, eol, last, size) => {
          const quote = (s: string) => (/[",\r\n]/.test(s) || s === '' ? `"${s.replaceAll('"', '""')}"` : s);
          const header = rows[0].map((_, j) => `c${j}`).join(',');
          const csv = [header, ...rows.map((r) => r.map(quote).join(','))].join(eol) + (last ? eol : '');
          const bytes = Buffer.from(csv);
          const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
            bytes.subarray(i * size, (i + 1) * size),
          );
          const types = Object.fromEntries(rows[0].map((_, j) => [`c${j}`, 'categorical' as const]));
          const table = await readCsv(Readable.from(chunks), { types, missing: [] });
          const [, ...expected] = parseCsvPlainly(csv);
          const actual = rows.map((_, i) => rows[0].map((_, j) => table.strings(`c${j}`)[i]));
          expect(actual).toEqual(expected);
          expect(actual).toEqual(rows);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('never changes the bytes of its caller', async () => {
    const bytes = Buffer.from('a\n"x""y"\n');
    const before = bytes.toString();
    await readCsv({ bytes });
    expect(bytes.toString()).toBe(before);
  });
});

describe('readCsv: types', () => {
  it('infers numeric, time and categorical columns over the whole file', async () => {
    const table = await text('n,t,c,m\n1,2020-01-01,a,NA\n-2.5e3,2020-01-02 09:30,b,\n inf ,NA,?,nan\n');
    expect(table.columnNames.map((name) => table.column(name).kind)).toEqual([
      'numeric',
      'time',
      'categorical',
      'numeric',
    ]);
    expect([...table.numeric('n')]).toEqual([1, -2500, Number.POSITIVE_INFINITY]);
    expect([...table.numeric('t')]).toEqual([Date.UTC(2020, 0, 1), Date.UTC(2020, 0, 2, 9, 30), Number.NaN]);
    expect(table.strings('c')).toEqual(['a', 'b', null]);
    expect(table.numeric('m').every(Number.isNaN)).toBe(true);
  });

  it('a late text cell makes the column categorical with the original text of all cells', async () => {
    const csv = 'a,t\n007,2020-01-01\n1.50,2020-01-02\nabc,later\n';
    for (const source of [{ text: csv }, file('late.csv', csv), Readable.from([csv])]) {
      const table = await readCsv(source);
      expect(table.strings('a')).toEqual(['007', '1.50', 'abc']);
      expect(table.strings('t')).toEqual(['2020-01-01', '2020-01-02', 'later']);
    }
  });

  it('an invalid date is text, never another day', async () => {
    expect((await text('t\n2021-02-28\n2021-02-29\n')).column('t').kind).toBe('categorical');
  });

  it('types, missing tokens, names, columns, delimiter and epochs can be declared', async () => {
    const table = await text('1;x;1580000000;-200\n2;y;1580000060;5\n', {
      delimiter: ';',
      header: false,
      names: ['id', 'unused', 'when', 'v'],
      columns: ['v', 'when', 'id'],
      types: { id: 'categorical', when: 'epoch-s' },
      missing: ['-200'],
    });
    expect(table.columnNames).toEqual(['v', 'when', 'id']);
    expect([...table.numeric('v')]).toEqual([Number.NaN, 5]);
    expect(table.numeric('when')[0]).toBe(1580000000000);
    expect(table.strings('id')).toEqual(['1', '2']);
  });

  it("finds the delimiter with 'auto'", async () => {
    for (const d of [',', ';', '\t', '|']) {
      const table = await text(`a${d}b${d}c\n1${d}"x,;|\ty"${d}2\n`, { delimiter: 'auto' });
      expect(table.columnNames).toEqual(['a', 'b', 'c']);
    }
    expect((await text('a\n1\n', { delimiter: 'auto' })).columnNames).toEqual(['a']);
  });

  it('reads numbers as the engine does, to the last bit', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.oneof(
            fc.double({ noNaN: true }).map(String),
            fc.tuple(fc.bigInt({ min: 0n, max: 10n ** 25n }), fc.nat(25)).map(([v, e]) => `${v}e-${e}`),
            fc.float({ noNaN: true }).map((v) => v.toFixed(7)),
            fc.constantFrom('.5', '5.', '+3', '-0', '1E5', '00012', '9007199254740993', '0.1e-400', '1e400'),
          ),
          { minLength: 1, maxLength: 20 },
        ),
        async (cells) => {
          const table = await text(`x\n${cells.join('\n')}\n`);
          expect([...table.numeric('x')]).toEqual(cells.map(Number));
        },
      ),
    );
  });

  it('does not take half numbers for numbers', async () => {
    for (const odd of ['1e', '-', '.', '1.2.3', '0x10', '1_000', '1 2', '--1', 'e5', '+', 'infx']) {
      expect((await text(`x\n${odd}\n`)).column('x').kind, odd).toBe('categorical');
    }
  });
});

describe('readCsv: sources', () => {
  it('a file: URL is the file it names, other URLs are refused', async () => {
    const path = file('a name with spaces.csv', 'a\n1\n');
    expect([...(await readCsv(pathToFileURL(path))).numeric('a')]).toEqual([1]);
    expect((await failure(readCsv(pathToFileURL(join(directory, 'absent.csv'))))).message).toContain('absent.csv');
    expect((await failure(readCsv(new URL('https://example.org/bars.csv')))).message).toContain('https');
  });

  it('recognises gzip by its bytes, whatever the name, and several gzip members in a row', async () => {
    const path = file('plain-name.csv', Buffer.concat([gzipSync('a\n1\n'), gzipSync('2\n')]));
    expect([...(await readCsv(path)).numeric('a')]).toEqual([1, 2]);
    const notGzip = file('named.csv.gz', 'a\n3\n');
    expect([...(await readCsv(notGzip)).numeric('a')]).toEqual([3]);
    expect([...(await readCsv({ bytes: gzipSync('a\n4\n') })).numeric('a')]).toEqual([4]);
  });

  it('reports progress in bytes, never decreasing, up to the size of the file', async () => {
    const content = `a,b\n${'1,2\n'.repeat(200_000)}`;
    const events: ProgressEvent[] = [];
    await readCsv(file('big.csv', content), { onProgress: (event) => events.push(event) });
    expect(events.length).toBeGreaterThan(2);
    expect(events.every((e, i) => e.phase === 'read' && (i === 0 || e.step >= events[i - 1].step))).toBe(true);
    expect(events.at(-1)).toMatchObject({ step: content.length, total: content.length });
  });

  it('stops when the signal is aborted', async () => {
    const controller = new AbortController();
    const reading = readCsv(file('abort.csv', `a\n${'1\n'.repeat(400_000)}`), {
      signal: controller.signal,
      onProgress: () => controller.abort(),
    });
    await expect(reading).rejects.toBeInstanceOf(TrainingCancelledError);
  });

  itWithData('flights-300k.csv.gz', 'reads 300,000 real rows with their types', async (path) => {
    const table = await readCsv(path);
    expect(table.rowCount).toBe(300_000);
    expect(table.columnNames.map((n) => table.column(n).kind)).toEqual([
      'time',
      'numeric',
      'numeric',
      'categorical',
      'categorical',
    ]);
    expect(table.records(0, 1)[0]).toEqual({
      date: new Date('2001-01-01T00:01Z'),
      delay: 33,
      distance: 2176,
      origin: 'LAS',
      destination: 'PHL',
    });
  });
});

describe('readCsv: refusals name file, row and column', () => {
  it('a missing file, a directory, something that is no source', async () => {
    expect((await failure(readCsv(join(directory, 'absent.csv')))).message).toContain('absent.csv');
    expect((await failure(readCsv(directory))).message).toContain('directory');
    await failure(readCsv(null as never));
    await failure(readCsv(5 as never));
  });

  it('an empty file and a header without rows', async () => {
    expect((await failure(readCsv(file('empty.csv', '')))).message).toContain('empty.csv is empty');
    expect((await failure(text('\n\n'))).message).toContain('empty');
    expect((await failure(text('a,b\n'))).message).toContain('no rows');
  });

  it('a ragged row', async () => {
    const short = await failure(readCsv(file('short.csv', 'a,b,c\n1,2,3\n"x\ny",5\n')));
    expect(short.message).toContain("short.csv, row 2 (line 3): 2 cells for 3 columns, nothing for 'c'");
    expect(short.details).toMatchObject({ row: 2, line: 3, column: 'c' });
    const long = await failure(text('a,b\n"x\ny",2\n1,2,3\n'));
    expect(long.details).toMatchObject({ row: 2, line: 4, column: 'field 3' });
  });

  it('a cell that does not fit its declared type', async () => {
    const error = await failure(text('t,close\n2020-01-01,1\n2020-01-02,1o5\n', { types: { close: 'numeric' } }));
    expect(error.message).toContain("row 2 (line 3), column 'close': '1o5' is not a number");
    expect(error.details).toMatchObject({ row: 2, line: 3, column: 'close', text: '1o5' });
    expect((await failure(text('t\n2020-13-01\n', { types: { t: 'time' } }))).message).toContain('not a timestamp');
    expect((await failure(text('t\nx\n', { types: { t: 'epoch-ms' } }))).details).toMatchObject({
      row: 1,
      column: 't',
    });
  });

  it('an unknown column, with the nearest name', async () => {
    expect((await failure(text('open,close\n1,2\n', { columns: ['clsoe'] }))).hint).toContain("'close'");
    expect((await failure(text('open,close\n1,2\n', { types: { opne: 'numeric' } }))).hint).toContain("'open'");
  });

  it('duplicate names in the header', async () => {
    expect((await failure(text('a,b,a\n1,2,3\n'))).details).toMatchObject({ column: 'a', row: 0 });
  });

  it('an unterminated quote, and text after a closing quote', async () => {
    expect((await failure(text('a,b\n1,2\n"open,3\n4,5\n'))).details).toMatchObject({ line: 3 });
    expect((await failure(text('a\n"x"y\n'))).message).toContain('line 2');
    const endless = Readable.from(
      (function* () {
        yield 'a\n"';
        for (let i = 0; i < 200; i++) yield 'x'.repeat(1 << 16);
      })(),
    );
    expect((await failure(readCsv(endless))).message).toContain('never closed');
  });

  it('text that is not UTF-8', async () => {
    const latin1 = Buffer.from('name,v\nok,1\ncafé,2\n', 'latin1');
    const error = await failure(readCsv({ bytes: latin1 }));
    expect(error.details).toMatchObject({ row: 2, line: 3, column: 'name' });
    expect((await failure(readCsv({ bytes: Buffer.from('é\n1\n', 'latin1') }))).message).toContain('header');
    expect((await failure(readCsv({ bytes: Buffer.from('\ufeffa\n1\n', 'utf16le') }))).message).toContain('UTF-16');
  });

  it('a truncated or damaged gzip file', async () => {
    const whole = gzipSync(`a,b\n${Array.from({ length: 5000 }, (_, i) => `${i},${(i * 7919) % 1013}`).join('\n')}\n`);
    const cut = await failure(readCsv(file('cut.csv.gz', whole.subarray(0, whole.length / 2))));
    expect(cut.message).toContain('cut.csv.gz');
    expect(cut.message).toContain('too early');
    const damaged = Buffer.from(whole);
    damaged.fill(0xff, 100, 140);
    await failure(readCsv(file('damaged.csv.gz', damaged)));
  });

  it('more rows than allowed, and senseless options', async () => {
    expect((await failure(text('a\n1\n2\n3\n', { maxRows: 2 }))).message).toContain('2 rows');
    await failure(text('a\n1\n', { delimiter: '::' }));
    await failure(text('a\n1\n', { delimiter: '"' }));
    expect((await failure(text('1,2\n', { header: false, names: ['a'] }))).message).toContain('1 names');
  });

  it.skipIf(!existsSync('/proc/self/fd'))('leaves no file open, wherever it stopped reading', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'holdfast-csv-')), 'rows.csv');
    const damaged = gzipSync('a,b\n1,2\n');
    damaged[20] ^= 255;
    const open = () =>
      readdirSync('/proc/self/fd')
        .flatMap((fd) => readLink(`/proc/self/fd/${fd}`))
        .filter((to) => to === path);
    for (const content of ['a,b\n1,2,3\n', damaged, `a,b\n1,2,3\n${'1,2\n'.repeat(200_000)}`]) {
      writeFileSync(path, content);
      for (let i = 0; i < 3; i++) await expect(readCsv(path)).rejects.toThrow(InvalidInputError);
      await vi.waitFor(() => expect(open()).toEqual([]));
    }
  });

  it('a stream that fails', async () => {
    const broken = Readable.from(
      (async function* () {
        yield 'a\n1\n';
        throw new Error('line lost');
      })(),
    );
    expect((await failure(readCsv(broken))).message).toContain('line lost');
  });
});
