/** What the command line tells an MLflow server: a run for each training, a search with its trials, nothing of passwords. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { registerBuiltins } from '../../src/builtin.js';
import { addCompare } from '../../src/cli/compare.js';
import { addTrain } from '../../src/cli/train.js';
import { addTune } from '../../src/cli/tune.js';
import { ConfigError } from '../../src/core/errors.js';
import { signalTable } from '../agent/data.js';
import { FakeMLflow } from '../tracking/fake-mlflow.js';

registerBuiltins();
const TOKEN = 'sesame-0123456789';
let server: FakeMLflow;
let directory = '';
let data = '';
beforeEach(async () => {
  server = await new FakeMLflow().start();
  directory = mkdtempSync(join(tmpdir(), 'holdfast-cli-mlflow-'));
  data = join(directory, 'rows.csv');
  const records = signalTable(300).records();
  const names = Object.keys(records[0]);
  const text = (value: unknown) => (value instanceof Date ? value.toISOString() : String(value ?? ''));
  const lines = records.map((record) => names.map((name) => text(record[name])).join(','));
  writeFileSync(data, `${[names.join(','), ...lines].join('\n')}\n`);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await server.stop();
  rmSync(directory, { recursive: true, force: true });
});

/** What the command writes to stdout and stderr. */
async function holdfast(command: string, ...args: string[]): Promise<string> {
  const program = new Command('holdfast').exitOverride().configureOutput({ writeErr: () => {} });
  for (const add of [addTrain, addCompare, addTune]) add(program);
  let printed = '';
  const write = (text: unknown): boolean => {
    printed += String(text);
    return true;
  };
  const spies = [process.stdout, process.stderr].map((stream) => vi.spyOn(stream, 'write').mockImplementation(write));
  const common = ['--data', data, '--label', 'target', '--runs', join(directory, 'runs'), '--threads', '1'];
  try {
    await program.parseAsync(['node', 'holdfast', command, ...common, '--set', 'lightgbm.numIterations=3', ...args]);
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
  return printed;
}
const lightgbm = ['--model', 'lightgbm'];
const runs = () => [...server.runs.values()];
/** Every name and file below the directory. */
const everything = (): string =>
  readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .map((name) => join(directory, name))
    .map((path) => (statSync(path).isFile() ? `${path}\n${readFileSync(path, 'latin1')}` : path))
    .join('\n');

describe('holdfast with an MLflow server', () => {
  it('train: a run of the experiment, with the model registered under its name and alias, and the token nowhere', async () => {
    vi.stubEnv('MLFLOW_TRACKING_TOKEN', TOKEN);
    // What the stand-in has not: a registry.
    server.fault = ({ path }) =>
      /registered-models|model-versions/.test(path)
        ? { status: 200, body: '{"model_version":{"version":"1"}}' }
        : undefined;
    const address = ['--tracking-uri', server.url, '--experiment', 'evening', '--register', 'es-trend@challenger'];
    const printed = await holdfast('train', ...lightgbm, ...address);
    const [run] = runs();
    expect(runs()).toHaveLength(1);
    expect([...server.experiments.keys()]).toEqual(['evening']);
    expect([run.status, run.params.get('numIterations')]).toEqual(['FINISHED', '3']);
    expect(run.metrics.map(({ key }) => key)).toContain('test.rocAuc');
    expect(server.calls('registered-models/create').map(({ body }) => JSON.parse(body).name)).toEqual(['es-trend']);
    expect(server.requests.every(({ headers }) => headers.authorization === `Bearer ${TOKEN}`)).toBe(true);
    expect(printed + everything()).not.toContain(TOKEN);
  });

  it('tune --train: the search is a run, its trials are parts of it, the training is another', async () => {
    vi.stubEnv('MLFLOW_TRACKING_URI', server.url);
    await holdfast('tune', ...lightgbm, '--trials', '2', '--train');
    const parents = runs().map(({ name, tags }) => [
      name.replace(/.*-tune-.*/, 'search'),
      tags.get('mlflow.parentRunId'),
    ]);
    expect(parents.slice(0, 3)).toEqual([
      ['search', undefined],
      ['trial-0000', 'run0'],
      ['trial-0001', 'run0'],
    ]);
    expect(runs().map(({ status }) => status)).toEqual(['FINISHED', 'FINISHED', 'FINISHED', 'FINISHED']);
    expect(runs()[0].metrics.map(({ key }) => key)).toEqual(['rocAuc']);
    expect(runs()[0].params.size).toBeGreaterThan(0);
  });

  it('compare: a run for each model', async () => {
    await holdfast('compare', '--models', 'lightgbm,logistic', '--tracking-uri', server.url, '--resamples', '20');
    expect(runs().map(({ tags, status }) => [tags.get('holdfast.model'), status])).toEqual([
      ['lightgbm', 'FINISHED'],
      ['logistic', 'FINISHED'],
    ]);
  });

  it('that is away: the run is trained, waits beside the runs, and is sent once with the next one', async () => {
    await server.stop();
    const printed = await holdfast('train', ...lightgbm, '--tracking-uri', server.url.replace('//', '//me:sesame-pw@'));
    expect(printed).toContain('is sent with the next run');
    expect(everything()).not.toContain('sesame-pw');
    await server.start();
    await holdfast('train', ...lightgbm, '--tracking-uri', server.url);
    expect(runs().map(({ status }) => status)).toEqual(['FINISHED', 'FINISHED']);
    expect(readdirSync(join(directory, 'runs/.mlflow-journal'))).toEqual([]);
  });

  it.each([
    ['an address that is none', ['--tracking-uri', 'mlruns'], /no http address/],
    ['an experiment of no server', ['--experiment', 'e'], /none is named/],
    ['an empty alias', ['--tracking-uri', 'http://127.0.0.1:9', '--register', 'm@'], /--register/],
  ])('refuses %s before anything is read', async (_what, args, message) => {
    const error = await holdfast('train', ...lightgbm, ...args).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(ConfigError);
    expect((error as Error).message).toMatch(message);
    expect(readdirSync(directory)).toEqual(['rows.csv']);
  });

  it('tracks nothing where the environment names a place that is no server', async () => {
    vi.stubEnv('MLFLOW_TRACKING_URI', 'sqlite:///secret.db');
    const printed = await holdfast('train', ...lightgbm);
    expect(printed).toContain('nothing is tracked');
    expect(printed).not.toContain('secret.db');
  });
});
