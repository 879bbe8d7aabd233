// The passes of linear.ts in float32, four lanes at a time: half the time, for the way to an optimum whose end is judged in float64.
// Rows of X are `stride` values apart, a multiple of 4, padded with zeros. Sums over columns (scores) are float32 and become float64 with the
// intercept; sums over rows (gradients) are float32 within a tile and float64 from tile to tile. The order of operations is fixed.

// @ts-ignore: decorator
@inline
function mulAdd(acc: v128, a: v128, b: v128): v128 {
  return f32x4.add(acc, f32x4.mul(a, b));
}

// @ts-ignore: decorator
@inline
function lanes(acc: v128): f64 {
  const pairs = f64x2.add(f64x2.promote_low_f32x4(acc), f64x2.promote_low_f32x4(i8x16.shuffle(acc, acc, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7)));
  return f64x2.extract_lane(pairs, 0) + f64x2.extract_lane(pairs, 1);
}

// @ts-ignore: decorator
@inline
function addTo(g: usize, acc: v128): void {
  v128.store(g, f64x2.add(v128.load(g), f64x2.promote_low_f32x4(acc)));
  const high = i8x16.shuffle(acc, acc, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
  v128.store(g, f64x2.add(v128.load(g, 16), f64x2.promote_low_f32x4(high)), 16);
}

/** x -= origin for `rows` rows; `origin` has `stride` floats. */
export function centreRows(x: usize, stride: i32, rows: i32, origin: usize): void {
  const end = origin + (<usize>stride << 2);
  for (let i = 0; i < rows; i++) {
    for (let q = origin; q < end; q += 16, x += 16) v128.store(x, f32x4.sub(v128.load(x), v128.load(q)));
  }
}

/** out[i] = x_i . w + b; `w` has `stride` floats. */
export function coarseScores1(x: usize, stride: i32, rows: i32, w: usize, b: f64, out: usize): void {
  const row = <usize>stride << 2;
  const end = w + row;
  let i = 0;
  for (; i + 4 <= rows; i += 4) {
    let p = x;
    let a0 = f32x4.splat(0), a1 = f32x4.splat(0), a2 = f32x4.splat(0), a3 = f32x4.splat(0);
    for (let q = w; q < end; q += 16, p += 16) {
      const c = v128.load(q);
      a0 = mulAdd(a0, v128.load(p), c);
      a1 = mulAdd(a1, v128.load(p + row), c);
      a2 = mulAdd(a2, v128.load(p + 2 * row), c);
      a3 = mulAdd(a3, v128.load(p + 3 * row), c);
    }
    store<f64>(out, lanes(a0) + b);
    store<f64>(out, lanes(a1) + b, 8);
    store<f64>(out, lanes(a2) + b, 16);
    store<f64>(out, lanes(a3) + b, 24);
    out += 32;
    x += 4 * row;
  }
  for (; i < rows; i++) {
    let a0 = f32x4.splat(0);
    for (let q = w; q < end; q += 16, x += 16) a0 = mulAdd(a0, v128.load(x), v128.load(q));
    store<f64>(out, lanes(a0) + b);
    out += 8;
  }
}

/** coarseScores1 of three outputs at once: weights `stride` floats apart, results `outStride` doubles apart. */
export function coarseScores3(
  x: usize, stride: i32, rows: i32, w: usize, b0: f64, b1: f64, b2: f64, out: usize, outStride: i32,
): void {
  const row = <usize>stride << 2;
  const o1 = <usize>outStride << 3, o2 = o1 << 1;
  const end = w + row;
  let i = 0;
  for (; i + 2 <= rows; i += 2) {
    let p = x;
    let a0 = f32x4.splat(0), a1 = f32x4.splat(0), a2 = f32x4.splat(0);
    let d0 = f32x4.splat(0), d1 = f32x4.splat(0), d2 = f32x4.splat(0);
    for (let q = w; q < end; q += 16, p += 16) {
      const c0 = v128.load(q), c1 = v128.load(q + row), c2 = v128.load(q + 2 * row);
      const u = v128.load(p);
      a0 = mulAdd(a0, u, c0);
      a1 = mulAdd(a1, u, c1);
      a2 = mulAdd(a2, u, c2);
      const v = v128.load(p + row);
      d0 = mulAdd(d0, v, c0);
      d1 = mulAdd(d1, v, c1);
      d2 = mulAdd(d2, v, c2);
    }
    store<f64>(out, lanes(a0) + b0);
    store<f64>(out + o1, lanes(a1) + b1);
    store<f64>(out + o2, lanes(a2) + b2);
    store<f64>(out, lanes(d0) + b0, 8);
    store<f64>(out + o1, lanes(d1) + b1, 8);
    store<f64>(out + o2, lanes(d2) + b2, 8);
    out += 16;
    x += row << 1;
  }
  if (i < rows) {
    coarseScores1(x, stride, 1, w, b0, out);
    coarseScores1(x, stride, 1, w + row, b1, out + o1);
    coarseScores1(x, stride, 1, w + 2 * row, b2, out + o2);
  }
}

/** to[i] = float32 of from[i]. */
export function narrowAll(from: usize, n: i32, to: usize): void {
  for (let i = 0; i < n; i++) store<f32>(to + (<usize>i << 2), <f32>load<f64>(from + (<usize>i << 3)));
}

/** g[j] += sum over rows of r[i] x[i][j] for `width` columns, rounded up to a multiple of 4; r are float32. */
export function coarseGradient1(x: usize, stride: i32, rows: i32, width: i32, r: usize, g: usize): void {
  const row = <usize>stride << 2;
  const end = r + (<usize>rows << 2);
  let j = 0;
  for (; j + 12 < width; j += 16, x += 64, g += 128) {
    let a0 = f32x4.splat(0), a1 = f32x4.splat(0), a2 = f32x4.splat(0), a3 = f32x4.splat(0);
    for (let q = r, p = x; q < end; q += 4, p += row) {
      const s = v128.load32_splat(q);
      a0 = mulAdd(a0, s, v128.load(p));
      a1 = mulAdd(a1, s, v128.load(p, 16));
      a2 = mulAdd(a2, s, v128.load(p, 32));
      a3 = mulAdd(a3, s, v128.load(p, 48));
    }
    addTo(g, a0);
    addTo(g + 32, a1);
    addTo(g + 64, a2);
    addTo(g + 96, a3);
  }
  for (; j < width; j += 4, x += 16, g += 32) {
    let a0 = f32x4.splat(0);
    for (let q = r, p = x; q < end; q += 4, p += row) a0 = mulAdd(a0, v128.load32_splat(q), v128.load(p));
    addTo(g, a0);
  }
}

/** coarseGradient1 of three outputs at once: r `rStride` floats apart, gradients `gStride` doubles apart. */
export function coarseGradient3(
  x: usize, stride: i32, rows: i32, width: i32, r: usize, rStride: i32, g: usize, gStride: i32,
): void {
  const row = <usize>stride << 2;
  const r1 = <usize>rStride << 2, r2 = r1 << 1;
  const g1 = <usize>gStride << 3, g2 = g1 << 1;
  const end = r + (<usize>rows << 2);
  let j = 0;
  for (; j + 8 < width; j += 12, x += 48, g += 96) {
    let a0 = f32x4.splat(0), a1 = f32x4.splat(0), a2 = f32x4.splat(0);
    let b0 = f32x4.splat(0), b1 = f32x4.splat(0), b2 = f32x4.splat(0);
    let c0 = f32x4.splat(0), c1 = f32x4.splat(0), c2 = f32x4.splat(0);
    for (let q = r, p = x; q < end; q += 4, p += row) {
      const s = v128.load32_splat(q), t = v128.load32_splat(q + r1), u = v128.load32_splat(q + r2);
      const v = v128.load(p);
      a0 = mulAdd(a0, s, v);
      a1 = mulAdd(a1, t, v);
      a2 = mulAdd(a2, u, v);
      const w = v128.load(p, 16);
      b0 = mulAdd(b0, s, w);
      b1 = mulAdd(b1, t, w);
      b2 = mulAdd(b2, u, w);
      const z = v128.load(p, 32);
      c0 = mulAdd(c0, s, z);
      c1 = mulAdd(c1, t, z);
      c2 = mulAdd(c2, u, z);
    }
    addTo(g, a0);
    addTo(g + g1, a1);
    addTo(g + g2, a2);
    addTo(g + 32, b0);
    addTo(g + g1 + 32, b1);
    addTo(g + g2 + 32, b2);
    addTo(g + 64, c0);
    addTo(g + g1 + 64, c1);
    addTo(g + g2 + 64, c2);
  }
  for (; j < width; j += 4, x += 16, g += 32) {
    let a0 = f32x4.splat(0), a1 = f32x4.splat(0), a2 = f32x4.splat(0);
    for (let q = r, p = x; q < end; q += 4, p += row) {
      const v = v128.load(p);
      a0 = mulAdd(a0, v128.load32_splat(q), v);
      a1 = mulAdd(a1, v128.load32_splat(q + r1), v);
      a2 = mulAdd(a2, v128.load32_splat(q + r2), v);
    }
    addTo(g, a0);
    addTo(g + g1, a1);
    addTo(g + g2, a2);
  }
}
