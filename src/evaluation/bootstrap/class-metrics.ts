/** Each of several classes against the rest. */
import { scoreColumn } from '../../metrics/inputs.js';
import { indicator } from '../../metrics/labels.js';
import { classScores } from '../../metrics/precision-recall.js';
import type { ClassMetrics } from '../validation-metrics.js';
import type { MeasuredRows, MeasuredSubject } from './measured-rows.js';
import { RankedCurve } from './ranked-curve.js';

/** Of the model's classes; what a class without rows, or one never predicted, leaves undefined is null. */
export function classMetrics({ truth }: MeasuredRows, subject: MeasuredSubject): ClassMetrics[] {
  const { y, weights } = truth;
  const { predictions, probabilities, classes } = subject;
  const scores = classScores('evaluation', y, predictions, { sampleWeight: weights, zeroDivision: Number.NaN });
  const everyRow = new Uint32Array(y.length).fill(1);
  const defined = (value: number | undefined) => (value !== undefined && Number.isFinite(value) ? value : null);
  return classes.map((label, k) => {
    const at = scores.classes.indexOf(label);
    const positive = indicator(y, label);
    let rows = 0;
    for (const one of positive) rows += one;
    const areas = { rocAuc: Number.NaN, prAuc: Number.NaN };
    if (probabilities) {
      const { data, rows: n, cols } = probabilities;
      const curve = new RankedCurve(positive, scoreColumn({ data, rows: n, cols }, k), weights);
      curve.walk(everyRow);
      areas.rocAuc = curve.rocArea;
      areas.prAuc = curve.prArea;
    }
    return {
      label,
      rows,
      precision: defined(scores.precision[at]),
      recall: defined(scores.recall[at]),
      f1: defined(scores.fScore[at]),
      rocAuc: defined(areas.rocAuc),
      prAuc: defined(areas.prAuc),
    };
  });
}
