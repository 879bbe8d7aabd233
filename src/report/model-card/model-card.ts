/**
 * The model card of a run in Markdown: what the model is for, on what it stands, how good it is and how sure that is, where it ends. After Mitchell et al.,
 * "Model Cards for Model Reporting" (2019).
 */
import type { MetricName } from '../../evaluation/evaluate.js';
import type { ReportData } from '../report-data.js';
import { judgeOf } from '../sections/context.js';
import { titleOf } from '../sections/report-page.js';
import { droppedRows, summaryOf } from '../sections/splits.js';
import { betterWhen, metricLabel } from '../text/metric-names.js';
import { count, date, duration, number, percent } from '../text/numbers.js';
import { list, markdownTable, paragraphs, plain } from './markdown.js';

export function modelCard(data: ReportData): string {
  return paragraphs([
    `# Model card: ${plain(titleOf(data))}`,
    data.failure ? failure(data) : plain(data.verdict?.text ?? 'This model was compared with no baseline.'),
    '## Model',
    modelFacts(data),
    '## Intended use',
    intendedUse(data),
    '## Data and splits',
    dataFacts(data),
    '## Metrics',
    metrics(data),
    '## Limits',
    limits(data),
    '## How to make it again',
    again(data),
  ]);
}

const failure = ({ failure: f }: ReportData): string =>
  `**The run failed.** ${plain(f?.name ?? 'Error')}: ${plain(f?.message ?? '')}${f?.hint ? ` ${plain(f.hint)}` : ''} There is no model to use.`;

function modelFacts({ model, training, runId, createdAt }: ReportData): string {
  if (!model) return 'Not on record.';
  return list([
    `Type: ${plain(model.name)} (${plain(model.family)}), ${model.task}${model.variant === undefined ? '' : `, variant ${plain(model.variant)}`}`,
    ...(model.classes.length > 0
      ? [
          `Classes: ${model.classes.slice(0, 20).join(', ')}${model.classes.length > 20 ? ` and ${model.classes.length - 20} more` : ''}`,
        ]
      : []),
    ...(training
      ? [
          `Training: ${duration(training.trainingTime)}, ${training.totalEpochs} epochs, ${training.bestEpoch} used${training.earlyStopped ? ', stopped early on the validation loss' : ''}`,
        ]
      : []),
    ...(runId ? [`Run: ${plain(runId)}${createdAt ? `, ${date(createdAt)} UTC` : ''}`] : []),
  ]);
}

function intendedUse({ model, data, verdict, gate }: ReportData): string {
  const what = model?.task === 'regression' ? 'a value' : 'a class and its probability';
  const symbol = data?.symbol === undefined ? '' : ` of ${plain(data.symbol)}`;
  const horizon = data?.horizon === undefined ? '' : `, ${number(data.horizon)} rows ahead`;
  const uses = [
    `Predicts ${what}${symbol}${horizon} from ${count(data?.featureNames.length ?? 0, 'feature')} that were made as for its training.`,
  ];
  if (gate)
    uses.push(
      gate.passed
        ? 'It passed the gate before deployment.'
        : 'It was refused by the gate before deployment: do not deploy it.',
    );
  else uses.push('No gate was asked whether it may be deployed.');
  if (verdict && !verdict.beatsBaseline)
    uses.push('Not for decisions: on this evidence it is not shown to beat every baseline.');
  uses.push('Not for rows of another kind, another time or another source than those below without a new evaluation.');
  return list(uses);
}

function dataFacts(data: ReportData): string {
  const summary = summaryOf(data);
  const splits = summary.splits ?? [];
  const rows = splits.map((split) => [split.role, number(split.rows), date(split.from), date(split.to)]);
  const dropped = droppedRows(summary);
  const findings = data.leakage?.findings ?? [];
  return paragraphs([
    rows.length > 0
      ? markdownTable(['Split', 'Rows', 'From (UTC)', 'To (UTC)'], rows)
      : 'The splits are not on record.',
    list([
      ...(dropped.length > 0 ? [`Between the splits: ${dropped.map(plain).join('; ')}`] : []),
      data.leakage
        ? `Leakage: ${count(data.leakage.checked.length, 'check')}, ${findings.length === 0 ? 'nothing found' : findings.map(({ message }) => plain(message)).join('; ')}`
        : 'Leakage: not checked',
      ...(data.ledger
        ? [
            `Test rows were evaluated ${data.ledger.testEvaluations === 1 ? 'once' : `${data.ledger.testEvaluations} times`}; the holdout is ${data.ledger.holdoutUnlocks.length === 0 ? 'sealed' : 'opened'}`,
          ]
        : []),
    ]),
  ]).trim();
}

function metrics(data: ReportData): string {
  const judge = judgeOf(data);
  const evaluation = data.evaluations?.[judge.split];
  const names = Object.keys(evaluation?.metrics ?? judge.measured?.metrics ?? {}) as MetricName[];
  if (names.length === 0) return 'There are none: nothing was scored.';
  const baselines = data.baselines ?? [];
  const rows = names.map((name) => {
    const interval = judge.measured?.intervals[name];
    return [
      `${metricLabel(name)}${betterWhen(name) === 'higher' ? ' ↑' : ' ↓'}`,
      number(judge.measured?.metrics[name] ?? evaluation?.metrics[name]),
      interval ? `${number(interval.lower)} to ${number(interval.upper)}` : '–',
      ...baselines.map(({ evaluations }) => number(evaluations[judge.split]?.metrics[name])),
    ];
  });
  const level = Object.values(judge.measured?.intervals ?? {})[0]?.level;
  return paragraphs([
    `On ${number(evaluation?.rows ?? judge.measured?.rows)} ${judge.words}${evaluation?.weighted ? ', weighted' : ''}. ↑ higher is better, ↓ lower is better.`,
    markdownTable(
      [
        'Metric',
        'Model',
        level === undefined ? 'Interval' : `${percent(level, 0)} interval`,
        ...baselines.map(({ name }) => plain(name)),
      ],
      rows,
    ),
  ]).trim();
}

function limits(data: ReportData): string {
  const judge = judgeOf(data);
  const warnings = [...new Set([...(data.warnings ?? []), ...(data.metrics?.warnings ?? [])])];
  return list([
    ...(judge.split === 'validation'
      ? ['Scores are of validation rows, which training may have looked at: new rows will likely do worse.']
      : []),
    ...(data.metrics || data.failure ? [] : ['Scores have no intervals: how much of them is chance is not known.']),
    ...(judge.diagnostics?.notes ?? []).map(plain),
    ...warnings.map(plain),
    'What held in the time of these rows need not hold later.',
  ]);
}

function again({ seed, environment, lineage = {}, model }: ReportData): string {
  const facts = [
    ...(seed === undefined ? [] : [`Seed ${seed}`]),
    ...(environment ? [`holdfast ${environment.holdfast}, Node ${environment.node}, ${environment.platform}`] : []),
    ...Object.entries(lineage).map(([name, value]) => `${plain(name)}: ${plain(String(value))}`),
  ];
  const config = model
    ? ['```json', JSON.stringify(model.config, null, 2).replaceAll('`', "'"), '```'].join('\n')
    : undefined;
  return paragraphs([facts.length > 0 ? list(facts) : 'Nothing is on record.', config]).trim();
}
