import { describe, expect, it } from 'vitest';
import {
  DataLeakageError,
  HoldoutLockedError,
  InvalidInputError,
  SplitRatioViolationError,
} from '../../src/core/errors.js';
import { Matrix } from '../../src/core/matrix.js';
import { Random } from '../../src/core/random.js';
import type { Split, SplitRole } from '../../src/core/split.js';
import { Table } from '../../src/core/table.js';
import { TimeSeriesDataContainer } from '../../src/data/container.js';
import type { FromTableOptions } from '../../src/data/from-table.js';
import type { SplitTransform } from '../../src/preprocessing/raw-splits.js';

const MINUTE = 60_000;
const N = 1000;

function bars(change: Record<string, unknown> = {}): Table {
  const random = new Random(9);
  const each = (value: (i: number) => number) => Float64Array.from({ length: N }, (_, i) => value(i));
  return Table.fromColumns({
    time: each((i) => i * MINUTE),
    close: each(() => random.float()),
    volume: each((i) => (i % 10 === 0 ? Number.NaN : i)),
    side: Array.from({ length: N }, (_, i) => (i % 2 === 0 ? 'buy' : 'sell')),
    weight: each((i) => (i % 3) + 1),
    end: each((i) => (i + 5) * MINUTE),
    session: Array.from({ length: N }, (_, i) => `s${Math.floor(i / 10)}`),
    label: each(() => random.int(3) - 1),
    ...change,
  } as never);
}
const split = (options: Partial<FromTableOptions> = {}, table = bars()) =>
  TimeSeriesDataContainer.fromTable(table, { label: 'label', time: 'time', ...options });
const extent = (values: Float64Array | undefined) => [values?.[0], values?.[values.length - 1]];

describe('fromTable', () => {
  it('cuts 60/20/15/5 in time order and keeps the columns raw', () => {
    const raw = split();
    expect([raw.train, raw.validation, raw.test].map((s) => [s.role, s.y.length])).toEqual([
      ['train', 600],
      ['validation', 200],
      ['test', 150],
    ]);
    expect(raw.holdout.rows).toBe(50);
    expect(raw.featureNames).toEqual(['close', 'volume', 'side', 'weight', 'end', 'session']);
    expect(raw.train.X.strings('side').slice(0, 2)).toEqual(['buy', 'sell']);
    expect(raw.train.X.has('label')).toBe(false);
    expect(extent(raw.train.times)).toEqual([0, 599 * MINUTE]);
    expect(raw.validation.rowIds?.[0]).toBe(600);
    expect(() => Reflect.get(raw.holdout, 'X')).toThrow(HoldoutLockedError);
    expect(raw.holdout.unlock({ reason: 'test' }).X.rowCount).toBe(50);
  });

  it('keeps columns with a task of their own out of the features', () => {
    const raw = split({ weight: 'weight', labelEnd: 'end', group: 'session', symbol: 'ES', horizon: 5 });
    expect(raw.featureNames).toEqual(['close', 'volume', 'side']);
    expect(raw).toMatchObject({ symbol: 'ES', horizon: 5 });
    expect(raw.train.weights?.slice(0, 3)).toEqual(Float32Array.of(1, 2, 3));
    expect(raw.train.groups?.[0]).toBe('s0');
    expect(raw.train.labelEnds?.[0]).toBe(5 * MINUTE);
    expect(split({ features: ['side', 'close'] }).train.X.columnNames).toEqual(['side', 'close']);
  });

  it('purges by the label-end column, and by the horizon without one', () => {
    for (const raw of [split({ labelEnd: 'end' }), split({ horizon: 5 })]) {
      expect(raw.summary().purged).toEqual([
        { from: 'train', because: 'validation', rows: 5 },
        { from: 'validation', because: 'test', rows: 5 },
        { from: 'test', because: 'holdout', rows: 5 },
      ]);
      expect(extent(raw.train.times)[1]).toBe(594 * MINUTE);
      expect(raw.facts.purged[0].rows).toEqual(Uint32Array.of(595, 596, 597, 598, 599));
    }
    expect(split().summary()).toMatchObject({ purged: [], labelEnds: 'none' });
    expect(split().train.labelEnds).toBeUndefined();
  });

  it('embargoes after every boundary', () => {
    const raw = split({ horizon: 5, embargo: 10 * MINUTE });
    expect(raw.summary().embargoed?.map((d) => d.rows)).toEqual([10, 10, 10]);
    expect(extent(raw.validation.times)[0]).toBe(610 * MINUTE);
    expect(split({ embargo: 0.01 }).validation.rowIds?.[0]).toBe(610);
  });

  it('puts rows in time order, whatever their order in the table', () => {
    const order = new Random(1).permutation(N);
    const shuffled = split({ horizon: 5, labelEnd: undefined }, bars().take(order));
    const sorted = split({ horizon: 5 });
    expect(shuffled.train.y).toEqual(sorted.train.y);
    expect(shuffled.test.X.records()).toEqual(sorted.test.X.records());
    expect(Array.from(shuffled.train.rowIds ?? [], (row) => order[row])).toEqual(Array.from(sorted.train.rowIds ?? []));
  });

  it('drops rows without a label, counts them, and still counts their bars in the horizon', () => {
    const table = bars();
    const label = table.numeric('label').slice();
    for (let i = 590; i < 597; i++) label[i] = Number.NaN;
    const raw = split({ horizon: 5 }, table.with('label', label));
    expect(raw.summary().unlabelled).toBe(7);
    expect(raw.train.y.length + 5).toBe(raw.facts.assigned.train);
    expect(raw.train.rowIds).not.toContain(592);
  });

  it('never puts an entity in two splits', async () => {
    const raw = split({ group: 'session', horizon: 3 });
    const groups = [raw.train, raw.validation, raw.test, raw.holdout.unlock({ reason: 'test' })].map(
      (s) => new Set(s.groups as string[]),
    );
    expect(groups.map((g) => g.size)).toEqual([60, 20, 15, 5]);
    expect(new Set(groups.flatMap((g) => [...g])).size).toBe(100);
    expect((await raw.assertNoLeakage()).findings).toEqual([]);
  });

  it('maps text labels to their sorted order and keeps the names; numbers written as text stay those numbers', () => {
    const words = split({}, bars({ label: Array.from({ length: N }, (_, i) => ['up', 'down', null][i % 3]) }));
    expect(words.classNames).toEqual(['down', 'up']);
    expect([...words.train.y.slice(0, 2)]).toEqual([1, 0]);
    expect(words.summary().unlabelled).toBe(333);
    const digits = split({}, bars({ label: Array.from({ length: N }, (_, i) => ['-1', '0', '1'][i % 3]) }));
    expect(digits.classNames).toBeUndefined();
    expect([...digits.train.y.slice(0, 3)]).toEqual([-1, 0, 1]);
  });

  it('works without times, in the order of the rows', () => {
    const raw = TimeSeriesDataContainer.fromTable(bars(), { label: 'label', horizon: 4 });
    expect(raw.train.times).toBeUndefined();
    expect(raw.train.rowIds?.length).toBe(596);
  });

  it('makes splits that pass their own leakage checks', async () => {
    const report = await split({ labelEnd: 'end', weight: 'weight', embargo: 0.01 }).assertNoLeakage();
    expect(report.findings).toEqual([]);
    expect(new Set(report.checked.map((c) => c.check))).toEqual(
      new Set(['unsorted-times', 'shared-rows', 'time-order', 'label-overlap', 'duplicate-rows']),
    );
  });

  it('becomes a container of features that keeps everything else; the holdout is transformed when it is unlocked', async () => {
    const raw = split({ labelEnd: 'end', weight: 'weight' });
    const seen: [SplitRole, number][] = [];
    const transform: SplitTransform = <R extends SplitRole>(
      part: Split<R, Table>,
      history?: { X: Table; times?: Float64Array },
    ): Split<R, Matrix> => {
      seen.push([part.role, history?.X.rowCount ?? 0]);
      expect(history?.X.has('label') ?? false).toBe(false);
      if (history && part.times) expect(history.times?.[history.X.rowCount - 1]).toBeLessThan(part.times[0]);
      return { ...part, X: Matrix.from(Array.from(part.X.numeric('close'), (v) => [v])) };
    };
    const container = raw.withFeatures(transform, ['close']);
    // History holds the purged rows too: 600 of them lie before validation.
    expect(seen).toEqual([
      ['train', 0],
      ['validation', 600],
      ['test', 800],
    ]);
    expect(container.train.weights).toBe(raw.train.weights);
    expect(container.summary()).toEqual({ ...raw.summary(), features: 1 });
    expect(container.holdout.unlock({ reason: 'test' }).X.rows).toBe(50);
    expect(seen[3]).toEqual(['holdout', 950]);
    expect(raw.holdout.unlocks).toHaveLength(1);
    expect((await container.checkLeakage()).ok).toBe(true);
  });

  it('shows nothing of the holdout when it is printed or serialised', () => {
    const secret = 123456.75;
    const close = bars().numeric('close').slice().fill(secret, 950);
    const raw = split({ features: ['close'] }, bars({ close }));
    expect(JSON.stringify(raw)).not.toContain(String(secret));
    const buffer = raw.train.X.numeric('close').buffer;
    expect(new Float64Array(buffer).includes(secret)).toBe(false);
  });
});

describe('fromTable refuses', () => {
  const refused = (options: Record<string, unknown>, table?: Table) => () => split(options as never, table);

  it('unknown columns and options, with the nearest name', () => {
    expect(refused({ label: 'lable' })).toThrow(/Unknown column 'lable'/);
    for (const key of ['time', 'labelEnd', 'weight', 'group'])
      expect(refused({ [key]: 'nope' })).toThrow(InvalidInputError);
    expect(refused({ features: ['closee'] })).toThrow(InvalidInputError);
    expect(refused({ embargoo: 5 })).toThrow(/unknown option 'embargoo'/);
    try {
      split({ embargoo: 5 } as never);
    } catch (error) {
      expect((error as InvalidInputError).hint).toMatch(/'embargo'/);
    }
  });

  it('the label or its end among the features, as a leak', () => {
    expect(refused({ features: ['close', 'label'] })).toThrow(DataLeakageError);
    expect(refused({ labelEnd: 'end', features: ['close', 'end'] })).toThrow(DataLeakageError);
  });

  it('no features, or one twice', () => {
    expect(refused({ features: [] })).toThrow(InvalidInputError);
    expect(refused({ features: ['close', 'close'] })).toThrow(InvalidInputError);
    expect(() =>
      TimeSeriesDataContainer.fromTable(bars().select(['label', 'time']), { label: 'label', time: 'time' }),
    ).toThrow(/no feature columns/);
  });

  it('what is no table, or has no rows or no labels', () => {
    expect(() => TimeSeriesDataContainer.fromTable([] as never, { label: 'label' })).toThrow(InvalidInputError);
    expect(() => TimeSeriesDataContainer.fromTable(bars(), undefined as never)).toThrow(/label is missing/);
    expect(refused({}, bars().slice(0, 0))).toThrow(/no rows/);
    expect(refused({}, bars({ label: new Float64Array(N).fill(Number.NaN) }))).toThrow(/no row has a label/);
  });

  it('infinite labels, a time column as label', () => {
    const label = bars().numeric('label').slice().fill(Number.POSITIVE_INFINITY, 3, 4);
    expect(refused({}, bars({ label }))).toThrow(/infinite in 1 rows \(3\)/);
    expect(refused({ label: 'when' }, bars({ when: Array.from({ length: N }, (_, i) => new Date(i)) }))).toThrow(
      /holds times/,
    );
  });

  it('missing times, text as times', () => {
    const time = bars().numeric('time').slice().fill(Number.NaN, 7, 9);
    expect(refused({}, bars({ time }))).toThrow(/Column 'time': 2 times .*rows 7, 8/);
    expect(refused({ time: 'side' })).toThrow(InvalidInputError);
  });

  it('label ends that are missing or before their row, and a label end without a time', () => {
    const end = bars().numeric('end').slice();
    end[17] = Number.NaN;
    end[18] = 0;
    expect(refused({ labelEnd: 'end' }, bars({ end }))).toThrow(/2 rows with a label \(17, 18\)/);
    expect(() => TimeSeriesDataContainer.fromTable(bars(), { label: 'label', labelEnd: 'end' })).toThrow(
      /needs the time column/,
    );
  });

  it('negative, missing and all-zero weights', () => {
    const weight = bars().numeric('weight').slice();
    expect(refused({ weight: 'weight' }, bars({ weight: weight.slice().fill(-1, 3, 4) }))).toThrow(InvalidInputError);
    expect(refused({ weight: 'weight' }, bars({ weight: weight.slice().fill(Number.NaN, 3, 4) }))).toThrow(
      InvalidInputError,
    );
    expect(refused({ weight: 'weight' }, bars({ weight: new Float64Array(N) }))).toThrow(/all weights are zero/);
  });

  it('rows without a group', () => {
    const session = bars()
      .strings('session')
      .map((name, i) => (i === 4 ? null : name));
    expect(refused({ group: 'session' }, bars({ session }))).toThrow(/1 rows have no group \(rows 4\)/);
  });

  it('ratios that cannot be met, and splits that purging empties', () => {
    expect(refused({ ratios: { train: 0.9, validation: 0.2, test: 0.1 } })).toThrow(SplitRatioViolationError);
    expect(refused({ group: 'side' })).toThrow(SplitRatioViolationError);
    expect(refused({ horizon: 160 })).toThrow(SplitRatioViolationError);
    expect(refused({ horizon: -1 })).toThrow(InvalidInputError);
    expect(refused({ horizon: 2.5 })).toThrow(InvalidInputError);
    expect(refused({ embargo: -1 })).toThrow(InvalidInputError);
  });
});
