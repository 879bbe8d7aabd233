/** Ranking metrics straight from their definitions, quadratic in the rows. */

/** Share of (positive, negative) pairs ranked right, ties half, by weight. */
export function pairwiseAuc(y: number[], scores: number[], weights: number[] = y.map(() => 1)): number {
  let right = 0;
  let total = 0;
  for (let i = 0; i < y.length; i++) {
    for (let j = 0; j < y.length; j++) {
      if (y[i] !== 1 || y[j] === 1) continue;
      const w = weights[i] * weights[j];
      total += w;
      if (scores[i] > scores[j]) right += w;
      else if (scores[i] === scores[j]) right += w / 2;
    }
  }
  return right / total;
}

export interface Outcomes {
  tp: number;
  fp: number;
  tn: number;
  fn: number;
}

/** Weights of the outcomes of predicting positive where score >= threshold. */
export function outcomesAt(threshold: number, y: number[], scores: number[], weights: number[]): Outcomes {
  const out = { tp: 0, fp: 0, tn: 0, fn: 0 };
  for (let i = 0; i < y.length; i++) {
    const predicted = scores[i] >= threshold;
    if (y[i] === 1) out[predicted ? 'tp' : 'fn'] += weights[i];
    else out[predicted ? 'fp' : 'tn'] += weights[i];
  }
  return out;
}

/** The largest value of `metric` over all thresholds that change a prediction. */
export function bestOutcome(
  y: number[],
  scores: number[],
  weights: number[],
  metric: (outcomes: Outcomes) => number,
): number {
  const candidates = [...scores, Number.POSITIVE_INFINITY];
  return Math.max(...candidates.map((t) => metric(outcomesAt(t, y, scores, weights))).filter((v) => !Number.isNaN(v)));
}

/** Mean precision of the first k rows over all orders that respect the scores, by enumeration of the orders of ties. */
export function meanPrecisionAtK(y: number[], scores: number[], k: number): number {
  const orders = permutations(y.map((_, i) => i)).filter((order) =>
    order.every((row, at) => at === 0 || scores[order[at - 1]] >= scores[row]),
  );
  const precisions = orders.map((order) => order.slice(0, k).filter((row) => y[row] === 1).length / k);
  return precisions.reduce((a, b) => a + b, 0) / precisions.length;
}

function permutations(items: number[]): number[][] {
  if (items.length <= 1) return [items];
  return items.flatMap((item, i) =>
    permutations([...items.slice(0, i), ...items.slice(i + 1)]).map((rest) => [item, ...rest]),
  );
}

/** Expected calibration error from its definition: uniform bins (lower, upper], the first one closed. */
export function plainCalibrationError(y: number[], p: number[], weights: number[], bins: number): number {
  const total = weights.reduce((a, b) => a + b, 0);
  let error = 0;
  for (let b = 0; b < bins; b++) {
    const rows = p.map((_, i) => i).filter((i) => (b === 0 || p[i] > b / bins) && p[i] <= (b + 1) / bins);
    const outcome = rows.reduce((a, i) => a + weights[i] * y[i], 0);
    const predicted = rows.reduce((a, i) => a + weights[i] * p[i], 0);
    error += Math.abs(outcome - predicted) / total;
  }
  return error;
}
