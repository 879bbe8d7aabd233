/**
 * A disk that is full in the middle of a run: typed errors, nothing half-written, what was there stays. On a small tmpfs, which only root may
 * mount: elsewhere these tests are skipped. HOLDFAST_LONG=1 tries every size.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { ModelTrainerAgent } from '../../src/agent/index.js';
import { HoldfastError, InvalidInputError } from '../../src/core/errors.js';
import { TestSetGuard } from '../../src/splits/test-guard.js';
import { LocalTracker, MLflowTracker, type Tracker } from '../../src/tracking/index.js';
import { createStudy, JournalFileStorage } from '../../src/tuning/index.js';
import { FakeMLflow } from '../tracking/fake-mlflow.js';
import { killedState, OPTIONS, RUN_ID } from './killed-run.js';
import { checkLeft } from './left-behind.js';

const mounted: string[] = [];

function disk(kilobytes: number): string {
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-small-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'tmpfs', directory], { stdio: 'ignore' });
  } catch (error) {
    rmSync(directory, { recursive: true });
    throw error;
  }
  mounted.push(directory);
  return directory;
}
const unmount = (): void => {
  for (const directory of mounted.splice(0)) {
    execFileSync('umount', ['-l', directory]);
    rmSync(directory, { recursive: true });
  }
};
const resize = (directory: string, kilobytes: number): void =>
  void execFileSync('mount', ['-o', `remount,size=${kilobytes}k`, directory]);
/** Leaves so many pages of 4 KiB. */
function fill(directory: string, pages: number): void {
  const file = join(directory, 'ballast');
  try {
    for (let size = 4096; ; size += 4096)
      writeFileSync(file, new Uint8Array(4096), { flag: size === 4096 ? 'w' : 'a' });
  } catch {
    const bytes = readFileSync(file).length;
    writeFileSync(file, new Uint8Array(Math.max(0, bytes - 4096 * pages)));
  }
}
const canMount = (() => {
  try {
    disk(64);
    unmount();
    return true;
  } catch {
    return false;
  }
})();

afterEach(unmount);

const failed = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );
function expectFull(error: unknown): void {
  expect(error).toBeInstanceOf(HoldfastError);
  expect((error as HoldfastError).hint).toMatch(/disk is full/);
}

const SIZES = process.env.HOLDFAST_LONG ? Array.from({ length: 40 }, (_, i) => 8 + 4 * i) : [24, 112, 140];

describe.skipIf(!canMount)('a full disk (skipped where no small file system can be mounted)', () => {
  it('ends an agent with a typed error and leaves nothing half; with room again, the same id goes on', async () => {
    const steps = new Set<string>();
    for (const size of SIZES) {
      const runsDirectory = disk(size);
      const agent = new ModelTrainerAgent({ ...OPTIONS, runsDirectory, repository: false });
      const error = await failed(agent.execute(killedState()));
      if (error === undefined) continue;
      expectFull(error);
      steps.add(String((error as HoldfastError).details.step));
      await checkLeft(runsDirectory);
      expect(readdirSync(runsDirectory).filter((name) => /\.(writing|previous)-/.test(name))).toEqual([]);
      resize(runsDirectory, 4096);
      const out = await agent.execute(killedState(), { onFailure: 'return' });
      // Also where the test set had been looked at: with the very same model.
      expect([out.status, out.failure?.code]).toEqual(['completed', undefined]);
      await checkLeft(runsDirectory);
    }
    expect([...steps]).toContain('train');
  });

  it('does not count as a look at the test set', async () => {
    const directory = disk(64);
    mkdirSync(join(directory, RUN_ID));
    fill(directory, 0);
    const claim = () => new TestSetGuard({ directory }).claim({ runId: RUN_ID, model: 'm' });
    expectFull(await failed(claim()));
    resize(directory, 128);
    expect((await claim()).runId).toBe(RUN_ID);
  });

  it('leaves whole lines in the logs of trackers, the last of which can be gone on with', async () => {
    const directory = disk(64);
    const server = await new FakeMLflow().start();
    await server.stop();
    const options = { trackingUri: server.url, experiment: 'e', journal: join(directory, 'journal'), retries: 0 };
    const mlflow = new MLflowTracker({ ...options, flushInterval: 60 });
    const trackers: Tracker[] = [new LocalTracker({ directory }), mlflow];
    for (const tracker of trackers) {
      const run = await tracker.startRun({ runId: RUN_ID, model: 'm', params: {}, tags: {} });
      fill(directory, 2);
      let error: unknown;
      for (let i = 0; error === undefined && i < 40; i++)
        error = await failed(Promise.resolve(run.setTags?.({ [`text${i}`]: 'x'.repeat(3000) })));
      expectFull(error);
      rmSync(join(directory, 'ballast'));
      await run.setTags?.({ after: 'room again' });
      await run.finish('completed');
    }
    const lines = readFileSync(join(directory, RUN_ID, 'tracking.jsonl'), 'utf8')
      .trimEnd()
      .split('\n');
    expect(lines.map((line) => JSON.parse(line).event).slice(-2)).toEqual(['tags', 'finish']);
    await server.start();
    expect(await mlflow.replay()).toEqual({ sent: 1, open: 0, failed: [] });
    const [run] = [...server.runs.values()];
    await server.stop();
    expect([run.status, run.tags.get('after'), run.tags.get('text0')?.length]).toEqual([
      'FINISHED',
      'room again',
      3000,
    ]);
  });

  it('begins no run in the journal', async () => {
    const directory = disk(64);
    const journal = join(directory, 'journal');
    mkdirSync(journal);
    fill(directory, 0);
    const mlflow = new MLflowTracker({ trackingUri: 'http://127.0.0.1:9', experiment: 'e', journal, retries: 0 });
    const error = await failed(mlflow.startRun({ runId: 'r', model: 'm', params: {}, tags: {} }));
    expect(error).toBeInstanceOf(InvalidInputError);
    expectFull(error);
    expect(readdirSync(journal)).toEqual([]);
  });

  it('loses no trial of a study that was told before', async () => {
    const directory = disk(64);
    const study = await createStudy({ name: 's', storage: new JournalFileStorage(join(directory, 'study.log')) });
    await study.optimize((trial) => trial.suggestFloat('x', 0, 1), { trials: 3 });
    fill(directory, 1);
    expectFull(await failed(study.optimize((trial) => trial.suggestFloat('x', 0, 1), { trials: 200 })));
    rmSync(join(directory, 'ballast'));
    const { loadStudy } = await import('../../src/tuning/index.js');
    const again = await loadStudy({ name: 's', storage: new JournalFileStorage(join(directory, 'study.log')) });
    expect(again.trials.filter(({ state }) => state === 'complete').length).toBeGreaterThanOrEqual(3);
    await again.optimize((trial) => trial.suggestFloat('x', 0, 1), { trials: 1 });
  });
});
