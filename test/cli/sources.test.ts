/** Queries as the rows of commands: DuckDB over files and databases, and what is refused before anything is read. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSource, sourceOf } from '../../src/cli/source.js';
import { holdfast, root } from './command.js';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'holdfast-sources-'));
  const rows = await readFile(join(root, 'examples/data/sklearn-breast-cancer.csv.gz'));
  await writeFile(join(directory, 'rows.csv.gz'), rows);
});
afterAll(() => rm(directory, { recursive: true, force: true }));

describe('--query', () => {
  it('trains, predicts and judges on what DuckDB makes of files, as on the files themselves', async () => {
    const columns = 'mean_radius, mean_texture, worst_area, target';
    const experiment = `
name: tumours
data:
  query: SELECT ${columns} FROM 'rows.csv.gz' WHERE mean_radius > $least
  params: { least: 8 }
  label: target
models: [logistic]
`;
    await writeFile(join(directory, 'experiment.yaml'), experiment);
    const trained = await holdfast(directory, 'train', '--config', 'experiment.yaml', '--json', '--quiet');
    expect(trained.stderr).toBe('');
    const [run = ''] = (await readdir(join(directory, 'experiments/runs'))).filter((name) => !name.startsWith('.'));
    const { request } = JSON.parse(await readFile(join(directory, 'experiments/runs', run, 'request.json'), 'utf8'));
    expect(request).toMatchObject({ query: expect.stringContaining('$least'), params: { least: 8 } });

    const file = await holdfast(directory, 'predict', run, '--data', 'rows.csv.gz');
    const query = await holdfast(
      directory,
      'predict',
      run,
      '--query',
      'SELECT * FROM "rows.csv.gz" LIMIT $1',
      '--param',
      '1000',
    );
    expect(query).toEqual(file);
    expect(file.stdout.split('\n')).toHaveLength(569 + 2);
    const few = ['--query', "FROM 'rows.csv.gz' WHERE mean_radius > ?", '--param', '15', '--min', 'rocAuc=0.5'];
    expect((await holdfast(directory, 'validate', run, ...few)).code).toBe(0);
  });

  it('takes what does not belong together for wrong use, and no password', async () => {
    const wrong: [said: string, source: Parameters<typeof sourceOf>[0]][] = [
      ['holds a password', { path: 'postgresql://u@host/db?password=geheim', query: 'SELECT 1' }],
      ['holds a password', { path: 'postgresql://u:geheim@host:port/db', query: 'SELECT 1' }],
      ['--query is missing', { path: 'postgresql://u@host/db' }],
      ['no query', { path: 'rows.csv.gz', params: [3] }],
    ];
    for (const [said, source] of wrong) expect(() => sourceOf(source)).toThrow(said);
    await expect(readSource({ path: 'env:HOLDFAST_NO_SUCH', query: 'SELECT 1' }, {})).rejects.toThrow(
      'HOLDFAST_NO_SUCH is not set',
    );
    await expect(readSource({ path: 'postgresql://h/d', query: 'SELECT $a', params: { a: 1 } }, {})).rejects.toThrow(
      'no named',
    );

    const train = ['train', '--model', 'logistic', '--label', 'target', '--query', 'SELECT * FROM nowhere'];
    const secret = await holdfast(directory, ...train, '--data', 'postgresql://u:geheim@host/db');
    expect(secret.stdout + secret.stderr).not.toContain('geheim');
    const missing = await holdfast(directory, ...train);
    expect(missing.stderr).toContain('nowhere');
    expect([secret.code, missing.code]).toEqual([2, 2]);
  });

  it('is told by --explain-config, with where it comes from', async () => {
    const args = [
      '--model',
      'logistic',
      '--label',
      'target',
      '--query',
      "FROM 'rows.csv.gz'",
      '--param',
      '3',
      '--explain-config',
    ];
    const { stdout } = await holdfast(directory, 'train', ...args);
    expect(stdout).toMatch(/query\s+FROM 'rows\.csv\.gz'\s+command line/);
    expect(stdout).toMatch(/params\s+\[3\]\s+command line/);
  });
});
