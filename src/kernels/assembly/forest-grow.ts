// Grows one tree: nodes are evaluated when they come to be, and split depth first, or the one with the largest gain first where leaves are
// limited. A node is 64 bytes: u32 begin, count, begin and count of its rows out of the sample; i32 left child (the right one follows; -1: a
// leaf), feature, bin, missing bin; f64 gain, weight; u8 missing values go left, u8 some were seen; u16 depth.
import { absoluteTotals, scanAbsolute } from './forest-absolute';
import {
  bestBin, bestFeature, bestMissingLeft, bestScore, drawCut, findPresent, isPresent, lastLeftBin, noCutYet,
  noteMissing, bestSawMissing,
} from './forest-best';
import {
  clearNarrow, clearWide, countNarrow, countWide, packedPerfect, packedPure, packedScore, packedTotals, packedWeight, plainGini, scanGini,
  scanGiniMissing, scanNarrow, scanWide,
} from './forest-packed';
import {
  ABSOLUTE, bytes, columnCount, criterion, ENTROPY, extraTrees, featureOf, frontier, maxDepth, maxFeatures, maxLeaves, minGain, minLeaf,
  minSplit, minWeight, missingBins, nodes, second, totals,
} from './forest-plan';
import { below } from './forest-random';
import { forestGather, forestPartition, forestPartitionRest } from './forest-rows';
import { clearSums, scanSums, sumRows, sumsPerfect, sumsPure, sumsScore, sumTotals } from './forest-sums';

const NODE: usize = 64;
/** Draws up to which 16-bit lanes add without overflow, signed. */
const NARROW: f64 = 32767;
const LN2: f64 = 0.6931471805599453;

let nodeCount: i32 = 0, open: i32 = 0, leaves: i32 = 0;
/** Columns in the order they are drawn, u32. */
let columns: usize = 0;

// @ts-ignore: decorator
@inline
function nodeAt(id: i32): usize {
  return nodes + <usize>id * NODE;
}

/** Starts a tree on `inside` rows; `permutation` holds a u32 a column. Returns 1 if there is something to split. */
export function forestRoot(inside: i32, outside: i32, permutation: usize): i32 {
  columns = permutation;
  for (let j = 0; j < columnCount; j++) store<u32>(columns + (<usize>j << 2), <u32>j);
  nodeCount = 0;
  open = 0;
  leaves = 1;
  addNode(0, inside, 0, outside, 0);
  return open;
}

/** Splits open nodes until about `budget` bins were looked at. Returns the number of nodes; negative (minus it) while some are open. */
export function forestGrow(budget: f64): i32 {
  while (open > 0) {
    if (leaves >= maxLeaves) open = 0;
    else if (budget <= 0) return -nodeCount;
    else {
      const id = next();
      budget -= <f64>load<u32>(nodeAt(id), 4) * <f64>maxFeatures;
      split(id);
    }
  }
  return nodeCount;
}

function split(id: i32): void {
  const node = nodeAt(id);
  const begin = load<i32>(node), count = load<i32>(node, 4), restBegin = load<i32>(node, 8), restCount = load<i32>(node, 12);
  const feature = load<i32>(node, 20), bin = load<i32>(node, 24), missingBin = load<i32>(node, 28);
  let missingLeft = load<u8>(node, 48) != 0;
  const left = forestPartition(feature, begin, count, bin, missingBin, missingLeft);
  // What was never missing here goes with the majority.
  if (!load<u8>(node, 49)) {
    missingLeft = 2 * left > count;
    store<u8>(node, <u8>missingLeft, 48);
  }
  const restLeft = forestPartitionRest(feature, restBegin, restCount, bin, missingBin, missingLeft);
  store<i32>(node, nodeCount, 16);
  leaves++;
  const depth = <i32>load<u16>(node, 50) + 1;
  addNode(begin, left, restBegin, restLeft, depth);
  addNode(begin + left, count - left, restBegin + restLeft, restCount - restLeft, depth);
}

/** A new node, with its best cut, if it may be split at all. */
function addNode(begin: i32, count: i32, restBegin: i32, restCount: i32, depth: i32): void {
  const id = nodeCount++;
  const node = nodeAt(id);
  store<i32>(node, begin);
  store<i32>(node, count, 4);
  store<i32>(node, restBegin, 8);
  store<i32>(node, restCount, 12);
  store<i32>(node, -1, 16);
  store<f64>(node, 0, 32);
  store<u16>(node, <u16>depth, 50);
  const packed = second == 0;
  let weight: f64, pure: bool;
  if (packed) {
    packedTotals(begin, count);
    weight = packedWeight();
    pure = packedPure();
  } else {
    weight = sumTotals(begin, count);
    pure = sumsPure();
  }
  store<f64>(node, weight, 40);
  if (pure || depth >= maxDepth || count < minSplit || count < 2 * minLeaf || weight < 2 * minWeight) return;
  const own = packed ? packedScore() : criterion == ABSOLUTE ? absoluteTotals(begin, count) : sumsScore(totals);
  // A Poisson node whose targets are all 0 is pure; a score is finite here.
  findCut(begin, count, weight);
  if (bestFeature < 0) return;
  let gain = max<f64>(0, bestScore - own);
  if (criterion == ENTROPY) gain /= LN2;
  if (gain < minGain) return;
  store<i32>(node, bestFeature, 20);
  const missingBin = load<i32>(missingBins + (<usize>bestFeature << 2));
  store<i32>(node, lastLeftBin(missingBin), 24);
  store<i32>(node, missingBin, 28);
  store<f64>(node, gain, 32);
  store<u8>(node, <u8>bestMissingLeft, 48);
  store<u8>(node, <u8>bestSawMissing, 49);
  push(id);
}

/** Looks at `maxFeatures` columns drawn without putting back, and at more while all of them were constant. */
function findCut(begin: i32, count: i32, weight: f64): void {
  noCutYet();
  const packed = second == 0;
  const narrow = packed && weight <= NARROW && count <= 32767;
  const perfect: f64 = packed ? packedPerfect(weight) : criterion <= ENTROPY ? sumsPerfect(weight) : Infinity;
  let varied = false;
  for (let drawn = 0; drawn < columnCount; drawn++) {
    if (drawn >= maxFeatures && varied) return;
    const place = columns + (<usize>(drawn + below(<u32>(columnCount - drawn))) << 2);
    const column = load<u32>(place);
    store<u32>(place, load<u32>(columns + (<usize>drawn << 2)));
    store<u32>(columns + (<usize>drawn << 2), column);
    const feature = load<i32>(featureOf + (<usize>column << 2));
    if (feature < 0 || !forestGather(feature, begin, count)) continue;
    varied = true;
    if (narrow) countNarrow(begin, count);
    else if (packed) countWide(begin, count);
    else if (criterion != ABSOLUTE) sumRows(begin, count);
    findPresent(bytes, count);
    scan(feature, packed, narrow);
    if (narrow) clearNarrow();
    else if (packed) clearWide();
    else if (criterion != ABSOLUTE) clearSums();
    // No later feature can be better, and the first of equals counts.
    if (bestScore >= perfect) return;
  }
}

function scan(feature: i32, packed: bool, narrow: bool): void {
  const missingBin = load<i32>(missingBins + (<usize>feature << 2));
  const missing = isPresent(missingBin);
  noteMissing(missing);
  if (narrow && plainGini()) {
    if (missing) scanGiniMissing(feature, missingBin);
    else scanGini(feature);
    return;
  }
  if (extraTrees) drawCut(feature, missingBin);
  for (let side = 0; side < 1 + i32(missing); side++) {
    const missingLeft = side == 1;
    if (narrow) scanNarrow(feature, missingBin, missingLeft);
    else if (packed) scanWide(feature, missingBin, missingLeft);
    else if (criterion == ABSOLUTE) scanAbsolute(feature, missingBin, missingLeft);
    else scanSums(feature, missingBin, missingLeft);
  }
}

// ---- which node is split next ------------------------------------------------------------------------------------------

// @ts-ignore: decorator
@inline
function openAt(i: i32): i32 {
  return load<i32>(frontier + (<usize>i << 2));
}

/** Whether node a is split before b: by gain, then by number. */
function before(a: i32, b: i32): bool {
  const x = load<f64>(nodeAt(a), 32), y = load<f64>(nodeAt(b), 32);
  return x > y || (x == y && a < b);
}

function push(id: i32): void {
  let at = open++;
  // A limit on leaves keeps a heap, no limit a stack.
  if (maxLeaves < i32.MAX_VALUE) {
    while (at > 0 && before(id, openAt((at - 1) >> 1))) {
      store<i32>(frontier + (<usize>at << 2), openAt((at - 1) >> 1));
      at = (at - 1) >> 1;
    }
  }
  store<i32>(frontier + (<usize>at << 2), id);
}

function next(): i32 {
  if (maxLeaves == i32.MAX_VALUE) return openAt(--open);
  const top = openAt(0), last = openAt(--open);
  let at = 0;
  for (let child = 1; child < open; child = 2 * at + 1) {
    if (child + 1 < open && before(openAt(child + 1), openAt(child))) child++;
    if (!before(openAt(child), last)) break;
    store<i32>(frontier + (<usize>at << 2), openAt(child));
    at = child;
  }
  store<i32>(frontier + (<usize>at << 2), last);
  return top;
}
