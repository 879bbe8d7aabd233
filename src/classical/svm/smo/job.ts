/** Problems of a support vector machine inside the worker pool: each by a worker of its own, or one after the other by all. */
import { Arena } from '../../../kernels/arena.js';
import type { JobContext } from '../../../kernels/job.js';
import type { KernelFunction } from '../kernel.js';
import { BLOCK, blocksOf, FeatureRows, GivenRows, type KernelRows } from './kernel-rows.js';
import { SmoSolver } from './solver.js';
import { SolverSpace } from './space.js';
import { type SmoOptions, type SmoTask, SUMMARY } from './task.js';
import { alone, type Team, wholeTeam } from './team.js';

export interface SmoJobArgs {
  /** (any, cols) rows, or the kernel matrix. */
  readonly X: Float32Array;
  readonly cols: number;
  readonly kernel: KernelFunction;
  readonly tasks: readonly SmoTask[];
  readonly options: SmoOptions;
  /** All workers solve each task together; otherwise each takes tasks for itself. */
  readonly together: boolean;
  /** Bytes for kernel rows, of all workers. */
  readonly cacheBytes: number;
}

export function run(context: JobContext<SmoJobArgs>): void {
  const { thread, threads, args } = context;
  const { tasks, together } = args;
  const team = together ? wholeTeam(context) : alone(context);
  const arena = new Arena(context);
  const size = {
    rows: tasks.reduce((most, { rows, test }) => Math.max(most, rows.length, test?.length ?? 0), 0),
    cols: args.kernel.name === 'precomputed' ? 0 : args.cols,
    cacheBytes: together ? args.cacheBytes : args.cacheBytes / threads,
    threads: team.threads,
  };
  const space = new SolverSpace(arena, size, team.thread, together ? 1 : threads, together ? 0 : thread);
  arena.commit();
  let before = 0;
  const work = (task: SmoTask) => {
    const rows = kernelRows(context, space);
    const report = (iterations: number, violation: number) =>
      context.report({ phase: 'fit', step: before + iterations, metrics: { violation } });
    new SmoSolver(team, context.kernels, space, rows, task, args.options, report).solve();
    before += task.summary[SUMMARY.iterations];
    if (task.test && task.decisions) decide(team, context, space, rows, task, task.test, task.decisions);
    team.barrier();
  };
  if (together) for (const task of tasks) work(task);
  else for (let unit = context.nextUnit(); unit < tasks.length; unit = context.nextUnit()) work(tasks[unit]);
}

function kernelRows({ kernels, args }: JobContext<SmoJobArgs>, space: SolverSpace): KernelRows {
  const { kernel, X, cols } = args;
  return kernel.name === 'precomputed'
    ? new GivenRows(X, cols, (address, length) => space.float32(address, length))
    : new FeatureRows(kernels, kernel, X, cols, space);
}

/** Blocks of test rows at a time. */
const TEST_BLOCKS = 16;

/** decisions = K(test, rows) w + bias, over the variables in their order. */
function decide(
  team: Team,
  { kernels }: JobContext<SmoJobArgs>,
  space: SolverSpace,
  rows: KernelRows,
  task: SmoTask,
  test: Uint32Array,
  decisions: Float64Array,
): void {
  const [first, last] = team.share(blocksOf(test.length));
  rows.arrange(test, first, last, true);
  const out = space.float64(space.e, blocksOf(test.length) * BLOCK);
  for (let from = first; from < last; from += TEST_BLOCKS) {
    const to = Math.min(last, from + TEST_BLOCKS);
    const at = from * BLOCK;
    out.fill(0, at, to * BLOCK);
    for (let i = 0; i < task.rows.length; i++) {
      if (task.w[i] === 0) continue;
      team.check();
      rows.compute(task.rows[i], from, to, space.scratch);
      kernels.svmAdd(space.scratch + 4 * at, task.w[i], space.e + 8 * at, (to - from) * BLOCK);
    }
    for (let p = at; p < Math.min(to * BLOCK, test.length); p++) decisions[p] = out[p] + task.summary[SUMMARY.bias];
  }
}
