/** The deciding score of equally many rows at a time, in the order of their times. */
import { log } from '../../core/math.js';
import type { CleanRows } from './clean-rows.js';
import type { OverTime, TimeSlice } from './diagnostics.js';

/** Enough to see a trend, few enough rows lost to chance. */
const PARTS = 24;
const LEAST_ROWS = 20;
const FLOOR = 1e-15;

export function overTime(rows: CleanRows): OverTime | undefined {
  const { classes, probabilities, times } = rows;
  const parts = Math.min(PARTS, Math.floor(rows.rows / LEAST_ROWS));
  if (parts < 2) return undefined;
  const metric = classes.length === 0 ? 'mae' : probabilities ? 'logLoss' : 'accuracy';
  const order = Uint32Array.from({ length: rows.rows }, (_, i) => i);
  if (times) order.sort((a, b) => times[a] - times[b] || a - b);
  const place = new Map(classes.map((label, k) => [label, k]));
  const loss = (i: number): number => {
    if (metric === 'mae') return Math.abs(rows.y[i] - rows.predictions[i]);
    if (!probabilities) return rows.y[i] === rows.predictions[i] ? 1 : 0;
    const k = place.get(rows.y[i]);
    return k === undefined ? Number.NaN : -log(Math.max(FLOOR, probabilities[i * classes.length + k]));
  };
  const found: TimeSlice[] = [];
  for (let p = 0; p < parts; p++) {
    const from = Math.floor((p * rows.rows) / parts);
    const to = Math.floor(((p + 1) * rows.rows) / parts);
    let sum = 0;
    let weight = 0;
    for (let at = from; at < to; at++) {
      const i = order[at];
      const w = rows.weights?.[i] ?? 1;
      if (w === 0) continue;
      sum += w * loss(i);
      weight += w;
    }
    const value = sum / weight;
    found.push({
      from: times ? times[order[from]] : from,
      to: times ? times[order[to - 1]] : to - 1,
      rows: to - from,
      value: Number.isFinite(value) ? value : null,
    });
  }
  return { metric, byTime: times !== undefined, parts: found };
}
