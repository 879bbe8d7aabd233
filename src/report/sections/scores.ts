/** All metrics of all splits beside the baselines', with intervals where they were measured and reasons where there is no value. */
import type { MetricName } from '../../evaluation/evaluate.js';
import { html } from '../html/escape.js';
import type { Section } from '../html/page.js';
import { type Cell, card, table } from '../html/parts.js';
import { betterWhen, metricAbout, metricLabel } from '../text/metric-names.js';
import { number, percent } from '../text/numbers.js';
import type { ReportContext } from './context.js';

const SPLITS = ['train', 'validation', 'test'] as const;

export function scoresSection({ data, judge }: ReportContext): Section {
  const { evaluations = {}, baselines = [], metrics: measured } = data;
  const splits = SPLITS.filter((split) => evaluations[split] ?? measured?.splits[split]);
  const head = { id: 'scores', title: 'Scores' };
  if (splits.length === 0) return { ...head, body: html`<p class="missing">No split was scored.</p>` };
  const names = [
    ...new Set(
      splits.flatMap((split) => Object.keys(evaluations[split]?.metrics ?? measured?.splits[split]?.metrics ?? {})),
    ),
  ] as MetricName[];
  const reasons = new Set<string>();
  const rows = names.map((name) => {
    const own = splits.map((split): Cell => {
      const of = measured?.splits[split];
      const value = of?.metrics[name] ?? evaluations[split]?.metrics[name];
      const interval = of?.intervals[name];
      const why =
        of?.undefinedMetrics[name] ??
        (evaluations[split]?.undefinedMetrics as Partial<Record<string, string>> | undefined)?.[name];
      if (value === null && why) reasons.add(`${metricLabel(name)} on ${split} rows has no value: ${why}.`);
      return {
        text: number(value),
        ...(interval && { small: `${number(interval.lower)} to ${number(interval.upper)}` }),
      };
    });
    const others = baselines.map(({ evaluations: of }): Cell => ({ text: number(of[judge.split]?.metrics[name]) }));
    const better = betterWhen(name);
    return [
      `${metricLabel(name)}${better ? (better === 'higher' ? ' ↑' : ' ↓') : ''}`,
      ...own,
      ...others,
      { text: metricAbout(name) ?? '', tone: 'text' as const },
    ];
  });
  const missing = SPLITS.filter((split) => !splits.includes(split)).map((split) =>
    split === 'test' ? 'The test rows were left alone.' : `No ${split} rows were scored.`,
  );
  const boot = measured?.bootstrap;
  const lead = [
    `↑ higher is better, ↓ lower is better.`,
    ...(boot
      ? [
          `Intervals cover ${percent(boot.level, 0)} (${boot.samples} resamples, ${boot.resampling}${boot.blockLength ? `, blocks of ${boot.blockLength}` : ''}).`,
        ]
      : []),
    ...(baselines.length > 0 ? [`Baselines are scored on the ${judge.words}.`] : []),
    ...missing,
  ].join(' ');
  return {
    ...head,
    lead,
    body: html`${card(table('Scores of the splits and the baselines', ['Metric', ...splits, ...baselines.map(({ name }) => name), 'What it is'], rows, { quiet: true }))}
${reasons.size > 0 && html`<ul class="missing">${[...reasons].map((reason) => html`<li>${reason}</li>`)}</ul>`}`,
  };
}
