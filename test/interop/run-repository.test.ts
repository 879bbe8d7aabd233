/** The run repository on a real PostgreSQL: many writers, a server that goes away, processes that die. */
import { type ChildProcess, spawn } from 'node:child_process';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { DatabaseError, InvalidInputError } from '../../src/core/errors.js';
import type { RepositoryOptions } from '../../src/tracking/repository/options.js';
import { TrainingRunRepository } from '../../src/tracking/repository/training-run-repository.js';
import { agentTests } from './agent-database.js';
import { PostgresServer } from './postgres.js';

let server: PostgresServer;
const opened: TrainingRunRepository[] = [];

beforeAll(async () => {
  server = await PostgresServer.start({ settings: { max_connections: '20' } });
});
afterAll(() => server?.stop());
afterEach(async () => {
  await Promise.all(opened.splice(0).map((repository) => repository.close()));
});

function repositoryOf(url: string, options: RepositoryOptions = {}): TrainingRunRepository {
  const repository = new TrainingRunRepository({ url, ...options });
  opened.push(repository);
  return repository;
}

/** Starts a run in a process of its own. */
async function processWithRun(options: RepositoryOptions, trainingRunId: string): Promise<ChildProcess> {
  const script = fileURLToPath(new URL('../tracking/repository/run-process.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', script, JSON.stringify(options), trainingRunId], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise((resolve) => child.stdout?.once('data', resolve));
  return child;
}

async function killed(child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
}

describe('many writers', () => {
  it('100 runs at once, each by a repository of its own, into a new database of 20 connections: none is lost', async () => {
    const url = await server.createDatabase('hundred');
    const runs = Array.from({ length: 100 }, async (_, i) => {
      const repository = repositoryOf(url, { connections: 1 });
      const { trainingRunId } = await repository.start({ experimentId: 'same', algorithmName: `model ${i}` });
      await repository.update(trainingRunId, { tuningTrials: i });
      return repository.complete(trainingRunId, { validationMetrics: { score: i / 100 } });
    });
    const ids = new Set((await Promise.all(runs)).map(({ trainingRunId }) => trainingRunId));
    const repository = repositoryOf(url);
    const { runs: kept } = await repository.list({ limit: 1000 });
    expect(new Set(kept.map(({ trainingRunId }) => trainingRunId))).toEqual(ids);
    expect(
      kept.every(
        ({ status, algorithmName, tuningTrials }) =>
          status === 'completed' && algorithmName === `model ${tuningTrials}`,
      ),
    ).toBe(true);
    expect(ids.size).toBe(100);
    const [best] = await repository.best({ metric: 'score', direction: 'maximize' });
    expect(best.tuningTrials).toBe(99);
    expect(await server.query('SELECT version FROM ml_schema_migrations', [], 'hundred')).toEqual([{ version: 1 }]);
  });

  it('tables of a newer version are refused', async () => {
    const url = await server.createDatabase('newer');
    await repositoryOf(url).open();
    await server.query("INSERT INTO ml_schema_migrations VALUES (99, 'later')", [], 'newer');
    await expect(repositoryOf(url).open()).rejects.toThrow(/version 99/);
  });

  it('the table has the columns, types, defaults and indexes that were promised', async () => {
    const url = await server.createDatabase('columns');
    await repositoryOf(url).open();
    const columns = await server.query(
      `SELECT column_name AS name, data_type AS type FROM information_schema.columns WHERE table_name = 'ml_training_runs' ORDER BY ordinal_position`,
      [],
      'columns',
    );
    const types = { text: 'text', json: 'jsonb', time: 'timestamp with time zone', count: 'integer' };
    const expected: Record<string, string> = {
      training_run_id: types.text,
      model_version_id: types.text,
      experiment_id: types.text,
      mlflow_run_id: types.text,
      algorithm_name: types.text,
      framework: types.text,
      hyperparameters: types.json,
      hyperparameter_space: types.json,
      tuning_trials: types.count,
      train_metrics: types.json,
      validation_metrics: types.json,
      test_metrics: types.json,
      train_samples: types.count,
      validation_samples: types.count,
      test_samples: types.count,
      model_artifact_uri: types.text,
      preprocessing_artifact_uri: types.text,
      status: types.text,
      started_at: types.time,
      completed_at: types.time,
      training_duration_seconds: 'numeric',
      trained_by: types.text,
    };
    expect(columns).toEqual(Object.entries(expected).map(([name, type]) => ({ name, type })));
    const indexes = await server.query(
      `SELECT indexdef FROM pg_indexes WHERE tablename = 'ml_training_runs'`,
      [],
      'columns',
    );
    for (const start of ['(experiment_id', '(status', '(training_run_id']) {
      expect(
        indexes.some(({ indexdef }) => String(indexdef).includes(start)),
        start,
      ).toBe(true);
    }
    await server.query(
      `INSERT INTO ml_experiments (experiment_id, name) VALUES ('by hand', 'by hand');
      INSERT INTO ml_training_runs (training_run_id, experiment_id, algorithm_name, framework) VALUES ('by hand', 'by hand', 'a', 'b')`,
      [],
      'columns',
    );
    const foreign = repositoryOf(url, { staleAfterSeconds: 0.2, heartbeatSeconds: 0.1 });
    expect(await foreign.get('by hand')).toMatchObject({ status: 'running', hyperparameters: {} });
    await wait(600);
    expect(await foreign.failStaleRuns()).toEqual([]);
  });
});

describe('a server that goes away', () => {
  it('crashes during a run and comes back: the run ends as it should', async () => {
    const url = await server.createDatabase('crash');
    const repository = repositoryOf(url);
    const { trainingRunId } = await repository.start({ experimentId: 'e', algorithmName: 'x' });
    await server.pause('immediate');
    const completing = repository.complete(trainingRunId, { testMetrics: { score: 1 } });
    await wait(300);
    await server.resume();
    expect(await completing).toMatchObject({ status: 'completed', testMetrics: { score: 1 } });
  });

  it('for too long is a typed error without credentials; the same call works later', async () => {
    const url = await server.createDatabase('away');
    const repository = repositoryOf(url, { retrySeconds: 0.3 });
    const { trainingRunId } = await repository.start({ experimentId: 'e', algorithmName: 'x' });
    await server.pause();
    try {
      const outcome = { validationMetrics: { score: 0.5 } };
      const errors = [
        await repository.complete(trainingRunId, outcome).catch((e: unknown) => e),
        await repository.list().catch((e: unknown) => e),
        await repositoryOf(url, { retrySeconds: 0 })
          .open()
          .catch((e: unknown) => e),
      ];
      for (const error of errors) {
        expect(error).toBeInstanceOf(DatabaseError);
        expect((error as DatabaseError).details.retryable).toBe(true);
        expectNoSecret(error);
      }
      await server.resume();
      expect(await repository.complete(trainingRunId, outcome)).toMatchObject({ status: 'completed', ...outcome });
    } finally {
      await server.resume();
    }
  });

  it.each([
    ['a wrong password', (url: string) => url.replace(encodeURIComponent('p@ss:w/rd?#%'), 'wrong-secret'), /password/],
    ['no such database', (url: string) => `${url}-nowhere`, /does not exist/],
  ])('%s is a typed error at once, without credentials', async (_name, change, message) => {
    const repository = repositoryOf(change(server.url('postgres')));
    const error = await repository.open().catch((e: unknown) => e);
    expect(error).toBeInstanceOf(DatabaseError);
    expect((error as DatabaseError).message).toMatch(message);
    expect((error as DatabaseError).hint).not.toBe('');
    expectNoSecret(error);
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('wrong-secret');
  });

  it('cuts the connection after a commit and before it says so: nothing is written twice, nothing is an error', async () => {
    const url = await server.createDatabase('cut');
    await repositoryOf(url).open();
    const proxy = await CommitProxy.start(server.port);
    try {
      const repository = repositoryOf(url.replace(`:${server.port}/`, `:${proxy.port}/`));
      await repository.open();
      proxy.cuts = 1;
      const { trainingRunId } = await repository.start({ experimentId: 'e', algorithmName: 'x' });
      proxy.cuts = 1;
      expect((await repository.complete(trainingRunId)).status).toBe('completed');
      expect(proxy.cuts).toBe(0);
      expect((await repository.list()).runs).toHaveLength(1);
      proxy.cuts = 1;
      await expect(repository.start({ trainingRunId, experimentId: 'e', algorithmName: 'x' })).rejects.toThrow(
        InvalidInputError,
      );
    } finally {
      await proxy.stop();
    }
  });
});

function expectNoSecret(error: unknown): void {
  const text = inspect(error, { depth: 9, showHidden: true });
  expect(text).not.toContain(server.password);
  expect(text).not.toContain(encodeURIComponent(server.password));
}

describe('processes that die', () => {
  it('leave runs that the next one to open the database marks as failed, and can resume', async () => {
    const url = await server.createDatabase('killed');
    const child = await processWithRun({ url }, 'orphan');
    const repository = repositoryOf(url);
    expect(await repository.get('orphan')).toMatchObject({ status: 'running', process: { pid: child.pid } });
    await expect(repository.resume('orphan')).rejects.toThrow(/running/);
    await killed(child);
    expect(await repository.failStaleRuns()).toEqual(['orphan']);
    const failed = await repository.get('orphan');
    expect(failed).toMatchObject({ status: 'failed', completedAt: expect.any(Date) });
    expect(failed.failureReason).toContain('has ended');
    expect(await repository.resume('orphan')).toMatchObject({ status: 'running', process: { pid: process.pid } });
    const completed = await repository.complete('orphan');
    expect(completed.status).toBe('completed');
    expect(completed.failureReason).toBeUndefined();
  });

  it('on another machine count as dead only when they were watched to give no sign of life, whatever clocks say', async () => {
    const url = await server.createDatabase('elsewhere');
    // A busy machine may hold up an owner for a second.
    const beats = { heartbeatSeconds: 0.1, staleAfterSeconds: 3 };
    const owner = repositoryOf(url, { ...beats, staleAfterSeconds: 1000 });
    const observer = repositoryOf(url, beats);
    for (const id of ['beats', 'clock ahead', 'clock behind'])
      await owner.start({ trainingRunId: id, experimentId: 'e', algorithmName: 'x' });
    const elsewhere = (where = '') =>
      server.query(
        `UPDATE ml_training_run_processes SET process = jsonb_set(process, '{host}', '"elsewhere"') ${where}`,
        [],
        'elsewhere',
      );
    await elsewhere();
    // Clocks jump by a day, to both sides; the owner goes on giving signs of life.
    for (const [id, jump] of [
      ['clock ahead', '- 1'],
      ['clock behind', '+ 1'],
    ]) {
      await server.query(
        `UPDATE ml_training_run_processes SET last_beat = last_beat ${jump} * interval '1 day' WHERE training_run_id = $1`,
        [id],
        'elsewhere',
      );
    }
    for (let i = 0; i < 40; i++) {
      expect(await observer.failStaleRuns()).toEqual([]);
      await wait(100);
    }
    // The owner cannot beat while its rows say another lease: as a machine without a network.
    const lost = "UPDATE ml_training_run_processes SET lease = 'cut off ' || lease";
    await server.query(lost, [], 'elsewhere');
    await server.query(
      "UPDATE ml_training_run_processes SET last_beat = last_beat + interval '1 day' WHERE training_run_id = 'clock behind'",
      [],
      'elsewhere',
    );
    const buried: string[] = [];
    for (let i = 0; i < 400 && buried.length < 3; i++) {
      buried.push(...(await observer.failStaleRuns()));
      await wait(50);
    }
    const { runs } = await observer.list();
    expect(runs.map(({ status }) => status)).toEqual(['failed', 'failed', 'failed']);
    // Its network is back: it was not dead.
    await server.query("UPDATE ml_training_run_processes SET lease = replace(lease, 'cut off ', '')", [], 'elsewhere');
    await expect.poll(async () => (await owner.get('beats')).status, { timeout: 20_000 }).toBe('running');
    expect((await owner.get('beats')).failureReason).toBeUndefined();
    expect(await owner.complete('clock behind')).toMatchObject({ status: 'completed' });
  });
});

/** Passes everything on, but cuts a connection whose commit the server has just answered. */
class CommitProxy {
  cuts = 0;
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {}

  static async start(target: number): Promise<CommitProxy> {
    const server = createServer((client) => {
      const upstream = connect(target, '127.0.0.1');
      let committing = false;
      for (const socket of [client, upstream]) {
        proxy.sockets.add(socket);
        socket.on('error', () => {});
        socket.on('close', () => {
          client.destroy();
          upstream.destroy();
        });
      }
      client.on('data', (data) => {
        committing = proxy.cuts > 0 && data.includes('COMMIT');
        upstream.write(data);
      });
      upstream.on('data', (data) => {
        if (!committing) client.write(data);
        else {
          proxy.cuts--;
          client.destroy();
        }
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const proxy = new CommitProxy(server, typeof address === 'object' && address ? address.port : 0);
    return proxy;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

describe('an agent with a server', () => agentTests(() => server));
