/** Engineered features look back only: not ahead, not into another group, not over a session gap. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigError, InvalidInputError } from '../../src/core/errors.js';
import { Random } from '../../src/core/random.js';
import { Table } from '../../src/core/table.js';
import { engineerFeatures } from '../../src/preprocessing/engineer.js';
import type { FeatureOptions } from '../../src/preprocessing/options.js';

const ALL: FeatureOptions = {
  expressions: { change: 'log(close / open)', flag: 'where(change > 0, close_lag_1, NaN)' },
  lags: [{ column: ['close', 'change'], periods: [1, 3] }],
  differences: [
    { column: 'close', periods: 2 },
    { column: 'close', periods: [1, 4], relative: true },
  ],
  rolling: [
    {
      column: ['close', 'change'],
      window: [3, 7],
      statistics: ['mean', 'sum', 'std', 'min', 'max', 'median', 'quantile', 'skew', 'zscore', 'count'],
      minPeriods: 2,
      quantiles: [0.1, 0.5, 0.975],
    },
  ],
  ewm: [
    { column: 'close', span: 5, statistics: ['mean', 'std'] },
    { column: 'close', halfLife: 3, statistics: 'std', minPeriods: 3 },
    { column: 'change_diff', alpha: 0.3 },
  ],
};
const FEATURES: FeatureOptions = { ...ALL, expressions: { ...ALL.expressions, change_diff: 'change - change_lag_1' } };

function bars(n: number, seed: number): Table {
  const random = new Random(seed);
  const price = () => (random.float() < 0.05 ? Number.NaN : 90 + 20 * random.float());
  return Table.fromColumns({
    time: Float64Array.from({ length: n }, (_, i) => i * 60_000),
    group: Array.from({ length: n }, (_, i) => `g${(i * 7 + (i >> 2)) % 3}`),
    open: Float64Array.from({ length: n }, price),
    close: Float64Array.from({ length: n }, price),
  });
}

const featureNames = (table: Table) =>
  table.columnNames.filter((name) => !['time', 'group', 'open', 'close'].includes(name));

/** Values of rows as bit patterns: -0 is not 0, NaN is NaN. */
const bits = (table: Table, name: string, rows: readonly number[]) =>
  rows.map((row) => new Uint32Array(Float64Array.of(table.numeric(name)[row]).buffer).join());

describe('causality', () => {
  it('rows before a cut are bit-identical whatever happens after it, for every kind of feature', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 39 }), fc.nat(1000), fc.boolean(), (cut, seed, grouped) => {
        const table = bars(40, seed);
        const other = bars(40, seed + 5000);
        const splice = (name: string) =>
          Float64Array.from(table.numeric(name), (value, i) => (i < cut ? value : other.numeric(name)[i]));
        const changed = table.with('open', splice('open')).with('close', splice('close'));
        const context = { time: 'time', ...(grouped && { group: 'group' }) };
        const before = Array.from({ length: cut }, (_, i) => i);
        const a = engineerFeatures(table, FEATURES, context);
        const b = engineerFeatures(changed, FEATURES, context);
        for (const name of featureNames(a)) expect(bits(b, name, before)).toEqual(bits(a, name, before));
      }),
      { numRuns: 25 },
    );
  });

  it('every feature does depend on the past: the check above can fail', () => {
    const table = bars(40, 1);
    const moved = table.with(
      'close',
      table.numeric('close').map((value, i) => value + i * i),
    );
    const a = engineerFeatures(table, FEATURES);
    const b = engineerFeatures(moved, FEATURES);
    const rows = Array.from({ length: 40 }, (_, i) => i);
    const unchanged = featureNames(a).filter((name) => bits(a, name, rows).join() === bits(b, name, rows).join());
    expect(unchanged.filter((name) => !name.includes('count'))).toEqual([]);
  });
});

describe('groups and sessions', () => {
  const parts = (keys: readonly (string | number)[]) =>
    [...new Set(keys)].map((key) => keys.flatMap((k, i) => (k === key ? [i] : [])));

  it('features of mixed groups are those of each group alone', () => {
    const table = bars(90, 3);
    const mixed = engineerFeatures(table, FEATURES, { time: 'time', group: 'group' });
    for (const rows of parts(table.strings('group') as string[])) {
      const alone = engineerFeatures(table.take(rows), FEATURES);
      const all = rows.map((_, i) => i);
      for (const name of featureNames(alone)) expect(bits(mixed, name, rows)).toEqual(bits(alone, name, all));
    }
  });

  it('features of several sessions are those of each session alone; a gap of exactly the limit is none', () => {
    const random = new Random(9);
    const session: number[] = [];
    const time: number[] = [];
    for (let i = 0, t = 0, s = 0; i < 90; i++) {
      const step = [60_000, 300_000, 300_001, 86_400_000][random.int(4)];
      if (i > 0 && step > 300_000) s++;
      time.push((t += step));
      session.push(s);
    }
    const table = bars(90, 4).with('time', time);
    const whole = engineerFeatures(table, { ...FEATURES, sessionGap: 300_000 }, { time: 'time' });
    for (const rows of parts(session)) {
      const alone = engineerFeatures(table.take(rows), FEATURES);
      const all = rows.map((_, i) => i);
      for (const name of featureNames(alone)) expect(bits(whole, name, rows)).toEqual(bits(alone, name, all));
    }
  });

  it('rows out of time order, or without a time, are an InvalidInputError that names the row', () => {
    const lag: FeatureOptions = { lags: [{ column: 'a', periods: 1 }] };
    const table = (times: number[]) => Table.fromColumns({ a: [1, 2, 3], t: times });
    expect(() => engineerFeatures(table([1, 3, 2]), lag, { time: 't' })).toThrow(/Row 2 is earlier/);
    expect(() => engineerFeatures(table([1, Number.NaN, 2]), lag, { time: 't' })).toThrow(/Row 1 has no time/);
    expect(() => engineerFeatures(table([1, 1, 2]), lag, { time: 't' })).not.toThrow();
  });

  it('a session gap without times is an InvalidInputError', () => {
    const options = { lags: [{ column: 'a', periods: 1 }], sessionGap: 5 };
    expect(() => engineerFeatures(Table.fromColumns({ a: [1] }), options)).toThrow(InvalidInputError);
  });
});

describe('plans', () => {
  const table = Table.fromColumns({ close: [1, 2, 4], side: ['a', 'b', 'a'] });

  it('features may build on each other in any order, and keep the order of the options', () => {
    const out = engineerFeatures(table, {
      expressions: { b: 'a_lag_1 + 1', a: 'close * 2' },
      lags: [{ column: 'a', periods: 1 }],
    });
    expect(out.columnNames).toEqual(['close', 'side', 'b', 'a', 'a_lag_1']);
    expect([...out.numeric('b')]).toEqual([NaN, 3, 5]);
  });

  it('names say what a feature is', () => {
    const out = engineerFeatures(bars(10, 1), FEATURES);
    const expected = [
      'close_diff_2',
      'close_change_4',
      'close_rolling_mean_3',
      'change_rolling_q97.5_7',
      'close_ewm_std_h3',
    ];
    expect(out.columnNames).toEqual(
      expect.arrayContaining([...expected, 'change_diff_ewm_mean_a0.3', 'close_ewm_mean_5']),
    );
  });

  const refused: [string, FeatureOptions, new (...args: never[]) => Error, RegExp][] = [
    ['a circle', { expressions: { a: 'b', b: 'a' } }, ConfigError, /a needs b needs a/],
    ['a feature of itself', { expressions: { a: 'a + 1' } }, ConfigError, /circle/],
    ['the name of a column', { expressions: { close: '1' } }, ConfigError, /'close'/],
    ['two features of one name', { lags: [{ column: 'close', periods: [1, 1] }] }, ConfigError, /'close_lag_1'/],
    ['a text column', { lags: [{ column: 'side', periods: 1 }] }, InvalidInputError, /text/],
    [
      'an unknown column',
      { rolling: [{ column: 'clsoe', window: 2, statistics: 'mean' }] },
      InvalidInputError,
      /'clsoe'/,
    ],
  ];
  for (const [what, options, type, message] of refused) {
    it(`${what} is refused`, () => {
      expect(() => engineerFeatures(table, options)).toThrow(type);
      expect(() => engineerFeatures(table, options)).toThrow(message);
    });
  }

  it('an infinite value is an InvalidInputError with its row', () => {
    const bad = Table.fromColumns({ close: [1, Number.POSITIVE_INFINITY] });
    expect(() => engineerFeatures(bad, { lags: [{ column: 'close', periods: 1 }] })).toThrow(/row 1/);
  });
});
