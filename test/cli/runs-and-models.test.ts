import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { addModelVersions } from '../../src/cli/model-versions.js';
import { addRunDatabase } from '../../src/cli/run-database.js';
import { comparisonTable, runText } from '../../src/cli/run-tables.js';
import { InvalidInputError, LockedError } from '../../src/core/errors.js';
import { ModelRegistry } from '../../src/model/registry.js';
import { ModelStore } from '../../src/tracking/model-store/model-store.js';
import type { TrainingRunRecord } from '../../src/tracking/repository/run-record.js';
import { TrainingRunRepository } from '../../src/tracking/repository/training-run-repository.js';
import { CentroidModel } from '../model/centroid.js';
import { embeddedDirectory } from '../tracking/embedded-directory.js';

ModelRegistry.register({ name: 'centroid', family: 'test', load: async () => CentroidModel as never });

let runs: string;
let store: string;

/** What the command prints. */
async function holdfast(...args: string[]): Promise<string> {
  const program = new Command('holdfast').exitOverride().configureOutput({ writeErr: () => {} });
  // As in main: the listing of directories is there first, and has options of the same names.
  program
    .command('runs')
    .option('--runs <directory>')
    .option('--json')
    .action(() => {});
  addRunDatabase(program);
  addModelVersions(program);
  let printed = '';
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text);
    return true;
  });
  try {
    await program.parseAsync(['node', 'holdfast', ...args]);
  } finally {
    write.mockRestore();
  }
  return printed;
}

const HOSTILE = 'red \u001b[31m\nrun ';

const said = (rocAuc: number, numLeaves: number) => ({
  experimentId: 'e',
  algorithmName: 'lightgbm',
  hyperparameters: { numLeaves, seed: 42 },
  validationMetrics: { rocAuc, by: { year: rocAuc / 2 } },
  trainingDurationSeconds: 1.5,
});

const run = (trainingRunId: string, rocAuc: number, numLeaves: number): TrainingRunRecord => ({
  trainingRunId,
  framework: 'holdfast',
  status: 'completed',
  startedAt: new Date(0),
  ...said(rocAuc, numLeaves),
});

beforeAll(async () => {
  runs = await embeddedDirectory();
  const repository = new TrainingRunRepository({ directory: runs });
  for (const [id, rocAuc, numLeaves] of [
    ['first', 0.6, 31],
    ['second', 0.7, 63],
    [HOSTILE, 0.5, 31],
  ] as const) {
    const { experimentId, algorithmName, hyperparameters, ...outcome } = said(rocAuc, numLeaves);
    await repository.start({ trainingRunId: id, experimentId, algorithmName, hyperparameters });
    await repository.complete(id, outcome);
  }
  await repository.close();
  store = await mkdtemp(join(tmpdir(), 'holdfast-store-'));
  const models = new ModelStore({ directory: store });
  const model = new CentroidModel();
  const X = [
    [0, 0],
    [9, 9],
  ];
  await model.fit({ X, y: [0, 1] });
  for (let i = 0; i < 5; i++) await models.register(model, { name: 'trend', lineage: { runId: `run ${i}` } });
});
afterAll(async () => {
  for (const directory of [runs, store]) await rm(directory, { recursive: true, force: true });
});

describe('holdfast runs', () => {
  it('lists runs page by page, as a table and as JSON', async () => {
    const text = await holdfast('runs', 'list', '--runs', runs, '--limit', '2');
    expect(text).toMatch(/second +e +lightgbm +completed/);
    const after = /more: --after (\S+)/.exec(text)?.[1] as string;
    const rest = JSON.parse(await holdfast('runs', 'list', '--runs', runs, '--after', after, '--json'));
    expect(rest.runs.map(({ trainingRunId }: { trainingRunId: string }) => trainingRunId)).toEqual(['first']);
  });

  it('prints no text of others as it is: a name cannot break a table or talk to the terminal', async () => {
    const text = await holdfast('runs', 'best', '--runs', runs, '--metric', 'by.year', '--minimize', '--limit', '1');
    expect(text).not.toContain('\u001b');
    expect(text.trimEnd().split('\n')).toHaveLength(3);
    expect(text).toContain('0.25');
  });

  it('compares metrics, and the hyperparameters that differ', () => {
    const text = comparisonTable([run('first', 0.6, 31), run('second', 0.7, 63)]);
    expect(text).toMatch(/validation rocAuc +0\.6 +0\.7/);
    expect(text).toMatch(/validation by\.year +0\.3 +0\.35/);
    expect(text).toMatch(/numLeaves +31 +63/);
    expect(text).not.toContain('seed');
  });

  it('shows all that is known of one', () => {
    const text = runText(run(HOSTILE, 0.7, 63));
    for (const part of [/trainingDurationSeconds +1\.5/, /numLeaves +63/, /rocAuc +0\.7/]) expect(text).toMatch(part);
    expect(text).not.toContain('\u001b');
  });

  it('makes no database by looking, and says who has one open', async () => {
    const empty = await mkdtemp(join(tmpdir(), 'holdfast-empty-'));
    expect(await holdfast('runs', 'list', '--runs', empty)).toBe('no runs\n');
    await expect(holdfast('runs', 'show', 'x', '--runs', empty)).rejects.toThrow(InvalidInputError);
    expect(existsSync(join(empty, '.database'))).toBe(false);
    await rm(empty, { recursive: true });
    const open = new TrainingRunRepository({ directory: runs });
    await open.open();
    await expect(holdfast('runs', 'list', '--runs', runs)).rejects.toThrow(LockedError);
    await open.close();
    for (const wrong of [['best'], ['list', '--limit', '0'], ['list', '--limit', 'x'], ['compare']]) {
      await expect(holdfast('runs', ...wrong, '--runs', runs)).rejects.toThrow();
    }
  });
});

describe('holdfast models', () => {
  const versions = async (...args: string[]): Promise<[number, string[]][]> =>
    JSON.parse(await holdfast('models', ...args, '--store', store, '--json')).map(
      ({ version, aliases }: { version: number; aliases: string[] }) => [version, aliases],
    );

  it('lists, promotes, rolls back, and collects what nothing needs', async () => {
    expect(await versions('promote', 'trend', '2')).toEqual([[2, ['production']]]);
    expect(await versions('promote', 'trend', '3', '--reason', 'better')).toEqual([[3, ['production']]]);
    expect(await holdfast('models', 'list', '--store', store)).toMatch(/trend +3 +centroid .* production\n/);
    expect(await versions('rollback', 'trend')).toEqual([[2, ['production']]]);
    expect(await holdfast('models', 'history', 'trend', '--store', store)).toMatch(/promote +3 +better\n.*rollBack +2/);
    expect(await versions('collect', '--keep', '1', '--dry-run')).toEqual([1, 3, 4].map((version) => [version, []]));
    expect(await versions('list', 'trend')).toHaveLength(5);
    expect(JSON.parse(await holdfast('models', 'show', 'trend', 'production', '--store', store))).toMatchObject({
      version: 2,
      lineage: { runId: 'run 1' },
    });
    await expect(versions('promote', 'trend', 'x')).rejects.toThrow(InvalidInputError);
    await expect(versions('show', 'trned', '1')).rejects.toThrow(InvalidInputError);
  });
});
