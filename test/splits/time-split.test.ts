import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidInputError, SplitRatioViolationError } from '../../src/core/errors.js';
import { labelEndsFromHorizon, timeOrder } from '../../src/splits/label-spans.js';
import { ROLES } from '../../src/splits/ratios.js';
import { type TimeSplit, timeOrderedSplit } from '../../src/splits/time-split.js';
import { dropped, horizonEnd } from '../oracles/purge.js';

const sequence = (n: number, step = 1) => Float64Array.from({ length: n }, (_, i) => i * step);
const droppedRows = (list: TimeSplit['purged']) => list.flatMap((drop) => [...drop.rows]);
const sizes = (split: TimeSplit) => ROLES.map((role) => split.parts[role].length);

/** The part of each row before purge and embargo. */
function assignedParts(split: TimeSplit, rows: number): number[] {
  const part = new Array<number>(rows).fill(-1);
  ROLES.forEach((role, k) => {
    for (const row of split.parts[role]) part[row] = k;
    for (const drop of [...split.purged, ...split.embargoed])
      if (drop.from === role) for (const row of drop.rows) part[row] = k;
  });
  return part;
}

/** Random tables: times with duplicates and gaps in any order, spans of uneven length (zero too), embargo in ms or as a share. */
const tables = fc
  .record({
    gaps: fc.array(fc.constantFrom(0, 0, 1, 1, 1, 2, 7), { minLength: 60, maxLength: 160 }),
    spans: fc.array(fc.constantFrom(0, 0, 1, 2, 3, 5, 30), { minLength: 160, maxLength: 160 }),
    order: fc.array(fc.nat(), { minLength: 160, maxLength: 160 }),
    embargo: fc.constantFrom(0, 1, 2, 5, 0.01, 0.03),
  })
  .map(({ gaps, spans, order, embargo }) => {
    let time = 0;
    const rows = gaps.map((gap, i) => ({ time: (time += gap), span: spans[i], key: order[i] }));
    rows.sort((a, b) => a.key - b.key || a.time - b.time);
    return { times: rows.map((r) => r.time), labelEnds: rows.map((r) => r.time + r.span), embargo };
  });

function splitOrUndefined(input: Parameters<typeof timeOrderedSplit>[0]): TimeSplit | undefined {
  try {
    return timeOrderedSplit(input);
  } catch (error) {
    // A split that purging empties, or blocks of equal times that no ratio fits, is refused with a typed error.
    expect(error).toBeInstanceOf(SplitRatioViolationError);
    return undefined;
  }
}

describe('timeOrderedSplit', () => {
  it('drops exactly the rows that the O(n^2) definition drops', () => {
    let splits = 0;
    fc.assert(
      fc.property(tables, ({ times, labelEnds, embargo }) => {
        const split = splitOrUndefined({ rows: times.length, times, labelEnds, embargo });
        if (!split) return;
        splits++;
        const expected = dropped({ times, labelEnds, part: assignedParts(split, times.length), embargo });
        expect(droppedRows(split.purged).sort((a, b) => a - b)).toEqual([...expected.purged].sort((a, b) => a - b));
        expect(droppedRows(split.embargoed).sort((a, b) => a - b)).toEqual(
          [...expected.embargoed].sort((a, b) => a - b),
        );
      }),
      { numRuns: 300, seed: 1 },
    );
    expect(splits).toBeGreaterThan(100);
  });

  it('gives every row one place, in time order, with no timestamp and no label span in two parts', () => {
    fc.assert(
      fc.property(tables, ({ times, labelEnds, embargo }) => {
        const split = splitOrUndefined({ rows: times.length, times, labelEnds, embargo });
        if (!split) return;
        const all = [
          ...ROLES.flatMap((role) => [...split.parts[role]]),
          ...droppedRows(split.purged),
          ...droppedRows(split.embargoed),
        ];
        expect(all.sort((a, b) => a - b)).toEqual(times.map((_, i) => i));
        ROLES.forEach((role, k) => {
          const rows = [...split.parts[role]];
          for (let i = 1; i < rows.length; i++) expect(times[rows[i]]).toBeGreaterThanOrEqual(times[rows[i - 1]]);
          for (const later of ROLES.slice(k + 1)) {
            const first = Math.min(...[...split.parts[later]].map((row) => times[row]));
            for (const row of rows) expect(Math.max(times[row], labelEnds[row])).toBeLessThan(first);
          }
        });
      }),
      { numRuns: 200, seed: 2 },
    );
  });

  it('cuts 60/20/15/5 and purges as many rows a boundary as the label looks ahead', () => {
    const split = timeOrderedSplit({ rows: 1000, times: sequence(1000), horizon: 20 });
    expect(split.assigned).toEqual({ train: 600, validation: 200, test: 150, holdout: 50 });
    expect(sizes(split)).toEqual([580, 180, 130, 50]);
    expect(split.purged.map((d) => [d.from, d.because, d.rows.length])).toEqual([
      ['train', 'validation', 20],
      ['validation', 'test', 20],
      ['test', 'holdout', 20],
    ]);
  });

  it('purges against parts beyond the next one', () => {
    // The first row's label spans everything.
    const labelEnds = sequence(100);
    labelEnds[0] = 99;
    const split = timeOrderedSplit({ rows: 100, times: sequence(100), labelEnds });
    expect(split.parts.train[0]).toBe(1);
    // A row that ends exactly when the next part begins goes too; one bar earlier it stays.
    expect(
      timeOrderedSplit({ rows: 100, times: sequence(100), labelEnds: sequence(100).map((t) => (t === 50 ? 60 : t)) })
        .parts.train,
    ).not.toContain(50);
    expect(
      timeOrderedSplit({ rows: 100, times: sequence(100), labelEnds: sequence(100).map((t) => (t === 50 ? 59 : t)) })
        .parts.train,
    ).toContain(50);
  });

  it('embargoes by milliseconds and by share of the rows', () => {
    const times = sequence(1000, 60_000);
    const ms = timeOrderedSplit({ rows: 1000, times, embargo: 300_000 });
    // Last train time + 5 minutes, inclusive: five bars.
    expect(ms.embargoed.map((d) => d.rows.length)).toEqual([5, 5, 5]);
    expect(ms.parts.validation[0]).toBe(605);
    const share = timeOrderedSplit({ rows: 1000, times, embargo: 0.01 });
    expect(share.embargoed.map((d) => d.rows.length)).toEqual([10, 10, 10]);
  });

  it('derives label ends from the horizon as the definition says, with and without groups', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ time: fc.nat(30), group: fc.constantFrom('a', 'b', 'c') }), {
          minLength: 1,
          maxLength: 60,
        }),
        fc.nat(8),
        fc.boolean(),
        (rows, horizon, grouped) => {
          const times = rows.map((r) => r.time);
          const groups = grouped ? rows.map((r) => r.group) : undefined;
          const ends = labelEndsFromHorizon(times, timeOrder(times), horizon, groups);
          expect([...ends]).toEqual(times.map((_, i) => horizonEnd(times, groups, i, horizon)));
        },
      ),
      { seed: 3 },
    );
  });

  it('keeps whole groups in one part, in order of their first time', () => {
    const groups = Array.from({ length: 1000 }, (_, i) => `s${Math.floor(i / 10)}`);
    const split = timeOrderedSplit({ rows: 1000, times: sequence(1000), groups, horizon: 3 });
    const seen = ROLES.map((role) => new Set([...split.parts[role]].map((row) => groups[row])));
    expect(seen.map((s) => s.size)).toEqual([60, 20, 15, 5]);
    expect(new Set(seen.flatMap((s) => [...s])).size).toBe(100);
    expect(split.concurrent).toEqual([]);
    // A label never looks beyond its own session, so nothing reaches into the next part.
    expect(split.purged).toEqual([]);
  });

  it('purges between sessions when label ends say so', () => {
    const groups = Array.from({ length: 1000 }, (_, i) => Math.floor(i / 10));
    const split = timeOrderedSplit({
      rows: 1000,
      times: sequence(1000),
      groups,
      labelEnds: sequence(1000).map((t) => t + 4),
    });
    expect(split.purged.map((d) => d.rows.length)).toEqual([4, 4, 4]);
  });

  it('says so when entities run side by side, and purges nothing between them', () => {
    const groups = Array.from({ length: 2000 }, (_, i) => i % 100);
    const split = timeOrderedSplit({ rows: 2000, times: sequence(2000), groups, horizon: 1 });
    expect(sizes(split)).toEqual([1200, 400, 300, 100]);
    expect(split.concurrent).toContainEqual(['train', 'test']);
    expect(split.purged).toEqual([]);
  });

  it('cuts off a ragged edge between entities', () => {
    // Sessions of ten bars; each also has one late row, in the middle of the next.
    const groups = Array.from({ length: 1000 }, (_, i) =>
      i >= 10 && i % 10 === 5 ? Math.floor(i / 10) - 1 : Math.floor(i / 10),
    );
    const split = timeOrderedSplit({ rows: 1000, times: sequence(1000), groups });
    expect(split.concurrent).toEqual([]);
    expect(split.purged.map((d) => d.rows.length)).toEqual([1, 1, 1]);
  });

  it('cuts entities where all earlier ones have ended, when the ratios allow it', () => {
    // Two entities a day, side by side; a cut after 60% of the rows would part a day's pair (61 of 101 entities).
    const groups = Array.from({ length: 1010 }, (_, i) => (i < 10 ? 'first' : `d${Math.floor((i - 10) / 20)}${i % 2}`));
    const split = timeOrderedSplit({ rows: 1010, times: sequence(1010), groups });
    expect(split.concurrent).toEqual([]);
  });

  it('works without times: the order of the rows is the time', () => {
    const split = timeOrderedSplit({ rows: 200, horizon: 2, ratios: { train: 0.7, validation: 0.2, test: 0.1 } });
    expect(sizes(split)).toEqual([138, 38, 20, 0]);
  });
});

describe('timeOrderedSplit refuses', () => {
  const times = sequence(100);
  const refused = (input: Partial<Parameters<typeof timeOrderedSplit>[0]>) => () =>
    timeOrderedSplit({ rows: 100, times, ...input });

  it('ratios that do not sum to 1, that are no shares, or that leave a part empty', () => {
    expect(refused({ ratios: { train: 0.6, validation: 0.2, test: 0.15 } })).toThrow(SplitRatioViolationError);
    expect(refused({ ratios: { train: 1, validation: 0, test: 0 } })).toThrow(SplitRatioViolationError);
    expect(refused({ ratios: { train: Number.NaN, validation: 0.5, test: 0.5 } })).toThrow(InvalidInputError);
    expect(refused({ ratios: { train: 0.8, val: 0.1, test: 0.1 } as never })).toThrow(/unknown split 'val'/);
  });

  it('a table whose equal timestamps miss the ratios, with the numbers', () => {
    const blocks = Float64Array.from({ length: 100 }, (_, i) => (i < 75 ? 0 : i));
    expect(refused({ times: blocks })).toThrow(/train has 75 of 100 rows \(75%\), requested 60%/);
    expect(refused({ times: blocks })).toThrow(SplitRatioViolationError);
    expect(refused({ times: new Float64Array(100) })).toThrow(SplitRatioViolationError);
  });

  it('one entity for all rows', () => {
    expect(refused({ groups: new Array(100).fill('ES') })).toThrow(SplitRatioViolationError);
  });

  it('a purge or embargo that empties a part, with the numbers', () => {
    expect(refused({ horizon: 16 })).toThrow(/leave no rows in test \(15 rows: 15 purged, 0 embargoed\)/);
    expect(refused({ embargo: 0.2 })).toThrow(SplitRatioViolationError);
  });

  it('lengths, times, spans, embargo and horizon that cannot be', () => {
    for (const input of [
      { rows: 0, times: [] },
      { times: sequence(99) },
      { groups: ['a'] },
      { times: sequence(100).fill(Number.NaN, 3, 4) },
      { labelEnds: sequence(100).map((t) => t - 1) },
      { labelEnds: sequence(100).fill(Number.POSITIVE_INFINITY, 5, 6) },
      { embargo: -1 },
      { embargo: Number.NaN },
      { horizon: 1.5 },
      { horizon: -1 },
    ]) {
      expect(refused(input)).toThrow(InvalidInputError);
    }
    expect(refused({ times: sequence(100).fill(Number.NaN, 3, 5) })).toThrow(/rows 3, 4/);
  });
});
