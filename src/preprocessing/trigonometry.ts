/**
 * Sine and cosine with one result on every processor and engine, by IEEE 754 arithmetic only. Argument reduction with a three-part pi/2
 * (Cody and Waite, 1980), then Taylor series on |r| <= pi/4.
 */

const TWO_OVER_PI = 0.6366197723675814;
// The first two parts hold 33 bits each, so that k times a part is exact for |k| < 2^20; the third is the rest.
const HALF_PI_1 = 1.5707963267341256;
const HALF_PI_2 = 6.077100506303966e-11;
const HALF_PI_3 = 2.0222662487959506e-21;

/** Beyond this the reduction would lose digits: the result is missing. */
const MAX_ARGUMENT = 1e6;

/** Terms 1/3!, 1/5!, ... and 1/2!, 1/4!, ...: the first left out is below 2^-60 on |r| <= pi/4. */
const reciprocalFactorials = (first: number): number[] => {
  const terms: number[] = [];
  let factorial = first === 3 ? 6 : 2;
  for (let n = first; terms.length < 9; n += 2) {
    terms.push(1 / factorial);
    factorial *= (n + 1) * (n + 2);
  }
  return terms;
};
const SIN_TERMS = reciprocalFactorials(3);
const COS_TERMS = reciprocalFactorials(2);

function alternating(terms: readonly number[], z: number): number {
  let sum = 0;
  for (let i = terms.length - 1; i >= 0; i--) sum = terms[i] - z * sum;
  return sum;
}

const sinSmall = (r: number) => r - r * (r * r) * alternating(SIN_TERMS, r * r);
const cosSmall = (r: number) => 1 - r * r * alternating(COS_TERMS, r * r);

function quadrant(x: number): { r: number; turns: number } {
  const k = Math.floor(x * TWO_OVER_PI + 0.5);
  return { r: x - k * HALF_PI_1 - k * HALF_PI_2 - k * HALF_PI_3, turns: ((k % 4) + 4) % 4 };
}

/** Sine of x radians to about 1e-16; NaN for |x| > 1e6. */
export function sin(x: number): number {
  if (!(Math.abs(x) <= MAX_ARGUMENT)) return Number.NaN;
  const { r, turns } = quadrant(x);
  const value = turns % 2 === 0 ? sinSmall(r) : cosSmall(r);
  return turns < 2 ? value : -value;
}

/** Cosine of x radians to about 1e-16; NaN for |x| > 1e6. */
export function cos(x: number): number {
  if (!(Math.abs(x) <= MAX_ARGUMENT)) return Number.NaN;
  const { r, turns } = quadrant(x);
  const value = turns % 2 === 0 ? cosSmall(r) : sinSmall(r);
  return turns === 0 || turns === 3 ? value : -value;
}
