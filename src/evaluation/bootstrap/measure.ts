/** Measures tasks: on the worker pool where there is much to do, else here, in short turns. The same numbers either way. */
import { throwIfAborted } from '../../core/abort.js';
import { ownModule } from '../../core/location.js';
import { resolveThreads } from '../../core/threads.js';
import { Turns } from '../../core/turns.js';
import { runJob } from '../../kernels/pool.js';
import { shared } from '../../kernels/shared.js';
import type { MeasureJobArgs, MeasureJobResult } from './measure-job.js';
import { Measurement, valueOffsets, visitsOf } from './measurement.js';
import type { MeasureArgs, SplitData, TaskResult } from './tasks.js';

/** Row visits (about 10 ns each) from which workers are worth their start, and rows whose first look alone would hold up others. */
const MANY_VISITS = 5e6;
export const MANY_ROWS = 8_000;

export interface MeasureOptions {
  /** Never changes the result. */
  readonly threads?: number;
  readonly signal?: AbortSignal;
}

export async function measure(args: MeasureArgs, options: MeasureOptions = {}): Promise<readonly TaskResult[]> {
  const threads = resolveThreads(options.threads);
  const { signal } = options;
  throwIfAborted(signal, 'Evaluation');
  const offsets = valueOffsets(args);
  const size = offsets[offsets.length - 1];
  if (visitsOf(args) < MANY_VISITS && args.data.every(({ y }) => y.length < MANY_ROWS)) {
    return measureHere(new Measurement(args, new Float64Array(size)), args, signal);
  }
  const jobArgs: MeasureJobArgs = {
    task: args.task,
    data: await Promise.all(args.data.map(sharedData)),
    tasks: args.tasks,
    values: new Float64Array(new SharedArrayBuffer(8 * size)),
  };
  const { results } = await runJob<MeasureJobResult>({
    module: ownModule('evaluation/bootstrap/measure-job'),
    args: jobArgs,
    threads,
    signal,
    doing: 'Evaluation',
  });
  return results;
}

async function measureHere(
  measurement: Measurement,
  { tasks }: MeasureArgs,
  signal: AbortSignal | undefined,
): Promise<TaskResult[]> {
  const turns = new Turns();
  for (const piece of measurement.pieces) {
    measurement.run(piece);
    await turns.pause();
    throwIfAborted(signal, 'Evaluation');
  }
  const results: TaskResult[] = [];
  for (const index of tasks.keys()) {
    results.push(measurement.finish(index));
    await turns.pause();
    throwIfAborted(signal, 'Evaluation');
  }
  return results;
}

export async function sharedData({ y, weights, times, subjects }: SplitData): Promise<SplitData> {
  return {
    y: await shared(y),
    ...(weights && { weights: await shared(weights) }),
    ...(times && { times: await shared(times) }),
    subjects: await Promise.all(
      subjects.map(async ({ predictions, probabilities, classes }) => ({
        predictions: await shared(predictions),
        ...(probabilities && { probabilities: await shared(probabilities) }),
        classes,
      })),
    ),
  };
}
