/** Small synthetic data sets with a known signal, the same for the same seed on every machine. */
import { Matrix } from '../core/matrix.js';
import { Random } from '../core/random.js';

/** Size, noise and seed of synthetic data. */
export interface SyntheticOptions {
  rows?: number;
  features?: number;
  seed?: number;
  /** Share of values made NaN. */
  missing?: number;
}

/** Rows with a rule to find in them. */
export interface SyntheticData {
  readonly X: Matrix;
  /** (rows,) */
  readonly y: Float64Array;
}

/** Gaussian features; the class is decided by the first two (their sum and product) plus noise. Labels 0..classes-1, all present. */
export function syntheticClassification(options: SyntheticOptions & { classes?: number } = {}): SyntheticData {
  const classes = options.classes ?? 2;
  const { X, signal } = features(options);
  const order = [...signal.keys()].sort((a, b) => signal[a] - signal[b] || a - b);
  const y = new Float64Array(signal.length);
  order.forEach((row, rank) => {
    y[row] = Math.min(classes - 1, Math.floor((rank * classes) / signal.length));
  });
  return { X, y };
}

/** Gaussian features; y = x0 + x1 + x0 x1 + noise. */
export function syntheticRegression(options: SyntheticOptions = {}): SyntheticData {
  const { X, signal } = features(options);
  return { X, y: signal };
}

function features(options: SyntheticOptions): { X: Matrix; signal: Float64Array } {
  const { rows = 300, features: columns = 5, seed = 1, missing = 0 } = options;
  const random = new Random(seed);
  const X = Matrix.zeros(rows, columns);
  const signal = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) X.data[i * columns + j] = random.normal();
    const a = X.data[i * columns];
    const b = columns > 1 ? X.data[i * columns + 1] : 0;
    signal[i] = a + b + a * b + 0.3 * random.normal();
  }
  for (let p = 0; p < X.data.length; p++) if (random.float() < missing) X.data[p] = Number.NaN;
  return { X, signal };
}
