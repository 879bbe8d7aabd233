/** A real MLflow server for interop tests: SQLite behind it, artifacts served by it, everything in one temporary directory. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { freePorts } from './cluster.js';
import { python } from './python.js';

export interface MLflowServer {
  /** Such as http://127.0.0.1:40123. */
  readonly url: string;
  /** The directory of its database and artifacts. */
  readonly directory: string;
  /** Ends the server and removes its directory. */
  stop(): Promise<void>;
}

const START_LIMIT_MS = 180_000;

/** Starts one and waits until it answers. */
export async function startMLflowServer(): Promise<MLflowServer> {
  const directory = await mkdtemp(join(tmpdir(), 'holdfast-mlflow-'));
  const [port] = await freePorts(1);
  const child = spawn(
    python('mlflow'),
    [
      ...['-m', 'mlflow', 'server', '--host', '127.0.0.1', '--port', String(port), '--workers', '1'],
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
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-4000);
    });
  const stop = async (): Promise<void> => {
    await end(child);
    await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  };
  const url = `http://127.0.0.1:${port}`;
  const limit = performance.now() + START_LIMIT_MS;
  for (;;) {
    if (child.exitCode !== null || performance.now() > limit) {
      await stop();
      throw new Error(`The MLflow server did not start:\n${output}`);
    }
    const answer = await fetch(`${url}/health`).catch(() => undefined);
    if (answer?.ok) return { url, directory, stop };
    await wait(200);
  }
}

/** The server's workers are its children: the whole group ends. */
async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.pid === undefined) return;
  const closed = new Promise((resolve) => child.once('exit', resolve));
  process.kill(-child.pid, 'SIGKILL');
  await closed;
}
