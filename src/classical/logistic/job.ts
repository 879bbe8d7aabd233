/** Logistic regression inside the worker pool: worker 0 runs the optimiser, all workers share the passes over the rows. */
import { log } from '../../core/math.js';
import type { JobContext } from '../../kernels/job.js';
import type { Minimum } from './descent.js';
import type { LogisticJobArgs } from './job-args.js';
import { minimise } from './lbfgs.js';
import { Objective } from './objective.js';
import { minimiseKinked } from './proximal.js';
import { sum } from './row-store.js';
import { TrainingRows } from './rows.js';
import { standardErrors } from './standard-errors.js';

/** The optimum for one penalty of the path. */
export interface LogisticJobFit {
  /** For each output `cols` weights and the intercept. */
  readonly coefficients: Float64Array;
  /** Mean log-loss after each iteration. */
  readonly losses: Float64Array;
  /** Mean log-loss plus penalty at the end. */
  readonly objective: number;
  /** Largest entry of the gradient (with an L1 norm: of the least subgradient) at the end. */
  readonly gradientNorm: number;
  readonly iterations: number;
  readonly evaluations: number;
  /** Share of the weight whose class has the largest score. */
  readonly accuracy: number;
  readonly status: Minimum['status'] | 'separable';
}

export interface LogisticJobResult {
  /** (cols,) weighted standard deviation of each column. */
  readonly deviation: Float64Array;
  readonly fits: readonly LogisticJobFit[];
  /** As coefficients; NaN where the rows do not determine one. */
  readonly standardErrors?: Float64Array;
}

/** Rows that the correlations of the columns are estimated from, per column and at least. */
const SAMPLE_PER_COLUMN = 16;
const LEAST_SAMPLE = 4096;
/** Correlations are used up to this many columns, and while their cost stays that of a few dozen passes over the rows. */
const MOST_CORRELATED = 1024;
const PASSES_WORTH = 240;
/** The preconditioner is renewed after so many iterations, and at each doubling, if that costs less than so many passes for each. */
const FIRST_REFRESH = 16;
const REFRESH_WORTH = 1.5;
/** Mean log-loss, without penalty, below which the classes count as separated: coefficients would grow for ever. */
const SEPARATED = 1e-9;

export function run(context: JobContext<LogisticJobArgs>): LogisticJobResult | undefined {
  const { args } = context;
  const rows = new TrainingRows(context, args, sampleSize(args), args.standardErrors);
  if (context.thread !== 0) {
    rows.serve();
    return undefined;
  }
  const result = solve(context, rows);
  rows.stop();
  return result;
}

function sampleSize({ y, cols, outputs }: LogisticJobArgs): number {
  const n = y.length;
  if (cols < 2 || cols > MOST_CORRELATED || cols * cols > PASSES_WORTH * outputs * n) return 0;
  return Math.min(n, Math.max(LEAST_SAMPLE, SAMPLE_PER_COLUMN * cols));
}

function solve(context: JobContext<LogisticJobArgs>, rows: TrainingRows): LogisticJobResult {
  const { args } = context;
  const moments = rows.load();
  const objective = new Objective(rows, args, moments);
  const fits: LogisticJobFit[] = [];
  let x = objective.fromCoefficients(args.start ?? priors(args));
  for (const penalty of args.path) {
    objective.usePenalty(penalty);
    const { fit, end } = solveOne(context, objective, rows, x);
    fits.push(fit);
    x = end;
  }
  return {
    deviation: moments.variance.map(Math.sqrt),
    fits,
    ...(args.standardErrors ? { standardErrors: standardErrors(objective, args, x) } : {}),
  };
}

function solveOne(
  { args, report }: JobContext<LogisticJobArgs>,
  objective: Objective,
  rows: TrainingRows,
  start: Float64Array,
): { fit: LogisticJobFit; end: Float64Array } {
  const losses: number[] = [];
  const free = args.path.every(({ l1, l2 }) => l1 === 0 && l2 === 0);
  let separable = false;
  let refreshAt = FIRST_REFRESH;
  const minimum = (args.coordinate ? minimiseKinked : minimise)(objective, start, {
    maxIterations: args.maxIterations,
    tolerance: args.tolerance,
    onIteration: ({ x, iteration, value, gradientNorm }) => {
      const loss = value - objective.penaltyAt(x);
      losses.push(loss);
      report({
        phase: 'fit',
        step: iteration,
        total: args.maxIterations,
        metrics: { trainLoss: loss, gradientNorm },
      });
      if (iteration === refreshAt) {
        objective.refresh(x, REFRESH_WORTH * iteration);
        refreshAt *= 2;
      }
      separable = free && loss < SEPARATED;
      return separable;
    },
  });
  // The last step's loss may have been a coarse one.
  if (losses.length > 0) losses[losses.length - 1] = minimum.value - objective.penaltyAt(minimum.x);
  const coefficients = objective.toCoefficients(minimum.x);
  return {
    fit: {
      coefficients,
      losses: Float64Array.from(losses),
      objective: minimum.value,
      gradientNorm: minimum.gradientNorm,
      iterations: minimum.iteration,
      evaluations: minimum.evaluations,
      accuracy: rows.hits(coefficients) / sum(args.weights),
      status: separable ? 'separable' : minimum.status,
    },
    end: minimum.x,
  };
}

/** Where the search starts: no weights, and intercepts that give each class its share. */
function priors({ classTotals, outputs, cols, fitIntercept, oneVsRest }: LogisticJobArgs): Float64Array {
  const start = new Float64Array(outputs * (cols + 1));
  if (!fitIntercept) return start;
  const logs = classTotals.map(log);
  if (outputs === 1) start[cols] = logs[1] - logs[0];
  else if (oneVsRest) {
    const total = sum(classTotals);
    for (let k = 0; k < outputs; k++) start[k * (cols + 1) + cols] = logs[k] - log(total - classTotals[k]);
  } else {
    const mean = sum(logs) / outputs;
    for (let k = 0; k < outputs; k++) start[k * (cols + 1) + cols] = logs[k] - mean;
  }
  return start;
}
