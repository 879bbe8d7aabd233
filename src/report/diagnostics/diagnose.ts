/** `diagnosticsOf`: predictions of one split as what plots show of them. */
import { Turns } from '../../core/turns.js';
import { classCurves } from './class-curves.js';
import { cleanRows } from './clean-rows.js';
import type { Diagnostics, PredictedRows } from './diagnostics.js';
import { overTime } from './over-time.js';
import { calibrationBins, scoreHistogram } from './score-bins.js';
import { valuePlots } from './value-plots.js';

/** What is computed of predictions for plots, and how finely. */
export interface DiagnosticsOptions {
  /** Probability of the larger of two classes from which it is predicted. Default 0.5. */
  readonly threshold?: number;
}

/**
 * Curves, calibration, scores and their course in time, of 100,000 rows in less than a second. Rows without a finite score are left out and counted.
 *
 * @throws InvalidInputError - arrays that do not belong to the same rows
 */
export async function diagnosticsOf(
  predicted: PredictedRows,
  { threshold = 0.5 }: DiagnosticsOptions = {},
): Promise<Diagnostics> {
  const turns = new Turns();
  const rows = cleanRows(predicted);
  const { classes } = rows;
  const place = new Map(classes.map((label, k) => [label, k]));
  const classRows = classes.map(() => 0);
  const strange = new Map<number, number>();
  if (classes.length > 0)
    for (const label of rows.y) {
      const k = place.get(label);
      if (k === undefined) strange.set(label, (strange.get(label) ?? 0) + 1);
      else classRows[k]++;
    }
  await turns.pause();
  const curves = classCurves(rows, classRows, threshold);
  await turns.pause();
  const calibration = calibrationBins(rows);
  const scores = scoreHistogram(rows);
  await turns.pause();
  const course = overTime(rows);
  const values = classes.length === 0 ? valuePlots(rows) : undefined;
  const unknown = [...strange].sort(([a], [b]) => a - b).map(([label, count]) => `${label} (${count} rows)`);
  return {
    rows: rows.rows,
    weighted: rows.weights !== undefined,
    classes,
    classRows,
    roc: curves.roc,
    precisionRecall: curves.precisionRecall,
    ...(calibration && { calibration }),
    ...(scores && { scores }),
    ...(course && { overTime: course }),
    ...(values && { values }),
    notes: [
      ...rows.notes,
      ...(unknown.length > 0
        ? [`The model does not know these labels of the rows: ${unknown.slice(0, 8).join(', ')}.`]
        : []),
      ...(classes.length > 0 && !rows.probabilities ? ['The model gives no probabilities: there are no curves.'] : []),
      ...curves.notes,
    ],
  };
}
