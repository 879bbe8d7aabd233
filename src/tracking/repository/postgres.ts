/** A PostgreSQL server as the repository's database, through the package `pg`. */
import type pg from 'pg';
import type { Address } from '../../core/database-address.js';
import { loadOptional } from '../../core/optional.js';
import type { Database, Query, Row } from './database.js';

const CONNECT_MS = 10_000;
/** A server that takes a statement and never answers counts as lost. */
const ANSWER_MS = 30_000;
/** Connections of a server are scarce: one that has nothing to do is given back soon. */
const IDLE_MS = 300;

export class PostgresDatabase implements Database {
  readonly description: string;
  // Not visible to whoever prints the object: it knows the password.
  readonly #address: Address;
  #pool: pg.Pool | undefined;

  constructor(
    address: Address,
    private readonly connections: number,
  ) {
    this.#address = address;
    this.description = address.description;
  }

  async open(): Promise<void> {
    if (this.#pool) return;
    const { default: loaded } = await loadOptional('pg', 'A run repository in PostgreSQL', () => import('pg'));
    if (this.#pool) return;
    this.#pool = new loaded.Pool({
      connectionString: this.#address.url,
      max: this.connections,
      connectionTimeoutMillis: CONNECT_MS,
      query_timeout: ANSWER_MS,
      idleTimeoutMillis: IDLE_MS,
      keepAlive: true,
      allowExitOnIdle: true,
      application_name: 'holdfast',
    });
    // An idle connection that is cut off is no fault: the next statement opens another.
    this.#pool.on('error', () => {});
  }

  query: Query = (text, values) => this.connected((client) => ask(client, text, values));

  transaction<T>(work: (query: Query) => Promise<T>): Promise<T> {
    return this.connected(async (client) => {
      await ask(client, 'BEGIN');
      try {
        const result = await work((text, values) => ask(client, text, values));
        await ask(client, 'COMMIT');
        return result;
      } catch (error) {
        await ask(client, 'ROLLBACK').catch(() => {});
        throw error;
      }
    });
  }

  async close(): Promise<void> {
    const pool = this.#pool;
    this.#pool = undefined;
    await pool?.end();
  }

  private async connected<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    await this.open();
    const client = await (this.#pool as pg.Pool).connect();
    let failed = true;
    // Between two statements nobody else listens, and an error event without a listener ends the process.
    const ignored = (): void => {};
    client.on('error', ignored);
    try {
      const result = await work(client);
      failed = false;
      return result;
    } finally {
      client.off('error', ignored);
      // After an error nobody knows what state the connection is in.
      client.release(failed);
    }
  }
}

async function ask(client: pg.PoolClient, text: string, values: readonly unknown[] = []): Promise<Row[]> {
  return (await client.query<Row>(text, [...values])).rows;
}
