/** A worker thread that dies in the middle of a fit or a prediction: a typed error, and the next call works as if nothing had been. */
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LightGBMModel } from '../../src/boosting/lightgbm/model.js';
import { LogisticRegressionModel } from '../../src/classical/logistic/model.js';
import { RandomForestModel } from '../../src/classical/random-forest/model.js';
import { SVMModel } from '../../src/classical/svm/model.js';
import { TrainingFailedError } from '../../src/core/errors.js';
import { poolState } from '../../src/kernels/pool.js';
import type { BaseModel } from '../../src/model/base-model.js';
import { syntheticClassification } from '../../src/testing/synthetic.js';

/** Workers that were given something since the test began, in that order. */
let given: Worker[] = [];
let onMessage: ((worker: Worker, position: number) => void) | undefined;

beforeEach(() => {
  given = [];
  const { postMessage } = Worker.prototype;
  vi.spyOn(Worker.prototype, 'postMessage').mockImplementation(function (this: Worker, ...args) {
    postMessage.apply(this, args);
    given.push(this);
    onMessage?.(this, given.length);
  });
});
afterEach(() => {
  onMessage = undefined;
  vi.restoreAllMocks();
});

const data = syntheticClassification({ rows: 3000 });
const MODELS = {
  lightgbm: () => new LightGBMModel({ numIterations: 100 }),
  random_forest: () => new RandomForestModel({ nTrees: 40 }),
  logistic: () => new LogisticRegressionModel(),
  svm: () => new SVMModel({ kernel: 'rbf' }),
} satisfies Record<string, () => BaseModel>;

const failureOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'it did not fail',
    (error) => error,
  );

describe('a worker thread that dies', () => {
  it.each([
    ['lightgbm', 1],
    ['random_forest', 1],
    // The other of two that work together.
    ['random_forest', 2],
    ['logistic', 1],
    ['svm', 1],
  ] as const)(
    'while %s is fitted, worker %i: a typed error; the same object is fitted by the next call',
    async (name, which) => {
      const model = MODELS[name]();
      onMessage = (worker, position) => {
        if (position === which) void worker.terminate();
      };
      const error = await failureOf(model.fit(data, { threads: 2 }));
      expect(error).toBeInstanceOf(TrainingFailedError);
      expect(String(error)).toMatch(/worker thread was lost/);
      expect((error as TrainingFailedError).hint).toMatch(/memory/);
      expect(() => model.classes).toThrow(/fit/);
      onMessage = undefined;
      expect((await poolState()).busy).toBe(0);
      const undisturbed = MODELS[name]();
      await undisturbed.fit(data, { threads: 2 });
      await model.fit(data, { threads: 2 });
      expect(await model.toBundle()).toEqual(await undisturbed.toBundle());
    },
  );

  it('while it predicts: a typed error, and the next prediction is right', async () => {
    const model = MODELS.lightgbm();
    await model.fit(data, { threads: 2 });
    const many = syntheticClassification({ rows: 30_000 }).X;
    const before = await model.predict(many, { threads: 2 });
    expect(given.length).toBeGreaterThan(2);
    let killed = 0;
    onMessage = (worker) => {
      if (killed++ === 0) void worker.terminate();
    };
    const error = await failureOf(model.predict(many, { threads: 2 }));
    expect(killed).toBeGreaterThan(0);
    expect(String(error)).toMatch(/Prediction failed: a worker thread was lost/);
    onMessage = undefined;
    expect((await model.predict(many, { threads: 2 })).probabilities).toEqual(before.probabilities);
  });

  it('leaves the jobs that wait behind it undisturbed', async () => {
    onMessage = (worker, position) => {
      if (position === 1) void worker.terminate();
    };
    const models = [0, 1, 2, 3].map(() => new LightGBMModel({ numIterations: 20 }));
    const ends = await Promise.allSettled(models.map((model) => model.fit(data, { threads: 2 })));
    expect(ends.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled', 'fulfilled']);
    expect(await poolState()).toMatchObject({ busy: 0, waiting: 0 });
  });
});
