// Splits of nodes whose rows have weights: sums in f64, row after row, for classes (any number) and for targets.
// A bin is rows, then the weight of each class; or rows, weight, weight * target.
import {
  bytes, classes, criterion, ENTROPY, first, GINI, histogram, logTable, minLeaf, minWeight, POISSON, second, sides, totals,
} from './forest-plan';
import { mayCut, offer, presentWord, scanFeature } from './forest-best';
import { mathLog } from './math';

/** f64 a bin: even, for whole vectors. */
// @ts-ignore: decorator
@inline
function width(): i32 {
  return criterion <= ENTROPY ? (classes + 2) & ~1 : 4;
}

// @ts-ignore: decorator
@inline
function at(p: usize, i: i32): f64 {
  return load<f64>(p + (<usize>i << 3));
}

// @ts-ignore: decorator
@inline
function addAt(p: usize, i: i32, value: f64): void {
  store<f64>(p + (<usize>i << 3), at(p, i) + value);
}

/** Sums over a node's rows, as in a bin; for targets then the smallest and the largest. Returns the weight. */
export function sumTotals(begin: i32, count: i32): f64 {
  const w = first + (<usize>begin << 3), v = second + (<usize>begin << 3);
  if (criterion <= ENTROPY) {
    memory.fill(totals, 0, <usize>width() << 3);
    for (let i = 0; i < count; i++) addAt(totals, 1 + <i32>at(v, i), at(w, i));
    let weight: f64 = 0;
    for (let c = 1; c <= classes; c++) weight += at(totals, c);
    store<f64>(totals, <f64>count);
    return weight;
  }
  let weight: f64 = 0, sum: f64 = 0, low: f64 = Infinity, high: f64 = -Infinity;
  for (let i = 0; i < count; i++) {
    const target = at(v, i);
    weight += at(w, i);
    sum += at(w, i) * target;
    low = min(low, target);
    high = max(high, target);
  }
  store<f64>(totals, <f64>count);
  store<f64>(totals, weight, 8);
  store<f64>(totals, sum, 16);
  store<f64>(totals, 0, 24);
  store<f64>(totals, low, 32);
  store<f64>(totals, high, 40);
  return weight;
}

/** Whether no cut can gain anything. */
export function sumsPure(): bool {
  if (criterion > ENTROPY) return load<f64>(totals, 32) == load<f64>(totals, 40);
  let occurring = 0;
  for (let c = 1; c <= classes; c++) occurring += i32(at(totals, c) > 0);
  return occurring < 2;
}

/** What no cut of classes surpasses by more than rounding: both sides pure. */
export function sumsPerfect(weight: f64): f64 {
  return criterion == GINI ? weight - weight * 1e-14 : -weight * 1e-14;
}

// @ts-ignore: decorator
@inline
function xLogX(x: f64): f64 {
  if (logTable) return load<f64>(logTable + (<usize>x << 3));
  return x > 0 ? x * mathLog(x) : 0;
}

/** A side's part of the score; the larger the sum over both sides, the better. NaN where the side may not be. */
export function sumsScore(side: usize): f64 {
  if (criterion > ENTROPY) {
    const weight = at(side, 1), sum = at(side, 2);
    // No Poisson mean may be 0.
    if (criterion == POISSON) return sum > 0 ? sum * mathLog(sum / weight) : NaN;
    return (sum * sum) / weight;
  }
  let weight: f64 = 0, total: f64 = 0;
  for (let c = 1; c <= classes; c++) {
    const n = at(side, c);
    weight += n;
    total += criterion == GINI ? n * n : xLogX(n);
  }
  return criterion == GINI ? total / weight : total - xLogX(weight);
}

/** Adds a node's rows, whose bins lie at `bytes`, to the histogram. */
export function sumRows(begin: i32, count: i32): void {
  const w = first + (<usize>begin << 3), v = second + (<usize>begin << 3);
  const step = <usize>width() << 3;
  if (criterion <= ENTROPY) {
    for (let i = 0; i < count; i++) {
      const bin = histogram + <usize>load<u8>(bytes + <usize>i) * step;
      addAt(bin, 0, 1);
      addAt(bin, 1 + <i32>at(v, i), at(w, i));
    }
    return;
  }
  for (let i = 0; i < count; i++) {
    const bin = histogram + (<usize>load<u8>(bytes + <usize>i) << 5);
    const weight = at(w, i);
    v128.store(bin, f64x2.add(v128.load(bin), f64x2.replace_lane(f64x2.splat(1), 1, weight)));
    store<f64>(bin, load<f64>(bin, 16) + weight * at(v, i), 16);
  }
}

/** Tries the cuts; rows of `missingBin` are on the left, if `missingLeft`, else the highest bin. */
export function scanSums(feature: i32, missingBin: i32, missingLeft: bool): void {
  scanFeature(feature, missingLeft);
  const own = width(), step = <usize>own << 3;
  const left = sides, right = sides + step;
  memory.fill(left, 0, step);
  if (missingLeft) memory.copy(left, histogram + <usize>missingBin * step, step);
  let before = -1;
  for (let w = 0; w < 4; w++) {
    for (let bits = presentWord(w); bits; bits &= bits - 1) {
      const bin = w * 64 + <i32>ctz(bits);
      const from = histogram + <usize>bin * step;
      if (load<f64>(from) == 0 || (missingLeft && bin == missingBin)) continue;
      if (before >= 0 && mayCut(before, bin)) {
        for (let i = 0; i < own; i += 2) {
          const p = <usize>i << 3;
          v128.store(right + p, f64x2.sub(v128.load(totals + p), v128.load(left + p)));
        }
        if (allowed(left) && allowed(right)) offer(sumsScore(left) + sumsScore(right), before, bin);
      }
      for (let i = 0; i < own; i += 2) {
        const p = <usize>i << 3;
        v128.store(left + p, f64x2.add(v128.load(left + p), v128.load(from + p)));
      }
      before = bin;
    }
  }
}

function allowed(side: usize): bool {
  if (load<f64>(side) < <f64>minLeaf) return false;
  if (criterion > ENTROPY) return load<f64>(side, 8) >= minWeight && load<f64>(side, 8) > 0;
  let weight: f64 = 0;
  for (let c = 1; c <= classes; c++) weight += at(side, c);
  return weight >= minWeight && weight > 0;
}

export function clearSums(): void {
  const step = <usize>width() << 3;
  for (let w = 0; w < 4; w++) {
    for (let bits = presentWord(w); bits; bits &= bits - 1) {
      memory.fill(histogram + <usize>(w * 64 + <i32>ctz(bits)) * step, 0, step);
    }
  }
}
