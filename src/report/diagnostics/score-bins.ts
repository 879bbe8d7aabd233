/** Probabilities in bins: how often what they say came true, and how many rows of each class they hold. */
import type { CleanRows } from './clean-rows.js';
import type { CalibrationBin, ScoreHistogram } from './diagnostics.js';

const CALIBRATION_BINS = 10;
const SCORE_BINS = 24;

interface Scored {
  readonly about: 'positive' | 'largest';
  /** (n,) */
  readonly scores: Float64Array;
  /** (n,) 1 where what the score is about came true. */
  readonly hit: Uint8Array;
}

/** Of two classes the larger one's probability, of more the largest of the row (the first of equals). */
function scored({ rows, y, classes, probabilities }: CleanRows): Scored | undefined {
  if (!probabilities || classes.length < 2) return undefined;
  const scores = new Float64Array(rows);
  const hit = new Uint8Array(rows);
  const k = classes.length;
  for (let i = 0; i < rows; i++) {
    let best = k === 2 ? 1 : 0;
    if (k > 2) for (let j = 1; j < k; j++) if (probabilities[i * k + j] > probabilities[i * k + best]) best = j;
    scores[i] = probabilities[i * k + best];
    hit[i] = y[i] === classes[best] ? 1 : 0;
  }
  return { about: k === 2 ? 'positive' : 'largest', scores, hit };
}

/** Bins of equally many rows, where there are enough different scores. */
export function calibrationBins(
  rows: CleanRows,
): { about: 'positive' | 'largest'; bins: CalibrationBin[] } | undefined {
  const given = scored(rows);
  if (!given || rows.rows === 0) return undefined;
  const { about, scores, hit } = given;
  const order = Float64Array.from(scores).sort();
  const edges = Array.from(
    { length: CALIBRATION_BINS - 1 },
    (_, b) => order[Math.floor(((b + 1) * rows.rows) / CALIBRATION_BINS)],
  );
  const sums = Array.from({ length: CALIBRATION_BINS }, () => ({ weight: 0, predicted: 0, observed: 0, rows: 0 }));
  for (let i = 0; i < rows.rows; i++) {
    let b = 0;
    while (b < edges.length && scores[i] >= edges[b]) b++;
    const w = rows.weights?.[i] ?? 1;
    const sum = sums[b];
    sum.weight += w;
    sum.predicted += w * scores[i];
    sum.observed += w * hit[i];
    sum.rows++;
  }
  const bins = sums
    .filter(({ weight }) => weight > 0)
    .map(({ weight, predicted, observed, rows: count }) => ({
      predicted: predicted / weight,
      observed: observed / weight,
      rows: count,
    }));
  return { about, bins };
}

/** Rows by score, in bins of equal width over the scores that occur; by class for two, by right and wrong for more. */
export function scoreHistogram(rows: CleanRows): ScoreHistogram | undefined {
  const given = scored(rows);
  if (!given || rows.rows === 0) return undefined;
  const { about, scores, hit } = given;
  let low = 1;
  let high = 0;
  for (const score of scores) {
    low = Math.min(low, score);
    high = Math.max(high, score);
  }
  if (high - low < 1e-9) {
    low = Math.max(0, low - 0.05);
    high = Math.min(1, high + 0.05);
  }
  const edges = Array.from({ length: SCORE_BINS + 1 }, (_, b) => low + ((high - low) * b) / SCORE_BINS);
  const counts = [new Uint32Array(SCORE_BINS), new Uint32Array(SCORE_BINS)];
  for (let i = 0; i < rows.rows; i++) {
    const b = Math.min(SCORE_BINS - 1, Math.floor(((scores[i] - low) / (high - low)) * SCORE_BINS));
    counts[hit[i]][b]++;
  }
  const labels = about === 'positive' ? rows.classes : [0, 1];
  return { about, edges, counts: counts.map((bins, k) => ({ label: labels[k], rows: [...bins] })) };
}
