/** How the model learned and what it looks at: learning curves, importance, SHAP values; and how its parameters were found. */
import { html } from '../html/escape.js';
import type { Section } from '../html/page.js';
import { figures } from '../html/parts.js';
import { importanceFigure } from '../plots/importance.js';
import { learningFigure } from '../plots/learning.js';
import { shapFigure } from '../plots/shap.js';
import { parallelFigure, tuningHistoryFigure } from '../plots/tuning.js';
import { count, duration, number } from '../text/numbers.js';
import type { ReportContext } from './context.js';

export function learningSection({ canvas, data }: ReportContext): Section {
  const { training } = data;
  const lead = training
    ? `${duration(training.trainingTime)} of training; ${training.earlyStopped ? 'stopped early on the validation loss' : 'not stopped early'}.`
    : undefined;
  return {
    id: 'learning',
    title: 'Training',
    ...(lead !== undefined && { lead }),
    body: figures(canvas, [learningFigure(training, data.model?.task), importanceFigure(data.featureImportance)]),
  };
}

export function shapSection({ canvas, data }: ReportContext): Section {
  return { id: 'explanation', title: 'Explanation', body: figures(canvas, [shapFigure(data.shap)]) };
}

export function tuningSection({ canvas, data: { tuning } }: ReportContext): Section {
  const head = { id: 'tuning', title: 'Tuning' };
  if (!tuning) return { ...head, body: html`<p class="missing">No tuning study belongs to this report.</p>` };
  const best = tuning.best
    ? ` The best value is ${number(tuning.best.value)}, of trial ${tuning.best.number}; it was chosen by that value, so new rows will do worse.`
    : '';
  return {
    ...head,
    lead: `${tuning.name ? `Study ${tuning.name}: ` : ''}${count(tuning.trials.length, 'trial')}.${best}`,
    body: figures(canvas, [tuningHistoryFigure(tuning), parallelFigure(tuning)]),
  };
}
