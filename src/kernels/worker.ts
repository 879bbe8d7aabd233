/** One worker of the pool: waits for jobs, runs its share of each, answers with the result or the error. */
import { MessageChannel, type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { TrainingFailedError } from '../core/errors.js';
import type { ProgressEvent } from '../core/progress.js';
import { type SerializedError, serializeError } from './error-transfer.js';
import type { KernelExports } from './exports.js';
import type { JobContext, JobFunction } from './job.js';

/** Pool to worker: one thread's part of a job. */
export interface RunMessage {
  module: string;
  args: unknown;
  thread: number;
  threads: number;
  /** See `ProgressListener`. */
  everyStep: boolean;
  pages: { initial: number; maximum: number };
  /** Int32Array(1): not 0 once the job is stopped. */
  control: SharedArrayBuffer;
  /** Thread 0 makes the memory and sends it to the others directly, so that the main thread never holds it. */
  ports: MessagePort[];
}

/** Worker to pool. */
export type WorkerMessage =
  | { kind: 'progress'; event: ProgressEvent }
  /** The answer goes to `reply`; then the element of `answered` becomes 1. */
  | { kind: 'ask'; question: unknown; reply: MessagePort; answered: Int32Array }
  | { kind: 'done'; result?: unknown; error?: SerializedError; stopped?: boolean; memoryBytes: number };

const PROGRESS_INTERVAL = 50;

/** Thrown to leave a job that was stopped elsewhere; never the reason for a failure. */
class JobStopped extends Error {}

const wasm = (workerData as { wasm: WebAssembly.Module }).wasm;
const parent = parentPort;
if (!parent) throw new Error('src/kernels/worker.ts runs as a worker only');
parent.on('message', (message: RunMessage) => void run(message));

async function run(message: RunMessage): Promise<void> {
  let memory: WebAssembly.Memory | undefined;
  let kernels: KernelExports | undefined;
  try {
    memory = message.thread === 0 ? createMemory(message) : await receiveMemory(message.ports[0]);
    const imports = { env: { memory, abort: unreachable } };
    kernels = new WebAssembly.Instance(wasm, imports).exports as unknown as KernelExports;
    const module = (await import(message.module)) as { run: JobFunction<unknown, unknown> };
    const { context, flush } = createContext(message, memory, kernels);
    const result = await module.run(context);
    flush();
    finish({ kind: 'done', memoryBytes: memory.buffer.byteLength, result: message.thread === 0 ? result : undefined });
  } catch (error) {
    kernels?.abort();
    const memoryBytes = memory?.buffer.byteLength ?? 0;
    if (error instanceof JobStopped) finish({ kind: 'done', stopped: true, memoryBytes });
    else finish({ kind: 'done', error: serializeError(error), memoryBytes });
  } finally {
    for (const port of message.ports) port.close();
  }
}

function finish(message: WorkerMessage & { kind: 'done' }): void {
  parent?.postMessage(message, ownBuffers(message.result));
}

/** Array buffers of the typed arrays directly in `result`: they can move to the main thread instead of being copied. */
function ownBuffers(result: unknown): ArrayBuffer[] {
  if (typeof result !== 'object' || result === null) return [];
  const views = (ArrayBuffer.isView(result) ? [result] : Object.values(result)).filter((v) => ArrayBuffer.isView(v));
  return [...new Set(views.map((v) => v.buffer))].filter((b): b is ArrayBuffer => b instanceof ArrayBuffer);
}

function createMemory(message: RunMessage): WebAssembly.Memory {
  const { initial, maximum } = message.pages;
  let memory: WebAssembly.Memory;
  try {
    memory = new WebAssembly.Memory({ initial, maximum, shared: true });
  } catch (cause) {
    throw outOfMemory(initial, cause);
  }
  for (const port of message.ports) port.postMessage(memory);
  return memory;
}

function outOfMemory(pages: number, cause: unknown): TrainingFailedError {
  const mebibytes = pages / 16;
  return new TrainingFailedError(`${mebibytes} MiB of working memory are needed and could not be had`, {
    hint: 'Free memory, or train on fewer rows or columns at a time; 4 GiB is the most one job can use.',
    details: { mebibytes },
    cause,
  });
}

function receiveMemory(port: MessagePort): Promise<WebAssembly.Memory> {
  return new Promise((resolve, reject) => {
    port.once('message', resolve);
    port.once('close', () => reject(new JobStopped()));
  });
}

function unreachable(): never {
  throw new Error('A kernel aborted');
}

function createContext(
  message: RunMessage,
  memory: WebAssembly.Memory,
  kernels: KernelExports,
): { context: JobContext; flush: () => void } {
  const { thread, threads, args } = message;
  const control = new Int32Array(message.control);
  const cancelled = (): boolean => Atomics.load(control, 0) !== 0;
  const check = (): void => {
    if (cancelled()) throw new JobStopped();
  };
  const barrier = (): void => {
    if (threads === 1) {
      kernels.resetUnits();
      return;
    }
    const generation = kernels.barrierArrive(threads);
    if (generation < 0) return;
    for (;;) {
      const state = kernels.barrierWait(generation);
      if (state === 0) return;
      if (state === 2) throw new JobStopped();
      check();
    }
  };
  const progress =
    thread === 0 ? throttledProgress(message.everyStep ? 0 : PROGRESS_INTERVAL) : { report: () => {}, flush: () => {} };
  const context: JobContext = {
    thread,
    threads,
    args,
    memory,
    kernels,
    barrier,
    nextUnit: kernels.nextUnit,
    cancelled,
    check,
    ask: (question) => ask(question, check),
    report: progress.report,
  };
  return { context, flush: progress.flush };
}

/** How often a worker that waits for an answer looks whether the job was stopped, in milliseconds. */
const ASK_INTERVAL = 20;

/** Blocks this thread, which is why the answer is fetched from a port of its own and not by an event. */
function ask(question: unknown, check: () => void): unknown {
  const { port1, port2 } = new MessageChannel();
  const answered = new Int32Array(new SharedArrayBuffer(4));
  try {
    parent?.postMessage({ kind: 'ask', question, reply: port2, answered } satisfies WorkerMessage, [port2]);
    while (Atomics.wait(answered, 0, 0, ASK_INTERVAL) === 'timed-out') check();
    check();
    return receiveMessageOnPort(port1)?.message;
  } finally {
    port1.close();
  }
}

function throttledProgress(interval: number): { report: (event: ProgressEvent) => void; flush: () => void } {
  let last = Number.NEGATIVE_INFINITY;
  let pending: ProgressEvent | undefined;
  const send = (event: ProgressEvent): void => parent?.postMessage({ kind: 'progress', event } satisfies WorkerMessage);
  return {
    report(event) {
      const now = performance.now();
      if (now - last < interval) {
        pending = event;
        return;
      }
      last = now;
      pending = undefined;
      send(event);
    },
    flush() {
      if (pending) send(pending);
    },
  };
}
