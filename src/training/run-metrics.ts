/** `ValidationMetrics` of a run from the outputs that it has already, with the threshold's rows in the ledger. */
import { deriveSeed } from '../core/random.js';
import type { AnyContainer } from '../evaluation/adapt.js';
import { rowsOf, uncalibratedOf } from '../evaluation/evaluate-model.js';
import { measureModel } from '../evaluation/measure-model.js';
import type { BaselineOutput } from '../evaluation/measured-split.js';
import type { MetricsSettings } from '../evaluation/metrics-options.js';
import { thresholdClaim } from '../evaluation/threshold-claim.js';
import type { ValidationMetrics } from '../evaluation/validation-metrics.js';
import type { BaseModel } from '../model/base-model.js';
import type { SplitScores } from './scores.js';

export interface RunMetricsOptions {
  readonly seed: number;
  readonly threads: number;
  readonly signal?: AbortSignal;
  readonly runId?: string;
  readonly evaluation?: MetricsSettings;
  /** What each says of the split that judges. */
  readonly baselines: readonly BaselineOutput[];
}

export async function runMetrics(
  model: BaseModel,
  data: AnyContainer,
  scores: SplitScores,
  { seed, threads, signal, runId, evaluation = {}, baselines }: RunMetricsOptions,
): Promise<ValidationMetrics> {
  const { bootstrap } = evaluation;
  const claim = evaluation.threshold === false ? undefined : thresholdClaim(model, data.validation, runId);
  const metrics = await measureModel(
    {
      model: model.info.name,
      task: model.task,
      splits: {
        train: { ...rowsOf(data.train), output: scores.train.output },
        validation: { ...rowsOf(data.validation), output: scores.validation.output },
        ...(scores.test && { test: { ...rowsOf(data.test), output: scores.test.output } }),
      },
      baselines,
      horizon: data.horizon,
      ...(await uncalibratedOf(model, scores.test ? data.test : data.validation, threads)),
    },
    {
      ...evaluation,
      bootstrap: bootstrap === false ? false : { seed: deriveSeed(seed, 'evaluation'), ...bootstrap },
      threads,
      ...(signal && { signal }),
    },
  );
  if (metrics.threshold) claim?.record();
  return metrics;
}
