import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../src/core/errors.js';
import type { Matrix } from '../../src/core/matrix.js';
import type { Split, SplitRole } from '../../src/core/split.js';
import { Table } from '../../src/core/table.js';
import { TimeSeriesDataContainer } from '../../src/data/container.js';
import type { PreprocessingOptions } from '../../src/preprocessing/options.js';
import { PreprocessingPipeline } from '../../src/preprocessing/pipeline.js';

const HOUR = 3_600_000;
const n = 240;

/** Hourly bars; `missing` tells which rows have no label. */
function bars(missing: (row: number) => boolean = () => false): Table {
  const open = Float64Array.from({ length: n }, (_, i) => 100 + 10 * Math.sin(i / 7) + (i % 5));
  return Table.fromColumns({
    time: { kind: 'time', values: Float64Array.from({ length: n }, (_, i) => i * HOUR) },
    open,
    close: open.map((value, i) => (i % 17 === 3 ? Number.NaN : value + Math.cos(i))),
    label: Float64Array.from({ length: n }, (_, i) => (missing(i) ? Number.NaN : (i * 5) % 2)),
    ends: { kind: 'time', values: Float64Array.from({ length: n }, (_, i) => (i + 3) * HOUR) },
  });
}

const SPLIT = { label: 'label', time: 'time', labelEnd: 'ends', embargo: 5 * HOUR };
const RAW = { imputation: 'none', scaling: 'none' } as const;

/** Fails unless every row of every split has the bits that it has in the whole table. */
function expectWholeTable(pipeline: PreprocessingPipeline, table: Table): void {
  const raw = TimeSeriesDataContainer.fromTable(table, SPLIT);
  const container = pipeline.fitTransform(raw);
  const whole = pipeline.transform(table, { times: table.numeric('time') });
  const parts: Split<SplitRole, Matrix>[] = [container.train, container.validation, container.test];
  parts.push(container.holdout.unlock({ reason: 'test' }));
  for (const { role, X, times } of parts) {
    expect(X.rows).toBeGreaterThan(0);
    for (let i = 0; i < X.rows; i++) {
      const row = (times as Float64Array)[i] / HOUR;
      expect(Array.from(X.row(i)), `${role}, row ${row} of the table`).toEqual(Array.from(whole.row(row)));
    }
  }
}

describe('features at the start of a split', () => {
  const remembering: PreprocessingOptions = {
    ...RAW,
    expressions: { logReturn: 'log(close / open)' },
    lags: [{ column: 'logReturn', periods: [1, 4] }],
    ewm: [{ column: 'open', span: 5 }],
    timeFeatures: ['hour', 'dayOfWeek'],
  };
  /** Each looks back over the one before it: 2 + 4 + 3 rows in all. */
  const chained: PreprocessingOptions = {
    ...RAW,
    expressions: { logReturn: 'log(open_lag_2 / open)' },
    lags: [{ column: 'open', periods: 2 }],
    rolling: [{ column: 'logReturn', window: 5, statistics: ['mean', 'max'], minPeriods: 1 }],
    differences: [{ column: 'logReturn_rolling_mean_5', periods: 3 }],
  };

  it('are those of the whole table: the rows before the split are read', () => {
    expectWholeTable(new PreprocessingPipeline(remembering), bars());
  });

  it('reach back through features of features, as far as all of them together', () => {
    expectWholeTable(new PreprocessingPipeline(chained), bars());
  });

  it('also see rows without a label that lie between the rows of a split', () => {
    const gappy = bars((row) => row % 6 === 4);
    for (const options of [remembering, chained]) expectWholeTable(new PreprocessingPipeline(options), gappy);
  });
});

describe('transform with history', () => {
  const options: PreprocessingOptions = {
    ...RAW,
    lags: [{ column: 'a', periods: 2 }],
    rolling: [{ column: 'a', window: 3, statistics: 'sum' }],
  };
  const table = Table.fromColumns({ a: [1, 2, 4, 8, 16, 32] });
  const pipeline = new PreprocessingPipeline(options).fit({ role: 'train', X: table, y: new Float64Array(6) });
  const whole = pipeline.transform(table);
  const rows = table.slice(4);

  it('reaches back before the first row; without it those values are missing', () => {
    expect(Array.from(pipeline.transform(rows).data)).toEqual([16, Number.NaN, Number.NaN, 32, Number.NaN, Number.NaN]);
    expect(pipeline.transform(rows, { history: { X: table.slice(0, 4) } })).toEqual(whole.take([4, 5]));
  });

  it('needs no more rows than the features reach back, and makes the best of fewer', () => {
    expect(pipeline.transform(rows, { history: { X: table.slice(2, 4) } })).toEqual(whole.take([4, 5]));
    const fewer = pipeline.transform(rows, { history: { X: table.slice(3, 4) } });
    expect(Array.from(fewer.data)).toEqual([16, Number.NaN, Number.NaN, 32, 8, 56]);
  });

  it('takes history rows that lie between the rows where they belong in time', () => {
    const between = { X: table.take([0, 2]), after: Uint32Array.of(0, 1) };
    expect(pipeline.transform(table.take([1, 3, 4]), { history: between })).toEqual(whole.take([1, 3, 4]));
  });

  it('keeps groups apart', () => {
    const groups = ['x', 'y', 'x', 'y', 'x', 'y'];
    const history = { X: table.slice(0, 4), groups: groups.slice(0, 4) };
    const out = pipeline.transform(rows, { groups: groups.slice(4), history });
    expect(Array.from(out.data)).toEqual([16, 1, 21, 32, 2, 42]);
  });

  it('of a split in a role serves that split', () => {
    const split = { role: 'test', X: rows, y: Float64Array.of(0, 1) } as const;
    expect(pipeline.transform(split, { history: { X: table.slice(0, 4) } }).X).toEqual(whole.take([4, 5]));
  });

  it('must hold the columns that features read, and times and groups where the rows have them', () => {
    const refused = (history: { X: Table; groups?: string[] }, groups?: string[]) =>
      expect(() => pipeline.transform(rows, { groups, history })).toThrow(InvalidInputError);
    refused({ X: Table.fromColumns({ b: [1, 2] }) });
    refused({ X: Table.fromColumns({ a: ['text', 'text'] }) });
    refused({ X: table.slice(0, 4) }, ['x', 'y']);
    refused({ X: table.slice(0, 4), groups: ['x', 'y', 'x', 'y'] });
    refused({ X: table.slice(0, 4), groups: ['x'] }, ['x', 'y']);
  });
});
