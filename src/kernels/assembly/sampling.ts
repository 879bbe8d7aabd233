// Minimal variance sampling: rows drawn with probabilities that follow the lengths of their derivatives, and the lists of those taken.
import { mix, mix4 } from './mix';

/** Squared lengths (f64) of the rows' derivatives, `stride` bytes from output to output; returns the sum of the lengths. */
export function squareLengths(ders: usize, stride: usize, outputs: i32, from: i32, to: i32, squares: usize): f64 {
  let sum: f64 = 0;
  for (let i = <usize>from; i < <usize>to; i++) {
    let square: f64 = 0;
    for (let k: usize = 0; k < <usize>outputs; k++) {
      const der = load<f64>(ders + k * stride + (i << 3));
      square += der * der;
    }
    store<f64>(squares + (i << 3), square);
    sum += sqrt(square);
  }
  return sum;
}

/**
 * Minimal variance sampling of a block of rows: factor 1 / p with probability p = min(1, c / mu), else 0, for c = sqrt(square +
 * lambda) and the mu at which the sum of p is `wanted`. `squares` become c; row i draws from `seed` and i.
 */
export function minimalVariance(squares: usize, from: i32, to: i32, lambda: f64, wanted: f64, seed: u32, factors: usize): void {
  const end = <usize>to;
  let i = <usize>from;
  for (; i + 2 <= end; i += 2) {
    const p = squares + (i << 3);
    v128.store(p, f64x2.sqrt(f64x2.add(v128.load(p), f64x2.splat(lambda))));
  }
  for (; i < end; i++) {
    const p = squares + (i << 3);
    store<f64>(p, sqrt(load<f64>(p) + lambda));
  }
  const mu = samplingThreshold(squares, from, to, wanted);
  i = <usize>from;
  // Without a threshold all are taken: a share of c in 0 is infinite, or of 0 not a number.
  for (; mu > 0 && i + 4 <= end; i += 4) {
    const u = mix4(v128.xor(i32x4.splat(seed), mix4(i32x4.add(i32x4.splat(<i32>i + 0x9e3779b9), i32x4(0, 1, 2, 3)))));
    const low = takenShares(squares + (i << 3), mu, u);
    const high = takenShares(squares + (i << 3) + 16, mu, v128.shuffle<i64>(u, u, 1, 0));
    v128.store(factors + (i << 2), v128.shuffle<i64>(low, high, 0, 2));
  }
  for (; i < end; i++) {
    const p = mu > 0 ? load<f64>(squares + (i << 3)) / mu : 1.0;
    const u = <f64>mix(seed ^ mix(<u32>i + 0x9e3779b9)) / 4294967296.0;
    store<f32>(factors + (i << 2), p >= 1 ? <f32>1 : u < p ? <f32>(1.0 / p) : <f32>0);
  }
}

// Factors of two rows, in the low half: `u` holds two u32 in its own.
// @ts-ignore: decorator
@inline
function takenShares(c: usize, mu: f64, u: v128): v128 {
  const one = f64x2.splat(1);
  const p = f64x2.div(v128.load(c), f64x2.splat(mu));
  const draw = f64x2.mul(f64x2.convert_low_i32x4_u(u), f64x2.splat(1.0 / 4294967296.0));
  const inverse = v128.bitselect(one, f64x2.div(one, p), f64x2.ge(p, one));
  return f32x4.demote_f64x2_zero(v128.and(inverse, f64x2.lt(draw, p)));
}

/** From above: each pass counts as 1 those that the last threshold caps. 0: all are taken. */
export function samplingThreshold(c: usize, from: i32, to: i32, wanted: f64): f64 {
  let mu: f64 = Infinity, next: f64 = Infinity;
  do {
    mu = next;
    let capped: f64 = 0, sum: f64 = 0;
    for (let i = <usize>from; i < <usize>to; i++) {
      const value = load<f64>(c + (i << 3));
      const over = value >= mu;
      capped += over ? 1.0 : 0.0;
      sum += over ? 0.0 : value;
    }
    if (capped >= wanted || sum == 0) break;
    next = sum / (wanted - capped);
  } while (next < mu);
  return mu == Infinity ? 0 : mu;
}

/** How many of the factors (f32) of rows `from` .. `to`-1 are above 0. */
export function countTaken(factors: usize, from: i32, to: i32): i32 {
  let taken = 0;
  for (let i = <usize>from; i < <usize>to; i++) taken += <i32>(load<f32>(factors + (i << 2)) > 0);
  return taken;
}

/** Row numbers `from` .. `to`-1: those of a factor above 0 (all without factors) to `taken`, the others to `rest`. */
export function scatterTaken(factors: usize, from: i32, to: i32, taken: usize, rest: usize): void {
  for (let i = <usize>from; i < <usize>to; i++) {
    const side = factors ? <usize>(load<f32>(factors + (i << 2)) > 0) : 1;
    store<u32>(side ? taken : rest, <u32>i);
    taken += side << 2;
    rest += (1 - side) << 2;
  }
}
