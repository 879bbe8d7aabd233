/** The metrics of a cross-validation: by name, by function, or the caller's own. */
import { InvalidInputError } from '../core/errors.js';
import { type Predicted, scoreOf, type Truth } from '../evaluation/score.js';
import { type MetricFunction, metricByFunction, metricByName } from '../metrics/registry.js';
import type { Task } from '../model/types.js';

/** A metric of the caller's: any number from labels and predictions. */
export interface CustomMetric {
  readonly name: string;
  readonly direction: 'maximize' | 'minimize';
  /** NaN where it is undefined. */
  score(truth: Truth, predicted: Predicted): number;
}

/** A name (`'rocAuc'` or `'auc'`), a metric function of this library, or one of your own. */
export type MetricChoice = string | MetricFunction | CustomMetric;

/** Values by the metric's name; NaN where it is undefined on these rows. */
export type ScoresByName = Readonly<Record<string, number>>;

export interface Metric {
  readonly name: string;
  readonly direction: 'maximize' | 'minimize';
  /** Whether a difference of 0.1 means the same whatever the unit of the target is. */
  readonly unitless: boolean;
  /** The value, NaN where undefined; then the reason. */
  score(truth: Truth, predicted: Predicted): { value: number; reason?: string };
}

/** In the unit of the target, or its square. */
const WITH_UNIT = new Set(['mae', 'mse', 'rmse', 'pinballLoss']);

/**
 * @param choices - none: accuracy, or R² for regression
 * @throws InvalidInputError - an unknown metric, one of another task, or one given twice
 */
export function metricsOf(choices: readonly MetricChoice[] | undefined, task: Task, what: string): Metric[] {
  if (choices !== undefined && (!Array.isArray(choices) || choices.length === 0)) {
    throw new InvalidInputError(`${what}: metrics is not a list of metrics`, {
      hint: "metrics: ['rocAuc', 'logLoss']",
    });
  }
  const metrics = (choices ?? [task === 'classification' ? 'accuracy' : 'r2']).map((choice) =>
    metricOf(choice, task, what),
  );
  const twice = metrics.find(({ name }, i) => metrics.findIndex((other) => other.name === name) !== i);
  if (twice)
    throw new InvalidInputError(`${what}: the metric '${twice.name}' is given twice`, { hint: 'Name each once.' });
  return metrics;
}

function metricOf(choice: MetricChoice, task: Task, what: string): Metric {
  if (typeof choice === 'object' && choice !== null) return customMetric(choice, what);
  const definition = typeof choice === 'function' ? metricByFunction(choice) : metricByName(choice);
  if (!definition) {
    throw new InvalidInputError(`${what}: a function that is no metric of this library`, {
      hint: "Pass { name, direction: 'maximize', score: (truth, predicted) => number }.",
    });
  }
  if (definition.task !== task) {
    throw new InvalidInputError(
      `${what}: the metric '${definition.name}' is for ${definition.task}, the model is for ${task}`,
      {
        hint: 'Choose metrics of the task.',
        details: { metric: definition.name, task },
      },
    );
  }
  return {
    name: definition.name,
    direction: definition.direction,
    unitless: !WITH_UNIT.has(definition.name),
    score: (truth, predicted) => {
      const score = scoreOf(definition, truth, predicted);
      return score.value === null ? { value: Number.NaN, reason: score.reason } : score;
    },
  };
}

function customMetric(metric: CustomMetric, what: string): Metric {
  const { name, direction } = metric;
  if (!name || typeof metric.score !== 'function' || !['maximize', 'minimize'].includes(direction)) {
    throw new InvalidInputError(`${what}: a metric of your own needs a name, a direction and a score function`, {
      hint: "{ name: 'hitRate', direction: 'maximize', score: (truth, predicted) => ... }",
    });
  }
  return {
    name,
    direction,
    unitless: true,
    score: (truth, predicted) => {
      const value = metric.score(truth, predicted);
      return typeof value === 'number' && Number.isFinite(value)
        ? { value }
        : { value: Number.NaN, reason: 'its value is not a finite number' };
    },
  };
}
