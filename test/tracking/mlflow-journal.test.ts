/** Runs kept in a journal while no server answers: each arrives once, whatever is killed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type MLflowRun, MLflowTracker } from '../../src/tracking/index.js';
import { FakeMLflow, type Fault, type SeenRequest, type StoredRun } from './fake-mlflow.js';

let server: FakeMLflow;
let work: string;
let journal: string;
beforeEach(async () => {
  server = await new FakeMLflow().start();
  work = await mkdtemp(join(tmpdir(), 'holdfast-journal-'));
  journal = join(work, 'journal');
});
afterEach(async () => {
  await server.stop();
  await rm(work, { recursive: true, force: true });
});

const tracker = () =>
  new MLflowTracker({
    ...{ trackingUri: server.url.replace('//', '//me:sesame-123@'), experiment: 'e', journal },
    ...{ retries: 0, retryDelay: 0.01, timeout: 2, flushInterval: 60 },
  });
const start = (of: MLflowTracker, runId = 'r', parentRunId?: string): Promise<MLflowRun> =>
  of.startRun({ runId, model: 'm', params: { a: 1 }, tags: { b: 'c' }, ...(parentRunId && { parentRunId }) });
const kept = (): Promise<string[]> => readdir(journal).catch(() => []);
const only = (): StoredRun => {
  expect(server.runs.size).toBe(1);
  return [...server.runs.values()][0];
};
const steps = ({ metrics }: StoredRun): number[] => metrics.map(({ step }) => step).sort((a, b) => a - b);
const numbers = (count: number): number[] => [...Array(count).keys()];

/** A run of metrics, a file and a data set that no server has heard of. */
async function offlineRun(metrics: number, runId = 'r'): Promise<void> {
  const run = await start(tracker(), runId);
  const files = join(work, 'files');
  await mkdir(files, { recursive: true });
  await writeFile(join(files, 'note.txt'), 'kept');
  for (let step = 0; step < metrics; step++) {
    await run.logMetrics({ loss: step / 2, odd: Number.NaN }, step);
    // Lines of their own.
    if (step % 10 === 0) await run.flush();
    if (step === 20) await run.setTags({ half: 'way' });
  }
  await run.logArtifacts(files, 'notes');
  await run.logDatasets([{ name: 'bars', context: 'train', digest: 'd', rows: 3, featureNames: ['f'] }]);
  await run.finish('completed');
}

function checkWhole(run: StoredRun, metrics: number): void {
  expect(run.status).toBe('FINISHED');
  expect(run.metrics.filter(({ key }) => key === 'loss').map(({ value, step }) => [step, value])).toEqual(
    numbers(metrics).map((step) => [step, step / 2]),
  );
  expect(run.metrics.filter(({ value }) => value === 'NaN')).toHaveLength(metrics);
  expect([run.params.get('a'), run.tags.get('b'), run.tags.get('half')]).toEqual(['1', 'c', 'way']);
  expect(run.datasets).toHaveLength(1);
  expect(server.files.get(`1/${run.id}/artifacts/notes/note.txt`)).toBe('kept');
}

describe('without a server', () => {
  it('a run goes into the journal, and to the server when there is one, and the journal is empty', async () => {
    await server.stop();
    await offlineRun(50);
    expect(await kept()).toHaveLength(1);
    // What is changed afterwards is not what was logged.
    await writeFile(join(work, 'files', 'note.txt'), 'changed');
    await expect(tracker().replay()).rejects.toThrow(/cannot be reached/);
    await server.start();
    expect(await tracker().replay()).toEqual({ sent: 1, open: 0, failed: [] });
    checkWhole(only(), 50);
    expect(await kept()).toEqual([]);
    expect(await tracker().replay()).toEqual({ sent: 0, open: 0, failed: [] });
    expect(server.runs.size).toBe(1);
  });

  it('parts that went into the journal follow their run, which found the server back', async () => {
    const of = tracker();
    const run = await start(of);
    await server.stop();
    const part = await start(of, 'part', 'r');
    await part.finish('completed');
    expect(await kept()).toHaveLength(1);
    await server.start();
    await run.finish('completed');
    expect(await kept()).toEqual([]);
    const [whole, child] = [...server.runs.values()];
    expect(server.runs.size).toBe(2);
    expect([whole.status, child.status]).toEqual(['FINISHED', 'FINISHED']);
    expect(child.tags.get('mlflow.parentRunId')).toBe(whole.id);
  });

  it('the journal has no credentials', async () => {
    await server.stop();
    const run = await start(tracker());
    await run.finish('failed', 'could not log in with sesame-123');
    const texts = await Promise.all((await kept()).map((name) => readFile(join(journal, name, 'lines.jsonl'), 'utf8')));
    expect(texts.join('')).toContain('could not log in');
    expect(texts.join('')).not.toMatch(/sesame|bWU6/);
  });

  it('metrics are on disk before the run ends, and a process that died leaves a failed run', async () => {
    await server.stop();
    const run = await start(tracker());
    await run.logMetrics({ loss: 1 }, 1);
    await run.flush();
    const [name] = await kept();
    const file = join(journal, name, 'lines.jsonl');
    const lines = (await readFile(file, 'utf8')).split('\n');
    expect(JSON.parse(lines.at(-2) ?? '').metrics).toMatchObject([{ key: 'loss', value: 1, step: 1 }]);
    // As a crash would leave it: the lock of a process that is gone, and half a line.
    const [lock] = await readdir(join(journal, name, 'lock'));
    const owner = JSON.parse(await readFile(join(journal, name, 'lock', lock), 'utf8'));
    await writeFile(join(journal, name, 'lock', lock), JSON.stringify({ ...owner, pid: 999_999_999 }));
    await appendFile(file, '{"kind":"batch","metrics":[{"key":"lo');
    await server.start();
    expect((await replayInProcess()).sent).toBe(1);
    expect(only()).toMatchObject({ status: 'FAILED' });
    expect(steps(only())).toEqual([1]);
  });

  it('a run that is still written is left alone', async () => {
    await server.stop();
    const of = tracker();
    const run = await start(of);
    await server.start();
    expect(await tracker().replay()).toEqual({ sent: 0, open: 1, failed: [] });
    expect((await replayInProcess()).open).toBe(1);
    await run.finish('completed');
    await tracker().replay();
    expect(only().status).toBe('FINISHED');
  });

  it('parts of a run stay parts of it', async () => {
    await server.stop();
    const of = tracker();
    const parent = await start(of, 'parent');
    await (await start(of, 'first', 'parent')).finish('completed');
    await server.start();
    await (await start(of, 'second', 'parent')).finish('completed');
    expect(await tracker().replay()).toMatchObject({ sent: 0 });
    await parent.finish('completed');
    await tracker().replay();
    const runs = [...server.runs.values()];
    const parentId = runs.find(({ name }) => name === 'parent')?.id;
    const parts = runs.filter(({ tags }) => tags.get('mlflow.parentRunId') === parentId).map(({ name }) => name);
    expect([runs.length, parts.sort()]).toEqual([3, ['first', 'second']]);
  });

  it('any number of runs may be open at once', async () => {
    await server.stop();
    const warnings: Error[] = [];
    const note = (warning: Error) => void warnings.push(warning);
    process.on('warning', note);
    const of = tracker();
    const runs = await Promise.all(numbers(20).map((i) => start(of, `r${i}`)));
    for (const run of runs) await run.finish('completed');
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', note);
    expect(warnings).toEqual([]);
    await server.start();
    expect(await tracker().replay()).toEqual({ sent: 20, open: 0, failed: [] });
  });

  it('two replays at once send it once', async () => {
    await server.stop();
    await offlineRun(30, 'one');
    await offlineRun(30, 'two');
    await server.start();
    server.delay = 2;
    const results = await Promise.all([tracker().replay(), tracker().replay(), replayInProcess()]);
    expect(results.reduce((total, { sent }) => total + sent, 0)).toBe(2);
    expect([...server.runs.values()].map(({ metrics }) => metrics.length)).toEqual([60, 60]);
    expect(await kept()).toEqual([]);
  });

  it('a damaged journal is named and kept, and the others are sent', async () => {
    await server.stop();
    await offlineRun(3, 'one');
    await offlineRun(3, 'two');
    const [first] = (await kept()).sort();
    const file = join(journal, first, 'lines.jsonl');
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace('"kind":"batch"', '"kind":"bat'));
    await server.start();
    const result = await tracker().replay();
    expect([result.sent, result.failed.length]).toEqual([1, 1]);
    expect(result.failed[0].error.message).toMatch(/is damaged in line 2/);
    expect(await kept()).toEqual([first]);
  });
});

describe('a server that goes away during a run', () => {
  it.each<[string, (request: SeenRequest) => Fault | undefined]>([
    ['before it stored the metrics', ({ path }) => (path.endsWith('log-batch') ? 'cut' : undefined)],
    ['after it stored the metrics', ({ path }) => (path.endsWith('log-batch') ? 'serve and cut' : undefined)],
  ])('%s: the rest is kept, and all arrive once', async (_when, fault) => {
    const run = await start(tracker());
    await run.logMetrics({ x: 1 }, 0);
    await run.flush();
    await run.logMetrics({ x: 2 }, 1);
    server.fault = fault;
    await run.flush();
    await run.logMetrics({ x: 3 }, 2);
    await run.finish('completed');
    server.fault = () => undefined;
    expect(only().status).toBe('RUNNING');
    await tracker().replay();
    expect(only().status).toBe('FINISHED');
    expect(steps(only())).toEqual([0, 1, 2]);
  });

  it('refusals are not kept: they would be refused again', async () => {
    const run = await start(tracker());
    await expect(run.logParams({ a: 2 })).rejects.toThrow(/a changed/);
    expect(await kept()).toEqual([]);
  });
});

describe('a replay that ends early', () => {
  it('at any request, served or not, sends everything once the next time', async () => {
    await server.stop();
    await offlineRun(40);
    await server.start();
    let longest = 0;
    for (let attempt = 0; attempt < 100; attempt++) {
      const from = server.requests.length;
      server.fault = (_request, index) =>
        index - from < Math.floor(attempt / 2) ? undefined : attempt % 2 === 0 ? 'serve and cut' : 'cut';
      const sent = await tracker()
        .replay()
        .then(
          () => true,
          () => false,
        );
      longest = Math.max(longest, server.requests.length - from);
      if (sent) break;
    }
    expect(longest).toBeGreaterThan(4);
    expect(await kept()).toEqual([]);
    checkWhole(only(), 40);
  });

  it.each(['runs/log-batch', 'note.txt', 'runs/update'])(
    'by kill -9 after the server did %s, the next one sends the rest',
    async (call) => {
      await server.stop();
      await offlineRun(40);
      await server.start();
      let child: ChildProcess | undefined;
      server.fault = ({ path }) => {
        if (!path.endsWith(call)) return undefined;
        child?.kill('SIGKILL');
        return 'serve and cut';
      };
      child = replayProcess();
      expect((await ended(child))[0]).toBeNull();
      expect(await kept()).toHaveLength(1);
      server.fault = () => undefined;
      expect(await tracker().replay()).toEqual({ sent: 1, open: 0, failed: [] });
      checkWhole(only(), 40);
      expect(await kept()).toEqual([]);
    },
  );
});

function replayProcess(): ChildProcess {
  const script = fileURLToPath(new URL('./replay-child.ts', import.meta.url));
  return spawn(process.execPath, ['--import', 'tsx', script, server.url, journal], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

async function ended(child: ChildProcess): Promise<[number | null, string]> {
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return [code, output];
}

/** A replay by another process. */
async function replayInProcess(): Promise<{ sent: number; open: number }> {
  const [code, output] = await ended(replayProcess());
  expect(code).toBe(0);
  return JSON.parse(output);
}
