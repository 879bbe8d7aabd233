/** One training by the user's own library, in a thread of its own: the libraries keep caches, errors and connections per thread. */
import { parentPort, workerData } from 'node:worker_threads';
import { TrainingCancelledError } from '../../core/errors.js';
import { loadOptional } from '../../core/optional.js';
import { serializeError } from '../../kernels/error-transfer.js';
import type { NativeBooster } from './booster.js';
import type { NativeJob, NativeMessage, NativeResult, NativeWorkerData } from './job.js';
import { trainLoop } from './loop.js';

const PROGRESS_INTERVAL = 50;

const { job, control } = workerData as NativeWorkerData;
const cancelled = new Int32Array(control);
const post = (message: NativeMessage): void => parentPort?.postMessage(message);

function checkCancelled(): void {
  if (Atomics.load(cancelled, 0) === 0) return;
  throw new TrainingCancelledError('Training was cancelled', { hint: 'Nothing was kept.' });
}

let last = Number.NEGATIVE_INFINITY;

function progress(step: number, trainLoss: number, valLoss: number): void {
  const now = performance.now();
  if (now - last < PROGRESS_INTERVAL && step < job.rounds) return;
  last = now;
  post({ kind: 'progress', step, trainLoss, valLoss });
}

async function driver(): Promise<(job: NativeJob, device: string) => NativeBooster> {
  const koffi = await loadOptional('koffi', "engine: 'native'", () => import('koffi'));
  const lib = koffi.default.load(job.path);
  if (job.library === 'lightgbm') {
    const { createLightGBM } = await import('./lightgbm-driver.js');
    return (task, device) => createLightGBM(lib, task, device);
  }
  const { createXGBoost } = await import('./xgboost-driver.js');
  return (task, device) => createXGBoost(lib, task, device);
}

/** Trains on the first device that works. A device that is missing shows when the booster is made or in its first iteration. */
async function train(): Promise<NativeResult> {
  const create = await driver();
  const notices: string[] = [];
  for (const [i, device] of job.devices.entries()) {
    let booster: NativeBooster | undefined;
    let step = 0;
    try {
      booster = create(job, device);
      const result = trainLoop(booster, job, {
        checkCancelled,
        progress: (...values) => {
          step = values[0];
          progress(...values);
        },
      });
      return { ...result, device, notices: [...notices, ...result.notices] };
    } catch (error) {
      if (i === job.devices.length - 1 || step > 0 || error instanceof TrainingCancelledError) throw error;
      notices.push(`device '${device}' is not available: ${(error as Error).message}`);
    } finally {
      booster?.free();
    }
  }
  throw new Error('A native training needs a device to try');
}

try {
  post({ kind: 'done', result: await train() });
} catch (error) {
  post({ kind: 'failed', error: serializeError(error) });
}
