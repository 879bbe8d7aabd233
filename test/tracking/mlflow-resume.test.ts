/** A run whose process died goes on in the next process: one run on the server, everything once, and nothing runs for ever. */
import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { registerBuiltins } from '../../src/builtin.js';
import { makeContainer } from '../../src/testing/index.js';
import { type MLflowRun, MLflowTracker, type RunDescription } from '../../src/tracking/index.js';
import type { Tracker } from '../../src/tracking/tracker.js';
import { ModelTrainer } from '../../src/training/trainer.js';
import { FakeMLflow } from './fake-mlflow.js';

registerBuiltins();
let server: FakeMLflow;
let work: string;
let journal: string;
beforeEach(async () => {
  server = await new FakeMLflow().start();
  work = await mkdtemp(join(tmpdir(), 'holdfast-resume-'));
  journal = join(work, 'journal');
});
afterEach(async () => {
  await server.stop();
  await rm(work, { recursive: true, force: true });
});

/** Each stands for a process. */
const tracker = () =>
  new MLflowTracker({
    ...{ trackingUri: server.url, experiment: 'e', journal, retries: 0, timeout: 2, flushInterval: 60 },
  });
const start = (of: MLflowTracker, more: Partial<RunDescription> = {}): Promise<MLflowRun> =>
  of.startRun({ runId: 'r', model: 'm', params: { a: 1 }, tags: {}, resume: 'unfinished', ...more });
const runs = () => [...server.runs.values()];
const statuses = () => runs().map(({ name, status }) => [name, status]);
const values = (run = runs()[0]) => run.metrics.map(({ key, step, value }) => [key, step, value]);

/** As a process leaves the journal that is killed: its locks are those of a process that is gone, and the last line is half. */
async function killed(): Promise<void> {
  for (const name of await readdir(journal)) {
    const [lock] = await readdir(join(journal, name, 'lock'));
    const file = join(journal, name, 'lock', lock);
    await writeFile(file, JSON.stringify({ ...JSON.parse(await readFile(file, 'utf8')), pid: 999_999_999 }));
    await appendFile(join(journal, name, 'lines.jsonl'), '{"kind":"batch","metrics":[{"key":"lo');
  }
}

describe('a run on the server whose process died', () => {
  it('goes on and is finished, with what was said twice there once', async () => {
    const first = await start(tracker());
    await first.logMetrics({ loss: 1, odd: Number.NaN }, 1);
    await first.flush();
    const second = await start(tracker());
    expect([second.earlier, second.serverRunId]).toEqual(['begun', first.serverRunId]);
    expect(statuses()).toEqual([['r', 'RUNNING']]);
    for (let step = 1; step < 4; step++) await second.logMetrics({ loss: 1 / step, odd: Number.NaN }, step);
    await second.finish('completed');
    expect(statuses()).toEqual([['r', 'FINISHED']]);
    expect(values().filter(([key]) => key === 'loss')).toEqual([1, 2, 3].map((step) => ['loss', step, 1 / step]));
    expect(values().filter(([key]) => key === 'odd')).toHaveLength(3);
  });

  it('is ended, and says why, where its parameters were others', async () => {
    await start(tracker());
    await (await start(tracker(), { params: { a: 2 } })).finish('completed');
    expect(runs().map(({ status, params }) => [status, params.get('a')])).toEqual([
      ['KILLED', '1'],
      ['FINISHED', '2'],
    ]);
    expect(runs()[0].tags.get('holdfast.failure')).toMatch(/process ended/);
  });

  it('goes on where it had failed, and says so no more', async () => {
    await (await start(tracker())).finish('failed', 'no memory');
    const second = await start(tracker());
    expect(runs()[0].tags.has('holdfast.failure')).toBe(false);
    await second.finish('completed');
    expect(statuses()).toEqual([['r', 'FINISHED']]);
  });

  it('stays as it is where it was finished: another begins, or it is given back and told nothing', async () => {
    await (await start(tracker())).finish('completed');
    const whole = await start(tracker(), { resume: 'any' });
    expect([whole.earlier, whole.serverRunId]).toEqual(['finished', 'run0']);
    await expect(whole.logMetrics({ loss: 1 })).rejects.toThrow(/finished/);
    const another = await start(tracker());
    expect([another.earlier, another.serverRunId]).toEqual([undefined, 'run1']);
  });

  it('is left alone while its process lives, and in this process while it is open', async () => {
    const of = tracker();
    await start(of);
    expect((await start(of)).serverRunId).toBe('run1');
    // The process that began this one: of this machine, and alive.
    const tag = runs()[1].tags.get('holdfast.process') ?? '';
    runs()[1].tags.set('holdfast.process', tag.replace(/-\d+-\d*$/, `-${process.ppid}-`));
    expect((await start(tracker())).serverRunId).toBe('run2');
    expect(runs()[1].status).toBe('RUNNING');
  });

  it('without `resume` stays, as two runs may have one name', async () => {
    await start(tracker());
    expect((await start(tracker(), { resume: undefined })).serverRunId).toBe('run1');
  });

  it('has its parts ended with it, and those that go on go on', async () => {
    const [before, part] = [tracker(), { parentRunId: 'r', resume: 'any' } as const];
    await start(before);
    for (const runId of ['kept', 'lost']) await start(before, { ...part, runId });
    const after = tracker();
    const parent = await start(after);
    const kept = await start(after, { ...part, runId: 'kept' });
    await kept.finish('completed');
    await parent.finish('completed');
    expect(statuses()).toEqual([
      ['r', 'FINISHED'],
      ['kept', 'FINISHED'],
      ['lost', 'KILLED'],
    ]);
  });
});

describe('a training whose process died', () => {
  it('goes on with its run by its id, and without one is another', async () => {
    const container = makeContainer({ rows: 200, seed: 1 });
    const train = (of: Tracker, runId?: string) =>
      new ModelTrainer({ tracker: of }).trainModel('logistic', container, {
        ...{ save: false, threads: 1, evaluation: { bootstrap: false, periods: false, groups: false } },
        ...(runId !== undefined && { runId }),
      });
    const dying: Tracker = {
      async startRun(run) {
        const begun = await tracker().startRun(run);
        // All but its end has been said.
        return Object.assign(begun, { finish: () => begun.flush().then(() => Promise.reject(new Error('killed'))) });
      },
    };
    await train(dying, 'r');
    const said = values();
    expect(statuses()).toEqual([['r', 'RUNNING']]);
    expect((await train(tracker(), 'r')).trackingError).toBeUndefined();
    expect(statuses()).toEqual([['r', 'FINISHED']]);
    expect(values()).toEqual(said);
    await train(tracker());
    expect(runs().map(({ status }) => status)).toEqual(['FINISHED', 'FINISHED']);
  });
});

describe('without a server', () => {
  it('a run that its process left in the journal goes on there, and arrives once', async () => {
    await server.stop();
    const before = tracker();
    const first = await start(before);
    await (await start(before, { runId: 'part', parentRunId: 'r' })).finish('completed');
    await first.logMetrics({ loss: 1 }, 1);
    await first.flush();
    await killed();
    const after = tracker();
    const second = await start(after);
    expect(second.earlier).toBe('begun');
    expect((await start(after, { runId: 'part', parentRunId: 'r', resume: 'any' })).earlier).toBe('finished');
    for (const step of [1, 2]) await second.logMetrics({ loss: step }, step);
    await second.finish('completed');
    await server.start();
    expect(await tracker().replay()).toMatchObject({ sent: 2, open: 0, failed: [] });
    expect(statuses()).toEqual([
      ['r', 'FINISHED'],
      ['part', 'FINISHED'],
    ]);
    expect(values()).toEqual([
      ['loss', 1, 1],
      ['loss', 2, 2],
    ]);
  });

  it('one that had begun on the server is found again by the journal, also where sending it is cut short', async () => {
    const first = await start(tracker());
    await first.logMetrics({ loss: 1 }, 1);
    await first.flush();
    await server.stop();
    const second = await start(tracker());
    expect(second.earlier).toBeUndefined();
    for (const step of [1, 2]) await second.logMetrics({ loss: step }, step);
    await second.finish('completed');
    await server.start();
    for (const end of ['runs/delete-tag', 'metrics/get-history', 'runs/update']) {
      let cut = false;
      server.fault = ({ path }) => {
        if (cut || !path.split('?')[0].endsWith(end)) return undefined;
        cut = true;
        return 'serve and cut';
      };
      await expect(tracker().replay()).rejects.toThrow(/cannot be reached/);
    }
    expect(await tracker().replay()).toMatchObject({ sent: 1 });
    expect(statuses()).toEqual([['r', 'FINISHED']]);
    expect(values()).toEqual([
      ['loss', 1, 1],
      ['loss', 2, 2],
    ]);
  });
});
