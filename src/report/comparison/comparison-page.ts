/** The report of a comparison: which model is best, from which others it cannot be told apart, what that rests on. */

import type { SplitSummary } from '../../data/split-facts.js';
import { CLASSIFICATION_METRICS, type MetricName, REGRESSION_METRICS } from '../../evaluation/evaluate.js';
import { type Html, html } from '../html/escape.js';
import { page, type Section } from '../html/page.js';
import { type Cell, card, figures, table } from '../html/parts.js';
import type { ComparedBaseline, ComparedModel } from '../model-comparison.js';
import type { Canvas } from '../plots/canvas.js';
import { barsFigure, differencesFigure } from '../plots/differences.js';
import type { FigureOrMissing } from '../plots/figure.js';
import { splitsFigure } from '../plots/timeline.js';
import { droppedRows, ledgerSection } from '../sections/splits.js';
import { betterWhen, metricLabel } from '../text/metric-names.js';
import { count, date, duration, number, percent, shortened, signed } from '../text/numbers.js';
import type { ComparisonData } from './comparison-data.js';
import { curvesFigure } from './curves-figure.js';

export function comparisonTitle({ title, data, models }: ComparisonData): string {
  if (title !== undefined) return title;
  const about = [data.symbol, data.horizon === undefined ? undefined : `horizon ${data.horizon}`].filter(
    (part) => part !== undefined,
  );
  return [`Comparison of ${count(models.length, 'model')}`, ...about].join(' · ');
}

const isBetter = ({ metric }: ComparisonData, value: number): boolean =>
  metric.direction === 'maximize' ? value > 0 : value < 0;

export function comparisonFigures(data: ComparisonData): FigureOrMissing[] {
  const summary = (data.data.summary ?? {}) as Partial<SplitSummary>;
  return [
    rankingFigure(data),
    ...(data.task === 'classification' ? [curvesFigure(data)] : []),
    barsFigure(
      data.models.map(({ label, trainingTime }) => ({ label, value: trainingTime })),
      {
        name: 'trainingTime',
        title: 'Training time',
        axis: 'Seconds',
        caption: `Wall time of each training on ${count(data.environment.threads, 'thread')}; trainings of one comparison may have run at once.`,
      },
    ),
    splitsFigure(data.ledger.splits, droppedRows(summary)),
  ];
}

function rankingFigure(data: ComparisonData): FigureOrMissing {
  const { metric, winner, models, baselines, significance } = data;
  const label = metricLabel(metric.name);
  const entries: (ComparedModel | ComparedBaseline)[] = [...models, ...baselines];
  const lines = entries.flatMap(({ label: name, difference }) => {
    if (!difference) return [];
    const { value, interval, significant } = difference;
    const outcome = significant
      ? isBetter(data, value)
        ? ('better' as const)
        : ('worse' as const)
      : ('undecided' as const);
    return [{ label: name, value, lower: interval.lower, upper: interval.upper, outcome }];
  });
  return differencesFigure(lines, {
    name: 'ranking',
    title: `Against the winner, ${winner}`,
    axis: `${label} minus the winner's`,
    caption: `On the same ${number(data.data.comparedRows)} validation rows, resampled together (${significance.method}${
      significance.blockLength > 1 ? `, blocks of ${significance.blockLength} rows` : ''
    }); lines are ${percent(significance.confidence, 0)} intervals. ${metric.direction === 'minimize' ? 'Right' : 'Left'} of 0 is worse than the winner.`,
    words: { better: 'better', worse: 'worse than the winner', undecided: 'may be chance' },
    missing: 'Differences: there is nothing to compare the winner with.',
  });
}

export function comparisonPage(canvas: Canvas, data: ComparisonData): string {
  const { comparisonId, createdAt, task, environment } = data;
  const [ranking, ...others] = comparisonFigures(data);
  const sections: Section[] = [
    {
      id: 'summary',
      title: 'Summary',
      body: html`${verdict(data)}<div class="gap"></div>${warnings(data)}${data.warnings.length > 0 && html`<div class="gap"></div>`}${card(rankingTable(data), true)}<div class="gap"></div>${figures(canvas, [ranking])}`,
    },
    {
      id: 'scores',
      title: 'Scores',
      lead: `On the ${number(data.data.comparedRows)} validation rows that every model predicts. ↑ higher is better, ↓ lower is better.`,
      body: card(scoresTable(data)),
    },
    { id: 'plots', title: 'Plots', body: figures(canvas, others) },
    ...finalTest(data),
    { id: 'failed', title: 'Not compared', body: notCompared(data) },
    ledgerSection({ canvas, data: { ledger: data.ledger }, judge: { split: 'validation', words: 'validation rows' } }),
    { id: 'configuration', title: 'Configuration', body: card(configurations(data)) },
    { id: 'lineage', title: 'Lineage', body: card(lineage(data)) },
  ];
  return page({
    title: comparisonTitle(data),
    about: [`Comparison ${comparisonId} · made ${date(createdAt)} UTC · ${task}`],
    sections,
    footer: `Made by holdfast ${environment.holdfast}. This file is complete: it loads nothing and runs nothing.`,
  });
}

function verdict({ verdict: { beatsBaselines, text } }: ComparisonData): Html {
  const tone = beatsBaselines ? 'good' : 'open';
  return html`<div class="card verdict ${tone}"><span class="badge ${tone}">${beatsBaselines ? 'Beats every baseline on validation rows' : 'Not shown to beat every baseline'}</span><p>${text}</p></div>`;
}

const warnings = ({ warnings: list }: ComparisonData): Html | undefined =>
  list.length === 0
    ? undefined
    : html`<div class="card warnings"><h3>Read before trusting it</h3><ul>${list.map((text) => html`<li>${text}</li>`)}</ul></div>`;

function rankingTable(data: ComparisonData): Html {
  const { models, baselines, metric } = data;
  const label = metricLabel(metric.name);
  const row = (entry: ComparedModel | ComparedBaseline, rank: string, time: string): (string | Cell)[] => {
    const { difference: d } = entry;
    return [
      entry.label,
      rank,
      entry.value === null ? { text: '–', small: entry.reason } : number(entry.value),
      d ? { text: signed(d.value), small: `${signed(d.interval.lower)} to ${signed(d.interval.upper)}` } : '–',
      d ? number(d.adjustedPValue, 3) : '–',
      {
        text: d
          ? d.significant
            ? isBetter(data, d.value)
              ? 'better'
              : 'worse'
            : 'may be chance'
          : rank === '1'
            ? 'winner'
            : '–',
        tone: d ? (d.significant ? (isBetter(data, d.value) ? 'good' : 'bad') : 'open') : 'good',
      },
      time,
    ];
  };
  return table(
    'Ranking',
    ['Model', 'Rank', label, 'Minus the winner', `p (${data.significance.correction})`, 'Outcome', 'Training'],
    [
      ...models.map((model) => row(model, String(model.rank), duration(model.trainingTime))),
      ...baselines.map((baseline) => row(baseline, 'baseline', '–')),
    ],
    { quiet: true },
  );
}

function scoresTable({ task, models, baselines }: ComparisonData): Html {
  const names: readonly MetricName[] = task === 'regression' ? REGRESSION_METRICS : CLASSIFICATION_METRICS;
  const arrow = (name: string) => (betterWhen(name) === 'higher' ? ' ↑' : ' ↓');
  return table(
    'Scores of all models',
    ['Model', ...names.map((name) => `${metricLabel(name)}${arrow(name)}`)],
    [...models, ...baselines].map(({ label, evaluation }) => [
      label,
      ...names.map((name) => number(evaluation.metrics[name])),
    ]),
    { quiet: true },
  );
}

function finalTest({ finalTest: final, winner }: ComparisonData): Section[] {
  if (!final)
    return [
      {
        id: 'test',
        title: 'Test',
        body: html`<p class="missing">The test rows were left alone: nothing here was chosen by them.</p>`,
      },
    ];
  const rows = Object.entries(final.evaluation.metrics).map(([name, value]) => [metricLabel(name), number(value)]);
  const against = final.baselines.map(({ label, comparison: c }) => [
    label,
    number(c.baseline),
    {
      text: signed(c.difference),
      small: c.interval ? `${signed(c.interval.lower)} to ${signed(c.interval.upper)}` : c.reason,
    },
    {
      text: c.outcome === 'undecided' ? 'may be chance' : c.outcome,
      tone: c.outcome === 'better' ? ('good' as const) : c.outcome === 'worse' ? ('bad' as const) : ('open' as const),
    },
  ]);
  return [
    {
      id: 'test',
      title: 'Test',
      lead: `The winner, ${winner}, and it alone, on ${number(final.evaluation.rows)} test rows, once.`,
      body: html`<div class="grid">${card(table('Scores on test rows', ['Metric', 'Test'], rows, { quiet: true }))}${against.length > 0 && card(table('Against the baselines on test rows', ['Baseline', 'Its score', 'Model minus baseline', 'Outcome'], against, { quiet: true }))}</div>`,
    },
  ];
}

function notCompared({ failed, skipped }: ComparisonData): Html {
  if (failed.length + skipped.length === 0)
    return html`<p class="missing">Every model that was asked for was trained and compared.</p>`;
  return html`<ul class="missing">${failed.map(({ label, error }) => html`<li><strong>${label}</strong> failed: ${error.message}${error.hint && html` ${error.hint}`}</li>`)}${skipped.map(
    ({ name, reason }) => html`<li><strong>${name}</strong> was not tried: ${reason}</li>`,
  )}</ul>`;
}

const configurations = ({ models }: ComparisonData): Html =>
  html`${models.map(
    ({ label, config, runId }) =>
      html`<details><summary>${label} · run ${runId}</summary>${table(
        `Hyperparameters of ${label}`,
        ['Name', 'Value'],
        Object.entries(config)
          .filter(([, value]) => value !== undefined)
          .map(([name, value]) => [
            name,
            {
              text: shortened(typeof value === 'string' ? value : (JSON.stringify(value) ?? ''), 300),
              tone: 'text' as const,
            },
          ]),
        { quiet: true },
      )}</details>`,
  )}`;

function lineage({ seed, data, environment, significance, comparisonId }: ComparisonData): Html {
  const text = (value: string): Cell => ({ text: value, tone: 'text' });
  return table(
    'Lineage',
    ['What', 'Value'],
    [
      ['Comparison', text(comparisonId)],
      ['Seed', text(String(seed))],
      ...(data.symbol === undefined ? [] : [['Symbol', text(data.symbol)]]),
      ['Features', text(number(data.featureNames.length))],
      ['Validation rows', text(`${number(data.validationRows)}, of which ${number(data.comparedRows)} compared`)],
      ...(data.from === undefined ? [] : [['Compared rows (UTC)', text(`${date(data.from)} to ${date(data.to)}`)]]),
      [
        'Resamples',
        text(
          `${number(significance.resamples)}, ${significance.method}, correction ${significance.correction} over ${count(significance.comparisons, 'comparison')}`,
        ),
      ],
      ['holdfast', text(environment.holdfast)],
      ['Node', text(environment.node)],
      ['Platform', text(`${environment.platform}, ${count(environment.threads, 'thread')}`)],
    ],
    { quiet: true },
  );
}
