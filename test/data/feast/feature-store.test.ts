import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Column } from '../../../src/core/column.js';
import { ProtoMessage } from '../../../src/data/feast/proto-reader.js';
import { readRegistry } from '../../../src/data/feast/registry.js';
import {
  FeastFeatureStore,
  type FeastFeatureView,
  type HistoricalRequest,
  Table,
  writeParquet,
} from '../../../src/data/index.js';
import { ProtoWriter } from '../../../src/model/onnx/protobuf.js';
import { registryBytes, type WrittenView, writeRepository } from './registry-file.js';

const HOUR = 3_600_000;
const T0 = Date.UTC(2024, 0, 1);
const time = (values: readonly number[]): Column => ({ kind: 'time', values: Float64Array.from(values) });

let directory: string;

const stats: WrittenView = {
  name: 'stats',
  uri: 'data/stats.parquet',
  features: ['trips', 'score'],
  ttl: 7200,
  created: 'created',
  fieldMapping: { rating: 'score' },
};
const asked = Table.fromColumns({ driver_id: [1, 2, 1], event_timestamp: time([T0 + HOUR, T0, T0 + 4 * HOUR]) });

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'holdfast-feast-'));
  const bytes = registryBytes(
    [
      stats,
      { name: 'city', uri: 'data/city.parquet', entities: ['__dummy'], features: ['rain'], pushed: true },
      { name: 'lake', uri: 's3://bucket/lake.parquet', features: ['depth'] },
      { name: 'query', uri: '', features: ['x'], sourceType: 2 },
      { name: 'theirs', uri: 'data/stats.parquet', features: ['trips'], project: 'other' },
    ],
    ['computed'],
  );
  await writeRepository(directory, bytes);
  await writeParquet(
    join(directory, 'data/stats.parquet'),
    Table.fromColumns({
      driver_id: [1, 1, 2],
      event_timestamp: time([T0, T0 + HOUR, T0 + HOUR]),
      created: time([T0, T0, T0]),
      trips: [10, 11, 20],
      rating: [0.5, 0.6, 0.7],
      unused: ['a', 'b', 'c'],
    }),
  );
  await writeParquet(
    join(directory, 'data/city.parquet'),
    Table.fromColumns({ event_timestamp: time([T0]), rain: [3] }),
  );
});

afterAll(() => rm(directory, { recursive: true, force: true }));

describe('FeastFeatureStore', () => {
  it('reads views and services of its project from the registry that feast apply wrote', async () => {
    const store = await FeastFeatureStore.open(directory);
    expect(store.featureViews.map(({ name }) => name)).toEqual(['stats', 'city', 'lake']);
    expect(store.featureViews[0]).toEqual({
      name: 'stats',
      path: 'data/stats.parquet',
      joinKeys: ['driver_id'],
      features: ['trips', 'score'],
      timestampField: 'event_timestamp',
      createdTimestampColumn: 'created',
      ttl: 2 * HOUR,
      fieldMapping: { rating: 'score' },
    });
    expect(store.featureViews[1]).toMatchObject({ joinKeys: [], path: 'data/city.parquet', ttl: 0 });
    expect(store.featureServices).toEqual([
      {
        name: 'model',
        projections: [{ view: 'stats', alias: 'mine', features: ['trips'], joinKeyMap: { driver_id: 'rider' } }],
      },
    ]);
  });

  it('joins features of several views by reference, with mapped names, ttl and no entity', async () => {
    const store = await FeastFeatureStore.open(directory);
    const table = await store.getHistoricalFeatures({
      entities: asked,
      features: ['stats:score', 'city:rain', 'stats:trips'],
    });
    expect(table.columnNames).toEqual(['driver_id', 'event_timestamp', 'score', 'rain', 'trips']);
    expect(Array.from(table.numeric('score'))).toEqual([0.6, Number.NaN, Number.NaN]);
    expect(Array.from(table.numeric('rain'))).toEqual([3, 3, 3]);
    expect(Array.from(table.numeric('trips'))).toEqual([11, Number.NaN, Number.NaN]);
  });

  it('joins the features of a service under its aliases and keys', async () => {
    const store = await FeastFeatureStore.open(directory);
    const entities = Table.fromColumns({ rider: [2], at: time([T0 + HOUR]) });
    const table = await store.getHistoricalFeatures({
      entities,
      featureService: 'model',
      fullFeatureNames: true,
      timestampField: 'at',
    });
    expect(table.records()).toEqual([{ rider: 2, at: new Date(T0 + HOUR), mine__trips: 20 }]);
  });

  it('takes views in words, with absolute paths and file addresses', async () => {
    const path = join(directory, 'data/stats.parquet');
    const view: FeastFeatureView = { name: 's', path, joinKeys: ['driver_id'], features: ['trips'] };
    const store = new FeastFeatureStore({ views: [view, { ...view, name: 'u', path: pathToFileURL(path).href }] });
    const table = await store.getHistoricalFeatures({
      entities: asked,
      features: ['s:trips', 'u:trips'],
      fullFeatureNames: true,
    });
    expect(Array.from(table.numeric('s__trips'))).toEqual([11, Number.NaN, 11]);
    expect(Array.from(table.numeric('u__trips'))).toEqual([11, Number.NaN, 11]);
  });

  it('says why a view or service cannot be had', async () => {
    const store = await FeastFeatureStore.open(directory);
    const get = (features: string[]) => store.getHistoricalFeatures({ entities: asked, features });
    await expect(get(['computed:x'])).rejects.toThrow(/on-demand view/);
    await expect(get(['query:x'])).rejects.toThrow(/its source is no file/);
    await expect(get(['lake:depth'])).rejects.toThrow(/is not on this machine/);
    await expect(get(['stat:trips'])).rejects.toMatchObject({ hint: "Did you mean 'stats'?" });
    await expect(get(['theirs:trips'])).rejects.toThrow(/no feature view 'theirs'/);
    await expect(store.getHistoricalFeatures({ entities: asked, featureService: 'modl' })).rejects.toMatchObject({
      hint: "Did you mean 'model'?",
    });
    const wrong = (request?: object) => store.getHistoricalFeatures(request as HistoricalRequest);
    await expect(wrong()).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    await expect(wrong({ entities: asked, features: 'stats:trips' })).rejects.toMatchObject({ code: 'CONFIG' });
    await expect(wrong({ entities: asked, feature: ['stats:trips'] })).rejects.toMatchObject({
      code: 'CONFIG',
      hint: "Did you mean 'features'?",
    });
    await expect(wrong({ entities: asked, featureService: 7 })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    await expect(wrong({ entities: [{ driver_id: 1 }], features: ['stats:trips'] })).rejects.toThrow(/no Table/);
    expect(() => new FeastFeatureStore(undefined as never)).toThrow(/views/);
    await expect(FeastFeatureStore.open(undefined as never)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    await expect(store.getHistoricalFeatures({ entities: asked })).rejects.toThrow(/give features, or featureService/);
    const view: FeastFeatureView = { name: 'd', path: directory, joinKeys: ['driver_id'], features: ['trips'] };
    const broken = new FeastFeatureStore({ views: [view, { ...view, name: 'gone', path: 'gone.parquet' }], directory });
    const of = (ref: string) => broken.getHistoricalFeatures({ entities: asked, features: [ref] });
    await expect(of('d:trips')).rejects.toThrow(/is a directory/);
    await expect(of('gone:trips')).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    expect(() => new FeastFeatureStore({ views: [view, view] })).toThrow(/two feature views are called 'd'/);
    expect(() => new FeastFeatureStore({ views: [{ ...view, joinkeys: [] } as FeastFeatureView] })).toThrow(/joinkeys/);
  });

  it('says what is wrong with a repository that cannot be opened', async () => {
    const opened = async (settings: string, registry: Uint8Array = registryBytes([stats])) => {
      const broken = await mkdtemp(join(directory, 'broken-'));
      await writeRepository(broken, registry, settings);
      return FeastFeatureStore.open(broken);
    };
    const good = 'project: shop\nregistry: data/registry.db\n';
    await expect(FeastFeatureStore.open(join(directory, 'nowhere'))).rejects.toThrow(
      /feature_store.yaml cannot be read/,
    );
    await expect(opened('project: [')).rejects.toMatchObject({ code: 'CONFIG' });
    await expect(opened('registry: data/registry.db')).rejects.toThrow(/names no project/);
    await expect(opened('project: shop')).rejects.toThrow(/names no registry/);
    await expect(opened('project: shop\nregistry: s3://b/registry.db')).rejects.toThrow(/no local file/);
    await expect(opened('project: shop\nregistry: {registry_type: sql, path: x}')).rejects.toThrow(/type 'sql'/);
    await expect(opened('project: shop\nregistry: gone.db')).rejects.toThrow(/gone.db cannot be read/);
    await expect(opened('project: shp\nregistry: data/registry.db')).rejects.toThrow(/no feature view/);
    await expect(opened(good, new Uint8Array())).rejects.toThrow(/no feature view/);
    await expect(opened(good, registryBytes([stats]).slice(0, -7))).rejects.toThrow(
      /cannot be read as a Feast registry/,
    );
    process.env.HOLDFAST_TEST_REGISTRY = 'data';
    const store = await opened(
      'project: shop\nregistry: {registry_type: file, path: $HOLDFAST_TEST_REGISTRY/registry.db}',
    );
    delete process.env.HOLDFAST_TEST_REGISTRY;
    expect(store.featureViews).toHaveLength(1);
  });

  it('meets any damage of a registry with a typed error, or a registry', () => {
    const bytes = registryBytes([stats], ['computed']);
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(255), fc.nat(bytes.length), (at, byte, length) => {
        const damaged = bytes.slice(0, Math.max(length, at));
        damaged[at] = byte;
        try {
          expect(Array.isArray(readRegistry(damaged, 'shop', 'registry.db').views)).toBe(true);
        } catch (error) {
          expect(error).toMatchObject({ code: 'INVALID_INPUT' });
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe('ProtoMessage', () => {
  it('reads what the writer writes', () => {
    const writer = new ProtoWriter();
    writer.int(1, -5);
    writer.int(2, Number.MAX_SAFE_INTEGER);
    writer.strings(16, ['a', 'ä', '']);
    writer.float(4, 1);
    const message = new ProtoMessage(writer.finish());
    expect([message.int(1), message.int(2), message.int(7)]).toEqual([-5, Number.MAX_SAFE_INTEGER, 0]);
    expect([message.strings(16), message.string(16), message.string(9)]).toEqual([['a', 'ä', ''], '', '']);
    expect(() => message.string(1)).toThrow(/is a number/);
    expect(() => message.int(16)).toThrow(/is no number/);
  });

  it('refuses what goes past its end', () => {
    for (const bytes of [[8], [8, 255], [10, 5, 1], [13, 1, 2], [15], [0, 1], [8, ...new Array(11).fill(255)]])
      expect(() => new ProtoMessage(Uint8Array.from(bytes)), String(bytes)).toThrow();
  });
});

it('writes of a fresh file are seen by the next request', async () => {
  const file = join(directory, 'data/fresh.parquet');
  const view: FeastFeatureView = { name: 'f', path: file, joinKeys: ['driver_id'], features: ['trips'] };
  const store = new FeastFeatureStore({ views: [view] });
  const write = (trips: number) =>
    writeParquet(file, Table.fromColumns({ driver_id: [1], event_timestamp: time([T0]), trips: [trips] }));
  const get = async () =>
    (await store.getHistoricalFeatures({ entities: asked, features: ['f:trips'] })).numeric('trips')[0];
  await write(1);
  expect(await get()).toBe(1);
  await write(2);
  expect(await get()).toBe(2);
  await writeFile(file, 'no parquet');
  await expect(get()).rejects.toMatchObject({ code: 'INVALID_INPUT' });
});
