/** Runs logged to files, by hand and by the trainer. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Matrix, ModelTrainer, TimeSeriesDataContainer } from '../../src/index.js';
import { syntheticClassification } from '../../src/testing/index.js';
import { LocalTracker, type TrackedRun, trackTrials } from '../../src/tracking/index.js';
import { createStudy } from '../../src/tuning/index.js';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'holdfast-local-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

type Line = Record<string, unknown> & { event: string };
const linesOf = async (runId: string): Promise<Line[]> =>
  (await readFile(join(directory, runId, 'tracking.jsonl'), 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

it('every line is JSON, numbers that JSON does not have among them', async () => {
  const run = await new LocalTracker({ directory }).startRun({
    ...{ runId: 'r', model: 'm', tags: {} },
    params: { big: 10n, missing: Number.NaN },
  });
  await Promise.all([run.logMetrics({ x: Number.NaN, y: Number.NEGATIVE_INFINITY }, 1), run.logMetrics({ x: 2 })]);
  await writeFile(join(directory, 'file.txt'), 'x');
  await run.logArtifacts(directory);
  await run.finish('failed', 'why');
  const lines = await linesOf('r');
  expect(lines.map(({ event }) => event)).toEqual(['start', 'metrics', 'metrics', 'artifacts', 'finish']);
  expect(lines[0].params).toEqual({ big: '10', missing: 'NaN' });
  expect(lines[1]).toMatchObject({ step: 1, metrics: { x: 'NaN', y: '-Infinity' } });
  expect(lines[3].files).toEqual(['file.txt', 'r/tracking.jsonl']);
  expect(lines[4]).toMatchObject({ status: 'failed', reason: 'why' });
});

it('no name of a run leads out of the directory, and no two share one', async () => {
  const names = ['../../x', '..', '.', 'a/b', 'a\\b', 'a\nb', 'a b', 'é'.repeat(10_000), 'CON:'];
  const tracker = new LocalTracker({ directory });
  for (const runId of names) await tracker.startRun({ runId, model: 'm', params: {}, tags: {} });
  const made = await readdir(directory);
  expect(made).toHaveLength(names.length);
  for (const name of made) expect(name).toMatch(/^[\w-]+$/);
  await expect(tracker.startRun({ runId: '', model: 'm', params: {}, tags: {} })).rejects.toThrow(/empty/);
});

it('a directory that cannot be written and a wrong option are errors that say so', async () => {
  await writeFile(join(directory, 'file'), '');
  const tracker = new LocalTracker({ directory: join(directory, 'file') });
  await expect(tracker.startRun({ runId: 'r', model: 'm', params: {}, tags: {} })).rejects.toThrow(
    /Cannot write.*ENOTDIR/,
  );
  expect(() => new LocalTracker({ path: 'x' } as never)).toThrow(/unknown option 'path'/);
});

const container = (): TimeSeriesDataContainer => {
  const { X, y } = syntheticClassification({ rows: 300 });
  const part = (from: number, to: number): [Matrix, Float64Array] => [
    X.take(Uint32Array.from({ length: to - from }, (_, i) => from + i)),
    Float64Array.from(y).slice(from, to),
  ];
  const [[XTrain, yTrain], [XVal, yVal], [XTest, yTest]] = [part(0, 200), part(200, 250), part(250, 300)];
  return new TimeSeriesDataContainer({ XTrain, yTrain, XVal, yVal, XTest, yTest, symbol: 'ES' });
};

it('the trainer tells of parameters, scores, the curve of the training, data sets and artifacts', async () => {
  const trainer = new ModelTrainer({ runsDirectory: directory, tracker: new LocalTracker({ directory }) });
  const { runId, metrics, report } = await trainer.trainModel('lightgbm', container(), {
    config: { numIterations: 5 },
  });
  const lines = await linesOf(runId);
  expect(lines[0]).toMatchObject({ model: 'lightgbm', params: { numIterations: 5 }, tags: { symbol: 'ES' } });
  const told = lines.filter(({ event }) => event === 'metrics');
  expect(told[0].metrics).toMatchObject({ 'test.rocAuc': report.evaluations.test?.metrics.rocAuc });
  expect(told).toHaveLength(1 + metrics.history.length);
  expect(lines.find(({ event }) => event === 'datasets')?.datasets).toMatchObject([
    { name: 'ES-train', context: 'train', rows: 200 },
    { context: 'validation', rows: 50 },
    { context: 'test', rows: 50 },
  ]);
  expect(lines.find(({ event }) => event === 'artifacts')?.files).toContain('report.json');
  expect(lines.at(-1)).toMatchObject({ event: 'finish', status: 'completed' });
});

it('a tracker that fails after the training costs the log, not the model', async () => {
  const run: TrackedRun = {
    logMetrics: () => Promise.reject(new Error('the server is gone')),
    logArtifacts: () => {},
    finish: () => {},
  };
  const trainer = new ModelTrainer({ runsDirectory: directory, tracker: { startRun: () => run } });
  const { model, trackingError } = await trainer.trainModel('lightgbm', container(), { config: { numIterations: 2 } });
  expect([model.isFitted, trackingError?.message]).toEqual([true, 'the server is gone']);
});

it('every trial of a study is a run: complete, pruned or failed', async () => {
  const study = await createStudy({ name: 's', direction: 'minimize', seed: 1 });
  const objective = (trial: { number: number; suggestFloat(name: string, low: number, high: number): number }) => {
    const x = trial.suggestFloat('x', 0, 1);
    if (trial.number === 1) throw new Error('no luck');
    return x;
  };
  await study.optimize(objective, { trials: 3, callbacks: [trackTrials(new LocalTracker({ directory }))] });
  const runs = await Promise.all([0, 1, 2].map((i) => linesOf(`s-trial-000${i}`)));
  expect(runs.map((lines) => lines.at(-1)?.status)).toEqual(['completed', 'failed', 'completed']);
  expect(runs[1].at(-1)?.reason).toContain('no luck');
  expect(runs[2][0]).toMatchObject({
    params: { x: study.trials[2].params.x },
    tags: { trial: '2', state: 'complete' },
  });
  expect(runs[2].find(({ event }) => event === 'metrics')?.metrics).toEqual({ value: study.trials[2].values?.[0] });
});
