/** A comparison as text, and the sentence that says what it shows. */
import { textTable } from '../core/text-table.js';
import type { MetricName } from '../evaluation/evaluate.js';
import type {
  ComparedBaseline,
  ComparedModel,
  ComparisonReport,
  Difference,
  FailedModel,
} from '../report/model-comparison.js';

const number = (value: number | null | undefined): string =>
  value === null || value === undefined ? 'n/a' : value.toFixed(4);
const signed = (value: number): string => `${value < 0 ? '' : '+'}${value.toFixed(4)}`;

/**
 * The table: models best first, then baselines, then what failed. `columns` are metric names, the deciding one first. A `*` stands beside a
 * difference that is not by chance.
 */
export function comparisonTable(report: Omit<ComparisonReport, 'ledger'>, columns: readonly string[]): string {
  const [deciding, ...others] = columns;
  const { confidence } = report.significance;
  const row = (entry: ComparedModel | ComparedBaseline, time: string): string[] => [
    entry.label,
    number(entry.value),
    ...others.map((name) => number(entry.evaluation.metrics[name as MetricName])),
    ...differenceCells(entry.difference),
    time,
  ];
  const rows = [
    ...report.models.map((model) => row(model, `${model.trainingTime.toFixed(1)} s`)),
    ...report.baselines.map((baseline) => row(baseline, '')),
  ];
  const header = ['', deciding, ...others, 'to winner', `${Math.round(confidence * 100)}% interval`, 'p', 'fit'];
  return [
    textTable(header, rows),
    '',
    report.verdict.text,
    ...report.failed.map(failedLine),
    ...report.skipped.map(({ name, reason }) => `${name} was left out: ${reason}`),
    ...(report.finalTest ? [finalLine(report)] : []),
    ...report.warnings.map((warning) => `warning: ${warning}`),
  ].join('\n');
}

function differenceCells(difference: Difference | undefined): string[] {
  if (!difference) return ['-', '', '-'];
  const { value, interval, adjustedPValue, significant } = difference;
  return [
    `${signed(value)}${significant ? '*' : ''}`,
    `${signed(interval.lower)} to ${signed(interval.upper)}`,
    adjustedPValue.toFixed(4),
  ];
}

const failedLine = ({ label, error }: FailedModel): string =>
  `${label} failed: ${error.message}${error.hint ? ` (${error.hint})` : ''}`;

function finalLine({ winner, finalTest, metric }: Omit<ComparisonReport, 'ledger'>): string {
  const value = finalTest?.evaluation.metrics[metric.name as MetricName];
  const against = finalTest?.baselines
    .map(({ label, comparison }) => `${label} ${number(comparison.baseline)} (${comparison.outcome})`)
    .join(', ');
  const compared = finalTest?.baselines[0]?.comparison.metric;
  return `Test, the winner alone: ${winner} ${metric.name} ${number(value)} on ${finalTest?.evaluation.rows} rows${
    against ? `; ${compared} of baselines: ${against}` : ''
  }`;
}

/** The honest sentence: who wins, who cannot be told apart from the winner, and whether a baseline is beaten. */
export function verdictOf(
  winner: ComparedModel,
  models: readonly ComparedModel[],
  baselines: readonly ComparedBaseline[],
  { metric, rows, better }: { metric: string; rows: number; better: (a: number, b: number) => boolean },
): ComparisonReport['verdict'] {
  const ties = models
    .filter(({ label, difference }) => label !== winner.label && difference && !difference.significant)
    .map(({ label }) => label);
  const unscored = models.filter(({ value }) => value === null).map(({ label }) => label);
  const rivals = models.length - 1 - unscored.length;
  const beaten = baselines.filter(
    ({ value, difference }) =>
      difference?.significant === true && value !== null && winner.value !== null && better(winner.value, value),
  );
  const open = baselines.filter((baseline) => !beaten.includes(baseline)).map(({ label }) => label);
  const beatsBaselines = baselines.length > 0 && open.length === 0;
  const parts = [
    `${winner.label} has the best ${metric} on ${rows} validation rows (${number(winner.value)})`,
    rivals === 0
      ? 'there is no other model to compare it with'
      : ties.length > 0
        ? `it cannot be told apart from ${ties.join(', ')}`
        : 'it is better than every other model',
    ...(unscored.length > 0 ? [`${unscored.join(', ')} cannot be compared by ${metric}`] : []),
    baselines.length === 0
      ? 'it was compared with no baseline'
      : beatsBaselines
        ? 'it beats every baseline'
        : `it is not shown to beat ${open.join(', ')}: do not trust it with decisions on this evidence`,
  ];
  return { text: `${parts.join('; ')}.`, beatsBaselines, ties };
}
