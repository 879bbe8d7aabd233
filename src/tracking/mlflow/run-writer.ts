/**
 * One run on a server. Every entry may be applied again, after a lost answer or a process that died: the run, its model and its model
 * version are found by the keys they were made with, and metrics that are there are not sent twice.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TrackingError } from '../../core/errors.js';
import { processTag } from '../process-mark.js';
import { uploadDirectory } from './artifacts.js';
import type { Json, MLflowClient } from './client.js';
import { abandonParts, earlierRun, type Left, PROCESS, reopen } from './earlier-run.js';
import type { BatchEntry, Entry, InputsEntry, Metric, ModelEntry, Pair, StartEntry } from './entry.js';
import { findVersion, registerVersion } from './registry.js';
import { type MLflowServer, MODEL_KEY, RUN_KEY, tagOf } from './server.js';

/** Number of the last line of a journal that is on the server. */
export const SENT = 'holdfast.journal_sent';

/** What became of a model. */
export interface LoggedModel {
  /** For `mlflow.pyfunc.load_model`. */
  readonly modelUri: string;
  /** Of MLflow 3. */
  readonly modelId?: string;
  readonly registered?: { readonly name: string; readonly version: string };
}

export class RunWriter {
  /** The server's id of the run; empty before `start`. */
  runId = '';
  /** Last line of the journal that the server has. */
  sent = -1;
  /** What the server finds the run by: another process's, where it began the run. */
  key = '';
  /** How an earlier process left the run; undefined where it is new. */
  left: Left | undefined;
  /** Values of metrics that an earlier process has sent, by name; asked for when the name is used. */
  private before: Map<string, Set<string>> | undefined;
  private artifactUri = '';
  private experimentId = '';
  private readonly client: MLflowClient;

  /** `again`: something of the run may be on the server already. */
  constructor(
    private readonly server: MLflowServer,
    private again: boolean,
  ) {
    this.client = server.client;
  }

  /** Applies an entry; `line`: its number in a journal, kept on the server with it. */
  async apply(entry: Entry, line?: number): Promise<LoggedModel | undefined> {
    switch (entry.kind) {
      case 'start':
        return this.start(entry);
      case 'batch':
        return this.batch(entry, line);
      case 'inputs':
        await this.client.post('runs/log-inputs', { run_id: this.runId, datasets: datasetsOf(entry) });
        return;
      case 'artifacts': {
        const { artifactUri, runId } = this;
        await uploadDirectory(this.client, { artifactUri, owner: { run_id: runId }, to: entry.to }, entry.directory);
        return this.mark(line);
      }
      case 'model': {
        const logged = await this.model(entry);
        await this.mark(line);
        return logged;
      }
      case 'resume':
        this.before = new Map();
        await reopen(this.server, this.runId);
        return;
      case 'finish': {
        if (this.before) await abandonParts(this.server, this.experimentId, this.runId);
        const { status, endTime } = entry;
        await this.client.post('runs/update', { run_id: this.runId, status, end_time: endTime });
      }
    }
  }

  private async start(entry: StartEntry): Promise<undefined> {
    this.experimentId = await this.server.experiment(entry.experiment);
    let run = this.again ? await this.server.findRun(this.experimentId, entry.key) : undefined;
    if (run && entry.resume) this.before = new Map();
    const earlier = run ? undefined : await earlierRun(this.server, this.experimentId, entry);
    run ??= earlier?.run;
    if (!run) {
      const parent = entry.parentKey && (await this.server.parentId(this.experimentId, entry.parentKey));
      const tags = [
        ...entry.tags,
        { key: RUN_KEY, value: entry.key },
        ...(parent ? [{ key: 'mlflow.parentRunId', value: parent }] : []),
      ];
      const body = { experiment_id: this.experimentId, run_name: entry.name, start_time: entry.startTime, tags };
      const reply = await this.client.callOnce('POST', 'runs/create', body, async () => {
        run = await this.server.findRun(this.experimentId, entry.key);
        return run !== undefined;
      });
      run ??= reply.body.run as Json;
    }
    const info = run?.info as Json | undefined;
    if (typeof info?.run_id !== 'string' || typeof info.artifact_uri !== 'string')
      throw this.client.nonsense('runs/create', 'a run without an id');
    this.runId = info.run_id;
    this.artifactUri = info.artifact_uri;
    this.sent = Number(tagOf(run, SENT) ?? -1);
    this.key = entry.key;
    this.left = earlier?.left;
    if (earlier?.left === 'begun') await this.takeOver(earlier.run);
    this.server.remember(this.key, this.runId);
    return undefined;
  }

  /** Of a journal, the key is the journal's from now on, by which the next attempt finds the run; else it stays, as models are known by it. */
  private async takeOver(run: Json): Promise<void> {
    const known = tagOf(run, RUN_KEY);
    if (!this.again && known !== undefined) this.key = known;
    const tags = [
      { key: RUN_KEY, value: this.key },
      { key: PROCESS, value: processTag() },
      // Lines of this process are not those of an earlier one's journal.
      { key: SENT, value: '-1' },
    ];
    await this.client.post('runs/log-batch', { run_id: this.runId, metrics: [], params: [], tags });
    this.sent = -1;
    this.before = new Map();
    await reopen(this.server, this.runId);
  }

  private async batch(entry: BatchEntry, line: number | undefined): Promise<undefined> {
    let { metrics } = entry;
    // What another process sent last may be there without its mark.
    if (this.again && metrics.length > 0) metrics = await this.missing(metrics);
    this.again = false;
    if (this.before) metrics = await this.unsaid(metrics, this.before);
    const tags = line === undefined ? entry.tags : [...entry.tags, { key: SENT, value: String(line) }];
    const body = { run_id: this.runId, metrics, params: entry.params, tags };
    if (metrics.length + tags.length + entry.params.length === 0) return undefined;
    let left: readonly Metric[] | undefined;
    await this.client.callOnce('POST', 'runs/log-batch', body, async () => {
      if (metrics.length === 0) return false;
      const rest = await this.missing(metrics);
      if (rest.length < metrics.length) left = rest;
      return left !== undefined;
    });
    // Some arrived although no answer came: what is left is sent alone, and what came with them once more, which changes nothing.
    if (left) return this.batch({ ...entry, metrics: left }, line);
    this.sent = line ?? this.sent;
    return undefined;
  }

  /** Metrics that the server does not have. */
  private async missing(metrics: readonly Metric[]): Promise<Metric[]> {
    const known = new Set<string>();
    for (const key of new Set(metrics.map((metric) => metric.key))) {
      for (const metric of await this.server.history(this.runId, key)) known.add(identity(metric));
    }
    return metrics.filter((metric) => !known.has(identity(metric)));
  }

  /** Metrics that an earlier process of the run has not sent: its times were others. */
  private async unsaid(metrics: readonly Metric[], before: Map<string, Set<string>>): Promise<Metric[]> {
    for (const key of new Set(metrics.map((metric) => metric.key))) {
      if (before.has(key)) continue;
      const history = await this.server.history(this.runId, key);
      before.set(key, new Set(history.map((metric) => identity({ ...metric, timestamp: 0 }))));
    }
    return metrics.filter((metric) => !before.get(metric.key)?.has(identity({ ...metric, timestamp: 0 })));
  }

  private async mark(line: number | undefined): Promise<undefined> {
    if (line === undefined) return undefined;
    await this.client.post('runs/set-tag', { run_id: this.runId, key: SENT, value: String(line) });
    this.sent = line;
    return undefined;
  }

  private async model(entry: ModelEntry): Promise<LoggedModel> {
    const description = await readFile(join(entry.directory, 'MLmodel'), 'utf8');
    const { runId, client } = this;
    const tags = [...entry.tags, { key: MODEL_KEY, value: entry.key }];
    let logged: { modelUri: string; modelId?: string; source: string };
    if ((await this.server.major()) >= 3) {
      const info = await this.loggedModel(entry, tags);
      const { model_id: modelId, artifact_uri: artifactUri } = info;
      const own = `${description}artifact_path: ${artifactUri}\nmodel_id: ${modelId}\nmodel_uuid: ${modelId}\nrun_id: ${runId}\n`;
      const target = { artifactUri, owner: { model_id: modelId }, to: '' };
      await uploadDirectory(client, target, entry.directory, new Map([['MLmodel', own]]));
      await client.call('PATCH', `logged-models/${modelId}`, { model_id: modelId, status: 'LOGGED_MODEL_READY' });
      await client.post('runs/outputs', { run_id: runId, models: [{ model_id: modelId, step: 0 }] });
      logged = { modelUri: `models:/${modelId}`, modelId, source: `models:/${modelId}` };
    } else {
      const own = `${description}artifact_path: ${entry.name}\nrun_id: ${runId}\n`;
      const target = { artifactUri: this.artifactUri, owner: { run_id: runId }, to: entry.name };
      await uploadDirectory(client, target, entry.directory, new Map([['MLmodel', own]]));
      // What the pages of MLflow 2 list as the run's models; they do without it.
      const { parse } = await import('yaml');
      const note = { run_id: runId, model_json: JSON.stringify(parse(own)) };
      await client.post('runs/log-model', note).catch((error) => {
        if (isUnreachable(error)) throw error;
      });
      logged = { modelUri: `runs:/${runId}/${entry.name}`, source: `${this.artifactUri}/${entry.name}` };
    }
    const { register } = entry;
    const { source, ...kept } = logged;
    if (!register) return kept;
    const version =
      (await findVersion(client, register.name, tags)) ??
      (await registerVersion(client, {
        ...register,
        source,
        runId,
        tags,
        ...(kept.modelId && { modelId: kept.modelId }),
      }));
    for (const alias of register.aliases)
      await client.post('registered-models/alias', { name: register.name, alias, version });
    return { ...kept, registered: { name: register.name, version } };
  }

  private async loggedModel(
    entry: ModelEntry,
    tags: readonly Pair[],
  ): Promise<{ model_id: string; artifact_uri: string }> {
    const find = () => this.server.findModel(this.experimentId, entry.key);
    let model = await find();
    if (!model) {
      const { name, modelType } = entry;
      const body = { experiment_id: this.experimentId, name, model_type: modelType, source_run_id: this.runId, tags };
      const reply = await this.client.callOnce('POST', 'logged-models', body, async () => {
        model = await find();
        return model !== undefined;
      });
      model ??= reply.body.model as Json;
    }
    const info = model?.info as Json | undefined;
    const { model_id, artifact_uri } = info ?? {};
    if (typeof model_id === 'string' && /^[\w-]+$/.test(model_id) && typeof artifact_uri === 'string')
      return { model_id, artifact_uri };
    throw this.client.nonsense('logged-models', 'a model without an id');
  }
}

/** Infinities become the largest double in some of MLflow's stores. */
function identity({ key, value, timestamp, step }: Metric): string {
  const number = Number(value);
  const large = Math.abs(number) >= Number.MAX_VALUE;
  return JSON.stringify([key, step, timestamp, large ? (number > 0 ? 'inf' : '-inf') : String(number)]);
}

function datasetsOf({ datasets }: InputsEntry): Json[] {
  return datasets.map(({ name, context, digest, rows, featureNames }) => ({
    tags: [{ key: 'mlflow.data.context', value: context }],
    dataset: {
      name,
      digest,
      source_type: 'holdfast',
      source: JSON.stringify({ tags: { 'mlflow.source.type': 'LOCAL' } }),
      schema: schemaText(featureNames),
      profile: JSON.stringify({ num_rows: rows, num_elements: rows * featureNames.length }),
    },
  }));
}

/** Column names as MLflow's column schema; left out where they are more than a server stores. */
function schemaText(featureNames: readonly string[]): string {
  const columns = featureNames.map((name) => ({ type: 'double', name, required: true }));
  const text = JSON.stringify({ mlflow_colspec: columns });
  return text.length < 1_000_000 ? text : JSON.stringify({ mlflow_colspec: [] });
}

export function isUnreachable(error: unknown): boolean {
  return error instanceof TrackingError && error.details.unreachable === true;
}
