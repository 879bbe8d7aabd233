/** The meeting point of an XGBoost cluster: every process of it asks the tracker who the others are. */
import { TrainingFailedError } from '../../core/errors.js';
import { loadOptional } from '../../core/optional.js';
import { check } from './booster.js';
import { findNativeLibrary } from './find-library.js';

/** Where XGBoost's tracker listens, and for how many processes. */
export interface TrackerOptions {
  /** Processes that train together. */
  workers: number;
  /** Address of this machine as the others reach it. Default `'127.0.0.1'`. */
  host?: string;
  /** 0 for a free one, the default. */
  port?: number;
  /** Seconds to wait for all processes to come and to go; 0, the default, for as long as it takes. */
  timeout?: number;
  /** File of libxgboost; searched for when left out. */
  nativeLibrary?: string;
}

/** A running tracker: it tells the processes of a cluster of each other, and ends when they do. */
export interface XGBoostTracker {
  /** What every process passes to `XGBoostModel` as `communicator`, best with a `dmlc_task_id` of its own. */
  readonly arguments: Readonly<Record<string, string | number>>;
  /** Resolves when all processes have left; rejects with TrainingFailedError when the tracker gave up. */
  readonly finished: Promise<void>;
}

/**
 * Starts a tracker in this process, in threads of XGBoost's own.
 *
 * @throws MissingDependencyError - no koffi, or no XGBoost
 * @throws TrainingFailedError - what XGBoost reported, such as an address that is not this machine's
 */
export async function startXGBoostTracker(options: TrackerOptions): Promise<XGBoostTracker> {
  const { workers, host = '127.0.0.1', port = 0, timeout = 0, nativeLibrary } = options;
  const { default: koffi } = await loadOptional('koffi', 'an XGBoost tracker', () => import('koffi'));
  const lib = koffi.load(await findNativeLibrary('xgboost', nativeLibrary));
  const lastError = lib.func('const char* XGBGetLastError()');
  const call = (status: number) => check('XGBoost', status, () => lastError() as string);
  const create = lib.func('int XGTrackerCreate(const char* config, _Out_ void** out)');
  const run = lib.func('int XGTrackerRun(void* tracker, const char* config)');
  const workerArguments = lib.func('int XGTrackerWorkerArgs(void* tracker, _Out_ const char** json)');
  const wait = lib.func('int XGTrackerWaitFor(void* tracker, const char* config)');
  const free = lib.func('int XGTrackerFree(void* tracker)');
  const out: [bigint | null] = [null];
  // sortby 1: ranks follow dmlc_task_id, so that they are the same every time.
  const config = { dmlc_communicator: 'rabit', n_workers: workers, host, port, sortby: 1, timeout };
  call(create(JSON.stringify(config), out) as number);
  const tracker = out[0];
  const text: [string] = [''];
  try {
    call(run(tracker, '{}') as number);
    call(workerArguments(tracker, text) as number);
  } catch (error) {
    free(tracker);
    throw error;
  }
  const finished = new Promise<void>((resolve, reject) => {
    wait.async(tracker, '{}', (error: unknown, status: number) => {
      free(tracker);
      if (!error && status === 0) return resolve();
      const hint = 'See what the processes of the cluster reported, and that all of them were started.';
      reject(new TrainingFailedError('XGBoost: the tracker of the cluster gave up', { hint, cause: error }));
    });
  });
  // Who does not ask is not told; an unhandled rejection would end the process.
  finished.catch(() => {});
  return { arguments: JSON.parse(text[0]) as Record<string, string | number>, finished };
}
