/** What all runs of one server share: its version, its experiments, and runs and models found by their keys. */
import { TrackingError } from '../../core/errors.js';
import type { Json, MLflowClient } from './client.js';
import type { Metric, Pair } from './entry.js';

/** Tags that runs and models are found by. */
/** The caller's id of a run. */
export const RUN_ID = 'holdfast.run_id';
export const RUN_KEY = 'holdfast.run_key';
export const MODEL_KEY = 'holdfast.model_key';

export class MLflowServer {
  private readonly experiments = new Map<string, Promise<string>>();
  /** Server's ids of runs by their keys. */
  private readonly runs = new Map<string, string>();
  private version: Promise<number> | undefined;

  constructor(readonly client: MLflowClient) {}

  /** Number of the MLflow version: 3, or 2 where the server does not say. */
  major(): Promise<number> {
    this.version ??= this.client.version().then((text) => Number.parseInt(text ?? '2', 10));
    this.version.catch(() => {
      this.version = undefined;
    });
    return this.version;
  }

  /** Id of the experiment of that name, made where it does not exist. */
  experiment(name: string): Promise<string> {
    let id = this.experiments.get(name);
    if (!id) {
      id = this.makeExperiment(name);
      this.experiments.set(name, id);
      // A failure is not remembered.
      id.catch(() => this.experiments.delete(name));
    }
    return id;
  }

  private async makeExperiment(name: string): Promise<string> {
    // Another process may make it between the question and the answer: then the question is asked again.
    for (let attempt = 0; attempt < 3; attempt++) {
      const found = await this.client.get('experiments/get-by-name', { experiment_name: name }).catch(ifCode(ABSENT));
      if (found) return this.experimentId(found.experiment as Json | undefined, name);
      const made = await this.client.post('experiments/create', { name }).catch(ifCode(EXISTS));
      if (typeof made?.experiment_id === 'string') return made.experiment_id;
      if (made) break;
    }
    throw this.client.nonsense('experiments/create', 'an experiment that neither exists nor can be made');
  }

  private experimentId(experiment: Json | undefined, name: string): string {
    const { experiment_id: id, lifecycle_stage: stage } = experiment ?? {};
    if (typeof id !== 'string') throw this.client.nonsense('experiments/get-by-name', 'an experiment without an id');
    if (stage !== 'deleted') return id;
    throw new TrackingError(`The experiment '${name}' has been deleted`, {
      hint: 'Restore it (mlflow experiments restore), or use another name.',
      details: { experiment: name, id },
    });
  }

  remember(key: string, runId: string): void {
    this.runs.set(key, runId);
  }

  /** Server's id of the run with that key, if it is there. */
  async parentId(experimentId: string, key: string): Promise<string | undefined> {
    const known = this.runs.get(key);
    if (known) return known;
    const info = (await this.findRun(experimentId, key))?.info as Json | undefined;
    return typeof info?.run_id === 'string' ? info.run_id : undefined;
  }

  async findRun(experimentId: string, key: string): Promise<Json | undefined> {
    const filter = `tags.\`${RUN_KEY}\` = '${key}'`;
    const answer = await this.client.post('runs/search', { experiment_ids: [experimentId], filter, max_results: 1 });
    return first(answer.runs);
  }

  /** All runs that the filter lets through, the newest first. */
  async runsOf(experimentId: string, filter: string): Promise<Json[]> {
    const found: Json[] = [];
    let page = '';
    do {
      const answer = await this.client.post('runs/search', {
        ...{ experiment_ids: [experimentId], filter, max_results: 1000, order_by: ['attributes.start_time DESC'] },
        ...(page && { page_token: page }),
      });
      if (Array.isArray(answer.runs)) found.push(...(answer.runs as Json[]));
      page = typeof answer.next_page_token === 'string' ? answer.next_page_token : '';
    } while (page !== '');
    return found;
  }

  async findModel(experimentId: string, key: string): Promise<Json | undefined> {
    const filter = `tags.\`${MODEL_KEY}\` = '${key}'`;
    const body = { experiment_ids: [experimentId], filter, max_results: 1 };
    return first((await this.client.post('logged-models/search', body)).models);
  }

  /** Every value that the server has of a metric. */
  async history(runId: string, key: string): Promise<Metric[]> {
    const found: Metric[] = [];
    let page = '';
    do {
      const query = { run_id: runId, metric_key: key, max_results: '25000', ...(page && { page_token: page }) };
      const answer = await this.client.get('metrics/get-history', query).catch(ifCode(ABSENT));
      for (const item of Array.isArray(answer?.metrics) ? (answer.metrics as Json[]) : []) {
        const { value, timestamp, step } = item;
        found.push({
          key,
          value: value as Metric['value'],
          timestamp: Number(timestamp ?? 0),
          step: Number(step ?? 0),
        });
      }
      page = typeof answer?.next_page_token === 'string' ? answer.next_page_token : '';
    } while (page !== '');
    return found;
  }
}

export const ABSENT = 'RESOURCE_DOES_NOT_EXIST';
const EXISTS = 'RESOURCE_ALREADY_EXISTS';

/** For `catch`: undefined where the server gave that code, else the error. */
export const ifCode =
  (code: string) =>
  (error: unknown): undefined => {
    if (error instanceof TrackingError && error.details.errorCode === code) return undefined;
    throw error;
  };

/** Value of a tag of a run, as the server describes it. */
export function tagOf(run: Json | undefined, key: string): string | undefined {
  const { tags } = (run?.data ?? {}) as { tags?: unknown };
  return (Array.isArray(tags) ? (tags as Partial<Pair>[]) : []).find((tag) => tag.key === key)?.value;
}

const first = (items: unknown): Json | undefined => (Array.isArray(items) ? (items[0] as Json | undefined) : undefined);
