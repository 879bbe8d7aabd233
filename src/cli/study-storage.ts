/** Where a study is kept, by its address: memory, a journal file, SQLite or PostgreSQL. */
import { resolve } from 'node:path';
import { ConfigError } from '../core/errors.js';
import type { Storage } from '../tuning/storage.js';
import { JournalFileStorage } from '../tuning/storages/journal/storage.js';
import { InMemoryStorage } from '../tuning/storages/memory.js';
import { PostgresStorage } from '../tuning/storages/rdb/postgres.js';
import { SqliteStorage } from '../tuning/storages/rdb/sqlite.js';

export const STORAGE_FORMS =
  'memory, journal:studies.log (or a path ending in .log), sqlite:///studies.db (or a path ending in .db), postgresql://user:password@host/database';

/**
 * SQLAlchemy's addresses, as Optuna takes them: sqlite:///relative.db, sqlite:////absolute.db.
 *
 * @throws ConfigError - an address of no known form
 * @throws MissingDependencyError - SQLite on a Node without it
 */
export function studyStorage(address: string): Storage {
  if (address === 'memory') return new InMemoryStorage();
  if (/^postgres(ql)?(\+\w+)?:\/\//.test(address))
    return new PostgresStorage(address.replace(/^postgres(ql)?(\+\w+)?:/, 'postgresql:'));
  const sqlite = /^sqlite:\/\/\/(.+)$/.exec(address)?.[1] ?? (/\.(db|sqlite3?)$/.test(address) ? address : undefined);
  if (sqlite !== undefined) return new SqliteStorage(resolve(sqlite));
  const journal =
    /^journal:(?:\/\/)?(.+)$/.exec(address)?.[1] ?? (/\.(log|journal)$/.test(address) ? address : undefined);
  if (journal !== undefined) return new JournalFileStorage(resolve(journal));
  throw new ConfigError(`--storage ${withoutPassword(address)}: no storage has such an address`, {
    hint: `Use ${STORAGE_FORMS}.`,
  });
}

/** What may be written down. */
export function withoutPassword(address: string): string {
  return address.replace(/(:\/\/[^:/@\s]*):[^@/]*@/, '$1:***@');
}
