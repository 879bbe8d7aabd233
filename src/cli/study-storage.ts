/** Where a study is kept, by its address: a journal file, memory, SQLite or PostgreSQL. */
import { resolve } from 'node:path';
import { ConfigError } from '../core/errors.js';
import type { Storage } from '../tuning/storage.js';
import { JournalFileStorage } from '../tuning/storages/journal/storage.js';
import { InMemoryStorage } from '../tuning/storages/memory.js';

export const STORAGE_FORMS = 'memory, journal:studies.log (or any path ending in .log)';

/** @throws ConfigError - an address of no known form */
export async function studyStorage(address: string): Promise<Storage> {
  if (address === 'memory') return new InMemoryStorage();
  const journal =
    /^journal:(?:\/\/)?(.+)$/.exec(address)?.[1] ?? (/\.(log|journal)$/.test(address) ? address : undefined);
  if (journal !== undefined) return new JournalFileStorage(resolve(journal));
  throw new ConfigError(`--storage ${address}: no storage has such an address`, { hint: `Use ${STORAGE_FORMS}.` });
}
