import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Matrix } from '../../src/core/matrix.js';
import { checkLeakage, type LeakagePart } from '../../src/splits/leakage.js';
import { ROLES } from '../../src/splits/ratios.js';
import { leaks, type OraclePart } from '../oracles/leakage.js';

/** Mostly clean parts, of few values so that every leak comes up: each part may have any of the arrays. */
const parts = fc
  .record({
    sizes: fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 2, maxLength: 4 }),
    gaps: fc.array(fc.constantFrom(0, 1, 1, 1, 2), { minLength: 48, maxLength: 48 }),
    jumps: fc.array(fc.constantFrom(0, 0, 0, 0, 0, 0, -1, -5, 6), { minLength: 48, maxLength: 48 }),
    spans: fc.array(fc.constantFrom(0, 0, 0, 1, 4), { minLength: 48, maxLength: 48 }),
    groups: fc.array(fc.constantFrom<'own' | string | number>('own', 'own', 'own', 'own', 'a', 1, '1'), {
      minLength: 48,
      maxLength: 48,
    }),
    cells: fc.array(fc.constantFrom(0, -0, 1, 2, Number.NaN), { minLength: 144, maxLength: 144 }),
    repeats: fc.array(fc.constantFrom(-1, -1, -1, -1, 0, 5, 20), { minLength: 48, maxLength: 48 }),
    has: fc.record({ times: fc.boolean(), ends: fc.boolean(), groups: fc.boolean(), ids: fc.boolean() }),
  })
  .map(({ sizes, gaps, jumps, spans, groups, cells, repeats, has }): OraclePart[] => {
    let row = 0;
    let time = 0;
    return sizes.map((n, k) => {
      const rows = Array.from({ length: n }, () => row++);
      const times = rows.map((i) => (time += gaps[i]) + jumps[i]);
      time += 2;
      return {
        role: ROLES[k],
        X: rows.map((i) => cells.slice(3 * i, 3 * i + 3)),
        y: rows.map((i) => Math.abs(Math.trunc(cells[(5 * i) % 144] || 0))),
        ...(has.times && { times }),
        ...(has.times && has.ends && { labelEnds: times.map((t, i) => t + spans[rows[i]]) }),
        ...(has.groups && { groups: rows.map((i) => (groups[i] === 'own' ? `${k}-${i % 3}` : groups[i])) }),
        ...(has.ids && { rowIds: rows.map((i) => (repeats[i] < 0 ? i : repeats[i])) }),
      };
    });
  });

const typed = ({ role, X, y, times, labelEnds, groups, rowIds }: OraclePart): LeakagePart => ({
  role: role as LeakagePart['role'],
  X: Matrix.from(X),
  y: Float64Array.from(y),
  times: times && Float64Array.from(times),
  labelEnds: labelEnds && Float64Array.from(labelEnds),
  groups,
  rowIds: rowIds && Uint32Array.from(rowIds),
});

describe('checkLeakage', () => {
  it('finds what the definitions find, no more and no less, in whatever order the splits are given', async () => {
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(parts, fc.boolean(), async (oracle, reversed) => {
        const list = oracle.map(typed);
        const { findings, ok } = await checkLeakage(reversed ? list.reverse() : list);
        const expected = leaks(oracle);
        expect(findings.map((f) => `${f.check} ${f.roles.join('-')} ${f.count}`).sort()).toEqual(expected);
        const severe = findings.filter((f) => f.check !== 'duplicate-rows' && f.check !== 'concurrent-groups');
        for (const finding of severe) expect(finding.severity).toBe('error');
        if (severe.length > 0) expect(ok).toBe(false);
        for (const finding of expected) seen.add(finding.split(' ')[0]);
      }),
      { numRuns: 500, seed: 11 },
    );
    expect([...seen].sort()).toEqual([
      'concurrent-groups',
      'duplicate-rows',
      'label-overlap',
      'shared-groups',
      'shared-rows',
      'time-order',
      'unsorted-times',
    ]);
  });
});
