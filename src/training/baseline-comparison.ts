/** Baselines beside every model, and the one honest sentence about it. */
import { PersistenceBaseline } from '../baselines/persistence.js';
import { PriorBaseline } from '../baselines/prior.js';
import { deriveSeed } from '../core/random.js';
import type { Split, SplitRole } from '../core/split.js';
import { Windows } from '../core/windows.js';
import type { AnyContainer } from '../evaluation/adapt.js';
import { compareToBaseline, remarkOn } from '../evaluation/compare.js';
import { evaluateSplit } from '../evaluation/evaluate.js';
import type { PredictionOutput, Task } from '../model/types.js';
import type { BaselineResult, Verdict } from '../report/training-report.js';
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

/** Prior and, where there are times, persistence. */
function fitBaselines(task: Task, { train, validation, test }: AnyContainer, withTest: boolean): Fitted[] {
  const prior = new PriorBaseline(task).fit(train);
  const fitted: Fitted[] = [
    {
      name: prior.name,
      description:
        task === 'regression' ? 'the mean of the training labels' : 'the class shares of the training labels',
      validation: prior.predict(validation),
      ...(withTest && { test: prior.predict(test) }),
    },
  ];
  if ([train, validation, ...(withTest ? [test] : [])].every(PersistenceBaseline.applies)) {
    const persistence = new PersistenceBaseline(task).fit(train);
    fitted.push({
      name: persistence.name,
      description: 'the label that became known last, never one that is still open',
      validation: persistence.predict(validation),
      ...(withTest && { test: persistence.predict(test, [validation]) }),
    });
  }
  return fitted;
}

export interface BaselineOptions {
  readonly seed: number;
  readonly threads: number;
  readonly signal?: AbortSignal;
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
  return [...fitBaselines(task, data, withTest), ...(await fitSequences(task, data, withTest, options))];
}

/**
 * The baselines' scores and the model's differences to them, on test where the run evaluated it, else on validation. Resampled in
 * blocks of the label's horizon, because neighbouring labels overlap.
 */
export async function compareWithBaselines(
  task: Task,
  data: AnyContainer,
  scores: SplitScores,
  options: BaselineOptions,
): Promise<BaselineResult[]> {
  const { seed } = options;
  const split = scores.test ? 'test' : 'validation';
  const output = (scores.test ?? scores.validation).output;
  const truth = data[split];
  const blockLength = data.horizon === undefined ? undefined : Math.min(data.horizon, truth.y.length);
  const fitted = await baselinesOn(task, data, split === 'test', options);
  return fitted.map((baseline) => ({
    name: baseline.name,
    description: baseline.description,
    evaluations: {
      validation: evaluateSplit(task, data.validation, baseline.validation),
      test: baseline.test && evaluateSplit(task, data.test, baseline.test),
    },
    comparison: compareToBaseline(truth, output, baseline[split] ?? baseline.validation, {
      seed: deriveSeed(seed, 'baseline', baseline.name),
      ...(blockLength !== undefined && blockLength > 1 ? { blockLength } : {}),
    }),
  }));
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
