/** Sums in row order with compensation, so that means over 1e5 rows and more keep 15 digits and never depend on anything but the order of the rows. */

/** Sum of `values`, each multiplied by its weight if there are weights (Neumaier, 1974). */
export function sum(values: ArrayLike<number>, weights?: ArrayLike<number>): number {
  let total = 0;
  let lost = 0;
  for (let i = 0; i < values.length; i++) {
    const x = weights ? values[i] * weights[i] : values[i];
    const t = total + x;
    lost += Math.abs(total) >= Math.abs(x) ? total - t + x : x - t + total;
    total = t;
  }
  // An infinite total has no meaningful compensation (Infinity - Infinity).
  return Number.isFinite(total) ? total + lost : total;
}

/** Weighted mean of `values`; NaN when they are empty or the weights add up to 0. */
export function mean(values: ArrayLike<number>, weights?: ArrayLike<number>): number {
  return sum(values, weights) / (weights ? sum(weights) : values.length);
}

/** Mean that leaves NaN values out; falls back to equal weights when those of the rest add up to 0; NaN when nothing is left. */
export function meanOfDefined(values: ArrayLike<number>, weights?: ArrayLike<number>): number {
  const kept: number[] = [];
  const keptWeights: number[] = [];
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i])) continue;
    kept.push(values[i]);
    keptWeights.push(weights ? weights[i] : 1);
  }
  return sum(keptWeights) === 0 ? mean(kept) : mean(kept, keptWeights);
}

/** Linear-interpolation quantile of ascending values: position q (n - 1). */
export function quantileOfSorted(sorted: ArrayLike<number>, q: number): number {
  const position = q * (sorted.length - 1);
  const below = Math.floor(position);
  const above = Math.min(below + 1, sorted.length - 1);
  const t = position - below;
  const step = sorted[above] - sorted[below];
  // From the nearer end, so that both ends are met exactly.
  return t < 0.5 ? sorted[below] + step * t : sorted[above] - step * (1 - t);
}
