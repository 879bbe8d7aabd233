/** Random rows in time for tests of splitters: times that repeat, in any order, with label spans of any length. */
import fc from 'fast-check';

export const rowsInTime = fc
  .record({
    rows: fc.array(fc.record({ time: fc.nat(60), span: fc.oneof(fc.constant(0), fc.nat(6), fc.nat(70)) }), {
      minLength: 2,
      maxLength: 50,
    }),
    embargo: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 0.3, noNaN: true }), fc.integer({ min: 1, max: 12 })),
  })
  .map(({ rows, embargo }) => ({
    times: rows.map(({ time }) => time),
    labelEnds: rows.map(({ time, span }) => time + span),
    embargo,
  }));

export const sorted = (rows: Iterable<number>): number[] => [...rows].sort((a, b) => a - b);

/** How often each row is tested. */
export function timesTested(folds: Iterable<{ test: Uint32Array }>, rows: number): number[] {
  const counts = new Array<number>(rows).fill(0);
  for (const { test } of folds) for (const row of test) counts[row]++;
  return counts;
}
