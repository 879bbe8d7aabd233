import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../src/core/random.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const bars = join(root, 'examples/data/es-fut-1min-sample.csv.gz');

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'holdfast-cli-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

/** The built command, as users run it. */
function holdfast(...args: string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [join(root, 'dist/cli/main.js'), ...args],
      { cwd: directory, maxBuffer: 1 << 26 },
      (error, stdout, stderr) => resolve({ code: error ? Number(error.code ?? 1) : 0, stdout, stderr }),
    );
  });
}

describe('holdfast', () => {
  it('was built', () => {
    expect(existsSync(join(root, 'dist/cli/main.js'))).toBe(true);
  });

  it('lists the models', async () => {
    const { code, stdout } = await holdfast('list-models');
    expect(code).toBe(0);
    expect(stdout).toContain('lightgbm');
    const json = JSON.parse((await holdfast('list-models', '--json')).stdout);
    expect(json.map((m: { name: string }) => m.name)).toEqual(expect.arrayContaining(['lightgbm', 'logistic']));
  });

  it('trains on real bars: label, features, splits, model, artifacts, JSON', async () => {
    const { code, stdout, stderr } = await holdfast(
      'train',
      '--model',
      'lightgbm',
      '--data',
      bars,
      '--label',
      'triple-barrier',
      '--symbol',
      'ES',
      '--horizon',
      '20',
      '--group',
      'contract',
      '--session-gap',
      '30',
      '--set',
      'numIterations=20',
      '--json',
    );
    expect(stderr).toBe('');
    expect(code).toBe(0);
    const report = JSON.parse(stdout);
    expect(report.model).toMatchObject({ name: 'lightgbm', config: { numIterations: 20 } });
    expect(report.evaluations.test.metrics.logLoss).toBeGreaterThan(0);
    const [run] = await readdir(join(directory, 'experiments/runs'));
    expect(await readdir(join(directory, 'experiments/runs', run, 'models'))).toEqual(['lightgbm_ES_h20']);
  });

  it('trains several models on a label column and prints a summary', async () => {
    const random = new Random(1);
    const rows = Array.from({ length: 300 }, (_, i) => {
      const [a, b] = [random.normal(), random.normal()];
      return `${i},${a.toFixed(4)},${b.toFixed(4)},${a + b > 0 ? 1 : 0}`;
    });
    await writeFile(join(directory, 'rows.csv'), `id,a,b,target\n${rows.join('\n')}\n`);
    const { code, stdout, stderr } = await holdfast(
      'train',
      '--model',
      'lightgbm,logistic',
      '--data',
      'rows.csv',
      '--label',
      'target',
      '--features',
      'a,b',
      '--runs',
      'out',
      '--set',
      'lightgbm.numIterations=20',
      '--tune',
      '2',
    );
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout).toContain('lightgbm');
    expect(stdout).toContain('logistic');
    expect((await readdir(join(directory, 'out'))).length).toBe(2);
  });

  it('reads an experiment file', async () => {
    await writeFile(
      join(directory, 'experiment.yaml'),
      `name: test\ndata: { path: ${bars}, label: direction, horizon: 5, group: contract, symbol: ES }\nmodels: [{ name: logistic, variant: conservative }]\n`,
    );
    const { code, stdout } = await holdfast('train', '--config', 'experiment.yaml', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout).model).toMatchObject({ name: 'logistic', variant: 'conservative' });
  });

  it.each([
    ['no model', ['train', '--data', 'x.csv', '--label', 'y'], '--model is missing'],
    ['an unknown option', ['train', '--modle', 'x'], 'unknown option'],
    ['an unknown model', ['train', '-m', 'lightgmb', '-d', bars, '-l', 'direction', '--horizon', '3'], "'lightgbm'"],
    ['an unknown file', ['train', '-m', 'logistic', '-d', 'none.csv', '-l', 'y'], 'none.csv'],
    ['an unknown label column', ['train', '-m', 'logistic', '-d', bars, '-l', 'clos'], "'close'"],
    ['bar labels without a horizon', ['train', '-m', 'logistic', '-d', bars, '-l', 'direction'], '--horizon'],
    [
      'an unknown hyperparameter',
      ['train', '-m', 'lightgbm', '-d', bars, '-l', 'direction', '--horizon', '3', '--set', 'numLeafs=3'],
      "'numLeaves'",
    ],
    [
      'a horizon that is no number',
      ['train', '-m', 'logistic', '-d', bars, '-l', 'direction', '--horizon', 'x'],
      'horizon',
    ],
  ])('says what is wrong with %s and exits with 2', async (_what, args, text) => {
    const { code, stderr } = await holdfast(...args);
    expect(stderr).toContain(text);
    expect(stderr).not.toContain('    at ');
    expect(code).toBe(2);
  });

  it('exits with 0 for help and version', async () => {
    expect((await holdfast('--help')).code).toBe(0);
    expect((await holdfast('train', '--help')).stdout).toContain('Examples:');
    expect((await holdfast('--version')).stdout.trim()).toMatch(/^\d+\.\d+\.\d+/);
  });
});
