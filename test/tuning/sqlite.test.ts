/** Studies in an SQLite file; test/interop/sqlite.test.ts runs this with every Node that has node:sqlite. */
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ConfigError, DatabaseError, MissingDependencyError, ModelFormatError } from '../../src/core/errors.js';
import { createStudy, InMemoryStorage, listStudies, loadStudy, SqliteStorage } from '../../src/tuning/index.js';
import { heartbeatSuite, objective, sharedStorageSuite } from './storage-suite.js';

interface Sqlite {
  DatabaseSync: new (path: string) => { exec(sql: string): void; close(): void };
}
const sqlite = process.getBuiltinModule('node:sqlite') as Sqlite | undefined;
const reason = `Node ${process.versions.node} has no node:sqlite`;

const directory = mkdtempSync(join(tmpdir(), 'holdfast-sqlite-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
let files = 0;
const newFile = (): string => join(directory, `study-${files++}.db`);

const exec = (path: string, sql: string): void => {
  if (!sqlite) return;
  const database = new sqlite.DatabaseSync(path);
  database.exec(sql);
  database.close();
};

describe.skipIf(sqlite)('without node:sqlite', () => {
  it('SqliteStorage says which Node has it', () => {
    expect(() => new SqliteStorage('s.db')).toThrow(MissingDependencyError);
    expect(() => new SqliteStorage('s.db')).toThrow(
      expect.objectContaining({ hint: expect.stringContaining('22.13') }),
    );
  });
});

describe.skipIf(!sqlite)(sqlite ? 'an SQLite file' : `an SQLite file (skipped: ${reason})`, () => {
  const place = () => {
    const path = newFile();
    return { open: (life?: object) => new SqliteStorage(path, { heartbeatInterval: null, ...life }) };
  };
  sharedStorageSuite(place);
  heartbeatSuite(place);

  it('is made with its directory, and can be closed and used again', async () => {
    const storage = new SqliteStorage(join(directory, 'new', 'deep', 's.db'));
    await createStudy({ name: 's', storage });
    await storage.close();
    expect((await listStudies(storage)).map(({ name }) => name)).toEqual(['s']);
    await storage.close();
  });

  it('is read in blocks, however many trials there are', async () => {
    const path = newFile();
    const storage = new SqliteStorage(path);
    const { id } = await storage.createStudy('s', ['minimize']);
    const numbers = 'WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 1002)';
    exec(
      path,
      `${numbers} INSERT INTO trials (trial_id, number, study_id, state) SELECT 7 + i, i, ${id}, 'WAITING' FROM n`,
    );
    exec(path, `${numbers} INSERT INTO trial_user_attributes (trial_id, key, value_json) SELECT 7 + i, 'i', i FROM n`);
    const trials = await storage.readTrials(id, 2);
    expect(trials.map(({ number }) => number)).toEqual(Array.from({ length: 1001 }, (_, i) => i + 2));
    expect(trials.map(({ userAttrs }) => userAttrs.i)).toEqual(trials.map(({ number }) => number));
  });

  it('that is damaged is a ModelFormatError, never overwritten', async () => {
    const path = newFile();
    writeFileSync(path, 'this is no database, but a text that is long enough to be looked at as one '.repeat(20));
    const before = readFileSync(path);
    await expect(listStudies(new SqliteStorage(path))).rejects.toThrow(ModelFormatError);
    expect(readFileSync(path)).toEqual(before);
    const cut = newFile();
    const study = await createStudy({ name: 's', storage: new SqliteStorage(cut) });
    await study.optimize(objective, { trials: 20 });
    truncateSync(cut, 4096 * 3);
    await expect(loadStudy({ name: 's', storage: new SqliteStorage(cut) })).rejects.toThrow(ModelFormatError);
  });

  it("of a newer or an older Optuna's schema is a ModelFormatError that says what to do", async () => {
    for (const [version, hint] of [
      ['v9.0.0.a', 'newer holdfast'],
      ['v3.0.0.d', 'optuna storage upgrade'],
    ]) {
      const path = newFile();
      await createStudy({ name: 's', storage: new SqliteStorage(path) });
      exec(path, `UPDATE alembic_version SET version_num = '${version}'`);
      await expect(listStudies(new SqliteStorage(path))).rejects.toMatchObject({
        code: 'MODEL_FORMAT',
        hint: expect.stringContaining(hint),
      });
    }
  });

  it('that is locked for too long is a DatabaseError; the trial stays open and is saved afterwards', async () => {
    const path = newFile();
    const study = await createStudy({ name: 's', storage: new SqliteStorage(path, { retrySeconds: 0.2 }) });
    const trial = await study.ask();
    const lock = sqlite && new sqlite.DatabaseSync(path);
    lock?.exec('BEGIN EXCLUSIVE');
    await expect(study.tell(trial, 1)).rejects.toThrow(DatabaseError);
    expect(study.isOpen(trial)).toBe(true);
    const later = setTimeout(() => lock?.exec('ROLLBACK'), 50);
    expect((await study.flush()).map(({ values }) => values)).toEqual([[1]]);
    clearTimeout(later);
    lock?.close();
  });

  it('that is full keeps what it has and says so; what was told is saved once there is room', async () => {
    const path = newFile();
    const storage = new SqliteStorage(path);
    const study = await createStudy({ name: 's', storage });
    const trial = await study.ask();
    // SQLite says of itself that it is full, as it does of a full disk.
    const database: { run(sql: string): Promise<unknown> } = Reflect.get(storage, 'database');
    await database.run('PRAGMA max_page_count = 1');
    trial.setUserAttr('much', 'x'.repeat(100_000));
    await expect(study.tell(trial, 1)).rejects.toMatchObject({
      code: 'DATABASE',
      message: expect.stringContaining('full'),
    });
    await database.run('PRAGMA max_page_count = 1000000');
    expect((await study.tell(trial, 2)).values).toEqual([2]);
    expect((await loadStudy({ name: 's', storage: new SqliteStorage(path) })).trials[0].values).toEqual([2]);
  });

  it('refuses wrong options and paths', async () => {
    for (const make of [
      () => new SqliteStorage(''),
      () => new SqliteStorage('sqlite:///study.db'),
      () => new SqliteStorage('s.db', { heartbeatInterval: 0 }),
      () => new SqliteStorage('s.db', { retrySeconds: -1 }),
      () => new SqliteStorage('s.db', { heartbeatIntervall: 1 } as object),
    ]) {
      expect(make).toThrow(ConfigError);
    }
    await expect(listStudies(new SqliteStorage(directory))).rejects.toThrow(DatabaseError);
  });
});

it('memory promises what files and databases promise', async () => {
  const storage = new InMemoryStorage();
  const study = await createStudy({ name: 's', storage });
  await study.optimize(objective, { trials: 6 });
  expect((await loadStudy({ name: 's', storage })).trials).toEqual(study.trials);
});
