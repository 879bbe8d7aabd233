/** A training run as the repository keeps it: one row of `ml_training_runs`, and who ran it. */

import type { Row } from './database.js';
import { type Document, documentOf } from './documents.js';

/** Where a run stands. */
export type RunStatus = 'running' | 'completed' | 'failed';
export const RUN_STATUSES: readonly RunStatus[] = ['running', 'completed', 'failed'];

/** A row of `ml_training_runs`; what is not known is absent. */
export interface TrainingRunRecord {
  readonly trainingRunId: string;
  readonly modelVersionId?: string;
  readonly experimentId: string;
  readonly mlflowRunId?: string;
  readonly algorithmName: string;
  readonly framework: string;
  readonly hyperparameters: Document;
  readonly hyperparameterSpace?: Document;
  readonly tuningTrials?: number;
  readonly trainMetrics?: Document;
  readonly validationMetrics?: Document;
  readonly testMetrics?: Document;
  readonly trainSamples?: number;
  readonly validationSamples?: number;
  readonly testSamples?: number;
  readonly modelArtifactUri?: string;
  readonly preprocessingArtifactUri?: string;
  readonly status: RunStatus;
  readonly startedAt: Date;
  readonly completedAt?: Date;
  readonly trainingDurationSeconds?: number;
  readonly trainedBy?: string;
  /** Why it failed. */
  readonly failureReason?: string;
  /** Where it runs or ran; unknown for runs that other programs wrote. */
  readonly process?: { readonly host: string; readonly pid: number };
}

type Kind = 'text' | 'json' | 'number' | 'time';

/** Column to field; the order is that of the table. */
export const RUN_COLUMNS = {
  training_run_id: ['trainingRunId', 'text'],
  model_version_id: ['modelVersionId', 'text'],
  experiment_id: ['experimentId', 'text'],
  mlflow_run_id: ['mlflowRunId', 'text'],
  algorithm_name: ['algorithmName', 'text'],
  framework: ['framework', 'text'],
  hyperparameters: ['hyperparameters', 'json'],
  hyperparameter_space: ['hyperparameterSpace', 'json'],
  tuning_trials: ['tuningTrials', 'number'],
  train_metrics: ['trainMetrics', 'json'],
  validation_metrics: ['validationMetrics', 'json'],
  test_metrics: ['testMetrics', 'json'],
  train_samples: ['trainSamples', 'number'],
  validation_samples: ['validationSamples', 'number'],
  test_samples: ['testSamples', 'number'],
  model_artifact_uri: ['modelArtifactUri', 'text'],
  preprocessing_artifact_uri: ['preprocessingArtifactUri', 'text'],
  status: ['status', 'text'],
  started_at: ['startedAt', 'time'],
  completed_at: ['completedAt', 'time'],
  training_duration_seconds: ['trainingDurationSeconds', 'number'],
  trained_by: ['trainedBy', 'text'],
} as const satisfies Record<string, readonly [keyof TrainingRunRecord, Kind]>;

/** In forms that no driver reads in a way of its own: texts of JSON, milliseconds as float64. */
const SELECTED: Record<Kind, (column: string) => string> = {
  text: (column) => `r.${column}`,
  json: (column) => `r.${column}::text AS ${column}`,
  number: (column) => `r.${column}::float8 AS ${column}`,
  time: (column) => `(extract(epoch FROM r.${column}) * 1000)::float8 AS ${column}`,
};

/** What `runOf` reads; `r` is the run, `p` its process. */
export const SELECT_RUNS = `SELECT ${Object.entries(RUN_COLUMNS)
  .map(([column, [, kind]]) => SELECTED[kind](column))
  .join(', ')}, p.failure_reason, p.process::text AS process
  FROM ml_training_runs r LEFT JOIN ml_training_run_processes p USING (training_run_id)`;

const READ: Record<Kind, (value: unknown) => unknown> = {
  text: (value) => value,
  json: documentOf,
  number: Number,
  time: (value) => new Date(Number(value)),
};

export function runOf(row: Row): TrainingRunRecord {
  const fields = Object.entries(RUN_COLUMNS).flatMap(([column, [field, kind]]) =>
    row[column] === null || row[column] === undefined ? [] : [[field, READ[kind](row[column])]],
  );
  const process = documentOf(row.process);
  return {
    ...(Object.fromEntries(fields) as unknown as TrainingRunRecord),
    ...(typeof row.failure_reason === 'string' && { failureReason: row.failure_reason }),
    ...(process && { process: { host: String(process.host), pid: Number(process.pid) } }),
  };
}
