/** A comparison whose process died goes on by its checkpoint directory: models that had finished are not trained again, and it comes to what it would have come to. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BaseModel, ModelTrainer, type TimeSeriesDataContainer, TrainingCancelledError } from '../../src/index.js';
import { makeContainer } from '../../src/testing/index.js';
import { MLflowTracker } from '../../src/tracking/index.js';
import type { Tracker } from '../../src/tracking/tracker.js';
import type { TrainAllOptions } from '../../src/training/comparison-options.js';
import { FakeMLflow } from '../tracking/fake-mlflow.js';

let work: string;
const fit = vi.spyOn(BaseModel.prototype, 'fit');
beforeEach(async () => {
  work = await mkdtemp(join(tmpdir(), 'holdfast-comparison-resume-'));
  fit.mockClear();
});
afterEach(() => rm(work, { recursive: true, force: true }));

const data = (seed = 1): TimeSeriesDataContainer => makeContainer({ rows: 400, features: 4, seed });
const MODELS = [
  { name: 'minirocket', seqLen: 12, config: { numFeatures: 84 } },
  'logistic',
  { name: 'lightgbm', config: { numIterations: 5 } },
  { name: 'lightgbm', variant: 'conservative', config: { numIterations: 5 } },
];
/** Each call stands for a process: its data, its trainer. */
function compare(runs: string, more: TrainAllOptions = {}, container = data(), tracker?: Tracker) {
  return new ModelTrainer({ runsDirectory: join(work, runs), ...(tracker && { tracker }) }).trainAll(container, {
    ...{ models: MODELS, threads: 1, resamples: 50, finalTest: true, comparisonId: 'c' },
    ...{ checkpointDirectory: join(work, `${runs}-checkpoints`), ...more },
  });
}
/** Which models were fitted. */
const fitted = (): string[] => fit.mock.contexts.map((model) => (model as BaseModel).info.name);

/** What two processes cannot have in common: ids, and the time of day. */
const OWN = new Set(['runId', 'run', 'createdAt', 'at', 'lastAt', 'trainingTime']);
const shared = (report: object): unknown =>
  JSON.parse(JSON.stringify(report, (key, value) => (OWN.has(key) ? undefined : value)));

/** Cancels before the model in that place. */
async function interrupted(runs: string, place: number): Promise<void> {
  const controller = new AbortController();
  const running = compare(runs, {
    signal: controller.signal,
    onProgress: ({ phase, step }) => {
      if (phase === 'compare' && step === place) controller.abort();
    },
  });
  await expect(running).rejects.toThrow(TrainingCancelledError);
}

describe('a comparison that goes on', () => {
  it('trains what had not finished, and says what one that nothing happened to says, ledger and final test too', async () => {
    const whole = await compare('whole');
    const all = fitted();
    await interrupted('cut', 2);
    fit.mockClear();
    const cut = await compare('cut');
    expect(fitted()).toEqual(all.slice(2));
    expect(shared(cut.report)).toEqual(shared(whole.report));
    const times = /\d+\.\d s/g;
    expect(cut.table.replace(times, '')).toBe(whole.table.replace(times, ''));
    for (const [i, { predictions, report, label }] of cut.results.entries()) {
      expect(label).toBe(whole.results[i].label);
      expect(predictions).toEqual(whole.results[i].predictions);
      expect(shared(report.evaluations)).toEqual(shared(whole.results[i].report.evaluations));
    }
  });

  it('after its final test looks again with the very same model, and trains none', async () => {
    const first = await compare('cut');
    await rm(join(work, 'cut/c'), { recursive: true });
    fit.mockClear();
    const again = await compare('cut');
    expect(fitted()).toEqual([]);
    expect(again.winner.runId).toBe(first.winner.runId);
    expect(shared(again.report)).toEqual(shared(first.report));
  });

  it('trains again what is damaged, and all of it on other data or with another seed', async () => {
    const models = ['logistic', { name: 'lightgbm', config: { numIterations: 5 } }];
    const first = await compare('r', { models });
    fit.mockClear();
    const { model } = first.results.find(({ label }) => label === 'lightgbm')?.artifacts ?? { model: '' };
    const file = join(model, 'model.json');
    await writeFile(file, (await readFile(file, 'utf8')).slice(0, -100));
    expect(shared((await compare('r', { models })).report)).toEqual(shared(first.report));
    expect(fitted()).toEqual(['lightgbm']);
    const [other, seeded] = [await compare('r', { models }, data(2)), await compare('r', { models, seed: 7 }, data(2))];
    const ids = [first, other, seeded].flatMap(({ results }) => results.map(({ runId }) => runId));
    expect(new Set(ids).size).toBe(6);
    expect(fitted()).toHaveLength(5);
  });

  it('ends the tracked run of a model that was saved and not yet logged', async () => {
    const server = await new FakeMLflow().start();
    try {
      const tracker = () => new MLflowTracker({ trackingUri: server.url, flushInterval: 60 });
      const models = ['logistic', 'ridge'];
      // It dies when all but the end of the first model is said.
      await new Promise<void>((died) => {
        const dying: Tracker = {
          async startRun(run) {
            const begun = await tracker().startRun(run);
            const finish = () => begun.flush().then(() => new Promise<void>(() => died()));
            return Object.assign(begun, { finish });
          },
        };
        void compare('r', { models }, data(), dying);
      });
      const said = [...server.runs.values()].flatMap(({ metrics }) => metrics.length);
      await compare('r', { models }, data(), tracker());
      expect(fitted()).toEqual(models);
      const runs = [...server.runs.values()];
      expect(runs.map(({ tags, status }) => [tags.get('holdfast.model'), status])).toEqual(
        models.map((name) => [name, 'FINISHED']),
      );
      expect(runs[0].metrics).toHaveLength(said[0]);
    } finally {
      await server.stop();
    }
  });
});
