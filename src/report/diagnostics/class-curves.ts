/** ROC and precision-recall curves of the classes with the most rows, each against the rest. */
import { thresholdCounts } from '../../metrics/ranking.js';
import type { CleanRows } from './clean-rows.js';
import { type ClassCurve, CURVES } from './diagnostics.js';
import { type CurvePoint, simplify } from './simplify.js';

export interface ClassCurves {
  readonly roc: readonly ClassCurve[];
  readonly precisionRecall: readonly ClassCurve[];
  readonly notes: readonly string[];
}

/** @param threshold of the larger of two classes: where the operating point lies */
export function classCurves(rows: CleanRows, classRows: readonly number[], threshold: number): ClassCurves {
  const { classes, probabilities } = rows;
  if (!probabilities) return { roc: [], precisionRecall: [], notes: [] };
  const roc: ClassCurve[] = [];
  const precisionRecall: ClassCurve[] = [];
  const notes: string[] = [];
  const chosen = chosenClasses(classes, classRows);
  if (chosen.length > 0 && chosen.length < classes.length && classes.length > 2)
    notes.push(`Curves are drawn for the ${chosen.length} classes with the most rows, of ${classes.length}.`);
  for (const k of chosen) {
    const positives = classRows[k];
    if (positives === 0 || positives === rows.rows) {
      const which = positives === 0 ? `no row is of class ${classes[k]}` : `every row is of class ${classes[k]}`;
      notes.push(`ROC and precision-recall are undefined: ${which}.`);
      continue;
    }
    const curves = curvesOf(rows, k, positives, classes.length === 2 ? threshold : undefined);
    roc.push(curves[0]);
    precisionRecall.push(curves[1]);
  }
  return { roc, precisionRecall, notes };
}

/** Places of the classes to draw: of two the larger, of more those with the most rows, the smaller label first where rows are equal. */
function chosenClasses(classes: readonly number[], classRows: readonly number[]): number[] {
  if (classes.length === 2) return [1];
  return classes
    .map((_, k) => k)
    .filter((k) => classRows[k] > 0)
    .sort((a, b) => classRows[b] - classRows[a] || a - b)
    .slice(0, CURVES);
}

function curvesOf(
  rows: CleanRows,
  k: number,
  positives: number,
  threshold: number | undefined,
): [ClassCurve, ClassCurve] {
  const { y, weights, classes, probabilities = new Float64Array() } = rows;
  const n = rows.rows;
  const positive = new Uint8Array(n);
  const scores = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    positive[i] = y[i] === classes[k] ? 1 : 0;
    scores[i] = probabilities[i * classes.length + k];
  }
  const { thresholds, truePositives: tp, falsePositives: fp } = thresholdCounts(positive, scores, weights);
  const last = thresholds.length - 1;
  const allPositive = tp[last];
  const allNegative = fp[last];
  const tpr = new Float64Array(last + 2);
  const fpr = new Float64Array(last + 2);
  // From recall 0: precision is that of the first threshold there (the convention of a curve that begins at its own first point).
  const precision = new Float64Array(last + 2);
  for (let i = 0; i <= last; i++) {
    tpr[i + 1] = tp[i] / allPositive;
    fpr[i + 1] = fp[i] / allNegative;
    precision[i + 1] = tp[i] / (tp[i] + fp[i]);
  }
  precision[0] = precision[1];
  let area = 0;
  let average = 0;
  for (let i = 1; i < tpr.length; i++) {
    area += ((fpr[i] - fpr[i - 1]) * (tpr[i] + tpr[i - 1])) / 2;
    average += (tpr[i] - tpr[i - 1]) * precision[i];
  }
  const head = { label: classes[k], positives, rows: n, share: allPositive / (allPositive + allNegative) };
  const at = threshold === undefined ? undefined : placeOf(thresholds, threshold);
  const point = (x: Float64Array, yy: Float64Array) =>
    threshold === undefined || at === undefined ? {} : { operating: { threshold, x: x[at], y: yy[at] } };
  return [
    { ...head, area, points: rounded(simplify(fpr, tpr)), ...point(fpr, tpr) },
    { ...head, area: average, points: rounded(simplify(tpr, precision)), ...point(tpr, precision) },
  ];
}

/** Place on the curve (its first point is 'nothing is positive') of predicting positive from `threshold` on. */
function placeOf(thresholds: Float64Array, threshold: number): number {
  let low = 0;
  let high = thresholds.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (thresholds[middle] >= threshold) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** To a millionth: finer than any screen, a third of the bytes. */
const rounded = (points: readonly CurvePoint[]): CurvePoint[] =>
  points.map(([x, y]) => [Math.round(x * 1e6) / 1e6, Math.round(y * 1e6) / 1e6]);
