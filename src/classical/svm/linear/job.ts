/** Linear problems inside the worker pool: the table is filled by all workers, then each takes problems for itself. */
import { Arena } from '../../../kernels/arena.js';
import type { JobContext } from '../../../kernels/job.js';
import { DescentSpace, solveLinear } from './descent.js';
import { LinearTable, type TableSource } from './table.js';
import type { LinearOptions, LinearTask } from './task.js';

export interface LinearJobArgs extends TableSource {
  readonly tasks: readonly LinearTask[];
  readonly options: LinearOptions;
}

export function run(context: JobContext<LinearJobArgs>): void {
  const { args, thread, threads, kernels } = context;
  const { tasks, options } = args;
  const arena = new Arena(context);
  const table = new LinearTable(context, arena, args);
  const space = new DescentSpace(arena, table.rows, table.stride, thread, threads);
  arena.commit();
  let before = 0;
  for (let unit = context.nextUnit(); unit < tasks.length; unit = context.nextUnit()) {
    const task = tasks[unit];
    let last = 0;
    solveLinear(context, table, space, task, options, (pass, violation) => {
      last = pass;
      context.report({ phase: 'fit', step: before + pass, metrics: { violation } });
    });
    before += last;
    task.test?.forEach((row, i) => {
      if (!task.decisions) return;
      task.decisions[i] = kernels.svmProduct(table.address + row * table.stride * 4, space.w, table.stride);
    });
  }
}
