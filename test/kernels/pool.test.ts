import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { InvalidInputError, TrainingCancelledError, TrainingFailedError } from '../../src/core/errors.js';
import type { ProgressEvent } from '../../src/core/progress.js';
import type { Job } from '../../src/kernels/job.js';
import { poolState, runJob, startWorkers } from '../../src/kernels/pool.js';
import { shared } from '../../src/kernels/shared.js';
import { BUSY_MACHINE } from '../busy-machine.js';
import type { Work } from './jobs/work.js';

const module = new URL('./jobs/work.ts', import.meta.url);

function work<R>(args: Work, options: Partial<Job> = {}): Promise<R> {
  return runJob<R>({ module, args, threads: 2, ...options });
}

async function failure(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => {
      throw new Error('expected a rejection');
    },
    (error: unknown) => error,
  );
}

async function expectHealthy(): Promise<void> {
  const values = new Float64Array(new SharedArrayBuffer(80)).fill(1);
  expect(await work<number>({ does: 'sum', shared: values })).toBe(10);
  expect(await poolState()).toMatchObject({ busy: 0, waiting: 0 });
}

async function longestGap(during: () => Promise<unknown>): Promise<number> {
  let last = performance.now();
  let gap = 0;
  const timer = setInterval(() => {
    const now = performance.now();
    gap = Math.max(gap, now - last);
    last = now;
  }, 1);
  await during();
  clearInterval(timer);
  return gap;
}

describe('pool', () => {
  it('runs a job on any number of threads over one shared memory', async () => {
    const values = new Float64Array(new SharedArrayBuffer(8 * 1000)).map((_, i) => i);
    const input = await shared(values);
    for (const threads of [1, 2, 4])
      expect(await work<number>({ does: 'sum', shared: input }, { threads })).toBe(499500);
  });

  it('starts workers ahead of a job, which takes them and starts no others', async () => {
    startWorkers(4);
    const { workers } = await poolState();
    expect(workers).toBeGreaterThanOrEqual(4);
    const values = new Float64Array(new SharedArrayBuffer(80)).fill(2);
    expect(await work<number>({ does: 'sum', shared: values }, { threads: 4 })).toBe(20);
    expect((await poolState()).workers).toBe(workers);
  });

  it('gives every work unit to exactly one thread, anew after each barrier', async () => {
    const taken = await work<Int32Array>({ does: 'units' }, { threads: 4 });
    expect(taken.every((count) => count === 1)).toBe(true);
    const alone = await work<Int32Array>({ does: 'units' }, { threads: 1 });
    expect(alone.every((count) => count === 1)).toBe(true);
  });

  it('returns plain data with typed arrays', async () => {
    expect(await work({ does: 'fill', steps: 3 })).toEqual({ values: Float64Array.of(2, 2, 2), name: 'filled' });
  });

  it('carries typed errors with class, hint and details, and releases the threads that wait', async () => {
    const error = await failure(work({ does: 'throw-typed' }, { threads: 4 }));
    expect(error).toBeInstanceOf(InvalidInputError);
    expect(error).toMatchObject({
      message: 'bad rows',
      code: 'INVALID_INPUT',
      hint: 'fix them',
      details: { rows: [3, 4] },
    });
    await expectHealthy();
  });

  it('wraps any other error in TrainingFailedError with its cause', async () => {
    const error = await failure(work({ does: 'throw-plain' }));
    expect(error).toBeInstanceOf(TrainingFailedError);
    expect((error as Error).cause).toMatchObject({ name: 'RangeError', message: 'out of luck' });
    await expectHealthy();
  });

  it('replaces a worker that dies and fails its job', async () => {
    const error = await failure(work({ does: 'exit' }));
    expect(error).toBeInstanceOf(TrainingFailedError);
    expect((error as Error).message).toContain('lost');
    await expectHealthy();
  });

  it('fails with the size needed when the memory cannot grow that far', async () => {
    const error = await failure(work({ does: 'grow', bytes: 5 * 2 ** 30 }));
    expect(error).toBeInstanceOf(TrainingFailedError);
    expect((error as Error).message).toContain('5121 MiB');
    await expectHealthy();
  });

  it('fails with a typed error when arguments cannot be cloned', async () => {
    const args = { does: 'sum', shared: () => 1 } as unknown as Work;
    expect(await failure(work(args))).toBeInstanceOf(Error);
    await expectHealthy();
  });

  it.each(['spin', 'deaf'] as const)(
    'cancels a job that is %s within 200 ms and stays healthy',
    BUSY_MACHINE,
    async (does) => {
      await expectHealthy();
      const controller = new AbortController();
      const promise = failure(work({ does }, { signal: controller.signal }));
      await new Promise((resolve) => setTimeout(resolve, 100));
      const start = performance.now();
      controller.abort();
      expect(await promise).toBeInstanceOf(TrainingCancelledError);
      expect(performance.now() - start).toBeLessThan(200);
      await expectHealthy();
    },
  );

  it('refuses to start when already aborted, and drops a cancelled job that still waits', async () => {
    expect(await failure(work({ does: 'fill' }, { signal: AbortSignal.abort() }))).toBeInstanceOf(
      TrainingCancelledError,
    );
    const { workers } = await poolState();
    const first = work<number>({ does: 'sleep', steps: 300 }, { threads: Math.max(workers, 2) });
    const controller = new AbortController();
    const second = failure(work({ does: 'fill' }, { signal: controller.signal, threads: Math.max(workers, 2) }));
    await new Promise((resolve) => setTimeout(resolve, 20));
    controller.abort();
    expect(await second).toBeInstanceOf(TrainingCancelledError);
    expect(await first).toBe(0);
  });

  it('runs more jobs than it has workers, in order', async () => {
    const order: number[] = [];
    const jobs = Array.from({ length: 6 }, (_, i) =>
      work({ does: 'sleep', steps: 20 }, { threads: 4 }).then(() => order.push(i)),
    );
    await Promise.all(jobs);
    expect(order).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('throttles progress and always delivers the last event', async () => {
    const events: ProgressEvent[] = [];
    await work({ does: 'report', steps: 1000 }, { onProgress: (event) => events.push(event) });
    expect(events.length).toBeLessThan(12);
    expect(events.at(-1)?.step).toBe(1000);
    expect(events.every((event, i) => i === 0 || event.step > events[i - 1].step)).toBe(true);
  });

  it('rejects with the error of a progress listener that throws', async () => {
    const onProgress = (): void => {
      throw new RangeError('listener');
    };
    expect(await failure(work({ does: 'report', steps: 10 }, { onProgress }))).toMatchObject({ message: 'listener' });
    await expectHealthy();
  });

  it('answers what a job asks, by a function or a promise, with shared memory in both directions', async () => {
    const values = await shared(Float64Array.of(1, 2, 3));
    const answer = (question: unknown): unknown => {
      const { number, shared: array } = question as { number: number; shared: Float64Array };
      array[0] = 10 * number;
      const reply = { number, sum: array.reduce((a, b) => a + b, 0), list: Float64Array.of(number) };
      return number % 2 === 0 ? reply : new Promise((resolve) => setTimeout(resolve, 5, reply));
    };
    const answers = await work({ does: 'ask', steps: 5, shared: values }, { answer, threads: 2 });
    expect(answers).toEqual([0, 1, 2, 3, 4].map((n) => ({ number: n, sum: 10 * n + 5, list: Float64Array.of(n) })));
    expect(values[0]).toBe(40);
    await expectHealthy();
  });

  it.each([
    ['throws', () => Promise.reject(new RangeError('no answer')), 'no answer'],
    ['cannot be cloned', () => () => 1, 'could not be cloned'],
    ['does not exist', undefined, 'answer'],
  ] as const)('fails with the error of an answer that %s', async (_what, answer, message) => {
    const error = await failure(work({ does: 'ask' }, { answer, threads: 2 }));
    expect((error as Error).message).toContain(message);
    await expectHealthy();
  });

  it('cancels a job that waits for an answer within 200 ms', BUSY_MACHINE, async () => {
    await expectHealthy();
    const controller = new AbortController();
    const answer = () => new Promise(() => {});
    const promise = failure(work({ does: 'ask' }, { answer, signal: controller.signal }));
    await new Promise((resolve) => setTimeout(resolve, 100));
    const start = performance.now();
    controller.abort();
    expect(await promise).toBeInstanceOf(TrainingCancelledError);
    expect(performance.now() - start).toBeLessThan(200);
    await expectHealthy();
  });

  it(
    'keeps the event loop free while a job runs, and while a large array is copied to shared memory',
    BUSY_MACHINE,
    async () => {
      await expectHealthy();
      const gap = await longestGap(async () => {
        await work({ does: 'sleep', steps: 200 });
        await shared(new Float32Array(2 ** 24));
      });
      expect(gap).toBeLessThan(50);
    },
  );

  it('does not keep an idle process alive, and keeps it alive while a job runs', () => {
    const script = `
      import { runJob } from ${JSON.stringify(new URL('../../src/kernels/pool.ts', import.meta.url).href)};
      const job = { module: new URL(${JSON.stringify(module.href)}), threads: 2 };
      runJob({ ...job, args: { does: 'sleep', steps: 50 } }).then((thread) => console.log('ended', thread));
    `;
    const root = fileURLToPath(new URL('../..', import.meta.url));
    const output = execFileSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
      cwd: root,
      encoding: 'utf8',
      timeout: 20_000,
    });
    expect(output).toContain('ended 0');
  });
});
