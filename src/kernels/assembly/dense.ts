// Float64 vectors: products and updates in one fixed order, four sums by position modulo 4, whatever the caller's threads.

/** Sum of a[k] b[k] for n values. */
export function denseDot(a: usize, b: usize, n: i32): f64 {
  let s0 = f64x2.splat(0), s1 = f64x2.splat(0);
  let k = 0;
  for (; k + 4 <= n; k += 4) {
    s0 = f64x2.add(s0, f64x2.mul(v128.load(a), v128.load(b)));
    s1 = f64x2.add(s1, f64x2.mul(v128.load(a, 16), v128.load(b, 16)));
    a += 32;
    b += 32;
  }
  s0 = f64x2.add(s0, s1);
  let sum = f64x2.extract_lane(s0, 0) + f64x2.extract_lane(s0, 1);
  for (; k < n; k++) {
    sum += load<f64>(a) * load<f64>(b);
    a += 8;
    b += 8;
  }
  return sum;
}

/** row[k] -= f v[k] for n values. */
export function denseSubtract(row: usize, v: usize, f: f64, n: i32): void {
  const factor = f64x2.splat(f);
  let k = 0;
  for (; k + 2 <= n; k += 2) {
    v128.store(row, f64x2.sub(v128.load(row), f64x2.mul(factor, v128.load(v))));
    row += 16;
    v += 16;
  }
  if (k < n) store<f64>(row, load<f64>(row) - f * load<f64>(v));
}

/** row[k] -= a p[k] + b v[k] for n values. */
export function denseReflect(row: usize, v: usize, p: usize, a: f64, b: f64, n: i32): void {
  const first = f64x2.splat(a), second = f64x2.splat(b);
  let k = 0;
  for (; k + 2 <= n; k += 2) {
    const change = f64x2.add(f64x2.mul(first, v128.load(p)), f64x2.mul(second, v128.load(v)));
    v128.store(row, f64x2.sub(v128.load(row), change));
    row += 16;
    v += 16;
    p += 16;
  }
  if (k < n) store<f64>(row, load<f64>(row) - (a * load<f64>(p) + b * load<f64>(v)));
}
