/** Regression: predicted beside true values, and how far they are apart. */
import type { CleanRows } from './clean-rows.js';
import type { ValuePlots } from './diagnostics.js';
import type { CurvePoint } from './simplify.js';

/** Points a scatter shows: beyond it they lie on each other. */
const POINTS = 1500;
const BINS = 30;

export function valuePlots({ rows, y, predictions }: CleanRows): ValuePlots | undefined {
  if (rows === 0) return undefined;
  const order = Uint32Array.from({ length: rows }, (_, i) => i).sort((a, b) => y[a] - y[b] || a - b);
  const shown = Math.min(rows, POINTS);
  const points: CurvePoint[] = Array.from({ length: shown }, (_, p) => {
    const i = order[shown === 1 ? 0 : Math.round((p * (rows - 1)) / (shown - 1))];
    return [y[i], predictions[i]];
  });
  const residuals = Float64Array.from({ length: rows }, (_, i) => predictions[i] - y[i]).sort();
  // The middle 99 %: a few far rows would leave one bar.
  const at = (q: number): number => residuals[Math.min(rows - 1, Math.floor(q * rows))];
  let low = at(0.005);
  let high = at(0.995);
  if (!(high > low)) {
    low = residuals[0] - 0.5;
    high = residuals[rows - 1] + 0.5;
  }
  const counts = new Array<number>(BINS).fill(0);
  let outside = 0;
  for (const residual of residuals) {
    if (residual < low || residual > high) outside++;
    else counts[Math.min(BINS - 1, Math.floor(((residual - low) / (high - low)) * BINS))]++;
  }
  const edges = Array.from({ length: BINS + 1 }, (_, b) => low + ((high - low) * b) / BINS);
  return { points, rows, residuals: { edges, rows: counts, outside } };
}
