import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../src/core/errors.js';
import { Matrix } from '../../src/core/matrix.js';
import { Windows } from '../../src/core/windows.js';

const base = Matrix.from(Array.from({ length: 7 }, (_, i) => [i, i + 0.5]));

describe('Windows', () => {
  it('window i is the rows up to and including its end', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 7 }), fc.array(fc.nat(6), { maxLength: 10 }), (length, picks) => {
        const ends = Uint32Array.from(picks, (p) => Math.max(p, length - 1));
        const windows = new Windows(base, ends, length);
        expect(windows.shape).toEqual([ends.length, length, 2]);
        const all = windows.gather(Array.from(ends.keys()));
        ends.forEach((end, i) => {
          const rows = Array.from({ length }, (_, t) => [end - length + 1 + t, end - length + 1.5 + t]).flat();
          expect([...windows.window(i)]).toEqual(rows);
          expect([...all.subarray(i * rows.length, (i + 1) * rows.length)]).toEqual(rows);
        });
      }),
    );
  });

  it('shares its base: a window is a view, and taking windows copies ends only', () => {
    const windows = new Windows(base, Uint32Array.of(2, 3, 6), 3);
    expect(windows.window(0).buffer).toBe(base.data.buffer);
    const taken = windows.take([2, 0]);
    expect(taken.base).toBe(base);
    expect([...taken.ends]).toEqual([6, 2]);
  });

  it('reads nested arrays', () => {
    const windows = Windows.from([
      [
        [1, 2],
        [3, 4],
      ],
      [
        [5, 6],
        [7, 8],
      ],
    ]);
    expect(windows.shape).toEqual([2, 2, 2]);
    expect([...windows.window(1)]).toEqual([5, 6, 7, 8]);
    expect(() => Windows.from([[[1]], [[1], [2]]])).toThrow(InvalidInputError);
  });

  it('refuses windows that would start before the first row or end after the last, and senseless lengths', () => {
    for (const [end, length] of [
      [1, 3],
      [7, 3],
      [3, 0],
      [3, 1.5],
    ]) {
      expect(() => new Windows(base, Uint32Array.of(end), length)).toThrow(InvalidInputError);
    }
    expect(() => new Windows(base, Uint32Array.of(3), 2).gather([0], new Float32Array(3))).toThrow(InvalidInputError);
    expect(() => new Windows(base, [Number.NaN] as never, 1)).toThrow(InvalidInputError);
  });

  it('refuses to gather or take windows that are not there', () => {
    const windows = new Windows(base, Uint32Array.of(0, 1), 1);
    for (const i of [2, -1, 0.5, Number.NaN]) {
      expect(() => windows.gather([i])).toThrow(InvalidInputError);
      expect(() => windows.take([i])).toThrow(InvalidInputError);
    }
  });

  it('73,000 windows of 60 x 180 add less than 50 MB to a process, batches of 256 included', () => {
    const script = fileURLToPath(new URL('./windows-memory.ts', import.meta.url));
    const out = execFileSync(process.execPath, ['--expose-gc', '--import', 'tsx', script], { encoding: 'utf8' });
    const { shape, rss, held } = JSON.parse(out) as { shape: number[]; rss: number; held: number };
    expect(shape).toEqual([72_941, 60, 180]);
    // Materialised they would be 3,151 MB.
    expect(held).toBeLessThan(15e6);
    expect(rss).toBeLessThan(50e6);
  });
});
