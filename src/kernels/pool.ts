/**
 * The one worker pool of the process. It starts with the first job, is shared by all models, and does not keep an idle
 * process alive. Jobs wait in order until enough workers are free; a failed or cancelled job leaves the pool healthy.
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { pathToFileURL } from 'node:url';
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import { cancelled, throwIfAborted } from '../core/abort.js';
import { TrainingFailedError } from '../core/errors.js';
import { builtFile, FROM_SOURCES, ownModule } from '../core/location.js';
import { deserializeError } from './error-transfer.js';
import type { Job } from './job.js';
import type { RunMessage, WorkerMessage } from './worker.js';

/** Pages of 64 KiB in 4 GiB, the most a 32-bit memory can hold. */
const MOST_PAGES = 65536;
/** How long a stopped job's workers may take to notice before they are terminated. */
const STOP_GRACE = 120;
/**
 * A worker is replaced once the memories it has held add up to this: only the end of its isolate frees them for sure, because
 * V8's collector does not know what shared memory costs.
 */
const WORKER_MEMORY_BUDGET = 512 * 2 ** 20;
/** Address space is scarce too: every memory counts for at least this much. */
const LEAST_CHARGE = 4 * 2 ** 20;

/**
 * Runs one job on `threads` workers that all call the module's `run(context)`, and resolves with worker 0's return value.
 *
 * @throws TrainingCancelledError within 200 ms once `signal` aborts.
 * @throws any typed error thrown by `run`; TrainingFailedError for every other error, a lost worker or lack of memory.
 */
export async function runJob<R>(job: Job): Promise<R> {
  throwIfAborted(job.signal, job.doing);
  return (await openPool()).run(job) as Promise<R>;
}

/** Lets the workers of a coming job start while its arguments are still being made. What goes wrong shows when the job runs. */
export function startWorkers(threads: number): void {
  openPool()
    .then((open) => open.grow(threads))
    .catch(() => {});
}

function openPool(): Promise<Pool> {
  if (!pool) {
    pool = compileKernels().then((wasm) => new Pool(wasm));
    pool.catch(() => (pool = undefined));
  }
  return pool;
}

/** Workers alive, workers in a job, jobs waiting. */
export async function poolState(): Promise<{ workers: number; busy: number; waiting: number }> {
  return pool ? (await pool).state() : { workers: 0, busy: 0, waiting: 0 };
}

let pool: Promise<Pool> | undefined;

async function compileKernels(): Promise<WebAssembly.Module> {
  try {
    return await WebAssembly.compile(await readFile(builtFile('kernels/kernels.wasm')));
  } catch (cause) {
    throw new TrainingFailedError('The compute kernels (kernels.wasm) could not be loaded', {
      hint: 'Reinstall holdfast; in a checkout run `npm run build:wasm`.',
      cause,
    });
  }
}

/** A worker module of the package; running from source, a few lines that register the TypeScript loader first. */
export function workerUrl(module: string): URL {
  const worker = ownModule(module);
  if (!FROM_SOURCES) return worker;
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx'));
  const loader = new URL('./esm/api/index.mjs', tsx).href;
  const code = `import { register } from ${JSON.stringify(loader)}; register(); await import(${JSON.stringify(worker.href)});`;
  return new URL(`data:text/javascript,${encodeURIComponent(code)}`);
}

interface PoolWorker {
  readonly worker: Worker;
  /** Bytes of job memory held since it started. */
  held: number;
  running?: { job: RunningJob; thread: number };
}

class Pool {
  private readonly workers = new Set<PoolWorker>();
  private readonly waiting: RunningJob[] = [];
  private limit = availableParallelism();

  constructor(private readonly wasm: WebAssembly.Module) {}

  state(): { workers: number; busy: number; waiting: number } {
    const busy = [...this.workers].filter((w) => w.running).length;
    return { workers: this.workers.size, busy, waiting: this.waiting.length };
  }

  run(job: Job): Promise<unknown> {
    this.limit = Math.max(this.limit, job.threads);
    const running = new RunningJob(
      job,
      (settled) => this.release(settled),
      (member) => this.takeBack(member),
    );
    this.waiting.push(running);
    this.dispatch();
    return running.promise;
  }

  /** Has at least so many workers. */
  grow(threads: number): void {
    this.limit = Math.max(this.limit, threads);
    while (this.workers.size < threads) this.spawn();
  }

  /** Starts waiting jobs, first come first served, while workers suffice. */
  private dispatch(): void {
    for (;;) {
      const next = this.waiting[0];
      if (next?.settled) {
        this.waiting.shift();
        continue;
      }
      const free = [...this.workers].filter((w) => !w.running);
      if (!next || free.length + this.limit - this.workers.size < next.threads) return;
      this.waiting.shift();
      while (free.length < next.threads) free.push(this.spawn());
      next.start(free.slice(0, next.threads));
    }
  }

  private spawn(): PoolWorker {
    const worker = new Worker(workerUrl('kernels/worker'), {
      workerData: { wasm: this.wasm },
      execArgv: [],
      name: 'holdfast',
    });
    worker.unref();
    const member: PoolWorker = { worker, held: 0 };
    worker.on('message', (message: WorkerMessage) => member.running?.job.receive(member, message));
    const lost = (cause: unknown): void => {
      if (!this.workers.delete(member)) return;
      member.running?.job.lose(member, cause);
      this.dispatch();
    };
    worker.on('error', lost);
    worker.on('exit', (code) => lost(new Error(`A worker thread exited with code ${code}`)));
    this.workers.add(member);
    return member;
  }

  /** Takes back a settled job's workers; those that did not stop are ended, or come back when they have. */
  private release(job: RunningJob): void {
    for (const member of job.members) {
      const unfinished = job.unfinished.has(member);
      if (unfinished && !job.patient) this.end(member);
      else if (!unfinished) this.rest(member);
    }
    this.dispatch();
  }

  private takeBack(member: PoolWorker): void {
    this.rest(member);
    this.dispatch();
  }

  /** A worker without a job; one that has held much memory is ended. */
  private rest(member: PoolWorker): void {
    member.running = undefined;
    member.worker.unref();
    if (member.held > WORKER_MEMORY_BUDGET) this.end(member);
  }

  private end(member: PoolWorker): void {
    member.running = undefined;
    member.worker.unref();
    this.workers.delete(member);
    void member.worker.terminate();
  }
}

/** A job from the moment it waits until it has settled. */
class RunningJob {
  readonly promise: Promise<unknown>;
  readonly threads: number;
  /** See `Job.patient`. */
  readonly patient: boolean;
  members: PoolWorker[] = [];
  /** Workers that have not answered. */
  readonly unfinished = new Set<PoolWorker>();
  settled = false;
  private readonly control = new SharedArrayBuffer(4);
  private readonly doing: string;
  private resolve!: (result: unknown) => void;
  private reject!: (error: unknown) => void;
  private result: unknown;
  private failure: { error: unknown } | undefined;
  private grace: NodeJS.Timeout | undefined;

  constructor(
    private readonly job: Job,
    private readonly release: (job: RunningJob) => void,
    private readonly takeBack: (member: PoolWorker) => void,
  ) {
    this.threads = job.threads;
    this.patient = job.patient ?? false;
    this.doing = job.doing ?? 'Training';
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    job.signal?.addEventListener('abort', this.onAbort, { once: true });
  }

  start(members: PoolWorker[]): void {
    this.members = members;
    const ports = this.connect();
    for (const [thread, member] of members.entries()) {
      this.unfinished.add(member);
      member.running = { job: this, thread };
      member.worker.ref();
      const message: RunMessage = {
        module: this.job.module.href,
        args: this.job.args,
        thread,
        threads: this.threads,
        everyStep: this.job.onProgress?.everyStep ?? false,
        pages: {
          initial: this.job.memoryPages?.initial ?? 1,
          maximum: Math.min(this.job.memoryPages?.maximum ?? MOST_PAGES, MOST_PAGES),
        },
        control: this.control,
        ports: ports[thread],
      };
      try {
        member.worker.postMessage(message, ports[thread]);
      } catch (error) {
        // Arguments that cannot be cloned: no worker has started.
        for (const other of members) this.unfinished.delete(other);
        this.stop(error);
        return;
      }
    }
  }

  receive(member: PoolWorker, message: WorkerMessage): void {
    if (!member.running) return;
    if (this.settled) {
      // One that was left to stop by itself.
      if (message.kind === 'done') {
        member.held += Math.max(message.memoryBytes, LEAST_CHARGE);
        this.unfinished.delete(member);
        this.takeBack(member);
      }
      return;
    }
    if (message.kind === 'progress') {
      this.progress(message.event);
      return;
    }
    if (message.kind === 'ask') {
      void this.answer(message);
      return;
    }
    member.held += Math.max(message.memoryBytes, LEAST_CHARGE);
    this.unfinished.delete(member);
    if (message.error) this.stop(deserializeError(message.error, this.doing));
    else if (member.running.thread === 0) this.result = message.result;
    if (this.unfinished.size === 0) this.settle();
  }

  /** A worker is gone: the rest cannot go on without it. */
  lose(member: PoolWorker, cause: unknown): void {
    this.unfinished.delete(member);
    const error = new TrainingFailedError(`${this.doing} failed: a worker thread was lost`, {
      hint: 'The cause says why; running out of memory is the usual reason.',
      cause,
    });
    this.stop(error);
  }

  private readonly onAbort = (): void => this.stop(cancelled(this.job.signal, this.doing));

  /** Ends the job with `error`: at once while it waits, else when its workers have noticed or the grace is over. */
  private stop(error: unknown): void {
    if (this.settled) return;
    this.failure ??= { error };
    Atomics.store(new Int32Array(this.control), 0, 1);
    if (this.unfinished.size === 0) this.settle();
    else this.grace ??= setTimeout(() => this.settle(), STOP_GRACE);
  }

  private settle(): void {
    if (this.settled) return;
    this.settled = true;
    clearTimeout(this.grace);
    this.job.signal?.removeEventListener('abort', this.onAbort);
    this.release(this);
    if (this.failure) this.reject(this.failure.error);
    else this.resolve(this.result);
  }

  /** A throw, or an answer that cannot be cloned, ends the job with that error. */
  private async answer({ question, reply, answered }: WorkerMessage & { kind: 'ask' }): Promise<void> {
    try {
      if (!this.job.answer) throw new TypeError('The job asked, but has no answer function');
      reply.postMessage(await this.job.answer(question));
      Atomics.store(answered, 0, 1);
      Atomics.notify(answered, 0);
    } catch (error) {
      this.stop(error);
    } finally {
      reply.close();
    }
  }

  private progress(event: Parameters<NonNullable<Job['onProgress']>>[0]): void {
    try {
      this.job.onProgress?.(event);
    } catch (error) {
      // A listener that throws ends the job with its error, as a throw in a callback of synchronous code would.
      this.stop(error);
    }
  }

  /** Channels from worker 0 to each other one; element t holds the ports of worker t. */
  private connect(): MessagePort[][] {
    const ports: MessagePort[][] = Array.from({ length: this.threads }, () => []);
    for (let thread = 1; thread < this.threads; thread++) {
      const { port1, port2 } = new MessageChannel();
      ports[0].push(port1);
      ports[thread].push(port2);
    }
    return ports;
  }
}
