/** The agent with a real MLflow server: what Python finds there afterwards, also where the server died in the middle of the run. */
import { cp, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { type AgentOptions, type AgentState, ModelTrainerAgent } from '../../src/agent/index.js';
import { loadModel } from '../../src/index.js';
import { PreprocessingPipeline } from '../../src/preprocessing/pipeline.js';
import { MLflowTracker } from '../../src/tracking/index.js';
import type { Tracker } from '../../src/tracking/tracker.js';
import { SPLIT, signalTable } from '../agent/data.js';
import type { MLflowServer } from './mlflow-server.js';

const EXPERIMENT = 'agent';
const REGISTERED = 'agent-signal';

/** What the tests are run with: a server, Python beside it, a directory. */
export interface Surroundings {
  readonly server: MLflowServer;
  readonly work: string;
  /** Runs a script in Python; see mlflow_peer.py. */
  ask<T>(script: string, input: unknown): Promise<T>;
}

/** What Python sees of a run and of all that belongs to it. */
interface Seen {
  readonly runs: number;
  readonly status: string;
  readonly params: Readonly<Record<string, string>>;
  readonly metrics: Readonly<Record<string, number>>;
  /** Points of the training curve. */
  readonly curve: number;
  readonly datasets: readonly string[];
  readonly artifacts: readonly string[];
  readonly trials: readonly { name: string; status: string; leaves: number; values: number[] }[];
  /** Versions of the registered model that the run made. */
  readonly versions: readonly string[];
}

const see = ({ ask }: Surroundings, runId: string): Promise<Seen> =>
  ask(
    `e = c.get_experiment_by_name('${EXPERIMENT}').experiment_id
runs = c.search_runs([e], f"tags.\`holdfast.run_id\` = '{request['id']}'")
run = runs[0]
id = run.info.run_id
trials = c.search_runs([e], f"tags.\`mlflow.parentRunId\` = '{id}'")
out = {'runs': len(runs), 'status': run.info.status, 'params': run.data.params, 'metrics': run.data.metrics,
  'curve': len(c.get_metric_history(id, 'trainLoss')),
  'datasets': sorted(d.tags[0].value for d in run.inputs.dataset_inputs),
  'artifacts': sorted(f.path for f in c.list_artifacts(id)),
  'trials': sorted(({'name': t.info.run_name, 'status': t.info.status, 'leaves': int(t.data.params['numLeaves']),
    'values': [m.value for m in c.get_metric_history(t.info.run_id, 'value')]} for t in trials), key=lambda t: t['name']),
  'versions': [v.version for v in c.search_model_versions("name='${REGISTERED}'") if v.run_id == id]}`,
    { id: runId },
  );

const agentOf = ({ work }: Surroundings, options: AgentOptions) =>
  new ModelTrainerAgent({
    ...{ runsDirectory: work, repository: false, memory: false, trials: 3, threads: 1 },
    logModel: { registeredModelName: REGISTERED, aliases: ['challenger'] },
    ...{ evaluation: { bootstrap: { samples: 20 } }, ...options },
  });
const stateOf = (runId: string): AgentState => ({
  ...{ runId, experimentId: 'es-trend', data: signalTable(600), split: SPLIT },
  modelCandidate: { name: 'lightgbm', config: { numIterations: 6 }, space: { numLeaves: [3, 15] } },
});

/** What there is of a run, once, whatever happened on the way. */
async function expectWhole(around: Surroundings, out: AgentState): Promise<void> {
  const { trainedModel, validationMetrics, runId = '' } = out;
  const seen = await see(around, runId);
  expect(seen).toMatchObject({
    ...{ runs: 1, status: 'FINISHED', curve: 6, datasets: ['test', 'train', 'validation'] },
    artifacts: expect.arrayContaining(['models', 'preprocessing', 'report.json', 'test-evaluation.json']),
    params: { numLeaves: String(trainedModel?.hyperparameters?.numLeaves), numIterations: '6' },
  });
  expect(seen.metrics['test.rocAuc']).toBe(validationMetrics?.splits.test?.metrics.rocAuc);
  expect(seen.trials.map(({ name, status }) => [name, status])).toEqual([
    ['trial-0000', 'FINISHED'],
    ['trial-0001', 'FINISHED'],
    ['trial-0002', 'FINISHED'],
  ]);
  // The best trial has what the final model was trained with.
  expect(seen.trials.every(({ values }) => values.length === 1)).toBe(true);
  const best = seen.trials.reduce((a, b) => (b.values[0] > a.values[0] ? b : a));
  expect(best.leaves).toBe(trainedModel?.hyperparameters?.numLeaves);
  expect(seen.versions).toHaveLength(1);
}

/** Tests of an agent with a server; the last of them kills and restarts it. */
export function agentTests(around: () => Surroundings): void {
  it('leaves the run, its trials and a registered model that predicts in Python as it does here', async () => {
    const { server, ask } = around();
    const tracker = new MLflowTracker({ trackingUri: server.url, experiment: EXPERIMENT, flushInterval: 60 });
    const out = await agentOf(around(), { tracker }).execute(stateOf('whole'));
    await expectWhole(around(), out);
    const path = (uri: string | undefined) => fileURLToPath(uri ?? '');
    const model = await loadModel(path(out.trainedModel?.modelArtifactUri));
    const pipeline = await PreprocessingPipeline.load(path(out.trainedModel?.preprocessingArtifactUri));
    const X = pipeline.transform(signalTable(40, 2));
    const rows = Array.from({ length: X.rows }, (_, i) => Array.from(X.row(i)));
    const ours = await model.predict(X);
    const theirs = await ask<number[]>(
      `m = mlflow.pyfunc.load_model('models:/${REGISTERED}@challenger')
out = m.predict(pd.DataFrame(request['rows'], columns=request['names'])).tolist()`,
      { rows, names: model.featureNames },
    );
    expect(theirs).toHaveLength(40);
    for (const [i, p] of theirs.entries()) expect(p).toBeCloseTo(ours.probabilities?.row(i)[1] ?? Number.NaN, 6);
  });

  it('loses nothing and sends nothing twice where the server dies in the middle of the run and comes back', async () => {
    const { server, work } = around();
    const options = { trackingUri: server.url, experiment: EXPERIMENT, retries: 0, flushInterval: 60 };
    const journal = join(work, 'agent-journal');
    const mlflow = new MLflowTracker({ ...options, journal });
    // One trial is on the server, the others and the end of the run are not.
    const tracker: Tracker = {
      async startRun(run) {
        if (run.runId.endsWith('trial-0001')) await server.pause();
        return mlflow.startRun(run);
      },
    };
    const out = await agentOf(around(), { tracker }).execute(stateOf('interrupted'));
    expect(out.status).toBe('completed');
    expect(out.handoff?.nextSteps.join()).not.toContain('The tracker failed');
    expect(await readdir(journal)).toHaveLength(3);
    await server.resume();
    await cp(journal, join(work, 'agent-copy'), { recursive: true });
    expect(await mlflow.replay()).toEqual({ sent: 3, open: 0, failed: [] });
    // As after a crash that came behind the last request and before the journal was removed.
    await new MLflowTracker({ ...options, journal: join(work, 'agent-copy') }).replay();
    await expectWhole(around(), out);
  });
}
