/** Servers that refuse, hang, fail and lie. */
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TrackingError } from '../../src/core/errors.js';
import { retryAfter } from '../../src/core/http-retries.js';
import { type MLflowOptions, type MLflowRun, MLflowTracker } from '../../src/tracking/index.js';
import { FakeMLflow, type Fault, type SeenRequest } from './fake-mlflow.js';

let server: FakeMLflow;
beforeEach(async () => {
  server = await new FakeMLflow().start();
});
afterEach(() => server.stop());

const QUICK = { retries: 2, retryDelay: 0.01, timeout: 5, flushInterval: 60 };
const tracker = (options: MLflowOptions = {}) =>
  new MLflowTracker({ trackingUri: server.url, experiment: 'e', ...QUICK, ...options });
const start = (options: MLflowOptions = {}): Promise<MLflowRun> =>
  tracker(options).startRun({ runId: 'r', model: 'm', params: { a: 1 }, tags: { b: 'c' } });
const failure = (work: Promise<unknown>): Promise<TrackingError> =>
  work.then(
    () => expect.fail('nothing was thrown'),
    (error) => {
      expect(error).toBeInstanceOf(TrackingError);
      return error as TrackingError;
    },
  );
const onCall =
  (end: string, fault: (time: number) => Fault | undefined) =>
  (request: SeenRequest): Fault | undefined =>
    request.path.split('?')[0].endsWith(end) ? fault(server.calls(end).length - 1) : undefined;

describe('a server that cannot be reached', () => {
  it('is an error that says so, with no word of the credentials', async () => {
    await server.stop();
    const error = await failure(start({ token: 'sesame-123' }));
    expect(error.message).toMatch(/cannot be reached: 127\.0\.0\.1.*ECONNREFUSED.*tried 3 times/);
    expect(error.details).toMatchObject({ unreachable: true, reason: 'ECONNREFUSED' });
    expect(error.hint).toContain('journal');
    expect(inspect(error, { depth: 9 })).not.toContain('sesame');
  });

  it('is an error when it takes the request and never answers', async () => {
    server.fault = () => 'hang';
    const error = await failure(start({ timeout: 0.05, retries: 1 }));
    expect(error.details).toMatchObject({ unreachable: true, reason: 'ETIMEDOUT', attempts: 2 });
  });
});

describe('a server that recovers', () => {
  it.each<[string, Fault]>([
    ['500', { status: 500 }],
    ['503', { status: 503 }],
    ['429 with Retry-After', { status: 429, headers: { 'retry-after': '0' } }],
    ['a lost connection', 'cut'],
    ['an answer that was lost', 'serve and cut'],
  ])('gets everything once after %s', async (_name, fault) => {
    for (const call of ['experiments/create', 'runs/create', 'runs/log-batch', 'runs/update']) {
      await server.stop();
      server = await new FakeMLflow().start();
      server.fault = onCall(call, (time) => (time === 0 ? fault : undefined));
      const run = await start();
      await run.logMetrics({ x: 1, y: Number.NaN }, 3);
      await run.finish('completed');
      expect([...server.runs.values()]).toHaveLength(1);
      const [stored] = server.runs.values();
      expect(stored.metrics.map(({ key, value, step }) => [key, value, step])).toEqual([
        ['x', 1, 3],
        ['y', 'NaN', 3],
      ]);
      expect([stored.status, stored.params.get('a'), stored.tags.get('b')]).toEqual(['FINISHED', '1', 'c']);
    }
  });

  it('is asked again after the time it named', async () => {
    server.fault = onCall('runs/create', (time) =>
      time === 0 ? { status: 429, headers: { 'retry-after': '0.2' } } : undefined,
    );
    const before = performance.now();
    await start({ retryDelay: 0 });
    expect(performance.now() - before).toBeGreaterThan(190);
    expect(retryAfter('Thu, 01 Jan 1970 00:00:10 GMT', 4000)).toBe(6000);
    expect([retryAfter('soon'), retryAfter(undefined)]).toEqual([undefined, undefined]);
  });
});

describe('a server that refuses', () => {
  it.each([400, 401, 403, 404, 302])('is not asked again after %i', async (status) => {
    server.fault = () => ({ status, headers: { location: 'http://127.0.0.1:1/' }, body: '{"message":"no\\nway"}' });
    const error = await failure(start());
    expect(error.details).toMatchObject({ status, unreachable: false });
    expect(error.message).toContain('no way');
    expect(error.hint).not.toBe('');
    expect(server.requests).toHaveLength(1);
  });

  it.each([
    ['a page', '<html>Please log in</html>'],
    ['a list', '[]'],
    ['half an answer', '{"experiment": {'],
    ['another document', '{"hello": 1}'],
  ])('answers with %s: that is no MLflow server', async (_name, body) => {
    server.fault = () => ({ status: 200, body });
    const error = await failure(start());
    expect(error.message).toContain("is not an MLflow server's");
    expect(error.details.unreachable).toBeUndefined();
  });
});

describe('credentials', () => {
  it('are sent as a token or as user and password, from options, the address or the environment', async () => {
    const sent = async (options: MLflowOptions): Promise<string | undefined> => {
      await start(options);
      return server.requests.at(-1)?.headers.authorization;
    };
    const basic = `Basic ${Buffer.from('me:p@ss').toString('base64')}`;
    expect(await sent({})).toBeUndefined();
    expect(await sent({ token: 't0k' })).toBe('Bearer t0k');
    expect(await sent({ username: 'me', password: 'p@ss' })).toBe(basic);
    expect(await sent({ trackingUri: server.url.replace('//', '//me:p%40ss@') })).toBe(basic);
    const saved = { ...process.env };
    try {
      Object.assign(process.env, { MLFLOW_TRACKING_TOKEN: 'env', MLFLOW_TRACKING_URI: server.url });
      expect(await sent({})).toBe('Bearer env');
      Object.assign(process.env, { MLFLOW_TRACKING_USERNAME: 'me', MLFLOW_TRACKING_PASSWORD: 'p@ss' });
      expect(await sent({})).toBe(basic);
      expect(new MLflowTracker().trackingUri).toBe(server.url);
    } finally {
      process.env = saved;
    }
  });

  it('are in no error, not even when the server sends them back, and not in the tracker', async () => {
    server.fault = ({ headers }) => ({
      status: 403,
      body: JSON.stringify({ message: `got ${headers.authorization}` }),
    });
    for (const options of [{ token: 'sesame-123' }, { username: 'me', password: 'sesame-123' }]) {
      const error = await failure(start(options));
      expect(error.message).toContain('***');
      const shown =
        inspect([error, tracker(options)], { depth: 9, showHidden: true }) + JSON.stringify(tracker(options));
      expect(shown).not.toContain('sesame');
      expect(shown).not.toContain(Buffer.from('me:sesame-123').toString('base64'));
    }
  });

  it('do not go to another host that artifacts are kept on', async () => {
    const other = await new FakeMLflow().start();
    try {
      server.artifactRoot = `${other.url}/api/2.0/mlflow-artifacts/artifacts/`;
      const run = await start({ token: 'sesame-123' });
      await run.logArtifacts(new URL('.', import.meta.url).pathname);
      expect(other.requests.length).toBeGreaterThan(0);
      expect(other.requests.filter(({ headers }) => headers.authorization !== undefined)).toEqual([]);
    } finally {
      await other.stop();
    }
  });
});

describe('options', () => {
  it.each<[MLflowOptions, RegExp]>([
    [{ trackingUri: '' }, /no trackingUri/],
    [{ trackingUri: './mlruns' }, /no http address/],
    [{ trackingUri: 'http://', token: 'x' }, /no http address/],
    [{ token: 'a', username: 'b' }, /both a token and a user name/],
    [{ token: 'line\nend' }, /characters that no header may have/],
    [{ experiment: ' ' }, /experiment is empty/],
    [{ timeout: 0 }, /timeout is 0/],
    [{ retries: 1.5 }, /retries is 1.5/],
    [{ journal: '' }, /journal is no path/],
    [{ trackingURI: 'x' } as MLflowOptions, /unknown option 'trackingURI'/],
  ])('are refused: %j', (options, message) => {
    expect(() => new MLflowTracker({ trackingUri: server.url, ...options })).toThrow(message);
  });
});

describe('batches', () => {
  it('take a thousand metrics that were logged one by one in two requests', async () => {
    const run = await start();
    const before = server.requests.length;
    for (let i = 0; i < 1000; i++) await run.logMetrics({ loss: 1 / (i + 1) }, i);
    await run.finish('completed');
    expect(server.requests.length - before).toBeLessThanOrEqual(3);
    expect([...server.runs.values()][0].metrics.map(({ step }) => step)).toEqual([...Array(1000).keys()]);
  });

  it('stay below the limits of a server for many parameters and long keys', async () => {
    const run = await start();
    await run.logParams(Object.fromEntries(Array.from({ length: 250 }, (_, i) => [`p${i}`, 'x'.repeat(10_000)])));
    const long = Object.fromEntries(Array.from({ length: 3000 }, (_, i) => [`${i}${'é'.repeat(240)}`, i]));
    await run.logMetrics(long);
    await run.finish('completed');
    const bodies = server.calls('runs/log-batch').map(({ body }) => body);
    for (const body of bodies) {
      const { metrics, params, tags } = JSON.parse(body);
      expect(Buffer.byteLength(body)).toBeLessThan(1_000_000);
      expect(params.length).toBeLessThanOrEqual(100);
      expect(metrics.length + params.length + tags.length).toBeLessThanOrEqual(1000);
    }
    const [stored] = server.runs.values();
    expect([stored.params.size, stored.metrics.length]).toEqual([251, 3000]);
    expect(stored.params.get('p7')).toHaveLength(6000);
  });

  it('keep two keys apart that a server would take for one', async () => {
    const run = await start();
    await run.logMetrics({ 'a?': 1, 'a!': 2, '../../x': 3, 'a/./b': 4, '': 5 });
    await run.finish('completed');
    const keys = [...server.runs.values()][0].metrics.map(({ key }) => key);
    expect(new Set(keys).size).toBe(5);
    for (const key of keys) expect(key).toMatch(/^[\w][\w./-]*_[0-9a-f]{8}$/);
  });
});

it('a run that has been finished takes no more', async () => {
  const run = await start();
  await run.finish('failed', 'out of memory');
  expect([...server.runs.values()][0]).toMatchObject({ status: 'FAILED' });
  expect([...server.runs.values()][0].tags.get('holdfast.failure')).toBe('out of memory');
  await expect(run.logMetrics({ x: 1 })).rejects.toThrow(/has been finished/);
  await expect(run.finish('completed')).rejects.toThrow(/has been finished/);
});
