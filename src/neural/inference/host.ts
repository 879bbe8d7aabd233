/**
 * Sessions of fitted models, in one worker thread that all models share. It starts with the first prediction and does not keep an idle
 * process alive. A lost worker is replaced; sessions open again in the new one when they are next used.
 */
import { Worker } from 'node:worker_threads';
import { deserializeError } from '../../kernels/error-transfer.js';
import { workerUrl } from '../../kernels/pool.js';
import type { EngineTensor } from '../engine/engine.js';
import type { Answer, PredictRequest, Request, SessionOptions } from './messages.js';

interface Waiting {
  resolve(result: unknown): void;
  reject(error: unknown): void;
}

class Host {
  private readonly worker = new Worker(workerUrl('neural/inference/worker'), { execArgv: [], name: 'holdfast neural' });
  private readonly waiting = new Map<number, Waiting>();
  private asked = 0;
  lost = false;

  constructor() {
    this.worker.unref();
    this.worker.on('message', (message: Answer) => this.receive(message));
    this.worker.on('error', (error) => this.lose(error));
    this.worker.on('exit', (code) => this.lose(new Error(`The worker thread exited with code ${code}`)));
  }

  ask(request: Request): Promise<unknown> {
    const id = ++this.asked;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.worker.ref();
      try {
        this.worker.postMessage({ ...request, id });
      } catch (error) {
        this.settle(id)?.reject(error);
      }
    });
  }

  private receive({ id, result, error }: Answer): void {
    const waiting = this.settle(id);
    if (error) waiting?.reject(deserializeError(error, 'Prediction'));
    else waiting?.resolve(result);
  }

  private lose(error: unknown): void {
    this.lost = true;
    for (const id of [...this.waiting.keys()]) this.settle(id)?.reject(error);
  }

  private settle(id: number): Waiting | undefined {
    const waiting = this.waiting.get(id);
    this.waiting.delete(id);
    if (this.waiting.size === 0) this.worker.unref();
    return waiting;
  }
}

let host: Host | undefined;
let sessions = 0;

function currentHost(): Host {
  if (!host || host.lost) host = new Host();
  return host;
}

/** What a session needs to close when nobody can use it any more. */
interface Opened {
  readonly host: Host;
  readonly session: number;
}

const abandoned = new FinalizationRegistry<Opened>(close);

function close({ host, session }: Opened): void {
  if (!host.lost) host.ask({ kind: 'close', session }).catch(() => {});
}

/** A saved graph, ready to run. Opens when it is first used, closes when it is closed or collected. */
export class HostedSession {
  private opened: Promise<Opened> | undefined;
  private current: Opened | undefined;

  constructor(
    private readonly file: Uint8Array,
    private readonly options: SessionOptions,
  ) {}

  /** (n * width,) outputs, row by row. */
  async predict(request: PredictRequest): Promise<Float32Array> {
    const { host, session } = await this.open();
    return (await host.ask({ kind: 'predict', session, request })) as Float32Array;
  }

  async run(feeds: Readonly<Record<string, EngineTensor>>): Promise<Record<string, EngineTensor>> {
    const { host, session } = await this.open();
    return (await host.ask({ kind: 'run', session, feeds })) as Record<string, EngineTensor>;
  }

  close(): void {
    if (this.current) close(this.current);
    abandoned.unregister(this);
    this.current = undefined;
    this.opened = undefined;
  }

  private open(): Promise<Opened> {
    if (this.current?.host.lost) this.opened = undefined;
    this.opened ??= this.start();
    return this.opened;
  }

  private async start(): Promise<Opened> {
    const opened = { host: currentHost(), session: ++sessions };
    try {
      await opened.host.ask({ kind: 'open', session: opened.session, file: this.file, options: this.options });
    } catch (error) {
      this.opened = undefined;
      throw error;
    }
    this.current = opened;
    abandoned.register(this, opened, this);
    return opened;
  }
}
