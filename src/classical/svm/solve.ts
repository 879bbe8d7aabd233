/** Runs the problems of a machine in the worker pool. */
import { InvalidInputError } from '../../core/errors.js';
import { ownModule } from '../../core/location.js';
import type { Matrix } from '../../core/matrix.js';
import type { ProgressListener } from '../../core/progress.js';
import { runJob } from '../../kernels/pool.js';
import { shared } from '../../kernels/shared.js';
import type { SVMSettings } from './config.js';
import type { KernelFunction } from './kernel.js';
import type { SmoJobArgs } from './smo/job.js';
import { type SmoTask, SUMMARY } from './smo/task.js';

export interface SolveContext {
  /** Never changes the result. */
  readonly threads: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: ProgressListener;
}

/** Rows from which workers solve a problem together: with fewer they would wait for each other most of the time. */
const TOGETHER_ROWS = 4000;

/** Fills in the results of all tasks; returns warnings. */
export async function solveTasks(
  X: Matrix,
  kernel: KernelFunction,
  tasks: readonly SmoTask[],
  settings: Pick<SVMSettings, 'tolerance' | 'maxIterations' | 'shrinking' | 'cacheSize'>,
  context: SolveContext,
): Promise<string[]> {
  const largest = tasks.reduce((most, { rows }) => Math.max(most, rows.length), 0);
  const together = tasks.length < 2 * context.threads && largest >= TOGETHER_ROWS;
  const limit = settings.maxIterations ?? Math.max(1e7, 100 * largest);
  const args: SmoJobArgs = {
    X: await shared(X.data),
    cols: X.cols,
    kernel,
    // The longest first, so that no worker is left with it at the end.
    tasks: together ? tasks : [...tasks].sort((a, b) => b.rows.length - a.rows.length),
    options: { tolerance: settings.tolerance, maxIterations: limit, shrinking: settings.shrinking },
    together,
    cacheBytes: settings.cacheSize * 2 ** 20,
  };
  const useful = together ? Math.ceil(largest / (TOGETHER_ROWS / 2)) : tasks.length;
  await runJob({
    module: ownModule('classical/svm/smo/job'),
    args,
    threads: Math.max(1, Math.min(context.threads, useful)),
    signal: context.signal,
    onProgress: context.onProgress,
  });
  return warningsOf(tasks, settings.tolerance, limit);
}

function warningsOf(tasks: readonly SmoTask[], tolerance: number, limit: number): string[] {
  const bad = tasks.find(({ summary }) => !summary.every(Number.isFinite));
  if (bad) {
    throw new InvalidInputError('svm: the kernel gave values that are not finite', {
      hint: 'Scale the columns (PreprocessingPipeline), or lower gamma, coef0 or degree: float32 has to hold the kernel.',
    });
  }
  const stopped = tasks.filter(({ summary }) => summary[SUMMARY.violation] > tolerance);
  if (stopped.length === 0) return [];
  const worst = stopped.reduce((most, { summary }) => Math.max(most, summary[SUMMARY.violation]), 0);
  const problems = tasks.length === 1 ? 'The solver' : `${stopped.length} of ${tasks.length} problems`;
  return [
    `${problems} stopped after at most ${limit} iterations: the optimality conditions are violated by ${worst.toPrecision(3)}, the tolerance is ${tolerance}. Raise maxIterations, scale the columns, or lower C.`,
  ];
}
