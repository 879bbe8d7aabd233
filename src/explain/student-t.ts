/** Quantiles of Student's t distribution, for intervals of a mean of few repeats. */
import { cos, sin } from '../preprocessing/trigonometry.js';

/**
 * t with P(|T| <= t) = `share` for `freedom` degrees of freedom (a whole number from 1 on): the closed form of Abramowitz and Stegun
 * (26.7.3, 26.7.4) in the angle whose tangent is t / sqrt(freedom), inverted by bisection.
 */
export function studentT(share: number, freedom: number): number {
  let low = 0;
  let high = Math.PI / 2;
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (within(middle, freedom) < share) low = middle;
    else high = middle;
  }
  return (Math.sqrt(freedom) * sin(low)) / cos(low);
}

/** P(|T| <= sqrt(freedom) tan(angle)). */
function within(angle: number, freedom: number): number {
  const c = cos(angle);
  const odd = freedom % 2 === 1;
  let term = odd ? c : 1;
  let sum = freedom === 1 ? 0 : term;
  for (let k = odd ? 3 : 2; k <= freedom - 2; k += 2) {
    term *= (c * c * (k - 1)) / k;
    sum += term;
  }
  return odd ? (2 / Math.PI) * (angle + sin(angle) * sum) : sin(angle) * sum;
}
