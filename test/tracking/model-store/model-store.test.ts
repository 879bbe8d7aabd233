import { execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { appendFile, mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  ConfigError,
  HoldfastError,
  InvalidInputError,
  ModelFormatError,
  NotFittedError,
} from '../../../src/core/errors.js';
import { ModelRegistry } from '../../../src/model/registry.js';
import { PreprocessingPipeline } from '../../../src/preprocessing/pipeline.js';
import { ModelStore } from '../../../src/tracking/model-store/model-store.js';
import { processTag } from '../../../src/tracking/process-mark.js';
import { CentroidModel } from '../../model/centroid.js';

ModelRegistry.register({ name: 'centroid', family: 'test', load: async () => CentroidModel as never });

const X = [
  [0, 0],
  [0, 1],
  [9, 9],
  [9, 8],
];
let root: string;
let store: ModelStore;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'holdfast-store-'));
  store = new ModelStore({ directory: join(root, 'models') });
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function fitted(sharpness = 1): Promise<CentroidModel> {
  const model = new CentroidModel({ sharpness });
  await model.fit({ X, y: [0, 0, 3, 3], featureNames: ['a', 'b'] });
  return model;
}

/** Versions 1 .. count, each with a sharpness of its number. */
async function registered(count: number, name = 'm'): Promise<void> {
  for (let i = 1; i <= count; i++) await store.register(await fitted(i), { name, lineage: { runId: `run ${i}` } });
}

const sharpnessOf = async (reference: number | string): Promise<number> =>
  ((await store.load('m', reference)).model.config as { sharpness: number }).sharpness;

const versionDirectory = (version: number, name = 'm') => join(store.directory, name, 'versions', String(version));

describe('a registered version', () => {
  it('is the next number, and says what it is and where it comes from', async () => {
    const lineage = {
      dataHash: 'abc',
      codeVersion: 'v1.2',
      runId: 'run-1',
      metrics: { rocAuc: 0.6, worst: Number.NaN, by: { class: [1, Number.POSITIVE_INFINITY] } },
      tags: { why: 'first\nline' },
    };
    const version = await store.register(await fitted(), { name: 'es-trend', lineage });
    expect(version).toMatchObject({
      modelVersionId: 'es-trend:1',
      modelName: 'es-trend',
      version: 1,
      checksum: expect.stringMatching(/^[0-9a-f]{64}$/),
      artifactUri: expect.stringMatching(/^file:.*es-trend\/versions\/1\/model$/),
      model: { name: 'centroid', family: 'test', task: 'classification' },
      library: { name: 'holdfast' },
      aliases: [],
    });
    expect(version.lineage).toEqual({ seed: version.model.seed, ...lineage });
    expect(await store.lineage('es-trend', 1)).toEqual(version.lineage);
    expect((await store.register(await fitted(), { name: 'es-trend', lineage: {} })).version).toBe(2);
    expect(await store.models()).toEqual(['es-trend']);
  });

  it('loads as it was, from a model or from the directory of a saved one', async () => {
    const model = await fitted(2);
    await model.save(join(root, 'saved'));
    await store.register(model, { name: 'm', lineage: {} });
    await store.register(join(root, 'saved'), { name: 'm', lineage: {} });
    for (const reference of [1, 2, 'latest']) {
      const loaded = await store.load('m', reference);
      expect((await loaded.model.predict(X)).probabilities?.data).toEqual((await model.predict(X)).probabilities?.data);
      expect(loaded.preprocessing).toBeUndefined();
    }
  });

  it('keeps the preprocessing of its rows', async () => {
    const pipeline = new PreprocessingPipeline();
    await pipeline.save(join(root, 'p')).catch((error: unknown) => expect(error).toBeInstanceOf(NotFittedError));
    await expect(store.register(await fitted(), { name: 'm', lineage: {}, preprocessing: pipeline })).rejects.toThrow(
      NotFittedError,
    );
    expect(await store.list()).toEqual([]);
    expect(await readdir(join(store.directory, 'm', 'versions'))).toEqual([]);
  });

  it('is not made of what is no model, not fitted, or holds links', async () => {
    await expect(store.register(join(root, 'nowhere'), { name: 'm', lineage: {} })).rejects.toThrow(ModelFormatError);
    await expect(store.register(new CentroidModel(), { name: 'm', lineage: {} })).rejects.toThrow(NotFittedError);
    await expect(store.register(undefined as never, { name: 'm', lineage: {} })).rejects.toThrow(InvalidInputError);
    const saved = join(root, 'saved');
    await (await fitted()).save(saved);
    await rename(join(saved, 'centroids.txt'), join(root, 'elsewhere'));
    await symlink(join(root, 'elsewhere'), join(saved, 'centroids.txt'));
    await expect(store.register(saved, { name: 'm', lineage: {} })).rejects.toThrow(/no plain file/);
    expect(await store.models()).toEqual([]);
  });

  it.each([
    [undefined, InvalidInputError],
    [[], InvalidInputError],
    [{ datahash: 'x' }, ConfigError],
    [{ seed: 'x' }, InvalidInputError],
    [{ dataHash: 1 }, InvalidInputError],
    [{ metrics: 1 }, InvalidInputError],
    [{ metrics: { fn: () => 1 } }, InvalidInputError],
    [{ runId: 'a\0' }, InvalidInputError],
  ])('is not made with the lineage %j', async (lineage, type) => {
    await expect(store.register(await fitted(), { name: 'm', lineage: lineage as never })).rejects.toThrow(type);
    expect(await store.models()).toEqual([]);
  });
});

describe('names', () => {
  const hostile = [
    '',
    '.',
    '..',
    '../x',
    '../../x',
    'a/b',
    'a\\b',
    '/etc',
    'C:x',
    '.hidden',
    'a\0',
    'two\nlines',
    'x'.repeat(81),
    'x'.repeat(10_000),
    "'; DROP TABLE x",
    'NUL',
    'com1.txt',
    'é',
    'end.',
    ' ',
    undefined,
    7,
  ];

  it('that lead elsewhere or are no names are refused, of models and of aliases, and nothing is written', async () => {
    await registered(1);
    const before = await readdir(root, { recursive: true });
    for (const name of hostile as string[]) {
      const calls = [
        () => store.register('x', { name, lineage: {} }),
        () => store.load(name, 1),
        () => store.get(name, 'production'),
        () => store.promote(name, 1),
        () => store.promote('m', 1, { alias: name }),
        () => store.rollBack(name),
        () => store.rollBack('m', { alias: name }),
        () => store.removeAlias('m', name),
        () => store.history(name),
        () => store.history('m', name),
      ];
      for (const call of calls) {
        // Without an alias it is the default one.
        if (name === undefined && /alias|history\(.m/.test(String(call))) continue;
        await expect(call(), `${JSON.stringify(name)} ${call}`).rejects.toThrow(InvalidInputError);
      }
    }
    for (const alias of ['12', 'latest'])
      await expect(store.promote('m', 1, { alias })).rejects.toThrow(InvalidInputError);
    expect(await readdir(root, { recursive: true })).toEqual(before);
  });

  it('that there are none of are an error with the nearest one', async () => {
    await registered(1, 'es-trend');
    await expect(store.load('es-trend', 7)).rejects.toThrow(/no version 7/);
    await expect(store.load('es-trend', 'production')).rejects.toThrow(/no alias/);
    await expect(store.load('es-trnd', 1)).rejects.toMatchObject({ hint: expect.stringContaining('es-trend') });
    for (const version of [0, -1, 1.5, Number.NaN])
      await expect(store.get('es-trend', version)).rejects.toThrow(InvalidInputError);
  });
});

describe('aliases', () => {
  it('are promoted and rolled back, one promotion after another, and their history is kept', async () => {
    await registered(3);
    for (const version of [1, 2, 3]) await store.promote('m', version, { reason: `because ${version}` });
    expect(await sharpnessOf('production')).toBe(3);
    expect((await store.get('m', 3)).aliases).toEqual(['production']);
    expect((await store.rollBack('m', { reason: 'worse' })).version).toBe(2);
    expect((await store.rollBack('m')).version).toBe(1);
    expect(await sharpnessOf('production')).toBe(1);
    await expect(store.rollBack('m')).rejects.toThrow(/nothing to go back to/);
    await store.promote('m', 3, { alias: 'canary' });
    await store.promote('m', 3);
    expect((await store.rollBack('m')).version).toBe(1);
    const history = await store.history('m');
    expect(history.map(({ action, version }) => `${action} ${version}`)).toEqual([
      'promote 1',
      'promote 2',
      'promote 3',
      'rollBack 2',
      'rollBack 1',
      'promote 3',
      'rollBack 1',
    ]);
    expect(history[3]).toMatchObject({ reason: 'worse', at: expect.any(Date) });
    await store.removeAlias('m', 'canary');
    await expect(store.load('m', 'canary')).rejects.toThrow(/no alias 'canary'/);
    expect((await store.list('m')).map(({ version, aliases }) => [version, ...aliases])).toEqual([
      [1, 'production'],
      [2],
      [3],
    ]);
  });

  it('change only from where they were expected', async () => {
    await registered(2);
    await store.promote('m', 1, { expected: null });
    await expect(store.promote('m', 2, { expected: null })).rejects.toThrow(/points to 1/);
    await store.promote('m', 2, { expected: 1 });
    await store.promote('m', 2, { expected: 2 });
    expect(await store.history('m')).toHaveLength(2);
    await expect(store.promote('m', 9)).rejects.toThrow(InvalidInputError);
  });

  it('of many promotions at once each is in the history, and the last one counts', async () => {
    await registered(2);
    await Promise.all(Array.from({ length: 12 }, (_, i) => store.promote('m', 1 + (i % 2))));
    const history = await store.history('m');
    expect((await store.get('m', 'production')).version).toBe(history.at(-1)?.version);
  });
});

describe('files that were tampered with', () => {
  it.each([
    ['a payload', 'model/centroids.txt', (path: string) => appendFile(path, '1')],
    ['a payload that is gone', 'model/centroids.txt', (path: string) => rm(path)],
    [
      'a payload with its checksum in model.json',
      'model/model.json',
      (path: string) => edit(path, '"state"', '"State"'),
    ],
    ['an added file', 'model/added.js', (path: string) => writeFile(path, 'x')],
    [
      'a payload replaced by a link',
      'model/centroids.txt',
      async (path: string) => {
        await rename(path, join(root, 'moved'));
        await appendFile(join(root, 'moved'), 'x');
        await symlink(join(root, 'moved'), path);
      },
    ],
    ['a changed manifest', 'version.json', (path: string) => edit(path, '"run 1"', '"run 9"')],
    [
      'a cut manifest',
      'version.json',
      async (path: string) => writeFile(path, (await readFile(path, 'utf8')).slice(0, 99)),
    ],
    ['an empty manifest', 'version.json', (path: string) => writeFile(path, '')],
    ['a manifest that is null', 'version.json', (path: string) => writeFile(path, 'null')],
    ['a newer manifest', 'version.json', (path: string) => edit(path, '"formatVersion": 1', '"formatVersion": 9')],
  ])('%s is refused by its name', async (_what, file, damage) => {
    await registered(1);
    const path = join(versionDirectory(1), file);
    await damage(path);
    const error = await store.load('m', 1).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(ModelFormatError);
    expect((error as ModelFormatError).message).toContain(path);
    expect((error as ModelFormatError).details.file).toBe(path);
    expect((error as ModelFormatError).hint).not.toBe('');
  });

  it('includes a whole version in the place of another, and one whose checksum is known from elsewhere', async () => {
    await registered(2);
    const { checksum } = await store.get('m', 1);
    expect((await store.load('m', 1, { checksum })).version.version).toBe(1);
    await expect(store.load('m', 2, { checksum })).rejects.toThrow(ModelFormatError);
    await rename(versionDirectory(1), join(root, 'one'));
    await rename(versionDirectory(2), versionDirectory(1));
    await expect(store.load('m', 1)).rejects.toThrow(/another model or version/);
  });

  it('includes the history of an alias', async () => {
    await registered(2);
    await store.promote('m', 1);
    const file = join(store.directory, 'm', 'aliases', 'production', '00000001.json');
    await edit(file, '"version":1', '"version":2');
    await expect(store.load('m', 'production')).rejects.toMatchObject({ message: expect.stringContaining(file) });
    await expect(store.load('m', 'production')).rejects.toThrow(ModelFormatError);
  });
});

async function edit(path: string, from: string, to: string): Promise<void> {
  const text = await readFile(path, 'utf8');
  expect(text).toContain(from);
  await writeFile(path, text.replace(from, to));
}

describe('garbage', () => {
  it('is what nothing points to, is not among the newest and is no way back; numbers are not used again', async () => {
    await registered(8);
    await store.promote('m', 1, { alias: 'baseline' });
    await store.promote('m', 3);
    await store.promote('m', 4);
    const everything = await readdir(root, { recursive: true });
    const planned = await store.collectGarbage('m', { keepLatest: 2, dryRun: true });
    expect(planned.map(({ version }) => version)).toEqual([2, 5, 6]);
    expect(await readdir(root, { recursive: true })).toEqual(everything);
    expect(await store.collectGarbage(undefined, { keepLatest: 2 })).toEqual(planned);
    expect((await store.list('m')).map(({ version }) => version)).toEqual([1, 3, 4, 7, 8]);
    expect((await store.rollBack('m')).version).toBe(3);
    await expect(store.load('m', 5)).rejects.toThrow(/collected/);
    await expect(store.promote('m', 5)).rejects.toThrow(/collected/);
    await store.collectGarbage('m', { keepLatest: 0 });
    expect((await store.list('m')).map(({ version }) => version)).toEqual([1, 3]);
    await registered(1);
    expect((await store.get('m', 'latest')).version).toBe(9);
    await expect(store.collectGarbage('m', { keepLatest: -1 })).rejects.toThrow(InvalidInputError);
  });

  it('is collected once by several at the same time, and none of them fails', async () => {
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < 4; i++) await registered(i);
      const together = await Promise.all(Array.from({ length: 4 }, () => store.collectGarbage('m', { keepLatest: 1 })));
      // One that two were at may have stayed.
      const collected = [...together.flat(), ...(await store.collectGarbage('m', { keepLatest: 1 }))];
      const versions = collected.map(({ version }) => version);
      expect(new Set(versions).size).toBe(versions.length);
      expect(await store.list('m')).toHaveLength(1);
    }
  });

  it('is never a version that is promoted at the same moment', async () => {
    await registered(6);
    for (let version = 1; version <= 5; version++) {
      const [promotion] = await Promise.allSettled([
        store.promote('m', version),
        store.collectGarbage('m', { keepLatest: 1 }),
        store.collectGarbage('m', { keepLatest: 1 }),
      ]);
      if (promotion.status === 'fulfilled') expect(await sharpnessOf('production')).toBe(version);
      else expect(promotion.reason).toBeInstanceOf(InvalidInputError);
      for (const { aliases, version: kept } of await store.list('m'))
        if (aliases.length > 0) expect(await sharpnessOf(kept)).toBe(kept);
    }
  });

  it('that a killed process was about to delete is still there for whoever needs it', async () => {
    await registered(3);
    await rename(versionDirectory(1), `${versionDirectory(1)}.collecting`);
    await rename(versionDirectory(2), `${versionDirectory(2)}.collecting`);
    await writeFile(`${versionDirectory(2)}.collected.json`, '{}');
    expect(await sharpnessOf(1)).toBe(1);
    await store.promote('m', 2);
    expect(await sharpnessOf('production')).toBe(2);
    await mkdir(join(store.directory, 'm', 'versions', '.deleting-x'));
    await store.collectGarbage('m', { keepLatest: 1 });
    expect((await readdir(join(store.directory, 'm', 'versions'))).sort()).toEqual(['1.collected.json', '2', '3']);
  });
});

describe('faults', () => {
  const script = fileURLToPath(new URL('./store-process.ts', import.meta.url));
  const started = (...args: string[]) =>
    spawn(process.execPath, ['--import', 'tsx', script, store.directory, ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  const ended = (child: ReturnType<typeof started>) =>
    new Promise<number | null>((resolve) => child.once('exit', resolve));

  it('of two processes that register at once each gets numbers of its own, without a gap', async () => {
    const children = [started('register', '8'), started('register', '8')];
    expect(await Promise.all(children.map(ended))).toEqual([0, 0]);
    const versions = await store.list('m');
    expect(versions.map(({ version }) => version)).toEqual(Array.from({ length: 16 }, (_, i) => i + 1));
    expect(new Set(versions.map(({ lineage }) => lineage.runId)).size).toBe(2);
  });

  it('kill -9 at any moment leaves whole versions, aliases that point to one, and nothing else after the next collection', async () => {
    for (const pause of [5, 60]) {
      const child = started('all');
      await new Promise((resolve) => child.stdout.once('data', resolve));
      await new Promise((resolve) => setTimeout(resolve, pause));
      child.kill('SIGKILL');
      await ended(child);
      for (const { version } of await store.list('m')) expect(await sharpnessOf(version)).toBe(2);
      if ((await store.history('m')).length > 0) expect(await sharpnessOf('production')).toBe(2);
      await store.collectGarbage('m');
      const names = await readdir(join(store.directory, 'm', 'versions'));
      expect(names.filter((name) => !/^\d+(\.collected\.json)?$/.test(name))).toEqual([]);
    }
  });

  it('what a process left that died before it wrote anything goes with the next collection, and what lives stays', async () => {
    await registered(1);
    const versions = join(store.directory, 'm', 'versions');
    const own = processTag();
    const names = [own.replace(`-${process.pid}-`, '-999999999-'), own, 'unreadable'].map(
      (tag) => `.writing-${tag}.${randomUUID()}`,
    );
    for (const name of names) await mkdir(join(versions, name));
    await store.collectGarbage('m');
    expect((await readdir(versions)).sort()).toEqual([...names.slice(1), '1'].sort());
  });

  it('a write that the system refuses in the middle leaves nothing behind, and is a typed error', async () => {
    await registered(1);
    const half = {
      save: async (directory: string) => {
        await mkdir(directory);
        await writeFile(join(directory, 'model.json'), '{"half":');
        throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
      },
    };
    const error = await store.register(half, { name: 'm', lineage: {} }).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(HoldfastError);
    expect((error as HoldfastError).hint).toMatch(/disk is full/);
    expect(await readdir(join(store.directory, 'm', 'versions'))).toEqual(['1']);
    expect(await sharpnessOf('latest')).toBe(1);
  });

  const mounted = join(tmpdir(), `holdfast-small-disk-${process.pid}`);
  it.skipIf(!canMount(mounted))(
    'a full disk (skipped where no small file system can be mounted) leaves whole versions only',
    async () => {
      try {
        const small = new ModelStore({ directory: join(mounted, 'models') });
        const model = await fitted();
        let error: unknown;
        let count = 0;
        for (; error === undefined && count < 100; count++) {
          error = await small.register(model, { name: 'm', lineage: { tags: { text: 'x'.repeat(9000) } } }).then(
            () => undefined,
            (e) => e,
          );
        }
        expect(error).toBeInstanceOf(InvalidInputError);
        expect((error as HoldfastError).hint).toMatch(/disk is full/);
        const versions = await small.list('m');
        expect(versions).toHaveLength(count - 1);
        for (const { version } of versions) await small.load('m', version);
        expect((await readdir(join(mounted, 'models/m/versions'))).filter((name) => !/^\d+$/.test(name))).toEqual([]);
        const promoted = await small.promote('m', 1).catch((e: unknown) => e);
        if (promoted instanceof Error) expect(promoted).toBeInstanceOf(InvalidInputError);
      } finally {
        execFileSync('umount', [mounted]);
        await rm(mounted, { recursive: true });
      }
    },
  );

  it('a store that is not there is an empty one, and is not made by looking', async () => {
    expect(await store.list()).toEqual([]);
    expect(await store.collectGarbage()).toEqual([]);
    expect(existsSync(store.directory)).toBe(false);
    expect(() => new ModelStore({ directory: '' })).toThrow(InvalidInputError);
  });
});

function canMount(directory: string): boolean {
  try {
    execFileSync('mkdir', ['-p', directory]);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', directory], { stdio: 'ignore' });
    return true;
  } catch {
    execFileSync('rm', ['-rf', directory]);
    return false;
  }
}
