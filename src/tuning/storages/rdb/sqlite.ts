/**
 * Studies in an SQLite file, through the SQLite that Node itself has (node:sqlite). Python's `RDBStorage('sqlite:///file')` opens the same
 * file, also at the same time: who finds it locked waits, without holding up the event loop.
 */
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import {
  ConfigError,
  DatabaseError,
  HoldfastError,
  MissingDependencyError,
  ModelFormatError,
} from '../../../core/errors.js';
import {
  type Database,
  type Dialect,
  type Patience,
  type Row,
  type Session,
  type SqlValue,
  withPatience,
} from './database.js';
import { checkRdbOptions, DEFAULT_RETRY_SECONDS, type RdbOptions, RdbStorage } from './storage.js';

/** Signs of life of running trials, and for how long a locked file is waited for. */
export type SqliteOptions = RdbOptions;

/** Studies in an SQLite file, in Optuna's tables: for one machine and a few workers. Needs node:sqlite (Node 22.13 or newer). */
export class SqliteStorage extends RdbStorage {
  /**
   * @throws ConfigError - no path, or a wrong option
   * @throws MissingDependencyError - this Node has no node:sqlite
   */
  constructor(file: string, options: SqliteOptions = {}) {
    checkRdbOptions('SqliteStorage', options);
    if (typeof file !== 'string' || file === '' || /^sqlite\w*:/.test(file)) {
      throw new ConfigError('SqliteStorage needs the path of a file', { hint: "new SqliteStorage('studies.db')" });
    }
    super(new SqliteDatabase(file, options.retrySeconds ?? DEFAULT_RETRY_SECONDS), options);
  }
}

/** What is used of node:sqlite; Node's types of version 20 do not know it. */
interface SqliteModule {
  readonly DatabaseSync: new (path: string, options: { enableForeignKeyConstraints: boolean }) => Connection;
}
interface Connection {
  exec(sql: string): void;
  prepare(sql: string): { all(...values: SqlValue[]): Row[] };
  close(): void;
}
interface Statement {
  readonly places: readonly number[];
  readonly prepared: ReturnType<Connection['prepare']>;
}

/** SQLite's primary result codes. */
const CODE = { busy: 5, locked: 6, readonly: 8, ioError: 10, corrupt: 11, full: 13, cannotOpen: 14, notADatabase: 26 };
const MOST_STATEMENTS = 200;

const DIALECT: Dialect = {
  name: 'sqlite',
  // A transaction that writes has the file for itself.
  forUpdate: '',
  now: "strftime('%Y-%m-%d %H:%M:%f000', 'now')",
  olderThan: (column, seconds) => `(julianday('now') - julianday(${column})) * 86400.0 > ${seconds}`,
  among: (column, list) => `${column} IN (SELECT value FROM json_each(${list}))`,
  idList: (ids) => JSON.stringify(ids),
};

class SqliteDatabase implements Database {
  readonly dialect = DIALECT;
  private readonly module: SqliteModule;
  private readonly patience: Patience;
  private readonly statements = new Map<string, Statement>();
  private connection: Connection | undefined;
  /** One connection does one thing after another. */
  private turn: Promise<unknown> = Promise.resolve();

  constructor(
    readonly description: string,
    retrySeconds: number,
  ) {
    this.module = sqliteModule();
    this.patience = { firstPause: 1, longestPause: 50, seconds: retrySeconds, isTemporary: isBusy };
  }

  run(sql: string, values: readonly SqlValue[] = []): Promise<readonly Row[]> {
    return this.inTurn(async () => {
      await this.open();
      return withPatience(this.patience, async () => this.all(sql, values));
    });
  }

  transaction<T>(work: (session: Session) => Promise<T>): Promise<T> {
    const session: Session = { all: async (sql, values) => this.all(sql, values) };
    return this.inTurn(async () => {
      const connection = await this.open();
      const exec = (sql: string) => withPatience(this.patience, async () => connection.exec(sql));
      await exec('BEGIN IMMEDIATE');
      try {
        const result = await work(session);
        // Readers may still be there.
        await exec('COMMIT');
        return result;
      } catch (error) {
        try {
          connection.exec('ROLLBACK');
        } catch {
          // SQLite has ended the transaction itself.
        }
        throw error;
      }
    });
  }

  close(): Promise<void> {
    return this.inTurn(async () => {
      this.statements.clear();
      this.connection?.close();
      this.connection = undefined;
    });
  }

  private async open(): Promise<Connection> {
    if (!this.connection) {
      if (this.description !== ':memory:') await mkdir(dirname(this.description), { recursive: true });
      // Like Optuna's connections, which do not check foreign keys.
      this.connection = new this.module.DatabaseSync(this.description, { enableForeignKeyConstraints: false });
    }
    return this.connection;
  }

  private all(sql: string, values: readonly SqlValue[] = []): Row[] {
    const { prepared, places } = this.statement(sql);
    return prepared.all(...places.map((place) => values[place]));
  }

  private statement(sql: string): Statement {
    let statement = this.statements.get(sql);
    if (!statement) {
      if (!this.connection) throw new DatabaseError(`${this.description} is closed`);
      const places: number[] = [];
      const text = sql.replace(/\$(\d+)/g, (_, place: string) => {
        places.push(Number(place) - 1);
        return '?';
      });
      if (this.statements.size >= MOST_STATEMENTS) this.statements.clear();
      this.statements.set(sql, (statement = { places, prepared: this.connection.prepare(text) }));
    }
    return statement;
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const next = this.turn.then(work).catch((error) => {
      throw this.explained(error);
    });
    this.turn = next.catch(() => {});
    return next;
  }

  private explained(error: unknown): unknown {
    if (error instanceof HoldfastError) return error;
    const { description: file, patience } = this;
    const message = error instanceof Error ? error.message : String(error);
    switch (resultCode(error)) {
      case CODE.notADatabase:
      case CODE.corrupt:
        return new ModelFormatError(`${file} is damaged, or no SQLite database: ${message}`, {
          hint: "Restore a copy, or save what is left with the sqlite3 tool's .recover.",
          cause: error,
        });
      case CODE.busy:
      case CODE.locked:
        return new DatabaseError(`${file} was locked by another process for ${patience.seconds} s`, {
          hint: 'What could not be saved is still open: study.flush() tells it again. For many workers use PostgresStorage.',
          cause: error,
        });
      default:
        return new DatabaseError(`${file} cannot be used: ${message}`, {
          hint: 'Check the path, its permissions and the space left. What could not be saved is still open: study.flush() tells it again.',
          cause: error,
        });
    }
  }
}

function sqliteModule(): SqliteModule {
  // Node 20.0 to 20.15 cannot be asked, and has none.
  const module = process.getBuiltinModule?.('node:sqlite');
  if (module) return module as SqliteModule;
  throw new MissingDependencyError(
    `SqliteStorage needs node:sqlite, which Node ${process.versions.node} does not have`,
    {
      hint: 'Use Node 22.13 or newer (22.5 to 22.12: node --experimental-sqlite), JournalFileStorage, or PostgresStorage.',
      details: { package: 'node:sqlite' },
    },
  );
}

/** SQLite's primary result code of an error of node:sqlite. */
function resultCode(error: unknown): number | undefined {
  const code = (error as { errcode?: unknown } | null)?.errcode;
  return typeof code === 'number' ? code & 0xff : undefined;
}

function isBusy(error: unknown): boolean {
  const code = resultCode(error);
  return code === CODE.busy || code === CODE.locked;
}
