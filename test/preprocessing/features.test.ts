import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigError, InvalidInputError } from '../../src/core/errors.js';
import { Table } from '../../src/core/table.js';
import { engineerFeatures } from '../../src/preprocessing/engineer.js';
import { alphaOf } from '../../src/preprocessing/ewm.js';
import type { FeatureOptions, RollingStatistic } from '../../src/preprocessing/options.js';
import { changeOf, differenceOf, ewmOf, lagOf, perRow, type Rows, rollingOf } from '../oracles/causal-features.js';

const STATISTICS: RollingStatistic[] = [
  'mean',
  'sum',
  'std',
  'min',
  'max',
  'median',
  'quantile',
  'skew',
  'zscore',
  'count',
];

/** Every kind of feature, also features of features. */
const EVERYTHING: FeatureOptions = {
  expressions: {
    ratio: 'log(a / b)',
    smoothed: 'a - a_rolling_mean_3',
    chosen: 'a > b ? a : coalesce(b_lag_2, 0)',
  },
  lags: [
    { column: ['a', 'ratio'], periods: [1, 2, 5] },
    { column: 'b', periods: 2 },
  ],
  differences: [
    { column: 'a', periods: [1, 3] },
    { column: 'b', periods: 2, relative: true },
  ],
  rolling: [
    { column: 'a', window: [1, 3, 8], statistics: STATISTICS, minPeriods: 1, quantiles: [0.1, 0.5] },
    { column: 'ratio', window: 4, statistics: ['mean', 'zscore'] },
  ],
  ewm: [
    { column: 'a', span: 4, statistics: ['mean', 'std'] },
    { column: 'b', halfLife: 2, minPeriods: 3 },
    { column: 'smoothed', alpha: 0.3 },
  ],
};

interface Case {
  a: number[];
  b: number[];
  group: string[];
  time: number[];
}

const value = fc.oneof(
  { weight: 8, arbitrary: fc.double({ min: -100, max: 100, noNaN: true }).map((v) => Math.round(v * 8) / 8) },
  { weight: 1, arbitrary: fc.constant(Number.NaN) },
  { weight: 1, arbitrary: fc.constant(0) },
);

/** Rows of up to three entities in time order, with missing values, zeros, ties and pauses. */
const cases: fc.Arbitrary<Case> = fc
  .array(
    fc.record({ a: value, b: value, group: fc.constantFrom('x', 'y', 'z'), step: fc.constantFrom(0, 1, 1, 1, 10) }),
    {
      minLength: 1,
      maxLength: 40,
    },
  )
  .map((rows) => {
    let time = 0;
    return {
      a: rows.map((row) => row.a),
      b: rows.map((row) => row.b),
      group: rows.map((row) => row.group),
      time: rows.map((row) => (time += row.step)),
    };
  });

const tableOf = ({ a, b, group, time }: Case) =>
  Table.fromColumns({
    a: Float64Array.from(a),
    b: Float64Array.from(b),
    group,
    time: { kind: 'time', values: Float64Array.from(time) },
  });

const contexts: { name: string; context: { time?: string; group?: string }; sessionGap?: number }[] = [
  { name: 'one series', context: {} },
  { name: 'groups', context: { time: 'time', group: 'group' } },
  { name: 'groups and sessions', context: { time: 'time', group: 'group' }, sessionGap: 5 },
];

const close = (actual: Float64Array, expected: Float64Array, what: string) => {
  for (let i = 0; i < expected.length; i++) {
    const agree =
      (Number.isNaN(actual[i]) && Number.isNaN(expected[i])) ||
      Math.abs(actual[i] - expected[i]) <= 1e-8 * Math.max(1, Math.abs(expected[i]));
    if (!agree) throw new Error(`${what}, row ${i}: ${actual[i]}, by definition ${expected[i]}`);
  }
};

describe('engineered features', () => {
  for (const { name, context, sessionGap } of contexts) {
    it(`are what their definitions say (${name})`, () => {
      fc.assert(
        fc.property(cases, (data) => {
          const out = engineerFeatures(tableOf(data), { ...EVERYTHING, sessionGap }, context);
          const rows: Rows = {
            times: data.time,
            groups: context.group ? data.group : undefined,
            sessionGap,
          };
          const check = (feature: string, input: string, compute: (seen: number[]) => number) =>
            close(out.numeric(feature), perRow(out.numeric(input), rows, compute), feature);
          for (const periods of [1, 2, 5]) check(`ratio_lag_${periods}`, 'ratio', lagOf(periods));
          check('a_diff_3', 'a', differenceOf(3));
          check('b_change_2', 'b', changeOf(2));
          for (const window of [1, 3, 8]) {
            // Skewness of nearly equal values is all rounding; its definition is tested against scipy.
            for (const statistic of STATISTICS.filter((s) => s !== 'quantile' && s !== 'skew')) {
              check(`a_rolling_${statistic}_${window}`, 'a', rollingOf(statistic, window, 1));
            }
            check(`a_rolling_q10_${window}`, 'a', rollingOf('quantile', window, 1, 0.1));
          }
          check('ratio_rolling_mean_4', 'ratio', rollingOf('mean', 4, 4));
          check('a_ewm_mean_4', 'a', ewmOf('mean', alphaOf({ span: 4 }), 1));
          check('a_ewm_std_4', 'a', ewmOf('std', alphaOf({ span: 4 }), 1));
          check('b_ewm_mean_h2', 'b', ewmOf('mean', alphaOf({ halfLife: 2 }), 3));
        }),
        { numRuns: 60 },
      );
    });

    it(`never look ahead: whatever the rows after a cut hold, the rows before it keep every bit (${name})`, () => {
      fc.assert(
        fc.property(cases, cases, fc.nat(39), (data, other, at) => {
          const cut = Math.min(at, data.a.length);
          const n = data.a.length;
          const swap = <T>(mine: T[], theirs: T[]) => mine.map((v, i) => (i < cut ? v : theirs[i % theirs.length]));
          const changed: Case = {
            a: swap(data.a, other.a),
            b: swap(data.b, other.b),
            group: swap(data.group, other.group),
            time: data.time.map((t, i) => (i < cut ? t : t + (other.time[i % other.time.length] ? 7 : 0))),
          };
          for (let i = Math.max(cut, 1); i < n; i++) changed.time[i] = Math.max(changed.time[i], changed.time[i - 1]);
          const options = { ...EVERYTHING, sessionGap };
          const before = engineerFeatures(tableOf(data), options, context);
          const after = engineerFeatures(tableOf(changed), options, context);
          for (const column of before.columnNames.slice(4)) {
            const bits = (table: Table) => Array.from(new BigUint64Array(table.numeric(column).slice(0, cut).buffer));
            expect(bits(after), column).toEqual(bits(before));
          }
        }),
        { numRuns: 60 },
      );
    });
  }

  it('an engineered row is the same bits with more or fewer rows before it than it can reach', () => {
    const n = 300;
    const a = Float64Array.from({ length: n }, (_, i) => Math.sin(i) * 1e6 + 1 / (i + 1));
    const options: FeatureOptions = { rolling: [{ column: 'a', window: 10, statistics: STATISTICS }] };
    const whole = engineerFeatures(Table.fromColumns({ a }), options);
    const part = engineerFeatures(Table.fromColumns({ a: a.slice(200) }), options);
    for (const name of part.columnNames) expect(part.numeric(name).slice(9)).toEqual(whole.numeric(name).slice(209));
  });

  it('come after the table, in the order of the options, and leave the table as it was', () => {
    const table = Table.fromColumns({ a: [1, 2, 4], b: [1, 1, 1] });
    const out = engineerFeatures(table, {
      expressions: { twice: '2 * a_lag_1' },
      lags: [{ column: 'a', periods: 1 }],
    });
    expect(out.columnNames).toEqual(['a', 'b', 'twice', 'a_lag_1']);
    expect(table.columnNames).toEqual(['a', 'b']);
    expect(Array.from(out.numeric('twice'))).toEqual([Number.NaN, 2, 4]);
  });

  it('treat a change from zero as missing, not as infinite', () => {
    const out = engineerFeatures(Table.fromColumns({ a: [0, 5, 10] }), {
      differences: [{ column: 'a', periods: 1, relative: true }],
    });
    expect(Array.from(out.numeric('a_change_1'))).toEqual([Number.NaN, Number.NaN, 1]);
  });

  describe('refuse', () => {
    const table = Table.fromColumns({
      close: [1, 2, 3],
      side: ['a', 'b', 'a'],
      time: [new Date(3000), new Date(2000), new Date(4000)],
    });
    const refused = (options: FeatureOptions, context = {}) => {
      try {
        engineerFeatures(table, options, context);
      } catch (error) {
        return error as InvalidInputError;
      }
      throw new Error('was not refused');
    };

    it('an unknown column, naming the nearest', () => {
      for (const options of [
        { lags: [{ column: 'clos', periods: 1 }] },
        { expressions: { x: 'log(clos)' } },
        { rolling: [{ column: 'clos', window: 2, statistics: 'mean' as const }] },
      ]) {
        const error = refused(options);
        expect(error).toBeInstanceOf(InvalidInputError);
        expect(error.hint).toBe("Did you mean 'close'?");
      }
      expect(refused({ lags: [{ column: 'close', periods: 1 }] }, { time: 'tim' }).hint).toBe("Did you mean 'time'?");
    });

    it('text columns', () => {
      const error = refused({ lags: [{ column: 'side', periods: 1 }] });
      expect(error).toBeInstanceOf(InvalidInputError);
      expect(error.details).toMatchObject({ column: 'side' });
    });

    it('rows out of time order, naming the row', () => {
      const error = refused({ lags: [{ column: 'close', periods: 1 }] }, { time: 'time' });
      expect(error).toBeInstanceOf(InvalidInputError);
      expect(error.details.row).toBe(1);
    });

    it('a session gap without times', () => {
      expect(refused({ lags: [{ column: 'close', periods: 1 }], sessionGap: 5 })).toBeInstanceOf(InvalidInputError);
    });

    it('infinite values, naming the rows', () => {
      const infinite = Table.fromColumns({ a: [1, Number.POSITIVE_INFINITY, 2] });
      expect(() => engineerFeatures(infinite, { lags: [{ column: 'a', periods: 1 }] })).toThrow(
        expect.objectContaining({ code: 'INVALID_INPUT', details: expect.objectContaining({ rows: [1] }) }),
      );
    });

    it('features that depend on each other in a circle', () => {
      const error = refused({ expressions: { x: 'y + 1', y: 'x_lag_1' }, lags: [{ column: 'x', periods: 1 }] });
      expect(error).toBeInstanceOf(ConfigError);
      expect(error.message).toContain('x needs');
    });

    it('two features of one name, and a feature with the name of a column', () => {
      const lags = [{ column: 'close', periods: [1, 1] }];
      expect(refused({ lags })).toBeInstanceOf(ConfigError);
      expect(refused({ expressions: { close: '1' } })).toBeInstanceOf(ConfigError);
    });

    it('unknown keys and values out of range', () => {
      expect(refused({ lag: [] } as FeatureOptions).hint).toBe("Did you mean 'lags'?");
      for (const options of [
        { lags: [{ column: 'close', periods: 0 }] },
        { lags: [{ column: 'close', periods: -1 }] },
        { lags: [{ column: 'close', periods: 1.5 }] },
        { rolling: [{ column: 'close', window: 0, statistics: 'mean' }] },
        { rolling: [{ column: 'close', window: 2, statistics: 'mode' }] },
        { rolling: [{ column: 'close', window: 2, minPeriods: 3, statistics: 'mean' }] },
        { ewm: [{ column: 'close' }] },
        { ewm: [{ column: 'close', span: 3, alpha: 0.5 }] },
        { ewm: [{ column: 'close', alpha: 1.5 }] },
        { sessionGap: 0 },
        { scaling: 'none' },
      ]) {
        expect(refused(options as FeatureOptions)).toBeInstanceOf(ConfigError);
      }
    });
  });
});
