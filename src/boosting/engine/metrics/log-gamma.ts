/** log Gamma(x) for x > 0, by Stirling's series after shifting x up (Abramowitz and Stegun, 6.1.41): 14 digits. */
import { log } from '../../../core/math.js';

const HALF_LOG_TWO_PI = 0.9189385332046727;

export function logGamma(x: number): number {
  if (!(x > 0)) return x === 0 ? Number.POSITIVE_INFINITY : Number.NaN;
  let product = 1;
  let z = x;
  for (; z < 12; z++) product *= z;
  const s = 1 / (z * z);
  const series = (1 / 12 - s * (1 / 360 - s * (1 / 1260 - s * (1 / 1680 - s / 1188)))) / z;
  return (z - 0.5) * log(z) - z + HALF_LOG_TWO_PI + series - log(product);
}
