/** An evaluation inside the worker pool: the pieces by whoever is free, then the results by the first thread. */
import type { JobContext } from '../../kernels/job.js';
import { Measurement } from './measurement.js';
import type { MeasureArgs, TaskResult } from './tasks.js';

export interface MeasureJobArgs extends MeasureArgs {
  /** In shared memory. */
  readonly values: Float64Array;
}

export interface MeasureJobResult {
  readonly results: readonly TaskResult[];
}

export function run(context: JobContext<MeasureJobArgs>): MeasureJobResult | undefined {
  const { args } = context;
  const measurement = new Measurement(args, args.values);
  context.barrier();
  const { pieces } = measurement;
  for (let unit = context.nextUnit(); unit < pieces.length; unit = context.nextUnit()) {
    context.check();
    measurement.run(pieces[unit]);
  }
  context.barrier();
  if (context.thread > 0) return undefined;
  const results = args.tasks.map((_, index) => {
    context.check();
    return measurement.finish(index);
  });
  return { results };
}
