/** Tasks side by side never use more threads than there are, whatever their number. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { runScheduled, threadShares } from '../../src/validation/schedule.js';

it('gives every result in its place and never oversubscribes', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 6 }),
      async (count, workers, threads) => {
        let used = 0;
        let running = 0;
        const results = await runScheduled(count, { workers, threads }, async ({ index, threads: own }) => {
          used += own;
          running++;
          expect(used).toBeLessThanOrEqual(threads);
          expect(running).toBeLessThanOrEqual(workers);
          for (let i = 0; i <= index % 3; i++) await null;
          used -= own;
          running--;
          return index * 10;
        });
        expect(results).toEqual(Array.from({ length: count }, (_, i) => i * 10));
      },
    ),
    { numRuns: 200, seed: 1 },
  );
});

it('leaves no thread idle at the end: what does not come out even runs first, with more threads each', () => {
  expect(threadShares(5, { workers: 2, threads: 2 })).toEqual([2, 1, 1, 1, 1]);
  expect(threadShares(4, { workers: 2, threads: 2 })).toEqual([1, 1, 1, 1]);
  expect(threadShares(5, { workers: 8, threads: 8 })).toEqual([1, 1, 1, 1, 1]);
  expect(threadShares(3, { workers: 1, threads: 4 })).toEqual([4, 4, 4]);
});
