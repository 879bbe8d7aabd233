import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ConfigError,
  DataLeakageError,
  InvalidInputError,
  loadModel,
  Matrix,
  ModelTrainer,
  PreprocessingPipeline,
  Table,
  TestSetReuseError,
  TimeSeriesDataContainer,
  type TrackedRun,
  TrainingCancelledError,
} from '../../src/index.js';
import { syntheticClassification, syntheticRegression } from '../../src/testing/index.js';

let runs: string;
beforeAll(async () => {
  runs = await mkdtemp(join(tmpdir(), 'holdfast-runs-'));
});
afterAll(() => rm(runs, { recursive: true, force: true }));

const DAY = 86_400_000;

/** 600 rows with a signal, in time order, split 60/20/15 (no holdout). */
function container(task: 'classification' | 'regression' = 'classification', symbol = 'ES'): TimeSeriesDataContainer {
  const { X, y } =
    task === 'classification' ? syntheticClassification({ rows: 600 }) : syntheticRegression({ rows: 600 });
  const rows = (from: number, to: number) => Uint32Array.from({ length: to - from }, (_, i) => from + i);
  const times = (from: number, to: number) => Float64Array.from(rows(from, to), (i) => i * DAY);
  return new TimeSeriesDataContainer({
    XTrain: X.take(rows(0, 360)),
    yTrain: y.slice(0, 360),
    XVal: X.take(rows(365, 485)),
    yVal: y.slice(365, 485),
    XTest: X.take(rows(490, 600)),
    yTest: y.slice(490, 600),
    times: { train: times(0, 360), validation: times(365, 485), test: times(490, 600) },
    labelEnds: { train: times(3, 363), validation: times(368, 488), test: times(493, 603) },
    featureNames: ['a', 'b', 'c', 'd', 'e'],
    symbol,
    horizon: 3,
  });
}

describe('ModelTrainer.trainModel', () => {
  it.each(['lightgbm', 'logistic'] as const)('trains, evaluates, saves and reports %s', async (name) => {
    const trainer = new ModelTrainer({ runsDirectory: runs });
    const { model, testMetrics, artifacts, report, runId } = await trainer.trainModel(name, container());
    expect(testMetrics?.metrics.rocAuc).toBeGreaterThan(0.7);
    expect((await readdir(join(runs, runId))).sort()).toEqual([
      'config.json',
      'feature_names.json',
      'ledger.json',
      'models',
      'report.json',
      'test-evaluation.json',
    ]);
    expect(await readdir(join(runs, runId, 'models'))).toEqual([`${name}_ES_h3`]);
    const loaded = await loadModel(artifacts!.model);
    const X = container().test.X;
    expect((await loaded.predict(X)).probabilities?.data).toEqual((await model.predict(X)).probabilities?.data);
    const written = JSON.parse(await readFile(artifacts!.report, 'utf8'));
    expect(written.runId).toBe(runId);
    expect(written.evaluations.test.metrics.rocAuc).toBe(testMetrics?.metrics.rocAuc);
    expect(written.evaluations.test.confusionMatrix.matrix.length).toBe(2);
    expect(
      written.featureImportance.features
        .map((f: { name: string }) => f.name)
        .slice(0, 2)
        .sort(),
    ).toEqual(['a', 'b']);
    const uses = report.ledger.uses.filter(({ own }) => own).map(({ use, role, rows }) => `${use} ${role} ${rows}`);
    expect(uses).toEqual([
      'fit train 360',
      expect.stringMatching(/^(early-stop|score) validation 120$/),
      'score train 360',
      'score validation 120',
      'evaluate test 110',
    ]);
    expect(written.ledger).toEqual(JSON.parse(JSON.stringify(report.ledger)));
    expect(report.ledger.testEvaluations).toBe(1);
    expect(report.verdict.beatsBaseline).toBe(true);
    expect(report.baselines.map((b) => b.name)).toEqual(expect.arrayContaining(['prior', 'persistence']));
  });

  it('warns that test rows were evaluated in more than one run, also when the first run was another process', async () => {
    const trainer = new ModelTrainer({ runsDirectory: runs });
    const data = container();
    const first = await trainer.trainModel('logistic', data);
    expect(first.report.warnings.join()).not.toMatch(/evaluated/);
    const second = await trainer.trainModel('logistic', data);
    expect(second.report.warnings).toContainEqual(expect.stringMatching(/test rows have been evaluated 2 times/));
    const later = container();
    later.ledger.resume(JSON.parse(await readFile(second.artifacts!.ledger, 'utf8')));
    const third = await trainer.trainModel('logistic', later);
    expect(third.report.ledger.testEvaluations).toBe(3);
  });

  it('trains a regression beside a mean and a persistence baseline', async () => {
    const { testMetrics, report } = await new ModelTrainer({ runsDirectory: runs }).trainModel(
      'lightgbm',
      container('regression'),
      {
        config: { task: 'regression' },
      },
    );
    expect(testMetrics?.metrics.r2).toBeGreaterThan(0.3);
    expect(report.verdict.beatsBaseline).toBe(true);
  });

  it('says honestly that nothing beats the baseline when the labels are noise', async () => {
    const data = container();
    const noise = (n: number, salt: number) =>
      Float64Array.from({ length: n }, (_, i) => ((Math.imul(i + salt, 2654435761) >>> 7) % 10 < 5 ? 1 : 0));
    const shuffled = new TimeSeriesDataContainer({
      XTrain: data.train.X,
      yTrain: noise(360, 11),
      XVal: data.validation.X,
      yVal: noise(120, 1001),
      XTest: data.test.X,
      yTest: noise(110, 5003),
    });
    const { report } = await new ModelTrainer({ runsDirectory: runs }).trainModel('logistic', shuffled);
    expect(report.verdict.beatsBaseline).toBe(false);
    expect(report.verdict.text.toLowerCase()).toContain('not shown to beat any baseline');
  });

  it("takes a parameter under the original library's name, over the same one in the model's file", async () => {
    const { report } = await new ModelTrainer({ runsDirectory: runs }).trainModel('lightgbm', container(), {
      config: { num_leaves: 7, n_estimators: 5 },
      save: false,
      evaluateTest: false,
    });
    expect(report.model.config).toMatchObject({ numLeaves: 7, numIterations: 5 });
    const twice = { num_leaves: 7, numLeaves: 8 };
    await expect(
      new ModelTrainer().trainModel('lightgbm', container(), { config: twice, save: false }),
    ).rejects.toThrow(/same parameter/);
  });

  it('gives the same model for the same seed and puts no clock into it', async () => {
    const trainer = new ModelTrainer({ runsDirectory: runs });
    const [a, b] = [
      await trainer.trainModel('lightgbm', container(), { seed: 3, threads: 1 }),
      await trainer.trainModel('lightgbm', container(), { seed: 3, threads: 2 }),
    ];
    const bytes = async (directory: string) =>
      Promise.all((await readdir(directory)).sort().map((file) => readFile(join(directory, file), 'utf8')));
    expect(await bytes(a.artifacts!.model)).toEqual(await bytes(b.artifacts!.model));
    expect(a.runId).not.toBe(b.runId);
  });

  it('takes variant, file and overrides in their order', async () => {
    const { report } = await new ModelTrainer({ runsDirectory: runs }).trainModel('lightgbm', container(), {
      variant: 'conservative',
      config: { numLeaves: 7 },
      save: false,
    });
    expect(report.model.config).toMatchObject({ numLeaves: 7, learningRate: 0.03 });
    expect(report.model.variant).toBe('conservative');
  });

  it('evaluates the test set once a run, also for another trainer object in the same runs directory', async () => {
    const trainer = new ModelTrainer({ runsDirectory: runs });
    await trainer.trainModel('logistic', container(), { runId: 'once' });
    await expect(trainer.trainModel('logistic', container(), { runId: 'once' })).rejects.toBeInstanceOf(
      TestSetReuseError,
    );
    await expect(
      new ModelTrainer({ runsDirectory: runs }).trainModel('logistic', container(), { runId: 'once' }),
    ).rejects.toBeInstanceOf(TestSetReuseError);
  });

  it('leaves the test set alone when told to', async () => {
    const { testMetrics, report } = await new ModelTrainer({ runsDirectory: runs }).trainModel(
      'logistic',
      container(),
      { evaluateTest: false, save: false },
    );
    expect(testMetrics).toBeUndefined();
    expect(report.evaluations.test).toBeUndefined();
    expect(report.verdict.split).toBe('validation');
  });

  it('refuses splits that share rows, before anything is trained', async () => {
    const { train, validation } = container();
    const leaky = new TimeSeriesDataContainer({
      XTrain: train.X,
      yTrain: train.y,
      XVal: validation.X,
      yVal: validation.y,
      XTest: train.X.take([1, 2, 3]),
      yTest: train.y.slice(1, 4),
    });
    const before = await readdir(runs);
    await expect(new ModelTrainer({ runsDirectory: runs }).trainModel('logistic', leaky)).rejects.toBeInstanceOf(
      DataLeakageError,
    );
    expect(await readdir(runs)).toEqual(before);
  });

  it('leaves no run directory after a cancelled run', async () => {
    const before = await readdir(runs);
    const controller = new AbortController();
    const running = new ModelTrainer({ runsDirectory: runs }).trainModel('lightgbm', container(), {
      signal: controller.signal,
    });
    controller.abort();
    await expect(running).rejects.toBeInstanceOf(TrainingCancelledError);
    expect(await readdir(runs)).toEqual(before);
  });

  it.each([
    ['an unknown model', 'lightgmb', {}, InvalidInputError],
    ['an unknown hyperparameter', 'lightgbm', { config: { numLeafs: 3 } as never }, ConfigError],
    ['an unknown variant', 'lightgbm', { variant: 'wild' }, ConfigError],
    ['a run id that is a path', 'lightgbm', { runId: '../../x' }, InvalidInputError],
    [
      'a model config file for another model',
      'lightgbm',
      { modelConfigFile: 'config/models/logistic.yaml' },
      ConfigError,
    ],
  ])('refuses %s', async (_what, name, options, type) => {
    const error = await new ModelTrainer({ runsDirectory: runs })
      .trainModel(name, container(), options)
      .catch((e: unknown) => e);
    expect(error).toBeInstanceOf(type);
    expect((error as ConfigError).hint).not.toBe('');
  });

  it('keeps hostile symbols out of paths', async () => {
    const { artifacts } = await new ModelTrainer({ runsDirectory: runs }).trainModel(
      'logistic',
      container('classification', '../../etc/x y'),
    );
    expect(artifacts!.model.startsWith(runs)).toBe(true);
    expect(await readdir(join(artifacts!.directory, 'models'))).toEqual(['logistic_etc-x-y_h3']);
  });

  it('saves the preprocessing beside the model, usable on new rows', async () => {
    const { X, y } = syntheticClassification({ rows: 400, missing: 0.05 });
    const table = Table.fromColumns({
      time: Float64Array.from({ length: 400 }, (_, i) => i * DAY),
      a: Float64Array.from(X.column(0)),
      b: Float64Array.from(X.column(1)),
      label: y,
    });
    const pipeline = new PreprocessingPipeline();
    const data = pipeline.fitTransform(TimeSeriesDataContainer.fromTable(table, { label: 'label', time: 'time' }));
    const { artifacts, model } = await new ModelTrainer({ runsDirectory: runs }).trainModel('logistic', data, {
      preprocessing: pipeline,
    });
    const restored = await PreprocessingPipeline.load(artifacts!.preprocessing!);
    const fresh = Table.fromColumns({ a: [0.1, Number.NaN], b: [0.2, 0.3] });
    expect(await model.predict(restored.transform(fresh))).toEqual(await model.predict(pipeline.transform(fresh)));
  });

  it('tells a tracker what happened', async () => {
    const seen: string[] = [];
    const run: TrackedRun = {
      logMetrics: (metrics, step) => {
        if (step === undefined) seen.push(`metrics ${Object.keys(metrics).includes('test.rocAuc')}`);
      },
      logArtifacts: () => void seen.push('artifacts'),
      finish: (status) => void seen.push(status),
    };
    const trainer = new ModelTrainer({
      runsDirectory: runs,
      tracker: {
        startRun: ({ model }) => {
          seen.push(model);
          return run;
        },
      },
    });
    await trainer.trainModel('logistic', container());
    await trainer
      .trainModel('logistic', container(), { config: { task: 'regression' } as never })
      .catch(() => undefined);
    expect(seen.slice(0, 4)).toEqual(['logistic', 'metrics true', 'artifacts', 'completed']);
  });

  it('trains on plain arrays of arrays too', async () => {
    const X = Matrix.from([[1], [2], [3], [4]]);
    const tiny = new TimeSeriesDataContainer({
      XTrain: [[1], [2], [9], [8]],
      yTrain: [0, 0, 1, 1],
      XVal: [[1.5], [8.5]],
      yVal: [0, 1],
      XTest: [[2.5], [7]],
      yTest: [0, 1],
    });
    const { model } = await new ModelTrainer({ runsDirectory: runs }).trainModel('logistic', tiny, { save: false });
    expect((await model.predict(X)).predictions.length).toBe(4);
  });
});
