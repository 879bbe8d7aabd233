/** What tests of databases rely on: a PostgreSQL server of their own. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PostgresServer } from './postgres.js';

let server: PostgresServer;
beforeAll(async () => {
  server = await PostgresServer.start();
});
afterAll(() => server?.stop());

it('a server of the test answers, keeps what it was told over a crash, and can be asked again', async () => {
  await server.createDatabase('first');
  await server.query('CREATE TABLE t (a integer)', [], 'first');
  await server.query('INSERT INTO t VALUES ($1)', [7], 'first');
  await server.pause('immediate');
  await expect(server.query('SELECT 1')).rejects.toThrow('ECONNREFUSED');
  await server.resume();
  expect(await server.query('SELECT a FROM t', [], 'first')).toEqual([{ a: 7 }]);
});
