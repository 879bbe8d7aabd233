// Linear support vector machines by dual coordinate descent: one pass over the rows in play (Hsieh, Chang, Lin, Keerthi and
// Sundararajan, ICML 2008; for regression Ho and Lin, JMLR 2012). Rows are float32, `stride` values apart, a multiple of 4, the rest
// zeros; weights, multipliers and sums are float64. A product x.w is four lane sums, added in a fixed order.

// @ts-ignore: decorator
@inline
function wide(p: usize): v128 {
  return f64x2.promote_low_f32x4(v128.load64_zero(p));
}

// @ts-ignore: decorator
@inline
function product(x: usize, w: usize, stride: i32): f64 {
  let a = f64x2.splat(0), b = f64x2.splat(0);
  for (const end = x + (<usize>stride << 2); x < end; x += 16, w += 32) {
    a = f64x2.add(a, f64x2.mul(wide(x), v128.load(w)));
    b = f64x2.add(b, f64x2.mul(wide(x + 8), v128.load(w, 16)));
  }
  a = f64x2.add(a, b);
  return f64x2.extract_lane(a, 0) + f64x2.extract_lane(a, 1);
}

// @ts-ignore: decorator
@inline
function move(x: usize, w: usize, stride: i32, by: f64): void {
  const d = f64x2.splat(by);
  for (const end = x + (<usize>stride << 2); x < end; x += 16, w += 32) {
    v128.store(w, f64x2.add(v128.load(w), f64x2.mul(d, wide(x))));
    v128.store(w, f64x2.add(v128.load(w, 16), f64x2.mul(d, wide(x + 8))), 16);
  }
}

/** x.w of one row. */
export function svmProduct(x: usize, w: usize, stride: i32): f64 {
  return product(x, w, stride);
}

/** w += by * x of one row. */
export function svmMove(x: usize, w: usize, stride: i32, by: f64): void {
  move(x, w, stride, by);
}

/**
 * One pass of classification. Rows are index[0 .. active-1] (i32); signs, multipliers, upper bounds, diagonals (of the loss) and
 * curvatures (x.x plus diagonal) by row. Rows whose gradient lies outside [floor, ceiling] at a bound leave the game: they are swapped
 * behind the others. Writes the largest and smallest projected gradient; returns the rows left.
 */
export function svmDescend(
  x: usize, stride: i32, index: usize, active: i32, signs: usize, multipliers: usize, bounds: usize, diagonals: usize,
  curvatures: usize, w: usize, ceiling: f64, floor: f64, out: usize,
): i32 {
  let most: f64 = -Infinity, least: f64 = Infinity;
  const row = <usize>stride << 2;
  for (let s = 0; s < active; s++) {
    const place = index + (<usize>s << 2);
    const i = <usize>load<i32>(place);
    const at = i << 3;
    const sign = load<f64>(signs + at);
    const alpha = load<f64>(multipliers + at);
    const bound = load<f64>(bounds + at);
    const g = sign * product(x + i * row, w, stride) - 1 + alpha * load<f64>(diagonals + at);
    let projected: f64 = g;
    if (alpha == 0) {
      if (g > ceiling) {
        active--;
        const last = index + (<usize>active << 2);
        store<i32>(place, load<i32>(last));
        store<i32>(last, <i32>i);
        s--;
        continue;
      }
      if (g > 0) projected = 0;
    } else if (alpha >= bound) {
      if (g < floor) {
        active--;
        const last = index + (<usize>active << 2);
        store<i32>(place, load<i32>(last));
        store<i32>(last, <i32>i);
        s--;
        continue;
      }
      if (g < 0) projected = 0;
    }
    if (projected > most) most = projected;
    if (projected < least) least = projected;
    if (abs<f64>(projected) <= 1e-12) continue;
    let next = alpha - g / load<f64>(curvatures + at);
    if (next < 0) next = 0;
    if (next > bound) next = bound;
    store<f64>(multipliers + at, next);
    const by = (next - alpha) * sign;
    if (by != 0) move(x + i * row, w, stride, by);
  }
  store<f64>(out, most);
  store<f64>(out, least, 8);
  return active;
}

/**
 * One pass of regression with multipliers in [-bound, bound] and a tube of epsilon. Rows at a kink whose gradient is further than
 * `limit` from moving leave the game. Writes the largest violation and their sum; returns the rows left.
 */
export function svmDescendValues(
  x: usize, stride: i32, index: usize, active: i32, targets: usize, multipliers: usize, bounds: usize, diagonals: usize,
  curvatures: usize, w: usize, epsilon: f64, limit: f64, out: usize,
): i32 {
  let most: f64 = 0, sum: f64 = 0;
  const row = <usize>stride << 2;
  for (let s = 0; s < active; s++) {
    const place = index + (<usize>s << 2);
    const i = <usize>load<i32>(place);
    const at = i << 3;
    const beta = load<f64>(multipliers + at);
    const bound = load<f64>(bounds + at);
    const g = product(x + i * row, w, stride) - load<f64>(targets + at) + beta * load<f64>(diagonals + at);
    const up = g + epsilon, down = g - epsilon;
    let violation: f64 = 0;
    let leaves = false;
    if (beta == 0) {
      if (up < 0) violation = -up;
      else if (down > 0) violation = down;
      else leaves = up > limit && down < -limit;
    } else if (beta >= bound) {
      if (up > 0) violation = up;
      else leaves = up < -limit;
    } else if (beta <= -bound) {
      if (down < 0) violation = -down;
      else leaves = down > limit;
    } else violation = abs<f64>(beta > 0 ? up : down);
    if (leaves) {
      active--;
      const last = index + (<usize>active << 2);
      store<i32>(place, load<i32>(last));
      store<i32>(last, <i32>i);
      s--;
      continue;
    }
    if (violation > most) most = violation;
    sum += violation;
    const curvature = load<f64>(curvatures + at);
    let by: f64;
    if (up < curvature * beta) by = -up / curvature;
    else if (down > curvature * beta) by = -down / curvature;
    else by = -beta;
    if (abs<f64>(by) < 1e-12) continue;
    let next = beta + by;
    if (next > bound) next = bound;
    if (next < -bound) next = -bound;
    store<f64>(multipliers + at, next);
    by = next - beta;
    if (by != 0) move(x + i * row, w, stride, by);
  }
  store<f64>(out, most);
  store<f64>(out, sum, 8);
  return active;
}
