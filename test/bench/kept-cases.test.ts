import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { keptLines, withKept } from '../../bench/kept-cases.js';
import { measureCase, type PairedCase } from '../../bench/paired-case.js';

const directory = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
const url = pathToFileURL(`${directory}/`);
afterAll(() => rmSync(directory, { recursive: true }));

const one = { median: 1, min: 1, max: 1 };
const both = { ours: one, native: one };
const row = (name: string, threads: number): PairedCase => {
  return { name, threads, busyAtStart: 0, pairs: [], seconds: both, ratio: one, peakRss: both };
};
const [machine, versions] = [{ cpu: 'x' }, { node: '1' }];
const names = ['a', 'b', 'c d'];
const cells = (cases: readonly PairedCase[]) => cases.map(({ name, threads, command }) => [name, threads, command]);

describe('rows of committed results', () => {
  const cases = [row('a', 1), row('a', 2), row('c d', 2), row('gone', 2), { ...row('b', 2), command: 'oldest' }];
  writeFileSync(join(directory, 'x.json'), JSON.stringify({ command: 'before', machine, versions, cases }));

  it('stay, with what made them, where another case or another count of threads was measured; in the order of cases', () => {
    const merged = withKept('x', { machine, versions, cases: [row('b', 1), row('a', 2)] }, names, url);
    expect(cells(merged)).toEqual([
      ['a', 1, 'before'],
      ['a', 2, undefined],
      ['b', 1, undefined],
      ['b', 2, 'oldest'],
      ['c d', 2, 'before'],
    ]);
    expect(keptLines(merged)).toEqual([
      'Kept from `before`, by case (threads): a (1), c d (2).',
      'Kept from `oldest`, by case (threads): b (2).',
    ]);
  });

  it('go where machine, versions or parameters are others, and where nothing is committed', () => {
    const cases = [row('a', 1)];
    expect(withKept('x', { machine: { cpu: 'y' }, versions, cases }, names, url)).toEqual(cases);
    expect(withKept('x', { machine, versions: { node: '2' }, cases }, names, url)).toEqual(cases);
    const more = { machine, versions, params: { depth: 6 }, cases };
    expect(withKept('x', more, names, url)).toEqual(cases);
    expect(withKept('y', { machine, versions, cases }, names, url)).toEqual(cases);
  });
});

describe('a case', () => {
  it('is timed in pairs, and gives back what its sides found, the warm-up left out', async () => {
    let runs = 0;
    const lines: string[] = [];
    const { row, found } = await measureCase(
      { name: 'a', threads: 2 },
      async (which) => ({ seconds: which === 'ours' ? 1 : 2, peakRss: 3, run: ++runs }),
      { pairs: 2, warmup: true, log: (line) => lines.push(line) },
    );
    expect(row).toMatchObject({ name: 'a', threads: 2, ratio: { median: 0.5, min: 0.5, max: 0.5 } });
    expect(row.pairs[0]).toEqual({ ours: { seconds: 1, peakRss: 3 }, native: { seconds: 2, peakRss: 3 } });
    expect([found.ours, found.native].map((side) => side.map(({ run }) => run))).toEqual([
      [3, 6],
      [4, 5],
    ]);
    expect(lines).toHaveLength(2);
  });
});
