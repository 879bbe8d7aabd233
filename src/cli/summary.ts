/** The outcome of a run for people: scores against baselines, the verdict, where things are. */
import { textTable } from '../core/text-table.js';
import type { Evaluation } from '../evaluation/evaluate.js';
import type { TrainingResult } from '../training/trainer.js';
import { type Paint, paint } from './colour.js';
import { withHeader } from './print.js';

const SHOWN = {
  classification: ['logLoss', 'rocAuc', 'accuracy', 'f1', 'brierScore'],
  regression: ['rmse', 'mae', 'r2'],
} as const;

export function summaryText(
  { report, artifacts, metrics }: Pick<TrainingResult, 'report' | 'artifacts' | 'metrics'>,
  colour: Paint = paint(),
): string {
  const names = SHOWN[report.model.task];
  const row = (label: string, evaluation: Evaluation | undefined): string[][] =>
    evaluation ? [[label, ...names.map((name) => format(evaluation.metrics[name]))]] : [];
  const rows = [
    ...row('train', report.evaluations.train),
    ...row('validation', report.evaluations.validation),
    ...row('test', report.evaluations.test),
    ...report.baselines.flatMap(({ name, evaluations }) =>
      row(`${name} (${report.verdict.split})`, evaluations[report.verdict.split]),
    ),
  ];
  const symbol = report.data.symbol ? ` on ${report.data.symbol}` : '';
  const stopped = metrics.earlyStopped ? `, stopped early, best ${metrics.bestEpoch}` : '';
  const verdict = report.verdict.beatsBaseline ? colour.green : colour.yellow;
  return [
    `${report.model.name}${symbol}: ${metrics.totalEpochs} rounds in ${metrics.trainingTime.toFixed(1)} s${stopped}`,
    withHeader(textTable(['', ...names], rows), colour),
    verdict(report.verdict.text),
    ...report.warnings.map((warning) => colour.yellow(`warning: ${warning}`)),
    ...(artifacts ? [colour.dim(`saved to ${artifacts.directory}`)] : []),
  ].join('\n');
}

function format(value: number | null | undefined): string {
  return value === null || value === undefined ? 'n/a' : value.toFixed(4);
}
