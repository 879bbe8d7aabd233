/** The prior baseline: the class shares, or the mean, of the training rows, whatever the row. */
import { InvalidInputError } from '../core/errors.js';
import { Matrix } from '../core/matrix.js';
import { assertRole, type Split, type SplitRole } from '../core/split.js';
import { distinctLabels, encodeLabels } from '../model/label-encoder.js';
import type { PredictionOutput, Task } from '../model/types.js';
import { type Baseline, requireFitted } from './baseline.js';

/** What the training labels alone say. */
export interface Prior {
  /** Labels in ascending order; empty for regression. */
  readonly classes: readonly number[];
  /** (classes,) weighted shares; empty for regression. */
  readonly shares: Float64Array;
  /** Weighted mean label. */
  readonly mean: number;
}

/**
 * Weighted class shares and mean of labels.
 * @throws InvalidInputError - no rows, a label that is not finite, weights that do not fit, are negative or sum to 0
 */
export function priorOf(y: Float64Array, weights: ArrayLike<number> | undefined, task: Task): Prior {
  checkLabels(y, weights);
  const classes = task === 'classification' ? distinctLabels(y) : [];
  const index = task === 'classification' ? encodeLabels(y, classes, 'Baseline') : undefined;
  const shares = new Float64Array(classes.length);
  let total = 0;
  let sum = 0;
  for (let i = 0; i < y.length; i++) {
    const weight = weights ? weights[i] : 1;
    total += weight;
    sum += weight * y[i];
    if (index) shares[index[i]] += weight;
  }
  if (!(total > 0)) {
    throw new InvalidInputError('Baseline: all weights are zero', { hint: 'Give at least one row a positive weight.' });
  }
  return { classes, shares: shares.map((share) => share / total), mean: sum / total };
}

function checkLabels(y: Float64Array, weights: ArrayLike<number> | undefined): void {
  if (y.length === 0)
    throw new InvalidInputError('Baseline: there are no training rows', { hint: 'Pass a train split with rows.' });
  if (weights && weights.length !== y.length) {
    throw new InvalidInputError(`Baseline: ${weights.length} weights for ${y.length} rows`, {
      hint: 'Pass one weight for each row.',
    });
  }
  for (let i = 0; i < y.length; i++) {
    if (!Number.isFinite(y[i])) {
      throw new InvalidInputError(`Baseline: the label of row ${i} is ${y[i]}`, {
        hint: 'Drop rows without a label.',
        details: { row: i },
      });
    }
    if (weights && !(weights[i] >= 0 && weights[i] < Number.POSITIVE_INFINITY)) {
      throw new InvalidInputError(`Baseline: the weight of row ${i} is ${weights[i]}`, {
        hint: 'Weights must be finite and not negative.',
        details: { row: i },
      });
    }
  }
}

/** Position of the largest share, the lowest label on ties. */
export function likeliest(shares: ArrayLike<number>): number {
  let best = 0;
  for (let k = 1; k < shares.length; k++) if (shares[k] > shares[best]) best = k;
  return best;
}

/**
 * Predicts the most frequent class with the training shares as probabilities, or the mean for regression; both weighted.
 *
 * @example
 * new PriorBaseline().fit(container.train).predict(container.test).probabilities;
 */
export class PriorBaseline implements Baseline {
  readonly name = 'prior';
  private prior: Prior | undefined;

  constructor(readonly task: Task = 'classification') {}

  fit(train: Split<'train', unknown>): this {
    assertRole(train, ['train'], 'Fitting a baseline');
    this.prior = priorOf(train.y, train.weights, this.task);
    return this;
  }

  predict(split: Pick<Split<SplitRole, unknown>, 'y'>): PredictionOutput {
    const { classes, shares, mean } = requireFitted(this.prior, this.name);
    const rows = split.y.length;
    if (this.task === 'regression') return { predictions: new Float32Array(rows).fill(mean), classes: [] };
    const probabilities = Matrix.zeros(rows, classes.length);
    for (let i = 0; i < rows; i++) probabilities.data.set(shares, i * classes.length);
    const best = likeliest(shares);
    return {
      predictions: new Float32Array(rows).fill(classes[best]),
      probabilities,
      confidence: new Float32Array(rows).fill(shares[best]),
      classes: [...classes],
    };
  }
}
