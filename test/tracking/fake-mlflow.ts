/**
 * A small MLflow server in this process: it keeps what it is told, removes no duplicate metrics, and misbehaves on request. What a client sent is in
 * `requests`, and what it stored in `runs`.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface StoredRun {
  id: string;
  experiment: string;
  name: string;
  status: string;
  tags: Map<string, string>;
  params: Map<string, string>;
  metrics: { key: string; value: unknown; timestamp: number; step: number }[];
  datasets: unknown[];
}

export interface SeenRequest {
  method: string;
  path: string;
  headers: IncomingMessage['headers'];
  body: string;
}

/** What to do with a request instead of serving it, or after; undefined: serve it. */
export type Fault =
  | { status: number; headers?: Record<string, string>; body?: string }
  | 'hang'
  | 'cut'
  /** Does what is asked and never says so. */
  | 'serve and cut';

type Body = Record<string, never> & Record<string, unknown>;

export class FakeMLflow {
  readonly requests: SeenRequest[] = [];
  readonly runs = new Map<string, StoredRun>();
  readonly experiments = new Map<string, string>();
  readonly files = new Map<string, string>();
  version = '2.22.0';
  /** Milliseconds before every answer. */
  delay = 0;
  artifactRoot = 'mlflow-artifacts:/';
  fault: (request: SeenRequest, index: number) => Fault | undefined = () => undefined;
  private server: Server | undefined;
  private port = 0;

  /** Listens; after `stop`, on the same port again. */
  async start(): Promise<this> {
    const server = createServer((request, response) => void this.answer(request, response));
    this.server = server;
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
    this.port = (server.address() as AddressInfo).port;
    return this;
  }

  async stop(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    if (!server) return;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Requests whose path ends so. */
  calls(end: string): SeenRequest[] {
    return this.requests.filter(({ path }) => path.split('?')[0].endsWith(end));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const seen = {
      method: request.method ?? '',
      path: request.url ?? '',
      headers: request.headers,
      body: Buffer.concat(chunks).toString(),
    };
    const fault = this.fault(seen, this.requests.push(seen) - 1);
    if (fault === 'hang') return;
    if (fault === 'cut') {
      request.socket.destroy();
      return;
    }
    if (typeof fault === 'object') {
      response.writeHead(fault.status, fault.headers).end(fault.body ?? '');
      return;
    }
    const { status, body } = this.serve(seen);
    if (this.delay > 0) await new Promise((resolve) => setTimeout(resolve, this.delay));
    if (fault === 'serve and cut') request.socket.destroy();
    else response.writeHead(status, { 'content-type': 'application/json' }).end(body);
  }

  private serve({ method, path, body }: SeenRequest): { status: number; body: string } {
    const ok = (value: unknown) => ({ status: 200, body: JSON.stringify(value) });
    const error = (status: number, error_code: string, message = '') => ({
      status,
      body: JSON.stringify({ error_code, message }),
    });
    const url = new URL(path, 'http://x');
    if (url.pathname === '/version') return { status: 200, body: this.version };
    if (url.pathname.includes('/mlflow-artifacts/artifacts/')) {
      this.files.set(decodeURIComponent(url.pathname.split('/artifacts/').slice(1).join('/artifacts/')), body);
      return ok({});
    }
    const call = url.pathname.replace('/api/2.0/mlflow/', '');
    const told = (body === '' ? Object.fromEntries(url.searchParams) : JSON.parse(body)) as Body;
    const run = this.runs.get(String(told.run_id));
    switch (`${method} ${call}`) {
      case 'GET experiments/get-by-name': {
        const id = this.experiments.get(told.experiment_name);
        return id ? ok({ experiment: { experiment_id: id } }) : error(404, 'RESOURCE_DOES_NOT_EXIST');
      }
      case 'POST experiments/create': {
        if (this.experiments.has(told.name)) return error(400, 'RESOURCE_ALREADY_EXISTS');
        const id = String(this.experiments.size + 1);
        this.experiments.set(told.name, id);
        return ok({ experiment_id: id });
      }
      case 'POST runs/create': {
        const id = `run${this.runs.size}`;
        const tags = told.tags as { key: string; value: string }[];
        this.runs.set(id, {
          id,
          experiment: String(told.experiment_id),
          name: String(told.run_name),
          status: 'RUNNING',
          tags: new Map(tags.map(({ key, value }) => [key, value])),
          params: new Map(),
          metrics: [],
          datasets: [],
        });
        return ok({ run: this.describe(id) });
      }
      case 'POST runs/search': {
        const [, tag, value, status] =
          /^tags\.`(.+)` = '(.+?)'(?: and attributes\.status = '(\w+)')?$/.exec(told.filter) ?? [];
        const found = [...this.runs.values()]
          .filter((one) => one.tags.get(tag) === value && (status ?? one.status) === one.status)
          // As MLflow does: the newest first.
          .reverse();
        return ok({ runs: found.map(({ id }) => this.describe(id)) });
      }
      case 'GET metrics/get-history':
        return ok({ metrics: run?.metrics.filter(({ key }) => key === told.metric_key) });
    }
    if (!run) return error(404, 'RESOURCE_DOES_NOT_EXIST', `no ${call}`);
    if (call === 'runs/log-batch') {
      for (const { key, value } of told.params as { key: string; value: string }[]) {
        if ((run.params.get(key) ?? value) !== value) return error(400, 'INVALID_PARAMETER_VALUE', `${key} changed`);
        run.params.set(key, value);
      }
      run.metrics.push(...(told.metrics as StoredRun['metrics']));
      for (const { key, value } of told.tags as { key: string; value: string }[]) run.tags.set(key, value);
    } else if (call === 'runs/set-tag') run.tags.set(told.key, told.value);
    else if (call === 'runs/delete-tag') {
      if (!run.tags.delete(told.key)) return error(404, 'RESOURCE_DOES_NOT_EXIST', `no tag ${told.key}`);
    } else if (call === 'runs/log-inputs') {
      // As MLflow does: a data set is known by its name and digest.
      const known = new Set(run.datasets.map((dataset) => JSON.stringify(dataset)));
      run.datasets.push(...(told.datasets as unknown[]).filter((dataset) => !known.has(JSON.stringify(dataset))));
    } else if (call === 'runs/update') run.status = told.status;
    else if (call !== 'runs/log-model') return error(404, 'ENDPOINT_NOT_FOUND', call);
    return ok({});
  }

  private describe(id: string): unknown {
    const run = this.runs.get(id);
    const pairs = (of?: Map<string, string>) => [...(of ?? [])].map(([key, value]) => ({ key, value }));
    const artifact_uri = `${this.artifactRoot}1/${id}/artifacts`;
    return {
      info: { run_id: id, status: run?.status, artifact_uri },
      data: { tags: pairs(run?.tags), params: pairs(run?.params) },
    };
  }
}
