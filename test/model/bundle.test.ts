import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HoldfastError, ModelFormatError } from '../../src/core/errors.js';
import type { ModelClass } from '../../src/model/base-model.js';
import { loadModel, ModelRegistry } from '../../src/model/registry.js';
import { CentroidModel } from './centroid.js';

ModelRegistry.register({ name: 'centroid', family: 'test', load: async () => CentroidModel as unknown as ModelClass });

const X = [
  [0, 0],
  [0, 1],
  [9, 9],
  [9, 8],
];
let root: string;
let directory: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'holdfast-'));
  directory = join(root, 'model');
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function saved(sharpness = 1): Promise<CentroidModel> {
  const model = new CentroidModel({ sharpness });
  await model.fit({ X, y: [0, 0, 3, 3], featureNames: ['a', 'b'] });
  await model.save(directory);
  return model;
}

describe('model bundle', () => {
  it('gives back the same predictions, classes, names and metrics', async () => {
    const model = await saved();
    const { trainingTime: _t, ...metrics } = model.trainingMetrics;
    for (const loaded of [await CentroidModel.load(directory), await loadModel(directory)]) {
      expect((await loaded.predict(X)).probabilities?.data).toEqual((await model.predict(X)).probabilities?.data);
      expect(loaded.classes).toEqual([0, 3]);
      expect(loaded.featureNames).toEqual(['a', 'b']);
      expect(loaded.trainingMetrics).toMatchObject(metrics);
      expect(loaded.config).toEqual(model.config);
    }
  });

  it('has the same bytes for the same model, also after loading and saving again', async () => {
    await saved();
    const first = await readFile(join(directory, 'model.json'), 'utf8');
    await saved();
    expect(await readFile(join(directory, 'model.json'), 'utf8')).toBe(first);
    await (await loadModel(directory)).save(directory);
    expect(await readFile(join(directory, 'model.json'), 'utf8')).toBe(first);
  });

  it('leaves nothing beside the directory', async () => {
    await saved();
    await saved();
    expect(await readdir(root)).toEqual(['model']);
  });

  it.each([
    ['metadata cut in half', async () => truncate(join(directory, 'model.json'), 200)],
    [
      'metadata with one changed digit',
      async () => edit('model.json', (t) => t.replace('"sharpness": 1', '"sharpness": 2')),
    ],
    [
      'metadata of a newer version',
      async () => edit('model.json', (t) => t.replace('"formatVersion": 1', '"formatVersion": 99')),
    ],
    ['metadata that is a list', async () => writeFile(join(directory, 'model.json'), '[]')],
    ['empty metadata', async () => writeFile(join(directory, 'model.json'), '')],
    ['a changed payload', async () => edit('centroids.txt', (t) => `${t}1`)],
    ['a missing payload', async () => rm(join(directory, 'centroids.txt'))],
    ['no directory', async () => rm(directory, { recursive: true })],
  ])('refuses %s as ModelFormatError that names the part', async (_name, damage) => {
    await saved();
    await damage();
    const error = await loadModel(directory).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(ModelFormatError);
    expect((error as ModelFormatError).details.part).toBeTypeOf('string');
    expect((error as ModelFormatError).hint).not.toBe('');
  });

  it('never reads a payload outside the directory', async () => {
    await saved();
    await edit('model.json', (t) => t.replaceAll('centroids.txt', '../../../etc/passwd'));
    await expect(loadModel(directory)).rejects.toBeInstanceOf(ModelFormatError);
  });

  it('recovers the old model when a crash fell between the two renames of a save', async () => {
    await saved();
    await rename(directory, `${directory}.previous-999999999-abc`);
    const loaded = await loadModel(directory);
    expect(loaded.classes).toEqual([0, 3]);
  });

  it('is the old model or the new one for readers while it is saved over and over', async () => {
    const model = await saved();
    let saves = true;
    const saving = (async () => {
      for (let i = 0; i < 60; i++) await model.save(directory);
      saves = false;
    })();
    let loads = 0;
    for (; saves; loads++) expect((await loadModel(directory)).classes).toEqual([0, 3]);
    await saving;
    expect(loads).toBeGreaterThan(5);
  });

  it('is the old model or the new one after kill -9 at any moment of a save', async () => {
    await saved();
    const script = fileURLToPath(new URL('./save-loop.ts', import.meta.url));
    for (let round = 0; round < 6; round++) {
      const child = spawn(process.execPath, ['--import', 'tsx', script, directory], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      await new Promise((resolve) => child.stdout.once('data', resolve));
      await new Promise((resolve) => setTimeout(resolve, 7 * round + 1));
      child.kill('SIGKILL');
      await new Promise((resolve) => child.once('exit', resolve));
      const loaded = await loadModel(directory);
      expect([1, 2, 3]).toContain((loaded.config as { sharpness: number }).sharpness);
    }
  });

  it('fails with a typed or system error, leaving the old model, when the disk refuses', async () => {
    const model = await saved();
    const blocked = join(root, 'file');
    await writeFile(blocked, 'x');
    await expect(model.save(join(blocked, 'model'))).rejects.toBeInstanceOf(HoldfastError);
    expect((await loadModel(directory)).classes).toEqual([0, 3]);
  });
});

async function edit(name: string, change: (text: string) => string): Promise<void> {
  const path = join(directory, name);
  const text = await readFile(path, 'utf8');
  expect(change(text)).not.toBe(text);
  await writeFile(path, change(text));
}
