/** What the tables of studies need of a database: statements with values beside them, transactions, and patience while it is away. */
import { setTimeout as wait } from 'node:timers/promises';

export type SqlValue = string | number | null;
export type Row = Readonly<Record<string, unknown>>;

/** Statements name their values $1, $2, ...; values never are part of a statement's text. */
export interface Session {
  all(sql: string, values?: readonly SqlValue[]): Promise<readonly Row[]>;
}

/** What SQLite and PostgreSQL write differently. */
export interface Dialect {
  readonly name: 'sqlite' | 'postgresql';
  /** Behind a SELECT whose rows nobody else may change before the transaction ends. */
  readonly forUpdate: string;
  /** The time of a sign of life. */
  readonly now: string;
  /** Whether a sign of life is older than a number of seconds. */
  olderThan(column: string, seconds: string): string;
  /** Whether a column is one of a list of ids, a value that `idList` makes. */
  among(column: string, list: string): string;
  idList(ids: readonly number[]): string;
}

export interface Database {
  /** For messages, without a password. */
  readonly description: string;
  readonly dialect: Dialect;
  /** One statement that may be repeated without harm. */
  run(sql: string, values?: readonly SqlValue[]): Promise<readonly Row[]>;
  /** All of the work or nothing, exactly once; the work is called again when the connection was lost in the middle of it. */
  transaction<T>(work: (session: Session) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export interface Patience {
  /** Milliseconds before the second attempt; twice as long before each further one. */
  readonly firstPause: number;
  readonly longestPause: number;
  /** For how long to try. */
  readonly seconds: number;
  isTemporary(error: unknown): boolean;
}

/** Calls `work` until it succeeds, fails for good, or patience is at its end: then rejects with the last error. */
export async function withPatience<T>(patience: Patience, work: () => Promise<T>): Promise<T> {
  const end = performance.now() + patience.seconds * 1000;
  for (let pause = patience.firstPause; ; pause = Math.min(2 * pause, patience.longestPause)) {
    try {
      return await work();
    } catch (error) {
      if (!patience.isTemporary(error) || performance.now() + pause > end) throw error;
      await wait(pause);
    }
  }
}
