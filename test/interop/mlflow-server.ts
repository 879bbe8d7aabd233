/** A real MLflow server for interop tests: SQLite behind it, artifacts served by it, everything in one temporary directory. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { freePorts } from './cluster.js';
import { type Environment, MLFLOW, python } from './python.js';

const START_LIMIT_MS = 180_000;

export class MLflowServer {
  private child: ChildProcess | undefined;

  /** Use `startMLflowServer`. */
  constructor(
    /** Such as http://127.0.0.1:40123. */
    readonly url: string,
    /** The directory of its database and artifacts. */
    readonly directory: string,
    private readonly environment: Environment,
  ) {}

  /** Ends the server and removes its directory. */
  async stop(): Promise<void> {
    await this.pause();
    await rm(this.directory, { recursive: true, force: true, maxRetries: 5 });
  }

  /** The server dies, as by kill -9; `resume` starts it again with what it has stored. */
  async pause(): Promise<void> {
    const { child } = this;
    this.child = undefined;
    if (!child || child.exitCode !== null || child.pid === undefined) return;
    const closed = new Promise((resolve) => child.once('exit', resolve));
    // The server's workers are its children: the whole group ends.
    process.kill(-child.pid, 'SIGKILL');
    await closed;
  }

  /** Starts the server, on the same port, and waits until it answers. */
  async resume(): Promise<void> {
    const { directory, environment, url } = this;
    const child = spawn(
      python(environment),
      [
        ...['-m', 'mlflow', 'server', '--host', '127.0.0.1', '--port', new URL(url).port, '--workers', '1'],
        ...['--backend-store-uri', `sqlite:///${join(directory, 'mlflow.db')}`],
        ...['--artifacts-destination', join(directory, 'artifacts')],
      ],
      {
        cwd: directory,
        detached: true,
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { ...process.env, MLFLOW_DISABLE_TELEMETRY: 'true', MLFLOW_SERVER_ENABLE_JOB_EXECUTION: 'false' },
      },
    );
    this.child = child;
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => {
        output = (output + chunk.toString()).slice(-4000);
      });
    const limit = performance.now() + START_LIMIT_MS;
    for (;;) {
      if (child.exitCode !== null || performance.now() > limit) {
        await this.stop();
        throw new Error(`The MLflow server did not start:\n${output}`);
      }
      const answer = await fetch(`${url}/health`).catch(() => undefined);
      if (answer?.ok) return;
      await wait(200);
    }
  }
}

/** Starts one and waits until it answers. */
export async function startMLflowServer(environment = MLFLOW): Promise<MLflowServer> {
  const directory = await mkdtemp(join(tmpdir(), 'holdfast-mlflow-'));
  const [port] = await freePorts(1);
  const server = new MLflowServer(`http://127.0.0.1:${port}`, directory, environment);
  await server.resume();
  return server;
}
