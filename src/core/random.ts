/**
 * Seeded random numbers, equal on every platform: xoshiro128** (Blackman and Vigna, 2018) seeded by SplitMix32.
 * Only 32-bit integer arithmetic shapes the stream.
 */
import { InvalidInputError } from './errors.js';
import { log } from './math.js';

/** Mixes a seed with labels into another 32-bit seed, so that independent parts draw independent streams. */
export function deriveSeed(seed: number, ...labels: (string | number)[]): number {
  // A seed may be any safe integer. The upper half goes through the mix of the lower one: side by side, equal halves would cancel out.
  const upper = Math.floor(seed / 0x1_0000_0000) >>> 0;
  let h = mix(seed >>> 0) ^ mix(0);
  if (upper !== 0) h = mix((h ^ upper) >>> 0);
  for (const label of labels) {
    for (const char of String(label)) h = mix((h ^ (char.codePointAt(0) ?? 0)) >>> 0);
    h = mix((h ^ 0x5bd1e995) >>> 0);
  }
  return h >>> 0;
}

function mix(x: number): number {
  x = (x + 0x9e3779b9) | 0;
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
  return (x ^ (x >>> 15)) >>> 0;
}

/** A stream of random numbers: the same seed gives the same numbers on every platform. */
export class Random {
  private readonly s = new Uint32Array(4);
  private spare: number | undefined;

  constructor(seed: number) {
    let x = deriveSeed(seed);
    for (let i = 0; i < 4; i++) this.s[i] = x = mix((x + i) >>> 0);
    if (this.s.every((v) => v === 0)) this.s[0] = 1;
  }

  /** Uniform integer in [0, 2^32). */
  uint32(): number {
    const s = this.s;
    const r = Math.imul(s[1], 5);
    const result = Math.imul((r << 7) | (r >>> 25), 9) >>> 0;
    const t = s[1] << 9;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = (s[3] << 11) | (s[3] >>> 21);
    return result;
  }

  /** The next numbers of `uint32`, as many as `out` holds, several times as fast as one by one. */
  fill(out: Uint32Array): void {
    let [a, b, c, d] = this.s;
    for (let i = 0; i < out.length; i++) {
      const r = Math.imul(b, 5);
      out[i] = Math.imul((r << 7) | (r >>> 25), 9);
      const t = b << 9;
      c ^= a;
      d ^= b;
      b ^= c;
      a ^= d;
      c ^= t;
      d = (d << 11) | (d >>> 21);
    }
    this.s[0] = a;
    this.s[1] = b;
    this.s[2] = c;
    this.s[3] = d;
  }

  /** Uniform in [0, 1) with 53 random bits. */
  float(): number {
    const hi = this.uint32() >>> 5;
    const lo = this.uint32() >>> 6;
    return (hi * 67108864 + lo) / 9007199254740992;
  }

  /** Uniform integer in [0, n), unbiased (rejection); 1 <= n <= 2^32. */
  int(n: number): number {
    // Rejection would never end.
    if (!(n >= 1 && n <= 4294967296)) throw new InvalidInputError(`Random.int: ${n} is not in 1 .. 2^32`);
    const limit = 4294967296 - (4294967296 % n);
    for (;;) {
      const x = this.uint32();
      if (x < limit) return x % n;
    }
  }

  /** Standard normal (polar method). */
  normal(): number {
    if (this.spare !== undefined) {
      const value = this.spare;
      this.spare = undefined;
      return value;
    }
    for (;;) {
      const u = 2 * this.float() - 1;
      const v = 2 * this.float() - 1;
      const s = u * u + v * v;
      if (s > 0 && s < 1) {
        const scale = Math.sqrt((-2 * log(s)) / s);
        this.spare = v * scale;
        return u * scale;
      }
    }
  }

  /** Shuffles in place (Fisher and Yates). */
  shuffle<T extends { [index: number]: number; readonly length: number }>(values: T): T {
    for (let i = values.length - 1; i > 0; i--) {
      const j = this.int(i + 1);
      const t = values[i];
      values[i] = values[j];
      values[j] = t;
    }
    return values;
  }

  /** 0..n-1 in random order. */
  permutation(n: number): Uint32Array {
    return this.shuffle(Uint32Array.from({ length: n }, (_, i) => i));
  }
}
