/** Training of binary and multinomial logistic regression: checks, weights, the job in the worker pool, and what it ended with. */
import { InvalidInputError } from '../../core/errors.js';
import { ownModule } from '../../core/location.js';
import type { Matrix } from '../../core/matrix.js';
import type { ProgressListener } from '../../core/progress.js';
import { runJob } from '../../kernels/pool.js';
import { shared } from '../../kernels/shared.js';
import { type LogisticCoefficients, outputsFor } from './coefficients.js';
import { type ClassWeight, hasKink, LOGISTIC_DEFAULTS, type Penalty } from './config.js';
import type { LogisticJobFit, LogisticJobResult } from './job.js';
import type { LogisticJobArgs, PenaltyStrengths } from './job-args.js';
import { sum } from './row-store.js';
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
  readonly penalty?: Penalty;
  readonly C?: number;
  readonly l1Ratio?: number;
  readonly multiClass?: 'multinomial' | 'ovr';
  readonly solver?: 'auto' | 'lbfgs' | 'coordinate';
  /** Not for a penalty with an L1 part. */
  readonly standardErrors?: boolean;
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
  /** C * sum of weight * log-loss + the penalty, 0.5 |w|^2 for L2 (without a penalty: the sum alone). */
  readonly objective: number;
  /** Largest entry of the gradient (with an L1 norm: the least subgradient) of the mean objective, for columns scaled to unit variance. */
  readonly gradientNorm: number;
  readonly iterations: number;
  /** Passes over the rows. */
  readonly evaluations: number;
  /** Share of the weight whose class has the largest score, the first on ties. */
  readonly accuracy: number;
  readonly converged: boolean;
  readonly warnings: readonly string[];
  /** In the shape of the coefficients, where asked for; NaN where the rows do not determine one. */
  readonly standardErrors?: Pick<LogisticCoefficients, 'weights' | 'intercept'>;
}

/**
 * Minimises C * sum of weight * log-loss plus the penalty (0.5 |w|^2 for L2), the intercept not penalised: scikit-learn's objective. Two
 * classes have one weight vector (of the second class), more have one each: of one softmax, summing to 0 (with an L1 norm
 * only the intercepts do), or each of its class against the rest, whose log-losses are then added up. Runs in the worker pool; the same data and options give the
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
  const [result] = await trainPath(data, options, [options.C ?? LOGISTIC_DEFAULTS.C], context);
  return result;
}

/** `trainLogistic` for several values of C, one after another, each search starting where the one before ended. */
export async function trainPath(
  data: LogisticData,
  options: LogisticOptions,
  Cs: readonly number[],
  context: LogisticContext,
): Promise<LogisticResult[]> {
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
  const oneVsRest = outputs > 1 && settings.multiClass === 'ovr';
  if (settings.standardErrors) checkInformation(outputs, data.X.cols);
  const args: LogisticJobArgs = {
    X: await shared(data.X.data),
    cols: data.X.cols,
    rows,
    y,
    weights,
    classes: data.classes.length,
    outputs,
    oneVsRest,
    classTotals,
    path: Cs.map((C) => strengths(settings, C * totalWeight)),
    coordinate: settings.solver === 'coordinate' || hasKink(settings),
    fitIntercept: settings.fitIntercept,
    maxIterations: settings.maxIterations,
    tolerance: settings.tolerance,
    standardErrors: settings.standardErrors,
    start: options.start && startFrom(options.start, { outputs, oneVsRest, features: data.X.cols }),
  };
  const { fits, deviation, standardErrors } = await runJob<LogisticJobResult>({
    module: ownModule('classical/logistic/job'),
    args,
    // A thread is worth its start from a few thousand values on; fewer rows never occupy all workers.
    threads: Math.max(1, Math.min(context.threads, Math.ceil((y.length * data.X.cols) / 16384))),
    signal: context.signal,
    onProgress: context.onProgress,
  });
  const shape = { outputs, oneVsRest, features: data.X.cols };
  return fits.map((fit, at) => {
    const { converged, warnings } = ending(fit, settings.maxIterations, settings.tolerance);
    const last = at === fits.length - 1;
    const undetermined = last && standardErrors?.every(Number.isNaN);
    return {
      coefficients: unpack(fit.coefficients, shape),
      deviation,
      losses: fit.losses,
      objective: fit.objective * totalWeight * (settings.penalty === 'none' ? 1 : Cs[at]),
      gradientNorm: fit.gradientNorm,
      iterations: fit.iterations,
      evaluations: fit.evaluations,
      accuracy: fit.accuracy,
      converged,
      warnings: undetermined ? [...warnings, UNDETERMINED] : warnings,
      ...(last && standardErrors ? { standardErrors: unpack(standardErrors, shape) } : {}),
    };
  });
}

const UNDETERMINED =
  'The rows do not determine the coefficients (columns that are combinations of others, or separable classes): there are no standard errors.';

/** Most free coefficients standard errors are computed for: the information matrix has as many rows. */
const MOST_FREE = 3000;

function checkInformation(outputs: number, cols: number): void {
  const free = Math.max(1, outputs - 1) * (cols + 1);
  if (free <= MOST_FREE) return;
  throw new InvalidInputError(`Logistic regression: standard errors of ${free} coefficients are asked for`, {
    hint: `Up to ${MOST_FREE} are computed; leave standardErrors out, or use fewer columns.`,
  });
}

/** Of the mean objective, where the log-loss counts `strength` = C * total weight times. */
function strengths({ penalty, l1Ratio }: { penalty: Penalty; l1Ratio: number }, strength: number): PenaltyStrengths {
  const share = { none: undefined, l2: 0, l1: 1, elasticnet: l1Ratio }[penalty];
  return share === undefined ? { l1: 0, l2: 0 } : { l1: share / strength, l2: (1 - share) / strength };
}

/** A key that is there but undefined counts as left out. */
function withDefaults(options: LogisticOptions): typeof LOGISTIC_DEFAULTS & Pick<LogisticOptions, 'classWeight'> {
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
  { status, gradientNorm, iterations }: LogisticJobFit,
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

interface Shape {
  readonly outputs: number;
  readonly oneVsRest: boolean;
  readonly features: number;
}

function startFrom(earlier: LogisticCoefficients, { outputs, oneVsRest, features }: Shape): Float64Array | undefined {
  const { weights, intercept } = earlier;
  if (earlier.outputs !== outputs || earlier.features !== features) return undefined;
  if ((earlier.oneVsRest ?? false) !== oneVsRest) return undefined;
  const start = new Float64Array(outputs * (features + 1));
  for (let k = 0; k < outputs; k++) {
    start.set(weights.subarray(k * features, (k + 1) * features), k * (features + 1));
    start[k * (features + 1) + features] = intercept[k];
  }
  return start;
}

function unpack(packed: Float64Array, { outputs, oneVsRest, features }: Shape): LogisticCoefficients {
  const weights = new Float64Array(outputs * features);
  const intercept = new Float64Array(outputs);
  for (let k = 0; k < outputs; k++) {
    const offset = k * (features + 1);
    weights.set(packed.subarray(offset, offset + features), k * features);
    intercept[k] = packed[offset + features];
  }
  return { outputs, ...(oneVsRest ? { oneVsRest } : {}), features, weights, intercept };
}
