import { rm } from 'node:fs/promises';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConfigError, InvalidInputError, LockedError } from '../../../src/core/errors.js';
import { TrainingRunRepository } from '../../../src/tracking/repository/training-run-repository.js';
import { embeddedDirectory } from '../embedded-directory.js';

let directory: string;
let repository: TrainingRunRepository;

beforeAll(async () => {
  directory = await embeddedDirectory();
  repository = new TrainingRunRepository({ directory });
});
afterAll(async () => {
  await repository.close();
  await rm(directory, { recursive: true, force: true });
});

let experiments = 0;
const experiment = (): string => `experiment ${++experiments}`;

describe('a training run', () => {
  it('is kept from its start to its end with everything that was said of it', async () => {
    await repository.saveModelVersion({ modelVersionId: 'trend:1', modelName: 'trend', version: 1, checksum: 'abc' });
    const started = await repository.start({
      trainingRunId: 'run 1',
      experimentId: 'first',
      algorithmName: 'lightgbm',
      hyperparameters: { numLeaves: 31, learningRate: 0.1, nested: { list: [1, 'two', null, true] } },
      hyperparameterSpace: { numLeaves: [3, 31] },
      trainedBy: 'someone',
    });
    expect(started).toMatchObject({ status: 'running', framework: 'holdfast', process: { pid: process.pid } });
    await repository.update('run 1', { mlflowRunId: 'm1', tuningTrials: 50 });
    const outcome = {
      modelVersionId: 'trend:1',
      trainMetrics: { rocAuc: 0.7 },
      validationMetrics: { rocAuc: 0.6, classes: { '1': { f1: 0.5 } } },
      testMetrics: { rocAuc: 0.59 },
      trainSamples: 60_000,
      validationSamples: 20_000,
      testSamples: 15_000,
      modelArtifactUri: 'file:///models/trend/1',
      preprocessingArtifactUri: 'file:///models/trend/1/preprocessing',
      trainingDurationSeconds: 12.345,
    };
    const completed = await repository.complete('run 1', outcome);
    expect(completed).toEqual({
      ...started,
      ...outcome,
      mlflowRunId: 'm1',
      tuningTrials: 50,
      status: 'completed',
      trainingDurationSeconds: 12.35,
      completedAt: expect.any(Date),
    });
    expect(Math.abs(completed.startedAt.getTime() - Date.now())).toBeLessThan(3600_000);
    expect(await repository.get('run 1')).toEqual(completed);
  });

  it('that fails says why, and has a duration that was measured where none was given', async () => {
    const run = await repository.start({ experimentId: experiment(), algorithmName: 'svm' });
    const failed = await repository.fail(run.trainingRunId, 'the labels are all one\nclass');
    expect(failed).toMatchObject({ status: 'failed', failureReason: 'the labels are all one\nclass' });
    const other = await repository.start({ experimentId: 'e', algorithmName: 'svm' });
    expect((await repository.complete(other.trainingRunId)).trainingDurationSeconds).toBeGreaterThanOrEqual(0);
  });

  it('ends once, and only by who started it', async () => {
    const { trainingRunId } = await repository.start({ experimentId: experiment(), algorithmName: 'svm' });
    await repository.complete(trainingRunId);
    await expect(repository.fail(trainingRunId, 'late')).rejects.toThrow(InvalidInputError);
    await expect(repository.complete('nobody started this')).rejects.toThrow(InvalidInputError);
    await expect(repository.start({ trainingRunId, experimentId: 'e', algorithmName: 'svm' })).rejects.toThrow(
      /already/,
    );
    await expect(repository.resume(trainingRunId)).rejects.toThrow(/completed/);
  });

  it('refuses a model version that nobody saved, and other content under a version that is there', async () => {
    const { trainingRunId } = await repository.start({ experimentId: experiment(), algorithmName: 'svm' });
    await expect(repository.complete(trainingRunId, { modelVersionId: 'nowhere:9' })).rejects.toThrow(
      InvalidInputError,
    );
    expect((await repository.complete(trainingRunId)).status).toBe('completed');
    const version = { modelVersionId: 'sea:1', modelName: 'sea', version: 1, checksum: 'abc', lineage: { seed: 1 } };
    await repository.saveModelVersion(version);
    await repository.saveModelVersion(version);
    await expect(repository.saveModelVersion({ ...version, checksum: 'def' })).rejects.toThrow(InvalidInputError);
  });

  it('refuses fields that there are none of, and values that a column does not hold', async () => {
    const run = { experimentId: experiment(), algorithmName: 'svm' };
    const wrong: object[] = [
      { ...run, algoritmName: 'x' },
      { ...run, status: 'completed' },
      { ...run, trainSamples: 1.5 },
      { ...run, trainSamples: 2 ** 31 },
      { ...run, trainingDurationSeconds: -1 },
      { ...run, trainingDurationSeconds: 1e8 },
      { ...run, trainingDurationSeconds: Number.NaN },
      { ...run, hyperparameters: [1] },
      { ...run, hyperparameters: { fn: () => 1 } },
      { ...run, hyperparameters: { big: 1n } },
      { ...run, algorithmName: 7 },
      { experimentId: 'e' },
      { algorithmName: 'svm' },
    ];
    for (const input of wrong) {
      const error = await repository.start(input as never).catch((e: unknown) => e);
      expect(error instanceof InvalidInputError || error instanceof ConfigError, inspect(input)).toBe(true);
    }
    expect((await repository.list({ experimentId: run.experimentId })).runs).toEqual([]);
  });
});

describe('what is hostile', () => {
  const texts = [
    "'; DROP TABLE ml_training_runs; --",
    '$1 %s {} \\ " ` $x',
    '../../x',
    'two\nlines\r\n\tand a tab',
    'x'.repeat(10_000),
    Array.from({ length: 10_000 }, (_, i) => String.fromCodePoint(0x4e00 + ((i * 7919) % 20_000))).join(''),
    'é\u202e\ufeff\u{1f600}',
    '',
  ];

  it('is stored exactly as a name, a hyperparameter, a key and a reason', async () => {
    const experimentId = experiment();
    for (const text of texts) {
      const hyperparameters = { name: text, [text]: { [text]: [text] } };
      const { trainingRunId } = await repository.start({
        experimentId,
        algorithmName: text,
        framework: text,
        hyperparameters,
      });
      const failed = await repository.fail(trainingRunId, text, { trainedBy: text, modelArtifactUri: text });
      expect(failed).toMatchObject({ algorithmName: text, framework: text, trainedBy: text, failureReason: text });
      expect(failed.hyperparameters).toEqual(hyperparameters);
      expect((await repository.list({ experimentId, algorithmName: text })).runs).toEqual([failed]);
    }
    for (const text of texts.filter(({ length }) => length > 0 && length < 1000)) {
      const { trainingRunId } = await repository.start({ trainingRunId: text, experimentId: text, algorithmName: 'x' });
      expect(trainingRunId).toBe(text);
      expect((await repository.list({ experimentId: text })).runs).toHaveLength(1);
    }
  });

  it('is refused with a typed error where it cannot be stored exactly', async () => {
    const run = { experimentId: experiment(), algorithmName: 'x' };
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    for (const bad of ['a\0b', '\ud800', 'x\udc00']) {
      for (const input of [
        { algorithmName: bad },
        { hyperparameters: { bad } },
        { hyperparameters: { [bad]: 1 } },
        { trainingRunId: bad },
      ]) {
        await expect(repository.start({ ...run, ...input })).rejects.toThrow(InvalidInputError);
      }
    }
    for (const key of ['', 'x'.repeat(10_000)]) {
      await expect(repository.start({ ...run, experimentId: key })).rejects.toThrow(InvalidInputError);
      await expect(repository.get(key)).rejects.toThrow(InvalidInputError);
    }
    await expect(repository.start({ ...run, hyperparameters: circle })).rejects.toThrow(InvalidInputError);
  });

  it('includes numbers that JSON does not hold: they come back as the same numbers', async () => {
    const metrics = {
      a: Number.NaN,
      b: Number.POSITIVE_INFINITY,
      c: [Number.NEGATIVE_INFINITY, 1e308, 5e-324, 0.1],
      text: 'NaN',
      other: ['Infinity', '\\NaN', '-Infinity', '\\\\Infinity'],
      values: new Float32Array([0.5, Number.NaN]),
    };
    const { trainingRunId } = await repository.start({ experimentId: experiment(), algorithmName: 'x' });
    const { validationMetrics } = await repository.complete(trainingRunId, { validationMetrics: metrics });
    expect(validationMetrics).toEqual({ ...metrics, values: [0.5, Number.NaN] });
  });
});

describe('questions', () => {
  it('list pages from the latest to the earliest, without a gap or a double while runs are added', async () => {
    const experimentId = experiment();
    const ids: string[] = [];
    for (let i = 0; i < 7; i++) {
      const { trainingRunId } = await repository.start({ experimentId, algorithmName: i % 2 ? 'svm' : 'ridge' });
      ids.unshift(trainingRunId);
    }
    const seen: string[] = [];
    for (let after: string | undefined, pages = 0; pages === 0 || after; pages++) {
      const page = await repository.list({ experimentId, limit: 3, after });
      seen.push(...page.runs.map(({ trainingRunId }) => trainingRunId));
      after = page.next;
      if (pages === 0) await repository.start({ experimentId, algorithmName: 'later' });
    }
    expect(seen).toEqual(ids);
    expect((await repository.list({ experimentId, algorithmName: 'svm' })).runs).toHaveLength(3);
    await repository.complete(ids[0]);
    expect((await repository.list({ experimentId, status: 'completed' })).runs.map((r) => r.trainingRunId)).toEqual([
      ids[0],
    ]);
    expect(await repository.counts(experimentId)).toEqual({ running: 7, completed: 1, failed: 0 });
    const [latest] = (await repository.list({ experimentId, limit: 1 })).runs;
    expect((await repository.list({ experimentId, startedBefore: latest.startedAt })).runs.length).toBeLessThan(8);
    expect((await repository.list({ experimentId, startedAfter: new Date('2100-01-01') })).runs).toEqual([]);
  });

  it('best orders by a metric, by a path, by a split, and leaves out runs without a number there', async () => {
    const experimentId = experiment();
    const scores = [0.5, 0.9, Number.NaN, 0.7, 0.9, null, 'high'];
    const ids: string[] = [];
    for (const score of scores) {
      const { trainingRunId } = await repository.start({ experimentId, algorithmName: 'x' });
      await repository.complete(trainingRunId, {
        validationMetrics: { "it's": score, by: { class: [score] } },
        testMetrics: score === 0.5 ? { other: 1 } : {},
      });
      ids.push(trainingRunId);
    }
    const order = async (options: Partial<Parameters<typeof repository.best>[0]>): Promise<number[]> => {
      const runs = await repository.best({
        metric: "it's",
        direction: 'maximize',
        experimentId,
        limit: 10,
        ...options,
      });
      return runs.map(({ trainingRunId }) => ids.indexOf(trainingRunId));
    };
    expect(await order({})).toEqual([1, 4, 3, 0]);
    expect(await order({ direction: 'minimize', limit: 2 })).toEqual([0, 3]);
    expect(await order({ metric: ['by', 'class', '0'] })).toEqual([1, 4, 3, 0]);
    expect(await order({ metric: 'other', split: 'test' })).toEqual([0]);
    expect(await order({ metric: "x') OR 1=1 --" })).toEqual([]);
  });

  it('refuse what they do not know', async () => {
    for (const wrong of [
      { limit: 0 },
      { limit: 1001 },
      { status: 'done' },
      { after: 'x' },
      { statsu: 'failed' },
      { startedAfter: 'yesterday' },
    ]) {
      await expect(repository.list(wrong as never)).rejects.toThrow(ConfigError);
    }
    for (const wrong of [{}, { direction: 'up' }, { split: 'holdout' }, { metric: [] }]) {
      await expect(repository.best({ metric: 'a', ...wrong } as never)).rejects.toThrow(ConfigError);
    }
  });

  it('experiments have names, descriptions and tags', async () => {
    await repository.start({ experimentId: 'named', algorithmName: 'x' });
    await repository.saveExperiment({ experimentId: 'named', name: 'A name', description: 'why', tags: { team: 'a' } });
    expect((await repository.listExperiments()).find(({ experimentId }) => experimentId === 'named')).toEqual({
      experimentId: 'named',
      name: 'A name',
      description: 'why',
      tags: { team: 'a' },
      createdAt: expect.any(Date),
    });
  });
});

describe('the embedded database', () => {
  it('is one process at a time: another repository on the directory is told so', async () => {
    const other = new TrainingRunRepository({ directory });
    await expect(other.open()).rejects.toThrow(LockedError);
    await expect(other.list()).rejects.toThrow(/in use by this process/);
  });

  it('keeps runs when it is closed, and can be opened again', async () => {
    const { trainingRunId } = await repository.start({ experimentId: experiment(), algorithmName: 'x' });
    await repository.close();
    const again = new TrainingRunRepository({ directory });
    // Its process runs, so it is no dead run.
    expect(await again.get(trainingRunId)).toMatchObject({ status: 'running' });
    await again.close();
    expect(await repository.complete(trainingRunId)).toMatchObject({ status: 'completed' });
  });
});

describe('options', () => {
  it.each([
    [{ directry: 'x' }],
    [{ directory: '' }],
    [{ retrySeconds: -1 }],
    [{ heartbeatSeconds: 0 }],
    [{ heartbeatSeconds: 10, staleAfterSeconds: 5 }],
    [{ connections: 0 }],
    [{ url: 'mysql://user:secret-word@host/db' }],
    [{ url: 'postgresql://user:secret-word@ho st/db' }],
  ])('%j are refused, without repeating what may be secret', (options) => {
    const error = (() => {
      try {
        return new TrainingRunRepository(options as never);
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(error).toBeInstanceOf(ConfigError);
    expect(inspect(error, { depth: 9 })).not.toContain('secret-word');
  });

  it('of an address are not seen by who prints the repository', () => {
    const secret = new TrainingRunRepository({ url: 'postgresql://user:secret-word@127.0.0.1:1/db' });
    expect(inspect(secret, { depth: 9, showHidden: true })).not.toContain('secret-word');
    expect(JSON.stringify(secret)).not.toContain('secret-word');
  });
});
