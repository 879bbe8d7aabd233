import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../src/core/errors.js';
import { deriveSeed, Random } from '../../src/core/random.js';

/** xoshiro128** as published, with exact integers. */
function plainStream(state: readonly number[], count: number): number[] {
  const s = state.map(BigInt);
  const cut = (x: bigint) => x & 0xffff_ffffn;
  const rotate = (x: bigint, k: bigint) => cut(x << k) | (x >> (32n - k));
  return Array.from({ length: count }, () => {
    const result = cut(rotate(cut(s[1] * 5n), 7n) * 9n);
    const t = cut(s[1] << 9n);
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate(s[3], 11n);
    return Number(result);
  });
}

describe('Random', () => {
  it('is xoshiro128** as published', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (seed) => {
        const random = new Random(seed);
        const expected = plainStream([...(random as unknown as { s: Uint32Array }).s], 50);
        expect(Array.from({ length: 50 }, () => random.uint32())).toEqual(expected);
      }),
      { numRuns: 50 },
    );
  });

  it('filled arrays hold the numbers that come one by one, and the next follows', () => {
    const [one, many] = [new Random(7), new Random(7)];
    const out = new Uint32Array(1000);
    many.fill(out);
    expect(Array.from(out)).toEqual(Array.from({ length: 1000 }, () => one.uint32()));
    expect(many.uint32()).toBe(one.uint32());
  });

  it('near seeds, negative ones and those beyond 32 bits give different streams', () => {
    const seeds = [0, 1, 2, -1, -2, 2 ** 32, 2 ** 32 + 1, 2 ** 33, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER];
    expect(new Set(seeds.map((seed) => new Random(seed).uint32())).size).toBe(seeds.length);
  });

  it.each([0, -1, Number.NaN, 2 ** 32 + 1])('int(%s) is refused instead of drawing for ever', (n) => {
    expect(() => new Random(1).int(n)).toThrow(InvalidInputError);
  });

  it('gives this stream for seed 42, on every platform', () => {
    const random = new Random(42);
    expect(Array.from({ length: 4 }, () => random.uint32())).toMatchInlineSnapshot(`
      [
        3703912275,
        29482867,
        2337485166,
        899857994,
      ]
    `);
    expect([random.float(), random.int(10), random.normal()]).toMatchInlineSnapshot(`
      [
        0.8081350709747653,
        7,
        1.0932117236957928,
      ]
    `);
    expect([...new Random(7).permutation(8)]).toMatchInlineSnapshot(`
      [
        1,
        3,
        7,
        0,
        4,
        5,
        6,
        2,
      ]
    `);
  });

  it('the same seed gives the same stream, another seed another one', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (seed) => {
        const draw = (s: number) => {
          const random = new Random(s);
          return Array.from({ length: 5 }, () => random.uint32());
        };
        expect(draw(seed)).toEqual(draw(seed));
        expect(draw(seed)).not.toEqual(draw(seed === Number.MAX_SAFE_INTEGER ? seed - 1 : seed + 1));
      }),
    );
  });

  it('derived seeds depend on every label and its place', () => {
    const seeds = [
      deriveSeed(1),
      deriveSeed(1, 'a'),
      deriveSeed(1, 'a', 'b'),
      deriveSeed(1, 'b', 'a'),
      deriveSeed(1, 'ab'),
      deriveSeed(2, 'a'),
      deriveSeed(1 + 2 ** 40, 'a'),
    ];
    expect(new Set(seeds).size).toBe(seeds.length);
  });

  it('draws uniformly (chi-square over 20 bins) and normally (mean and variance)', () => {
    const random = new Random(5);
    const n = 100_000;
    const bins = new Array(20).fill(0);
    let sum = 0;
    let squares = 0;
    for (let i = 0; i < n; i++) {
      bins[Math.floor(random.float() * 20)]++;
      const z = random.normal();
      sum += z;
      squares += z * z;
    }
    const chi = bins.reduce((total, count) => total + (count - n / 20) ** 2 / (n / 20), 0);
    // 99.9% of the distribution with 19 degrees of freedom.
    expect(chi).toBeLessThan(43.8);
    expect(Math.abs(sum / n)).toBeLessThan(0.012);
    expect(Math.abs(squares / n - 1)).toBeLessThan(0.02);
  });

  it('int stays in range without bias, shuffles are permutations', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 2 ** 31 }), fc.nat(50), (seed, n, length) => {
        const random = new Random(seed);
        const value = random.int(n);
        expect(Number.isInteger(value) && value >= 0 && value < n).toBe(true);
        expect([...random.permutation(length)].sort((a, b) => a - b)).toEqual(Array.from({ length }, (_, i) => i));
      }),
    );
    const random = new Random(1);
    const thirds = [0, 0, 0];
    // Of a range of 3 * 2^30 a modulo without rejection would favour the first third.
    for (let i = 0; i < 30_000; i++) thirds[Math.floor(random.int(3 * 2 ** 30) / 2 ** 30)]++;
    for (const count of thirds) expect(Math.abs(count - 10_000)).toBeLessThan(400);
  });
});
