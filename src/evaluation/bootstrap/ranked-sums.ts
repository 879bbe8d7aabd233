/** All sums of a resample of two classes in one walk down the ranking. A row goes into one of 80 cells: its outcomes and its bin. */
import type { Outcomes } from './label-outcomes.js';
import type { ProbabilityTerms } from './probability-terms.js';
import type { RankedCurve } from './ranked-curve.js';

const HIT = 1;
const PREDICTED = 2;
const REACHED = 4;
/** Bits of the outcomes; the bin lies above them. */
const OUTCOME_BITS = 3;
const BINS = 10;

export class RankedSums {
  /** Of the latest walk: rows and weight drawn, sums of log losses and of squared errors, areas under both curves. */
  rows = 0;
  weight = 0;
  loss = 0;
  square = 0;
  rocArea = Number.NaN;
  prArea = Number.NaN;

  private readonly order: Uint32Array;
  private readonly ends: Uint8Array;
  /** By rank. */
  private readonly cell: Uint8Array;
  private readonly losses: Float64Array;
  private readonly squares: Float64Array;
  private readonly scores: Float64Array;
  private readonly weights: Float64Array | undefined;
  /** Weights by cell, and sums of probabilities by bin. */
  private readonly cells = new Float64Array(BINS << OUTCOME_BITS);
  private readonly predicted = new Float64Array(BINS);

  /** @param predicted, reached - (n,) 1 where the row is predicted positive, and where its probability reaches the threshold */
  constructor(
    { order, ends }: RankedCurve,
    terms: ProbabilityTerms,
    predicted: Uint8Array,
    reached: ArrayLike<number>,
    weights: Float64Array | undefined,
  ) {
    const ranked = (values: Float64Array) => Float64Array.from(order, (row) => values[row]);
    this.order = order;
    this.ends = ends;
    this.cell = Uint8Array.from(
      order,
      (row) =>
        (terms.bins[row] << OUTCOME_BITS) |
        (terms.hits[row] * HIT) |
        (predicted[row] * PREDICTED) |
        (reached[row] * REACHED),
    );
    this.losses = ranked(terms.losses);
    this.squares = ranked(terms.squares);
    this.scores = ranked(terms.scores);
    this.weights = weights && ranked(weights);
  }

  walk(counts: Uint32Array): void {
    const { order, ends, cell, losses, squares, scores, weights, cells, predicted } = this;
    cells.fill(0);
    predicted.fill(0);
    let rows = 0;
    let weight = 0;
    let loss = 0;
    let square = 0;
    let area = 0;
    let curve = 0;
    let above = 0;
    let below = 0;
    let tiedAbove = 0;
    let tiedBelow = 0;
    let precision = 1;
    for (let p = 0; p < order.length; p++) {
      const count = counts[order[p]];
      if (count !== 0) {
        const w = weights ? count * weights[p] : count;
        const at = cell[p];
        rows += count;
        weight += w;
        loss += w * losses[p];
        square += w * squares[p];
        cells[at] += w;
        predicted[at >> OUTCOME_BITS] += w * scores[p];
        if ((at & HIT) !== 0) tiedAbove += w;
        else tiedBelow += w;
      }
      if (ends[p] === 0 || tiedAbove + tiedBelow === 0) continue;
      area += tiedBelow * (above + tiedAbove / 2);
      above += tiedAbove;
      below += tiedBelow;
      const reached = above / (above + below);
      curve += tiedAbove * (precision + reached);
      precision = reached;
      tiedAbove = 0;
      tiedBelow = 0;
    }
    const both = above > 0 && below > 0;
    this.rows = rows;
    this.weight = weight;
    this.loss = loss;
    this.square = square;
    this.rocArea = both ? area / (above * below) : Number.NaN;
    this.prArea = both ? curve / 2 / above : Number.NaN;
  }

  /** Of the labels that the model predicts (1), or of those from the threshold on (2). */
  outcomes(which: 1 | 2): Outcomes {
    const bit = which === 1 ? PREDICTED : REACHED;
    const sums = { trueNegatives: 0, falsePositives: 0, falseNegatives: 0, truePositives: 0 };
    for (let at = 0; at < this.cells.length; at++) {
      const w = this.cells[at];
      const hit = (at & HIT) !== 0;
      if ((at & bit) !== 0) {
        if (hit) sums.truePositives += w;
        else sums.falsePositives += w;
      } else if (hit) sums.falseNegatives += w;
      else sums.trueNegatives += w;
    }
    return sums;
  }

  calibrationError(): number {
    const { cells, predicted, weight } = this;
    let distance = 0;
    for (let bin = 0; bin < BINS; bin++) {
      let total = 0;
      let came = 0;
      for (let at = bin << OUTCOME_BITS; at < (bin + 1) << OUTCOME_BITS; at++) {
        total += cells[at];
        if ((at & HIT) !== 0) came += cells[at];
      }
      // The weight of the bin times the distance of both means.
      if (total > 0) distance += Math.abs(came - predicted[bin]);
    }
    return distance / weight;
  }
}
