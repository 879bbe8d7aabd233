// Splits of nodes whose rows are counted: up to three classes, each row four u16 (its draws in the lane of its class, and one row).
// Nodes of fewer than 2^15 draws add whole rows as one 64-bit integer; larger ones widen them to four 32-bit sums.
import { bytes, criterion, extraTrees, first, GINI, histogram, logTable, minLeaf, minWeight, totals } from './forest-plan';
import { mayCut, offer, presentWord, scanFeature } from './forest-best';

/** Sums of a node's rows: i32 of each class and of rows, at `totals`. */
export function packedTotals(begin: i32, count: i32): void {
  let sum = i32x4.splat(0);
  let p = first + (<usize>begin << 3);
  const end = p + (<usize>count << 3);
  for (; p < end; p += 8) sum = i32x4.add(sum, i32x4.extend_low_i16x8_u(v128.load64_zero(p)));
  v128.store(totals, sum);
}

export function packedWeight(): f64 {
  return <f64>load<i32>(totals) + <f64>load<i32>(totals, 4) + <f64>load<i32>(totals, 8);
}

/** Whether one class has all rows. */
export function packedPure(): bool {
  let occurring = 0;
  for (let c: usize = 0; c < 3; c++) occurring += i32(load<i32>(totals + (c << 2)) != 0);
  return occurring < 2;
}

export function packedScore(): f64 {
  return scoreOf(load<i32>(totals), load<i32>(totals, 4), load<i32>(totals, 8));
}

/** What no cut can surpass: both sides pure. */
export function packedPerfect(weight: f64): f64 {
  return criterion == GINI ? weight : 0;
}

// @ts-ignore: decorator
@inline
function logOf(count: i32): f64 {
  return load<f64>(logTable + (<usize>count << 3));
}

/** A side's part of the score: sum n^2 / n of the classes for Gini, minus n times the entropy else. */
// @ts-ignore: decorator
@inline
function scoreOf(a: i32, b: i32, c: i32): f64 {
  if (criterion == GINI) {
    const x = <f64>a, y = <f64>b, z = <f64>c;
    return (x * x + y * y + z * z) / (x + y + z);
  }
  return logOf(a) + logOf(b) + logOf(c) - logOf(a + b + c);
}

/** Adds `count` rows, whose bins lie at `bytes`, to the narrow histogram. */
export function countNarrow(begin: i32, count: i32): void {
  let value = first + (<usize>begin << 3);
  const end = bytes + <usize>count;
  for (let p = bytes; p < end; p++) {
    const bin = histogram + (<usize>load<u8>(p) << 3);
    store<u64>(bin, load<u64>(bin) + load<u64>(value));
    value += 8;
  }
}

export function countWide(begin: i32, count: i32): void {
  let value = first + (<usize>begin << 3);
  const end = bytes + <usize>count;
  for (let p = bytes; p < end; p++) {
    const bin = histogram + (<usize>load<u8>(p) << 4);
    v128.store(bin, i32x4.add(v128.load(bin), i32x4.extend_low_i16x8_u(v128.load64_zero(value))));
    value += 8;
  }
}

/** Both sides of a cut, left in the low four lanes: draws of each class and rows. */
// @ts-ignore: decorator
@inline
function scoreNarrow(sides: v128): f64 {
  if (criterion == GINI) return giniOf(sides);
  return scoreOf(
    i16x8.extract_lane_u(sides, 0), i16x8.extract_lane_u(sides, 1), i16x8.extract_lane_u(sides, 2),
  ) + scoreOf(i16x8.extract_lane_u(sides, 4), i16x8.extract_lane_u(sides, 5), i16x8.extract_lane_u(sides, 6));
}

function allowedNarrow(sides: v128): bool {
  const left = <i32>i16x8.extract_lane_u(sides, 3), right = <i32>i16x8.extract_lane_u(sides, 7);
  if (left < minLeaf || right < minLeaf) return false;
  const a = <i32>i16x8.extract_lane_u(sides, 0) + i16x8.extract_lane_u(sides, 1) + i16x8.extract_lane_u(sides, 2);
  const b = <i32>i16x8.extract_lane_u(sides, 4) + i16x8.extract_lane_u(sides, 5) + i16x8.extract_lane_u(sides, 6);
  return <f64>a >= minWeight && <f64>b >= minWeight;
}

/** Whether cuts need more than their score: room for `scanGini`. */
export function plainGini(): bool {
  return criterion == GINI && minLeaf <= 1 && minWeight <= 0 && !extraTrees;
}

// @ts-ignore: decorator
@inline
function giniOf(sides: v128): f64 {
  const draws = v128.and(sides, i16x8(-1, -1, -1, 0, -1, -1, -1, 0));
  let squares = i32x4.dot_i16x8_s(draws, draws);
  let sums = i32x4.dot_i16x8_s(draws, i16x8.splat(1));
  squares = i32x4.add(squares, i64x2.shr_u(squares, 32));
  sums = i32x4.add(sums, i64x2.shr_u(sums, 32));
  const both = v128.shuffle<i32>(squares, sums, 0, 2, 4, 6);
  const parts = f64x2.div(
    f64x2.convert_low_i32x4_s(both),
    f64x2.convert_low_i32x4_s(v128.shuffle<i32>(both, both, 2, 3, 2, 3)),
  );
  return f64x2.extract_lane(parts, 0) + f64x2.extract_lane(parts, 1);
}

/** Both halves of what moves from the right side to the left one. */
// @ts-ignore: decorator
@inline
function moved(own: v128): v128 {
  const upper = i64x2(0, -1);
  return i16x8.sub(v128.xor(own, upper), upper);
}

/** All cuts of a narrow histogram by Gini impurity alone. */
export function scanGini(feature: i32): void {
  scanGiniOf(feature, false, -1);
}

/** The same where some rows lack the feature: both sides for them in one pass, their bin the highest present. */
export function scanGiniMissing(feature: i32, missingBin: i32): void {
  scanGiniOf(feature, true, missingBin);
}

/** `some`: a constant, so that features that all rows have are scanned without a look at the others. */
// @ts-ignore: decorator
@inline
function scanGiniOf(feature: i32, some: bool, missingBin: i32): void {
  const missing = some ? moved(v128.load64_splat(histogram + (<usize>missingBin << 3))) : i64x2.splat(0);
  let right: f64 = -Infinity, rightBin = -1, rightNext = -1;
  let left: f64 = -Infinity, leftBin = -1, leftNext = -1, before = -1;
  let sides = i64x2.replace_lane(i64x2.splat(0), 1, i64x2.extract_lane(packedAll(), 0));
  for (let w = 0; w < 4; w++) {
    for (let bits = presentWord(w); bits; bits &= bits - 1) {
      const at = w * 64 + <i32>ctz(bits);
      if (before >= 0) {
        const score = giniOf(sides);
        if (score > right) {
          right = score;
          rightBin = before;
          rightNext = at;
        }
        if (some) {
          if (at == missingBin) break;
          const other = giniOf(i16x8.add(sides, missing));
          if (other > left) {
            left = other;
            leftBin = before;
            leftNext = at;
          }
        }
      }
      sides = i16x8.add(sides, moved(v128.load64_splat(histogram + (<usize>at << 3))));
      before = at;
    }
  }
  scanFeature(feature, false);
  offer(right, rightBin, rightNext);
  if (some) {
    scanFeature(feature, true);
    offer(left, leftBin, leftNext);
  }
}

/** Packed sums of all four lanes of the node; none overflows its 16 bits. */
// @ts-ignore: decorator
@inline
function packedAll(): v128 {
  return i16x8.narrow_i32x4_u(v128.load(totals), i32x4.splat(0));
}

/** Tries the cuts of the narrow histogram; rows of `missingBin` are on the left, if `missingLeft`, else the highest bin. */
export function scanNarrow(feature: i32, missingBin: i32, missingLeft: bool): void {
  scanFeature(feature, missingLeft);
  const limited = minLeaf > 1 || minWeight > 0;
  const left: u64 = missingLeft ? load<u64>(histogram + (<usize>missingBin << 3)) : 0;
  let sides = i64x2.replace_lane(i64x2.splat(left), 1, i64x2.extract_lane(packedAll(), 0) - left);
  let before = -1;
  for (let w = 0; w < 4; w++) {
    for (let bits = presentWord(w); bits; bits &= bits - 1) {
      const bin = w * 64 + <i32>ctz(bits);
      if (missingLeft && bin == missingBin) continue;
      if (before >= 0 && mayCut(before, bin) && (!limited || allowedNarrow(sides))) {
        offer(scoreNarrow(sides), before, bin);
      }
      // The upper half loses what the lower one gains.
      sides = i16x8.add(sides, moved(v128.load64_splat(histogram + (<usize>bin << 3))));
      before = bin;
    }
  }
}

/** The same on the wide histogram. */
export function scanWide(feature: i32, missingBin: i32, missingLeft: bool): void {
  scanFeature(feature, missingLeft);
  const all = v128.load(totals);
  let left = missingLeft ? v128.load(histogram + (<usize>missingBin << 4)) : i32x4.splat(0);
  let before = -1;
  for (let w = 0; w < 4; w++) {
    for (let bits = presentWord(w); bits; bits &= bits - 1) {
      const bin = w * 64 + <i32>ctz(bits);
      const own = v128.load(histogram + (<usize>bin << 4));
      if (i32x4.extract_lane(own, 3) == 0 || (missingLeft && bin == missingBin)) continue;
      if (before >= 0 && mayCut(before, bin)) {
        const right = i32x4.sub(all, left);
        if (allowedWide(left) && allowedWide(right)) offer(sideScore(left) + sideScore(right), before, bin);
      }
      left = i32x4.add(left, own);
      before = bin;
    }
  }
}

// @ts-ignore: decorator
@inline
function sideScore(side: v128): f64 {
  return scoreOf(i32x4.extract_lane(side, 0), i32x4.extract_lane(side, 1), i32x4.extract_lane(side, 2));
}

// @ts-ignore: decorator
@inline
function allowedWide(side: v128): bool {
  const draws = <f64>i32x4.extract_lane(side, 0) + <f64>i32x4.extract_lane(side, 1) + <f64>i32x4.extract_lane(side, 2);
  return i32x4.extract_lane(side, 3) >= minLeaf && draws >= minWeight;
}

/** Empties the bins that were counted. */
export function clearNarrow(): void {
  for (let w = 0; w < 4; w++) {
    const bits = presentWord(w);
    if (bits == u64.MAX_VALUE) memory.fill(histogram + (<usize>w << 9), 0, 512);
    else for (let left = bits; left; left &= left - 1) store<u64>(histogram + (<usize>(w * 64 + <i32>ctz(left)) << 3), 0);
  }
}

export function clearWide(): void {
  memory.fill(histogram, 0, 4096);
}
