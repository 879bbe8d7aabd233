/** Quantiles of the normal distribution as a table: noise from uniform bits without logarithms. */
import { exp } from '../../../core/math.js';

const CELLS = 4096;

/** (4097,): the quantile of i / 4096; the ends, which are infinite, stand for the tails' means. */
export function normalQuantiles(): Float64Array {
  const table = new Float64Array(CELLS + 1);
  let x = 0;
  for (let i = CELLS / 2 + 1; i < CELLS; i++) {
    x = quantile(i / CELLS, x);
    table[i] = x;
    table[CELLS - i] = -x;
  }
  table[CELLS] = quantile(1 - 1 / (8 * CELLS), x);
  table[0] = -table[CELLS];
  return table;
}

/** The x that is not exceeded with probability p >= 1/2, by Newton's method from a start below it. */
function quantile(p: number, start: number): number {
  let x = start;
  for (let i = 0; i < 12; i++) {
    const density = exp((-x * x) / 2) * 0.3989422804014327;
    // The series of the distribution function (Abramowitz and Stegun, 26.2.11).
    let term = x;
    let series = x;
    for (let n = 3; Math.abs(term) > 1e-17; n += 2) {
      term *= (x * x) / n;
      series += term;
    }
    x += (p - 0.5 - density * series) / density;
  }
  return x;
}

/** A normal number of these 32 bits. */
export function normalOf(bits: number, table: Float64Array): number {
  const cell = bits >>> 20;
  const part = (bits & 0xfffff) / 0x100000;
  return table[cell] * (1 - part) + table[cell + 1] * part;
}
