/**
 * Training runs in PostgreSQL: a server by its address, or embedded in the runs directory. Calls go on while the database is gone for a
 * while, and never write twice; a run whose process died does not stay 'running'.
 */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { parseAddress } from '../../core/database-address.js';
import { InvalidInputError } from '../../core/errors.js';
import type { Logger } from '../../core/logging.js';
import { observed } from '../../core/spans.js';
import { messageOf } from '../../core/text.js';
import { Turns } from '../../core/turns.js';
import type { Database, Query } from './database.js';
import { storableKey, storableText } from './documents.js';
import { EmbeddedDatabase } from './embedded/database.js';
import { typed } from './faults.js';
import { beat, Undertaker } from './lease.js';
import { migrate } from './migrate.js';
import { type RepositoryOptions, resolveOptions } from './options.js';
import { PostgresDatabase } from './postgres.js';
import {
  type ExperimentRecord,
  listExperiments,
  type ModelVersionRecord,
  type NewExperiment,
  saveExperiment,
  saveModelVersion,
} from './registry-rows.js';
import { retried } from './retry.js';
import { columnValues, type NewRun, type RunChanges } from './run-changes.js';
import {
  type BestOptions,
  bestStatement,
  checkedLimit,
  cursorText,
  type ListOptions,
  listStatement,
  type RunPage,
} from './run-queries.js';
import { type RunStatus, runOf, SELECT_RUNS, type TrainingRunRecord } from './run-record.js';
import { endRun, insertRun, type Lease, takeOver, updateRun } from './run-statements.js';

interface OwnRun extends Lease {
  readonly since: number;
}

/**
 * @example
 * const repository = new TrainingRunRepository({ directory: 'experiments/runs' });
 * const { trainingRunId } = await repository.start({ experimentId: 'es-20', algorithmName: 'lightgbm', hyperparameters: { numLeaves: 31 } });
 * await repository.complete(trainingRunId, { validationMetrics: { rocAuc: 0.61 }, trainSamples: 60_000 });
 * const [best] = await repository.best({ metric: 'rocAuc', direction: 'maximize', experimentId: 'es-20' });
 * await repository.close();
 */
export class TrainingRunRepository {
  /** The address without user and password, or the directory of the embedded database. */
  readonly description: string;
  private readonly options: ReturnType<typeof withoutAddress>;
  private readonly database: Database;
  private readonly log: Logger;
  private readonly scrub: (text: string) => string;
  private readonly own = new Map<string, OwnRun>();
  private readonly undertaker: Undertaker;
  private opened: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;
  private lookedAt = 0;
  private looking: Promise<void> | undefined;

  /** Opens nothing yet. @throws ConfigError - unknown or wrong options */
  constructor(options: RepositoryOptions = {}) {
    const { url, logger, ...rest } = resolveOptions(options);
    this.log = logger;
    this.options = withoutAddress(rest);
    if (url === undefined) {
      this.database = new EmbeddedDatabase(join(rest.directory, '.database'));
      this.scrub = (text) => text;
    } else {
      const address = parseAddress(url);
      this.database = new PostgresDatabase(address, rest.connections);
      this.scrub = address.scrub;
    }
    this.description = this.database.description;
    this.undertaker = new Undertaker(rest.staleAfterSeconds);
  }

  /**
   * Connects, or starts the embedded database, brings the tables up to date, and marks runs of dead processes. Every other call does it
   * first; called before a training and not awaited, it happens during the training.
   *
   * @throws DatabaseError - it cannot be reached or opened, or belongs to a newer version of the library
   * @throws LockedError - another process has the embedded database open
   * @throws MissingDependencyError - neither `pg` nor `@electric-sql/pglite`, whichever is needed, is installed
   */
  open(): Promise<void> {
    this.opened ??= this.reached('Opening the run repository', async () => {
      await this.database.open();
      await migrate(this.database);
      this.buried(await this.undertaker.bury(this.database.query, this.leases()));
      this.lookedAt = performance.now();
      this.timer ??= setInterval(() => {
        this.looking ??= this.look()
          .catch(() => {})
          .finally(() => (this.looking = undefined));
      }, this.options.heartbeatSeconds * 1000).unref();
    }).catch((error: unknown) => {
      this.opened = undefined;
      throw error;
    });
    // Who does not wait for it learns of it with the next call.
    this.opened.catch(() => {});
    return this.opened;
  }

  /** Begins a run. @throws InvalidInputError - there is one of this id, or a value cannot be kept exactly */
  async start(run: NewRun): Promise<TrainingRunRecord> {
    const since = performance.now();
    const { trainingRunId = randomUUID(), framework = 'holdfast', hyperparameters = {}, ...rest } = run;
    const values = columnValues({ trainingRunId, framework, hyperparameters, ...rest }, 'start');
    for (const needed of ['experiment_id', 'algorithm_name']) {
      if (!values.some(({ column }) => column === needed)) {
        throw new InvalidInputError(
          `start: ${needed === 'experiment_id' ? 'experimentId' : 'algorithmName'} is missing`,
          {
            hint: "start({ experimentId: 'my-experiment', algorithmName: 'lightgbm' })",
          },
        );
      }
    }
    const own = { ...this.newLease(trainingRunId), since };
    await this.write('Starting a training run', (query) =>
      insertRun(query, own, values, (performance.now() - since) / 1000),
    );
    this.own.set(trainingRunId, own);
    return this.get(trainingRunId);
  }

  /** Goes on with a run that failed or whose process died: it is this process's from now on. */
  async resume(trainingRunId: string): Promise<TrainingRunRecord> {
    const id = storableKey(trainingRunId, 'trainingRunId');
    await this.failStaleRuns();
    // One that could not be ended while the database was away is still this repository's.
    const own = { ...(this.own.get(id) ?? this.newLease(id)), since: performance.now() };
    if (!(await this.write('Resuming a training run', (query) => takeOver(query, own)))) {
      const { status } = await this.get(id);
      throw new InvalidInputError(`The training run '${id.slice(0, 100)}' is ${status}; it cannot be resumed`, {
        hint: status === 'running' ? 'Its process still runs, or was not yet seen to be gone.' : 'Start a new run.',
        details: { trainingRunId: id, status },
      });
    }
    this.own.set(id, own);
    return this.get(id);
  }

  /** Adds what became known of a run while it runs. */
  async update(trainingRunId: string, changes: RunChanges): Promise<void> {
    const own = this.ownRun(trainingRunId);
    const values = columnValues(changes, 'update');
    await this.write('Changing a training run', (query) => updateRun(query, own, values));
  }

  /** Ends a run well. Its duration, unless given, is what this process measured since `start`. */
  async complete(trainingRunId: string, outcome: RunChanges = {}): Promise<TrainingRunRecord> {
    const { since } = this.ownRun(trainingRunId);
    const trainingDurationSeconds = outcome.trainingDurationSeconds ?? (performance.now() - since) / 1000;
    return this.end(trainingRunId, 'completed', { ...outcome, trainingDurationSeconds });
  }

  /** Ends a run that did not work out, with the reason. */
  async fail(trainingRunId: string, reason: string, known: RunChanges = {}): Promise<TrainingRunRecord> {
    return this.end(trainingRunId, 'failed', known, storableText(reason, 'reason'));
  }

  /** @throws InvalidInputError - there is no such run */
  async get(trainingRunId: string): Promise<TrainingRunRecord> {
    const found = await this.find(trainingRunId);
    if (found) return found;
    throw new InvalidInputError(`There is no training run '${trainingRunId.slice(0, 100)}' in ${this.description}`, {
      hint: '`list` shows the runs.',
      details: { trainingRunId },
    });
  }

  /** The run, or undefined where there is none. */
  async find(trainingRunId: string): Promise<TrainingRunRecord | undefined> {
    const id = storableKey(trainingRunId, 'trainingRunId');
    const text = `${SELECT_RUNS} WHERE r.training_run_id = $1::text`;
    const [row] = await this.reached('Reading a training run', () => this.ready((query) => query(text, [id])));
    return row && runOf(row);
  }

  /** Runs from the latest to the earliest, a page at a time. */
  async list(options: ListOptions = {}): Promise<RunPage> {
    const limit = checkedLimit(options.limit, 100);
    const { text, values } = listStatement(options, limit);
    const rows = await this.reached('Listing training runs', () => this.ready((query) => query(text, values)));
    const shown = rows.slice(0, limit);
    const last = shown.at(-1);
    const next = rows.length > limit && last ? cursorText(last.cursor_time, last.training_run_id) : undefined;
    return { runs: await inTurn(shown, runOf), ...(next !== undefined && { next }) };
  }

  /** The runs with the best values of a metric, best first. */
  async best(options: BestOptions): Promise<TrainingRunRecord[]> {
    const { text, values } = bestStatement(options, checkedLimit(options.limit, 1));
    return inTurn(await this.reached('Reading the best runs', () => this.ready((query) => query(text, values))), runOf);
  }

  /** How many runs of each status, of one experiment or of all. */
  async counts(experimentId?: string): Promise<Record<RunStatus, number>> {
    const text = `SELECT status, count(*)::float8 AS runs FROM ml_training_runs
      WHERE $1::text IS NULL OR experiment_id = $1::text GROUP BY status`;
    const rows = await this.reached('Counting training runs', () =>
      this.ready((query) => query(text, [experimentId ?? null])),
    );
    const counts = Object.fromEntries(rows.map(({ status, runs }) => [status, Number(runs)]));
    return { running: 0, completed: 0, failed: 0, ...counts };
  }

  /** Marks runs as failed whose processes are gone; their ids. It also happens on opening, and from time to time. */
  async failStaleRuns(): Promise<string[]> {
    return this.reached('Looking for stale runs', () =>
      this.ready(async (query) => this.buried(await this.undertaker.bury(query, this.leases()))),
    );
  }

  /** Makes an experiment, or gives one that is there another name, description and tags. */
  async saveExperiment(experiment: NewExperiment): Promise<ExperimentRecord> {
    return this.write('Saving an experiment', (query) => saveExperiment(query, experiment));
  }

  /** All experiments, by their ids. */
  async listExperiments(): Promise<ExperimentRecord[]> {
    return this.reached('Listing experiments', () => this.ready(listExperiments));
  }

  /** Makes a version of a model known, so that runs may name it: before `complete({ modelVersionId })`. */
  async saveModelVersion(version: ModelVersionRecord): Promise<void> {
    await this.write('Saving a model version', (query) => saveModelVersion(query, version));
  }

  /** Runs that still run stay 'running' until this process ends or another repository of it ends them. */
  async close(): Promise<void> {
    clearInterval(this.timer);
    this.timer = undefined;
    await this.opened?.catch(() => {});
    await this.looking;
    this.opened = undefined;
    await this.database.close();
  }

  private async end(
    id: string,
    status: 'completed' | 'failed',
    changes: RunChanges,
    reason?: string,
  ): Promise<TrainingRunRecord> {
    const own = this.ownRun(id);
    const ending = {
      call: randomUUID(),
      status,
      reason,
      values: columnValues(changes, status === 'failed' ? 'fail' : 'complete'),
    };
    await this.write('Ending a training run', (query) => endRun(query, own, ending));
    this.own.delete(id);
    return this.get(id);
  }

  private newLease(trainingRunId: string): Lease {
    return { trainingRunId, lease: randomUUID(), beatSeconds: this.options.heartbeatSeconds };
  }

  private leases(): Set<string> {
    return new Set([...this.own.values()].map(({ lease }) => lease));
  }

  private ownRun(trainingRunId: string): OwnRun {
    const own = this.own.get(storableKey(trainingRunId, 'trainingRunId'));
    if (own) return own;
    throw new InvalidInputError(`'${trainingRunId.slice(0, 100)}' is no run that this repository has running`, {
      hint: 'Runs are ended once, by the repository that started them; `resume` takes over one whose process died.',
      details: { trainingRunId },
    });
  }

  private write<T>(doing: string, work: (query: Query) => Promise<T>): Promise<T> {
    return this.reached(doing, async () => {
      await this.open();
      return this.database.transaction(work);
    });
  }

  private async ready<T>(work: (query: Query) => Promise<T>): Promise<T> {
    await this.open();
    return work(this.database.query);
  }

  private async reached<T>(doing: string, work: () => Promise<T>): Promise<T> {
    const { log, description } = this;
    const seen = {
      span: 'holdfast.repository',
      doing,
      level: 'debug',
      fields: { doing, database: description },
    } as const;
    return observed(log, seen, async () => {
      try {
        return await retried(this.options.retrySeconds, work, (error, waitMs) =>
          log.warn(`${doing}: tried again, the database is away: ${this.scrub(messageOf(error))}`, {
            ...{ database: description, waitMs: Math.round(waitMs) },
          }),
        );
      } catch (error) {
        throw typed(error, doing, description, this.scrub);
      }
    });
  }

  /** Signs of life, and from time to time a look at others; what fails now is done next time. */
  private async look(): Promise<void> {
    const { own, database } = this;
    if (own.size > 0) await database.transaction((query) => beat(query, [...this.leases()]));
    if (performance.now() - this.lookedAt < (this.options.staleAfterSeconds * 1000) / 2) return;
    this.lookedAt = performance.now();
    this.buried(await this.undertaker.bury(database.query, this.leases()));
  }

  private buried(ids: string[]): string[] {
    for (const run of ids) this.log.warn('a run whose process is gone is failed now', { run });
    return ids;
  }
}

const withoutAddress = ({
  retrySeconds,
  heartbeatSeconds,
  staleAfterSeconds,
}: Required<Omit<RepositoryOptions, 'url' | 'logger'>>) => ({
  retrySeconds,
  heartbeatSeconds,
  staleAfterSeconds,
});

async function inTurn<T, R>(items: readonly T[], of: (item: T) => R): Promise<R[]> {
  const turns = new Turns();
  const results: R[] = [];
  for (const item of items) {
    await turns.pause();
    results.push(of(item));
  }
  return results;
}
