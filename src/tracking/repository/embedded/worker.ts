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
/** The last lines that PostgreSQL printed: PGlite's own error does not say why it did not start. */
const printed: string[] = [];
const keep = (line: string): boolean => {
  printed.push(line);
  if (printed.length > 20) printed.shift();
  return true;
};

async function start() {
  const { PGlite } = await loadOptional(
    '@electric-sql/pglite',
    'A run repository without a server',
    () => import('@electric-sql/pglite'),
  );
  // A process ended while it made the files: nothing was ever kept in them.
  if (!existsSync(complete)) rmSync(data, { recursive: true, force: true });
  // A process killed while it wrote this file leaves it empty, and PostgreSQL would never start again. Whose the directory is, is said
  // by a lock of our own, which is held here.
  rmSync(join(data, 'postmaster.pid'), { force: true });
  try {
    const database = await PGlite.create({ dataDir: data, onStdout: keep, onStderr: keep });
    writeFileSync(complete, '');
    return database;
  } catch (error) {
    if (printed.length === 0) throw error;
    throw new Error(`${(error as Error).message}; PostgreSQL said: ${printed.join('\n')}`, { cause: error });
  }
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
