/** The report of one run as a page: what was found first, then why, then from what. */
import { page } from '../html/page.js';
import type { Canvas } from '../plots/canvas.js';
import type { ReportData } from '../report-data.js';
import { date } from '../text/numbers.js';
import { judgeOf, type ReportContext } from './context.js';
import { configurationSection, gateSection, lineageSection } from './origin.js';
import { predictionsSection } from './predictions.js';
import { scoresSection } from './scores.js';
import { ledgerSection, splitsSection } from './splits.js';
import { summarySection } from './summary.js';
import { learningSection, shapSection, tuningSection } from './training.js';

export function titleOf({ title, model, data, failure }: ReportData): string {
  if (title !== undefined) return title;
  const parts = [model?.name, data?.symbol, data?.horizon === undefined ? undefined : `horizon ${data.horizon}`];
  const named = parts.filter((part) => part !== undefined && part !== '').join(' · ');
  return named === '' ? (failure ? 'Failed run' : 'Model report') : named;
}

export function reportPage(canvas: Canvas, data: ReportData): string {
  const context: ReportContext = { canvas, data, judge: judgeOf(data) };
  const { runId, createdAt, environment, model } = data;
  const gate = gateSection(context);
  return page({
    title: titleOf(data),
    about: [
      [
        runId && `Run ${runId}`,
        createdAt && `made ${date(createdAt)} UTC`,
        model && `${model.family} model, ${model.task}`,
      ]
        .filter(Boolean)
        .join(' · '),
    ].filter((line) => line !== ''),
    sections: [
      summarySection(context),
      scoresSection(context),
      predictionsSection(context),
      learningSection(context),
      shapSection(context),
      ...(gate ? [gate] : []),
      splitsSection(context),
      tuningSection(context),
      ledgerSection(context),
      configurationSection(context),
      lineageSection(context),
    ],
    footer: `Made by holdfast${environment ? ` ${environment.holdfast}` : ''}. This file is complete: it loads nothing and runs nothing.`,
  });
}
