/** e^x for x <= 0, fast: a table for steps of 1/64 and a polynomial between, within 1e-11 of the truth; 0 below -37. */
import { exp } from '../../../core/math.js';

const LOWEST = -37;
const PER_UNIT = 64;

let table: Float64Array | undefined;

export function expOfNegative(x: number): number {
  if (!(x > LOWEST)) return 0;
  table ??= Float64Array.from({ length: -LOWEST * PER_UNIT + 1 }, (_, i) => exp(-i / PER_UNIT));
  const i = (-x * PER_UNIT) | 0;
  const r = x + i / PER_UNIT;
  return table[i] * (1 + r * (1 + r * (1 / 2 + r * (1 / 6 + r * (1 / 24)))));
}
