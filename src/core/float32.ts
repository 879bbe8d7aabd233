/** Neighbours of float32 numbers. */

const float = new Float32Array(1);
const bits = new Int32Array(float.buffer);

export const LARGEST_FLOAT32 = 3.4028234663852886e38;
const SMALLEST_FLOAT32 = 1.401298464324817e-45;

/** The largest float32 below the float32 `x`; -Infinity stays. */
export function justBelow(x: number): number {
  if (x === 0) return -SMALLEST_FLOAT32;
  if (x === Number.NEGATIVE_INFINITY) return x;
  float[0] = x;
  bits[0] += x > 0 ? -1 : 1;
  return float[0];
}

/** The smallest float32 above the float32 `x`; Infinity stays. */
export function justAbove(x: number): number {
  return -justBelow(-x);
}

/** The largest float32 at or below `x`: comparing float32 values with it is comparing them with `x`. */
export function float32AtOrBelow(x: number): number {
  const rounded = Math.fround(x);
  return rounded <= x ? rounded : justBelow(rounded);
}
