/** The card of a comparison's winner, with the models it was chosen from. */
import type { ComparisonData } from '../comparison/comparison-data.js';
import { comparisonTitle } from '../comparison/comparison-page.js';
import { metricLabel } from '../text/metric-names.js';
import { count, date, duration, number, signed } from '../text/numbers.js';
import { list, markdownTable, paragraphs, plain } from './markdown.js';

export function comparisonCard(data: ComparisonData): string {
  const { metric, models, baselines, failed, significance, winner, finalTest, verdict, warnings } = data;
  const rows = [
    ...models.map((m) => [
      plain(m.label),
      number(m.value),
      m.difference ? signed(m.difference.value) : 'winner',
      m.difference ? number(m.difference.adjustedPValue, 3) : '–',
      duration(m.trainingTime),
    ]),
    ...baselines.map((b) => [
      `${plain(b.label)} (baseline)`,
      number(b.value),
      b.difference ? signed(b.difference.value) : '–',
      b.difference ? number(b.difference.adjustedPValue, 3) : '–',
      '–',
    ]),
  ];
  const test = finalTest
    ? markdownTable(
        ['Metric', 'Test'],
        Object.entries(finalTest.evaluation.metrics).map(([name, value]) => [metricLabel(name), number(value)]),
      )
    : 'The test rows were left alone.';
  return paragraphs([
    `# Model card: ${plain(winner)}, winner of ${plain(comparisonTitle(data))}`,
    plain(verdict.text),
    '## Intended use',
    list([
      `Predicts ${data.task === 'regression' ? 'a value' : 'a class and its probability'}${data.data.symbol === undefined ? '' : ` of ${plain(data.data.symbol)}`} from ${count(data.data.featureNames.length, 'feature')} that were made as for its training.`,
      ...(verdict.beatsBaselines
        ? []
        : ['Not for decisions: on this evidence it is not shown to beat every baseline.']),
    ]),
    '## Models',
    `By ${metricLabel(metric.name)} on ${number(data.data.comparedRows)} validation rows; ${significance.method}, ${number(significance.resamples)} resamples, p-values corrected (${significance.correction}).`,
    markdownTable(['Model', metricLabel(metric.name), 'Minus the winner', 'p', 'Training'], rows),
    failed.length > 0
      ? list(failed.map(({ label, error }) => `${plain(label)} failed: ${plain(error.message)}`))
      : undefined,
    '## Test',
    test,
    '## Limits',
    list([
      'The winner was chosen by these validation scores, so its own is too good: new rows will likely do worse.',
      ...warnings.map(plain),
    ]),
    '## How to make it again',
    list([
      `Seed ${data.seed}`,
      `holdfast ${data.environment.holdfast}, Node ${data.environment.node}, ${data.environment.platform}`,
      `Made ${date(data.createdAt)} UTC`,
    ]),
  ]);
}
