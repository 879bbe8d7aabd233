/**
 * The tables of Optuna 4's `RDBStorage` (schema version 12, alembic revision v3.2.0.a): the same names, columns, keys and types, so that
 * Python's Optuna and its dashboard open what is made here, and the other way round.
 */
import { ModelFormatError } from '../../../core/errors.js';
import type { Database, Session } from './database.js';

const SCHEMA_VERSION = 12;
const REVISION = 'v3.2.0.a';
/** The Optuna whose schema this is; it names it when it does not know the revision. */
const LIBRARY_VERSION = '4.9.0';
/** Revisions that Optuna can upgrade from. */
const OLDER = [
  'v0.9.0.a',
  'v1.2.0.a',
  'v1.3.0.a',
  'v2.4.0.a',
  'v2.6.0.a',
  'v3.0.0.a',
  'v3.0.0.b',
  'v3.0.0.c',
  'v3.0.0.d',
];
/** Any number that others do not lock: of processes that make the tables at once, one does. */
const LOCK = 7_205_759;

const ENUMS: Readonly<Record<string, readonly string[]>> = {
  studydirection: ['NOT_SET', 'MINIMIZE', 'MAXIMIZE'],
  trialstate: ['RUNNING', 'COMPLETE', 'PRUNED', 'FAIL', 'WAITING'],
  trialvaluetype: ['FINITE', 'INF_POS', 'INF_NEG'],
  trialintermediatevaluetype: ['FINITE', 'INF_POS', 'INF_NEG', 'NAN'],
};

const TYPES = {
  sqlite: { id: 'INTEGER NOT NULL', float: 'FLOAT', date: 'DATETIME' },
  postgresql: { id: 'SERIAL NOT NULL', float: 'FLOAT(53)', date: 'TIMESTAMP WITHOUT TIME ZONE' },
};

/** @throws ModelFormatError - the tables are of another version of Optuna */
export async function prepareSchema(database: Database): Promise<void> {
  const known = await revision(database, (sql) => database.run(sql));
  if (known === undefined) {
    await database.transaction(async (session) => {
      const made = await makeTables(database, session);
      checkRevision(made, database.description);
    });
  } else {
    checkRevision(known, database.description);
  }
}

/** The revision of the tables; undefined: they are not complete. */
async function revision(database: Database, all: Session['all']): Promise<string | undefined> {
  const [found] = await all(
    database.dialect.name === 'sqlite'
      ? "SELECT count(*) AS n FROM sqlite_master WHERE type = 'table' AND name = 'alembic_version'"
      : "SELECT count(*) AS n FROM pg_tables WHERE schemaname = ANY (current_schemas(false)) AND tablename = 'alembic_version'",
  );
  if (Number(found?.n) === 0) return undefined;
  const [row] = await all('SELECT version_num FROM alembic_version');
  return row && String(row.version_num);
}

async function makeTables(database: Database, session: Session): Promise<string> {
  const { name } = database.dialect;
  if (name === 'postgresql') await session.all('SELECT pg_advisory_xact_lock($1)', [LOCK]);
  const meanwhile = await revision(database, (sql) => session.all(sql));
  if (meanwhile !== undefined) return meanwhile;
  if (name === 'postgresql') await makeEnums(session);
  for (const statement of statements(name)) await session.all(statement);
  await session.all(
    'INSERT INTO version_info (version_info_id, schema_version, library_version) VALUES (1, $1, $2) ON CONFLICT DO NOTHING',
    [SCHEMA_VERSION, LIBRARY_VERSION],
  );
  await session.all('INSERT INTO alembic_version (version_num) VALUES ($1) ON CONFLICT DO NOTHING', [REVISION]);
  return REVISION;
}

async function makeEnums(session: Session): Promise<void> {
  for (const [type, labels] of Object.entries(ENUMS)) {
    const [there] = await session.all('SELECT to_regtype($1) IS NOT NULL AS there', [type]);
    const list = labels.map((label) => `'${label}'`).join(', ');
    if (there?.there !== true) await session.all(`CREATE TYPE ${type} AS ENUM (${list})`);
  }
}

function statements(name: 'sqlite' | 'postgresql'): string[] {
  const { id, float, date } = TYPES[name];
  const choice = (type: string): string =>
    name === 'postgresql' ? type : `VARCHAR(${Math.max(...ENUMS[type].map((label) => label.length))})`;
  const table = (title: string, columns: string): string => `CREATE TABLE IF NOT EXISTS ${title} (${columns})`;
  const attributes = (of: 'study' | 'trial', parent: string, kind: string): string =>
    table(
      `${of}_${kind}_attributes`,
      `${of}_${kind}_attribute_id ${id}, ${of}_id INTEGER, key VARCHAR(512), value_json TEXT,
       PRIMARY KEY (${of}_${kind}_attribute_id), UNIQUE (${of}_id, key), FOREIGN KEY(${of}_id) REFERENCES ${parent} (${of}_id)`,
    );
  const ofTrial = 'FOREIGN KEY(trial_id) REFERENCES trials (trial_id)';
  return [
    table('studies', `study_id ${id}, study_name VARCHAR(512) NOT NULL, PRIMARY KEY (study_id)`),
    'CREATE UNIQUE INDEX IF NOT EXISTS ix_studies_study_name ON studies (study_name)',
    table(
      'version_info',
      `version_info_id INTEGER NOT NULL, schema_version INTEGER, library_version VARCHAR(256),
       PRIMARY KEY (version_info_id), CHECK (version_info_id=1)`,
    ),
    table(
      'study_directions',
      `study_direction_id ${id}, direction ${choice('studydirection')} NOT NULL, study_id INTEGER NOT NULL, objective INTEGER NOT NULL,
       PRIMARY KEY (study_direction_id), UNIQUE (study_id, objective), FOREIGN KEY(study_id) REFERENCES studies (study_id)`,
    ),
    attributes('study', 'studies', 'user'),
    attributes('study', 'studies', 'system'),
    table(
      'trials',
      `trial_id ${id}, number INTEGER, study_id INTEGER, state ${choice('trialstate')} NOT NULL, datetime_start ${date}, datetime_complete ${date},
       PRIMARY KEY (trial_id), FOREIGN KEY(study_id) REFERENCES studies (study_id)`,
    ),
    'CREATE INDEX IF NOT EXISTS ix_trials_study_id ON trials (study_id)',
    attributes('trial', 'trials', 'user'),
    attributes('trial', 'trials', 'system'),
    table(
      'trial_params',
      `param_id ${id}, trial_id INTEGER, param_name VARCHAR(512), param_value ${float}, distribution_json TEXT,
       PRIMARY KEY (param_id), UNIQUE (trial_id, param_name), ${ofTrial}`,
    ),
    table(
      'trial_values',
      `trial_value_id ${id}, trial_id INTEGER NOT NULL, objective INTEGER NOT NULL, value ${float}, value_type ${choice('trialvaluetype')} NOT NULL,
       PRIMARY KEY (trial_value_id), UNIQUE (trial_id, objective), ${ofTrial}`,
    ),
    table(
      'trial_intermediate_values',
      `trial_intermediate_value_id ${id}, trial_id INTEGER NOT NULL, step INTEGER NOT NULL, intermediate_value ${float},
       intermediate_value_type ${choice('trialintermediatevaluetype')} NOT NULL,
       PRIMARY KEY (trial_intermediate_value_id), UNIQUE (trial_id, step), ${ofTrial}`,
    ),
    table(
      'trial_heartbeats',
      `trial_heartbeat_id ${id}, trial_id INTEGER NOT NULL, heartbeat ${date} NOT NULL,
       PRIMARY KEY (trial_heartbeat_id), UNIQUE (trial_id), ${ofTrial}`,
    ),
    table(
      'alembic_version',
      'version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)',
    ),
  ];
}

function checkRevision(found: string, where: string): void {
  if (found === REVISION) return;
  const older = OLDER.includes(found);
  throw new ModelFormatError(
    `The studies in ${where} have Optuna's schema ${found}; this version of holdfast reads and writes ${REVISION}`,
    {
      hint: older
        ? "Upgrade them with Optuna 4: 'optuna storage upgrade --storage URL'."
        : 'A newer Optuna made them: use a newer holdfast, or another database.',
      details: { found, expected: REVISION },
    },
  );
}
