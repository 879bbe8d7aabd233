/**
 * Who runs which run. A process gives signs of life for its runs; others take a run for dead when its process is seen to be gone, or,
 * where it cannot be seen, when they watched it give no sign for long enough by their own monotonic clock: clocks that jump kill no run.
 * A process that was taken for dead and was not gets its runs back with its next sign of life.
 */
import { lifeOf, ownProcess, type ProcessMark } from '../process-mark.js';
import type { Query } from './database.js';
import { documentOf } from './documents.js';

/** Signs of life that have to be missed where the database's clock says that the last one is long ago. */
const MISSED = 3;

interface Suspect {
  readonly id: string;
  readonly lease: string;
  readonly beats: string;
}

interface Watched {
  readonly beats: string;
  readonly since: number;
}

/** One sign of life for all runs of these leases, in a transaction; those that were taken for dead run again. */
export async function beat(query: Query, leases: readonly string[]): Promise<void> {
  // In the order in which whoever takes a run for dead locks them too: first the process, then the run.
  await query('SELECT 1 FROM ml_training_run_processes WHERE lease = ANY($1::text[]) ORDER BY lease FOR UPDATE', [
    leases,
  ]);
  await query(
    `UPDATE ml_training_runs r SET status = 'running', completed_at = NULL FROM ml_training_run_processes p
    WHERE p.training_run_id = r.training_run_id AND p.lease = ANY($1::text[]) AND p.taken_for_dead AND r.status = 'failed'`,
    [leases],
  );
  await query(
    `UPDATE ml_training_run_processes SET beats = beats + 1, last_beat = clock_timestamp(), taken_for_dead = FALSE,
      failure_reason = CASE WHEN taken_for_dead THEN NULL ELSE failure_reason END WHERE lease = ANY($1::text[])`,
    [leases],
  );
}

export class Undertaker {
  private readonly watched = new Map<string, Watched>();

  constructor(private readonly staleAfterSeconds: number) {}

  /** Ids of the runs that this call marked as failed. */
  async bury(query: Query, own: ReadonlySet<string>): Promise<string[]> {
    const rows = await query(
      `SELECT p.training_run_id, p.lease, p.process::text AS process, p.beat_seconds::float8 AS beat_seconds,
        p.beats::text AS beats, extract(epoch FROM clock_timestamp() - p.last_beat)::float8 AS age
      FROM ml_training_run_processes p JOIN ml_training_runs r USING (training_run_id) WHERE r.status = 'running'`,
    );
    const buried: string[] = [];
    const seen = new Set<string>();
    for (const row of rows) {
      const suspect: Suspect = { id: String(row.training_run_id), lease: String(row.lease), beats: String(row.beats) };
      if (own.has(suspect.lease)) continue;
      seen.add(suspect.lease);
      const process = documentOf(row.process) as unknown as ProcessMark;
      const life = lifeOf(process, ownProcess());
      const silent = life === 'unknown' && this.silentTooLong(suspect, Number(row.age), Number(row.beat_seconds));
      if (life !== 'dead' && !silent) continue;
      const reason =
        life === 'dead'
          ? `Its process ${process.pid} on ${process.host} has ended`
          : `Its process ${process.pid} on ${process.host} gave no sign of life`;
      if (await markDead(query, suspect, reason)) buried.push(suspect.id);
    }
    for (const lease of this.watched.keys()) if (!seen.has(lease)) this.watched.delete(lease);
    return buried;
  }

  private silentTooLong({ lease, beats }: Suspect, age: number, beatSeconds: number): boolean {
    const now = performance.now();
    const watched = this.watched.get(lease);
    if (watched?.beats !== beats) {
      this.watched.set(lease, { beats, since: now });
      return false;
    }
    const least =
      age > this.staleAfterSeconds ? Math.min(MISSED * beatSeconds, this.staleAfterSeconds) : this.staleAfterSeconds;
    return now - watched.since >= least * 1000;
  }
}

/** Nothing where it gave a sign of life since it was looked at. */
async function markDead(query: Query, { id, lease, beats }: Suspect, reason: string): Promise<boolean> {
  const rows = await query(
    `WITH dead AS (
      UPDATE ml_training_run_processes SET taken_for_dead = TRUE, failure_reason = $4::text
      WHERE training_run_id = $1::text AND lease = $2::text AND beats = $3::bigint RETURNING training_run_id
    )
    UPDATE ml_training_runs r SET status = 'failed', completed_at = greatest(clock_timestamp(), r.started_at) FROM dead
    WHERE r.training_run_id = dead.training_run_id AND r.status = 'running' RETURNING r.training_run_id`,
    [id, lease, beats, reason],
  );
  return rows.length > 0;
}
