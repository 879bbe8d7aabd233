import { describe, expect, it } from 'vitest';
import { regressions } from '../../bench/summary/regressions.js';
import { readResults } from '../../bench/summary/result-rows.js';
import { page } from '../../bench/summary.js';

const spread = (median: number, range = 0.05) => ({ median, min: median - range, max: median + range });
const paired = (ratio: number, range?: number) => ({
  seconds: { ours: spread(ratio), native: spread(1) },
  peakRss: { ours: spread(2 ** 20), native: spread(2 ** 21) },
  ratio: spread(ratio, range),
});
const fileOf = (cases: object[]) => JSON.stringify({ command: 'npm run bench -- x', cases });

describe('the summary of benchmarks', () => {
  it('reads paired rows of cases, of rows, and of predictions; what has none is linked only', () => {
    const { rows } = readResults(
      'x',
      fileOf([
        { name: 'a', threads: 2, ...paired(0.5) },
        { name: 'build', value: 1 },
      ]),
    );
    expect(rows.map(({ name, ratio }) => [name, ratio.median])).toEqual([['a, 2 thread(s)', 0.5]]);
    const stored = readResults('y', JSON.stringify({ command: 'c', rows: [{ name: 'b', ...paired(0.2) }] }));
    expect(stored.rows.map(({ name }) => name)).toEqual(['b']);
    const predicted = readResults('z', fileOf([{ library: 'lightgbm', threads: 1, rows: paired(0.1) }]));
    expect(predicted.rows.map(({ name }) => name)).toEqual(['lightgbm, 1 thread(s)']);
    const scores = readResults('quality-z', JSON.stringify({ command: 'npm run bench -- quality-z', results: [] }));
    const installed = [{ name: 'holdfast', downloadMiB: 1, installSeconds: 2, imports: { holdfast: 3 } }];
    const sizes = readResults('install', JSON.stringify({ command: 'npm run bench -- install', rows: installed }));
    expect(sizes.rows).toEqual([]);
    const text = page([stored, predicted, scores], []);
    expect(text).toContain('| [y](y.md) | b | 0.20 | 1.00 | 5.00 (4.00 to 6.67) | 1 | 2 |');
    expect(text).toContain('tables of their own: [quality-z](quality-z.md).');
    expect(text).toContain('None.');
    expect(text).toContain('`npm run bench -- quality-z`');
  });

  it('names what became slower beside its peer by more than a tenth, and whether that may be chance', () => {
    const before = [
      readResults(
        'x',
        fileOf([
          { name: 'a', ...paired(0.5) },
          { name: 'b', ...paired(0.5) },
          { name: 'c', ...paired(0.5) },
        ]),
      ),
    ];
    const now = [
      readResults(
        'x',
        fileOf([
          { name: 'a', ...paired(0.54) },
          { name: 'b', ...paired(0.58) },
          { name: 'c', ...paired(0.9) },
          { name: 'new', ...paired(9) },
        ]),
      ),
    ];
    const worse = regressions(before, now);
    expect(worse.map(({ name, overlapping }) => [name, overlapping])).toEqual([
      ['b', true],
      ['c', false],
    ]);
    expect(page(now, worse)).toContain('- x, c: peer / holdfast 2.00 before, 1.11 now');
    expect(regressions(now, now)).toEqual([]);
  });
});
