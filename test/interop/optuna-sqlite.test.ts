/** One SQLite file for Optuna and for us; test/interop/sqlite.test.ts runs this with a Node that has node:sqlite. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { listStudies, SqliteStorage } from '../../src/tuning/index.js';
import { ask, optunaSuite } from './optuna-rdb.js';

const sqlite = process.getBuiltinModule('node:sqlite');
const directory = mkdtempSync(join(tmpdir(), 'holdfast-optuna-sqlite-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
let files = 0;
const database = () => {
  const path = join(directory, `study-${files++}.db`);
  return { url: `sqlite:///${path}`, open: (life?: object) => new SqliteStorage(path, { ...life }) };
};

const skipped = `skipped: Node ${process.versions.node} has no node:sqlite`;
describe.skipIf(!sqlite)(`an SQLite file and Optuna${sqlite ? '' : ` (${skipped})`}`, () => {
  optunaSuite(database);

  it('have the same tables', async () => {
    const [ours, theirs] = [database(), database()];
    await listStudies(ours.open());
    expect(await ask({ do: 'schema', url: ours.url })).toEqual(
      await ask({ do: 'schema', url: theirs.url, make: true }),
    );
  });
});
