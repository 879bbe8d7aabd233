// What a worker that grows trees of a forest is given, as a list of f64 (addresses among them) in the order of
// src/classical/random-forest/plan.ts. Kept in globals of this instance: each worker has its own.

export let rowCount: i32, columnCount: i32, classes: i32, criterion: i32;
/** Bins by rows and by columns: feature f of row i at byRow + i * rowStride + f, and at byColumn + f * pitch + i. */
export let byRow: usize, rowStride: usize, byColumn: usize, pitch: usize;
/** i32 a column: its feature, -1 if it never varies. i32 a feature: the bin of missing values. f32 pairs a feature and bin: its ends. */
export let featureOf: usize, missingBins: usize, binEnds: usize;
/** Row numbers in the tree, u32, and what comes with each: 8 bytes at `first`, and at `second` unless rows are counted packed. */
export let rows: usize, first: usize, second: usize;
/** Room for half of a node's rows while they are being split. */
export let spareRows: usize, spareFirst: usize, spareSecond: usize;
/** Rows out of the sample. */
export let rest: usize;
/** Bins of a node's rows for one feature, a byte each. */
export let bytes: usize;
/** 256 bytes of 0. */
export let flags: usize;
export let histogram: usize, totals: usize, sides: usize, order: usize;
export let nodes: usize, frontier: usize;
export let maxFeatures: i32, maxDepth: i32, minSplit: i32, minLeaf: i32, minWeight: f64, maxLeaves: i32;
export let minGain: f64, extraTrees: bool;
/** f64 target of each row, as given. */
export let targets: usize;
/** f64 table of x log x for whole x, or 0. */
export let logTable: usize;

export const GINI: i32 = 0, ENTROPY: i32 = 1, SQUARED: i32 = 2, POISSON: i32 = 3, ABSOLUTE: i32 = 4;

/** Reads the plan at `p`. */
export function forestPlan(p: usize): void {
  rowCount = <i32>load<f64>(p);
  columnCount = <i32>load<f64>(p, 8);
  classes = <i32>load<f64>(p, 16);
  criterion = <i32>load<f64>(p, 24);
  byRow = <usize>load<f64>(p, 32);
  rowStride = <usize>load<f64>(p, 40);
  byColumn = <usize>load<f64>(p, 48);
  pitch = <usize>load<f64>(p, 56);
  featureOf = <usize>load<f64>(p, 64);
  missingBins = <usize>load<f64>(p, 72);
  binEnds = <usize>load<f64>(p, 80);
  rows = <usize>load<f64>(p, 88);
  first = <usize>load<f64>(p, 96);
  second = <usize>load<f64>(p, 104);
  spareRows = <usize>load<f64>(p, 112);
  spareFirst = <usize>load<f64>(p, 120);
  spareSecond = <usize>load<f64>(p, 128);
  rest = <usize>load<f64>(p, 136);
  bytes = <usize>load<f64>(p, 144);
  histogram = <usize>load<f64>(p, 152);
  totals = <usize>load<f64>(p, 160);
  sides = <usize>load<f64>(p, 168);
  order = <usize>load<f64>(p, 176);
  nodes = <usize>load<f64>(p, 184);
  targets = <usize>load<f64>(p, 192);
  frontier = <usize>load<f64>(p, 200);
  maxFeatures = <i32>load<f64>(p, 208);
  maxDepth = <i32>load<f64>(p, 216);
  minSplit = <i32>load<f64>(p, 224);
  minLeaf = <i32>load<f64>(p, 232);
  minWeight = load<f64>(p, 240);
  maxLeaves = <i32>load<f64>(p, 248);
  minGain = load<f64>(p, 256);
  extraTrees = load<f64>(p, 264) != 0;
  logTable = <usize>load<f64>(p, 272);
  flags = <usize>load<f64>(p, 280);
}
