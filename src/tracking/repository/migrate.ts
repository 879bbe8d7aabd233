/** Brings a database's tables to the version that this library knows; forward only, by one process at a time. */
import { DatabaseError } from '../../core/errors.js';
import type { Database, Query } from './database.js';
import { MIGRATIONS, type Migration } from './migrations.js';

/** 'holdfast' and 'runs' in two numbers: any that nobody else uses. */
const LOCK = [0x686f6c64, 0x72756e73] as const;

/** @throws DatabaseError - the tables were made by a newer version of the library */
export async function migrate(database: Database, migrations: readonly Migration[] = MIGRATIONS): Promise<void> {
  const latest = migrations.at(-1)?.version ?? 0;
  // Most starts find all done, and need no right to change tables.
  if ((await versionOf(database.query, latest, database.description)) === latest) return;
  await database.transaction(async (query) => {
    await query('SELECT pg_advisory_xact_lock($1::int, $2::int)', LOCK);
    await query(`CREATE TABLE IF NOT EXISTS ml_schema_migrations (
      version INTEGER PRIMARY KEY,
      name TEXT NOT NULL,
      applied_at TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp()
    )`);
    const done = await versionOf(query, latest, database.description);
    for (const { version, name, statements } of migrations.filter((step) => step.version > done)) {
      for (const statement of statements) await query(statement);
      await query('INSERT INTO ml_schema_migrations (version, name) VALUES ($1::int, $2::text)', [version, name]);
    }
  });
}

async function versionOf(query: Query, latest: number, where: string): Promise<number> {
  const [{ known }] = await query("SELECT to_regclass('ml_schema_migrations') IS NOT NULL AS known");
  if (!known) return 0;
  const [row] = await query('SELECT coalesce(max(version), 0)::int AS version FROM ml_schema_migrations');
  const version = Number(row.version);
  if (version > latest) {
    throw new DatabaseError(
      `The tables in ${where} have version ${version}; this version of holdfast knows ${latest}`,
      {
        hint: 'Update holdfast.',
        details: { version, known: latest },
      },
    );
  }
  return version;
}
