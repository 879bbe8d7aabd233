/** Logistic regression inside the worker pool: worker 0 runs the optimiser, all workers share the passes over the rows. */
import { log } from '../../core/math.js';
import type { JobContext } from '../../kernels/job.js';
import type { LogisticJobArgs } from './job-args.js';
import { type Minimum, minimise } from './lbfgs.js';
import { Objective } from './objective.js';
import { sum, TrainingRows } from './rows.js';

export interface LogisticJobResult {
  /** For each output `cols` weights and the intercept. */
  readonly coefficients: Float64Array;
  /** (cols,) weighted standard deviation of each column. */
  readonly deviation: Float64Array;
  /** Mean log-loss after each iteration. */
  readonly losses: Float64Array;
  /** Mean log-loss plus penalty at the end. */
  readonly objective: number;
  readonly gradientNorm: number;
  readonly iterations: number;
  readonly evaluations: number;
  readonly status: Minimum['status'] | 'separable';
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
  const rows = new TrainingRows(context, args, sampleSize(args));
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
  const losses: number[] = [];
  let separable = false;
  let refreshAt = FIRST_REFRESH;
  const minimum = minimise(objective, objective.fromCoefficients(args.start ?? priors(args)), {
    maxIterations: args.maxIterations,
    tolerance: args.tolerance,
    onIteration: ({ x, iteration, value, gradientNorm }) => {
      const loss = value - objective.penaltyAt(x);
      losses.push(loss);
      context.report({
        phase: 'fit',
        step: iteration,
        total: args.maxIterations,
        metrics: { trainLoss: loss, gradientNorm },
      });
      if (iteration === refreshAt) {
        objective.refresh(x, REFRESH_WORTH * iteration);
        refreshAt *= 2;
      }
      separable = args.lambda === 0 && loss < SEPARATED;
      return separable;
    },
  });
  return {
    coefficients: objective.toCoefficients(minimum.x),
    deviation: moments.variance.map(Math.sqrt),
    losses: Float64Array.from(losses),
    objective: minimum.value,
    gradientNorm: minimum.gradientNorm,
    iterations: minimum.iteration,
    evaluations: minimum.evaluations,
    status: separable ? 'separable' : minimum.status,
  };
}

/** Where the search starts: no weights, and intercepts that give each class its share. */
function priors({ classTotals, outputs, cols, fitIntercept }: LogisticJobArgs): Float64Array {
  const start = new Float64Array(outputs * (cols + 1));
  if (!fitIntercept) return start;
  const logs = classTotals.map(log);
  if (outputs === 1) start[cols] = logs[1] - logs[0];
  else {
    const mean = sum(logs) / outputs;
    for (let k = 0; k < outputs; k++) start[k * (cols + 1) + cols] = logs[k] - mean;
  }
  return start;
}
