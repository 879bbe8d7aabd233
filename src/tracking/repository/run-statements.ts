/** What writes runs. Each is one transaction that has the same effect once or many times: a lost connection may hide that it was done. */
import { InvalidInputError } from '../../core/errors.js';
import { ownProcess } from '../process-mark.js';
import type { Query } from './database.js';
import type { ColumnValue } from './run-changes.js';

/** A run that this process is running. */
export interface Lease {
  readonly trainingRunId: string;
  /** Random: who knows it is who runs the run. */
  readonly lease: string;
  readonly beatSeconds: number;
}

const assignments = (values: readonly ColumnValue[], first: number): string =>
  values.map(({ column, type }, i) => `${column} = $${first + i}::${type}`).join(', ');

/** @param secondsAgo - how long the run has been running, which need not have waited for the database */
export async function insertRun(
  query: Query,
  { trainingRunId, lease, beatSeconds }: Lease,
  values: readonly ColumnValue[],
  secondsAgo: number,
): Promise<void> {
  const experiment = values.find(({ column }) => column === 'experiment_id')?.value;
  await query(
    'INSERT INTO ml_experiments (experiment_id, name) VALUES ($1::text, $1::text) ON CONFLICT (experiment_id) DO NOTHING',
    [experiment],
  );
  const columns = values.map(({ column }) => column).join(', ');
  const parameters = values.map(({ type }, i) => `$${i + 2}::${type}`).join(', ');
  const inserted = await query(
    `INSERT INTO ml_training_runs (started_at, ${columns}) VALUES (clock_timestamp() - make_interval(secs => $1::float8), ${parameters})
    ON CONFLICT (training_run_id) DO NOTHING RETURNING training_run_id`,
    [secondsAgo, ...values.map(({ value }) => value)],
  );
  if (inserted.length > 0) {
    await query(
      `INSERT INTO ml_training_run_processes (training_run_id, lease, process, beat_seconds)
      VALUES ($1::text, $2::text, $3::jsonb, $4::float8)`,
      [trainingRunId, lease, JSON.stringify(ownProcess()), beatSeconds],
    );
    return;
  }
  const owned = await query(
    'SELECT 1 AS owned FROM ml_training_run_processes WHERE training_run_id = $1::text AND lease = $2::text',
    [trainingRunId, lease],
  );
  if (owned.length === 0) {
    throw new InvalidInputError(`There is a training run '${trainingRunId.slice(0, 100)}' already`, {
      hint: 'Choose another id, leave it out for a new one, or resume a run whose process has ended.',
      details: { trainingRunId },
    });
  }
}

/** Changes a run that runs. */
export async function updateRun(query: Query, lease: Lease, values: readonly ColumnValue[]): Promise<void> {
  await lockedProcess(query, lease);
  if (values.length === 0) return;
  await query(`UPDATE ml_training_runs SET ${assignments(values, 2)} WHERE training_run_id = $1::text`, [
    lease.trainingRunId,
    ...values.map(({ value }) => value),
  ]);
}

export interface Ending {
  /** Random, of one call. */
  readonly call: string;
  readonly status: 'completed' | 'failed';
  readonly reason?: string;
  readonly values: readonly ColumnValue[];
}

/** A run that others took for dead meanwhile still ends as its own process says. */
export async function endRun(query: Query, lease: Lease, { call, status, reason, values }: Ending): Promise<void> {
  if ((await lockedProcess(query, lease)) === call) return;
  const set = ['status = $2::text', 'completed_at = greatest(clock_timestamp(), started_at)'];
  if (values.length > 0) set.push(assignments(values, 3));
  await query(`UPDATE ml_training_runs SET ${set.join(', ')} WHERE training_run_id = $1::text`, [
    lease.trainingRunId,
    status,
    ...values.map(({ value }) => value),
  ]);
  await query(
    `UPDATE ml_training_run_processes SET ended_by = $2::text, failure_reason = $3::text, taken_for_dead = FALSE
    WHERE training_run_id = $1::text`,
    [lease.trainingRunId, call, reason ?? null],
  );
}

/** The call that ended the run, if one did. */
async function lockedProcess(query: Query, { trainingRunId, lease }: Lease): Promise<string | undefined> {
  const [row] = await query(
    'SELECT lease, ended_by FROM ml_training_run_processes WHERE training_run_id = $1::text FOR UPDATE',
    [trainingRunId],
  );
  if (row?.lease === lease) return typeof row.ended_by === 'string' ? row.ended_by : undefined;
  throw new InvalidInputError(`The training run '${trainingRunId.slice(0, 100)}' is run by another process now`, {
    hint: 'It was resumed elsewhere after this process had been taken for dead.',
    details: { trainingRunId },
  });
}

/** Takes a run over that is not completed; false where its process may still run. */
export async function takeOver(query: Query, { trainingRunId, lease, beatSeconds }: Lease): Promise<boolean> {
  const taken = await query(
    `UPDATE ml_training_run_processes p SET lease = $2::text, process = $3::jsonb, beat_seconds = $4::float8, beats = 0,
      last_beat = clock_timestamp(), taken_for_dead = FALSE, ended_by = NULL, failure_reason = NULL
    FROM ml_training_runs r WHERE p.training_run_id = $1::text AND r.training_run_id = $1::text
      AND (r.status = 'failed' OR p.lease = $2::text) RETURNING p.training_run_id`,
    [trainingRunId, lease, JSON.stringify(ownProcess()), beatSeconds],
  );
  if (taken.length === 0) return false;
  await query(`UPDATE ml_training_runs SET status = 'running', completed_at = NULL WHERE training_run_id = $1::text`, [
    trainingRunId,
  ]);
  return true;
}
