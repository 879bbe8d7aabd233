/** Starts a native training in its worker thread and gives its result the shape that the own engine's has. */
import { Worker } from 'node:worker_threads';
import { cancelled, throwIfAborted } from '../../core/abort.js';
import { TrainingFailedError } from '../../core/errors.js';
import { loadOptional } from '../../core/optional.js';
import { deserializeError } from '../../kernels/error-transfer.js';
import { workerUrl } from '../../kernels/pool.js';
import { shared } from '../../kernels/shared.js';
import type { FitContext, FitData, FitResult, FitRows } from '../../model/types.js';
import { findNativeLibrary } from './find-library.js';
import type { NativeJob, NativeMessage, NativeResult, NativeRows, NativeWorkerData } from './job.js';

export type NativeTask = Omit<NativeJob, 'path' | 'train' | 'evalSets'> & {
  /** The library's file; searched for when left out. */
  nativeLibrary?: string;
};

/**
 * Trains on `data` and its evaluation sets.
 *
 * @throws MissingDependencyError - no koffi, or no library
 * @throws TrainingCancelledError - at once; the thread ends with the iteration it is in
 * @throws TrainingFailedError - what the library reported
 */
export async function trainNative(
  data: FitData,
  { nativeLibrary, ...task }: NativeTask,
  context: Pick<FitContext, 'signal' | 'onProgress'>,
): Promise<{ model: Uint8Array; device: string; result: FitResult }> {
  await loadOptional('koffi', "engine: 'native'", () => import('koffi'));
  const path = await findNativeLibrary(task.library, nativeLibrary);
  const sets = { ...(data.validation ? { validation: data.validation } : {}), ...data.evalSets };
  const evalSets: [string, NativeRows][] = [];
  for (const [name, rows] of Object.entries(sets)) evalSets.push([name, await share(rows)]);
  const job: NativeJob = { ...task, path, train: await share(data), evalSets };
  throwIfAborted(context.signal);
  const trained = await runInThread(job, context);
  return { model: trained.model, device: trained.device, result: fitResult(trained, job) };
}

async function share({ X, y, weights, initScore }: FitRows): Promise<NativeRows> {
  const labels = new Float32Array(new SharedArrayBuffer(y.length * 4));
  labels.set(y);
  return {
    data: await shared(X.data),
    cols: X.cols,
    y: labels,
    weights: weights && (await shared(weights)),
    initScore: initScore && (await shared(initScore)),
  };
}

function runInThread(
  job: NativeJob,
  { signal, onProgress }: Pick<FitContext, 'signal' | 'onProgress'>,
): Promise<NativeResult> {
  const control = new SharedArrayBuffer(4);
  const start: NativeWorkerData = { job, control };
  const worker = new Worker(workerUrl('boosting/native/worker'), { workerData: start, execArgv: [], name: 'holdfast' });
  return new Promise<NativeResult>((resolve, reject) => {
    const stop = (error: unknown): void => {
      Atomics.store(new Int32Array(control), 0, 1);
      // A call into the library cannot be interrupted: the thread ends by itself, after its iteration.
      worker.unref();
      finish();
      reject(error);
    };
    const onAbort = () => stop(cancelled(signal));
    const finish = () => {
      signal?.removeEventListener('abort', onAbort);
      worker.removeAllListeners('message');
      worker.removeAllListeners('exit');
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    worker.on('message', (message: NativeMessage) => {
      if (message.kind === 'done') {
        finish();
        resolve(message.result);
      } else if (message.kind === 'failed') {
        finish();
        reject(deserializeError(message.error, 'Training'));
      } else {
        const { step, trainLoss, valLoss } = message;
        const metrics = { trainLoss, ...(Number.isNaN(valLoss) ? {} : { valLoss }) };
        try {
          onProgress({ phase: 'fit', step, total: job.rounds, metrics });
        } catch (error) {
          stop(error);
        }
      }
    });
    const lost = (cause: unknown) =>
      stop(
        new TrainingFailedError('Training failed: its worker thread was lost', {
          hint: 'The cause says why; running out of memory is the usual reason.',
          cause,
        }),
      );
    worker.on('error', lost);
    worker.on('exit', (code) => lost(new Error(`The worker thread exited with code ${code}`)));
  });
}

function fitResult(trained: NativeResult, job: NativeJob): FitResult {
  const { metrics, evaluations, trainLoss, bestIteration, stoppedEarly, notices } = trained;
  // Losses are mean squared errors; a library that reports the root is squared.
  const loss = (value: number) => (metrics[0] === 'rmse' ? value * value : value);
  const set = job.stopping?.set ?? 'validation';
  const watched = evaluations.find((series) => series.set === set)?.values;
  const bySet: Record<string, Record<string, number[]>> = {};
  for (const { set: name, metric, values } of evaluations) (bySet[name] ??= {})[metric] = values;
  return {
    history: trainLoss.map((value, i) => ({
      epoch: i + 1,
      trainLoss: loss(value),
      valLoss: watched ? loss(watched[i]) : Number.NaN,
    })),
    evaluations: bySet,
    totalEpochs: trainLoss.length,
    bestEpoch: bestIteration,
    earlyStopped: stoppedEarly,
    warnings: notices,
  };
}
