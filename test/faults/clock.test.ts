/** A clock that is set back, or runs ahead, while things go on: names stay unique, nothing lasts less than no time, nobody living is taken for dead. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LightGBMModel } from '../../src/boosting/lightgbm/model.js';
import { syntheticClassification } from '../../src/testing/synthetic.js';
import { MLflowTracker, ModelStore } from '../../src/tracking/index.js';
import { newRunId } from '../../src/training/run-names.js';
import { createStudy, InMemoryStorage, JournalFileStorage } from '../../src/tuning/index.js';
import { FakeMLflow } from '../tracking/fake-mlflow.js';

const NOON = Date.UTC(2026, 0, 5, 12);
const HOUR = 3_600_000;
let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'holdfast-clock-'));
  vi.useFakeTimers({ toFake: ['Date'], now: NOON });
});
afterEach(async () => {
  vi.useRealTimers();
  await rm(directory, { recursive: true, force: true });
});

/** The clock is set to another time. */
const jump = (hours: number) => vi.setSystemTime(NOON + hours * HOUR);

const small = syntheticClassification({ rows: 200 });

describe('a clock that is set back', () => {
  it('never gives two runs one id', () => {
    const ids = new Set<string>();
    for (let i = 0; i < 200; i++) {
      jump(i % 2 === 0 ? -1 : 0);
      ids.add(newRunId('lightgbm', 'ES'));
    }
    expect(ids.size).toBe(200);
  });

  it('trains no model for less than no time, nor another model', async () => {
    const trained = async (onProgress?: () => void) => {
      const model = new LightGBMModel({ numIterations: 20 });
      const { trainingTime } = await model.fit(small, { onProgress });
      expect(trainingTime).toBeGreaterThan(0);
      return model.toBundle();
    };
    const still = await trained();
    expect(await trained(() => jump(-1))).toEqual(still);
  });

  it.each([
    ['memory', () => new InMemoryStorage()],
    ['a journal file', () => new JournalFileStorage(join(directory, 'study.log'))],
  ] as const)('ends no trial before it began, in %s', async (_where, storage) => {
    const study = await createStudy({ storage: storage() });
    await study.optimize(
      (trial) => {
        jump(-trial.number);
        return trial.suggestFloat('x', 0, 1);
      },
      { trials: 4, timeout: 3600 },
    );
    expect(study.trials.map(({ state }) => state)).toEqual(Array(4).fill('complete'));
    for (const { startedAt, completedAt } of study.trials) {
      expect(Number(completedAt)).toBeGreaterThanOrEqual(Number(startedAt));
    }
  });

  it('ends no MLflow run before it began, on the server, in the journal or after a crash', async () => {
    const server = await new FakeMLflow().start();
    try {
      const options = { trackingUri: server.url, experiment: 'e', journal: join(directory, 'journal'), retries: 0 };
      const tracker = new MLflowTracker(options);
      const there = await tracker.startRun({ runId: 'there', model: 'm', params: {}, tags: {} });
      jump(-1);
      await there.logMetrics({ loss: 1 }, 0);
      await there.finish('completed');
      await server.stop();
      jump(0);
      const kept = await new MLflowTracker(options).startRun({ runId: 'kept', model: 'm', params: {}, tags: {} });
      jump(-2);
      await kept.finish('completed');
      await server.start();
      await tracker.replay();
      const times = server.calls('runs/create').map(({ body }) => Number(JSON.parse(body).start_time));
      const ends = server
        .calls('runs/update')
        .map(({ body }) => JSON.parse(body).end_time)
        .filter((time) => time !== undefined);
      expect(times).toEqual([NOON, NOON]);
      expect(ends).toEqual([NOON, NOON]);
      const [metric] = [...server.runs.values()].flatMap(({ metrics }) => metrics);
      expect(metric.timestamp).toBe(NOON);
    } finally {
      await server.stop();
    }
  });

  it('does not confuse the order of versions and of what was in use', async () => {
    const model = new LightGBMModel({ numIterations: 2 });
    await model.fit(small);
    const store = new ModelStore({ directory });
    for (const hours of [0, -1, -2]) {
      jump(hours);
      const { version } = await store.register(model, { name: 'm', lineage: {} });
      await store.promote('m', version);
    }
    expect((await store.get('m', 'latest')).version).toBe(3);
    expect((await store.history('m')).map(({ version }) => version)).toEqual([1, 2, 3]);
    expect((await store.rollBack('m')).version).toBe(2);
    jump(48);
    // Two days at once: what is written meanwhile is not taken for left behind.
    const registering = store.register(model, { name: 'm', lineage: {} });
    await store.collectGarbage('m', { keepLatest: 1 });
    expect((await registering).version).toBe(4);
  });
});
