/**
 * Sobol points: numbers in [0, 1) that fill a cube more evenly than random ones (Sobol, 1967), each dimension scrambled by a random
 * permutation tree (Owen, 1995; computed by hashing as Laine and Karras, 2011, and Burley, 2020, do).
 */
import { deriveSeed } from '../../core/random.js';
import { SOBOL_NUMBERS } from './sobol-numbers.js';

const BITS = 32;
/** Dimensions of one sequence; those after them are another one, scrambled differently. */
export const SOBOL_DIMENSIONS = SOBOL_NUMBERS.length + 1;

const directions = new Map<number, Uint32Array>();

/** (32,) direction numbers of a dimension, most significant bit first. */
function directionNumbers(dimension: number): Uint32Array {
  let v = directions.get(dimension);
  if (v) return v;
  v = new Uint32Array(BITS);
  if (dimension === 0) {
    for (let i = 0; i < BITS; i++) v[i] = 2 ** (BITS - 1 - i);
  } else {
    const [polynomial, start] = SOBOL_NUMBERS[dimension - 1];
    const degree = start.length;
    for (let i = 0; i < BITS; i++) {
      if (i < degree) {
        v[i] = (start[i] << (BITS - 1 - i)) >>> 0;
        continue;
      }
      // The recurrence of the polynomial's coefficients, leading one first.
      let value = v[i - degree] ^ (v[i - degree] >>> degree);
      for (let k = 1; k < degree; k++) if ((polynomial >>> (degree - k)) & 1) value ^= v[i - k];
      v[i] = value >>> 0;
    }
  }
  directions.set(dimension, v);
  return v;
}

/** The point's coordinate as 32 bits, not scrambled; points are in the order of the Gray code. */
export function sobolBits(index: number, dimension: number): number {
  const v = directionNumbers(dimension);
  const gray = (index ^ (index >>> 1)) >>> 0;
  let x = 0;
  for (let i = 0; i < BITS; i++) if ((gray >>> i) & 1) x ^= v[i];
  return x >>> 0;
}

/** Coordinate `dimension` of point `index`, in [0, 1). */
export function sobol(index: number, dimension: number, seed: number, scramble = true): number {
  const bits = sobolBits(index, dimension % SOBOL_DIMENSIONS);
  const turned = scramble ? scrambled(bits, deriveSeed(seed, 'sobol', dimension)) : bits;
  return turned / 2 ** BITS;
}

/** Each bit is flipped or not by a hash of those above it. */
function scrambled(bits: number, seed: number): number {
  let x = reversed(bits);
  x = (x + seed) >>> 0;
  x ^= Math.imul(x, 0x6c50b47c);
  x ^= Math.imul(x, 0xb82f1e52);
  x ^= Math.imul(x, 0xc7afe638);
  x ^= Math.imul(x, 0x8d22f6e6);
  return reversed(x >>> 0);
}

function reversed(x: number): number {
  let r = 0;
  for (let i = 0; i < BITS; i++) r = (r << 1) | ((x >>> i) & 1);
  return r >>> 0;
}
