/**
 * Studies in PostgreSQL, through the package `pg`: for many workers on many machines, in TypeScript and in Python (Optuna's
 * `RDBStorage('postgresql://...')`) at the same time. A database that goes away is waited for; passwords appear in no message.
 */
import { randomUUID } from 'node:crypto';
import type { Pool, PoolClient } from 'pg';
import { ConfigError, DatabaseError, HoldfastError, InvalidInputError } from '../../../core/errors.js';
import { loadOptional } from '../../../core/optional.js';
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

/** Signs of life of running trials, for how long a database that is away is waited for, and how many connections there are. */
export interface PostgresOptions extends RdbOptions {
  /** Connections at most. Default 4. */
  readonly connections?: number;
}

/** Studies in PostgreSQL, in Optuna's tables: for many workers on many machines. Needs the package `pg`. */
export class PostgresStorage extends RdbStorage {
  /**
   * `url`: postgresql://user:password@host:port/database, with `?sslmode=...` and the like. The package `pg` is loaded on first use.
   *
   * @throws ConfigError - no address of PostgreSQL, or a wrong option
   */
  constructor(url: string, options: PostgresOptions = {}) {
    checkRdbOptions('PostgresStorage', options, ['connections']);
    const { connections = 4, retrySeconds = DEFAULT_RETRY_SECONDS } = options;
    if (!Number.isInteger(connections) || connections < 1) {
      throw new ConfigError(`PostgresStorage: connections must be a positive integer, got ${String(connections)}`, {
        hint: 'Default: 4.',
      });
    }
    super(new PostgresDatabase(address(url), connections, retrySeconds), options);
  }
}

const CONNECT_MS = 10_000;
const QUERY_MS = 60_000;
/** Of the network and the system, and classes or codes of SQLSTATE: what may be over the next time. */
const TEMPORARY =
  /^(ECONN\w+|EPIPE|ENOENT|ETIMEDOUT|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|08...|57P0[1-5]|53300|40001|40P01|55P03)$/;
/** Of another process that makes the same tables at the same time: the next time they are there. */
const MADE_MEANWHILE = /^(42P07|42710|23505)$/;
/** pg's own errors of connections have no code. */
const CONNECTION_LOST = /connection (terminated|error|ended)|timeout (exceeded|expired)|read timeout|not queryable/i;
const LOST = /^(ECONN\w+|EPIPE|ETIMEDOUT|08...|57P0[1-5])$/;

/** Beside Optuna's tables, which do not look at it: transactions whose end may have to be asked for. */
const MARKS = 'holdfast_commits';
const MARK_COLUMNS = 'mark UUID NOT NULL, done BOOLEAN NOT NULL, PRIMARY KEY (mark)';

const DIALECT: Dialect = {
  name: 'postgresql',
  forUpdate: ' FOR UPDATE',
  now: 'LOCALTIMESTAMP',
  olderThan: (column, seconds) =>
    `${column} < LOCALTIMESTAMP - CAST(${seconds} AS double precision) * INTERVAL '1 second'`,
  among: (column, list) => `${column} = ANY (CAST(${list} AS integer[]))`,
  idList: (ids) => `{${ids.join(',')}}`,
};

interface Address {
  /** With the password. */
  readonly full: string;
  readonly shown: string;
}

class PostgresDatabase implements Database {
  readonly description: string;
  readonly dialect = DIALECT;
  // Hidden from console.log and util.inspect: both know the password.
  readonly #address: Address;
  #pool: Promise<Pool> | undefined;
  #marks: Promise<void> | undefined;
  /** Marks of transactions whose end is known here. */
  readonly #doneMarks: string[] = [];
  private readonly patience: Patience;

  constructor(
    address: Address,
    private readonly connections: number,
    retrySeconds: number,
  ) {
    this.#address = address;
    this.description = address.shown;
    this.patience = { firstPause: 50, longestPause: 5000, seconds: retrySeconds, isTemporary };
  }

  run(sql: string, values: readonly SqlValue[] = []): Promise<readonly Row[]> {
    return this.patiently(async () => (await this.pool()).query(sql, [...values]).then(({ rows }) => rows));
  }

  transaction<T>(work: (session: Session) => Promise<T>): Promise<T> {
    return this.patiently(async () => {
      await this.makeMarks();
      const client = await (await this.pool()).connect();
      const session: Session = { all: async (sql, values = []) => (await client.query(sql, [...values])).rows };
      const mark = randomUUID();
      const done = this.#doneMarks.splice(0);
      let broken = false;
      let committing: { readonly result: T } | undefined;
      let failure: unknown;
      try {
        await client.query('BEGIN');
        committing = { result: await work(session) };
        await client.query(commitWith(mark, done));
        this.#doneMarks.push(mark);
        return committing.result;
      } catch (error) {
        this.#doneMarks.push(...done);
        broken = !(await rolledBack(client, error));
        failure = error;
      } finally {
        client.release(broken);
      }
      // Asking takes a connection: by now this one has been given back, and they may all have been lost at once.
      if (committing && broken && (await this.committed(mark))) return committing.result;
      throw failure;
    });
  }

  async close(): Promise<void> {
    const pool = await this.#pool;
    this.#pool = undefined;
    if (!pool) return;
    const done = this.#doneMarks.splice(0);
    // Marks that nobody asks for any more: without them nothing is lost, and a database that is away may keep them.
    if (done.length > 0) await pool.query(dropMarks(done)).catch(() => {});
    await pool.end();
  }

  /**
   * The connection was lost while committing: whether it has happened. If the transaction still goes on this waits for its end, and if it
   * has not come so far it never will. (Its number would not tell: after a crash the server gives out lost numbers again.)
   */
  private async committed(mark: string): Promise<boolean> {
    const [{ done }] = await this.run(
      `INSERT INTO ${MARKS} (mark, done) VALUES ($1, false) ON CONFLICT (mark) DO UPDATE SET mark = excluded.mark RETURNING done`,
      [mark],
    );
    this.#doneMarks.push(mark);
    return done === true;
  }

  private makeMarks(): Promise<void> {
    this.#marks ??= (async () => {
      const pool = await this.pool();
      const { rows } = await pool.query('SELECT to_regclass($1) IS NOT NULL AS there', [MARKS]);
      if (rows[0]?.there !== true) await pool.query(`CREATE TABLE IF NOT EXISTS ${MARKS} (${MARK_COLUMNS})`);
    })().catch((error) => {
      this.#marks = undefined;
      throw error;
    });
    return this.#marks;
  }

  private pool(): Promise<Pool> {
    this.#pool ??= this.connect().catch((error) => {
      this.#pool = undefined;
      throw error;
    });
    return this.#pool;
  }

  private async connect(): Promise<Pool> {
    const { default: pg } = await loadOptional('pg', 'PostgresStorage', () => import('pg'));
    const pool = new pg.Pool({
      connectionString: this.#address.full,
      max: this.connections,
      connectionTimeoutMillis: CONNECT_MS,
      query_timeout: QUERY_MS,
      keepAlive: true,
      // A program that is done may end without closing its storage.
      allowExitOnIdle: true,
    });
    // A connection may be cut while nobody uses it: the next one who needs one gets another.
    pool.on('error', () => {});
    pool.on('connect', (client) => client.on('error', () => {}));
    return pool;
  }

  private async patiently<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await withPatience(this.patience, work);
    } catch (error) {
      throw explained(error, this.#address.shown, this.patience.seconds);
    }
  }
}

/** Ends a transaction in one go with its mark, and with those that nobody asks for any more. */
function commitWith(mark: string, done: readonly string[]): string {
  const drop = done.length > 0 ? `${dropMarks(done)}; ` : '';
  return `${drop}INSERT INTO ${MARKS} (mark, done) VALUES ('${mark}', true); COMMIT`;
}

const dropMarks = (marks: readonly string[]): string =>
  `DELETE FROM ${MARKS} WHERE mark IN (${marks.map((mark) => `'${mark}'`).join(', ')})`;

/** Whether the connection can be used again. */
async function rolledBack(client: PoolClient, error: unknown): Promise<boolean> {
  if (isLost(error)) return false;
  try {
    await client.query('ROLLBACK');
    return true;
  } catch {
    return false;
  }
}

const codeOf = (error: unknown): string => String((error as { code?: unknown } | null)?.code ?? '');

function messageOf(error: unknown): string {
  // Of a name with several addresses: one error for each, and no message of its own.
  if (error instanceof AggregateError && error.errors.length > 0) return messageOf(error.errors[0]);
  return error instanceof Error ? error.message : String(error);
}

function isLost(error: unknown): boolean {
  return LOST.test(codeOf(error)) || CONNECTION_LOST.test(messageOf(error));
}

function isTemporary(error: unknown): boolean {
  if (error instanceof HoldfastError) return false;
  const code = codeOf(error);
  return TEMPORARY.test(code) || MADE_MEANWHILE.test(code) || isLost(error);
}

function explained(error: unknown, where: string, seconds: number): unknown {
  if (error instanceof HoldfastError) return error;
  const message = messageOf(error);
  const code = codeOf(error);
  // Not the error itself: pg may attach its connection to it, and that knows the password.
  const cause = Object.assign(new Error(message), { code });
  if (code === 'ENOTFOUND') {
    return new ConfigError(`${where}: there is no such host`, { hint: 'Check the address.', cause });
  }
  if (/^28/.test(code) || code === '3D000') {
    return new ConfigError(`${where}: ${message}`, {
      hint: code === '3D000' ? 'Create the database first: createdb NAME.' : 'Check the user and the password.',
      cause,
    });
  }
  if (/^22/.test(code)) {
    return new InvalidInputError(`${where} does not take a value: ${message}`, {
      hint: 'Names have at most 512 characters, and no character of code 0.',
      cause,
    });
  }
  return new DatabaseError(
    isTemporary(error) ? `${where} was not reached for ${seconds} s: ${message}` : `${where}: ${message}`,
    {
      hint: 'What could not be saved is still open: once the database is well again, study.flush() tells it again.',
      cause,
    },
  );
}

/** @throws ConfigError - never with the text itself: a password may be in it */
function address(url: string): Address {
  const fail = (): never => {
    throw new ConfigError('PostgresStorage: this is no address of a PostgreSQL database', {
      hint: 'postgresql://user:password@host:5432/database; escape special characters of the password with encodeURIComponent.',
    });
  };
  if (typeof url !== 'string') return fail();
  // SQLAlchemy's addresses name a driver as well.
  const full = url.replace(/^postgres(?:ql)?(?:\+\w+)?:/, 'postgresql:');
  if (!full.startsWith('postgresql://') || !URL.canParse(full)) return fail();
  const { username, host, pathname } = new URL(full);
  return { full, shown: `postgresql://${username === '' ? '' : `${username}@`}${host}${pathname}` };
}
