/** All figures of the report of one run, in its order; and the reasons of those that cannot be drawn. */
import type { Canvas } from '../plots/canvas.js';
import type { FigureOrMissing } from '../plots/figure.js';
import { importanceFigure } from '../plots/importance.js';
import { learningFigure } from '../plots/learning.js';
import { shapFigure } from '../plots/shap.js';
import { foldsFigure, splitsFigure } from '../plots/timeline.js';
import { parallelFigure, tuningHistoryFigure } from '../plots/tuning.js';
import type { ReportData } from '../report-data.js';
import { judgeOf, type ReportContext } from './context.js';
import { classificationFigures, courseFigure, isRegression, regressionFigures } from './predictions.js';
import { droppedRows, summaryOf } from './splits.js';
import { baselinesFigure } from './summary.js';

export function reportFigures(canvas: Canvas, data: ReportData): FigureOrMissing[] {
  const context: ReportContext = { canvas, data, judge: judgeOf(data) };
  const summary = summaryOf(data);
  return [
    baselinesFigure(context),
    ...(isRegression(context) ? regressionFigures(context) : classificationFigures(context)),
    courseFigure(context),
    learningFigure(data.training, data.model?.task),
    importanceFigure(data.featureImportance),
    shapFigure(data.shap),
    splitsFigure(data.ledger?.splits ?? [], droppedRows(summary)),
    foldsFigure(data.crossValidation),
    tuningHistoryFigure(data.tuning),
    parallelFigure(data.tuning),
  ];
}
