/** Generators of labelled rows with scikit-learn's names; the same for the same seed on every machine. */
import { InvalidInputError } from '../core/errors.js';
import { Matrix } from '../core/matrix.js';
import { deriveSeed, Random } from '../core/random.js';
import type { SyntheticData } from './synthetic.js';

/** What both generators take. */
export interface MakeOptions {
  /** Default 100. */
  rows?: number;
  /** Default 5. */
  features?: number;
  /** Columns that the label depends on, the first ones. Default 2. */
  informative?: number;
  /** Share of values made NaN. Default 0. */
  missing?: number;
  /** Default 1. */
  seed?: number;
}

export interface MakeClassificationOptions extends MakeOptions {
  /** Labels 0 .. classes-1. Default 2. */
  classes?: number;
  /** Distance of the classes' centres, in standard deviations of a feature. Default 2. */
  classSep?: number;
  /** Share of labels that are drawn again, blindly. Default 0.01. */
  flipY?: number;
  /** Share of each class. Default: all alike. */
  weights?: readonly number[];
}

export interface MakeRegressionOptions extends MakeOptions {
  /** Standard deviation of what is added to y. Default 0.1. */
  noise?: number;
  /** Default 0. */
  bias?: number;
}

/**
 * Gaussian clouds, one a class, whose centres lie on a line through the informative features; the other features are noise.
 *
 * @throws InvalidInputError - sizes that do not fit together
 * @example
 * const { X, y } = makeClassification({ rows: 200, classes: 3, seed: 7 });
 */
export function makeClassification(options: MakeClassificationOptions = {}): SyntheticData {
  const { rows = 100, classes = 2, classSep = 2, flipY = 0.01, seed = 1 } = options;
  const { weights = new Array<number>(classes).fill(1 / classes) } = options;
  const { features, informative } = checkedSizes(options);
  if (!Number.isInteger(classes) || classes < 2 || classes > rows || weights.length !== classes) {
    throw unfit('classes', classes, 'Two or more, at most one a row, and one weight for each.');
  }
  const random = new Random(deriveSeed(seed, 'classification'));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const ends = weights.map((_, k) => weights.slice(0, k + 1).reduce((sum, weight) => sum + weight, 0) / total);
  const order = random.permutation(rows);
  const y = new Float64Array(rows);
  const counts = new Array<number>(classes).fill(0);
  for (let rank = 0; rank < rows; rank++) {
    const share = ends.findIndex((end) => (rank + 0.5) / rows <= end);
    y[order[rank]] = share < 0 ? classes - 1 : share;
    counts[y[order[rank]]]++;
  }
  const move = (row: number, label: number) => {
    counts[y[row]]--;
    counts[label]++;
    y[row] = label;
  };
  // A share too small for one row gets one of the commonest class.
  for (let k = 0; k < classes; k++) if (counts[k] === 0) move(y.indexOf(counts.indexOf(Math.max(...counts))), k);
  const X = Matrix.zeros(rows, features);
  for (let i = 0; i < rows; i++) {
    const centre = classSep * (y[i] - (classes - 1) / 2);
    for (let j = 0; j < features; j++) X.data[i * features + j] = random.normal() + (j < informative ? centre : 0);
  }
  for (let i = 0; i < rows; i++) {
    const flipped = random.float() < flipY;
    const label = random.int(classes);
    if (flipped && counts[y[i]] > 1) move(i, label);
  }
  blank(X, options.missing ?? 0, random);
  return { X, y };
}

/**
 * Gaussian features; y is a weighted sum of the informative ones, which the `coefficients` give, and noise.
 *
 * @throws InvalidInputError - sizes that do not fit together
 * @example
 * const { X, y, coefficients } = makeRegression({ rows: 200, features: 8, informative: 3, noise: 0 });
 */
export function makeRegression(options: MakeRegressionOptions = {}): SyntheticData & { coefficients: Float64Array } {
  const { rows = 100, noise = 0.1, bias = 0, seed = 1 } = options;
  const { features, informative } = checkedSizes(options);
  const random = new Random(deriveSeed(seed, 'regression'));
  const coefficients = Float64Array.from({ length: features }, (_, j) =>
    j < informative ? 1 + 9 * random.float() : 0,
  );
  const X = Matrix.zeros(rows, features);
  const y = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    let sum = bias;
    for (let j = 0; j < features; j++) {
      X.data[i * features + j] = random.normal();
      sum += coefficients[j] * X.data[i * features + j];
    }
    y[i] = sum + noise * random.normal();
  }
  blank(X, options.missing ?? 0, random);
  return { X, y, coefficients };
}

function checkedSizes({ rows = 100, features = 5, informative = Math.min(2, features) }: MakeOptions) {
  if (!Number.isInteger(rows) || rows < 1) throw unfit('rows', rows, 'A whole number, 1 or more.');
  if (!Number.isInteger(features) || features < 1) throw unfit('features', features, 'A whole number, 1 or more.');
  if (!Number.isInteger(informative) || informative < 0 || informative > features) {
    throw unfit('informative', informative, 'At most as many as there are features.');
  }
  return { features, informative };
}

function blank(X: Matrix, share: number, random: Random): void {
  for (let p = 0; share > 0 && p < X.data.length; p++) if (random.float() < share) X.data[p] = Number.NaN;
}

function unfit(name: string, value: unknown, hint: string): InvalidInputError {
  return new InvalidInputError(`${name}: ${String(value)} does not fit`, { hint });
}
