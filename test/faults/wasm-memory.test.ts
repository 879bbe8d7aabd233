/** A fit that needs more memory than WebAssembly has, or than the system gives: a typed error that says how much, and nothing else is harmed. */
import { setFlagsFromString } from 'node:v8';
import { afterEach, describe, expect, it } from 'vitest';
import { LightGBMModel } from '../../src/boosting/lightgbm/model.js';
import { RandomForestModel } from '../../src/classical/random-forest/model.js';
import { TrainingFailedError } from '../../src/core/errors.js';
import { Matrix } from '../../src/core/matrix.js';
import { poolState } from '../../src/kernels/pool.js';
import { syntheticClassification } from '../../src/testing/synthetic.js';

const small = syntheticClassification({ rows: 400 });

async function failureOf(work: Promise<unknown>): Promise<TrainingFailedError> {
  const error = await work.then(
    () => undefined,
    (problem) => problem,
  );
  expect(error).toBeInstanceOf(TrainingFailedError);
  return error as TrainingFailedError;
}

async function laterFitsWork(): Promise<void> {
  expect(await poolState()).toMatchObject({ busy: 0, waiting: 0 });
  const model = new LightGBMModel({ numIterations: 5 });
  await model.fit(small, { threads: 2 });
  expect(model.classes).toEqual([0, 1]);
}

describe('a fit that needs more memory', () => {
  afterEach(() => setFlagsFromString('--wasm-max-mem-pages=65536'));

  it.each([1, 2])('than 32 bits can address, on %i threads, says how much, at once', async (threads) => {
    // Scores and gradients of every class of every row.
    const rows = 60_000;
    const X = Matrix.wrap(
      Float32Array.from({ length: rows }, (_, i) => i % 97),
      1,
    );
    const y = Float64Array.from({ length: rows }, (_, i) => i % 5000);
    const model = new LightGBMModel({ numIterations: 1 });
    const error = await failureOf(model.fit({ X, y }, { threads }));
    expect(error.message).toMatch(/^\d+ MiB of working memory are needed and could not be had/);
    expect(error.details.mebibytes).toBeGreaterThan(4096);
    expect(error.hint).toMatch(/fewer rows, columns/);
    await laterFitsWork();
  });

  it.each([
    ['lightgbm', () => new LightGBMModel({ numIterations: 3 })],
    ['random_forest', () => new RandomForestModel({ nTrees: 4 })],
  ] as const)('%s: than the system gives says how much', async (_name, make) => {
    setFlagsFromString('--wasm-max-mem-pages=80');
    const error = await failureOf(make().fit(syntheticClassification({ rows: 60_000 }), { threads: 2 }));
    expect(error.message).toMatch(/^\d+ MiB of working memory are needed and could not be had/);
    expect(error.details.mebibytes).toBeGreaterThan(5);
    setFlagsFromString('--wasm-max-mem-pages=65536');
    await laterFitsWork();
  });
});
