/**
 * What a boosting job asks the thread that called `fit`: derivatives of the caller's own loss and values of the caller's own
 * metrics. Scores travel in shared memory; the functions may be asynchronous, and what they throw ends the fit.
 */
import { InvalidInputError } from '../../core/errors.js';
import type { CustomMetric, CustomObjective, Derivatives } from '../options.js';

interface Rows {
  scores: Float64Array;
  labels: Float64Array;
  weights: Float32Array | undefined;
}
export interface GradientQuestion extends Rows {
  ask: 'gradients';
}
export interface MetricQuestion extends Rows {
  ask: 'metric';
  name: string;
}

/** Shared memory with scores row by row, `count` rows of one column an output. */
export function rowMajor(columns: readonly Float64Array[], count: number): Float64Array {
  const outputs = columns.length;
  const scores = new Float64Array(new SharedArrayBuffer(8 * count * outputs));
  for (const [k, column] of columns.entries()) for (let i = 0; i < count; i++) scores[i * outputs + k] = column[i];
  return scores;
}

/** The caller's side: a job's `answer` (kernels/job.ts) from the caller's functions. */
export function answerWith(
  objective: CustomObjective | undefined,
  metrics: Readonly<Record<string, CustomMetric>> = {},
): (question: unknown) => Promise<unknown> {
  return async (asked) => {
    const question = asked as GradientQuestion | MetricQuestion;
    const { scores, labels, weights } = question;
    if (question.ask === 'metric') {
      const value = await metrics[question.name].evaluate(scores, labels, weights);
      if (typeof value === 'number') return value;
      throw new InvalidInputError(`The metric '${question.name}' returned ${typeof value}`, {
        hint: 'evaluate(scores, labels, weights) must return a number, or a promise of one.',
      });
    }
    if (!objective) throw new TypeError('The job asks for gradients, but there is no objective function');
    return checkedDerivatives(await objective(scores, labels, weights), scores.length);
  };
}

function checkedDerivatives(derivatives: Derivatives, length: number): Derivatives {
  const hint = 'Return { gradient, hessian }, one finite number a row and output, row by row like the scores.';
  const checked = (name: 'gradient' | 'hessian'): Float64Array => {
    const values = derivatives?.[name];
    if (values?.length !== length) {
      const problem = `${name} has ${values?.length ?? 'no'} values, the scores have ${length}`;
      throw new InvalidInputError(`Objective function: ${problem}`, { hint, details: { name, length } });
    }
    const numbers = Float64Array.from(values);
    const at = numbers.findIndex((value) => !Number.isFinite(value));
    if (at < 0) return numbers;
    throw new InvalidInputError(`Objective function: ${name}[${at}] is ${numbers[at]}`, {
      hint,
      details: { name, at },
    });
  };
  return { gradient: checked('gradient'), hessian: checked('hessian') };
}
