/** One PostgreSQL database for Optuna and for us. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listStudies, PostgresStorage } from '../../src/tuning/index.js';
import { ask, optunaSuite } from './optuna-rdb.js';
import { PostgresServer } from './postgres.js';

let server: PostgresServer;
let databases = 0;
beforeAll(async () => {
  server = await PostgresServer.start();
});
afterAll(() => server?.stop());

async function database() {
  // As SQLAlchemy takes it, and we do too.
  const url = (await server.createDatabase(`d${databases++}`)).replace('postgresql:', 'postgresql+psycopg:');
  return { url, open: (life?: object) => new PostgresStorage(url, { ...life }) };
}

describe('a PostgreSQL and Optuna', () => {
  optunaSuite(database);

  it('have the same tables, enums, keys and indices', async () => {
    const [ours, theirs] = [await database(), await database()];
    await listStudies(ours.open());
    const { tables, versions } = await ask<{ tables: object & { holdfast_commits?: object }; versions: unknown }>({
      do: 'schema',
      url: ours.url,
    });
    // Ours, for transactions whose end is asked for after a connection was lost.
    const { holdfast_commits: _, ...shared } = tables;
    expect({ tables: shared, versions }).toEqual(await ask({ do: 'schema', url: theirs.url, make: true }));
  });
});
