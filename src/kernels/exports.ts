/**
 * What the WASM module exports, typed by hand: one interface a source file of assembly/, put together in `KernelExports`; those of
 * symmetric trees are in symmetric-kernels.ts.
 * Addresses are bytes into the job's memory.
 */
import type { ShapKernels } from './shap-kernels.js';
import type { SymmetricKernels } from './symmetric-kernels.js';

/** assembly/sync.ts; called through `JobContext`, not directly. */
export interface SyncKernels {
  barrierArrive(threads: number): number;
  barrierWait(generation: number): number;
  abort(): void;
  nextUnit(): number;
  resetUnits(): void;
}

/** assembly/math.ts: exp and log of core/math.ts, bit for bit. */
export interface MathKernels {
  mathExp(x: number): number;
  mathLog(x: number): number;
  /** In place, two lanes at a time: `n` even, values in [-700, 700] (exp) or positive, finite and normal (log). */
  mathExpAll(address: number, n: number): void;
  mathLogAll(address: number, n: number): void;
}

/** assembly/columns.ts. */
export interface ColumnKernels {
  countAround(
    x: number,
    stride: number,
    rows: number,
    width: number,
    low: number,
    high: number,
    counts: number,
    lists: number,
    capacity: number,
  ): void;
  knownOf(x: number, stride: number, rows: number, out: number): number;
  rankedFloat(x: number, n: number, rank: number, keys: number, counts: number): number;
}

/**
 * assembly/linear.ts. Rows of x are float32, `xStride` values apart; weights of one output are float64: `cols` rounded up to even,
 * then the intercept. Other strides are in float64 values. x must be finite and followed by 4 readable bytes.
 */
export interface LinearKernels {
  linearScores1(x: number, xStride: number, rows: number, cols: number, w: number, out: number): void;
  linearScores3(
    x: number,
    xStride: number,
    rows: number,
    cols: number,
    w: number,
    wStride: number,
    out: number,
    outStride: number,
  ): void;
  linearGradient1(x: number, xStride: number, rows: number, cols: number, r: number, g: number): void;
  linearGradient3(
    x: number,
    xStride: number,
    rows: number,
    cols: number,
    r: number,
    rStride: number,
    g: number,
    gStride: number,
  ): void;
  /** Scores become residuals; returns the weighted loss. */
  softmaxResiduals(scores: number, stride: number, rows: number, classes: number, y: number, weights: number): number;
  /** Of class `own` against the rest. */
  sigmoidResiduals(scores: number, rows: number, y: number, own: number, weights: number): number;
  linearMoments(
    x: number,
    xStride: number,
    rows: number,
    cols: number,
    weights: number,
    shift: number,
    sum: number,
    square: number,
  ): void;
}

/**
 * assembly/linear-coarse.ts: passes in float32. Rows are `stride` values apart, a multiple of 4, padded with zeros, and so are
 * float32 weights; scores and gradients are float64.
 */
export interface CoarseLinearKernels {
  centreRows(x: number, stride: number, rows: number, origin: number): void;
  coarseScores1(x: number, stride: number, rows: number, w: number, b: number, out: number): void;
  coarseScores3(
    x: number,
    stride: number,
    rows: number,
    w: number,
    b0: number,
    b1: number,
    b2: number,
    out: number,
    outStride: number,
  ): void;
  narrowAll(from: number, n: number, to: number): void;
  coarseGradient1(x: number, stride: number, rows: number, width: number, r: number, g: number): void;
  coarseGradient3(
    x: number,
    stride: number,
    rows: number,
    width: number,
    r: number,
    rStride: number,
    g: number,
    gStride: number,
  ): void;
}

/** assembly/binning.ts. */
export interface BinningKernels {
  sortKeys(column: number, keys: number, count: number): number;
  sortByRadix(keys: number, sorted: number, count: number, counters: number): void;
  distinctValues(keys: number, count: number, values: number, counts: number): number;
  assignBins(column: number, bounds: number, missingBin: number, bins: number, count: number): number;
  interleave(columns: number, pitch: number, count: number, rows: number, stride: number): void;
}

/** assembly/histogram.ts. */
export interface HistogramKernels {
  buildHistogram(
    histogram: number,
    bins: number,
    stride: number,
    features: number,
    rows: number,
    pairs: number,
    count: number,
    scratch: number,
  ): void;
  addSums(into: number, from: number, bytes: number): void;
  subtractHistogram(parent: number, child: number, from: number, to: number): void;
}

/** assembly/narrow.ts: histograms of up to 32,767 rows in half the memory. */
export interface NarrowKernels {
  buildNarrow: HistogramKernels['buildHistogram'];
  buildWide: HistogramKernels['buildHistogram'];
  makeNarrow(narrow: number, wide: number, from: number, to: number): void;
  subtractNarrow: HistogramKernels['subtractHistogram'];
  leftSumsNarrow: SplitKernels['leftSums'];
  scanNodeNarrow(
    node: number,
    histogram: number,
    meta: number,
    from: number,
    to: number,
    sumG: number,
    sumH: number,
    lambda: number,
    minHessian: number,
  ): void;
  scanPairNarrow: SplitKernels['scanPair'];
}

/** assembly/bundles.ts. */
export interface BundleKernels {
  countBytes(column: number, count: number, counters: number): void;
  meets(column: number, usual: number, used: number, count: number): number;
  use(column: number, usual: number, used: number, count: number): void;
  bundle(column: number, usual: number, offset: number, out: number, count: number): void;
  unbundle(histogram: number, bins: number, members: number, count: number, features: number): void;
  unbundleNarrow: BundleKernels['unbundle'];
}

/** assembly/split.ts. */
export interface SplitKernels {
  beginScan(): void;
  endScan(out: number): void;
  scanNode(
    node: number,
    histogram: number,
    meta: number,
    from: number,
    to: number,
    sumG: number,
    sumH: number,
    lambda: number,
    alpha: number,
    minHessian: number,
  ): void;
  scanNodeBounded(
    node: number,
    histogram: number,
    meta: number,
    from: number,
    to: number,
    about: number,
    rules: number,
  ): void;
  scanPair(small: number, large: number, meta: number, from: number, to: number, limits: number): void;
  leftSums(histogram: number, bin: number, missingBin: number, missingLeft: number, out: number): void;
}

/** assembly/vector-split.ts. */
export interface VectorSplitKernels {
  gatherPairs(rows: number, count: number, pairs: number, out: number, sums: number): void;
  scanNodeVector(
    node: number,
    outputs: number,
    meta: number,
    from: number,
    to: number,
    about: number,
    lambda: number,
    alpha: number,
    cap: number,
    minHessian: number,
    shift: number,
  ): void;
}

/** assembly/partition.ts. */
export interface PartitionKernels {
  loadRows(
    sample: number,
    gradients: number,
    from: number,
    to: number,
    scaleG: number,
    scaleH: number,
    rows: number,
    pairs: number,
    sums: number,
  ): void;
  largestGradients(gradients: number, from: number, to: number, out: number): void;
  partition(
    rows: number,
    pairs: number,
    from: number,
    to: number,
    column: number,
    bin: number,
    missingBin: number,
    missingLeft: number,
    leftRows: number,
    leftPairs: number,
    rightRows: number,
    rightPairs: number,
  ): number;
  moveRows(rows: number, pairs: number, from: number, count: number, toRows: number, toPairs: number, to: number): void;
}

/** assembly/categorical.ts. */
export interface CategoricalKernels {
  scanCategories(
    histogram: number,
    bins: number,
    oneHot: number,
    limits: number,
    scratch: number,
    best: number,
    out: number,
  ): number;
}

/** assembly/category-columns.ts. */
export interface CategoryColumnKernels {
  assignCategories(
    column: number,
    categories: number,
    bins: number,
    size: number,
    other: number,
    out: number,
    count: number,
  ): number;
  lookUpCategories(column: number, table: number, size: number, other: number, out: number, count: number): number;
  countFrom(column: number, limit: number, count: number): number;
  buildCategories(histograms: number, columns: number, bins: number, rows: number, pairs: number, count: number): void;
  subtractBins(from: number, part: number, bins: number): void;
  partitionBySet(
    rows: number,
    pairs: number,
    from: number,
    to: number,
    column: number,
    set: number,
    leftRows: number,
    leftPairs: number,
    rightRows: number,
    rightPairs: number,
  ): number;
  walkMixedBins(
    nodes: number,
    values: number,
    planes: number,
    stride: number,
    sample: number,
    from: number,
    to: number,
    scores: number,
  ): void;
}

/** assembly/scores.ts. */
export interface ScoreKernels {
  addToRows(scores: number, rows: number, count: number, value: number): void;
  walkBins(
    nodes: number,
    values: number,
    planes: number,
    stride: number,
    sample: number,
    from: number,
    to: number,
    scores: number,
  ): void;
}

/** assembly/predict.ts: up to 384 rows at a time. */
export interface PredictKernels {
  fillBins(image: number, columns: number, count: number, x: number, rows: number, bins: number): void;
  scoreTrees(
    image: number,
    trees: number,
    from: number,
    to: number,
    x: number,
    stride: number,
    bins: number,
    rows: number,
    leaves: number,
    sums: number,
    float32: number,
  ): void;
  scoreVectorTrees(
    image: number,
    trees: number,
    from: number,
    to: number,
    bins: number,
    rows: number,
    leaves: number,
    sums: number,
    outputs: number,
  ): void;
}

/** assembly/objectives.ts: gradients (unless their address is 0) and the weighted sum of losses of rows from .. to-1. */
export interface ObjectiveKernels {
  binaryGradients(scores: number, labels: number, weights: number, gradients: number, from: number, to: number): number;
  logisticGradients(
    scores: number,
    labels: number,
    weights: number,
    gradients: number,
    from: number,
    to: number,
    positive: number,
    positiveWeight: number,
    otherWeight: number,
    steepness: number,
  ): number;
  softmaxGradients(
    scores: number,
    labels: number,
    weights: number,
    gradients: number,
    from: number,
    to: number,
    rows: number,
    classes: number,
    scratch: number,
    hessianFactor: number,
  ): number;
  squaredGradients(
    scores: number,
    labels: number,
    weights: number,
    gradients: number,
    from: number,
    to: number,
  ): number;
}

/** forest-*.ts: growing one tree of a forest. What is not given here was set by `forestPlan` for this worker. */
export interface ForestKernels {
  /** f64 fields in the order of src/classical/random-forest/plan.ts. */
  forestPlan(fields: number): void;
  /** Four u32. */
  forestSeed(state: number): void;
  forestBootstrap(counts: number, rows: number, draws: number): void;
  forestClassCounts(counts: number, labels: number, classes: number, out: number): void;
  /** Both return the number of rows in the tree. */
  forestLoadPacked(counts: number, labels: number): number;
  forestLoadWeighted(counts: number, weights: number, labels: number, targets: number, factors: number): number;
  forestLogTable(out: number, count: number): void;
  forestWeight(inside: number): number;
  /** Number of nodes to split: 0 or 1. */
  forestRoot(inside: number, outside: number, permutation: number): number;
  /** Number of nodes; minus it while there are some to split. */
  forestGrow(budget: number): number;
  forestLeaf(begin: number, count: number, out: number): void;
  forestAddLeaf(
    value: number,
    outputs: number,
    scale: number,
    begin: number,
    count: number,
    restBegin: number,
    restCount: number,
    sums: number,
    outside: number,
    seen: number,
  ): void;
  forestMeans(
    sums: number,
    outputs: number,
    scale: number,
    from: number,
    to: number,
    seen: number,
    trees: number,
    out: number,
  ): void;
  /** Addresses, and the parameters of src/classical/random-forest/packed-forest.ts; `rows` is a multiple of 16. */
  forestWalk(
    slots: number,
    offsets: number,
    values: number,
    columns: number,
    shift: number,
    x: number,
    stride: number,
    rows: number,
    outputs: number,
    sums: number,
  ): void;
}

/** assembly/svm.ts. Table rows in blocks of 32 float32 a feature; ranges are multiples of 32. */
export interface SvmKernels {
  svmDistances(x: number, blocks: number, cols: number, q: number, out: number): void;
  svmDots: SvmKernels['svmDistances'];
  svmExp(p: number, n: number, gamma: number): void;
  svmPower(p: number, n: number, gamma: number, coef0: number, degree: number): void;
  svmTanh(p: number, n: number, gamma: number, coef0: number): void;
  svmAdd(row: number, factor: number, y: number, n: number): void;
  svmPeaks(e: number, up: number, low: number, from: number, to: number, out: number): void;
  svmStep(
    rowI: number,
    rowJ: number,
    delta: number,
    e: number,
    up: number,
    low: number,
    from: number,
    to: number,
    out: number,
  ): void;
  svmPartner(
    rowI: number,
    kii: number,
    m: number,
    e: number,
    low: number,
    diagonal: number,
    from: number,
    to: number,
    out: number,
  ): void;
}

/** assembly/svm-waves.ts. */
export interface SvmWaveKernels {
  svmWaves(phases: number, n: number, amplitude: number, cosines: number, sines: number): void;
}

/** assembly/svm-linear.ts. Rows are float32, `stride` values apart, a multiple of 4. */
export interface LinearSvmKernels {
  svmProduct(x: number, w: number, stride: number): number;
  svmMove(x: number, w: number, stride: number, by: number): void;
  svmDescend(
    x: number,
    stride: number,
    index: number,
    active: number,
    signs: number,
    multipliers: number,
    bounds: number,
    diagonals: number,
    curvatures: number,
    w: number,
    ceiling: number,
    floor: number,
    out: number,
  ): number;
  svmDescendValues(
    x: number,
    stride: number,
    index: number,
    active: number,
    targets: number,
    multipliers: number,
    bounds: number,
    diagonals: number,
    curvatures: number,
    w: number,
    epsilon: number,
    limit: number,
    out: number,
  ): number;
}

/** assembly/dense.ts: float64 vectors. */
export interface DenseKernels {
  denseDot(a: number, b: number, n: number): number;
  denseSubtract(row: number, v: number, factor: number, n: number): void;
  denseReflect(row: number, v: number, p: number, a: number, b: number, n: number): void;
}

/** assembly/minirocket.ts. Series are float32 with room for the taps of their dilation on both sides. */
export interface RocketKernels {
  rocketTaps(x: number, length: number, dilation: number, out: number): void;
  rocketConvolve(
    x: number,
    length: number,
    dilation: number,
    i: number,
    j: number,
    k: number,
    taps: number,
    out: number,
  ): void;
  rocketShares(values: number, length: number, biases: number, count: number, features: number): void;
  rocketAdd(x: number, length: number, out: number): void;
}

export interface KernelExports
  extends SyncKernels,
    ForestKernels,
    SymmetricKernels,
    MathKernels,
    ColumnKernels,
    LinearKernels,
    CoarseLinearKernels,
    BinningKernels,
    HistogramKernels,
    NarrowKernels,
    SplitKernels,
    VectorSplitKernels,
    PartitionKernels,
    CategoricalKernels,
    CategoryColumnKernels,
    BundleKernels,
    ScoreKernels,
    PredictKernels,
    ObjectiveKernels,
    SvmKernels,
    LinearSvmKernels,
    SvmWaveKernels,
    RocketKernels,
    ShapKernels,
    DenseKernels {}
