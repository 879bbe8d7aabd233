/** Gauss-Legendre quadrature on [0, 1]: n points that integrate polynomials up to degree 2n - 1 exactly (but for rounding). */
import { cos } from '../preprocessing/trigonometry.js';

export interface Quadrature {
  /** (n,) within (0, 1). */
  readonly points: Float64Array;
  /** (n,) positive, sum 1. */
  readonly weights: Float64Array;
}

/** Newton's method doubles the right digits; from within a thousandth, four steps are enough for all. */
const STEPS = 8;

/** Zeros of the Legendre polynomial of degree n by Newton's method (Press et al., "Numerical Recipes", section 4.6), moved to [0, 1]. */
export function gaussLegendre(n: number): Quadrature {
  const points = new Float64Array(n);
  const weights = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let x = cos((Math.PI * (i + 0.75)) / (n + 0.5));
    for (let step = 0; step < STEPS; step++) {
      const { value, slope } = legendre(n, x);
      x -= value / slope;
    }
    const { slope } = legendre(n, x);
    points[i] = (1 - x) / 2;
    weights[i] = 1 / ((1 - x * x) * slope * slope);
  }
  return { points, weights };
}

function legendre(n: number, x: number): { value: number; slope: number } {
  let [before, value] = [1, x];
  for (let k = 2; k <= n; k++) [before, value] = [value, ((2 * k - 1) * x * value - (k - 1) * before) / k];
  return { value, slope: (n * (x * value - before)) / (x * x - 1) };
}
