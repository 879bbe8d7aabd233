/**
 * Both areas and the precision among the first rows, of rows ranked once: a resample walks down the ranking and adds up what was drawn
 * (the areas of `rocAuc` and `prAuc`, the ties of `precisionAtK`).
 */
import { descendingOrder } from '../../metrics/ranking.js';

export class RankedCurve {
  /** Rows, highest score first. */
  readonly order: Uint32Array;
  /** By rank: 1 for positive rows, and 1 for the last of equal scores. */
  private readonly positive: Uint8Array;
  readonly ends: Uint8Array;
  /** NaN where a class was not drawn. */
  rocArea = Number.NaN;
  prArea = Number.NaN;

  constructor(
    positive: Uint8Array,
    scores: Float64Array,
    private readonly weights: Float64Array | undefined,
  ) {
    this.order = descendingOrder(scores);
    this.positive = Uint8Array.from(this.order, (row) => positive[row]);
    this.ends = Uint8Array.from(this.order, (row, at) =>
      at + 1 === this.order.length || scores[this.order[at + 1]] !== scores[row] ? 1 : 0,
    );
  }

  /** Sets the areas. */
  walk(counts: Uint32Array): void {
    const { order, positive, ends, weights } = this;
    let area = 0;
    let curve = 0;
    let above = 0;
    let below = 0;
    let tiedAbove = 0;
    let tiedBelow = 0;
    let precision = 1;
    for (let p = 0; p < order.length; p++) {
      const row = order[p];
      const count = counts[row];
      if (count !== 0) {
        const w = weights ? count * weights[row] : count;
        if (positive[p] === 1) tiedAbove += w;
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
    this.rocArea = both ? area / (above * below) : Number.NaN;
    this.prArea = both ? curve / 2 / above : Number.NaN;
  }

  /** Share of positives among the first `k` rows of the sample; rows tied for the last places share them. */
  precisionAt(k: number, counts: Uint32Array): number {
    const { order, positive, ends, weights } = this;
    let rows = 0;
    let weight = 0;
    let hits = 0;
    let tied = 0;
    let tiedWeight = 0;
    let tiedHits = 0;
    for (let p = 0; p < order.length; p++) {
      const row = order[p];
      const count = counts[row];
      if (count !== 0) {
        const w = weights ? count * weights[row] : count;
        tied += count;
        tiedWeight += w;
        if (positive[p] === 1) tiedHits += w;
      }
      if (ends[p] === 0 || tied === 0) continue;
      if (rows + tied >= k) {
        const share = (k - rows) / tied;
        return (hits + share * tiedHits) / (weight + share * tiedWeight);
      }
      rows += tied;
      weight += tiedWeight;
      hits += tiedHits;
      tied = 0;
      tiedWeight = 0;
      tiedHits = 0;
    }
    return hits / weight;
  }
}
