/** Training of binary and multinomial logistic regression: checks, weights, the job in the worker pool, and what it ended with. */
import { InvalidInputError } from '../../core/errors.js';
import { ownModule } from '../../core/location.js';
import type { Matrix } from '../../core/matrix.js';
import type { ProgressListener } from '../../core/progress.js';
import { runJob } from '../../kernels/pool.js';
import { shared } from '../../kernels/shared.js';
import { type LogisticCoefficients, outputsFor } from './coefficients.js';
import { type ClassWeight, LOGISTIC_DEFAULTS } from './config.js';
import type { LogisticJobResult } from './job.js';
import type { LogisticJobArgs } from './job-args.js';
import { sum } from './rows.js';
import { weightedRows } from './weights.js';

export interface LogisticData {
  /** (n, features), finite. */
  readonly X: Matrix;
  /** (n,) class index, 0 .. classes.length - 1. */
  readonly y: Float64Array;
  /** (n,) >= 0; rows of weight 0 count as absent. */
  readonly weights?: ArrayLike<number>;
  /** Label of each class, ascending; at least two, each with a row of positive weight. */
  readonly classes: readonly number[];
}

export interface LogisticOptions {
  readonly penalty?: 'l2' | 'none';
  readonly C?: number;
  readonly fitIntercept?: boolean;
  readonly classWeight?: ClassWeight;
  readonly maxIterations?: number;
  readonly tolerance?: number;
  /** Coefficients of an earlier fit to start from; of the same shape, or they are ignored. */
  readonly start?: LogisticCoefficients;
}

export interface LogisticContext {
  /** Never changes the result. */
  readonly threads: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: ProgressListener;
}

export interface LogisticResult {
  readonly coefficients: LogisticCoefficients;
  /** (features,) weighted standard deviation of each column in training. */
  readonly deviation: Float64Array;
  /** Weighted mean log-loss after each iteration. */
  readonly losses: Float64Array;
  /** C * sum of weight * log-loss + 0.5 |w|^2 (without a penalty: the sum alone). */
  readonly objective: number;
  /** Largest entry of the gradient of the mean objective, for columns scaled to unit variance. */
  readonly gradientNorm: number;
  readonly iterations: number;
  /** Passes over the rows. */
  readonly evaluations: number;
  readonly converged: boolean;
  readonly warnings: readonly string[];
}

/**
 * Minimises C * sum of weight * log-loss + 0.5 |w|^2, the intercept not penalised: scikit-learn's objective. Two classes have one
 * weight vector (of the second class), more have one each, summing to 0. Runs in the worker pool; the same data and options give the
 * same bytes for any `threads`.
 *
 * Separable classes without a penalty have no finite optimum: the search ends when the mean log-loss is below 1e-9 or at the
 * iteration limit, with a warning.
 *
 * @throws InvalidInputError - shapes that do not fit, a value that is not finite, a class without weight
 * @throws ConfigError - a class weight for a label that does not occur
 * @throws TrainingCancelledError - `context.signal` was aborted
 */
export async function trainLogistic(
  data: LogisticData,
  options: LogisticOptions,
  context: LogisticContext,
): Promise<LogisticResult> {
  const settings = withDefaults(options);
  checkShapes(data);
  const { y, weights, rows, classTotals } = await weightedRows(
    data.y,
    data.weights,
    data.classes,
    settings.classWeight,
  );
  const totalWeight = sum(weights);
  const outputs = outputsFor(data.classes.length);
  const args: LogisticJobArgs = {
    X: await shared(data.X.data),
    cols: data.X.cols,
    rows,
    y,
    weights,
    classes: data.classes.length,
    outputs,
    classTotals,
    lambda: settings.penalty === 'none' ? 0 : 1 / (settings.C * totalWeight),
    fitIntercept: settings.fitIntercept,
    maxIterations: settings.maxIterations,
    tolerance: settings.tolerance,
    start: options.start && startFrom(options.start, outputs, data.X.cols),
  };
  const result = await runJob<LogisticJobResult>({
    module: ownModule('classical/logistic/job'),
    args,
    // A thread is worth its start from a few thousand values on; fewer rows never occupy all workers.
    threads: Math.max(1, Math.min(context.threads, Math.ceil((y.length * data.X.cols) / 16384))),
    signal: context.signal,
    onProgress: context.onProgress,
  });
  const factor = settings.penalty === 'none' ? totalWeight : settings.C * totalWeight;
  const { converged, warnings } = ending(result, settings.maxIterations, settings.tolerance);
  return {
    coefficients: unpack(result.coefficients, outputs, data.X.cols),
    deviation: result.deviation,
    losses: result.losses,
    objective: result.objective * factor,
    gradientNorm: result.gradientNorm,
    iterations: result.iterations,
    evaluations: result.evaluations,
    converged,
    warnings,
  };
}

/** A key that is there but undefined counts as left out. */
function withDefaults(options: LogisticOptions): LogisticOptions & typeof LOGISTIC_DEFAULTS {
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  return { ...LOGISTIC_DEFAULTS, ...given };
}

function checkShapes({ X, y, weights, classes }: LogisticData): void {
  const fail = (message: string, hint: string): never => {
    throw new InvalidInputError(`Logistic regression: ${message}`, { hint });
  };
  if (X.rows === 0 || X.cols === 0) fail(`X is (${X.rows}, ${X.cols})`, 'Pass at least one row and one column.');
  if (y.length !== X.rows) fail(`${y.length} labels for ${X.rows} rows`, 'Pass one label for each row.');
  if (weights && weights.length !== X.rows) {
    fail(`${weights.length} weights for ${X.rows} rows`, 'Pass one weight for each row, or none.');
  }
  if (classes.length < 2) fail(`${classes.length} class`, 'Classification needs at least two classes.');
}

/** Whether the end was the optimum, and what to tell the user where it was not. */
function ending(
  { status, gradientNorm, iterations }: LogisticJobResult,
  maxIterations: number,
  tolerance: number,
): { converged: boolean; warnings: string[] } {
  const distance = `the largest entry of the gradient is ${gradientNorm.toExponential(1)}, the tolerance ${tolerance}`;
  if (status === 'converged') return { converged: true, warnings: [] };
  // Rounding ended the search: as good as converged, unless the tolerance is far away.
  if (status === 'stalled' && gradientNorm <= 100 * tolerance) return { converged: true, warnings: [] };
  if (status === 'separable') {
    return {
      converged: false,
      warnings: [
        `The classes are separable and there is no penalty: the coefficients have no finite optimum and were left after ${iterations} iterations. Use penalty: 'l2'.`,
      ],
    };
  }
  const reason =
    status === 'limit'
      ? `stopped at the limit of ${maxIterations} iterations`
      : `could not improve after ${iterations} iterations`;
  return {
    converged: false,
    warnings: [
      `Logistic regression ${reason}: ${distance}. Raise maxIterations, use a stronger penalty (smaller C), or scale the columns.`,
    ],
  };
}

function startFrom({ weights, intercept, features, outputs }: LogisticCoefficients, wanted: number, cols: number) {
  if (outputs !== wanted || features !== cols) return undefined;
  const start = new Float64Array(outputs * (cols + 1));
  for (let k = 0; k < outputs; k++) {
    start.set(weights.subarray(k * cols, (k + 1) * cols), k * (cols + 1));
    start[k * (cols + 1) + cols] = intercept[k];
  }
  return start;
}

function unpack(packed: Float64Array, outputs: number, features: number): LogisticCoefficients {
  const weights = new Float64Array(outputs * features);
  const intercept = new Float64Array(outputs);
  for (let k = 0; k < outputs; k++) {
    const offset = k * (features + 1);
    weights.set(packed.subarray(offset, offset + features), k * features);
    intercept[k] = packed[offset + features];
  }
  return { outputs, features, weights, intercept };
}
