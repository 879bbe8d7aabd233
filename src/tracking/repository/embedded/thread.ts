/** One run of the embedded database's thread: from its start to its end, which fails whoever still waits. */
import { Worker } from 'node:worker_threads';
import { deserializeError } from '../../../kernels/error-transfer.js';
import { workerUrl } from '../../../kernels/pool.js';
import type { Row } from '../database.js';
import { ConnectionLost } from '../faults.js';
import type { Reply, Statement } from './messages.js';

interface Waiting<T> {
  resolve(value: T): void;
  reject(error: unknown): void;
}

export class DatabaseThread {
  readonly ready: Promise<void>;
  ended = false;
  private readonly worker: Worker;
  private readonly waiting = new Map<number, Waiting<Row[]>>();
  private starting: Waiting<void> | undefined;
  private readonly exited: Promise<unknown>;
  private asked = 0;

  constructor(directory: string) {
    this.worker = new Worker(workerUrl('tracking/repository/embedded/worker'), {
      workerData: { directory },
      execArgv: [],
      name: 'holdfast runs',
      // It prints what PostgreSQL has to say while it starts.
      stdout: true,
      stderr: true,
    });
    this.exited = new Promise((resolve) => this.worker.once('exit', resolve));
    this.ready = new Promise((resolve, reject) => {
      this.starting = { resolve, reject };
    });
    this.ready.catch(() => {});
    this.worker.on('message', (message: Reply) => this.receive(message));
    this.worker.on('error', (error) => this.end(new ConnectionLost(`The embedded database ended: ${String(error)}`)));
    this.worker.on('exit', (code) => this.end(new ConnectionLost(`The embedded database ended with code ${code}`)));
  }

  ask(text: string, values: readonly unknown[]): Promise<Row[]> {
    if (this.ended) return Promise.reject(new ConnectionLost('The embedded database ended'));
    const statement: Statement = { id: ++this.asked, text, values };
    return new Promise((resolve, reject) => {
      this.waiting.set(statement.id, { resolve, reject });
      this.worker.ref();
      this.worker.postMessage(statement);
    });
  }

  /** Ends it; files are whole afterwards. */
  async close(): Promise<void> {
    if (this.ended) return;
    this.worker.ref();
    this.worker.postMessage('close');
    await this.exited;
  }

  private receive(message: Reply): void {
    switch (message.kind) {
      case 'ready':
        this.starting?.resolve();
        this.starting = undefined;
        this.rest();
        return;
      case 'broken': {
        const error = deserializeError(message.error, 'The embedded database');
        // What it cannot start with does not pass; what broke while it ran may not break again.
        this.end(this.starting ? error : new ConnectionLost(error.message, { cause: error }));
        void this.worker.terminate();
        return;
      }
      case 'rows':
        this.settle(message.id)?.resolve([...message.rows]);
        return;
      case 'refused':
        this.settle(message.id)?.reject(Object.assign(new Error(message.fault.message), message.fault));
    }
  }

  private settle(id: number): Waiting<Row[]> | undefined {
    const waiting = this.waiting.get(id);
    this.waiting.delete(id);
    this.rest();
    return waiting;
  }

  /** Without work it keeps no process alive. */
  private rest(): void {
    if (this.waiting.size === 0 && !this.starting) this.worker.unref();
  }

  private end(error: unknown): void {
    this.ended = true;
    this.starting?.reject(error);
    this.starting = undefined;
    for (const { reject } of this.waiting.values()) reject(error);
    this.waiting.clear();
    this.worker.unref();
  }
}
