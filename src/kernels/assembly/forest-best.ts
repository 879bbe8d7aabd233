// The best cut of a node so far, and which bins of the feature at hand have rows. Ties: the feature drawn first, then the lowest bin,
// then missing values on the right.
import { binEnds, flags } from './forest-plan';
import { fraction } from './forest-random';

export let bestScore: f64 = 0, bestFeature: i32 = -1, bestBin: i32 = 0, bestNext: i32 = 0, bestMissingLeft: bool = false;
/** Whether any row of the node lacks the best cut's feature. */
export let bestSawMissing: bool = false;
let bestCut: i32 = -1;
/** The one cut of an extremely randomised tree: the last bin on the left; -1 where every cut is tried. */
export let onlyCut: i32 = -1;
let feature: i32 = 0, missingLeft: bool = false, sawMissing: bool = false;

/** Bins with rows, a bit each. */
let present0: u64 = 0, present1: u64 = 0, present2: u64 = 0, present3: u64 = 0;

export function noCutYet(): void {
  bestScore = -Infinity;
  bestFeature = -1;
}

// @ts-ignore: decorator
@inline
export function scanFeature(number: i32, missingOnLeft: bool): void {
  feature = number;
  missingLeft = missingOnLeft;
}

// @ts-ignore: decorator
@inline
export function noteMissing(seen: bool): void {
  sawMissing = seen;
}

/** A cut between the neighbouring bins `bin` and `next`. */
// @ts-ignore: decorator
@inline
export function offer(score: f64, bin: i32, next: i32): void {
  if (score > bestScore) {
    bestScore = score;
    bestFeature = feature;
    bestBin = bin;
    bestNext = next;
    bestCut = onlyCut;
    bestMissingLeft = missingLeft;
    bestSawMissing = sawMissing;
  }
}

// @ts-ignore: decorator
@inline
export function mayCut(bin: i32, next: i32): bool {
  return onlyCut < 0 || (bin <= onlyCut && onlyCut < next);
}

/** Notes which bins occur among `count` at `bytes`. */
export function findPresent(bytes: usize, count: i32): void {
  const end = bytes + <usize>count;
  if (count > 12) {
    for (let p = bytes; p < end; p++) store<u8>(flags + <usize>load<u8>(p), 255);
    present0 = takeFlags(flags);
    present1 = takeFlags(flags + 64);
    present2 = takeFlags(flags + 128);
    present3 = takeFlags(flags + 192);
    return;
  }
  let a: u64 = 0, b: u64 = 0, c: u64 = 0, d: u64 = 0;
  for (let p = bytes; p < end; p++) {
    const bin = <u32>load<u8>(p);
    const bit: u64 = <u64>1 << (bin & 63);
    const word = bin >> 6;
    a |= select<u64>(bit, 0, word == 0);
    b |= select<u64>(bit, 0, word == 1);
    c |= select<u64>(bit, 0, word == 2);
    d |= select<u64>(bit, 0, word == 3);
  }
  present0 = a;
  present1 = b;
  present2 = c;
  present3 = d;
}

/** 64 bytes as bits; clears them. */
// @ts-ignore: decorator
@inline
function takeFlags(p: usize): u64 {
  const bits = <u64>i8x16.bitmask(v128.load(p)) | (<u64>i8x16.bitmask(v128.load(p, 16)) << 16)
    | (<u64>i8x16.bitmask(v128.load(p, 32)) << 32) | (<u64>i8x16.bitmask(v128.load(p, 48)) << 48);
  const zero = i64x2.splat(0);
  v128.store(p, zero);
  v128.store(p, zero, 16);
  v128.store(p, zero, 32);
  v128.store(p, zero, 48);
  return bits;
}

/** The present bins of word `w`. */
// @ts-ignore: decorator
@inline
export function presentWord(w: i32): u64 {
  return w < 2 ? (w == 0 ? present0 : present1) : w == 2 ? present2 : present3;
}

function endOf(number: i32, bin: i32, upper: usize): f64 {
  return <f64>load<f32>(binEnds + ((<usize>number * 256 + <usize>bin) << 3) + (upper << 2));
}

/**
 * Draws the cut of an extremely randomised tree (Geurts, Ernst and Wehenkel, 2006): uniform between the node's smallest and largest value,
 * at the end of the last bin that lies below it. Where only missing values differ there is no draw.
 */
export function drawCut(number: i32, missingBin: i32): void {
  const smallest = lowestPresent();
  let largest = highestPresent();
  while (largest > smallest && (largest == missingBin || !isPresent(largest))) largest--;
  onlyCut = -1;
  if (smallest >= largest) return;
  const low = endOf(number, smallest, 0), high = endOf(number, largest, 1);
  const at = low + fraction() * (high - low);
  onlyCut = smallest;
  while (onlyCut + 1 < largest && endOf(number, onlyCut + 1, 1) <= at) onlyCut++;
}

/**
 * The last bin on the left of the best cut. Between the bins with rows on its sides lie empty ones, which go where the middle between the
 * nearest values of the two sides says, or the drawn value; where only missing values are on the right, all of them go left.
 */
export function lastLeftBin(missingBin: i32): i32 {
  if (bestNext == missingBin) return missingBin - 1;
  if (bestCut >= 0) return bestCut;
  if (bestNext == bestBin + 1) return bestBin;
  const middle = (endOf(bestFeature, bestBin, 1) + endOf(bestFeature, bestNext, 0)) / 2;
  let at = bestBin;
  while (at + 1 < bestNext && endOf(bestFeature, at + 1, 1) <= middle) at++;
  return at;
}

function lowestPresent(): i32 {
  for (let w = 0; w < 4; w++) if (presentWord(w)) return w * 64 + <i32>ctz(presentWord(w));
  return -1;
}

function highestPresent(): i32 {
  for (let w = 3; w >= 0; w--) if (presentWord(w)) return w * 64 + 63 - <i32>clz(presentWord(w));
  return -1;
}

// @ts-ignore: decorator
@inline
export function isPresent(bin: i32): bool {
  return ((presentWord(bin >> 6) >> (bin & 63)) & 1) != 0;
}
