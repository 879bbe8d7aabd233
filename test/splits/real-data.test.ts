import { describe, expect } from 'vitest';
import { Matrix } from '../../src/core/matrix.js';
import type { Table } from '../../src/core/table.js';
import { TimeSeriesDataContainer } from '../../src/data/container.js';
import { readCsv } from '../../src/data/csv.js';
import { itWithData } from '../shared-data.js';

const DAY = 86_400_000;

/** The first columns only: tables whose rows repeat by nature. */
const narrow = (table: Table, columns: number): Table => table.select(table.columnNames.slice(0, columns));

function matrixOf(table: Table, columns: string[]): Matrix {
  const values = columns.map((name) => table.numeric(name));
  return Matrix.from(Array.from({ length: table.rowCount }, (_, i) => values.map((column) => column[i])));
}

describe('splits of real data', () => {
  itWithData(
    'es-fut-1min-sample.csv.gz',
    'one-minute bars of 16 separate days: no leak, no window across a day',
    async (path) => {
      const bars = await readCsv(path);
      const close = bars.numeric('close');
      const label = Float64Array.from(close, (value, i) => (close[i + 20] > value ? 1 : 0));
      const table = bars.drop(['contract']).with('label', label);
      const raw = TimeSeriesDataContainer.fromTable(table, {
        label: 'label',
        time: 'timestamp',
        horizon: 20,
        embargo: 0.001,
      });
      // Quiet hours hold bars that are equal in price and volume: told, not refused.
      const { findings } = await raw.assertNoLeakage();
      expect(findings.map((f) => `${f.check} ${f.severity}`)).toEqual(findings.map(() => 'duplicate-rows warning'));
      expect(raw.summary().purged?.map((d) => d.rows)).toEqual([20, 20, 20]);
      const container = raw.withFeatures(
        (split) => ({ ...split, X: matrixOf(split.X, ['open', 'high', 'low', 'close', 'volume']) }),
        ['open', 'high', 'low', 'close', 'volume'],
      );
      const { train } = container.toSequences(60, { maxGap: DAY / 24 });
      const times = raw.train.times ?? new Float64Array(0);
      const crossing = Array.from(train.X.ends).filter((end) => times[end] - times[end - 59] > DAY);
      expect(crossing).toEqual([]);
      expect(train.y.length).toBeLessThan(raw.train.y.length - 59);
    },
  );

  for (const [name, label, columns] of [
    ['mushrooms.csv.gz', 'class', 6],
    ['adult-train.csv.gz', 'income', 9],
  ] as const) {
    itWithData(name, `${name}: equal rows of a discrete table are a warning, not a leak`, async (path) => {
      const all = await readCsv(path);
      const table = narrow(all.drop([label, ...(all.has('fnlwgt') ? ['fnlwgt'] : [])]), columns).with(
        label,
        all.strings(label),
      );
      const report = await TimeSeriesDataContainer.fromTable(table, { label }).checkLeakage();
      expect(report.findings.length).toBeGreaterThan(0);
      for (const finding of report.findings)
        expect(finding).toMatchObject({ check: 'duplicate-rows', severity: 'warning' });
    });
  }

  itWithData('adult-train.csv.gz', 'the few repeated rows of a survey, spread evenly, are no leak', async (path) => {
    const raw = TimeSeriesDataContainer.fromTable(await readCsv(path), { label: 'income' });
    const { ok, findings } = await raw.checkLeakage();
    expect(ok).toBe(true);
    expect(findings.length).toBeGreaterThan(0);
  });

  itWithData(
    'california-housing.csv.gz',
    'continuous rows are all different, and a single copied one is found',
    async (path) => {
      const houses = await readCsv(path);
      const options = { label: 'median_house_value' };
      expect((await TimeSeriesDataContainer.fromTable(houses, options).checkLeakage()).findings).toEqual([]);
      const rows = Uint32Array.from({ length: houses.rowCount }, (_, i) => (i === 20_000 ? 17 : i));
      const leaking = TimeSeriesDataContainer.fromTable(houses.take(rows), options);
      await expect(leaking.assertNoLeakage()).rejects.toThrow(/1 (test|holdout) rows .* copies of train rows/);
    },
  );
});
