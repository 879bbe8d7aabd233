/** Baselines beside every model, and the one honest sentence about it. */
import type { Split, SplitRole } from '../core/split.js';
import { Windows } from '../core/windows.js';
import type { AnyContainer } from '../evaluation/adapt.js';
import { comparisonOf, remarkOn } from '../evaluation/compare.js';
import { evaluateSplit } from '../evaluation/evaluate.js';
import { fitBaselines } from '../evaluation/fit-baselines.js';
import type { MetricsSettings } from '../evaluation/metrics-options.js';
import type { ValidationMetrics } from '../evaluation/validation-metrics.js';
import type { BaseModel } from '../model/base-model.js';
import type { PredictionOutput, Task } from '../model/types.js';
import type { BaselineResult, Verdict } from '../report/training-report.js';
import { runMetrics } from './run-metrics.js';
import type { SplitScores } from './scores.js';
import { fitSequenceBaseline } from './sequence-baseline.js';

/** Predictions of one baseline on the splits that decide. */
export interface Fitted {
  readonly name: string;
  readonly description: string;
  readonly validation: PredictionOutput;
  /** Absent where the run leaves the test rows alone. */
  readonly test?: PredictionOutput;
}

export interface BaselineOptions {
  readonly seed: number;
  readonly threads: number;
  readonly signal?: AbortSignal;
  /** Id of the run. */
  readonly runId?: string;
  /** How thoroughly the model is evaluated. */
  readonly evaluation?: MetricsSettings;
  /** MiniRocket beside a model of windows. */
  readonly sequences: boolean;
}

/** MiniRocket on the splits that decide; none for data that is no windows, or windows too short for it. */
async function fitSequences(
  task: Task,
  { train, validation, test }: AnyContainer,
  withTest: boolean,
  options: BaselineOptions,
): Promise<Fitted[]> {
  if (!options.sequences || !holdsWindows(train)) return [];
  const baseline = await fitSequenceBaseline(task, train, options);
  if (!baseline) return [];
  const { name, description } = baseline;
  const outputOf = (part: Split<SplitRole, unknown>) => baseline.predict(part as Split<SplitRole, Windows>);
  const validated = await outputOf(validation);
  return [{ name, description, validation: validated, ...(withTest && { test: await outputOf(test) }) }];
}

const holdsWindows = <R extends SplitRole>(split: Split<R, unknown>): split is Split<R, Windows> =>
  split.X instanceof Windows;

/** Every baseline that the data allow, fitted on train; what they say of the test rows only where those are to be evaluated. */
export async function baselinesOn(
  task: Task,
  data: AnyContainer,
  withTest: boolean,
  options: BaselineOptions,
): Promise<Fitted[]> {
  const { train, validation, test } = data;
  const fitted = fitBaselines(task, { train, validation, ...(withTest && { test }) });
  const own = fitted.flatMap((one) => (one.validation ? [{ ...one, validation: one.validation }] : []));
  return [...own, ...(await fitSequences(task, data, withTest, options))];
}

/** How good the model is, and how much better than each baseline. */
export interface Judgement {
  readonly metrics: ValidationMetrics;
  readonly baselines: BaselineResult[];
}

/**
 * Everything that the run's outputs say of the model, with the baselines' scores and the model's differences to them: on test where the run
 * evaluated it, else on validation.
 */
export async function judge(
  model: BaseModel,
  data: AnyContainer,
  scores: SplitScores,
  options: BaselineOptions,
): Promise<Judgement> {
  const { task } = model;
  const split = scores.test ? 'test' : 'validation';
  const fitted = await baselinesOn(task, data, split === 'test', options);
  const metrics = await runMetrics(model, data, scores, {
    ...options,
    baselines: fitted.map(({ name, description, validation, test }) => ({
      name,
      description,
      output: split === 'test' && test ? test : validation,
    })),
  });
  const baselines = fitted.map((baseline, i) => ({
    name: baseline.name,
    description: baseline.description,
    evaluations: {
      validation: evaluateSplit(task, data.validation, baseline.validation),
      test: baseline.test && evaluateSplit(task, data.test, baseline.test),
    },
    comparison: comparisonOf(metrics, metrics.baselines[i]),
  }));
  return { metrics, baselines };
}

/** Whether the model beats every baseline. */
export function verdictOf(model: string, scores: SplitScores, baselines: readonly BaselineResult[]): Verdict {
  const compared = baselines.flatMap(({ name, comparison }) => (comparison ? [[name, comparison] as const] : []));
  return {
    beatsBaseline: compared.length > 0 && compared.every(([, comparison]) => comparison.beatsBaseline),
    split: scores.test ? 'test' : 'validation',
    metric: compared[0]?.[1].metric ?? 'none',
    text: remarkOn(model, Object.fromEntries(compared)),
  };
}
