// The features of MiniRocket (Dempster, Schmidt and Webb, 2021): shares of positive values of dilated convolutions with 84 kernels of nine
// weights, three of them 2 and the others -1. All sums are float32 in a fixed order, position by position, so that lanes change nothing.
//
// A series lies in a buffer with `pad` zeros (four times the largest dilation, and at least 4 for the last vector) on both sides.

/** out[t] = sum of the nine taps, in their order, for `length` positions rounded up to 4. */
export function rocketTaps(x: usize, length: i32, dilation: i32, out: usize): void {
  const step = <usize>dilation << 2;
  const end = x + (<usize>length << 2);
  let p = x - 4 * step;
  for (; x < end; x += 16, p += 16, out += 16) {
    let q = p;
    let sum = v128.load(q);
    for (let k = 0; k < 8; k++) {
      q += step;
      sum = f32x4.add(sum, v128.load(q));
    }
    v128.store(out, sum);
  }
}

/** out[t] = 3 (x_i + x_j + x_k) - taps[t], the taps numbered 0 to 8; for `length` positions rounded up to 4. */
export function rocketConvolve(x: usize, length: i32, dilation: i32, i: i32, j: i32, k: i32, taps: usize, out: usize): void {
  const a = x + (<isize>((i - 4) * dilation) << 2);
  const b = x + (<isize>((j - 4) * dilation) << 2);
  const c = x + (<isize>((k - 4) * dilation) << 2);
  const three = f32x4.splat(3);
  const size = <usize>length << 2;
  for (let p: usize = 0; p < size; p += 16) {
    const own = f32x4.add(f32x4.add(v128.load(a + p), v128.load(b + p)), v128.load(c + p));
    v128.store(out + p, f32x4.sub(f32x4.mul(three, own), v128.load(taps + p)));
  }
}

// @ts-ignore: decorator
@inline
function lanes(counts: v128): i32 {
  return i32x4.extract_lane(counts, 0) + i32x4.extract_lane(counts, 1) + i32x4.extract_lane(counts, 2) + i32x4.extract_lane(counts, 3);
}

/**
 * features[f] = share of values[0 .. length) above biases[f]. Up to three values after the last are overwritten. `biases` holds `count` rounded
 * up to 4 values.
 */
export function rocketShares(values: usize, length: i32, biases: usize, count: i32, features: usize): void {
  const size = <usize>length << 2;
  const whole = (size + 15) & ~15;
  // What lies beyond the end is above no bias.
  for (let p = size; p < whole; p += 4) store<f32>(values + p, -Infinity);
  const scale: f32 = <f32>1 / <f32>length;
  const end = values + whole;
  let f = 0;
  for (; f + 4 <= count; f += 4) {
    const b0 = v128.load32_splat(biases), b1 = v128.load32_splat(biases, 4);
    const b2 = v128.load32_splat(biases, 8), b3 = v128.load32_splat(biases, 12);
    let c0 = i32x4.splat(0), c1 = i32x4.splat(0), c2 = i32x4.splat(0), c3 = i32x4.splat(0);
    for (let p = values; p < end; p += 16) {
      const v = v128.load(p);
      // A comparison that holds is -1.
      c0 = i32x4.sub(c0, f32x4.gt(v, b0));
      c1 = i32x4.sub(c1, f32x4.gt(v, b1));
      c2 = i32x4.sub(c2, f32x4.gt(v, b2));
      c3 = i32x4.sub(c3, f32x4.gt(v, b3));
    }
    store<f32>(features, <f32>lanes(c0) * scale);
    store<f32>(features, <f32>lanes(c1) * scale, 4);
    store<f32>(features, <f32>lanes(c2) * scale, 8);
    store<f32>(features, <f32>lanes(c3) * scale, 12);
    features += 16;
    biases += 16;
  }
  for (; f < count; f++) {
    const b0 = v128.load32_splat(biases);
    let c0 = i32x4.splat(0);
    for (let p = values; p < end; p += 16) c0 = i32x4.sub(c0, f32x4.gt(v128.load(p), b0));
    store<f32>(features, <f32>lanes(c0) * scale);
    features += 4;
    biases += 4;
  }
}

/** out[t] += x[t] for `length` values rounded up to 4. */
export function rocketAdd(x: usize, length: i32, out: usize): void {
  const size = <usize>length << 2;
  for (let p: usize = 0; p < size; p += 16) v128.store(out + p, f32x4.add(v128.load(out + p), v128.load(x + p)));
}
