/** Resampled metrics of more than two classes, averaged over the classes as the metrics themselves are. */
import { scoreColumn } from '../../metrics/inputs.js';
import { encodeLabels, indicator, uniqueLabels } from '../../metrics/labels.js';
import { LABEL_METRICS } from './label-outcomes.js';
import { BinSums, probabilityTerms } from './probability-terms.js';
import { RankedCurve } from './ranked-curve.js';
import type { Replicate, ReplicateInput, StatisticName } from './replicate-input.js';

export function multiclassReplicate(input: ReplicateInput): Replicate {
  const { y, weights, predictions, probabilities, classes, areas } = input;
  const labels = new ClassCounts(y, predictions, uniqueLabels(classes, y, predictions), weights);
  const terms = probabilityTerms(input);
  const sums = terms && new BinSums(terms);
  const curves =
    areas && probabilities && terms
      ? classes.map((label, k) => {
          const { data, rows, cols } = probabilities;
          return new RankedCurve(indicator(y, label), scoreColumn({ data, rows, cols }, k), weights);
        })
      : undefined;
  const names: StatisticName[] = [...LABEL_METRICS];
  if (terms) names.push('logLoss', 'brierScore', 'expectedCalibrationError');
  if (curves) names.push('rocAuc', 'prAuc');
  return {
    names,
    compute(counts, out, at) {
      labels.write(counts, out, at);
      let place = at + LABEL_METRICS.length;
      if (terms && sums) {
        writeMeans(terms, sums, weights, counts, out, place);
        place += 3;
      }
      if (curves) writeAreas(curves, counts, out, place);
    },
  };
}

/** The mean loss, Brier score and calibration error. */
function writeMeans(
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

function writeAreas(curves: readonly RankedCurve[], counts: Uint32Array, out: Float64Array, at: number): void {
  let roc = 0;
  let pr = 0;
  for (const curve of curves) {
    curve.walk(counts);
    roc += curve.rocArea;
    pr += curve.prArea;
    // A class that was not drawn leaves both undefined.
    if (Number.isNaN(roc)) break;
  }
  out[at] = roc / curves.length;
  out[at + 1] = pr / curves.length;
}

class ClassCounts {
  private readonly t: Int32Array;
  private readonly p: Int32Array;
  private readonly right: Float64Array;
  private readonly actual: Float64Array;
  private readonly predicted: Float64Array;

  constructor(
    y: Float64Array,
    predictions: Float64Array,
    classes: readonly number[],
    private readonly weights: Float64Array | undefined,
  ) {
    this.t = encodeLabels(y, classes);
    this.p = encodeLabels(predictions, classes);
    this.right = new Float64Array(classes.length);
    this.actual = new Float64Array(classes.length);
    this.predicted = new Float64Array(classes.length);
  }

  write(counts: Uint32Array, out: Float64Array, at: number): void {
    const { t, p, right, actual, predicted, weights } = this;
    right.fill(0);
    actual.fill(0);
    predicted.fill(0);
    for (let i = 0; i < t.length; i++) {
      if (counts[i] === 0) continue;
      const w = weights ? counts[i] * weights[i] : counts[i];
      actual[t[i]] += w;
      predicted[p[i]] += w;
      if (t[i] === p[i]) right[t[i]] += w;
    }
    let total = 0;
    let hits = 0;
    let both = 0;
    let actualSquares = 0;
    let predictedSquares = 0;
    let labels = 0;
    let occurring = 0;
    let precision = 0;
    let recall = 0;
    let f1 = 0;
    for (let k = 0; k < right.length; k++) {
      const sum = actual[k] + predicted[k];
      if (sum === 0) continue;
      labels++;
      total += actual[k];
      hits += right[k];
      both += actual[k] * predicted[k];
      actualSquares += actual[k] * actual[k];
      predictedSquares += predicted[k] * predicted[k];
      if (predicted[k] > 0) precision += right[k] / predicted[k];
      if (actual[k] > 0) {
        occurring++;
        recall += right[k] / actual[k];
      }
      f1 += (2 * right[k]) / sum;
    }
    const square = total * total;
    const spread = Math.sqrt(square - actualSquares) * Math.sqrt(square - predictedSquares);
    out[at] = hits / total;
    out[at + 1] = recall / occurring;
    out[at + 2] = precision / labels;
    out[at + 3] = recall / labels;
    out[at + 4] = f1 / labels;
    out[at + 5] = spread > 0 ? (hits * total - both) / spread : Number.NaN;
  }
}
