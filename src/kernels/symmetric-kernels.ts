/** What the module exports for symmetric trees (CatBoost). */

/** assembly/symmetric-rows.ts, symmetric-scan.ts, leaf-losses.ts, sampling.ts, target-statistics.ts. */
export interface SymmetricKernels {
  largestPairs(gradients: number, weights: number, factors: number, from: number, to: number, out: number): void;
  quantisePairs(
    gradients: number,
    weights: number,
    factors: number,
    from: number,
    to: number,
    scaleG: number,
    scaleW: number,
    pairs: number,
  ): void;
  countRight(rows: number, count: number, column: number, bin: number, oneHot: number): number;
  scatterRows(
    rows: number,
    count: number,
    column: number,
    bin: number,
    oneHot: number,
    left: number,
    right: number,
  ): void;
  scanSiblings(
    small: number,
    large: number,
    subtract: number,
    bins: number,
    oneHot: number,
    totals: number,
    lambda: number,
    cosine: number,
    cells: number,
  ): void;
  loglossSumsShort(scores: number, labels: number, delta: number, from: number, to: number, sums: number): void;
  gatherShort(rows: number, count: number, values: number, out: number): void;
  squareLengths(ders: number, stride: number, outputs: number, from: number, to: number, squares: number): number;
  minimalVariance(
    squares: number,
    from: number,
    to: number,
    lambda: number,
    wanted: number,
    seed: number,
    factors: number,
  ): void;
  orderedStatistics(
    ids: number,
    order: number,
    gains: number,
    from: number,
    to: number,
    counters: number,
    parts: number,
    count: number,
  ): void;
  countTaken(factors: number, from: number, to: number): number;
  scatterTaken(factors: number, from: number, to: number, taken: number, rest: number): void;
  scanBodyTail(
    body: number,
    tail: number,
    bins: number,
    oneHot: number,
    totals: number,
    lambda: number,
    cosine: number,
    cells: number,
  ): void;
  scanLeaf(
    histogram: number,
    bins: number,
    oneHot: number,
    totalG: number,
    totalW: number,
    lambda: number,
    cosine: number,
    cells: number,
  ): void;
  columnHistogram(histogram: number, bins: number, column: number, rows: number, pairs: number, count: number): void;
  fourHistograms(
    histogram: number,
    bins: number,
    column: number,
    pitch: number,
    rows: number,
    pairs: number,
    count: number,
  ): void;
  findLeaves(tests: number, depth: number, from: number, to: number, leaves: number, counts: number): void;
  scatterLeaves(leaves: number, from: number, to: number, places: number, rows: number): void;
  subtractSums(parent: number, child: number, bytes: number): void;
  bestCell(
    cells: number,
    tests: number,
    cosine: number,
    unit: number,
    noise: number,
    seed: number,
    normals: number,
    out: number,
  ): void;
  /** Sums over rows from .. to-1 at scores + delta: derivative, curvature, loss. */
  loglossSums(
    scores: number,
    labels: number,
    weights: number,
    delta: number,
    from: number,
    to: number,
    ders: number,
    sums: number,
  ): void;
  squaredSums(
    scores: number,
    labels: number,
    weights: number,
    delta: number,
    from: number,
    to: number,
    ders: number,
    sums: number,
  ): void;
  gatherDoubles(rows: number, count: number, values: number, out: number): void;
  gatherFloats(rows: number, count: number, values: number, out: number): void;
  addSymmetric(tests: number, depth: number, values: number, from: number, to: number, scores: number): void;
}
