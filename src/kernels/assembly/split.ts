// The best threshold of a node by its histogram. The criterion is the usual one,
//   t(GL)^2 / (HL + lambda) + t(GR)^2 / (HR + lambda),   t(G) = sign(G) max(|G| - alpha, 0)
// (Chen and Guestrin, 2016). Ties go to the lowest feature, then the lowest bin, then missing values to the right.

import { subtractHistogram } from './histogram';

const FEATURE: usize = 4096;

// The best split found since `beginScan`, of the node scanned alone or of the smaller (0) and larger (1) of two siblings.
let score0: f64 = 0, feature0: i32 = -1, bin0: i32 = 0, missingLeft0: i32 = 0;
let score1: f64 = 0, feature1: i32 = -1, bin1: i32 = 0, missingLeft1: i32 = 0;

// For scans of other histograms (narrow.ts): the best so far of either node, and a better one.
// @ts-ignore: decorator
@inline
export function best0(): f64 { return score0; }
// @ts-ignore: decorator
@inline
export function best1(): f64 { return score1; }
export function offer0(score: f64, feature: i32, bin: i32, missingLeft: i32): void {
  score0 = score; feature0 = feature; bin0 = bin; missingLeft0 = missingLeft;
}
export function offer1(score: f64, feature: i32, bin: i32, missingLeft: i32): void {
  score1 = score; feature1 = feature; bin1 = bin; missingLeft1 = missingLeft;
}

export function beginScan(): void {
  score0 = 0; feature0 = -1;
  score1 = 0; feature1 = -1;
}

/** Writes both nodes' best: f64 score, i32 feature (-1: none), bin, missingLeft, and 12 bytes on; 32 bytes a node. */
export function endScan(out: usize): void {
  store<f64>(out, score0); store<i32>(out, feature0, 8); store<i32>(out, bin0, 12); store<i32>(out, missingLeft0, 16);
  store<f64>(out, score1, 32); store<i32>(out, feature1, 40); store<i32>(out, bin1, 44); store<i32>(out, missingLeft1, 48);
}

/** The best score so far of node 0 or 1. */
export function bestOf(node: i32): f64 {
  return node ? score1 : score0;
}

/** A candidate better than all before it. */
export function offer(node: i32, score: f64, feature: i32, bin: i32, missingLeft: i32): void {
  if (node) { score1 = score; feature1 = feature; bin1 = bin; missingLeft1 = missingLeft; }
  else { score0 = score; feature0 = feature; bin0 = bin; missingLeft0 = missingLeft; }
}

// @ts-ignore: decorator
@inline
function soft(g: f64, alpha: f64): f64 {
  return copysign(max(abs(g) - alpha, 0.0), g);
}

/**
 * Scans features `from` .. `to`-1 of one node (0 or 1) in f64. `meta` holds i32 a feature: bins without the missing one, then
 * whether a missing bin follows, then whether to scan it. Sums and limits are in units of the integer sums.
 */
export function scanNode(
  node: i32, histogram: usize, meta: usize, from: i32, to: i32,
  sumG: f64, sumH: f64, lambda: f64, alpha: f64, minHessian: f64,
): void {
  let best = node ? score1 : score0;
  for (let feature = from; feature < to; feature++) {
    const about = meta + <usize>feature * 12;
    if (!load<i32>(about, 8)) continue;
    const bins = load<i32>(about);
    const h = histogram + <usize>feature * FEATURE;
    const hasMissing = load<i32>(about, 4);
    const missing = h + (<usize>bins << 4);
    const missingG = hasMissing ? <f64>load<i64>(missing) : 0;
    const missingH = hasMissing ? <f64>load<i64>(missing, 8) : 0;
    let accG: i64 = 0, accH: i64 = 0;
    for (let bin = 0; bin < bins; bin++) {
      const p = h + (<usize>bin << 4);
      accG += load<i64>(p);
      accH += load<i64>(p, 8);
      let left = <f64>accG, weight = <f64>accH;
      for (let missingLeft = 0; missingLeft <= hasMissing; missingLeft++) {
        const right = sumG - left, rest = sumH - weight;
        if (weight >= minHessian && rest >= minHessian) {
          const l = soft(left, alpha), r = soft(right, alpha);
          const score = l * l / (weight + lambda) + r * r / (rest + lambda);
          if (score > best) {
            best = score;
            if (node) { score1 = score; feature1 = feature; bin1 = bin; missingLeft1 = missingLeft; }
            else { score0 = score; feature0 = feature; bin0 = bin; missingLeft0 = missingLeft; }
          }
        }
        left += missingG;
        weight += missingH;
      }
    }
  }
}

/**
 * Scans one node in full generality: outputs capped, pulled towards `towards`, kept within bounds and, where a feature says so, in
 * order; candidates may be one threshold a feature. A candidate is worth (what both outputs are worth - shift) * factor, and
 * has to be worth more than 0.
 * `about`: f64 sums G and H, value of an integer of each, lambda, alpha, least hessian of a side, cap, rows per hessian over the
 * strength of the pull (0: none), towards, lower and upper bound, shift. `rules`, 16 bytes a feature: i32 direction (-1: left output not below
 * the right one, 1: not above, 0: free), i32 the one candidate to look at (-1: all), f64 factor. Candidate `bins - 1` parts missing values from the rest.
 */
export function scanNodeBounded(
  node: i32, histogram: usize, meta: usize, from: i32, to: i32, about: usize, rules: usize,
): void {
  const sumG = load<f64>(about), sumH = load<f64>(about, 8), unitG = load<f64>(about, 16), unitH = load<f64>(about, 24);
  const lambda = load<f64>(about, 32), alpha = load<f64>(about, 40), minHessian = load<f64>(about, 48);
  const shift = load<f64>(about, 96);
  let best = node ? score1 : score0;
  for (let feature = from; feature < to; feature++) {
    const entry = meta + <usize>feature * 12;
    if (!load<i32>(entry, 8)) continue;
    const rule = rules + (<usize>feature << 4);
    const direction = load<i32>(rule), only = load<i32>(rule, 4);
    const factor = load<f64>(rule, 8);
    const bins = load<i32>(entry);
    const h = histogram + <usize>feature * FEATURE;
    const hasMissing = load<i32>(entry, 4);
    const missing = h + (<usize>bins << 4);
    const missingG = hasMissing ? <f64>load<i64>(missing) : 0;
    const missingH = hasMissing ? <f64>load<i64>(missing, 8) : 0;
    const last = only < 0 ? bins - 1 : only;
    let accG: i64 = 0, accH: i64 = 0;
    for (let bin = 0; bin <= last; bin++) {
      const p = h + (<usize>bin << 4);
      accG += load<i64>(p);
      accH += load<i64>(p, 8);
      if (only >= 0 && bin < only) continue;
      let intG = <f64>accG, intH = <f64>accH;
      for (let missingLeft = 0; missingLeft <= hasMissing; missingLeft++) {
        const g = intG * unitG, weight = intH * unitH;
        const r = sumG - g, rest = sumH - weight;
        intG += missingG;
        intH += missingH;
        if (weight < minHessian || rest < minHessian) continue;
        const left = limitedOutput(g, weight, about), right = limitedOutput(r, rest, about);
        if ((direction > 0 && left > right) || (direction < 0 && left < right)) continue;
        const worth = worthOf(g, weight, left, lambda, alpha) + worthOf(r, rest, right, lambda, alpha);
        const score = (worth - shift) * factor;
        if (score > best) {
          best = score;
          offer(node, score, feature, bin, missingLeft);
        }
      }
    }
  }
}

/** The output of a leaf with these sums: cap, pull and bounds applied, in this order. `about` as above. */
// @ts-ignore: decorator
@inline
function limitedOutput(g: f64, h: f64, about: usize): f64 {
  const cap = load<f64>(about, 56), pull = load<f64>(about, 64);
  let output = -soft(g, load<f64>(about, 40)) / (h + load<f64>(about, 32));
  output = min(max(output, -cap), cap);
  if (pull > 0) output = (output * (h * pull) + load<f64>(about, 72)) / (h * pull + 1);
  return min(max(output, load<f64>(about, 80)), load<f64>(about, 88));
}

/** What a leaf with these sums is worth when its output is capped; 0 where nothing weighs. */
// @ts-ignore: decorator
@inline
export function cappedWorth(g: f64, h: f64, lambda: f64, alpha: f64, cap: f64): f64 {
  const weight = h + lambda;
  if (!(weight > 0)) return 0;
  const output = min(max(-soft(g, alpha) / weight, -cap), cap);
  return worthOf(g, h, output, lambda, alpha);
}

/** The loss a leaf takes off, twice, when it outputs `output`. */
// @ts-ignore: decorator
@inline
function worthOf(g: f64, h: f64, output: f64, lambda: f64, alpha: f64): f64 {
  return -(2 * soft(g, alpha) * output + (h + lambda) * output * output);
}

// Adding it to a 64-bit integer below 2^51 in magnitude gives the bits of a double that much above MAGIC.
const MAGIC_BITS: i64 = 0x4338000000000000;
const MAGIC: f64 = 6755399441055744.0;

/**
 * Subtracts and scans in one pass: features `from` .. `to`-1 of two siblings, `small` built, `large` still holding the parent's
 * sums. Needs alpha = 0 and sums below 2^51. With c = G / (H + 2 lambda), D = GL - c (HL + lambda), the criterion
 * is D^2 / ((HL + lambda) (HR + lambda)) times and plus constants of the node: one comparison without division in most bins.
 * Four f32 lanes: small and large, missing values right and left. f32 only preselects: D is formed in f64, and the winner's
 * sums are taken from the integers (`leftSums`).
 * `limits`: f64 c (small, large), H + 2 lambda (both), least H + lambda of a side (both), lambda.
 */
export function scanPair(small: usize, large: usize, meta: usize, from: i32, to: i32, limits: usize): void {
  const c = v128.load(limits);
  const lambda = load<f64>(limits, 48);
  const total = f32x4.demote_f64x2_zero(v128.load(limits, 16));
  const least = f32x4.demote_f64x2_zero(v128.load(limits, 32));
  const total4 = v128.shuffle<i32>(total, total, 0, 1, 0, 1), least4 = v128.shuffle<i32>(least, least, 0, 1, 0, 1);
  for (let feature = from; feature < to; feature++) {
    const about = meta + <usize>feature * 12;
    const offset = <usize>feature * FEATURE;
    if (load<i32>(about, 8)) scanFeature(small + offset, large - small, feature, load<i32>(about), load<i32>(about, 4), c, lambda, total4, least4);
    else subtractHistogram(large, small, feature, feature + 1);
  }
}

export function scanFeature(
  small: usize, toLarge: usize, feature: i32, bins: i32, hasMissing: i32, c: v128, lambda: f64, total: v128, least: v128,
): void {
  // The lambda of HL + lambda goes with the missing part, which every bin adds anyway.
  let missingD = f64x2.mul(c, f64x2.splat(-lambda));
  let missingH = f64x2.splat(lambda);
  const start = f32x4.demote_f64x2_zero(missingD), startH = f32x4.demote_f64x2_zero(missingH);
  if (hasMissing) {
    const p = small + (<usize>bins << 4);
    const s = v128.load(p);
    const l = i64x2.sub(v128.load(p + toLarge), s);
    v128.store(p + toLarge, l);
    const sd = f64x2.sub(i64x2.add(s, i64x2.splat(MAGIC_BITS)), f64x2.splat(MAGIC));
    const ld = f64x2.sub(i64x2.add(l, i64x2.splat(MAGIC_BITS)), f64x2.splat(MAGIC));
    const g = v128.shuffle<i64>(sd, ld, 0, 2), h = v128.shuffle<i64>(sd, ld, 1, 3);
    missingD = f64x2.add(missingD, f64x2.sub(g, f64x2.mul(c, h)));
    missingH = f64x2.add(missingH, h);
  }
  const addD = v128.shuffle<i32>(start, f32x4.demote_f64x2_zero(missingD), 0, 1, 4, 5);
  const addH = v128.shuffle<i32>(startH, f32x4.demote_f64x2_zero(missingH), 0, 1, 4, 5);

  let best = f32x4(<f32>score0, <f32>score1, <f32>score0, <f32>score1);
  // A little below the best, so that rounding of the product form never hides a better one.
  let bar = f32x4.mul(best, f32x4.splat(0.99999));
  let bestBin = i32x4.splat(-1);
  let accS = i64x2.splat(MAGIC_BITS), accL = i64x2.splat(MAGIC_BITS);
  let p = small;
  for (let bin = 0; bin < bins; bin++) {
    const s = v128.load(p);
    const l = i64x2.sub(v128.load(p + toLarge), s);
    v128.store(p + toLarge, l);
    p += 16;
    accS = i64x2.add(accS, s);
    accL = i64x2.add(accL, l);
    const sd = f64x2.sub(accS, f64x2.splat(MAGIC)), ld = f64x2.sub(accL, f64x2.splat(MAGIC));
    const h = v128.shuffle<i64>(sd, ld, 1, 3);
    const d = f64x2.sub(v128.shuffle<i64>(sd, ld, 0, 2), f64x2.mul(c, h));
    const d2 = f32x4.demote_f64x2_zero(d), h2 = f32x4.demote_f64x2_zero(h);
    const D = f32x4.add(v128.shuffle<i32>(d2, d2, 0, 1, 0, 1), addD);
    const left = f32x4.add(v128.shuffle<i32>(h2, h2, 0, 1, 0, 1), addH);
    const right = f32x4.sub(total, left);
    const numerator = f32x4.mul(D, D), denominator = f32x4.mul(left, right);
    let better = v128.and(
      f32x4.gt(numerator, f32x4.mul(bar, denominator)),
      f32x4.ge(f32x4.pmin(left, right), least),
    );
    if (v128.any_true(better)) {
      const score = f32x4.div(numerator, denominator);
      better = v128.and(better, f32x4.gt(score, best));
      best = v128.bitselect(score, best, better);
      bar = f32x4.mul(best, f32x4.splat(0.99999));
      bestBin = v128.bitselect(i32x4.splat(bin), bestBin, better);
    }
  }

  const s0 = i32x4.extract_lane(bestBin, 0), l0 = i32x4.extract_lane(bestBin, 1);
  const s1 = i32x4.extract_lane(bestBin, 2), l1 = i32x4.extract_lane(bestBin, 3);
  if (s0 >= 0) { score0 = <f64>f32x4.extract_lane(best, 0); feature0 = feature; bin0 = s0; missingLeft0 = 0; }
  if (hasMissing && s1 >= 0) {
    const score = <f64>f32x4.extract_lane(best, 2);
    if (score > score0 || (score == score0 && feature0 == feature && s1 < bin0)) {
      score0 = score; feature0 = feature; bin0 = s1; missingLeft0 = 1;
    }
  }
  if (l0 >= 0) { score1 = <f64>f32x4.extract_lane(best, 1); feature1 = feature; bin1 = l0; missingLeft1 = 0; }
  if (hasMissing && l1 >= 0) {
    const score = <f64>f32x4.extract_lane(best, 3);
    if (score > score1 || (score == score1 && feature1 == feature && l1 < bin1)) {
      score1 = score; feature1 = feature; bin1 = l1; missingLeft1 = 1;
    }
  }
}

/** Exact sums (i64 gradient, i64 hessian) of the left side of a split of the feature whose histogram this is. */
export function leftSums(histogram: usize, bin: i32, missingBin: i32, missingLeft: i32, out: usize): void {
  let sums = i64x2.splat(0);
  for (let b = 0; b <= bin; b++) sums = i64x2.add(sums, v128.load(histogram + (<usize>b << 4)));
  if (missingLeft) sums = i64x2.add(sums, v128.load(histogram + (<usize>missingBin << 4)));
  v128.store(out, sums);
}
