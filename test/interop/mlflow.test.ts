/** Runs and models logged to a real MLflow server, read back by Python's mlflow. */
import { existsSync } from 'node:fs';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CatBoostModel, LightGBMModel, XGBoostModel } from '../../src/boosting/index.js';
import { LogisticRegressionModel, RandomForestModel } from '../../src/classical/index.js';
import type { Matrix } from '../../src/core/matrix.js';
import type { BaseModel } from '../../src/model/base-model.js';
import { CNN1DModel } from '../../src/neural/index.js';
import { syntheticClassification, syntheticRegression } from '../../src/testing/index.js';
import { type LoggedModel, type MLflowRun, MLflowTracker, trackTrials } from '../../src/tracking/index.js';
import { createStudy } from '../../src/tuning/index.js';
import { freePorts } from './cluster.js';
import { agentTests } from './mlflow-agent.js';
import { type MLflowServer, startMLflowServer } from './mlflow-server.js';
import { MLFLOW, PythonPeer } from './python.js';

let server: MLflowServer;
let tracker: MLflowTracker;
let work: string;
let peer: PythonPeer | undefined;
beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'holdfast-mlflow-test-'));
  server = await startMLflowServer();
  tracker = new MLflowTracker({ trackingUri: server.url, experiment: 'interop', flushInterval: 60 });
}, 300_000);
afterAll(async () => {
  peer?.close();
  await server?.stop();
  await rm(work, { recursive: true, force: true });
});

/** Runs `script` in Python with `mlflow` and a client `c` of the server; it leaves its answer in `out`. */
async function ask<T>(script: string, input: unknown = {}): Promise<T> {
  peer ??= new PythonPeer(fileURLToPath(new URL('./mlflow_peer.py', import.meta.url)), MLFLOW);
  const { out, error } = (await peer.ask({ url: server.url, script, input })) as { out: T; error?: string };
  if (error) throw new Error(error);
  return out;
}

const start = (runId: string, params = {}): Promise<MLflowRun> =>
  tracker.startRun({ runId, model: 'lightgbm', params, tags: { symbol: 'ES' } });

const CLASSES = {
  two: syntheticClassification({ rows: 200, classes: 2, seed: 3 }),
  three: syntheticClassification({ rows: 240, classes: 3, seed: 4 }),
};

describe('a run on an MLflow server', () => {
  it('has its parameters, metrics with steps, tags, data sets and artifacts, whatever they are called', async () => {
    const hostile = ["../../x'; DROP TABLE runs; --", 'a\nb', 'n'.repeat(10_000)];
    const params = Object.fromEntries([
      ...Array.from({ length: 150 }, (_, i): [string, unknown] => [`p${i}`, i]),
      ...hostile.map((name): [string, unknown] => [name, name]),
      ['nested', { depth: [1, 2] }],
    ]);
    const run = await start(hostile.join(' '), params);
    for (let step = 0; step < 500; step++)
      await run.logMetrics({ loss: 1 / (step + 1), 'train/auc': step / 500 }, step);
    await run.logMetrics({ odd: Number.NaN, large: Number.POSITIVE_INFINITY, [hostile[0]]: 1 });
    await run.setTags(Object.fromEntries(hostile.map((name) => [name, name])));
    const datasets = [
      { name: 'bars', context: 'train', digest: 'abc123', rows: 360, featureNames: ['a', 'b'] },
      { name: 'bars', context: 'validation', digest: 'abc124', rows: 120, featureNames: ['a', 'b'] },
    ];
    // A replay may send them again.
    await run.logDatasets(datasets);
    await run.logDatasets(datasets);
    await writeFile(join(work, 'note ä#1.txt'), 'kept');
    await run.logArtifacts(work, '../../reports');
    await run.finish('completed');
    const seen = await ask<{
      status: string;
      params: Record<string, string>;
      loss: [number, number][];
      metrics: Record<string, string>;
      tags: Record<string, string>;
      datasets: [string, string][];
      text: string;
      files: string[];
    }>(
      `r = c.get_run(request['id'])
path = c.download_artifacts(request['id'], 'reports')
out = {'status': r.info.status, 'params': r.data.params, 'tags': r.data.tags,
  'loss': [[m.step, m.value] for m in c.get_metric_history(request['id'], 'loss')],
  'metrics': {k: repr(v) for k, v in r.data.metrics.items()},
  'datasets': [[d.dataset.name, d.tags[0].value] for d in r.inputs.dataset_inputs],
  'files': sorted(os.listdir(path)), 'text': open(os.path.join(path, os.listdir(path)[0])).read()}`,
      { id: run.serverRunId },
    );
    expect(seen.status).toBe('FINISHED');
    expect(Object.keys(seen.params)).toHaveLength(154);
    expect(seen.params).toMatchObject({ p149: '149', nested: '{"depth":[1,2]}' });
    expect(seen.loss).toEqual(Array.from({ length: 500 }, (_, step) => [step, 1 / (step + 1)]));
    expect(seen.metrics).toMatchObject({ odd: 'nan', 'train/auc': '0.998' });
    expect(seen.tags).toMatchObject({ symbol: 'ES', 'holdfast.model': 'lightgbm' });
    expect(seen.datasets.sort()).toEqual([
      ['bars', 'train'],
      ['bars', 'validation'],
    ]);
    expect([seen.files, seen.text]).toEqual([[expect.stringMatching(/^note ä_1_[0-9a-f]{8}\.txt$/)], 'kept']);
  });

  it('holds a run for every trial of a study', async () => {
    await start('tuning');
    const study = await createStudy({ direction: 'minimize', seed: 1 });
    const objective = (trial: Parameters<Parameters<typeof study.optimize>[0]>[0]) => {
      const x = trial.suggestFloat('x', -10, 10);
      for (let step = 0; step < 3; step++) trial.report(x * x + 3 - step, step);
      return x * x;
    };
    await study.optimize(objective, { trials: 5, callbacks: [trackTrials(tracker, { parentRunId: 'tuning' })] });
    const seen = await ask<{ name: string; x: number; value: number; steps: number }[]>(
      `e = c.get_experiment_by_name('interop').experiment_id
parent = c.search_runs([e], "tags.\`holdfast.run_id\` = 'tuning'")[0]
trials = c.search_runs([e], f"tags.\`mlflow.parentRunId\` = '{parent.info.run_id}'", order_by=['attributes.start_time ASC'])
out = [{'name': r.info.run_name, 'x': float(r.data.params['x']), 'value': r.data.metrics['value'],
  'steps': len(c.get_metric_history(r.info.run_id, 'intermediate_value'))} for r in trials]`,
    );
    expect(seen).toEqual(
      study.trials.map(({ params, values }, i) => ({
        name: `trial-000${i}`,
        x: params.x,
        value: values?.[0],
        steps: 3,
      })),
    );
  });

  it('arrives once from a journal that is replayed twice', async () => {
    const options = { experiment: 'journal', journal: join(work, 'journal'), retries: 0 };
    const [port] = await freePorts(1);
    const offline = new MLflowTracker({ ...options, trackingUri: `http://127.0.0.1:${port}` });
    const run = await offline.startRun({ runId: 'offline', model: 'm', params: { a: 1 }, tags: {} });
    for (let step = 0; step < 40; step++) await run.logMetrics({ loss: step, odd: Number.NEGATIVE_INFINITY }, step);
    const { X, y } = CLASSES.two;
    const model = new LightGBMModel({ numIterations: 3 } as never);
    await model.fit({ X, y }, { seed: 1 });
    await run.logModel(model as never, { registeredModelName: 'from-journal' });
    await run.finish('completed');
    await cp(options.journal, join(work, 'copy'), { recursive: true });
    const online = (journal: string) => new MLflowTracker({ ...options, journal, trackingUri: server.url }).replay();
    expect(await online(options.journal)).toEqual({ sent: 1, open: 0, failed: [] });
    // As after a crash that came behind the last request and before the journal was removed.
    expect(await online(join(work, 'copy'))).toEqual({ sent: 1, open: 0, failed: [] });
    const seen = await ask<{ runs: number; status: string; loss: number[]; versions: number; models: number }>(
      `e = c.get_experiment_by_name('journal').experiment_id
runs = c.search_runs([e])
out = {'runs': len(runs), 'status': runs[0].info.status, 'versions': len(c.search_model_versions("name='from-journal'")),
  'models': len(c.search_logged_models([e]) if hasattr(c, 'search_logged_models') else runs), 'loss': [m.value for m in c.get_metric_history(runs[0].info.run_id, 'loss')]}`,
    );
    expect(seen).toEqual({ runs: 1, status: 'FINISHED', loss: [...Array(40).keys()], versions: 1, models: 1 });
    expect(existsSync('mlruns')).toBe(false);
  });

  it('goes on in another process, with everything once, and ends what was left below it', async () => {
    const process = () => new MLflowTracker({ trackingUri: server.url, experiment: 'resumed', flushInterval: 60 });
    const begin = (of: MLflowTracker) =>
      of.startRun({ runId: 'left', model: 'm', params: { a: 1 }, tags: {}, resume: 'unfinished' });
    const before = process();
    const first = await begin(before);
    await before.startRun({ runId: 'left-part', model: 'm', params: {}, tags: {}, parentRunId: 'left' });
    await first.logMetrics({ loss: 1, odd: Number.POSITIVE_INFINITY }, 1);
    await first.finish('failed', 'no memory');
    const second = await begin(process());
    for (const step of [1, 2]) await second.logMetrics({ loss: step, odd: Number.POSITIVE_INFINITY }, step);
    await second.finish('completed');
    expect(second.earlier).toBe('begun');
    const seen = await ask<{ runs: [string, string, boolean][]; steps: number[][] }>(
      `runs = c.search_runs([c.get_experiment_by_name('resumed').experiment_id], order_by=['attributes.start_time ASC'])
out = {'runs': [[r.info.run_name, r.info.status, 'holdfast.failure' in r.data.tags] for r in runs],
  'steps': [[m.step for m in c.get_metric_history(runs[0].info.run_id, k)] for k in ['loss', 'odd']]}`,
    );
    expect(seen).toEqual({
      runs: [
        ['left', 'FINISHED', false],
        ['left-part', 'KILLED', true],
      ],
      steps: [
        [1, 2],
        [1, 2],
      ],
    });
  });

  it('makes an experiment once when many runs start at once', async () => {
    const many = Array.from({ length: 8 }, (_, i) =>
      new MLflowTracker({ trackingUri: server.url, experiment: 'at once' }).startRun({
        runId: `r${i}`,
        model: 'm',
        params: {},
        tags: {},
      }),
    );
    for (const run of await Promise.all(many)) await run.finish('completed');
    const count = await ask<number>(`out = len(c.search_runs([c.get_experiment_by_name('at once').experiment_id]))`);
    expect(count).toBe(8);
  });
});

describe('mlflow.pyfunc.load_model', () => {
  const values = syntheticRegression({ rows: 200, seed: 5 });
  let run: MLflowRun;
  beforeAll(async () => {
    run = await start('models');
  });
  afterAll(() => run.finish('completed'));

  const rowsOf = (X: Matrix): number[][] => Array.from({ length: 30 }, (_, i) => Array.from(X.row(i)));

  /** Columns of Python's answer, given a DataFrame with the model's feature names. */
  async function predictions(model: BaseModel, logged: LoggedModel | undefined, rows: number[][]): Promise<number[][]> {
    return ask(
      `m = mlflow.pyfunc.load_model(request['uri'])
p = m.predict(pd.DataFrame(request['rows'], columns=request['names']))
a = p.to_numpy() if isinstance(p, pd.DataFrame) else np.asarray(p)
out = a.reshape(len(request['rows']), -1).astype(float).tolist()`,
      { uri: logged?.modelUri, rows, names: model.featureNames },
    );
  }

  const close = (a: readonly number[], b: ArrayLike<number>): void => {
    expect(a).toHaveLength(b.length);
    for (let i = 0; i < a.length; i++) expect(Math.abs(a[i] - b[i])).toBeLessThan(2e-6 * Math.max(1, Math.abs(b[i])));
  };

  const boosted = (task: string) => [
    new LightGBMModel({ numIterations: 8, task } as never),
    new XGBoostModel({ numIterations: 8, task } as never),
    new CatBoostModel({ iterations: 8, task } as never),
  ];

  it.each(['two', 'three'] as const)('gives the predictions of classifiers of %s classes', async (which) => {
    const { X, y } = CLASSES[which];
    const models: BaseModel[] = [
      ...boosted('classification'),
      new RandomForestModel({ nTrees: 10 } as never),
      new LogisticRegressionModel({}),
    ] as never;
    for (const model of models) {
      await model.fit({ X, y }, { seed: 1 });
      const rows = rowsOf(X);
      const logged = await run.logModel(model, { name: `${model.info.name}-${which}`, inputExample: rows.slice(0, 2) });
      const ours = await model.predict(rows);
      const theirs = await predictions(model, logged, rows);
      const p = (i: number) => Array.from(ours.probabilities?.row(i) ?? []);
      const { name } = model.info;
      for (const [i, row] of theirs.entries()) {
        if (name === 'catboost') expect(row).toEqual([ours.predictions[i]]);
        else if (name === 'lightgbm' || name === 'xgboost') close(row, which === 'two' ? p(i).slice(1) : p(i));
        else close(row, [ours.predictions[i], ...p(i)]);
      }
    }
  });

  it('gives the predictions of regressions', async () => {
    const { X, y } = values;
    const models: BaseModel[] = [
      ...boosted('regression'),
      new RandomForestModel({ nTrees: 10, task: 'regression' } as never),
    ] as never;
    for (const model of models) {
      await model.fit({ X, y }, { seed: 1 });
      const rows = rowsOf(X);
      const logged = await run.logModel(model, { name: `${model.info.name}-regression` });
      const ours = await model.predict(rows);
      close((await predictions(model, logged, rows)).flat(), ours.predictions);
    }
  });

  it('gives the predictions of a network, of windows', async () => {
    const { X, y } = CLASSES.two;
    const windows = Array.from({ length: 120 }, (_, i) =>
      Array.from({ length: 6 }, (_, t) => Array.from(X.row(i + t))),
    );
    const model = new CNN1DModel({ epochs: 1 } as never);
    await model.fit({ X: windows, y: y.slice(5, 125) }, { seed: 1 });
    const logged = await run.logModel(model as never, { name: 'cnn', inputExample: windows.slice(0, 1) });
    const ours = await model.predict(windows.slice(0, 20));
    const theirs = await ask<{ label: number[]; probabilities: number[][] }>(
      `p = mlflow.pyfunc.load_model(request['uri']).predict(np.array(request['rows'], dtype=np.float32))
out = {k: v.tolist() for k, v in p.items()}`,
      { uri: logged?.modelUri, rows: windows.slice(0, 20) },
    );
    expect(theirs.label).toEqual(Array.from(ours.predictions));
    for (const [i, row] of theirs.probabilities.entries()) close(row, ours.probabilities?.row(i) ?? []);
  });

  it('finds a registered version by its alias, and the model of a run by its name', async () => {
    const { X, y } = CLASSES.two;
    const model = new LightGBMModel({ numIterations: 4 } as never);
    await model.fit({ X, y }, { seed: 1 });
    const options = { name: 'registered', registeredModelName: '../../churn: a "model"', aliases: ['champion'] };
    const first = await run.logModel(model as never, options);
    const second = await run.logModel(model as never, { ...options, aliases: ['challenger'] });
    expect([first?.registered?.version, second?.registered?.version]).toEqual(['1', '2']);
    const name = first?.registered?.name ?? '';
    expect((await tracker.modelByAlias(name, 'champion'))?.version).toBe('1');
    await tracker.setAlias(name, 'champion', 2);
    expect((await tracker.modelVersions(name)).map(({ version }) => version)).toEqual(['2', '1']);
    expect(await tracker.modelByAlias(name, 'nobody')).toBeUndefined();
    const found = await ask<{ version: string; same: boolean }>(
      `rows = pd.DataFrame(request['rows'], columns=request['names'])
a = mlflow.pyfunc.load_model(f"models:/{request['name']}@champion").predict(rows)
b = mlflow.pyfunc.load_model(f"runs:/{request['run']}/registered").predict(rows)
out = {'version': c.get_model_version_by_alias(request['name'], 'champion').version, 'same': bool((a == b).all())}`,
      { name, run: run.serverRunId, rows: rowsOf(X), names: model.featureNames },
    );
    expect(found).toEqual({ version: '2', same: true });
  });
});

describe('an agent with an MLflow server', () => agentTests(() => ({ server, work, ask })));
