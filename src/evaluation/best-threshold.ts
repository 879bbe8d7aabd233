/** The threshold that a criterion likes best, here or, of many rows, on a worker. */
import { ownModule } from '../core/location.js';
import { runJob } from '../kernels/pool.js';
import { MANY_ROWS, type MeasureOptions, sharedData } from './bootstrap/measure.js';
import type { SplitData } from './bootstrap/tasks.js';
import { run, type ThresholdJobArgs, type ThresholdJobResult } from './threshold-job.js';

/** Of the first subject, which tells two classes apart that both occur. */
export async function bestOf(
  data: SplitData,
  options: ThresholdJobArgs['options'],
  { signal }: MeasureOptions,
): Promise<ThresholdJobResult> {
  if (data.y.length < MANY_ROWS) return run({ args: { data, options } });
  const args: ThresholdJobArgs = { data: await sharedData(data), options };
  const module = ownModule('evaluation/threshold-job');
  return runJob<ThresholdJobResult>({ module, args, threads: 1, signal, doing: 'Evaluation' });
}
