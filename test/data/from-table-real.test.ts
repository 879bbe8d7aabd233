/** Real bars, labels that end when a barrier is hit: what fromTable drops is what the definitions of purge and embargo drop. */
import { describe, expect } from 'vitest';
import { barDataset } from '../../src/data/bar-dataset.js';
import type { RawTimeSeriesData } from '../../src/data/container.js';
import { TimeSeriesDataContainer } from '../../src/data/container.js';
import { readCsv } from '../../src/data/csv.js';
import type { FromTableOptions } from '../../src/data/from-table.js';
import { PreprocessingPipeline } from '../../src/preprocessing/pipeline.js';
import { ROLES } from '../../src/splits/ratios.js';
import { dropped } from '../oracles/purge.js';
import { itWithData } from '../shared-data.js';

const FILE = 'es-fut-1min-sample.csv.gz';
const ROWS = 5000;

/** The part of each source row before purge and embargo: by the stated ratios, and by what was dropped from where. */
function assigned(raw: RawTimeSeriesData, rows: number): number[] {
  const part = new Array<number>(rows).fill(-1);
  const splits = [raw.train, raw.validation, raw.test, raw.holdout.unlock({ reason: 'test' })];
  splits.forEach(({ rowIds }, k) => {
    for (const row of rowIds ?? []) part[row] = k;
  });
  for (const { from, rows: gone } of [...raw.facts.purged, ...raw.facts.embargoed])
    for (const row of gone) part[row] = ROLES.indexOf(from);
  return part;
}

async function bars(path: string) {
  const all = await readCsv(path);
  return barDataset(all.slice(all.rowCount - ROWS), {
    label: 'triple-barrier',
    horizon: 20,
    group: 'contract',
    sessionGap: 3_600_000,
  });
}

describe('fromTable on real bars', () => {
  itWithData(FILE, 'drops the rows that purge and embargo by definition drop, and no others', async (path) => {
    const { table } = await bars(path);
    const options: FromTableOptions = { label: 'label', time: 'timestamp', labelEnd: 'label_end', weight: 'weight' };
    for (const embargo of [0, 30 * 60_000, 0.01]) {
      const raw = TimeSeriesDataContainer.fromTable(table, { ...options, embargo });
      const times = [...table.numeric('timestamp')];
      const part = assigned(raw, times.length);
      expect(part).not.toContain(-1);
      const shares = [0.6, 0.2, 0.15, 0.05];
      shares.forEach((share, k) => {
        const rows = part.filter((p) => p === k).length;
        expect(Math.abs(rows - share * times.length)).toBeLessThanOrEqual(1);
      });
      const expected = dropped({ times, labelEnds: [...table.numeric('label_end')], part, embargo });
      const found = (list: RawTimeSeriesData['facts']['purged']) =>
        list.flatMap(({ rows }) => [...rows]).sort((a, b) => a - b);
      expect(found(raw.facts.purged)).toEqual([...expected.purged].sort((a, b) => a - b));
      expect(found(raw.facts.embargoed)).toEqual([...expected.embargoed].sort((a, b) => a - b));
      expect(expected.purged.size).toBeGreaterThan(0);
      expect((await raw.assertNoLeakage()).ok).toBe(true);
    }
  });

  itWithData(
    FILE,
    'keeps labels, weights, times and label ends of the source rows through preprocessing',
    async (path) => {
      const { table, features } = await bars(path);
      const raw = TimeSeriesDataContainer.fromTable(table, {
        label: 'label',
        time: 'timestamp',
        labelEnd: 'label_end',
        weight: 'weight',
        features,
        symbol: 'ES',
        horizon: 20,
      });
      const container = new PreprocessingPipeline({ imputation: 'median', scaling: 'standard' }).fitTransform(raw);
      expect(container.holdout.locked).toBe(true);
      await container.assertNoLeakage();
      const splits = [
        container.train,
        container.validation,
        container.test,
        container.holdout.unlock({ reason: 'test' }),
      ];
      for (const { y, weights, times, labelEnds, rowIds, X } of splits) {
        const at = (name: string) => Float64Array.from(rowIds ?? [], (row) => table.numeric(name)[row]);
        expect(X.rows).toBe(y.length);
        expect(y).toEqual(at('label'));
        expect(weights).toEqual(Float32Array.from(at('weight')));
        expect(times).toEqual(at('timestamp'));
        expect(labelEnds).toEqual(at('label_end'));
      }
      // Standard scaling was fitted on train: its columns have mean 0 there, and not elsewhere.
      const mean = (column: Float32Array) => column.reduce((sum, value) => sum + value, 0) / column.length;
      const means = splits.map(({ X }) => container.featureNames.map((_, j) => Math.abs(mean(X.column(j)))));
      expect(Math.max(...means[0])).toBeLessThan(1e-4);
      for (const other of means.slice(1)) expect(Math.max(...other)).toBeGreaterThan(1e-2);
    },
  );
});
