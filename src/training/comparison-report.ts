/** The report of a comparison, from its ranking. */
import { LIBRARY_VERSION } from '../core/version.js';
import { type QCDecision, qualityWarnings } from '../data/qc-gate.js';
import type { AnyContainer } from '../evaluation/adapt.js';
import { evaluateSplit } from '../evaluation/evaluate.js';
import type { MetricDefinition } from '../metrics/registry.js';
import type { Task } from '../model/types.js';
import {
  COMPARISON_VERSION,
  type ComparedBaseline,
  type ComparedModel,
  type ComparisonReport,
  type FailedModel,
} from '../report/model-comparison.js';
import { type Ranking, type Scored, windowOf } from './comparison-ranking.js';
import type { ComparisonEntry } from './comparison-result.js';
import { verdictOf } from './comparison-table.js';

interface ReportFacts {
  readonly comparisonId: string;
  readonly task: Task;
  readonly seed: number;
  readonly metric: MetricDefinition;
  readonly threads: number;
  readonly skipped: ComparisonReport['skipped'];
  readonly failed: readonly FailedModel[];
  readonly finalTest?: ComparisonReport['finalTest'];
  readonly qc?: QCDecision;
}

export function reportOf(ranking: Ranking, container: AnyContainer, given: ReportFacts): ComparisonReport {
  const { facts, significance } = ranking;
  const { comparisonId, task, seed, metric, threads, skipped, failed, finalTest, qc } = given;
  const models = ranking.models.flatMap((one, i) => (one.result ? [modelOf(one, one.result, i + 1, facts, task)] : []));
  const baselines = ranking.baselines.map(
    (one): ComparedBaseline => ({ ...entryOf(one, facts, task), description: one.description ?? '' }),
  );
  const [winner] = models;
  const better = (a: number, b: number): boolean => (metric.direction === 'maximize' ? a > b : a < b);
  const { symbol, horizon, featureNames, validation } = container;
  const { times } = facts;
  const iso = (ms: number) => new Date(ms).toISOString();
  return {
    formatVersion: COMPARISON_VERSION,
    comparisonId,
    createdAt: new Date().toISOString(),
    ...{ task, seed },
    metric: { name: metric.name, direction: metric.direction },
    data: {
      ...(symbol !== undefined && { symbol }),
      ...(horizon !== undefined && { horizon }),
      ...{ featureNames, summary: container.summary() },
      validationRows: validation.y.length,
      comparedRows: facts.y.length,
      ...(times && times.length > 0 && { from: iso(times[0]), to: iso(times[times.length - 1]) }),
    },
    significance,
    winner: winner.label,
    ...{ models, baselines, failed, skipped },
    verdict: verdictOf(winner, models, baselines, { metric: metric.name, rows: facts.y.length, better }),
    ...(finalTest && { finalTest }),
    ...(qc && { qc }),
    ledger: container.ledger.report(),
    warnings: [...qualityWarnings(qc), ...warningsOf(facts.y.length, validation.y.length, container)],
    environment: {
      holdfast: LIBRARY_VERSION,
      node: process.version,
      platform: `${process.platform}-${process.arch}`,
      threads,
    },
  };
}

function modelOf(
  one: Scored,
  result: ComparisonEntry,
  place: number,
  facts: Ranking['facts'],
  task: Task,
): ComparedModel {
  const { report, metrics, runId } = result;
  const { name, variant, config } = report.model;
  const window = windowOf(result);
  return {
    ...entryOf(one, facts, task),
    ...{ name, rank: place, runId, config },
    ...(variant !== undefined && { variant }),
    ...(window !== undefined && { sequenceLength: window }),
    trainedRows: report.evaluations.train?.rows ?? 0,
    ...{ trainingTime: metrics.trainingTime, bestEpoch: metrics.bestEpoch, totalEpochs: metrics.totalEpochs },
  };
}

function entryOf({ label, value, reason, output, difference }: Scored, facts: Ranking['facts'], task: Task) {
  return {
    ...{ label, value, evaluation: evaluateSplit(task, facts, output) },
    ...(reason !== undefined && { reason }),
    ...(difference && { difference }),
  };
}

function warningsOf(compared: number, all: number, container: AnyContainer): string[] {
  const { testEvaluations } = container.ledger.report();
  return [
    ...(compared < all
      ? [
          `${compared} of ${all} validation rows are compared: windows begin after the first rows, and all models are scored on the same rows.`,
        ]
      : []),
    ...(testEvaluations > 1
      ? [`These test rows have been evaluated ${testEvaluations} times: their scores are no longer those of new rows.`]
      : []),
  ];
}
