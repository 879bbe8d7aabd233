/** What a row adds to the means over probabilities: its loss, its Brier score, and its place in the bins of the calibration error. */
import { labelledScores } from '../../metrics/binary-scores.js';
import { brierScores } from '../../metrics/brier-score.js';
import { edgesBelow, innerEdges, topLabel } from '../../metrics/calibration.js';
import { logLosses } from '../../metrics/log-loss.js';
import { positiveClassOf } from '../score.js';
import type { ReplicateInput } from './replicate-input.js';

/** Bins of `expectedCalibrationError`. */
const BINS = 10;

export interface ProbabilityTerms {
  readonly losses: Float64Array;
  readonly squares: Float64Array;
  readonly bins: Uint8Array;
  /** The probability that is binned, and whether it came true. */
  readonly scores: Float64Array;
  readonly hits: Uint8Array;
}

export function probabilityTerms({ y, probabilities, classes }: ReplicateInput): ProbabilityTerms | undefined {
  if (!probabilities || classes.length < 2) return undefined;
  const positiveClass = positiveClassOf(classes);
  const options = { classes, positiveClass };
  const { scores, hits } = binned(y, probabilities, classes, positiveClass);
  const edges = innerEdges(scores, BINS, 'uniform');
  return {
    losses: logLosses(y, probabilities, options),
    squares: brierScores(y, probabilities, options),
    bins: Uint8Array.from(scores, (score) => edgesBelow(edges, score)),
    scores,
    hits,
  };
}

function binned(
  y: Float64Array,
  probabilities: NonNullable<ReplicateInput['probabilities']>,
  classes: readonly number[],
  positiveClass: number | undefined,
): { scores: Float64Array; hits: Uint8Array } {
  if (positiveClass === undefined) {
    const top = topLabel(labelledScores('expectedCalibrationError', y, probabilities, { classes }));
    return { scores: top.scores, hits: top.positive };
  }
  const scores = new Float64Array(y.length);
  const hits = new Uint8Array(y.length);
  for (let i = 0; i < y.length; i++) {
    scores[i] = probabilities.data[2 * i + 1];
    hits[i] = y[i] === positiveClass ? 1 : 0;
  }
  return { scores, hits };
}

/** Sums of a resample by bin, and their mean distance. */
export class BinSums {
  private readonly counts = new Float64Array(BINS);
  private readonly predicted = new Float64Array(BINS);
  private readonly came = new Float64Array(BINS);

  constructor(private readonly terms: ProbabilityTerms) {}

  clear(): void {
    this.counts.fill(0);
    this.predicted.fill(0);
    this.came.fill(0);
  }

  add(row: number, weight: number): void {
    const { bins, scores, hits } = this.terms;
    const bin = bins[row];
    this.counts[bin] += weight;
    this.predicted[bin] += weight * scores[row];
    if (hits[row] === 1) this.came[bin] += weight;
  }

  error(): number {
    let distance = 0;
    let total = 0;
    for (let b = 0; b < BINS; b++) {
      if (this.counts[b] === 0) continue;
      distance += this.counts[b] * Math.abs(this.came[b] / this.counts[b] - this.predicted[b] / this.counts[b]);
      total += this.counts[b];
    }
    return distance / total;
  }
}
