/** The thread of the embedded database: PostgreSQL in WebAssembly computes and writes files without giving way to anything else. */
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { loadOptional } from '../../../core/optional.js';
import { serializeError } from '../../../kernels/error-transfer.js';
import type { Row } from '../database.js';
import type { Reply, SqlFault, Statement } from './messages.js';

const parent = parentPort;
if (!parent) throw new Error('src/tracking/repository/embedded/worker.ts runs as a worker only');

const { directory } = workerData as { directory: string };
const data = join(directory, 'pgdata');
/** Present once the files are a whole database. */
const complete = join(directory, 'initialized');

async function start() {
  const { PGlite } = await loadOptional(
    '@electric-sql/pglite',
    'A run repository without a server',
    () => import('@electric-sql/pglite'),
  );
  // A process ended while it made the files: nothing was ever kept in them.
  if (!existsSync(complete)) rmSync(data, { recursive: true, force: true });
  const database = await PGlite.create({ dataDir: data });
  writeFileSync(complete, '');
  return database;
}

const reply = (message: Reply): void => parent.postMessage(message);

try {
  const database = await start();
  const fault = (error: unknown): SqlFault | undefined => {
    const { message = '', code, constraint, severity } = error as Partial<SqlFault> & { severity?: string };
    return typeof code === 'string' && severity !== 'PANIC' && severity !== 'FATAL'
      ? { message, code, constraint }
      : undefined;
  };
  parent.on('message', (statement: Statement | 'close') => {
    if (statement === 'close') {
      database.close().then(
        () => process.exit(0),
        () => process.exit(1),
      );
      return;
    }
    const { id, text, values } = statement;
    database.query<Row>(text, [...values]).then(
      ({ rows }) => reply({ kind: 'rows', id, rows }),
      (error: unknown) => {
        const refused = fault(error);
        reply(refused ? { kind: 'refused', id, fault: refused } : { kind: 'broken', error: serializeError(error) });
      },
    );
  });
  reply({ kind: 'ready' });
} catch (error) {
  reply({ kind: 'broken', error: serializeError(error) });
}
