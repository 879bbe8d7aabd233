/** What several steps read of a run. */
import { join, resolve } from 'node:path';
import { InvalidInputError } from '../core/errors.js';
import type { AnyContainer } from '../evaluation/adapt.js';
import { modelConfig } from '../model/model-config.js';
import type { TrainingFacts } from './memory/facts.js';
import type { AgentRun, TrainedRun } from './run.js';

/** @throws InvalidInputError - the steps before did not make one */
export const containerOf = (run: AgentRun): AnyContainer =>
  made(run.container, 'container', 'loadSplits and preprocess');

/** @throws InvalidInputError - there was no training */
export const resultOf = (run: AgentRun): TrainedRun => made(run.result, 'training result', 'train');

function made<T>(value: T | undefined, what: string, steps: string): T {
  if (value !== undefined) return value;
  throw new InvalidInputError(`The run has no ${what} yet`, { hint: `It comes from the step ${steps}.` });
}

/** The candidate's hyperparameters that tuning does not change. */
export function fixedParameters({ candidate }: AgentRun): Promise<Record<string, unknown>> {
  return modelConfig(candidate.name, {
    ...(candidate.variant !== undefined && { variant: candidate.variant }),
    overrides: { ...candidate.config },
  });
}

export const runDirectoryOf = ({ settings, runId }: AgentRun): string => resolve(join(settings.runsDirectory, runId));

/** What memory compares by. */
export function factsOf(run: AgentRun): TrainingFacts {
  const container = containerOf(run);
  const { y } = container.train;
  const task = run.candidate.config?.task === 'regression' ? 'regression' : 'classification';
  const { symbol, horizon } = container;
  return {
    algorithm: run.candidate.name,
    task,
    rows: y.length,
    features: container.featureNames.length,
    classes: task === 'regression' ? 0 : new Set(y).size,
    ...(symbol !== undefined && { symbol }),
    ...(horizon !== undefined && { horizon }),
  };
}
