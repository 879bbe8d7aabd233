import { describe, expect, it } from 'vitest';
import { generate } from '../../bench/data.js';
import { measurePairs, runSide, spread } from '../../bench/harness.js';
import { sha256 } from '../../src/core/hash.js';

describe('benchmark harness', () => {
  it('spread: median, smallest, largest, of odd and even counts', () => {
    expect(spread([3, 1, 2])).toEqual({ median: 2, min: 1, max: 3 });
    expect(spread([4, 1, 2, 3])).toEqual({ median: 2.5, min: 1, max: 4 });
  });

  it('pairs are interleaved after a warm-up, the order alternates, the ratio is taken pair by pair', async () => {
    const order: string[] = [];
    const ours = [9, 1, 4, 2];
    const native = [9, 2, 4, 8];
    const side = (name: string, seconds: number[]) => async () => {
      order.push(name);
      return { seconds: seconds.shift() as number, peakRss: 1 };
    };
    const result = await measurePairs({ ours: side('o', ours), native: side('n', native) }, { pairs: 3, warmup: true });
    expect(order.join('')).toBe('ononnoon');
    expect(result.pairs).toHaveLength(3);
    expect(result.ratio).toEqual({ median: 0.5, min: 0.25, max: 1 });
    expect(result.seconds.native).toEqual({ median: 4, min: 2, max: 8 });
  });

  it('a side is a process that prints JSON last; one that fails is an error', async () => {
    const print = "console.log('noise'); console.log(process.argv[1])";
    expect(await runSide([process.execPath, '-e', print], { a: 1 })).toEqual({ a: 1 });
    await expect(runSide([process.execPath, '-e', 'process.exit(3)'], {})).rejects.toThrow('status 3');
  });
});

describe('benchmark data', () => {
  const size = { trainRows: 400, testRows: 100, cols: 180, missing: 0.03 };

  it('is the same bytes each time', () => {
    const [a, b] = [generate(size), generate(size)];
    const digest = (data: typeof a) => [data.X, data.binary, data.classes].map((v) => sha256(new Uint8Array(v.buffer)));
    expect(digest(a)).toEqual(digest(b));
  });

  it('has the missing share, and every class', () => {
    const { X, binary, classes } = generate(size);
    expect(X.filter(Number.isNaN).length / X.length).toBeCloseTo(0.03, 2);
    expect(new Set(binary)).toEqual(new Set([0, 1]));
    expect(new Set(classes)).toEqual(new Set([0, 1, 2]));
  });
});
