import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { FeastFeatureServer, Table } from '../../../src/data/index.js';

type Body = {
  entities: Record<string, unknown[]>;
  features?: string[];
  feature_service?: string;
  full_feature_names: boolean;
};
type Reply = { status?: number; text: string; headers?: Record<string, string> } | 'hang' | 'cut';

let server: Server | undefined;
const asked: { body: Body; request: IncomingMessage }[] = [];

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  server = undefined;
  asked.length = 0;
});

/** A server that answers as told, and its address. */
async function listen(reply: (body: Body, count: number) => Reply): Promise<string> {
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = JSON.parse(Buffer.concat(chunks).toString()) as Body;
    asked.push({ body, request });
    const said = reply(body, asked.length);
    if (said === 'hang') return;
    if (said === 'cut') request.socket.destroy();
    else response.writeHead(said.status ?? 200, said.headers).end(said.text);
  };
  server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const AT = '2024-01-01T00:00:00Z';
const T0 = Date.parse(AT);

interface Vector {
  values: unknown[];
  statuses?: unknown[];
  event_timestamps?: unknown[];
}

function answer(vectors: Record<string, Vector | unknown[]>): Reply {
  const results = Object.values(vectors).map((given) => {
    const vector = Array.isArray(given) ? { values: given } : given;
    return {
      statuses: vector.values.map(() => 'PRESENT'),
      event_timestamps: vector.values.map(() => AT),
      ...vector,
    };
  });
  return { text: JSON.stringify({ metadata: { feature_names: Object.keys(vectors) }, results }) };
}

const trips = { entities: { driver_id: [1, 2] }, features: ['stats:trips'] };
const quick = { retryDelay: 0.001 };

describe('FeastFeatureServer', () => {
  it('asks as Feast is asked, and puts the features in the order in which they were asked for', async () => {
    const url = await listen(() =>
      answer({ driver_id: [1, 2], city: ['a', null], ok: [true, false], trips: [5, 6.5] }),
    );
    const online = await new FeastFeatureServer({ url: `${url}/`, token: 'secret' }).getOnlineFeatures({
      entities: Table.fromColumns({ driver_id: [1, 2] }),
      features: ['stats:trips', 'stats:ok', 'info:city'],
    });
    expect(asked[0].body).toEqual({
      entities: { driver_id: [1, 2] },
      features: ['stats:trips', 'stats:ok', 'info:city'],
      full_feature_names: false,
    });
    expect(asked[0].request).toMatchObject({ method: 'POST', url: '/get-online-features' });
    expect(asked[0].request.headers).toMatchObject({
      authorization: 'Bearer secret',
      'content-type': 'application/json',
    });
    expect(online.table.records()).toEqual([
      { driver_id: 1, trips: 5, ok: 1, city: 'a' },
      { driver_id: 2, trips: 6.5, ok: 0, city: null },
    ]);
    expect(online.featureNames).toEqual(['trips', 'ok', 'city']);
    const matrix = online.matrix(['ok', 'trips']);
    expect([matrix.rows, matrix.cols, ...matrix.data]).toEqual([2, 2, 1, 5, 0, 6.5]);
    expect(() => online.matrix()).toThrow(/'city' is text/);
    expect(() => online.matrix(['trip'])).toThrow(/Unknown column 'trip'/);
    expect(() => online.statuses('trip')).toThrow(/no feature 'trip'/);
  });

  it('gives NaN for whatever is not PRESENT, and says why', async () => {
    const statuses = ['PRESENT', 'NULL_VALUE', 'NOT_FOUND', 'OUTSIDE_MAX_AGE', 'INVALID'];
    const url = await listen(() => answer({ trips: { values: [1, 2, 3, 4, 5], statuses } }));
    const online = await new FeastFeatureServer({ url }).getOnlineFeatures({
      entities: { driver_id: [1, 2, 3, 4, 5] },
      featureService: 'model',
    });
    expect(asked[0].body).toMatchObject({ feature_service: 'model' });
    expect(Array.from(online.table.numeric('trips'))).toEqual([1, Number.NaN, Number.NaN, Number.NaN, Number.NaN]);
    expect(online.statuses('trips')).toEqual(statuses);
    expect(Array.from(online.eventTimes('trips'))).toEqual([T0, T0, Number.NaN, T0, T0]);
  });

  it('reads non-finite numbers, which JSON has no words for, and a feature without a value', async () => {
    const url = await listen(() =>
      answer({ rate: ['NaN', 1, '-Infinity'], none: [null, null, null], name: ['NaN', 'x', null] }),
    );
    const { table } = await new FeastFeatureServer({ url }).getOnlineFeatures({
      entities: { driver_id: [1, 2, 3] },
      featureService: 'model',
    });
    expect(Array.from(table.numeric('rate'))).toEqual([Number.NaN, 1, Number.NEGATIVE_INFINITY]);
    expect(Array.from(table.numeric('none'))).toEqual([Number.NaN, Number.NaN, Number.NaN]);
    expect(table.strings('name')).toEqual(['NaN', 'x', null]);
  });

  it('takes values that are older than maxAge for missing', async () => {
    const times = ['2024-01-01T00:00:00Z', '2023-12-31T23:59:59.999Z'];
    const url = await listen(() => answer({ trips: { values: [1, 2], event_timestamps: times } }));
    const client = new FeastFeatureServer({ url });
    const online = await client.getOnlineFeatures({ ...trips, maxAge: 1000, now: T0 + 1000 });
    expect(Array.from(online.table.numeric('trips'))).toEqual([1, Number.NaN]);
    expect(online.statuses('trips')).toEqual(['PRESENT', 'OUTSIDE_MAX_AGE']);
    const now = await client.getOnlineFeatures({ ...trips, maxAge: 1000 });
    expect(now.statuses('trips')).toEqual(['OUTSIDE_MAX_AGE', 'OUTSIDE_MAX_AGE']);
  });

  it('asks for many entities in batches, and puts them together in their order', async () => {
    const url = await listen(({ entities }) =>
      answer({ id: entities.id, trips: entities.id.map((id) => Number(String(id).slice(1)) * 10) }),
    );
    const id = Array.from({ length: 25 }, (_, i) => `d${i}`);
    const online = await new FeastFeatureServer({ url, batchSize: 10 }).getOnlineFeatures({
      entities: { id },
      features: ['stats:trips'],
    });
    expect(asked.map(({ body }) => body.entities.id.length)).toEqual([10, 10, 5]);
    expect(Array.from(online.table.numeric('trips'))).toEqual(id.map((_, i) => i * 10));
  });

  it('tries again after lost connections, 429 and 5xx, and then goes on', async () => {
    const url = await listen((_, count) =>
      count === 1
        ? 'cut'
        : count === 2
          ? { status: 503, text: 'busy', headers: { 'retry-after': '0' } }
          : count === 3
            ? { status: 429, text: '' }
            : answer({ trips: [1, 2] }),
    );
    const online = await new FeastFeatureServer({ url, retries: 3, ...quick }).getOnlineFeatures(trips);
    expect([asked.length, online.table.numeric('trips')[1]]).toEqual([4, 2]);
  });

  it('gives up with what the server says, without the token', async () => {
    const url = await listen(() => ({ status: 500, text: 'no such key as\nse-cret' }));
    const client = new FeastFeatureServer({ url, retries: 1, token: 'se-cret', ...quick });
    await expect(client.getOnlineFeatures(trips)).rejects.toMatchObject({
      code: 'FEATURE_STORE',
      message: expect.stringMatching(/answered 500 \(tried 2 times\): no such key as \*\*\*$/),
      details: { status: 500, attempts: 2 },
    });
  });

  it('does not repeat what is refused', async () => {
    const url = await listen(() => ({ status: 404, text: 'Feature view nope does not exist' }));
    const client = new FeastFeatureServer({ url, ...quick });
    await expect(client.getOnlineFeatures(trips)).rejects.toMatchObject({ details: { status: 404, attempts: 1 } });
    expect(asked).toHaveLength(1);
  });

  it('says that nobody answers, or not in time', async () => {
    const url = await listen(() => 'hang');
    const slow = new FeastFeatureServer({ url, timeout: 0.05, retries: 1, ...quick });
    await expect(slow.getOnlineFeatures(trips)).rejects.toMatchObject({
      code: 'FEATURE_STORE',
      details: { unreachable: true, reason: 'ETIMEDOUT', attempts: 2 },
    });
    server?.closeAllConnections();
    await new Promise((resolve) => server?.close(resolve));
    const gone = new FeastFeatureServer({ url, retries: 0 });
    await expect(gone.getOnlineFeatures(trips)).rejects.toMatchObject({ details: { reason: 'ECONNREFUSED' } });
  });

  it('stops when it is cancelled, in a request and between two', async () => {
    const url = await listen(() => 'hang');
    const controller = new AbortController();
    const waiting = new FeastFeatureServer({ url }).getOnlineFeatures({ ...trips, signal: controller.signal });
    setTimeout(() => controller.abort(), 20);
    await expect(waiting).rejects.toMatchObject({ code: 'TRAINING_CANCELLED' });
    const refused = await listen(() => ({ status: 503, text: '' }));
    const later = AbortSignal.timeout(50);
    await expect(
      new FeastFeatureServer({ url: refused, retryDelay: 60 }).getOnlineFeatures({ ...trips, signal: later }),
    ).rejects.toMatchObject({ code: 'TRAINING_CANCELLED' });
  });

  it('takes no nonsense for an answer', async () => {
    let said: Reply = { text: '' };
    const url = await listen(() => said);
    const client = new FeastFeatureServer({ url, retries: 0 });
    const good = answer({ driver_id: [1, 2], trips: [1, 2] }) as { text: string };
    const changed = (from: string, to: string): Reply => ({ text: good.text.replace(from, to) });
    const cases: [Reply, RegExp][] = [
      [{ text: '<html>log in</html>' }, /not what was asked for/],
      [{ text: '[]' }, /it is no object/],
      [{ text: '{}' }, /metadata is no object/],
      [changed('"results"', '"result"'), /results is no list/],
      [answer({ driver_id: [1, 2] }), /no feature 'trips'/],
      [answer({ trips: [1, 2], tips: [1, 2] }), /'tips' that was not asked for/],
      [answer({ trips: [1] }), /1 values for 2 entities/],
      [answer({ driver_id: [2, 1], trips: [1, 2] }), /other entities in 'driver_id'/],
      [answer({ trips: [[1], [2]] }), /a list or a map/],
      [answer({ trips: [1, 'two'] }), /mixes numbers and text/],
      [answer({ trips: { values: [1, 2], statuses: ['PRESENT', 'FINE'] } }), /status "FINE"/],
      [answer({ trips: { values: [1, 2], statuses: ['PRESENT'] } }), /1 statuses/],
      [answer({ trips: { values: [1, 2], event_timestamps: [AT, 'soon'] } }), /the time "soon"/],
      [changed('["driver_id","trips"]', '["trips","trips"]'), /there twice/],
      [changed('["driver_id","trips"]', '["trips"]'), /1 names for 2 results/],
      [changed('["driver_id","trips"]', '["driver_id",7]'), /a name is no text/],
    ];
    for (const [reply, message] of cases) {
      said = reply;
      await expect(client.getOnlineFeatures(trips), String(message)).rejects.toMatchObject({
        code: 'FEATURE_STORE',
        message: expect.stringMatching(message),
      });
    }
    said = answer({ trips: { values: [1, 2], event_timestamps: undefined } });
    await expect(client.getOnlineFeatures({ ...trips, maxAge: 1 })).rejects.toThrow(/no event times/);
    // Servers of before 0.20 wrap the names.
    said = changed('["driver_id","trips"]', '{"val":["driver_id","trips"]}');
    expect((await client.getOnlineFeatures(trips)).featureNames).toEqual(['trips']);
  });

  it('refuses what it cannot ask, before it asks', async () => {
    const client = new FeastFeatureServer({ url: 'http://127.0.0.1:9' });
    const refused = (request: object, message: RegExp, code = 'INVALID_INPUT') =>
      expect(client.getOnlineFeatures(request as typeof trips), String(message)).rejects.toMatchObject({
        code,
        message: expect.stringMatching(message),
      });
    await refused({ entities: { id: [1] } }, /give features, or featureService/);
    await refused({ ...trips, featureService: 'model' }, /give features, or featureService/);
    await refused({ ...trips, entities: {} }, /no columns/);
    await refused({ ...trips, entities: { id: [1, null, Number.NaN] } }, /'id' is missing in 2 rows \(1, 2\)/);
    await refused({ ...trips, entities: { id: [2 ** 53] } }, /'id' holds 9007199254740992/);
    await refused({ ...trips, entities: { id: [new Date(0)] } }, /'id' is a time/);
    await refused({ ...trips, features: ['trips'] }, /no feature reference/);
    await refused({ ...trips, features: ['a:trips', 'b:trips'] }, /name of a feature of another view/);
    await refused({ ...trips, maxage: 1 }, /unknown key 'maxage'/, 'CONFIG');
    await refused({ ...trips, maxAge: 0 }, /maxAge/, 'CONFIG');
    for (const [options, message] of [
      [{ url: 'localhost:6566' }, /no http address/],
      [{ url: 'http://me:pw@host' }, /holds a user name/],
      [{ url: 'http://host', token: 'a b' }, /no header may have/],
      [{ url: 'http://host', batchSize: 0 }, /batchSize/],
      [{ url: 'http://host', retry: 1 }, /unknown key 'retry'/],
    ] as const)
      expect(() => new FeastFeatureServer(options as { url: string }), String(message)).toThrow(message);
  });
});
