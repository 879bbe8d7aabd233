/** PostgresStorage with a real PostgreSQL: its promises and its faults. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConfigError, DatabaseError, InvalidInputError, ModelFormatError } from '../../src/core/errors.js';
import { createStudy, listStudies, loadStudy, PostgresStorage, type Trial } from '../../src/tuning/index.js';
import { heartbeatSuite, sharedStorageSuite } from '../tuning/storage-suite.js';
import { numbers } from './optuna-rdb.js';
import { PostgresServer } from './postgres.js';

let server: PostgresServer;
let databases = 0;
const storages: PostgresStorage[] = [];
beforeAll(async () => {
  server = await PostgresServer.start();
});
afterAll(async () => {
  await Promise.all(storages.map((storage) => storage.close().catch(() => {})));
  await server?.stop();
});

async function place() {
  const name = `d${databases++}`;
  const url = await server.createDatabase(name);
  return {
    name,
    url,
    open: (options: object = {}): PostgresStorage => {
      const storage = new PostgresStorage(url, { heartbeatInterval: null, ...options });
      storages.push(storage);
      return storage;
    },
  };
}

const worker = fileURLToPath(new URL('./tuning-worker.ts', import.meta.url));
const work = (options: object) =>
  spawn(process.execPath, ['--import', 'tsx', worker, JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });

const sleepy = async (trial: Trial): Promise<number> => {
  const x = trial.suggestFloat('x', 0, 1);
  await wait(5);
  trial.report(x, 1);
  return x;
};

/** None of the forms in which a password could show. */
function expectNoPassword(thing: unknown): void {
  const text = inspect(thing, { depth: 12, showHidden: false }) + String(thing) + ((thing as Error)?.stack ?? '');
  for (const form of [server.password, encodeURIComponent(server.password), 'wrong-secret']) {
    expect(text).not.toContain(form);
  }
}

const failure = async (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('studies in PostgreSQL', () => {
  sharedStorageSuite(place);
  heartbeatSuite(place);

  it('1,000 trials by 8 processes that start at once on an empty database: none lost, none doubled', async () => {
    const { name, url, open } = await place();
    const children = numbers(8).map((seed) => work({ url, trials: 125, seed }));
    expect(await Promise.all(children.map(async (child) => (await once(child, 'exit'))[0]))).toEqual(Array(8).fill(0));
    const [study, ...others] = await listStudies(open());
    expect(others).toEqual([]);
    const { trials } = await loadStudy({ name: study.name, storage: open() });
    expect(trials.map(({ number }) => number)).toEqual(numbers(1000));
    expect(new Set(trials.map(({ id }) => id)).size).toBe(1000);
    expect(trials.every(({ state, values, params }) => state === 'complete' && values?.[0] === params.x)).toBe(true);
    // Of each connection, the mark of its last transaction at most.
    expect(await server.query('SELECT count(*) < 100 AS few FROM holdfast_commits', [], name)).toEqual([{ few: true }]);
    const by = numbers(8).map((seed) => trials.filter(({ userAttrs }) => userAttrs.by === seed).length);
    expect(by).toEqual(Array(8).fill(125));
  });

  it('a worker killed in the middle of a trial: the trial is marked failed, and tried once more', async () => {
    const { url, open } = await place();
    const life = { heartbeatInterval: 0.2, gracePeriod: 1 };
    const child = work({ url, trials: 1, seed: 1, forever: true, ...life });
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await once(child, 'exit');
    const study = await loadStudy({ name: 's', storage: open(life) });
    expect(study.trials.map(({ state }) => state)).toEqual(['running']);
    await wait(1500);
    await study.optimize(sleepy, { trials: 1 });
    expect(study.trials.map(({ state }) => state)).toEqual(['fail', 'complete']);
    expect(study.trials[1].params).toEqual(study.trials[0].params);
    expect(study.trials[1].systemAttrs).toMatchObject({ failed_trial: 0, retry_history: [0] });
  });
});

describe('a PostgreSQL that goes away', () => {
  it('and comes back, once stopped and some times crashed: trials go on, nothing is lost or doubled', async () => {
    const { open } = await place();
    const study = await createStudy({ name: 's', storage: open() });
    const done = study.optimize(sleepy, { trials: 60, workers: 4 });
    await wait(100);
    await server.pause('fast');
    await wait(150);
    await server.resume();
    // A crash may take back a transaction whose end was under way, and give its number to another.
    for (let crash = 0; crash < 4; crash++) {
      await wait(30);
      await server.pause('immediate');
      await server.resume();
    }
    await done;
    const { trials } = await loadStudy({ name: 's', storage: open() });
    expect(trials.map(({ state }) => state)).toEqual(Array(60).fill('complete'));
    for (const { values, params, intermediateValues } of trials) {
      expect(values).toEqual([params.x]);
      expect([...intermediateValues]).toEqual([[1, params.x]]);
    }
  });

  it.each([4, 1])(
    'again and again, its %i connection(s) cut at any moment: each trial is there once',
    async (connections) => {
      const { name, open } = await place();
      const study = await createStudy({ name: 's', storage: open({ connections }) });
      let running = true;
      const done = study.optimize(sleepy, { trials: 50, workers: 4 }).finally(() => {
        running = false;
      });
      let cuts = 0;
      while (running && cuts < 20) {
        const rows = await server.query(
          `SELECT pg_terminate_backend(pid) FROM (
           SELECT pid FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid() ORDER BY backend_start LIMIT 1) AS oldest`,
          [name],
        );
        cuts += rows.length;
        await wait(10 + (cuts % 5) * 7);
      }
      await done;
      expect(cuts).toBeGreaterThan(3);
      const { trials } = await loadStudy({ name: 's', storage: open() });
      expect(trials.map(({ number }) => number)).toEqual(numbers(50));
      expect(trials.every(({ state, values, params }) => state === 'complete' && values?.[0] === params.x)).toBe(true);
    },
  );

  it('for longer than is waited for is a DatabaseError; what was told is saved when it is back', async () => {
    const { open } = await place();
    const study = await createStudy({ name: 's', storage: open({ retrySeconds: 0.3 }) });
    const trial = await study.ask();
    const x = trial.suggestFloat('x', 0, 1);
    await server.pause();
    try {
      const error = await failure(study.tell(trial, 0.25));
      expect(error).toBeInstanceOf(DatabaseError);
      expect(error).toMatchObject({ hint: expect.stringContaining('flush') });
      expect(String(error)).toContain(`127.0.0.1:${server.port}`);
      expectNoPassword(error);
      expectNoPassword(study);
      await expect(study.optimize(sleepy, { trials: 1 })).rejects.toThrow(DatabaseError);
      await expect(listStudies(open({ retrySeconds: 0 }))).rejects.toThrow(DatabaseError);
    } finally {
      await server.resume();
    }
    expect(study.isOpen(trial)).toBe(true);
    expect((await study.flush()).map(({ params, values }) => [params, values])).toEqual([[{ x }, [0.25]]]);
  });
});

describe('an address that is wrong', () => {
  it('is a ConfigError that never shows the password', async () => {
    const { host, port, user } = server;
    const at = (address: string) => new PostgresStorage(address, { retrySeconds: 0.2 });
    const errors = [
      ...(await Promise.all(
        ['', 'mysql://u:wrong-secret@h/d', 'postgresql://u:wrong-secret@h:99999/d', 'wrong-secret'].map((text) =>
          failure(new Promise(() => at(text))),
        ),
      )),
      await failure(listStudies(at(`postgresql://${user}:wrong-secret@${host}:${port}/postgres`))),
      await failure(listStudies(at(`postgresql://nobody:wrong-secret@${host}:${port}/postgres`))),
      await failure(listStudies(at(server.url('missing')))),
      await failure(
        listStudies(at(`postgresql://${user}:wrong-secret@no-such-host.invalid/postgres?password=wrong-secret`)),
      ),
    ];
    for (const error of errors) {
      expect(error).toBeInstanceOf(ConfigError);
      expectNoPassword(error);
    }
    const closed = await failure(listStudies(at(`postgresql://${user}:wrong-secret@${host}:1/postgres`)));
    expect(closed).toBeInstanceOf(DatabaseError);
    expectNoPassword(closed);
    expect(() => new PostgresStorage(server.url(), { connections: 0 })).toThrow(ConfigError);
    expect(() => new PostgresStorage(server.url(), { conections: 2 } as object)).toThrow("'conections'");
  });
});

describe('a database that does not fit', () => {
  it('of another version is a ModelFormatError that says what to do', async () => {
    const { name, open } = await place();
    await listStudies(open());
    await server.query("UPDATE alembic_version SET version_num = 'v9.0.0.a'", [], name);
    const error = await failure(listStudies(open()));
    expect(error).toBeInstanceOf(ModelFormatError);
    expect(error).toMatchObject({ hint: expect.stringContaining('newer holdfast'), details: { found: 'v9.0.0.a' } });
    expectNoPassword(error);
  });

  it('what PostgreSQL cannot hold is an InvalidInputError', async () => {
    const { open } = await place();
    await expect(createStudy({ name: 'x'.repeat(600), storage: open() })).rejects.toThrow(InvalidInputError);
  });
});
