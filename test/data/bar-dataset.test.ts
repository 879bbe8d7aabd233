import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../src/core/errors.js';
import { Random } from '../../src/core/random.js';
import { Table } from '../../src/core/table.js';
import { barDataset } from '../../src/data/bar-dataset.js';

function bars(rows: number, change?: { from: number }): Table {
  const random = new Random(4);
  const close = new Float64Array(rows);
  const columns = {
    open: new Float64Array(rows),
    high: new Float64Array(rows),
    low: new Float64Array(rows),
    volume: new Float64Array(rows),
  };
  let price = 100;
  for (let i = 0; i < rows; i++) {
    const extra = change && i >= change.from ? 3 : 1;
    columns.open[i] = price;
    price *= 1 + 0.002 * extra * random.normal();
    close[i] = price;
    columns.high[i] = Math.max(columns.open[i], price) * 1.0005;
    columns.low[i] = Math.min(columns.open[i], price) * 0.9995;
    columns.volume[i] = 1 + random.int(1000);
  }
  return Table.fromColumns({ timestamp: Float64Array.from({ length: rows }, (_, i) => i * 60_000), ...columns, close });
}

describe('barDataset', () => {
  it('gives features, labels in {-1, 0, 1} known after their row, and weights in (0, 1]', () => {
    const { table, features, unlabelled } = barDataset(bars(400), { label: 'triple-barrier', horizon: 10 });
    expect(features).toContain('bar_return');
    expect(features).not.toContain('close');
    expect(unlabelled).toBeGreaterThanOrEqual(10);
    const [labels, ends, weights, times] = ['label', 'label_end', 'weight', 'timestamp'].map((name) =>
      table.numeric(name),
    );
    expect(new Set(labels)).toEqual(new Set([-1, 0, 1]));
    expect(ends.every((end, i) => end > times[i] && end <= times[i] + 10 * 60_000)).toBe(true);
    expect(weights.every((w) => w > 0 && w <= 1)).toBe(true);
  });

  it('computes every feature from bars up to its own row', () => {
    const a = barDataset(bars(400), { label: 'return', horizon: 5 });
    const b = barDataset(bars(400, { from: 200 }), { label: 'return', horizon: 5 });
    const upTo = (dataset: typeof a) => dataset.table.numeric('timestamp').findIndex((t) => t >= 200 * 60_000);
    expect(upTo(a)).toBe(upTo(b));
    for (const name of a.features) {
      expect(a.table.numeric(name).slice(0, upTo(a))).toEqual(b.table.numeric(name).slice(0, upTo(b)));
    }
  });

  it('refuses series without a known label, missing columns and unknown labels', () => {
    expect(() => barDataset(bars(8), { label: 'direction', horizon: 10 })).toThrow(InvalidInputError);
    expect(() => barDataset(bars(50).drop(['high']), { label: 'direction', horizon: 3 })).toThrow(InvalidInputError);
    expect(() => barDataset(bars(50), { label: 'up' as never, horizon: 3 })).toThrow(InvalidInputError);
  });
});
