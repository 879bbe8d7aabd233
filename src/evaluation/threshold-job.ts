/** The best threshold of many rows, inside the worker pool: ranking them would hold up the event loop. */
import { Matrix } from '../core/matrix.js';
import type { JobContext } from '../kernels/job.js';
import { bestThreshold, type OptimalThresholdOptions } from '../metrics/optimal-threshold.js';
import type { SplitData } from './bootstrap/tasks.js';

export interface ThresholdJobArgs {
  readonly data: SplitData;
  readonly options: Pick<OptimalThresholdOptions, 'beta'> & { readonly metric: string };
}

export interface ThresholdJobResult {
  readonly threshold: number;
  readonly value: number;
}

export function run({ args }: Pick<JobContext<ThresholdJobArgs>, 'args'>): ThresholdJobResult {
  const { y, weights, subjects } = args.data;
  const [{ probabilities = new Float32Array(0), classes }] = subjects;
  return bestThreshold(y, Matrix.wrap(probabilities, 2), {
    ...(args.options as OptimalThresholdOptions),
    classes,
    positiveClass: classes[1],
    ...(weights && { sampleWeight: weights }),
  });
}
