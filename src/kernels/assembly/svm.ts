// Rows of a kernel matrix. Table rows lie in blocks of 32: feature by feature, the 32 values of a feature side by side, so that one
// query row is compared with 32 others without a sum across lanes. Every element is one float32 sum over features in their order:
// its bits depend neither on the block nor on which of the two rows is the query. src/classical/svm/kernel.ts has the same
// operations one by one.

/** Rows in a block. */
const BLOCK_BYTES: usize = 128;

// @ts-ignore: decorator
@inline
function square(v: v128): v128 {
  return f32x4.mul(v, v);
}

// @ts-ignore: decorator
@inline
function storeBlock(
  out: usize, a0: v128, a1: v128, a2: v128, a3: v128, a4: v128, a5: v128, a6: v128, a7: v128,
): void {
  v128.store(out, a0);
  v128.store(out, a1, 16);
  v128.store(out, a2, 32);
  v128.store(out, a3, 48);
  v128.store(out, a4, 64);
  v128.store(out, a5, 80);
  v128.store(out, a6, 96);
  v128.store(out, a7, 112);
}

/** out[r] = sum over features of (x_r - q)^2 for `blocks` blocks. */
export function svmDistances(x: usize, blocks: i32, cols: i32, q: usize, out: usize): void {
  const end = q + (<usize>cols << 2);
  for (; blocks > 0; blocks--) {
    let a0 = f32x4.splat(0), a1 = f32x4.splat(0), a2 = f32x4.splat(0), a3 = f32x4.splat(0);
    let a4 = f32x4.splat(0), a5 = f32x4.splat(0), a6 = f32x4.splat(0), a7 = f32x4.splat(0);
    for (let p = q; p < end; p += 4) {
      const c = v128.load32_splat(p);
      a0 = f32x4.add(a0, square(f32x4.sub(v128.load(x), c)));
      a1 = f32x4.add(a1, square(f32x4.sub(v128.load(x, 16), c)));
      a2 = f32x4.add(a2, square(f32x4.sub(v128.load(x, 32), c)));
      a3 = f32x4.add(a3, square(f32x4.sub(v128.load(x, 48), c)));
      a4 = f32x4.add(a4, square(f32x4.sub(v128.load(x, 64), c)));
      a5 = f32x4.add(a5, square(f32x4.sub(v128.load(x, 80), c)));
      a6 = f32x4.add(a6, square(f32x4.sub(v128.load(x, 96), c)));
      a7 = f32x4.add(a7, square(f32x4.sub(v128.load(x, 112), c)));
      x += BLOCK_BYTES;
    }
    storeBlock(out, a0, a1, a2, a3, a4, a5, a6, a7);
    out += BLOCK_BYTES;
  }
}

/** out[r] = sum over features of x_r q. */
export function svmDots(x: usize, blocks: i32, cols: i32, q: usize, out: usize): void {
  const end = q + (<usize>cols << 2);
  for (; blocks > 0; blocks--) {
    let a0 = f32x4.splat(0), a1 = f32x4.splat(0), a2 = f32x4.splat(0), a3 = f32x4.splat(0);
    let a4 = f32x4.splat(0), a5 = f32x4.splat(0), a6 = f32x4.splat(0), a7 = f32x4.splat(0);
    for (let p = q; p < end; p += 4) {
      const c = v128.load32_splat(p);
      a0 = f32x4.add(a0, f32x4.mul(v128.load(x), c));
      a1 = f32x4.add(a1, f32x4.mul(v128.load(x, 16), c));
      a2 = f32x4.add(a2, f32x4.mul(v128.load(x, 32), c));
      a3 = f32x4.add(a3, f32x4.mul(v128.load(x, 48), c));
      a4 = f32x4.add(a4, f32x4.mul(v128.load(x, 64), c));
      a5 = f32x4.add(a5, f32x4.mul(v128.load(x, 80), c));
      a6 = f32x4.add(a6, f32x4.mul(v128.load(x, 96), c));
      a7 = f32x4.add(a7, f32x4.mul(v128.load(x, 112), c));
      x += BLOCK_BYTES;
    }
    storeBlock(out, a0, a1, a2, a3, a4, a5, a6, a7);
    out += BLOCK_BYTES;
  }
}

const LOG2E: f32 = 1.44269504;
// Upper bits of ln 2, so that k times it is exact, and the rest.
const LN2_HI: f32 = 0.693359375;
const LN2_LO: f32 = -0.000212194440;
const EXP_LIMIT: f32 = 87;
// Below it tanh is summed as a series: the first term left out is 2e-8.
const SERIES: f32 = 0.3;

// @ts-ignore: decorator
@inline
function horner(p: v128, r: v128, coefficient: f32): v128 {
  return f32x4.add(f32x4.mul(p, r), f32x4.splat(coefficient));
}

/** e^x of four float32, |x| cut at 87: Cody and Waite's reduction and a Taylor polynomial. */
// @ts-ignore: decorator
@inline
function exp4(x: v128): v128 {
  x = f32x4.pmax(f32x4.splat(-EXP_LIMIT), f32x4.pmin(f32x4.splat(EXP_LIMIT), x));
  const k = f32x4.floor(f32x4.add(f32x4.mul(x, f32x4.splat(LOG2E)), f32x4.splat(0.5)));
  const r = f32x4.sub(f32x4.sub(x, f32x4.mul(k, f32x4.splat(LN2_HI))), f32x4.mul(k, f32x4.splat(LN2_LO)));
  let p = f32x4.splat(<f32>(1.0 / 5040.0));
  p = horner(p, r, <f32>(1.0 / 720.0));
  p = horner(p, r, <f32>(1.0 / 120.0));
  p = horner(p, r, <f32>(1.0 / 24.0));
  p = horner(p, r, <f32>(1.0 / 6.0));
  p = horner(p, r, 0.5);
  p = f32x4.add(f32x4.mul(f32x4.mul(r, r), p), r);
  p = f32x4.add(p, f32x4.splat(1));
  const scale = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(k), i32x4.splat(127)), 23);
  return f32x4.mul(p, scale);
}

/** In place, `n` a multiple of 4: e^(-gamma v). */
export function svmExp(p: usize, n: i32, gamma: f32): void {
  const factor = f32x4.splat(-gamma);
  for (const end = p + (<usize>n << 2); p < end; p += 16) v128.store(p, exp4(f32x4.mul(factor, v128.load(p))));
}

/** In place: (gamma v + coef0)^degree by repeated squaring, degree >= 0. */
export function svmPower(p: usize, n: i32, gamma: f32, coef0: f32, degree: i32): void {
  const factor = f32x4.splat(gamma), shift = f32x4.splat(coef0);
  for (const end = p + (<usize>n << 2); p < end; p += 16) {
    let base = f32x4.add(f32x4.mul(factor, v128.load(p)), shift);
    let result = f32x4.splat(1);
    for (let e = degree; e > 0; e >>= 1) {
      if (e & 1) result = f32x4.mul(result, base);
      base = f32x4.mul(base, base);
    }
    v128.store(p, result);
  }
}

/** In place: tanh(gamma v + coef0) as 1 - 2 / (e^2u + 1), and by its series where that would lose digits. */
export function svmTanh(p: usize, n: i32, gamma: f32, coef0: f32): void {
  const factor = f32x4.splat(gamma), shift = f32x4.splat(coef0);
  const one = f32x4.splat(1), two = f32x4.splat(2);
  for (const end = p + (<usize>n << 2); p < end; p += 16) {
    const u = f32x4.add(f32x4.mul(factor, v128.load(p)), shift);
    const t = exp4(f32x4.add(u, u));
    const far = f32x4.sub(one, f32x4.div(two, f32x4.add(t, one)));
    const z = f32x4.mul(u, u);
    let near = f32x4.splat(<f32>(62.0 / 2835.0));
    near = horner(near, z, <f32>(-17.0 / 315.0));
    near = horner(near, z, <f32>(2.0 / 15.0));
    near = horner(near, z, <f32>(-1.0 / 3.0));
    near = f32x4.add(f32x4.mul(f32x4.mul(near, z), u), u);
    v128.store(p, v128.bitselect(near, far, f32x4.lt(f32x4.abs(u), f32x4.splat(SERIES))));
  }
}

// @ts-ignore: decorator
@inline
function wide(p: usize): v128 {
  return f64x2.promote_low_f32x4(v128.load64_zero(p));
}

/** y[k] += factor * row[k] for `n` elements, n even; row is float32, y float64. */
export function svmAdd(row: usize, factor: f64, y: usize, n: i32): void {
  const f = f64x2.splat(factor);
  for (const end = y + (<usize>n << 3); y < end; y += 16, row += 8) {
    v128.store(y, f64x2.add(v128.load(y), f64x2.mul(f, wide(row))));
  }
}

// ---- sequential minimal optimisation -----------------------------------------------------------------------------------------

// @ts-ignore: decorator
@inline
function largest(v: v128): f64 {
  const a = f64x2.extract_lane(v, 0), b = f64x2.extract_lane(v, 1);
  return a > b ? a : b;
}

// @ts-ignore: decorator
@inline
function smallest(v: v128): f64 {
  const a = f64x2.extract_lane(v, 0), b = f64x2.extract_lane(v, 1);
  return a < b ? a : b;
}

/** Writes the largest e + up, its first index (-1 when all are -Infinity), and the smallest e + low, of from .. to-1 (multiples of 32). */
export function svmPeaks(e: usize, up: usize, low: usize, from: i32, to: i32, out: usize): void {
  let best: f64 = -Infinity;
  let bestBlock = -1;
  let least = f64x2.splat(Infinity);
  for (let k = from; k < to; k += 32) {
    const at = <usize>k << 3;
    let top = f64x2.splat(-Infinity);
    for (let o: usize = at; o < at + 256; o += 16) {
      const v = v128.load(e + o);
      top = f64x2.pmax(top, f64x2.add(v, v128.load(up + o)));
      least = f64x2.pmin(least, f64x2.add(v, v128.load(low + o)));
    }
    const m = largest(top);
    if (m > best) {
      best = m;
      bestBlock = k;
    }
  }
  writePeaks(e, up, best, bestBlock, smallest(least), out);
}

// @ts-ignore: decorator
@inline
function writePeaks(e: usize, up: usize, best: f64, block: i32, least: f64, out: usize): void {
  let index = -1;
  if (block >= 0) {
    for (let k = block; k < block + 32; k++) {
      const o = <usize>k << 3;
      if (load<f64>(e + o) + load<f64>(up + o) == best) {
        index = k;
        break;
      }
    }
  }
  store<f64>(out, best);
  store<f64>(out, f64(index), 8);
  store<f64>(out, least, 16);
}

/** e -= delta (rowI - rowJ) on from .. to-1 (multiples of 32), then the peaks of the new e. */
export function svmStep(
  rowI: usize, rowJ: usize, delta: f64, e: usize, up: usize, low: usize, from: i32, to: i32, out: usize,
): void {
  const d = f64x2.splat(delta);
  let best: f64 = -Infinity;
  let bestBlock = -1;
  let least = f64x2.splat(Infinity);
  for (let k = from; k < to; k += 32) {
    const at = <usize>k << 3;
    let top = f64x2.splat(-Infinity);
    let row = <usize>k << 2;
    for (let o: usize = at; o < at + 256; o += 16, row += 8) {
      const difference = f64x2.sub(wide(rowI + row), wide(rowJ + row));
      const v = f64x2.sub(v128.load(e + o), f64x2.mul(d, difference));
      v128.store(e + o, v);
      top = f64x2.pmax(top, f64x2.add(v, v128.load(up + o)));
      least = f64x2.pmin(least, f64x2.add(v, v128.load(low + o)));
    }
    const m = largest(top);
    if (m > best) {
      best = m;
      bestBlock = k;
    }
  }
  writePeaks(e, up, best, bestBlock, smallest(least), out);
}

const TAU: f64 = 1e-12;

// @ts-ignore: decorator
@inline
function gain(m: v128, e: v128, low: v128, kii: v128, two: v128, diagonal: v128, kit: v128): v128 {
  const b = f64x2.pmax(f64x2.splat(0), f64x2.sub(m, f64x2.add(e, low)));
  const a = f64x2.sub(f64x2.add(kii, diagonal), f64x2.mul(two, kit));
  return f64x2.div(f64x2.mul(b, b), f64x2.pmax(f64x2.splat(TAU), a));
}

/**
 * Second-order choice of the partner j (Fan, Chen and Lin, 2005): the largest b^2 / a with b = m - (e + low) > 0 and
 * a = K_ii + K_jj - 2 K_ij, at least 1e-12. Writes the value, its first index (-1 without any), and e + low there.
 */
export function svmPartner(
  rowI: usize, kii: f64, m: f64, e: usize, low: usize, diagonal: usize, from: i32, to: i32, out: usize,
): void {
  const vm = f64x2.splat(m), vk = f64x2.splat(kii), two = f64x2.splat(2);
  let best: f64 = 0;
  let bestBlock = -1;
  for (let k = from; k < to; k += 32) {
    const at = <usize>k << 3;
    let top = f64x2.splat(0);
    let row = <usize>k << 2;
    for (let o: usize = at; o < at + 256; o += 16, row += 8) {
      top = f64x2.pmax(
        top,
        gain(vm, v128.load(e + o), v128.load(low + o), vk, two, wide(diagonal + row), wide(rowI + row)),
      );
    }
    const value = largest(top);
    if (value > best) {
      best = value;
      bestBlock = k;
    }
  }
  let index = -1;
  let partner: f64 = 0;
  if (bestBlock >= 0) {
    for (let k = bestBlock; k < bestBlock + 32; k += 2) {
      const o = <usize>k << 3, row = <usize>k << 2;
      const value = gain(vm, v128.load(e + o), v128.load(low + o), vk, two, wide(diagonal + row), wide(rowI + row));
      const lane = f64x2.extract_lane(value, 0) == best ? 0 : f64x2.extract_lane(value, 1) == best ? 1 : -1;
      if (lane < 0) continue;
      index = k + lane;
      partner = load<f64>(e + (<usize>index << 3)) + load<f64>(low + (<usize>index << 3));
      break;
    }
  }
  store<f64>(out, best);
  store<f64>(out, f64(index), 8);
  store<f64>(out, partner, 16);
}
