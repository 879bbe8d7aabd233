/** Training of a support vector machine: its problems, their solutions, and the machine put together from them. */
import { InvalidInputError } from '../../core/errors.js';
import type { Matrix } from '../../core/matrix.js';
import { inTurns } from '../../core/turns.js';
import { classPlan } from './classes.js';
import type { SVMSettings } from './config.js';
import { resolveGamma } from './gamma.js';
import type { KernelFunction } from './kernel.js';
import type { SvmData, TrainedMachine, TrainingPlan } from './plan.js';
import { regressionTask } from './problems.js';
import { pick, rowsWhere } from './rows.js';
import { type SmoTask, SUMMARY } from './smo/task.js';
import { type SolveContext, solveTasks } from './solve.js';

/**
 * Trains C-SVC, nu-SVC, epsilon-SVR or nu-SVR. The same data, settings and seed give the same bytes for any number of threads.
 *
 * @throws InvalidInputError - shapes that do not fit, an infeasible nu, a kernel that overflows
 * @throws ConfigError - a class weight for a label that does not occur
 */
export async function trainMachine(
  data: SvmData,
  settings: SVMSettings,
  context: SolveContext & { readonly seed: number },
): Promise<TrainedMachine> {
  const { X } = data;
  const kernel = await kernelOf(settings, X);
  const { tasks, finish } =
    data.classes.length > 0 ? await classPlan(data, settings, context.seed) : valuePlan(data, settings);
  const warnings = await solveTasks(X, kernel, tasks, settings, context);
  return { ...(await finish(kernel)), ...totals(tasks), warnings };
}

/** The kernel with its gamma as a number. */
export async function kernelOf({ kernel, gamma, coef0, degree }: SVMSettings, X: Matrix): Promise<KernelFunction> {
  if (kernel === 'precomputed' && X.rows !== X.cols) {
    throw new InvalidInputError(`svm: a precomputed kernel is square, X is (${X.rows}, ${X.cols})`, {
      hint: 'Pass the kernel of every training row with every training row; leave rows of weight 0 out of both.',
    });
  }
  if (kernel === 'precomputed') await checkSymmetry(X);
  const used = kernel === 'linear' || kernel === 'precomputed' ? 0 : await resolveGamma(gamma, X);
  return { name: kernel, gamma: used, coef0, degree };
}

/** Pairs of a given kernel that are looked at: all of up to 2,000 rows. */
const MOST_PAIRS = 4e6;
/** Largest difference of the two values of a pair, relative to the larger one: kernels are often computed in float32. */
const SYMMETRY = 1e-3;

/** On values that are not a kernel the solver would run into its limit of iterations. */
async function checkSymmetry({ data, rows }: Matrix): Promise<void> {
  const step = Math.max(1, Math.ceil((rows * rows) / MOST_PAIRS));
  await inTurns(rows, Math.max(1, Math.floor((100_000 * step) / rows)), (from, to) => {
    for (let i = from; i < to; i++) {
      for (let j = i % step; j < i; j += step) {
        const [a, b] = [data[i * rows + j], data[j * rows + i]];
        if (Math.abs(a - b) <= SYMMETRY * Math.max(Math.abs(a), Math.abs(b), Number.MIN_VALUE)) continue;
        throw new InvalidInputError(
          `svm: a precomputed kernel is symmetric, but rows ${j} and ${i} give ${b} and ${a}`,
          {
            hint: 'Pass the kernel of training rows with training rows in one order, without missing values.',
            details: { rows: [j, i] },
          },
        );
      }
    }
  });
}

function totals(tasks: readonly SmoTask[]): { iterations: number; violation: number } {
  let iterations = 0;
  let violation = 0;
  for (const { summary } of tasks) {
    iterations += summary[SUMMARY.iterations];
    violation = Math.max(violation, summary[SUMMARY.violation]);
  }
  return { iterations, violation };
}

function valuePlan({ X, y, weights }: SvmData, settings: SVMSettings): TrainingPlan {
  const n = y.length;
  const bounds = new Float64Array(n);
  for (let i = 0; i < n; i++) bounds[i] = settings.C * (weights ? weights[i] : 1);
  const task = regressionTask(settings, y, bounds);
  return {
    tasks: [task],
    finish: async (kernel) => {
      const w = new Float64Array(n);
      for (let i = 0; i < task.w.length; i++) w[i % n] += task.w[i];
      const rows = rowsWhere(n, (i) => w[i] !== 0);
      const decisions = new Float64Array(n);
      for (let i = 0; i < n; i++) decisions[i] = task.products[i] + task.summary[SUMMARY.bias];
      return {
        machine: {
          type: settings.svmType === 'nu' ? 'nu_svr' : 'epsilon_svr',
          kernel,
          features: X.cols,
          counts: [rows.length],
          rows,
          vectors: kernel.name === 'precomputed' ? new Float32Array(0) : X.take(rows).data,
          coefficients: pick(w, rows),
          bias: Float64Array.of(task.summary[SUMMARY.bias]),
        },
        objectives: Float64Array.of(task.summary[SUMMARY.objective]),
        decisions,
      };
    },
  };
}
