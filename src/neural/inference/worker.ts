/** The thread that holds the sessions of fitted models: an engine may block the thread that it runs on. */
import { parentPort } from 'node:worker_threads';
import { serializeError } from '../../kernels/error-transfer.js';
import type { Engine, EngineSession } from '../engine/engine.js';
import { loadEngine } from '../engine/load.js';
import type { Answer, Asked, SessionOptions } from './messages.js';
import { predictBlocks } from './predict-blocks.js';

const parent = parentPort;
if (!parent) throw new Error('src/neural/inference/worker.ts runs as a worker only');

/** A session runs one request at a time: the next one waits for `busy`. */
interface Held {
  readonly session: Promise<EngineSession>;
  busy: Promise<unknown>;
}

const sessions = new Map<number, Held>();
const engines = new Map<string, Promise<Engine>>();

parent.on('message', (asked: Asked) => {
  answer(asked).then(
    (result) => reply({ id: asked.id, result }),
    (error: unknown) => reply({ id: asked.id, error: serializeError(error) }),
  );
});

function reply(message: Answer): void {
  const { result } = message;
  parent?.postMessage(message, result instanceof Float32Array ? [result.buffer as ArrayBuffer] : []);
}

function answer(asked: Asked): Promise<unknown> {
  if (asked.kind === 'open') {
    const session = engineOf(asked.options).then((engine) => engine.createSession(asked.file));
    sessions.set(asked.session, { session, busy: session.catch(() => {}) });
    return session.then(() => undefined);
  }
  const held = sessions.get(asked.session);
  if (!held) return Promise.resolve();
  const done = held.busy.then(async () => {
    const session = await held.session;
    if (asked.kind === 'predict') return predictBlocks(session, asked.request);
    if (asked.kind === 'run') return session.run(asked.feeds);
    sessions.delete(asked.session);
    return session.dispose();
  });
  held.busy = done.catch(() => {});
  return done;
}

function engineOf(options: SessionOptions): Promise<Engine> {
  const key = JSON.stringify(options);
  const { engine, device, threads } = options;
  const known = engines.get(key) ?? loadEngine({ preferred: engine, only: engine !== undefined, device, threads });
  engines.set(key, known);
  known.catch(() => engines.delete(key));
  return known;
}
