/** What the predictions are like: errors, ranking, probabilities, their course in time, and groups. */
import { html } from '../html/escape.js';
import type { Section } from '../html/page.js';
import { card, figures, table } from '../html/parts.js';
import { calibrationFigure } from '../plots/calibration.js';
import { confusionFigure } from '../plots/confusion.js';
import { precisionRecallFigure, rocFigure } from '../plots/curves.js';
import type { FigureOrMissing } from '../plots/figure.js';
import { courseOf, overTimeFigure } from '../plots/over-time.js';
import { scoresFigure } from '../plots/scores.js';
import { predictedActualFigure, residualsFigure } from '../plots/values.js';
import { metricLabel } from '../text/metric-names.js';
import { number } from '../text/numbers.js';
import { decidingScore, type ReportContext, whyNoPredictions } from './context.js';

export const isRegression = ({ data }: ReportContext): boolean =>
  (data.model?.task ?? data.evaluations?.test?.task ?? data.evaluations?.validation?.task ?? data.metrics?.task) ===
  'regression';

/** Classifiers: what is taken for what, and what the probabilities are worth. */
export function classificationFigures(context: ReportContext): FigureOrMissing[] {
  const { data, judge } = context;
  const why = whyNoPredictions(context);
  const evaluation = data.evaluations?.[judge.split];
  const confusion =
    judge.measured?.confusionMatrix ?? (evaluation?.task === 'classification' ? evaluation.confusionMatrix : undefined);
  const calibration = data.metrics?.calibration;
  return [
    confusionFigure(
      confusion,
      data.failure ? 'the run failed before there were predictions.' : 'there are no predictions of labels.',
      evaluation?.weighted ?? judge.measured?.weighted,
    ),
    rocFigure(judge.diagnostics?.roc ?? [], why),
    precisionRecallFigure(judge.diagnostics?.precisionRecall ?? [], why),
    calibrationFigure(judge.diagnostics, calibration?.split === judge.split ? calibration : undefined, why),
    scoresFigure(judge.diagnostics, why),
  ];
}

export function regressionFigures(context: ReportContext): FigureOrMissing[] {
  const why = whyNoPredictions(context);
  const values = context.judge.diagnostics?.values;
  return [predictedActualFigure(values, why), residualsFigure(values, why)];
}

export function courseFigure(context: ReportContext): FigureOrMissing {
  const { data, judge } = context;
  const { metric } = decidingScore(context);
  const periods = data.metrics?.periods;
  const course = courseOf(periods?.split === judge.split ? periods : undefined, metric, judge.diagnostics?.overTime);
  const whole =
    course &&
    (judge.measured?.metrics[course.metric as 'logLoss'] ??
      data.evaluations?.[judge.split]?.metrics[course.metric as 'logLoss']);
  return overTimeFigure(
    course,
    whole,
    judge.diagnostics ? 'there are too few rows for periods.' : whyNoPredictions(context),
  );
}

export function predictionsSection(context: ReportContext): Section {
  const { canvas, judge, data } = context;
  const regression = isRegression(context);
  const notes = judge.diagnostics?.notes ?? [];
  const groups = data.metrics?.groups;
  const { metric } = decidingScore(context);
  return {
    id: 'predictions',
    title: 'Predictions',
    lead: `All plots are of the ${judge.words}${judge.diagnostics?.weighted ? ', with their weights' : ''}.`,
    body: html`${notes.length > 0 && html`<ul class="missing">${notes.map((note) => html`<li>${note}</li>`)}</ul>`}
${figures(canvas, regression ? regressionFigures(context) : classificationFigures(context))}
<div class="gap"></div>${figures(canvas, [courseFigure(context)])}
${
  groups &&
  metric &&
  card(
    table(
      `${metricLabel(metric)} by group`,
      ['Group', 'Rows', metricLabel(metric), 'Remark'],
      groups.parts.map((part) => [
        part.name,
        number(part.rows),
        {
          text: number(part.metrics[metric]),
          small:
            part.intervals[metric] &&
            `${number(part.intervals[metric]?.lower)} to ${number(part.intervals[metric]?.upper)}`,
        },
        { text: part.smallBecause ?? '', tone: 'text' as const },
      ]),
    ),
    true,
  )
}`,
  };
}
