/** What a service sees of the library's work: spans of a tracer that the user has set up, and structured lines of a logger. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { trace } from '@opentelemetry/api';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { registerBuiltins } from '../../src/builtin.js';
import { ConfigError, DatabaseError } from '../../src/core/errors.js';
import type { LogFields, Logger, LogLevel } from '../../src/core/logging.js';
import { inSpan } from '../../src/core/spans.js';
import { TimeSeriesDataContainer } from '../../src/data/container.js';
import { KFold } from '../../src/splits/k-fold.js';
import { syntheticClassification } from '../../src/testing/synthetic.js';
import { MLflowTracker } from '../../src/tracking/mlflow/tracker.js';
import { ModelStore } from '../../src/tracking/model-store/model-store.js';
import { TrainingRunRepository } from '../../src/tracking/repository/training-run-repository.js';
import { ModelTrainer } from '../../src/training/trainer.js';
import { float } from '../../src/tuning/distribution.js';
import { tuneModel } from '../../src/tuning/tune-model.js';
import { crossValidate } from '../../src/validation/cross-validate.js';

interface Seen {
  readonly name: string;
  readonly parent?: string;
  readonly attributes: Record<string, unknown>;
  status?: { code: number; message?: string };
  ended?: boolean;
}

let spans: Seen[] = [];
const active = new AsyncLocalStorage<Seen>();
/** As much of a tracer as the library uses. */
const tracer = {
  startActiveSpan<T>(name: string, work: (span: unknown) => T): T {
    const seen: Seen = { name, attributes: {}, ...(active.getStore() && { parent: active.getStore()?.name }) };
    spans.push(seen);
    const span = {
      setAttributes: (more: object) => Object.assign(seen.attributes, more),
      recordException() {},
      setStatus: (status: Seen['status']) => (seen.status = status),
      end: () => (seen.ended = true),
    };
    return active.run(seen, () => work(span));
  },
};

interface Line {
  readonly level: LogLevel;
  readonly message: string;
  readonly fields?: LogFields;
}
let lines: Line[] = [];
const tell =
  (level: LogLevel) =>
  (message: string, fields?: LogFields): void =>
    void lines.push({ level, message, fields });
const logger: Logger = { debug: tell('debug'), info: tell('info'), warn: tell('warn'), error: tell('error') };

let directory: string;
beforeAll(async () => {
  registerBuiltins();
  trace.setGlobalTracerProvider({ getTracer: () => tracer } as never);
  directory = await mkdtemp(join(tmpdir(), 'holdfast-observed-'));
});
afterAll(async () => {
  trace.disable();
  await rm(directory, { recursive: true, force: true });
});
beforeEach(() => {
  spans = [];
  lines = [];
});

const { X, y } = syntheticClassification({ rows: 300 });
function container(): TimeSeriesDataContainer {
  const rows = (from: number, to: number) => X.take(Uint32Array.from({ length: to - from }, (_, i) => from + i));
  return new TimeSeriesDataContainer({
    ...{ XTrain: rows(0, 180), yTrain: y.slice(0, 180), XVal: rows(180, 240), yVal: y.slice(180, 240) },
    ...{ XTest: rows(240, 300), yTest: y.slice(240, 300), symbol: 'ES' },
  });
}
const messages = (level: LogLevel) => lines.flatMap((line) => (line.level === level ? [line.message] : []));
const tree = () => spans.map(({ name, parent }) => (parent ? `${parent} > ${name}` : name));

describe('inSpan', () => {
  it('gives what the work gives, and throws what it throws, with its message on the span but for secrets', async () => {
    expect(await inSpan('a', { n: 1, none: undefined }, async () => 3)).toBe(3);
    await expect(
      inSpan('b', { url: 'https://me:hunter2@host' }, () => Promise.reject(new Error('https://me:hunter2@host: no'))),
    ).rejects.toThrow('hunter2');
    expect(spans).toMatchObject([
      { name: 'a', attributes: { n: 1 }, ended: true },
      { name: 'b', status: { code: 2, message: 'https://***@host: no' }, ended: true },
    ]);
    expect(JSON.stringify(spans)).not.toContain('hunter2');
  });
});

describe('ModelTrainer', () => {
  const quick = { evaluation: { bootstrap: false } } as const;

  it('shows a training, its fit, evaluation and saving', async () => {
    const trainer = new ModelTrainer({ runsDirectory: directory, logger });
    const { runId } = await trainer.trainModel('logistic', container(), quick);
    expect(tree()).toEqual([
      'holdfast.train',
      'holdfast.train > holdfast.fit',
      'holdfast.train > holdfast.evaluate',
      'holdfast.train > holdfast.save',
    ]);
    expect(spans[0].attributes).toMatchObject({ 'holdfast.run': runId, 'holdfast.model': 'logistic' });
    expect(spans.every(({ ended, status }) => ended && !status)).toBe(true);
    expect(messages('info')).toEqual(['training begins', 'training ended']);
    expect(messages('debug')).toContain('fit ended');
    expect(lines.at(-1)?.fields).toMatchObject({ run: runId, symbol: 'ES', seconds: expect.any(Number) });
  });

  it('shows why a training failed', async () => {
    const failing = new ModelTrainer({ logger }).trainModel('logistic', container(), { save: false, variant: 'none' });
    await expect(failing).rejects.toThrow(ConfigError);
    expect(messages('error')[0]).toMatch(/^training failed: .*none/);
    expect(lines.at(-1)?.fields).toMatchObject({ code: 'CONFIG', model: 'logistic' });
    expect(spans[0].status?.code).toBe(2);
  });

  it('shows the models of a comparison, those that fail as warnings', async () => {
    const models = ['logistic', { name: 'logistic', label: 'wrong', seqLen: -1 }];
    await new ModelTrainer({ logger }).trainAll(container(), { models, save: false, resamples: 50, baselines: false });
    expect(tree().filter((name) => name === 'holdfast.compare > holdfast.train').length).toBeGreaterThan(0);
    expect(lines.at(-1)?.fields).toMatchObject({ winner: 'logistic' });
  });

  it('trains with a logger that throws, and refuses what is none', async () => {
    const broken = () => {
      throw new Error('no disk');
    };
    const logger = { debug: broken, info: broken, warn: broken, error: broken };
    await new ModelTrainer({ logger }).trainModel('logistic', container(), { save: false, ...quick });
    expect(() => new ModelTrainer({ logger: {} as Logger })).toThrow(ConfigError);
  });
});

describe('tuning and cross-validation', () => {
  it('show their trials, the best and the failed ones', async () => {
    await tuneModel('logistic', container(), { space: { C: float(0.1, 10) }, trials: 3, logger });
    expect(tree()).toEqual(['holdfast.tune', ...Array(3).fill('holdfast.tune > holdfast.trial')]);
    expect(messages('info')).toEqual(
      expect.arrayContaining(['tuning begins', 'trial 0 is the best so far', 'tuning ended']),
    );
    expect(messages('debug')).toContain('trial 2: complete');
    expect(lines.at(-1)?.fields).toMatchObject({ made: 3, metric: 'rocAuc', best: expect.any(Number) });
  });

  it('show their folds', async () => {
    await crossValidate('logistic', container().train, { splitter: new KFold({ folds: 2 }), threads: 1, logger });
    expect(tree()).toEqual(['holdfast.crossValidate', ...Array(2).fill('holdfast.crossValidate > holdfast.fold')]);
    expect(messages('debug')).toContain('fold ended');
    expect(messages('info')).toEqual(['cross-validation begins', 'cross-validation ended']);
  });
});

describe('trackers and stores', () => {
  it('a server that is away: tries, the journal, and no credentials', async () => {
    const tracker = new MLflowTracker({
      ...{ trackingUri: 'http://mira:hunter2@127.0.0.1:1', experiment: 'x', logger, retryDelay: 0.001 },
      journal: join(directory, 'journal'),
    });
    const run = await tracker.startRun({ runId: 'r', model: 'm', params: {}, tags: {} });
    await run.finish('completed');
    expect(messages('warn')).toEqual(
      expect.arrayContaining([
        'a request to the tracking server is tried again',
        'the tracking server cannot be reached: the run goes into the journal',
      ]),
    );
    expect(lines[0].fields).toMatchObject({
      attempt: 1,
      reason: 'ECONNREFUSED',
      path: expect.stringContaining('mlflow'),
    });
    expect(JSON.stringify([lines, spans])).not.toContain('hunter2');
    expect(spans[0]).toMatchObject({ name: 'holdfast.mlflow', status: { code: 2 } });
  });

  it('a database that is away: tries, the failure, and no credentials', async () => {
    const url = 'postgresql://mira:hunter2@127.0.0.1:1/runs';
    const repository = new TrainingRunRepository({ url, retrySeconds: 1.5, logger });
    await expect(repository.open()).rejects.toThrow(DatabaseError);
    await repository.close();
    expect(messages('warn')[0]).toContain('tried again');
    expect(messages('error')[0]).toContain('failed');
    expect(spans[0]).toMatchObject({ name: 'holdfast.repository', status: { code: 2 } });
    expect(JSON.stringify([lines, spans])).not.toContain('hunter2');
  });

  it('a model store: what is registered, promoted, and what went wrong', async () => {
    const { model } = await new ModelTrainer().trainModel('logistic', container(), { save: false });
    lines = [];
    spans = [];
    const store = new ModelStore({ directory: join(directory, 'models'), logger });
    const lineage = { dataHash: 'a'.repeat(64), codeVersion: 'test' };
    await store.register(model, { name: 'm', lineage });
    await store.promote('m', 1, { reason: 'first' });
    await store.load('m', 'production');
    await expect(store.rollBack('m')).rejects.toThrow(/nothing to go back to/);
    expect(spans.map(({ name }) => name)).toEqual(
      ['register', 'promote', 'load', 'rollBack'].map((what) => `holdfast.store.${what}`),
    );
    expect(messages('info')).toContain('registering a model ended');
    expect(messages('error')).toHaveLength(1);
  });
});
