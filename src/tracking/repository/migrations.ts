/** The tables, as the steps that make them. Steps are only ever added: what one of them did to somebody's database is done. */

export interface Migration {
  readonly version: number;
  readonly name: string;
  readonly statements: readonly string[];
}

/** Longest text that is a key, in bytes of UTF-8: an index holds no more than 2,704 of a row. */
export const KEY_BYTES = 1024;

export const MIGRATIONS: readonly Migration[] = [
  {
    version: 1,
    name: 'experiments, models, training runs',
    statements: [
      `CREATE TABLE ml_experiments (
        experiment_id TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        description TEXT,
        tags JSONB NOT NULL DEFAULT '{}',
        created_at TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp()
      )`,
      `CREATE TABLE ml_model_registry (
        model_version_id TEXT PRIMARY KEY,
        model_name TEXT NOT NULL,
        version INTEGER NOT NULL CHECK (version > 0),
        artifact_uri TEXT,
        checksum TEXT,
        lineage JSONB NOT NULL DEFAULT '{}',
        registered_at TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp(),
        UNIQUE (model_name, version)
      )`,
      `CREATE TABLE ml_training_runs (
        training_run_id TEXT PRIMARY KEY,
        model_version_id TEXT REFERENCES ml_model_registry (model_version_id),
        experiment_id TEXT NOT NULL REFERENCES ml_experiments (experiment_id),
        mlflow_run_id TEXT,
        algorithm_name TEXT NOT NULL,
        framework TEXT NOT NULL,
        hyperparameters JSONB NOT NULL DEFAULT '{}',
        hyperparameter_space JSONB,
        tuning_trials INTEGER CHECK (tuning_trials >= 0),
        train_metrics JSONB,
        validation_metrics JSONB,
        test_metrics JSONB,
        train_samples INTEGER CHECK (train_samples >= 0),
        validation_samples INTEGER CHECK (validation_samples >= 0),
        test_samples INTEGER CHECK (test_samples >= 0),
        model_artifact_uri TEXT,
        preprocessing_artifact_uri TEXT,
        status TEXT NOT NULL DEFAULT 'running' CHECK (status IN ('running', 'completed', 'failed')),
        started_at TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp(),
        completed_at TIMESTAMPTZ,
        training_duration_seconds NUMERIC(10,2) CHECK (training_duration_seconds >= 0),
        trained_by TEXT
      )`,
      'CREATE INDEX ml_training_runs_experiment ON ml_training_runs (experiment_id, started_at)',
      'CREATE INDEX ml_training_runs_status ON ml_training_runs (status)',
      'CREATE INDEX ml_training_runs_started ON ml_training_runs (started_at, training_run_id)',
      // Who runs it and why it ended, beside the run: a run that other programs write has no such row and is left alone.
      `CREATE TABLE ml_training_run_processes (
        training_run_id TEXT PRIMARY KEY REFERENCES ml_training_runs (training_run_id) ON DELETE CASCADE,
        lease TEXT NOT NULL,
        process JSONB NOT NULL,
        beat_seconds DOUBLE PRECISION NOT NULL,
        beats BIGINT NOT NULL DEFAULT 0,
        last_beat TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp(),
        taken_for_dead BOOLEAN NOT NULL DEFAULT FALSE,
        ended_by TEXT,
        failure_reason TEXT
      )`,
    ],
  },
];
