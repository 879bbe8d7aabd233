/** Panels of many entities: whatever fromTable makes of them passes the checks that run before every training. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SplitRatioViolationError } from '../../src/core/errors.js';
import { Random } from '../../src/core/random.js';
import { Table } from '../../src/core/table.js';
import type { RawTimeSeriesData } from '../../src/data/container.js';
import { TimeSeriesDataContainer } from '../../src/data/container.js';

interface Panel {
  seed: number;
  entities: number;
  /** Mean distance of the entities' first times, in bars: from side by side to one after another. */
  stagger: number;
  length: number;
  ends: boolean;
}

function panel({ seed, entities, stagger, length, ends }: Panel): Table {
  const random = new Random(seed);
  const rows: { time: number; end: number; entity: string; close: number; label: number }[] = [];
  let start = 0;
  for (let k = 0; k < entities; k++) {
    start += random.int(2 * stagger + 1);
    const own = Math.max(1, length - 3 + random.int(7));
    for (let i = 0; i < own; i++) {
      const time = start + i;
      rows.push({ time, end: time + random.int(6), entity: `e${k}`, close: random.normal(), label: random.int(2) });
    }
  }
  const table = Table.fromRecords(rows).take(random.permutation(rows.length));
  return ends ? table : table.drop(['end']);
}

function made(table: Table, embargo: number): RawTimeSeriesData | undefined {
  const options = { label: 'label', time: 'time', group: 'entity', features: ['close'], embargo };
  try {
    return TimeSeriesDataContainer.fromTable(
      table,
      table.has('end') ? { ...options, labelEnd: 'end' } : { ...options, horizon: 3 },
    );
  } catch (error) {
    if (error instanceof SplitRatioViolationError) return undefined;
    throw error;
  }
}

describe('fromTable of a panel', () => {
  it('makes splits without a leak: no entity in two of them, no label that reaches into a later one', async () => {
    const panels = fc.record({
      seed: fc.nat(1000),
      entities: fc.integer({ min: 8, max: 60 }),
      stagger: fc.constantFrom(0, 1, 3, 10, 20),
      length: fc.constantFrom(5, 20),
      ends: fc.boolean(),
    });
    let clean = 0;
    let concurrent = 0;
    await fc.assert(
      fc.asyncProperty(panels, fc.constantFrom(0, 2, 0.01), async (shape, embargo) => {
        const table = panel(shape);
        const raw = made(table, embargo);
        if (!raw) return;
        const { findings } = await raw.checkLeakage();
        expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
        // What is reported as side by side is exactly what the split could not part.
        const reported = findings
          .filter(({ check }) => check === 'concurrent-groups')
          .map(({ roles }) => roles.join('-'));
        expect(reported.sort()).toEqual(raw.facts.concurrent.map((roles) => roles.join('-')).sort());
        const dropped = [...raw.facts.purged, ...raw.facts.embargoed].reduce((sum, { rows }) => sum + rows.length, 0);
        const kept = raw.train.y.length + raw.validation.y.length + raw.test.y.length + raw.holdout.rows;
        expect(kept + dropped).toBe(table.rowCount);
        if (reported.length > 0) concurrent++;
        else clean++;
      }),
      { numRuns: 300, seed: 21 },
    );
    expect(Math.min(clean, concurrent)).toBeGreaterThan(20);
  });
});
