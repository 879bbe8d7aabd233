import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../src/core/errors.js';
import { Table } from '../../src/core/table.js';
import type { TimePart } from '../../src/preprocessing/options.js';
import { PreprocessingPipeline } from '../../src/preprocessing/pipeline.js';
import { timeFeatures } from '../../src/preprocessing/time-features.js';

const parts: TimePart[] = [
  'minute',
  'hour',
  'minuteOfDay',
  'dayOfWeek',
  'dayOfMonth',
  'dayOfYear',
  'month',
  'quarter',
  'year',
];
// A Saturday in a leap year.
const time = Date.UTC(2020, 1, 29, 23, 15);
const expected = [15, 23, 1395, 5, 29, 60, 2, 1, 2020];

describe('calendar features', () => {
  it('are parts of the time in UTC, Monday being day 0', () => {
    const X = Table.fromColumns({ at: [new Date(time)] });
    const options = { timeFeatures: parts, scaling: 'none' } as const;
    const pipeline = new PreprocessingPipeline(options).fit({ role: 'train', X, y: new Float64Array(1) });
    expect(pipeline.featureNamesOut).toEqual(parts.map((part) => `at_${part}`));
    expect(Array.from(pipeline.transform(X).data)).toEqual(expected);
  });

  it("come from the rows' own times where the table has no time column", () => {
    const X = Table.fromColumns({ a: [1] });
    const split = { role: 'train', X, y: new Float64Array(1), times: Float64Array.of(time) } as const;
    const pipeline = new PreprocessingPipeline({ timeFeatures: ['hour'], scaling: 'none' }).fit(split);
    expect(pipeline.featureNamesOut).toEqual(['a', 'time_hour']);
    expect(Array.from(pipeline.transform(split).X.data)).toEqual([1, 23]);
    expect(Array.from(pipeline.transform(X, { times: split.times }).data)).toEqual([1, 23]);
    expect(() => pipeline.transform(X)).toThrow(InvalidInputError);
  });

  it('are missing where the time is', () => {
    const columns = timeFeatures('t', Float64Array.of(Number.NaN, time), { parts, cyclic: true, plain: true });
    for (const [name, column] of columns) {
      if (column.kind === 'categorical') throw new Error(name);
      expect(column.values[0], name).toBeNaN();
      expect(column.values[1], name).not.toBeNaN();
    }
  });

  it('on a circle the last hour is as near to the first as any other to its neighbour', () => {
    const hours = Float64Array.from({ length: 25 }, (_, i) => Date.UTC(2024, 0, 1) + i * 3_600_000);
    const columns = new Map(timeFeatures('t', hours, { parts: ['hour'], cyclic: true, plain: false }));
    expect([...columns.keys()]).toEqual(['t_hour_sin', 't_hour_cos']);
    const [sin, cos] = [...columns.values()].map((column) => (column.kind === 'numeric' ? column.values : hours));
    for (let i = 0; i < 24; i++) {
      expect(Math.hypot(sin[i], cos[i])).toBeCloseTo(1, 14);
      const step = Math.hypot(sin[i + 1] - sin[i], cos[i + 1] - cos[i]);
      expect(step).toBeCloseTo(2 * Math.sin(Math.PI / 24), 14);
    }
    expect([sin[24], cos[24]]).toEqual([sin[0], cos[0]]);
  });

  it('the year has no circle', () => {
    const names = timeFeatures('t', Float64Array.of(time), { parts: ['year'], cyclic: true, plain: false });
    expect(names.map(([name]) => name)).toEqual(['t_year']);
  });
});
