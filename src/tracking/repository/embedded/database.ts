/**
 * PostgreSQL in this process (PGlite) in a directory, for one process at a time. It runs in a thread of its own: its first start
 * computes for seconds, later ones for about one. One statement after another; a thread that ended is started again.
 */
import { resolve } from 'node:path';
import { DatabaseError, HoldfastError, MissingDependencyError } from '../../../core/errors.js';
import { DirectoryLock } from '../../directory-lock.js';
import type { Database, Query, Row } from '../database.js';
import { DatabaseThread } from './thread.js';

export class EmbeddedDatabase implements Database {
  readonly description: string;
  private lock: Promise<DirectoryLock> | undefined;
  private thread: DatabaseThread | undefined;
  private turn: Promise<unknown> = Promise.resolve();

  constructor(directory: string) {
    this.description = resolve(directory);
  }

  /** @throws LockedError - another process has this directory open */
  async open(): Promise<void> {
    this.lock ??= DirectoryLock.take(this.description, `The run database ${this.description}`);
    try {
      await this.lock;
    } catch (error) {
      this.lock = undefined;
      throw unusable(error, this.description);
    }
    try {
      await this.started().ready.catch((error: unknown) => {
        if (error instanceof MissingDependencyError) throw error;
        // It takes its memory at once, which a busy machine may not have at that moment: whatever it was, it is tried once more.
        return this.started().ready;
      });
    } catch (error) {
      await this.close();
      throw unusable(error, this.description);
    }
  }

  private started(): DatabaseThread {
    if (!this.thread || this.thread.ended) this.thread = new DatabaseThread(this.description);
    return this.thread;
  }

  query: Query = (text, values) => this.inTurn(() => this.ask(text, values));

  transaction<T>(work: (query: Query) => Promise<T>): Promise<T> {
    return this.inTurn(async () => {
      await this.ask('BEGIN');
      // A thread that ended in between took what was begun with it: no statement may go to its successor.
      const { thread } = this;
      try {
        const result = await work((text, values = []) => (thread as DatabaseThread).ask(text, values));
        await thread?.ask('COMMIT', []);
        return result;
      } catch (error) {
        await thread?.ask('ROLLBACK', []).catch(() => {});
        throw error;
      }
    });
  }

  async close(): Promise<void> {
    const { lock, thread } = this;
    this.lock = undefined;
    this.thread = undefined;
    await this.turn.catch(() => {});
    await thread?.close();
    (await lock?.catch(() => undefined))?.release();
  }

  private async ask(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    await this.open();
    return (this.thread as DatabaseThread).ask(text, values);
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const next = this.turn.then(work);
    this.turn = next.catch(() => {});
    return next;
  }
}

function unusable(error: unknown, directory: string): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  if (error instanceof MissingDependencyError) {
    return new MissingDependencyError(error.message, {
      hint: `${error.hint}; or pass the url of a PostgreSQL server.`,
      details: error.details,
      cause: error,
    });
  }
  if (error instanceof HoldfastError && error.code !== 'TRAINING_FAILED') return error;
  if (!(error instanceof Error)) return error;
  return new DatabaseError(`The run database ${directory} cannot be opened: ${message}`, {
    hint:
      code === 'ENOSPC' || code === 'EDQUOT'
        ? 'The disk is full; free some space.'
        : 'Check the path and its permissions. A database that another major version of PGlite made has to be opened with that version.',
    details: { directory, code },
    cause: error,
  });
}
