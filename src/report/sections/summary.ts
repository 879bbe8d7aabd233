/** The first thing a reader sees: is the model good, by how much, how sure is that, and what speaks against it. */
import type { BaselineMetrics, MetricInterval } from '../../evaluation/validation-metrics.js';
import { type Html, html } from '../html/escape.js';
import type { Section } from '../html/page.js';
import { figures } from '../html/parts.js';
import { type DifferenceLine, differencesFigure } from '../plots/differences.js';
import type { FigureOrMissing } from '../plots/figure.js';
import type { ReportData } from '../report-data.js';
import { betterWhen, metricAbout, metricLabel } from '../text/metric-names.js';
import { count, duration, number, percent, signed } from '../text/numbers.js';
import { decidingScore, type ReportContext } from './context.js';

export function summarySection(context: ReportContext): Section {
  const { data, canvas } = context;
  const body = html`${verdictCard(data)}${tiles(context)}${warnings(data)}${figures(canvas, [baselinesFigure(context)])}`;
  return { id: 'summary', title: 'Summary', body };
}

function verdictCard(data: ReportData): Html {
  const { failure, verdict, gate } = data;
  if (failure) {
    return html`<div class="card verdict bad" role="note"><span class="badge bad">Run failed</span>
<p>${failure.name}${failure.code && ` (${failure.code})`}: ${failure.message}</p>${failure.hint && html`<p>What to do: ${failure.hint}</p>`}</div>`;
  }
  if (!verdict)
    return html`<div class="card verdict"><span class="badge">No verdict</span><p>The model was compared with no baseline.</p></div>`;
  const good = verdict.beatsBaseline;
  return html`<div class="card verdict ${good ? 'good' : 'open'}"><span class="badge ${good ? 'good' : 'open'}">${
    good ? 'Beats every baseline' : 'Not shown to beat every baseline'
  }</span>${gate && html` <span class="badge ${gate.passed ? 'good' : 'bad'}">${gate.passed ? 'Gate passed' : 'Gate refused'}</span>`}
<p>${verdict.text}</p>${gate && !gate.passed && html`<ul>${gate.failures.map((text) => html`<li>${text}</li>`)}</ul>`}</div>`;
}

interface Tile {
  readonly name: string;
  readonly value: string;
  readonly small: string;
}

function tiles(context: ReportContext): Html | undefined {
  const { data, judge } = context;
  const { metric, value } = decidingScore(context);
  const evaluation = data.evaluations?.[judge.split];
  const found: Tile[] = [];
  if (metric) {
    const interval = judge.measured?.intervals[metric];
    const reason =
      value === null
        ? (judge.measured?.undefinedMetrics[metric] ??
          (evaluation?.undefinedMetrics as Record<string, string> | undefined)?.[metric])
        : undefined;
    found.push({
      name: `${metricLabel(metric)} on ${judge.words}`,
      value: number(value),
      small: value === null ? (reason ?? 'undefined on these rows') : (intervalText(interval) ?? aboutMetric(metric)),
    });
  }
  const against = toughest(data);
  if (against) found.push(against);
  const area = judge.measured?.metrics.rocAuc ?? evaluation?.metrics.rocAuc;
  if (typeof area === 'number' && metric !== 'rocAuc')
    found.push({
      name: `ROC AUC on ${judge.words}`,
      value: number(area),
      small: intervalText(judge.measured?.intervals.rocAuc) ?? '0.5 is chance',
    });
  const r2 = evaluation?.metrics.r2;
  if (typeof r2 === 'number')
    found.push({ name: `R² on ${judge.words}`, value: number(r2), small: '0 is the mean, 1 is perfect' });
  found.push({
    name: 'Gate',
    value: data.gate ? (data.gate.passed ? 'passed' : 'refused') : 'not asked',
    small: data.gate ? count(data.gate.checks.length, 'requirement') : 'no minimum scores were set',
  });
  const rows = evaluation?.rows ?? judge.measured?.rows;
  if (rows !== undefined) {
    const trained = data.evaluations?.train?.rows;
    found.push({
      name: judge.split === 'test' ? 'Test rows' : 'Validation rows',
      value: number(rows),
      small: trained === undefined ? '' : `trained on ${number(trained)}`,
    });
  }
  if (data.training)
    found.push({
      name: 'Training',
      value: duration(data.training.trainingTime),
      small: count(data.data?.featureNames.length ?? 0, 'feature'),
    });
  return html`<dl class="tiles">${found.map(
    ({ name, value: text, small }) =>
      html`<div class="tile"><dt>${name}</dt><dd class="value">${text}</dd><dd class="small">${small}</dd></div>`,
  )}</dl>`;
}

export const intervalText = (interval: MetricInterval | undefined): string | undefined =>
  interval && `${percent(interval.level, 0)} interval ${number(interval.lower)} to ${number(interval.upper)}`;

const aboutMetric = (metric: string): string =>
  [metricAbout(metric), betterWhen(metric) && `${betterWhen(metric)} is better`].filter(Boolean).join('; ');

interface Compared {
  readonly name: string;
  readonly metric: string;
  readonly line: DifferenceLine;
}

/** Differences to the baselines: measured ones, else those of the training. */
function comparedWith({ metrics, baselines = [] }: ReportData): Compared[] {
  const measured = (metrics?.baselines ?? []).flatMap((baseline) => measuredLine(baseline));
  if (measured.length > 0) return measured;
  return baselines.flatMap(({ name, comparison }) =>
    comparison?.interval && comparison.difference !== null
      ? [
          {
            name,
            metric: comparison.metric,
            line: { label: name, value: comparison.difference, ...comparison.interval, outcome: comparison.outcome },
          },
        ]
      : [],
  );
}

function measuredLine({ name, differences, decidedBy }: BaselineMetrics): Compared[] {
  const found = differences[decidedBy];
  if (!found?.interval || found.difference === null) return [];
  const { lower, upper } = found.interval;
  return [
    { name, metric: decidedBy, line: { label: name, value: found.difference, lower, upper, outcome: found.outcome } },
  ];
}

/** Of the baselines, the one that the model is least ahead of. */
function toughest(data: ReportData): Tile | undefined {
  const compared = comparedWith(data);
  if (compared.length === 0) return undefined;
  const ahead = ({ line, metric }: Compared): number => (betterWhen(metric) === 'lower' ? -line.value : line.value);
  const hardest = compared.reduce((a, b) => (ahead(b) < ahead(a) ? b : a));
  const { line, name } = hardest;
  const words = { better: 'better', worse: 'worse', undecided: 'may be chance' }[line.outcome];
  return {
    name: `Against ${name}`,
    value: signed(line.value),
    small: `${words}: ${signed(line.lower)} to ${signed(line.upper)}`,
  };
}

export function baselinesFigure({ data, judge }: ReportContext): FigureOrMissing {
  const compared = comparedWith(data);
  const metric = compared[0]?.metric ?? '';
  const better = betterWhen(metric);
  return differencesFigure(
    compared.map(({ line }) => line),
    {
      name: 'baselines',
      title: 'Against the baselines',
      axis: `${metricLabel(metric)}: model minus baseline`,
      caption: `On the same ${judge.words}, resampled together; lines are intervals. ${better === 'lower' ? 'Left of 0 the model is better.' : 'Right of 0 the model is better.'}`,
      words: { better: 'model is better', worse: 'model is worse', undecided: 'may be chance' },
      missing: data.failure
        ? 'Baselines: the run failed before the comparison.'
        : 'Baselines: there is no comparison with an interval.',
    },
  );
}

function warnings({ warnings: list = [], metrics }: ReportData): Html | undefined {
  const all = [...new Set([...list, ...(metrics?.warnings ?? [])])];
  if (all.length === 0) return undefined;
  const more = all.length - 12;
  return html`<div class="card warnings"><h3>Read before trusting it</h3><ul>${all.slice(0, 12).map((text) => html`<li>${text}</li>`)}${more > 0 && html`<li>and ${more} more in report.json</li>`}</ul></div><div class="gap"></div>`;
}
