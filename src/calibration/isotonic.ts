/** Isotonic calibration: the rising step function closest to the labels, joined by straight lines. */
import { calibrationRows, fittedOr } from './inputs.js';

/** Corners of a piecewise linear function: `x` strictly rising, `y` not falling. */
export interface IsotonicCurve {
  readonly x: Float64Array;
  readonly y: Float64Array;
}

/**
 * Probability of the positive class as a rising function of the score: weighted least squares by pooling adjacent violators (Ayer et al.,
 * 1955; Zadrozny and Elkan, 2002). Equal scores count as one with their weighted mean label. Between the scores seen in `fit` it is
 * linear, beyond them constant, as scikit-learn's `IsotonicRegression(out_of_bounds='clip')`.
 */
export class IsotonicCalibrator {
  private fitted: IsotonicCurve | undefined;

  /** From a curve fitted before. */
  static of(curve: IsotonicCurve): IsotonicCalibrator {
    const calibrator = new IsotonicCalibrator();
    calibrator.fitted = curve;
    return calibrator;
  }

  /** As `PlattCalibrator.fit`. */
  fit(scores: ArrayLike<number>, labels: ArrayLike<number>, weights?: ArrayLike<number>): this {
    const rows = calibrationRows(scores, labels, weights, 'IsotonicCalibrator');
    const { x, y, w } = distinct(rows.scores, rows.labels, rows.weights);
    poolViolators(y, w);
    // Inner points of a flat piece say nothing.
    const kept = Array.from(x.keys()).filter(
      (i) => i === 0 || i === x.length - 1 || y[i] !== y[i - 1] || y[i] !== y[i + 1],
    );
    this.fitted = { x: Float64Array.from(kept, (i) => x[i]), y: Float64Array.from(kept, (i) => y[i]) };
    return this;
  }

  /** @throws NotFittedError - before `fit` */
  get curve(): IsotonicCurve {
    return fittedOr(this.fitted, 'IsotonicCalibrator');
  }

  /** (n,) probabilities of the positive class. */
  transform(scores: ArrayLike<number>): Float64Array {
    const { curve } = this;
    return Float64Array.from(scores, (score) => valueAt(curve, score));
  }
}

/** Ascending distinct scores with the weighted mean label and the weight of each. */
function distinct(scores: Float64Array, labels: Float64Array, weights: Float64Array) {
  const order = Uint32Array.from(scores.keys()).sort((a, b) => scores[a] - scores[b] || a - b);
  const x: number[] = [];
  const y: number[] = [];
  const w: number[] = [];
  for (const i of order) {
    const last = x.length - 1;
    if (last >= 0 && x[last] === scores[i]) {
      y[last] += weights[i] * labels[i];
      w[last] += weights[i];
    } else {
      x.push(scores[i]);
      y.push(weights[i] * labels[i]);
      w.push(weights[i]);
    }
  }
  return { x: Float64Array.from(x), y: Float64Array.from(y, (sum, i) => sum / w[i]), w: Float64Array.from(w) };
}

/** y becomes the closest rising sequence in the weighted mean of squares. */
function poolViolators(y: Float64Array, w: Float64Array): void {
  const n = y.length;
  // Blocks so far: mean, weight and end.
  const means = new Float64Array(n);
  const masses = new Float64Array(n);
  const ends = new Uint32Array(n);
  let blocks = 0;
  for (let i = 0; i < n; i++) {
    means[blocks] = y[i];
    masses[blocks] = w[i];
    ends[blocks++] = i + 1;
    while (blocks > 1 && means[blocks - 2] >= means[blocks - 1]) {
      const [a, b] = [blocks - 2, blocks - 1];
      const mass = masses[a] + masses[b];
      means[a] = (masses[a] * means[a] + masses[b] * means[b]) / mass;
      masses[a] = mass;
      ends[a] = ends[b];
      blocks--;
    }
  }
  for (let block = 0, i = 0; block < blocks; block++) for (; i < ends[block]; i++) y[i] = means[block];
}

function valueAt({ x, y }: IsotonicCurve, score: number): number {
  const last = x.length - 1;
  if (score <= x[0]) return y[0];
  if (!(score < x[last])) return y[last];
  let low = 0;
  let high = last;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (x[middle] <= score) low = middle;
    else high = middle;
  }
  return y[low] + ((score - x[low]) / (x[high] - x[low])) * (y[high] - y[low]);
}
