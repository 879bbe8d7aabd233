// The best threshold of a node whose leaves hold a vector: gains are summed over the outputs, each with a histogram of its own.

import { bestOf, cappedWorth, offer } from './split';

const FEATURE: usize = 4096;
/** Bytes an output in `about`. */
const OUTPUT: usize = 64;

/** Pairs (by row number) of the `count` rows listed at `rows`, one after the other; their sums (two i64) go to `sums`. */
export function gatherPairs(rows: usize, count: i32, pairs: usize, out: usize, sums: usize): void {
  let total = i64x2.splat(0);
  for (let i = 0; i < count; i++) {
    const pair = v128.load64_zero(pairs + (<usize>load<u32>(rows + (<usize>i << 2)) << 3));
    v128.store64_lane(out + (<usize>i << 3), pair, 0);
    total = i64x2.add(total, i64x2.extend_low_i32x4_s(pair));
  }
  v128.store(sums, total);
}

/**
 * Scans features `from` .. `to`-1 of one node (0 or 1). `about`, 64 bytes an output: u32 address of its histogram, 4 bytes on, f64 sums G and H,
 * f64 value of an integer of each, and room for two sums of the left side. A side needs hessians that sum to `minHessian` over
 * the outputs; a split needs a gain over `shift`. Ties go to the lowest feature, missing values on the right, the lowest bin.
 */
export function scanNodeVector(
  node: i32, outputs: i32, meta: usize, from: i32, to: i32, about: usize,
  lambda: f64, alpha: f64, cap: f64, minHessian: f64, shift: f64,
): void {
  let best = bestOf(node);
  for (let feature = from; feature < to; feature++) {
    const entry = meta + <usize>feature * 12;
    if (!load<i32>(entry, 8)) continue;
    const bins = load<i32>(entry), hasMissing = load<i32>(entry, 4);
    for (let missingLeft = 0; missingLeft <= hasMissing; missingLeft++) {
      for (let k = 0; k < outputs; k++) {
        const sums = about + <usize>k * OUTPUT + 40;
        const missing = load<u32>(about + <usize>k * OUTPUT) + <usize>feature * FEATURE + (<usize>bins << 4);
        v128.store(sums, missingLeft ? v128.load(missing) : i64x2.splat(0));
      }
      for (let bin = 0; bin < bins; bin++) {
        let weight: f64 = 0, rest: f64 = 0, score = -shift;
        for (let k = 0; k < outputs; k++) {
          const at = about + <usize>k * OUTPUT;
          const p = load<u32>(at) + <usize>feature * FEATURE + (<usize>bin << 4);
          const sums = i64x2.add(v128.load(at, 40), v128.load(p));
          v128.store(at, sums, 40);
          const g = <f64>i64x2.extract_lane(sums, 0) * load<f64>(at, 24);
          const h = <f64>i64x2.extract_lane(sums, 1) * load<f64>(at, 32);
          const r = load<f64>(at, 8) - g, s = load<f64>(at, 16) - h;
          weight += h;
          rest += s;
          score += cappedWorth(g, h, lambda, alpha, cap) + cappedWorth(r, s, lambda, alpha, cap);
        }
        if (weight < minHessian || rest < minHessian || !(score > best)) continue;
        best = score;
        offer(node, score, feature, bin, missingLeft);
      }
    }
  }
}
