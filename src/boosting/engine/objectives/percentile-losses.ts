/**
 * Losses whose best constant is a percentile: absolute error, pinball loss, relative absolute error. Their gradients know only
 * signs, so a grown tree's leaves are set to the percentile of their rows' residuals (Friedman, 2001, for the median).
 */
import type { LeafRows, Objective } from './objective.js';
import { percentile } from './percentile.js';
import { type Derivatives, pointwise, sumOver, viewsOf } from './pointwise.js';
import type { Percentile } from './spec.js';

/** One output an alpha. `'absolute'`: |d|, derivatives -1, 0, 1; `'pinball'`: (1 - alpha) d above the label, -alpha d below. */
export function pinball(
  alphas: readonly number[],
  kind: Percentile = 'lightgbm',
  loss: 'absolute' | 'pinball' = 'pinball',
): Objective {
  const derivatives = alphas.map((alpha) => (loss === 'absolute' ? absolute : pinballDerivatives(alpha)));
  return {
    outputs: alphas.length,
    baseScores: (labels, weights) => alphas.map((alpha) => percentile(kind, labels.slice(), weights, alpha)),
    evaluate: (rows, from, to) =>
      derivatives.reduce((sum, derive, k) => sum + sumOver(viewsOf(rows, k), derive, from, to), 0),
    renewLeaf: (leaf) => percentile(kind, residuals(leaf), weightsOf(leaf), alphas[leaf.output]),
  };
}

const absolute: Derivatives = (score, label, out) => {
  const d = score - label;
  out[0] = Math.sign(d);
  out[1] = 1;
  out[2] = Math.abs(d);
};

function pinballDerivatives(alpha: number): Derivatives {
  return (score, label, out) => {
    const d = score - label;
    out[0] = d >= 0 ? 1 - alpha : -alpha;
    out[1] = 1;
    out[2] = d * out[0];
  };
}

const importance = (label: number): number => 1 / Math.max(1, Math.abs(label));

/** |d| / max(1, |y|); leaves are medians weighted by weight / max(1, |y|). */
export function mape(): Objective {
  const median = (values: Float64Array, weights: Float64Array) => percentile('lightgbm', values, weights, 0.5);
  return {
    outputs: 1,
    baseScores: (labels, weights) => [
      median(
        labels.slice(),
        labels.map((y, i) => importance(y) * (weights ? weights[i] : 1)),
      ),
    ],
    evaluate: pointwise((score, label, out) => {
      const d = score - label;
      out[0] = Math.sign(d) * importance(label);
      out[1] = 1;
      out[2] = Math.abs(d) * importance(label);
    }),
    renewLeaf(leaf) {
      const weights = Float64Array.from(leaf.rows, (row) => importance(leaf.labels[row]) * (leaf.weights?.[row] ?? 1));
      return median(residuals(leaf), weights);
    },
  };
}

function residuals({ rows, scores, labels }: LeafRows): Float64Array {
  const values = new Float64Array(rows.length);
  for (let i = 0; i < rows.length; i++) values[i] = labels[rows[i]] - scores[rows[i]];
  return values;
}

function weightsOf({ rows, weights }: LeafRows): Float32Array | undefined {
  return weights && Float32Array.from(rows, (row) => weights[row]);
}
