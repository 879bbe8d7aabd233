/** Losses of a batch: the weighted mean over its rows, 0 where all weights are 0. */
import { ConfigError } from '../../core/errors.js';
import type { Value } from './graph.js';
import { binary, cast, compare, logSoftmax, reduce, reshape, unary, withNumber } from './nodes.js';
import { sameShape, shapeError } from './shape.js';

export type LossOptions =
  /** Softmax cross-entropy. `labelSmoothing` of each target goes to all classes alike (Szegedy et al., 2016); default 0. */
  | { kind: 'cross-entropy'; labelSmoothing?: number }
  /** Squared error, without a factor of one half. */
  | { kind: 'mse' }
  /** Half the squared error up to `delta` (default 1), linear beyond (Huber, 1964). */
  | { kind: 'huber'; delta?: number };

export interface BatchLoss {
  /** [] weighted mean. */
  loss: Value;
  /** [] sum of the weights. */
  weight: Value;
}

/** outputs (batch, k): logits or predictions; targets (batch, k): one-hot or probabilities, or values; weights (batch). */
export function batchLoss(options: LossOptions, outputs: Value, targets: Value, weights: Value): BatchLoss {
  if (!sameShape(outputs.shape, targets.shape)) throw shapeError('loss', outputs.shape, targets.shape);
  const weight = reduce('Sum', weights, [0]);
  const nothing = cast(compare('Equal', weight, weight.graph.scalar(0)), 'float');
  const shares = binary('Div', weights, binary('Add', weight, nothing));
  const { rows, gradient } = rowLosses(options, outputs, targets);
  const loss = reduce('Sum', binary('Mul', rows, shares), [0]);
  const column = reshape(shares, [shares.shape[0], 1]);
  outputs.graph.differentiable([loss], [outputs], ([g]) => [g && binary('Mul', gradient(), binary('Mul', column, g))]);
  return { loss, weight };
}

interface RowLosses {
  /** (batch) */
  rows: Value;
  /** (batch, k) of the row's loss by its outputs. */
  gradient: () => Value;
}

function rowLosses(options: LossOptions, outputs: Value, targets: Value): RowLosses {
  if (options.kind === 'cross-entropy') return crossEntropy(outputs, targets, options.labelSmoothing ?? 0);
  const columns = outputs.shape[1];
  const error = binary('Sub', outputs, targets);
  if (options.kind === 'mse') {
    return {
      rows: reduce('Mean', binary('Mul', error, error), [1]),
      gradient: () => withNumber('Mul', error, 2 / columns),
    };
  }
  const { delta = 1 } = options;
  if (!(delta > 0)) throw new ConfigError(`huber: delta must be above 0, got ${delta}`);
  const { graph } = outputs;
  const [clipped] = graph.node('Clip', [error, graph.scalar(-delta), graph.scalar(delta)], [error.shape]);
  // clipped * (error - clipped / 2) is both branches at once.
  const each = binary('Mul', clipped, binary('Sub', error, withNumber('Mul', clipped, 0.5)));
  return { rows: reduce('Mean', each, [1]), gradient: () => withNumber('Mul', clipped, 1 / columns) };
}

function crossEntropy(logits: Value, targets: Value, smoothing: number): RowLosses {
  if (!(smoothing >= 0 && smoothing < 1)) {
    throw new ConfigError(`cross-entropy: labelSmoothing must be in [0, 1), got ${smoothing}`);
  }
  const classes = logits.shape[1];
  const smooth =
    smoothing === 0 ? targets : withNumber('Add', withNumber('Mul', targets, 1 - smoothing), smoothing / classes);
  const logs = logSoftmax(logits);
  return {
    rows: unary('Neg', reduce('Sum', binary('Mul', logs, smooth), [1])),
    gradient: () => binary('Sub', unary('Exp', logs), smooth),
  };
}
