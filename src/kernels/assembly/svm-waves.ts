// Cosines and sines of float32 phases, for random Fourier features. src/classical/svm/linear/waves.ts has the same operations one by one.

const TWO_OVER_PI: f32 = 0.6366197723675814;
// pi / 2 in three parts: products of the first two with a number of quarter turns are exact, or nearly so.
const PART_1: f32 = 1.5703125;
const PART_2: f32 = 4.837512969970703e-4;
const PART_3: f32 = 7.549789954891882e-8;
// A float32 phase beyond it says nothing about its place on the circle.
const LARGEST_PHASE: f32 = 1e5;

// @ts-ignore: decorator
@inline
function next(p: v128, z: v128, coefficient: f32): v128 {
  return f32x4.add(f32x4.mul(p, z), f32x4.splat(coefficient));
}

/** amplitude times cosine and sine of `n` phases, a multiple of 4; `cosines` or `sines` may be `phases`. NaN counts as a phase beyond. */
export function svmWaves(phases: usize, n: i32, amplitude: f32, cosines: usize, sines: usize): void {
  const most = f32x4.splat(LARGEST_PHASE), least = f32x4.splat(-LARGEST_PHASE), scale = f32x4.splat(amplitude);
  const one = i32x4.splat(1), two = i32x4.splat(2);
  for (const end = phases + (<usize>n << 2); phases < end; phases += 16, cosines += 16, sines += 16) {
    const u = f32x4.pmax(least, f32x4.pmin(most, v128.load(phases)));
    const k = f32x4.floor(f32x4.add(f32x4.mul(u, f32x4.splat(TWO_OVER_PI)), f32x4.splat(0.5)));
    let r = f32x4.sub(u, f32x4.mul(k, f32x4.splat(PART_1)));
    r = f32x4.sub(r, f32x4.mul(k, f32x4.splat(PART_2)));
    r = f32x4.sub(r, f32x4.mul(k, f32x4.splat(PART_3)));
    const z = f32x4.mul(r, r);
    let s = f32x4.splat(<f32>(1.0 / 362880.0));
    s = next(s, z, <f32>(-1.0 / 5040.0));
    s = next(s, z, <f32>(1.0 / 120.0));
    s = next(s, z, <f32>(-1.0 / 6.0));
    s = f32x4.add(f32x4.mul(f32x4.mul(s, z), r), r);
    let c = f32x4.splat(<f32>(1.0 / 40320.0));
    c = next(c, z, <f32>(-1.0 / 720.0));
    c = next(c, z, <f32>(1.0 / 24.0));
    c = next(c, z, -0.5);
    c = next(c, z, 1);
    // Quarter turns: an odd number swaps the two, half turns change signs.
    const q = i32x4.trunc_sat_f32x4_s(k);
    const swapped = i32x4.eq(v128.and(q, one), one);
    const cosine = v128.xor(v128.bitselect(s, c, swapped), i32x4.shl(v128.and(i32x4.add(q, one), two), 30));
    const sine = v128.xor(v128.bitselect(c, s, swapped), i32x4.shl(v128.and(q, two), 30));
    v128.store(cosines, f32x4.mul(scale, cosine));
    v128.store(sines, f32x4.mul(scale, sine));
  }
}
