/**
 * One run that is logged: what it is told is sent in order, metrics many at a time. While no server answers it is kept in the journal, if
 * there is one, from that moment to its end.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvalidInputError } from '../../core/errors.js';
import { canonicalJson, sha256 } from '../../core/hash.js';
import type { BaseModel } from '../../model/base-model.js';
import type { DatasetInput, LogModelOptions, TrackedRun } from '../tracker.js';
import { FAILURE, type Left } from './earlier-run.js';
import { BATCH, batchesOf, type Entry, type Metric, metricOf, type Pair, type StartEntry } from './entry.js';
import { JournalFile } from './journal-file.js';
import { modelName, paramText, safeKey, tagText } from './names.js';
import type { ResolvedOptions } from './options.js';
import { isUnreachable, type LoggedModel, RunWriter } from './run-writer.js';
import { type MLflowServer, RUN_ID } from './server.js';

/** What runs of one tracker share. */
export interface RunHost {
  readonly server: MLflowServer;
  readonly options: Pick<ResolvedOptions, 'journal' | 'flushMs' | 'log'>;
  /** False for a while after a server did not answer, so that not every run waits for it again. */
  reachable(): boolean;
  lost(): void;
  /** Sends what the journal has. */
  replay(): Promise<unknown>;
  /** Directory of the journal's run of the caller's id that an earlier process left. */
  left(runId: string): Promise<string | undefined>;
}

/** A run on an MLflow server, or in the journal while the server is away. */
export class MLflowRun implements TrackedRun {
  private readonly writer: RunWriter;
  private journal: JournalFile | undefined;
  private metrics: Metric[] = [];
  private timer: NodeJS.Timeout | undefined;
  /** One thing after another. */
  private turn: Promise<unknown> = Promise.resolve();
  /** Of a sending that nobody waited for; the next call rejects with it. */
  private failure: { error: unknown } | undefined;
  private ended = false;
  /** Parts of this run went into the journal. */
  private partsKept = false;
  /** The latest time that was told: a clock that is set back does not end a run before it began. */
  private latest: number;
  /** How an earlier process left the run. */
  private leftAs: Left | undefined;
  /** Models of each name so far. */
  private readonly models = new Map<string, number>();

  /** Use `MLflowTracker.startRun`. */
  constructor(
    private readonly host: RunHost,
    private first: StartEntry,
    private readonly parent?: MLflowRun,
  ) {
    this.writer = new RunWriter(host.server, false);
    this.latest = first.startTime;
  }

  /** The server's id of the run; undefined while it is only in the journal. */
  get serverRunId(): string | undefined {
    return this.writer.runId || undefined;
  }

  /** How an earlier process left the run, where it goes on. */
  get earlier(): 'begun' | 'finished' | undefined {
    return this.leftAs;
  }

  /** It has not been ended. */
  get open(): boolean {
    return !this.ended;
  }

  /** What the server finds the run by. */
  get key(): string {
    return this.first.key;
  }

  /** Makes the run on the server, or in the journal: there too where the run that it is a part of is not on the server. */
  async begin(params: Readonly<Record<string, unknown>>): Promise<this> {
    const { host, parent } = this;
    if (!(await this.adopt())) {
      if (host.options.journal !== undefined && (parent?.journal || !host.reachable())) await this.keep();
      else await this.send(this.first);
    }
    if (this.writer.left) {
      this.leftAs = this.writer.left;
      this.first = { ...this.first, key: this.writer.key };
    }
    if (this.leftAs === 'finished') this.ended = true;
    else await this.logParams(params);
    return this;
  }

  /** Goes on in the journal where an earlier process of the run was writing it there. */
  private async adopt(): Promise<boolean> {
    const { first, host } = this;
    if (!first.resume) return false;
    const directory = await host.left(first.tags.find(({ key }) => key === RUN_ID)?.value ?? '');
    const found = directory === undefined ? undefined : await JournalFile.adopt(directory);
    if (!found) return false;
    const { file, entries } = found;
    const [start] = entries;
    const last = entries[entries.length - 1];
    const finished = last.kind === 'finish' && last.status === 'FINISHED';
    const params = entries.flatMap((entry) => (entry.kind === 'batch' ? entry.params : []));
    const others = new Map(params.map(({ key, value }) => [key, value]));
    const same = first.resume.params.every(({ key, value }) => (others.get(key) ?? value) === value);
    // What is not gone on with is sent as it is: finished, or failed, as its process died.
    if (start.kind !== 'start' || (finished ? !first.resume.finished : !same)) {
      file.unlock();
      return false;
    }
    this.leftAs = finished ? 'finished' : 'begun';
    this.first = start;
    if (finished) file.unlock();
    else {
      if (this.parent) this.parent.partsKept = true;
      this.journal = file;
      await file.append({ kind: 'resume' });
    }
    return true;
  }

  /** Collected, and sent with others; see `MLflowOptions.flushInterval`. `step` such as an epoch, default 0. */
  async logMetrics(metrics: Readonly<Record<string, number>>, step = 0): Promise<void> {
    this.check();
    if (!Number.isSafeInteger(step)) {
      throw new InvalidInputError(`logMetrics: step ${String(step)} is no whole number`, { hint: 'Such as an epoch.' });
    }
    const now = this.now();
    for (const [key, value] of Object.entries(metrics)) {
      if (typeof value !== 'number') {
        throw new InvalidInputError(`logMetrics: '${key.slice(0, 100)}' is ${typeof value}, not a number`, {
          hint: 'Texts are logged by setTags or logParams.',
        });
      }
      this.metrics.push(metricOf(safeKey(key), value, step, now));
    }
    if (this.journal || this.metrics.length >= BATCH.metrics) this.sendLater();
    else this.timer ??= setTimeout(() => this.sendLater(), this.host.options.flushMs).unref();
  }

  /** A parameter that a run has keeps its value: the server refuses another one. */
  async logParams(params: Readonly<Record<string, unknown>>): Promise<void> {
    await this.sendPairs('params', paramPairs(params));
  }

  /** Texts by name; a later one replaces an earlier. */
  async setTags(tags: Readonly<Record<string, string>>): Promise<void> {
    await this.sendPairs('tags', pairs(tags, tagText));
  }

  /** The parts of the data that the run used. */
  async logDatasets(datasets: readonly DatasetInput[]): Promise<void> {
    await this.inOrder(() => this.send({ kind: 'inputs', datasets }));
  }

  /** The files of a directory become the run's, below the folder `to`. */
  async logArtifacts(directory: string, to = ''): Promise<void> {
    await this.inOrder(() =>
      this.send({
        kind: 'artifacts',
        directory,
        to: to
          .split(/[\\/]+/)
          .filter(isFolder)
          .join('/'),
      }),
    );
  }

  /**
   * Stores the model so that Python's `mlflow.pyfunc.load_model(modelUri)` opens it: in the form of its own library for xgboost, lightgbm and
   * catboost, else as ONNX. Returns undefined where it went into the journal.
   *
   * @throws InvalidInputError - a model that has no such form
   */
  async logModel(model: BaseModel, options: LogModelOptions = {}): Promise<LoggedModel | undefined> {
    this.check();
    const directory = await mkdtemp(join(tmpdir(), 'holdfast-model-'));
    try {
      await writeFiles(model, directory, options);
      const { name = 'model', registeredModelName, aliases = [], tags = {} } = options;
      const entry: Entry = {
        kind: 'model',
        key: this.modelKey(modelName(name)),
        name: modelName(name),
        directory,
        modelType: model.info.name,
        tags: pairs(tags, tagText),
        ...(registeredModelName !== undefined && { register: { name: modelName(registeredModelName), aliases } }),
      };
      return await this.inOrder(() => this.send(entry));
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  }

  /** The same in every process of the run, so that a model that was logged and registered is found again. */
  private modelKey(name: string): string {
    const count = this.models.get(name) ?? 0;
    this.models.set(name, count + 1);
    return sha256(canonicalJson([this.key, name, count])).slice(0, 32);
  }

  /** Sends what has been collected. */
  async flush(): Promise<void> {
    await this.inOrder(async () => {});
  }

  /** Ends the run. Of a journal, the run is sent now if the server answers again, else it waits for `MLflowTracker.replay`. */
  async finish(status: 'completed' | 'failed', reason?: string): Promise<void> {
    if (reason) await this.setTags({ [FAILURE]: this.host.server.client.redact(reason) });
    await this.inOrder(async () => {
      this.ended = true;
      await this.send({
        kind: 'finish',
        status: status === 'completed' ? 'FINISHED' : 'FAILED',
        endTime: this.now(),
      });
      await this.release();
    });
  }

  private now(): number {
    this.latest = Math.max(this.latest, Date.now());
    return this.latest;
  }

  private async release(): Promise<void> {
    const { journal, host, parent, partsKept } = this;
    journal?.unlock();
    // Parts wait for the run that they belong to. One that is not in the journal has just reached the server.
    if (parent || !(journal ? host.reachable() : partsKept)) return;
    // What fails stays in the journal, where nothing is lost.
    await host.replay().catch(() => host.lost());
  }

  private async sendPairs(kind: 'params' | 'tags', list: readonly Pair[]): Promise<void> {
    await this.inOrder(async () => {
      for (const batch of batchesOf({ metrics: [], params: [], tags: [], [kind]: list })) await this.send(batch);
    });
  }

  /** After everything before it, and what was collected until now. */
  private async inOrder<T>(work: () => Promise<T>): Promise<T> {
    this.check();
    const next = this.turn.then(async () => {
      await this.sendCollected();
      return work();
    });
    this.turn = next.catch(() => {});
    return next;
  }

  private sendLater(): void {
    const next = this.turn.then(() => this.sendCollected());
    this.turn = next.catch((error) => {
      this.failure ??= { error };
    });
  }

  private async sendCollected(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    const { metrics } = this;
    if (metrics.length === 0) return;
    this.metrics = [];
    for (const batch of batchesOf({ metrics, params: [], tags: [] })) await this.send(batch);
  }

  private async send(entry: Entry): Promise<LoggedModel | undefined> {
    if (this.journal) {
      await this.journal.append(entry);
      return undefined;
    }
    try {
      return await this.writer.apply(entry);
    } catch (error) {
      if (this.host.options.journal === undefined || !isUnreachable(error)) throw error;
      this.host.lost();
      await this.keep();
      return entry.kind === 'start' ? undefined : this.send(entry);
    }
  }

  /** From now on the journal takes the run. */
  private async keep(): Promise<void> {
    const { journal, log } = this.host.options;
    log.warn('the tracking server cannot be reached: the run goes into the journal', { run: this.first.name, journal });
    if (this.parent) this.parent.partsKept = true;
    this.journal = await JournalFile.begin(this.host.options.journal ?? '', this.first);
  }

  private check(): void {
    if (this.failure) {
      const { error } = this.failure;
      this.failure = undefined;
      throw error;
    }
    if (!this.ended) return;
    throw new InvalidInputError('The run has been finished', { hint: 'Start another one.' });
  }
}

/** Loaded with the first model. */
async function writeFiles(model: BaseModel, directory: string, options: LogModelOptions): Promise<void> {
  const { writeModelFiles } = await import('./model-files.js');
  await writeModelFiles(model, directory, options);
}

const isFolder = (part: string): boolean => part !== '' && part !== '.' && part !== '..';

/** Parameters as the server keeps them. */
export const paramPairs = (params: Readonly<Record<string, unknown>>): Pair[] => pairs(params, paramText);

function pairs(values: Readonly<Record<string, unknown>>, text: (value: unknown) => string): Pair[] {
  return Object.entries(values).flatMap(([key, value]) =>
    value === undefined ? [] : [{ key: safeKey(key), value: text(value) }],
  );
}
