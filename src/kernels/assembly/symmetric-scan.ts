// Tests of a symmetric tree's level: histograms of its leaves, sums of each test over all of them, and the best test. Sums of pairs
// stay below 2^51.
import { mix } from './mix';

/** f64x2 of the numerator, then f64x2 of the denominator: what a bin's test has gathered so far. */
const CELL: usize = 32;

// Adding it to a 64-bit integer below 2^51 in magnitude gives the bits of a double that much above MAGIC.
const MAGIC_BITS: i64 = 0x4338000000000000;
const MAGIC: f64 = 6755399441055744.0;

/** The histogram of one column of at most `bins` bins over the listed rows, with their pairs in the list's order. */
export function columnHistogram(histogram: usize, bins: i32, column: usize, rows: usize, pairs: usize, count: i32): void {
  memory.fill(histogram, 0, <usize>bins << 4);
  for (let i: usize = 0; i < <usize>count; i++) {
    const p = histogram + (<usize>load<u8>(column + <usize>load<u32>(rows + (i << 2))) << 4);
    v128.store(p, i64x2.add(v128.load(p), i64x2.extend_low_i32x4_s(v128.load64_zero(pairs + (i << 3)))));
  }
}

// @ts-ignore: decorator
@inline
function addPair(histogram: usize, bin: u8, pair: v128): void {
  const p = histogram + (<usize>bin << 4);
  v128.store(p, i64x2.add(v128.load(p), pair));
}

/** The same for four columns `pitch` bytes apart, into histograms side by side: one pass, and sums that do not wait for each other. */
export function fourHistograms(
  histogram: usize, bins: i32, column: usize, pitch: usize, rows: usize, pairs: usize, count: i32,
): void {
  const bytes = <usize>bins << 4;
  memory.fill(histogram, 0, bytes << 2);
  const second = column + pitch, third = second + pitch, fourth = third + pitch;
  const histogram2 = histogram + bytes, histogram3 = histogram2 + bytes, histogram4 = histogram3 + bytes;
  for (let i: usize = 0; i < <usize>count; i++) {
    const row = <usize>load<u32>(rows + (i << 2));
    const pair = i64x2.extend_low_i32x4_s(v128.load64_zero(pairs + (i << 3)));
    addPair(histogram, load<u8>(column + row), pair);
    addPair(histogram2, load<u8>(second + row), pair);
    addPair(histogram3, load<u8>(third + row), pair);
    addPair(histogram4, load<u8>(fourth + row), pair);
  }
}

/** parent -= child, of `bytes` bytes: what remains is the sibling's sums. */
export function subtractSums(parent: usize, child: usize, bytes: i32): void {
  for (let i: usize = 0; i < <usize>bytes; i += 16) {
    v128.store(parent + i, i64x2.sub(v128.load(parent + i), v128.load(child + i)));
  }
}

// @ts-ignore: decorator
@inline
function real(sums: v128): v128 {
  return f64x2.sub(i64x2.add(sums, i64x2.splat(MAGIC_BITS)), f64x2.splat(MAGIC));
}

/**
 * Adds the tests of one feature in two leaves to its `cells`, one cell a bin. `small` and `large` are histograms of siblings; with
 * `subtract`, `large` still holds their parent's sums and gets its own. `totals`: f64 gradient (small, large), weight (small, large).
 * A test's part is G^2 / (W + lambda) of both its sides in the numerator and G^2 W / (W + lambda)^2 in the denominator; `cosine`
 * 0 leaves the denominator out. `oneHot`: the test of a bin is that bin against all others, not all bins up to it.
 */
export function scanSiblings(
  small: usize, large: usize, subtract: i32, bins: i32, oneHot: i32, totals: usize, lambda: f64, cosine: i32, cells: usize,
): void {
  const totalG = v128.load(totals), totalW = v128.load(totals, 16);
  const keep = i64x2.splat(oneHot ? 0 : -1);
  const lambda2 = f64x2.splat(max(lambda, 1e-9));
  let accS = i64x2.splat(0), accL = i64x2.splat(0);
  const end = small + (<usize>bins << 4);
  for (let p = small; p < end; p += 16) {
    const s = v128.load(p);
    let l = v128.load(large);
    if (subtract) {
      l = i64x2.sub(l, s);
      v128.store(large, l);
    }
    large += 16;
    accS = i64x2.add(v128.and(accS, keep), s);
    accL = i64x2.add(v128.and(accL, keep), l);
    const rs = real(accS), rl = real(accL);
    const g = v128.shuffle<i64>(rs, rl, 0, 2), w = v128.shuffle<i64>(rs, rl, 1, 3);
    const restG = f64x2.sub(totalG, g), restW = f64x2.sub(totalW, w);
    const a = f64x2.div(g, f64x2.add(w, lambda2)), b = f64x2.div(restG, f64x2.add(restW, lambda2));
    v128.store(cells, f64x2.add(v128.load(cells), f64x2.add(f64x2.mul(a, g), f64x2.mul(b, restG))));
    if (cosine) {
      const d = f64x2.add(f64x2.mul(f64x2.mul(a, a), w), f64x2.mul(f64x2.mul(b, b), restW));
      v128.store(cells, f64x2.add(v128.load(cells, 16), d), 16);
    }
    cells += CELL;
  }
}

/** The same for a single leaf, in the first lanes. */
export function scanLeaf(
  histogram: usize, bins: i32, oneHot: i32, totalG: f64, totalW: f64, lambda: f64, cosine: i32, cells: usize,
): void {
  const keep = i64x2.splat(oneHot ? 0 : -1);
  const total = f64x2.replace_lane(f64x2.splat(totalG), 1, totalW);
  const lambda2 = f64x2.splat(max(lambda, 1e-9));
  let acc = i64x2.splat(0);
  const end = histogram + (<usize>bins << 4);
  for (let p = histogram; p < end; p += 16) {
    acc = i64x2.add(v128.and(acc, keep), v128.load(p));
    const left = real(acc);
    const right = f64x2.sub(total, left);
    const g = v128.shuffle<i64>(left, right, 0, 2), w = v128.shuffle<i64>(left, right, 1, 3);
    const a = f64x2.div(g, f64x2.add(w, lambda2));
    v128.store(cells, f64x2.add(v128.load(cells), f64x2.mul(a, g)));
    if (cosine) v128.store(cells, f64x2.add(v128.load(cells, 16), f64x2.mul(f64x2.mul(a, a), w)), 16);
    cells += CELL;
  }
}

/**
 * Adds the tests of one feature in one leaf of ordered boosting: means come from the histogram of the `body`, what they are compared
 * with from that of the `tail`. `totals`: f64 gradient and weight of the body, then of the tail. A side's part is a G in the numerator
 * and a^2 W in the denominator, for a = G' / (W' + lambda) of the body.
 */
export function scanBodyTail(
  body: usize, tail: usize, bins: i32, oneHot: i32, totals: usize, lambda: f64, cosine: i32, cells: usize,
): void {
  const keep = i64x2.splat(oneHot ? 0 : -1);
  const totalB = v128.load(totals), totalT = v128.load(totals, 16);
  const lambda2 = f64x2.splat(max(lambda, 1e-9));
  let accB = i64x2.splat(0), accT = i64x2.splat(0);
  const end = body + (<usize>bins << 4);
  for (let p = body; p < end; p += 16) {
    accB = i64x2.add(v128.and(accB, keep), v128.load(p));
    accT = i64x2.add(v128.and(accT, keep), v128.load(tail));
    tail += 16;
    const leftB = real(accB), leftT = real(accT);
    const rightB = f64x2.sub(totalB, leftB), rightT = f64x2.sub(totalT, leftT);
    const g = v128.shuffle<i64>(leftB, rightB, 0, 2), w = v128.shuffle<i64>(leftB, rightB, 1, 3);
    const tailG = v128.shuffle<i64>(leftT, rightT, 0, 2), tailW = v128.shuffle<i64>(leftT, rightT, 1, 3);
    const a = f64x2.div(g, f64x2.add(w, lambda2));
    v128.store(cells, f64x2.add(v128.load(cells), f64x2.mul(a, tailG)));
    if (cosine) v128.store(cells, f64x2.add(v128.load(cells, 16), f64x2.mul(f64x2.mul(a, a), tailW)), 16);
    cells += CELL;
  }
}

/**
 * The best test of a feature by its cells: the largest (numerator / sqrt(denominator)) * unit, or numerator * unit without `cosine`,
 * plus noise of standard deviation `noise`; the lowest bin among equals. `normals`: 4097 f64 quantiles of the normal distribution.
 * Writes f64 score without noise, i32 bin (-1: no tests).
 */
export function bestCell(
  cells: usize, tests: i32, cosine: i32, unit: f64, noise: f64, seed: u32, normals: usize, out: usize,
): void {
  let best: f64 = -Infinity, plain: f64 = 0, bin = -1;
  for (let b = 0; b < tests; b++) {
    const p = cells + <usize>b * CELL;
    let score = (load<f64>(p) + load<f64>(p, 8)) * unit;
    if (cosine) {
      const d = load<f64>(p, 16) + load<f64>(p, 24);
      score = d > 0 ? score / sqrt(d) : 0;
    }
    const raw = score;
    if (noise > 0) {
      const u = mix(seed ^ mix(<u32>b + 0x9e3779b9));
      const at = normals + (<usize>(u >> 20) << 3);
      const part = <f64>(u & 0xfffff) / 1048576.0;
      score += noise * (load<f64>(at) * (1.0 - part) + load<f64>(at, 8) * part);
    }
    if (score > best) { best = score; plain = raw; bin = b; }
  }
  store<f64>(out, plain);
  store<i32>(out, bin, 8);
}
