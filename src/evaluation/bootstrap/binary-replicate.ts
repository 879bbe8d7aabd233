/** Resampled metrics of two classes. */
import { indicator } from '../../metrics/labels.js';
import type { MetricName } from '../evaluate.js';
import { BinSums, probabilityTerms } from './probability-terms.js';
import { RankedCurve } from './ranked-curve.js';
import type { Replicate, ReplicateInput, StatisticName } from './replicate-input.js';

/** Metrics of predicted labels, in this order. */
export const LABEL_METRICS = [
  'accuracy',
  'balancedAccuracy',
  'precision',
  'recall',
  'f1',
  'matthewsCorrelation',
] as const satisfies readonly MetricName[];
const PROBABILITY_METRICS = ['logLoss', 'brierScore', 'expectedCalibrationError'] as const;

export function binaryReplicate(input: ReplicateInput): Replicate {
  const { y, weights, predictions, probabilities, classes, threshold, precisionAt, areas } = input;
  const positiveClass = classes[1];
  const positive = indicator(y, positiveClass);
  const labels = new Outcomes(positive, indicator(predictions, positiveClass), weights);
  const parts: { names: StatisticName[]; write(counts: Uint32Array, out: Float64Array, at: number): void }[] = [
    { names: [...LABEL_METRICS], write: (counts, out, at) => labels.write(counts, out, at) },
  ];
  const terms = probabilityTerms(input);
  if (probabilities && terms) {
    const sums = new BinSums(terms);
    parts.push({
      names: [...PROBABILITY_METRICS],
      write: (counts, out, at) => writeMeans(terms, sums, weights, counts, out, at),
    });
    const curve = new RankedCurve(positive, terms.scores, weights);
    if (areas)
      parts.push({
        names: ['rocAuc', 'prAuc'],
        write: (counts, out, at) => {
          curve.walk(counts);
          out[at] = curve.rocArea;
          out[at + 1] = curve.prArea;
        },
      });
    parts.push({
      names: precisionAt.map((_, i): StatisticName => `precisionAt.${i}`),
      write: (counts, out, at) => {
        let rows = 0;
        for (let i = 0; i < counts.length; i++) rows += counts[i];
        for (let i = 0; i < precisionAt.length; i++)
          out[at + i] = curve.precisionAt(rowsAt(precisionAt[i], rows), counts);
      },
    });
    if (threshold !== undefined) {
      const from = Uint8Array.from(terms.scores, (score) => (score >= threshold ? 1 : 0));
      const outcomes = new Outcomes(positive, from, weights);
      parts.push({
        names: LABEL_METRICS.map((name): StatisticName => `threshold.${name}`),
        write: (counts, out, at) => outcomes.write(counts, out, at),
      });
    }
  }
  return {
    names: parts.flatMap(({ names }) => names),
    compute(counts, out, at) {
      let place = at;
      for (const { names, write } of parts) {
        write(counts, out, place);
        place += names.length;
      }
    },
  };
}

/** Rows that k, a number or a share, stands for in a sample, which blocks of times may make shorter than k. */
const rowsAt = (k: number, rows: number): number => Math.min(rows, k < 1 ? Math.max(1, Math.round(k * rows)) : k);

/** The mean loss, Brier score and calibration error. */
export function writeMeans(
  { losses, squares }: { losses: Float64Array; squares: Float64Array },
  sums: BinSums,
  weights: Float64Array | undefined,
  counts: Uint32Array,
  out: Float64Array,
  at: number,
): void {
  let weight = 0;
  let loss = 0;
  let square = 0;
  sums.clear();
  for (let i = 0; i < counts.length; i++) {
    if (counts[i] === 0) continue;
    const w = weights ? counts[i] * weights[i] : counts[i];
    weight += w;
    loss += w * losses[i];
    square += w * squares[i];
    sums.add(i, w);
  }
  out[at] = loss / weight;
  out[at + 1] = square / weight;
  out[at + 2] = sums.error();
}

/** True and predicted labels: only which of the four outcomes a row is matters. */
class Outcomes {
  private readonly kind: Uint8Array;
  private readonly sums = new Float64Array(4);

  constructor(
    positive: Uint8Array,
    predicted: Uint8Array,
    private readonly weights: Float64Array | undefined,
  ) {
    this.kind = positive.map((p, i) => 2 * p + predicted[i]);
  }

  write(counts: Uint32Array, out: Float64Array, at: number): void {
    const { kind, weights, sums } = this;
    sums.fill(0);
    for (let i = 0; i < kind.length; i++) sums[kind[i]] += weights ? counts[i] * weights[i] : counts[i];
    const [tn, fp, fn, tp] = sums;
    const positives = tp + fn;
    const negatives = tn + fp;
    const guessed = tp + fp;
    const rest = tn + fn;
    const undefinedValue = Number.NaN;
    out[at] = (tp + tn) / (positives + negatives);
    out[at + 1] =
      positives === 0 ? tn / negatives : negatives === 0 ? tp / positives : (tp / positives + tn / negatives) / 2;
    out[at + 2] = guessed === 0 ? undefinedValue : tp / guessed;
    out[at + 3] = positives === 0 ? undefinedValue : tp / positives;
    out[at + 4] = positives === 0 ? undefinedValue : (2 * tp) / (positives + guessed);
    const spread = Math.sqrt(positives) * Math.sqrt(negatives) * Math.sqrt(guessed) * Math.sqrt(rest);
    out[at + 5] = spread === 0 ? undefinedValue : (tp * tn - fp * fn) / spread;
  }
}
