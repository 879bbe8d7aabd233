// Narrow histograms: for each feature 256 bins of 8 bytes, both sums in one 64-bit integer, gradient + 2^32 hessian, 2 KiB a feature.
// They hold up to 32,767 rows whose gradients and hessians are at most 2^16, exactly; half the memory of wide ones (histogram.ts), and
// one addition a row and feature. Larger nodes are summed narrow in runs of rows and then added up wide.

import { gather16, gather32 } from './histogram';
import { best0, best1, offer0, offer1 } from './split';

/** Rows gathered at a stretch. */
const BLOCK: i32 = 1024;
/** Most rows of a narrow histogram, in whole blocks. */
const RUN: i32 = 31 * BLOCK;
const FEATURE: usize = 2048;
const WIDE: usize = 4096;

// A pair (i32 gradient, i32 hessian) as one integer: a negative gradient borrows from the hessian above it.
// @ts-ignore: decorator
@inline
function narrowed(pair: i64): i64 {
  return pair - ((pair & 0x80000000) << 1);
}

// @ts-ignore: decorator
@inline
function gradientOf(sums: i64): i64 {
  return <i64>(<i32>sums);
}

// @ts-ignore: decorator
@inline
function hessianOf(sums: i64): i64 {
  return (sums - gradientOf(sums)) >> 32;
}

/** As `buildHistogram` of histogram.ts, narrow; `count` is at most 32,767, `scratch` holds 32 KiB. */
export function buildNarrow(
  histogram: usize, bins: usize, stride: usize, features: i32, rows: usize, gradients: usize, count: i32, scratch: usize,
): void {
  const groups = (features + 7) >> 3;
  memory.fill(histogram, 0, <usize>groups * 8 * FEATURE);
  const width: usize = groups > 2 ? 32 : 16;
  for (let done = 0; done < count; done += BLOCK) {
    const size = min(BLOCK, count - done);
    let from = bins + <usize>done * stride, step = stride;
    if (rows) {
      if (groups > 2) gather32(bins, stride, rows, size, scratch);
      else gather16(bins, stride, rows, size, scratch);
      rows += <usize>size << 2;
      from = scratch;
      step = width;
    }
    let into = histogram;
    for (let left = features; left > 0; left -= 16) {
      if (left > 8) addNarrow16(into, from, step, gradients, size);
      else if (left > 4) addNarrow8(into, from, step, gradients, size);
      else addNarrow4(into, from, step, gradients, size);
      from += 16;
      into += 16 * FEATURE;
    }
    gradients += <usize>size << 3;
  }
}

/** As `buildHistogram` of histogram.ts, by narrow runs of rows; `scratch` holds 32 KiB and then 64 KiB for those. */
export function buildWide(
  histogram: usize, bins: usize, stride: usize, features: i32, rows: usize, gradients: usize, count: i32, scratch: usize,
): void {
  const groups = (features + 7) >> 3;
  const run = scratch + 32 * <usize>BLOCK;
  memory.fill(histogram, 0, <usize>groups * 8 * WIDE);
  for (let done = 0; done < count; done += RUN) {
    const size = min(RUN, count - done);
    buildNarrow(run, rows ? bins : bins + <usize>done * stride, stride, features, rows, gradients, size, scratch);
    addWide(histogram, run, groups * 8);
    if (rows) rows += <usize>size << 2;
    gradients += <usize>size << 3;
  }
}

/** Adds narrow histograms of `features` features to wide ones. */
export function addWide(wide: usize, narrow: usize, features: i32): void {
  const end = narrow + <usize>features * FEATURE;
  for (; narrow < end; narrow += 8) {
    const sums = load<i64>(narrow);
    const both = i64x2.replace_lane(i64x2.splat(gradientOf(sums)), 1, hessianOf(sums));
    v128.store(wide, i64x2.add(v128.load(wide), both));
    wide += 16;
  }
}

/** Wide histograms of features `from` .. `to`-1 as narrow ones; they must hold no more than those can. */
export function makeNarrow(narrow: usize, wide: usize, from: i32, to: i32): void {
  const end = narrow + <usize>to * FEATURE;
  wide += <usize>from * WIDE;
  for (let p = narrow + <usize>from * FEATURE; p < end; p += 8) {
    store<i64>(p, load<i64>(wide) + (load<i64>(wide, 8) << 32));
    wide += 16;
  }
}

// The loops below are exported functions so that each is optimised on its own: V8 does not replace a running one.

/** Adds each row's pair to its bin of 16 neighbouring features; `width` bytes from row to row. */
export function addNarrow16(histogram: usize, bins: usize, width: usize, gradients: usize, count: i32): void {
  const end = gradients + (<usize>count << 3);
  while (gradients < end) {
    const pair = narrowed(load<i64>(gradients));
    let p: usize;
    p = histogram + (<usize>load<u8>(bins) << 3); store<i64>(p, load<i64>(p) + pair);
    p = histogram + (<usize>load<u8>(bins, 1) << 3); store<i64>(p, load<i64>(p, 1 * FEATURE) + pair, 1 * FEATURE);
    p = histogram + (<usize>load<u8>(bins, 2) << 3); store<i64>(p, load<i64>(p, 2 * FEATURE) + pair, 2 * FEATURE);
    p = histogram + (<usize>load<u8>(bins, 3) << 3); store<i64>(p, load<i64>(p, 3 * FEATURE) + pair, 3 * FEATURE);
    p = histogram + (<usize>load<u8>(bins, 4) << 3); store<i64>(p, load<i64>(p, 4 * FEATURE) + pair, 4 * FEATURE);
    p = histogram + (<usize>load<u8>(bins, 5) << 3); store<i64>(p, load<i64>(p, 5 * FEATURE) + pair, 5 * FEATURE);
    p = histogram + (<usize>load<u8>(bins, 6) << 3); store<i64>(p, load<i64>(p, 6 * FEATURE) + pair, 6 * FEATURE);
    p = histogram + (<usize>load<u8>(bins, 7) << 3); store<i64>(p, load<i64>(p, 7 * FEATURE) + pair, 7 * FEATURE);
    p = histogram + (<usize>load<u8>(bins, 8) << 3); store<i64>(p, load<i64>(p, 8 * FEATURE) + pair, 8 * FEATURE);
    p = histogram + (<usize>load<u8>(bins, 9) << 3); store<i64>(p, load<i64>(p, 9 * FEATURE) + pair, 9 * FEATURE);
    p = histogram + (<usize>load<u8>(bins, 10) << 3); store<i64>(p, load<i64>(p, 10 * FEATURE) + pair, 10 * FEATURE);
    p = histogram + (<usize>load<u8>(bins, 11) << 3); store<i64>(p, load<i64>(p, 11 * FEATURE) + pair, 11 * FEATURE);
    p = histogram + (<usize>load<u8>(bins, 12) << 3); store<i64>(p, load<i64>(p, 12 * FEATURE) + pair, 12 * FEATURE);
    p = histogram + (<usize>load<u8>(bins, 13) << 3); store<i64>(p, load<i64>(p, 13 * FEATURE) + pair, 13 * FEATURE);
    p = histogram + (<usize>load<u8>(bins, 14) << 3); store<i64>(p, load<i64>(p, 14 * FEATURE) + pair, 14 * FEATURE);
    p = histogram + (<usize>load<u8>(bins, 15) << 3); store<i64>(p, load<i64>(p, 15 * FEATURE) + pair, 15 * FEATURE);
    bins += width;
    gradients += 8;
  }
}

/** The same for eight features. */
export function addNarrow8(histogram: usize, bins: usize, width: usize, gradients: usize, count: i32): void {
  const end = gradients + (<usize>count << 3);
  while (gradients < end) {
    const pair = narrowed(load<i64>(gradients));
    let p: usize;
    p = histogram + (<usize>load<u8>(bins) << 3); store<i64>(p, load<i64>(p) + pair);
    p = histogram + (<usize>load<u8>(bins, 1) << 3); store<i64>(p, load<i64>(p, 1 * FEATURE) + pair, 1 * FEATURE);
    p = histogram + (<usize>load<u8>(bins, 2) << 3); store<i64>(p, load<i64>(p, 2 * FEATURE) + pair, 2 * FEATURE);
    p = histogram + (<usize>load<u8>(bins, 3) << 3); store<i64>(p, load<i64>(p, 3 * FEATURE) + pair, 3 * FEATURE);
    p = histogram + (<usize>load<u8>(bins, 4) << 3); store<i64>(p, load<i64>(p, 4 * FEATURE) + pair, 4 * FEATURE);
    p = histogram + (<usize>load<u8>(bins, 5) << 3); store<i64>(p, load<i64>(p, 5 * FEATURE) + pair, 5 * FEATURE);
    p = histogram + (<usize>load<u8>(bins, 6) << 3); store<i64>(p, load<i64>(p, 6 * FEATURE) + pair, 6 * FEATURE);
    p = histogram + (<usize>load<u8>(bins, 7) << 3); store<i64>(p, load<i64>(p, 7 * FEATURE) + pair, 7 * FEATURE);
    bins += width;
    gradients += 8;
  }
}

/** The same for four features. */
export function addNarrow4(histogram: usize, bins: usize, width: usize, gradients: usize, count: i32): void {
  const end = gradients + (<usize>count << 3);
  while (gradients < end) {
    const pair = narrowed(load<i64>(gradients));
    let p: usize;
    p = histogram + (<usize>load<u8>(bins) << 3); store<i64>(p, load<i64>(p) + pair);
    p = histogram + (<usize>load<u8>(bins, 1) << 3); store<i64>(p, load<i64>(p, 1 * FEATURE) + pair, 1 * FEATURE);
    p = histogram + (<usize>load<u8>(bins, 2) << 3); store<i64>(p, load<i64>(p, 2 * FEATURE) + pair, 2 * FEATURE);
    p = histogram + (<usize>load<u8>(bins, 3) << 3); store<i64>(p, load<i64>(p, 3 * FEATURE) + pair, 3 * FEATURE);
    bins += width;
    gradients += 8;
  }
}

/** parent -= child, for features `from` .. `to`-1: what remains is the sibling's histogram. */
export function subtractNarrow(parent: usize, child: usize, from: i32, to: i32): void {
  const end = child + <usize>to * FEATURE;
  parent += <usize>from * FEATURE;
  for (let p = child + <usize>from * FEATURE; p < end; p += 16) {
    v128.store(parent, i64x2.sub(v128.load(parent), v128.load(p)));
    parent += 16;
  }
}

/** As `leftSums` of split.ts. */
export function leftSumsNarrow(histogram: usize, bin: i32, missingBin: i32, missingLeft: i32, out: usize): void {
  let sums: i64 = 0;
  for (let b = 0; b <= bin; b++) sums += load<i64>(histogram + (<usize>b << 3));
  if (missingLeft) sums += load<i64>(histogram + (<usize>missingBin << 3));
  store<i64>(out, gradientOf(sums));
  store<i64>(out, hessianOf(sums), 8);
}

/** As `scanNode` of split.ts, without L1. */
export function scanNodeNarrow(
  node: i32, histogram: usize, meta: usize, from: i32, to: i32, sumG: f64, sumH: f64, lambda: f64, minHessian: f64,
): void {
  let best = node ? best1() : best0();
  for (let feature = from; feature < to; feature++) {
    const about = meta + <usize>feature * 12;
    if (!load<i32>(about, 8)) continue;
    const bins = load<i32>(about);
    const h = histogram + <usize>feature * FEATURE;
    const hasMissing = load<i32>(about, 4);
    const missing = hasMissing ? load<i64>(h + (<usize>bins << 3)) : 0;
    let sums: i64 = 0;
    for (let bin = 0; bin < bins; bin++) {
      sums += load<i64>(h + (<usize>bin << 3));
      for (let missingLeft = 0; missingLeft <= hasMissing; missingLeft++) {
        const side = missingLeft ? sums + missing : sums;
        const left = <f64>gradientOf(side), weight = <f64>hessianOf(side);
        const right = sumG - left, rest = sumH - weight;
        if (weight < minHessian || rest < minHessian) continue;
        const score = left * left / (weight + lambda) + right * right / (rest + lambda);
        if (score > best) {
          best = score;
          if (node) offer1(score, feature, bin, missingLeft);
          else offer0(score, feature, bin, missingLeft);
        }
      }
    }
  }
}

/**
 * As `scanPair` of split.ts, with the same criterion and limits: subtracts and scans in one pass. f32 throughout, which preselects: the
 * winner's sums are taken from the integers (`leftSumsNarrow`). Rounding of the running sums stays below 2e-5 of a node's hessian.
 */
export function scanPairNarrow(small: usize, large: usize, meta: usize, from: i32, to: i32, limits: usize): void {
  const c = f32x4.demote_f64x2_zero(v128.load(limits));
  const total = f32x4.demote_f64x2_zero(v128.load(limits, 16));
  const least = f32x4.demote_f64x2_zero(v128.load(limits, 32));
  const lambda = <f32>load<f64>(limits, 48);
  for (let feature = from; feature < to; feature++) {
    const about = meta + <usize>feature * 12;
    const offset = <usize>feature * FEATURE;
    if (load<i32>(about, 8)) scanFeatureNarrow(small + offset, large - small, feature, load<i32>(about), load<i32>(about, 4), c, lambda, total, least);
    else subtractNarrow(large, small, feature, feature + 1);
  }
}

/** `c`, `total` and `least` hold the small node's value in lane 0, the large one's in lane 1. */
export function scanFeatureNarrow(
  small: usize, toLarge: usize, feature: i32, bins: i32, hasMissing: i32, c: v128, lambda: f32, total: v128, least: v128,
): void {
  // Lanes: small and large with missing values on the right, small and large with them on the left.
  total = v128.shuffle<i32>(total, total, 0, 1, 0, 1);
  least = v128.shuffle<i32>(least, least, 0, 1, 0, 1);
  const c4 = v128.shuffle<i32>(c, c, 0, 1, 0, 1);
  let D = f32x4.mul(c4, f32x4.splat(-lambda)), H = f32x4.splat(lambda);
  if (hasMissing) {
    const p = small + (<usize>bins << 3);
    const s = load<i64>(p), l = load<i64>(p + toLarge) - s;
    // Bins are taken in twos: a missing bin after an odd number of others is subtracted with the last of them.
    if (!(bins & 1)) store<i64>(p + toLarge, l);
    const both = v128.convert<i32>(i64x2.replace_lane(i64x2.splat(s), 1, l));
    const h = v128.shuffle<i32>(both, both, 1, 3, 1, 3);
    const d = f32x4.sub(v128.shuffle<i32>(both, both, 0, 2, 0, 2), f32x4.mul(c4, h));
    D = f32x4.add(D, v128.shuffle<i64>(f32x4.splat(0), d, 0, 2));
    H = f32x4.add(H, v128.shuffle<i64>(f32x4.splat(0), h, 0, 2));
  }
  const c2 = v128.shuffle<i32>(c, c, 0, 0, 1, 1);
  const start0 = <f32>best0(), start1 = <f32>best1();
  let best = f32x4(start0, start1, start0, start1);
  // A little below the best, so that rounding of the product form never hides a better one.
  let bar = f32x4.mul(best, f32x4.splat(0.99999));
  let bestBin = i32x4.splat(-1);
  let p = small;
  for (let bin = 0; bin < bins; bin += 2) {
    const s = v128.load(p);
    const l = i64x2.sub(v128.load(p + toLarge), s);
    v128.store(p + toLarge, l);
    p += 16;
    // A negative gradient has borrowed 1 from its hessian: far below the rounding of the integers themselves.
    const h = v128.convert<i32>(v128.shuffle<i32>(s, l, 1, 3, 5, 7));
    const d = f32x4.sub(v128.convert<i32>(v128.shuffle<i32>(s, l, 0, 2, 4, 6)), f32x4.mul(c2, h));
    D = f32x4.add(D, v128.shuffle<i32>(d, d, 0, 2, 0, 2));
    H = f32x4.add(H, v128.shuffle<i32>(h, h, 0, 2, 0, 2));
    let right = f32x4.sub(total, H), numerator = f32x4.mul(D, D);
    if (v128.any_true(mayBeat(numerator, bar, H, right, least))) {
      const score = f32x4.div(numerator, f32x4.mul(H, right));
      const better = v128.and(f32x4.gt(score, best), f32x4.ge(f32x4.pmin(H, right), least));
      best = v128.bitselect(score, best, better);
      bar = f32x4.mul(best, f32x4.splat(0.99999));
      bestBin = v128.bitselect(i32x4.splat(bin), bestBin, better);
    }
    D = f32x4.add(D, v128.shuffle<i32>(d, d, 1, 3, 1, 3));
    H = f32x4.add(H, v128.shuffle<i32>(h, h, 1, 3, 1, 3));
    right = f32x4.sub(total, H);
    numerator = f32x4.mul(D, D);
    if (v128.any_true(mayBeat(numerator, bar, H, right, least))) {
      const score = f32x4.div(numerator, f32x4.mul(H, right));
      let better = v128.and(f32x4.gt(score, best), f32x4.ge(f32x4.pmin(H, right), least));
      // Past an odd number of bins lies the missing one, which is no threshold.
      if (bin + 1 == bins) better = i32x4.splat(0);
      best = v128.bitselect(score, best, better);
      bar = f32x4.mul(best, f32x4.splat(0.99999));
      bestBin = v128.bitselect(i32x4.splat(bin + 1), bestBin, better);
    }
  }
  const s0 = i32x4.extract_lane(bestBin, 0), l0 = i32x4.extract_lane(bestBin, 1);
  const s1 = i32x4.extract_lane(bestBin, 2), l1 = i32x4.extract_lane(bestBin, 3);
  if (s0 >= 0) offer0(<f64>f32x4.extract_lane(best, 0), feature, s0, 0);
  if (hasMissing && s1 >= 0) {
    const score = <f64>f32x4.extract_lane(best, 2);
    if (score > best0() || (score == best0() && s1 < s0)) offer0(score, feature, s1, 1);
  }
  if (l0 >= 0) offer1(<f64>f32x4.extract_lane(best, 1), feature, l0, 0);
  if (hasMissing && l1 >= 0) {
    const score = <f64>f32x4.extract_lane(best, 3);
    if (score > best1() || (score == best1() && l1 < l0)) offer1(score, feature, l1, 1);
  }
}

// Whether D^2 / (left right) may be above `bar`; a side below `least` counts as having that much, which only lowers it, so that bins
// without rows at either end rarely ask for more.
// @ts-ignore: decorator
@inline
function mayBeat(numerator: v128, bar: v128, left: v128, right: v128, least: v128): v128 {
  return f32x4.gt(numerator, f32x4.mul(bar, f32x4.mul(f32x4.pmax(left, least), f32x4.pmax(right, least))));
}
