import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/core/errors.js';
import {
  loadExperiment,
  loadTrainingConfig,
  modelParameters,
  parseTrainingConfig,
} from '../../src/model/config-files.js';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'holdfast-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

async function file(text: string): Promise<string> {
  const path = join(root, 'config.yaml');
  await writeFile(path, text);
  return path;
}

const problem = async (promise: Promise<unknown>): Promise<ConfigError> => {
  const error = await promise.catch((e: unknown) => e);
  expect(error).toBeInstanceOf(ConfigError);
  return error as ConfigError;
};

describe('settings', () => {
  it('are merged: model file < family defaults < variant < overrides', async () => {
    const merged = await modelParameters('lightgbm', {
      variant: 'conservative',
      familyDefaults: { numLeaves: 1, earlyStoppingRounds: 7 },
      overrides: { learningRate: 0.5 },
    });
    expect(merged).toMatchObject({ numLeaves: 15, earlyStoppingRounds: 7, learningRate: 0.5, minDataInLeaf: 100 });
  });

  it('name the nearest variant', async () => {
    expect((await problem(modelParameters('lightgbm', { variant: 'agressive' }))).hint).toContain("'aggressive'");
  });

  it('ship a training.yaml that its own schema accepts', async () => {
    expect(await loadTrainingConfig()).toMatchObject({ seed: 42, splits: { ratios: { train: 0.6, holdout: 0.05 } } });
  });

  it('name file, line and nearest key of an unknown key', async () => {
    const path = await file('version: 1\nseed: 1\nsplits:\n  embargoo: 3\n');
    const error = await problem(loadTrainingConfig(path));
    expect(error.message).toContain(`${path}:4`);
    expect(error.hint).toContain("'embargo'");
    expect(error.details).toMatchObject({ file: path, line: 4, nearest: 'embargo' });
  });

  it.each([
    ['a wrong type', 'seed: many\n', 1],
    ['a duplicate key', 'seed: 1\nseed: 2\n', 2],
    ['broken YAML', 'seed: [1, 2\nfoo', undefined],
    ['a newer version', 'seed: 1\nversion: 9\n', 2],
    ['a list', '- 1\n', undefined],
    [
      'an alias bomb',
      `a: &a [1,1,1,1,1,1,1,1,1,1]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c,*c]\n`,
      undefined,
    ],
  ])('refuse %s, naming the file', async (_name, text, line) => {
    const path = await file(text);
    const error = await problem(loadTrainingConfig(path));
    expect(error.message).toContain(path);
    if (line !== undefined) expect(error.message).toContain(`${path}:${line}`);
    expect(error.hint).not.toBe('');
  });

  it('refuse a file that cannot be read', async () => {
    await problem(loadTrainingConfig(join(root, 'none.yaml')));
    await problem(loadTrainingConfig(root));
  });

  it('never reach the prototype of objects', async () => {
    const path = await file('families:\n  __proto__: { params: { polluted: 1 } }\n');
    await loadTrainingConfig(path).catch(() => undefined);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    expect(({} as Record<string, unknown>).params).toBeUndefined();
  });

  it('are checked when given in code too', () => {
    expect(() => parseTrainingConfig({ sed: 1 } as never)).toThrow(ConfigError);
    expect(parseTrainingConfig({ seed: 3 }).seed).toBe(3);
  });

  it('read experiment files', async () => {
    const path = await file(
      'name: es\ndata: { path: bars.csv, label: label }\nmodels: [lightgbm, { name: logistic, variant: conservative }]\n',
    );
    expect(await loadExperiment(path)).toMatchObject({ name: 'es', models: ['lightgbm', { name: 'logistic' }] });
    const wrong = await file('name: es\ndata: { path: bars.csv, label: label, simbol: ES }\nmodels: [lightgbm]\n');
    expect((await problem(loadExperiment(wrong))).hint).toContain("'symbol'");
  });
});
