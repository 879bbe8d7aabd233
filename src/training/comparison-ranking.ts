/** Scores of trained models and baselines on the rows they share, best first, each with its difference to the best. */
import { TrainingFailedError } from '../core/errors.js';
import { type AnyContainer, adaptTo } from '../evaluation/adapt.js';
import { type Predicted, scoreOf, type Truth } from '../evaluation/score.js';
import type { MetricDefinition } from '../metrics/registry.js';
import type { PredictionOutput, Task } from '../model/types.js';
import type { ComparisonReport, Difference } from '../report/model-comparison.js';
import { baselinesOn } from './baseline-comparison.js';
import type { TrainAllOptions } from './comparison-options.js';
import type { ComparisonEntry } from './comparison-result.js';
import { blockLengthOf, commonRows, factsOf, outputOn, predictedRows } from './comparison-rows.js';
import { pairedDifferences } from './significance.js';

/** A model or baseline with what it said of the compared rows. */
export interface Scored {
  readonly label: string;
  readonly description?: string;
  readonly result?: ComparisonEntry;
  readonly output: PredictionOutput;
  readonly value: number | null;
  readonly reason?: string;
  difference?: Difference;
}

export interface Ranking {
  readonly results: readonly ComparisonEntry[];
  readonly models: readonly Scored[];
  readonly baselines: readonly Scored[];
  readonly facts: ReturnType<typeof factsOf>;
  readonly significance: ComparisonReport['significance'];
}

interface RankingOptions {
  readonly metric: MetricDefinition;
  readonly task: Task;
  readonly seed: number;
  readonly threads: number;
  readonly options: TrainAllOptions;
}

/** Window length of a model of sequences; undefined for a model of rows. */
export const windowOf = ({ model, report }: ComparisonEntry): number | undefined =>
  model.info.inputMode === 'features' ? undefined : report.data.sequenceLength;

export async function rank(
  results: readonly ComparisonEntry[],
  container: AnyContainer,
  { metric, task, seed, threads, options }: RankingOptions,
): Promise<Ranking> {
  const { validation, horizon } = container;
  const predicted = results.map((result) => predictedRows(validation, windowOf(result)));
  const rows = commonRows(predicted);
  const facts = factsOf(validation, rows);
  const score = (label: string, output: PredictionOutput): Scored => ({
    label,
    output,
    ...scoreOf(metric, facts, output),
  });
  const scored = results.map((result, i) => ({
    ...score(result.label, outputOn(result.predictions.validation, predicted[i], rows)),
    result,
  }));
  const models = inOrder(scored, metric);
  if (models[0].value === null)
    throw new TrainingFailedError(`No model has a ${metric.name}: ${models[0].reason}`, {
      hint: 'Choose another metric.',
    });
  const baselines: Scored[] = [];
  if (options.baselines !== false) {
    const { data, window } = baselineData(results, container);
    const given = { seed, threads, sequences: window !== undefined, ...(options.signal && { signal: options.signal }) };
    const own = await baselinesOn(task, container, false, { ...given, sequences: false });
    const ofRows = predictedRows(validation, undefined);
    for (const { name, description, validation: output } of own)
      baselines.push({ ...score(name, outputOn(output, ofRows, rows)), description });
    const ofWindows = window === undefined ? [] : await baselinesOn(task, data, false, given);
    for (const { name, description, validation: output } of ofWindows)
      if (name === 'minirocket')
        baselines.push({ ...score(name, outputOn(output, predictedRows(validation, window), rows)), description });
  }
  const { resamples = 2000, confidence = 0.95, correction = 'holm' } = options;
  const blockLength = Math.min(options.blockLength ?? blockLengthOf(facts, horizon), rows.length);
  const [best, ...others] = [...models, ...baselines].filter(({ value }) => value !== null);
  const differences = await pairedDifferences(
    metric,
    facts as Truth,
    best.output as Predicted,
    others.map(({ output }) => output),
    {
      ...{ resamples, seed, blockLength, confidence, correction },
      ...(options.signal && { signal: options.signal }),
    },
  );
  for (const [k, other] of others.entries()) other.difference = differences[k];
  return {
    results: models.flatMap(({ result }) => result ?? []),
    ...{ models, baselines, facts },
    significance: {
      method: blockLength > 1 ? 'paired block bootstrap' : 'paired bootstrap',
      ...{ resamples, blockLength, confidence, correction, comparisons: others.length },
    },
  };
}

/** Best first; equal ones in the order they were given, those without a value last. */
function inOrder(scored: readonly (Scored & { result: ComparisonEntry })[], { direction }: MetricDefinition): Scored[] {
  const sign = direction === 'maximize' ? -1 : 1;
  const key = ({ value }: Scored): number => (value === null ? Number.POSITIVE_INFINITY : sign * value);
  return scored
    .map((one, i) => ({ one, i }))
    .sort((a, b) => (key(a.one) === key(b.one) ? a.i - b.i : key(a.one) - key(b.one)))
    .map(({ one }) => ({ ...one }));
}

/** The windows that MiniRocket stands beside; none without a model of sequences, or where MiniRocket is one of the models. */
function baselineData(
  results: readonly ComparisonEntry[],
  container: AnyContainer,
): { data: AnyContainer; window?: number } {
  const windows = results.map(windowOf).filter((length) => length !== undefined);
  const has = results.some(({ report }) => report.model.name === 'minirocket');
  if (has || windows.length === 0) return { data: container };
  const window = Math.max(...windows);
  const sequence = results.find((result) => windowOf(result) === window) ?? results[0];
  return { data: adaptTo(sequence.model.info, container, { asked: window }), window };
}
