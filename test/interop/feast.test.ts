/** A real Feast: its repository read and joined here as Feast joins it, its feature server asked. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  FeastFeatureServer,
  FeastFeatureStore,
  type HistoricalRequest,
  readParquet,
  Table,
} from '../../src/data/index.js';
import { type FeastServer, startFeast } from './feast-server.js';

type Cells = (number | string | boolean | null)[];
type Columns = Record<string, Cells>;
interface Peer {
  plain: Columns;
  full: Columns;
  created: Columns;
  weather: Columns;
  figures: Cells;
  service: Columns;
  online_entities: { driver_id: number[]; shop: string[] };
  online: Columns;
}

let feast: FeastServer;
let peer: Peer;
let store: FeastFeatureStore;
let entities: Table;

const FEATURES = ['stats:score', 'stats:trips', 'stats:city', 'stats:active', 'pairs:sales'];

beforeAll(async () => {
  feast = await startFeast();
  peer = feast.peer as Peer;
  store = await FeastFeatureStore.open(feast.directory);
  entities = await readParquet(join(feast.directory, 'data/entities.parquet'));
});

afterAll(() => feast?.stop());

const cells = (table: Table, name: string): Cells =>
  table.column(name).kind === 'categorical'
    ? table.strings(name)
    : Array.from(table.numeric(name), (value) => (Number.isNaN(value) ? null : value));

/** What Feast has of each row equals ours. It leaves out rows for which a view has no value that is young enough: here one is missing. */
async function expectSame(
  request: Omit<HistoricalRequest, 'entities'>,
  expected: Columns,
  features: readonly string[],
) {
  const ours = await store.getHistoricalFeatures({ entities, ...request });
  const placeOf = new Map(Array.from(expected.row, (row, place) => [Number(row), place]));
  const mine = features.map((name) => cells(ours, name));
  let values = 0;
  for (const [i, row] of ours.numeric('row').entries()) {
    const place = placeOf.get(row);
    const own = mine.map((column) => column[i]);
    if (place === undefined) {
      expect(own, `row ${row}, which Feast leaves out`).toContain(null);
      continue;
    }
    const theirs = features.map((name) => expected[name][place]);
    expect(own, `row ${row}`).toEqual(theirs.map((value) => (typeof value === 'boolean' ? Number(value) : value)));
    values += own.filter((value) => value !== null).length;
  }
  expect(ours.rowCount).toBe(225);
  expect(values).toBeGreaterThan(100);
}

describe('FeastFeatureStore beside Feast', () => {
  it('reads what feast apply wrote', () => {
    expect(store.featureViews.map(({ name, joinKeys, ttl }) => [name, joinKeys, ttl])).toEqual(
      expect.arrayContaining([
        ['stats', ['driver_id'], 6 * 3_600_000],
        ['pairs', ['driver_id', 'shop'], 0],
        ['weather', [], 0],
      ]),
    );
  });

  it('gives every row the features that get_historical_features gives it', async () => {
    const names = FEATURES.map((ref) => ref.split(':')[1]);
    await expectSame({ features: FEATURES }, peer.plain, names);
    await expectSame({ features: ['weather:rain'] }, peer.weather, ['rain']);
  });

  it('takes of rows of one event time the one written last, or last before the event', async () => {
    const profits: Cells = [];
    for (const at of [1.5, 4, 6]) {
      const times = Float64Array.of(Date.UTC(2024, 0, 1) + at * 3_600_000);
      const one = Table.fromColumns({ driver_id: [1], event_timestamp: { kind: 'time', values: times } });
      for (const filterByCreatedTimestamp of [false, true]) {
        const request = { entities: one, features: ['figures:profit'], filterByCreatedTimestamp };
        profits.push(...cells(await store.getHistoricalFeatures(request), 'profit'));
      }
    }
    expect(profits).toEqual([2, 1, 4, 5, 4, 5]);
    expect(profits).toEqual(peer.figures);
  });

  it('does so under full names, for a service, and by created time', async () => {
    const full = { features: ['pairs:sales', 'stats:trips'], fullFeatureNames: true };
    await expectSame(full, peer.full, ['pairs__sales', 'stats__trips']);
    const created = { features: ['stats:score', 'stats:trips'], filterByCreatedTimestamp: true };
    await expectSame(created, peer.created, ['score', 'trips']);
    entities = entities.with('rider', entities.column('driver_id'));
    const service = { featureService: 'model', fullFeatureNames: true };
    await expectSame(service, peer.service, ['mine__trips', 'mine__score']);
  });
});

describe('FeastFeatureServer beside Feast', () => {
  it('gives the values that get_online_features gives, in batches', async () => {
    const client = new FeastFeatureServer({ url: feast.url, batchSize: 2 });
    const online = await client.getOnlineFeatures({ entities: peer.online_entities, features: FEATURES });
    expect(online.featureNames).toEqual(['score', 'trips', 'city', 'active', 'sales']);
    for (const name of online.featureNames) {
      const expected = peer.online[name].map((value) => (typeof value === 'boolean' ? Number(value) : value));
      expect(cells(online.table, name), name).toEqual(expected);
    }
    expect(online.statuses('trips')).toEqual(['PRESENT', 'PRESENT', 'NOT_FOUND', 'PRESENT', 'PRESENT']);
    expect(online.eventTimes('trips')[2]).toBeNaN();
    expect(online.matrix(['trips', 'score']).rows).toBe(5);
  });

  it('asks for a service, and makes what Feast refuses a typed error', async () => {
    const client = new FeastFeatureServer({ url: feast.url, retries: 0 });
    const mine = await client.getOnlineFeatures({
      entities: { rider: [3, 1] },
      featureService: 'model',
      fullFeatureNames: true,
    });
    expect(Array.from(mine.table.numeric('mine__trips'))).toEqual(peer.online.trips.slice(0, 2));
    const refused = client.getOnlineFeatures({ entities: { driver_id: [1] }, features: ['nope:trips'] });
    await expect(refused).rejects.toMatchObject({
      code: 'FEATURE_STORE',
      message: expect.stringContaining('Feature view nope does not exist'),
      details: { status: 404 },
    });
    const wrongKey = client.getOnlineFeatures({ entities: { rider: [1] }, features: ['stats:trips'] });
    await expect(wrongKey).rejects.toMatchObject({ code: 'FEATURE_STORE', details: { status: 500 } });
  });
});
