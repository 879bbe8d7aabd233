/** A real Feast repository with its feature server, in a temporary directory; see feast_peer.py. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePorts } from './cluster.js';
import { fromPythonJson, python } from './python.js';

export interface FeastServer {
  /** Such as http://127.0.0.1:40123. */
  readonly url: string;
  /** The repository. */
  readonly directory: string;
  /** What Feast itself says of its data. */
  readonly peer: unknown;
  /** Ends the server and removes its directory. */
  stop(): Promise<void>;
}

const START_LIMIT_MS = 180_000;

/** Makes one and waits until it answers. */
export async function startFeast(): Promise<FeastServer> {
  const directory = await mkdtemp(join(tmpdir(), 'holdfast-feast-'));
  const [port] = await freePorts(1);
  const script = fileURLToPath(new URL('./feast_peer.py', import.meta.url));
  const child = spawn(python('feast'), [script, directory, String(port)], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, FEAST_USAGE: 'False', PYTHONIOENCODING: 'utf-8' },
  });
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
      throw new Error(`The Feast server did not start:\n${output}`);
    }
    const answer = await fetch(`${url}/health`).catch(() => undefined);
    if (answer?.ok) break;
    await wait(200);
  }
  const peer = fromPythonJson(await readFile(join(directory, 'peer.json'), 'utf8'));
  return { url, directory, peer, stop };
}

/** The server's workers are its children: the whole group ends. */
async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.pid === undefined) return;
  const closed = new Promise((resolve) => child.once('exit', resolve));
  process.kill(-child.pid, 'SIGKILL');
  await closed;
}
