/** How well probabilities mean what they say: proper scores, and bins of predicted against observed. */
import { labelledScores } from '../../metrics/binary-scores.js';
import { brierScore } from '../../metrics/brier-score.js';
import { edgesBelow, innerEdges, topLabel } from '../../metrics/calibration.js';
import { scoreColumn } from '../../metrics/inputs.js';
import { indicator } from '../../metrics/labels.js';
import { logLoss } from '../../metrics/log-loss.js';
import { type Predicted, positiveClassOf, type Truth } from '../score.js';
import type { ProbabilityQuality, ReliabilityBin } from '../validation-metrics.js';

const BINS = 10;

/** Undefined for a model without probabilities. Two classes: of the larger one; more: of the class held most likely. */
export function probabilityQuality(
  { y, weights }: Truth,
  { probabilities, classes }: Predicted,
): ProbabilityQuality | undefined {
  if (!probabilities || classes.length < 2) return undefined;
  const positiveClass = positiveClassOf(classes);
  const options = { classes, positiveClass, sampleWeight: weights };
  const input = labelledScores('calibration', y, probabilities, options);
  const binned =
    positiveClass === undefined
      ? topLabel(input)
      : { positive: indicator(input.yTrue, positiveClass), scores: scoreColumn(input.table, 1) };
  const bins = binsOf(binned.positive, binned.scores, input.weights);
  const total = bins.reduce((sum, bin) => sum + bin.weight, 0);
  const distance = ({ predicted, observed }: ReliabilityBin) => Math.abs(predicted - observed);
  return {
    brierScore: brierScore(y, probabilities, options),
    logLoss: logLoss(y, probabilities, options),
    expectedCalibrationError: bins.reduce((sum, bin) => sum + bin.weight * distance(bin), 0) / total,
    maximumCalibrationError: Math.max(...bins.map(distance)),
    bins,
  };
}

function binsOf(positive: Uint8Array, scores: Float64Array, weights: Float64Array | undefined): ReliabilityBin[] {
  const edges = innerEdges(scores, BINS, 'uniform');
  const sums = Array.from({ length: BINS }, () => ({ rows: 0, weight: 0, predicted: 0, observed: 0 }));
  for (let i = 0; i < scores.length; i++) {
    const bin = sums[edgesBelow(edges, scores[i])];
    const w = weights ? weights[i] : 1;
    bin.rows++;
    bin.weight += w;
    bin.predicted += w * scores[i];
    if (positive[i] === 1) bin.observed += w;
  }
  return sums.flatMap(({ rows, weight, predicted, observed }, b) =>
    weight > 0
      ? [
          {
            lower: b === 0 ? 0 : edges[b - 1],
            upper: b === BINS - 1 ? 1 : edges[b],
            rows,
            weight,
            predicted: predicted / weight,
            observed: observed / weight,
          },
        ]
      : [],
  );
}
