// Gradients, hessians and losses of rows `from` .. `to`-1, two rows at a time; `from` is even and arrays are padded to even.
// scores: f64, one block of `rows` a class; labels: f64; weights: f32 or 0; gradients: (g, h) as two f32 a row, blocks as scores,
// or 0 where only the loss is wanted. Each returns the weighted sum of the losses.
import { exp2, log2 } from './math';

// e^x for x <= 0; below -700 nothing is left of it in any sum.
// @ts-ignore: decorator
@inline
function expOfNegative(x: v128): v128 {
  return exp2(f64x2.max(x, f64x2.splat(-700)));
}

// Weights of two rows; a second row at or past `to` counts nothing.
// @ts-ignore: decorator
@inline
function weightsOf(weights: usize, i: usize, to: i32): v128 {
  const w = weights ? f64x2.promote_low_f32x4(v128.load64_zero(weights + (i << 2))) : f64x2.splat(1);
  return <i32>i + 1 < to ? w : f64x2.replace_lane(w, 1, 0);
}

// @ts-ignore: decorator
@inline
function storePairs(at: usize, g: v128, h: v128): void {
  const g2 = f32x4.demote_f64x2_zero(g), h2 = f32x4.demote_f64x2_zero(h);
  v128.store(at, v128.shuffle<i32>(g2, h2, 0, 4, 1, 5));
}

// @ts-ignore: decorator
@inline
function laneSum(x: v128): f64 {
  return f64x2.extract_lane(x, 0) + f64x2.extract_lane(x, 1);
}

/** Rows whose logarithms are taken as that of their product: at most 1,000 classes to the 64th, well within f64. */
const LOGS_TOGETHER: usize = 128;

/** Log-loss of labels 0 and 1: g = w (p - y), h = w p (1 - p), p = 1 / (1 + e^-s). */
export function binaryGradients(scores: usize, labels: usize, weights: usize, gradients: usize, from: i32, to: i32): f64 {
  const one = f64x2.splat(1), zero = f64x2.splat(0);
  let loss = zero, product = one;
  for (let i = <usize>from; i < <usize>to; i += 2) {
    const s = v128.load(scores + (i << 3));
    const y = v128.load(labels + (i << 3));
    const w = weightsOf(weights, i, to);
    const e = expOfNegative(f64x2.neg(f64x2.abs(s)));
    const d = f64x2.add(one, e);
    if (gradients) {
      const p = f64x2.div(v128.bitselect(one, e, f64x2.ge(s, zero)), d);
      const h = f64x2.div(e, f64x2.mul(d, d));
      storePairs(gradients + (i << 3), f64x2.mul(w, f64x2.sub(p, y)), f64x2.mul(w, h));
    }
    const linear = f64x2.sub(f64x2.max(s, zero), f64x2.mul(y, s));
    if (weights) {
      loss = f64x2.add(loss, f64x2.mul(w, f64x2.add(log2(d), linear)));
      continue;
    }
    product = f64x2.mul(product, v128.bitselect(d, one, f64x2.gt(w, zero)));
    loss = f64x2.add(loss, f64x2.mul(w, linear));
    if ((i & (LOGS_TOGETHER - 2)) == 0) {
      loss = f64x2.add(loss, log2(product));
      product = one;
    }
  }
  return laneSum(f64x2.add(loss, log2(product)));
}

/**
 * Log-loss of label `positive` against all others: p = 1 / (1 + e^(-steepness s)), rows times the weight of their side.
 */
export function logisticGradients(
  scores: usize, labels: usize, weights: usize, gradients: usize, from: i32, to: i32,
  positive: f64, positiveWeight: f64, otherWeight: f64, steepness: f64,
): f64 {
  const one = f64x2.splat(1), zero = f64x2.splat(0);
  const k = f64x2.splat(steepness), label = f64x2.splat(positive);
  const up = f64x2.splat(positiveWeight), down = f64x2.splat(otherWeight);
  let loss = zero;
  for (let i = <usize>from; i < <usize>to; i += 2) {
    const s = f64x2.mul(k, v128.load(scores + (i << 3)));
    const is = f64x2.eq(v128.load(labels + (i << 3)), label);
    const y = v128.and(is, one);
    const w = f64x2.mul(weightsOf(weights, i, to), v128.bitselect(up, down, is));
    const e = expOfNegative(f64x2.neg(f64x2.abs(s)));
    const d = f64x2.add(one, e);
    if (gradients) {
      const p = f64x2.div(v128.bitselect(one, e, f64x2.ge(s, zero)), d);
      const wk = f64x2.mul(w, k);
      const h = f64x2.mul(f64x2.mul(wk, k), f64x2.div(e, f64x2.mul(d, d)));
      storePairs(gradients + (i << 3), f64x2.mul(wk, f64x2.sub(p, y)), h);
    }
    const linear = f64x2.sub(f64x2.max(s, zero), f64x2.mul(y, s));
    loss = f64x2.add(loss, f64x2.mul(w, f64x2.add(log2(d), linear)));
  }
  return laneSum(loss);
}

/** Cross-entropy of softmax over `classes` scores: g = w (p - [y = k]), h = w `hessianFactor` p (1 - p). */
export function softmaxGradients(
  scores: usize, labels: usize, weights: usize, gradients: usize, from: i32, to: i32, rows: i32, classes: i32, scratch: usize,
  hessianFactor: f64,
): f64 {
  const one = f64x2.splat(1);
  const factor = f64x2.splat(hessianFactor);
  const block = <usize>rows << 3;
  let loss = f64x2.splat(0), product = one;
  for (let i = <usize>from; i < <usize>to; i += 2) {
    const at = scores + (i << 3);
    const y = v128.load(labels + (i << 3));
    const w = weightsOf(weights, i, to);
    let top = v128.load(at);
    for (let k = 1; k < classes; k++) top = f64x2.max(top, v128.load(at + <usize>k * block));
    let sum = f64x2.splat(0), own = f64x2.splat(0);
    for (let k = 0; k < classes; k++) {
      const s = f64x2.sub(v128.load(at + <usize>k * block), top);
      const e = expOfNegative(s);
      v128.store(scratch + (<usize>k << 4), e);
      sum = f64x2.add(sum, e);
      own = v128.bitselect(s, own, f64x2.eq(y, f64x2.splat(<f64>k)));
    }
    if (gradients) {
      for (let k = 0; k < classes; k++) {
        const p = f64x2.div(v128.load(scratch + (<usize>k << 4)), sum);
        const t = v128.and(f64x2.eq(y, f64x2.splat(<f64>k)), one);
        const h = f64x2.mul(factor, f64x2.mul(p, f64x2.sub(one, p)));
        storePairs(gradients + <usize>k * block + (i << 3), f64x2.mul(w, f64x2.sub(p, t)), f64x2.mul(w, h));
      }
    }
    if (weights) {
      loss = f64x2.add(loss, f64x2.mul(w, f64x2.sub(log2(sum), own)));
      continue;
    }
    product = f64x2.mul(product, v128.bitselect(sum, one, f64x2.gt(w, f64x2.splat(0))));
    loss = f64x2.sub(loss, f64x2.mul(w, own));
    if ((i & (LOGS_TOGETHER - 2)) == 0) {
      loss = f64x2.add(loss, log2(product));
      product = one;
    }
  }
  return laneSum(f64x2.add(loss, log2(product)));
}

/** Squared error: g = w (s - y), h = w; the loss is w (s - y)^2. */
export function squaredGradients(scores: usize, labels: usize, weights: usize, gradients: usize, from: i32, to: i32): f64 {
  let loss = f64x2.splat(0);
  for (let i = <usize>from; i < <usize>to; i += 2) {
    const w = weightsOf(weights, i, to);
    const residual = f64x2.sub(v128.load(scores + (i << 3)), v128.load(labels + (i << 3)));
    const g = f64x2.mul(w, residual);
    if (gradients) storePairs(gradients + (i << 3), g, w);
    loss = f64x2.add(loss, f64x2.mul(g, residual));
  }
  return laneSum(loss);
}
