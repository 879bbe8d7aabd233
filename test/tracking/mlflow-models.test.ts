/** Models and artifacts, sent to servers of either version and to each kind of storage. */
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { XGBoostModel } from '../../src/boosting/index.js';
import { LogisticRegressionModel } from '../../src/classical/index.js';
import { type MLflowRun, MLflowTracker } from '../../src/tracking/index.js';
import { FakeMLflow } from './fake-mlflow.js';

let server: FakeMLflow;
let work: string;
beforeEach(async () => {
  server = await new FakeMLflow().start();
  work = await mkdtemp(join(tmpdir(), 'holdfast-models-'));
});
afterEach(async () => {
  await server.stop();
  await rm(work, { recursive: true, force: true });
});

const start = (): Promise<MLflowRun> =>
  new MLflowTracker({ trackingUri: server.url, experiment: 'e', retries: 0, timeout: 5, token: 'sesame' }).startRun({
    ...{ runId: 'r', model: 'm', params: {}, tags: {} },
  });
const X = [
  [0, 1],
  [1, 0],
  [0, 2],
  [2, 0],
];
const y = [0, 1, 0, 1];

describe('a model', () => {
  it('goes to a server of version 2 as files of the run and a note that it is one', async () => {
    const model = new LogisticRegressionModel({});
    await model.fit({ X, y, featureNames: ['a "b"', 'c\nd'] }, { seed: 1 });
    const run = await start();
    const logged = await run.logModel(model as never, { inputExample: X.slice(0, 1) });
    expect(logged).toEqual({ modelUri: 'runs:/run0/model' });
    const file = (name: string) => server.files.get(`1/run0/artifacts/model/${name}`) ?? '';
    const description = parse(file('MLmodel'));
    expect(description).toMatchObject({
      artifact_path: 'model',
      run_id: 'run0',
      flavors: { onnx: { data: 'model.onnx' }, python_function: { loader_module: 'mlflow.onnx' } },
      metadata: { classes: [0, 1], model: 'logistic', task: 'classification' },
    });
    expect(JSON.parse(description.signature.inputs)).toMatchObject([{ name: 'a "b"' }, { name: 'c\nd' }]);
    expect(JSON.parse(file('input_example.json'))).toEqual({ columns: ['a "b"', 'c\nd'], data: [[0, 1]] });
    expect(file('requirements.txt')).toContain('onnxruntime');
    expect([...server.files.values()].join('')).not.toContain('sesame');
    const noted = JSON.parse(JSON.parse(server.calls('runs/log-model')[0].body).model_json);
    expect(noted).toMatchObject({ run_id: 'run0', artifact_path: 'model', flavors: description.flavors });
  });

  it('of xgboost with names that xgboost does not take is logged as ONNX', async () => {
    const model = new XGBoostModel({ numIterations: 1 } as never);
    await model.fit({ X, y, featureNames: ['a[1]', 'b'] }, { seed: 1 });
    await (await start()).logModel(model as never);
    expect(parse(server.files.get('1/run0/artifacts/model/MLmodel') ?? '').flavors).toHaveProperty('onnx');
  });

  it('needs an example of its own width', async () => {
    const model = new LogisticRegressionModel({});
    await model.fit({ X, y }, { seed: 1 });
    const run = await start();
    await expect(run.logModel(model as never, { inputExample: [[1, 2, 3]] })).rejects.toThrow(/the model's 2 columns/);
    await expect(run.logModel(new LogisticRegressionModel({}) as never)).rejects.toThrow(/fit/);
  });
});

describe('artifacts', () => {
  beforeEach(async () => {
    await mkdir(join(work, 'in', 'deep'), { recursive: true });
    await writeFile(join(work, 'in', 'deep', 'a.txt'), 'a');
    await writeFile(join(work, 'in', 'empty'), '');
    await writeFile(join(work, 'secret'), 'not mine');
    await symlink(join(work, 'secret'), join(work, 'in', 'link'));
  });

  it('go into a directory that the server shares with this machine', async () => {
    server.artifactRoot = `file://${work}/store/`;
    await (await start()).logArtifacts(join(work, 'in'), 'to');
    expect(await readFile(join(work, 'store/1/run0/artifacts/to/deep/a.txt'), 'utf8')).toBe('a');
    await expect(readFile(join(work, 'store/1/run0/artifacts/to/link'))).rejects.toThrow(/ENOENT/);
  });

  it('go to an address that the server signs, without the credentials', async () => {
    server.artifactRoot = 's3://bucket/';
    const stored = await new FakeMLflow().start();
    try {
      server.fault = ({ path, body }) =>
        path.endsWith('presigned-upload-url')
          ? {
              status: 200,
              body: JSON.stringify({
                presigned_url: `${stored.url}/api/2.0/mlflow-artifacts/artifacts/${JSON.parse(body).path}?signature=1`,
                headers: { 'x-amz-tag': 'kept' },
              }),
            }
          : undefined;
      await (await start()).logArtifacts(join(work, 'in'));
      expect(Object.fromEntries(stored.files)).toEqual({ 'deep/a.txt': 'a', empty: '' });
      for (const { headers } of stored.requests) {
        expect(headers).toMatchObject({ 'x-amz-tag': 'kept' });
        expect(headers.authorization).toBeUndefined();
      }
    } finally {
      await stored.stop();
    }
  });

  it('are an error that says what to do where the server signs nothing', async () => {
    server.artifactRoot = 's3://bucket/';
    await expect((await start()).logArtifacts(join(work, 'in'))).rejects.toMatchObject({
      code: 'TRACKING',
      hint: expect.stringContaining('--artifacts-destination'),
    });
  });

  it('of a directory that does not exist are an error that names it', async () => {
    await expect((await start()).logArtifacts(join(work, 'gone'))).rejects.toThrow(/gone: ENOENT/);
  });
});
