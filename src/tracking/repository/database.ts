/** What the repository needs of a database: parameterised statements, transactions. A server and the embedded database both are one. */

export type Row = Readonly<Record<string, unknown>>;

/** Runs one statement; values only ever travel as parameters ($1, $2, ...). */
export type Query = (text: string, values?: readonly unknown[]) => Promise<Row[]>;

export interface Database {
  /** For messages: the address without user and password, or the directory. */
  readonly description: string;
  /** Starts it, or does nothing where it runs. */
  open(): Promise<void>;
  query: Query;
  /** All that `work` writes, or nothing of it. */
  transaction<T>(work: (query: Query) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}
