import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  BaseModel,
  ConfigError,
  compareModels,
  InvalidInputError,
  logLoss,
  type Matrix,
  ModelRegistry,
  ModelTrainer,
  TimeSeriesDataContainer,
  TrainingCancelledError,
  TrainingFailedError,
} from '../../src/index.js';
import type { ModelClass } from '../../src/model/base-model.js';
import { syntheticClassification, syntheticRegression } from '../../src/testing/index.js';
import { verdictOf } from '../../src/training/comparison-table.js';

let runs: string;
beforeAll(async () => {
  runs = await mkdtemp(join(tmpdir(), 'holdfast-comparison-'));
});
afterAll(() => rm(runs, { recursive: true, force: true }));

const DAY = 86_400_000;

/** 600 rows with a signal, in time order, split 360/120/110 (no holdout). */
function container(task: 'classification' | 'regression' = 'classification'): TimeSeriesDataContainer {
  const { X, y } =
    task === 'classification' ? syntheticClassification({ rows: 600 }) : syntheticRegression({ rows: 600 });
  const rows = (from: number, to: number) => Uint32Array.from({ length: to - from }, (_, i) => from + i);
  const times = (from: number, to: number) => Float64Array.from(rows(from, to), (i) => i * DAY);
  return new TimeSeriesDataContainer({
    XTrain: X.take(rows(0, 360)),
    yTrain: y.slice(0, 360),
    XVal: X.take(rows(365, 485)),
    yVal: y.slice(365, 485),
    XTest: X.take(rows(490, 600)),
    yTest: y.slice(490, 600),
    times: { train: times(0, 360), validation: times(365, 485), test: times(490, 600) },
    labelEnds: { train: times(3, 363), validation: times(368, 488), test: times(493, 603) },
    symbol: 'ES',
    horizon: 3,
  });
}

/** A model that always fails while it trains. */
class Failing extends BaseModel {
  static override readonly info = { name: 'failing', family: 'custom' };
  protected override fitModel(): Promise<void> {
    throw new RangeError('the moon is full');
  }
  protected override predictRaw(X: Matrix): Matrix {
    return X;
  }
  protected override serialize() {
    return { state: {}, files: {} };
  }
  protected override deserialize(): void {}
}
ModelRegistry.register({ name: 'failing', family: 'custom', load: async () => Failing as unknown as ModelClass });

const small = { config: { numIterations: 20 } };
const lightgbm = { name: 'lightgbm', ...small };
const stump = { name: 'lightgbm', label: 'stump', config: { numIterations: 1, numLeaves: 2 } };

describe('compareModels', () => {
  it('names the best model by validation, says what chance would explain, and leaves the test rows alone', async () => {
    const data = container();
    const { winner, report, table, results, artifacts } = await compareModels([stump, lightgbm, 'logistic'], data);
    expect(report.models.map(({ value }) => value)).toEqual(
      report.models.map(({ value }) => value).sort((a, b) => Number(a) - Number(b)),
    );
    expect(winner.label).toBe(report.winner);
    expect(report.models[0]).toMatchObject({ label: report.winner, rank: 1 });
    expect(report.models[0].difference).toBeUndefined();
    const last = report.models[2];
    expect(last).toMatchObject({ label: 'stump', difference: { significant: true } });
    expect(last.difference?.interval.lower).toBeGreaterThan(0);
    expect(report.baselines.map(({ label }) => label)).toEqual(['prior', 'persistence']);
    expect(report.verdict.beatsBaselines).toBe(true);
    expect(report.significance).toMatchObject({ method: 'paired block bootstrap', blockLength: 5, comparisons: 4 });
    expect(results.every(({ testMetrics }) => testMetrics === undefined)).toBe(true);
    expect(artifacts).toBeUndefined();
    expect(table.split('\n')[0]).toMatch(/logLoss +rocAuc +accuracy +f1 +brierScore +to winner/);
    expect(table).toContain(report.verdict.text);
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);

    const uses = data.ledger.report().uses.map(({ use, role }) => `${use} ${role}`);
    expect(uses.at(-1)).toBe('tune validation');
    expect(data.ledger.report().testEvaluations).toBe(0);
    expect(() => data.ledger.record('evaluate', data.validation, { name: 'someone' })).toThrow(/tuned on/);
    expect(() => data.ledger.record('evaluate', data.test, { name: 'someone' })).not.toThrow();
  });

  it('gives the same numbers for any workers and threads', async () => {
    const numbers = async (workers: number, threads: number) => {
      const { report } = await compareModels([lightgbm, 'logistic', stump], container(), { workers, threads, seed: 7 });
      return report.models.map(({ label, value, difference }) => ({ label, value, difference }));
    };
    expect(await numbers(2, 2)).toEqual(await numbers(1, 1));
  });

  it('scores models of rows and of windows on the same rows: those on which every window ends', async () => {
    const data = container();
    const models = ['logistic', { name: 'minirocket', seqLen: 12 }, { name: 'minirocket', label: 'short', seqLen: 9 }];
    const { report, results } = await compareModels(models, data);
    expect(report.data).toMatchObject({ validationRows: 120, comparedRows: 109 });
    const rows = Uint32Array.from({ length: 109 }, (_, i) => 11 + i);
    const y = Array.from(rows, (row) => data.validation.y[row]);
    for (const { label, model, report: run } of results) {
      const { data: facts } = run;
      const X =
        label === 'logistic'
          ? data.validation.X.take(rows)
          : data
              .toSequences(facts.sequenceLength ?? 0)
              .validation.X.take(label === 'short' ? rows.map((r) => r - 8) : rows.map((r) => r - 11));
      const { probabilities } = await model.predict(X);
      const expected = logLoss(y, probabilities ?? []);
      const compared = report.models.find((one) => one.label === label);
      expect(compared?.value).toBeCloseTo(expected, 12);
      expect(compared?.evaluation.rows).toBe(109);
    }
    // MiniRocket is one of the models, so it is no baseline too.
    expect(report.baselines.map(({ label }) => label)).toEqual(['prior', 'persistence']);
    expect(report.warnings.join()).toContain('109 of 120 validation rows are compared');
  });

  it('takes windows too: models of rows see the last row of each', async () => {
    const data = container();
    const rows = await compareModels(['logistic', { name: 'minirocket', seqLen: 10 }], data);
    const windows = await compareModels(['logistic', 'minirocket'], container().toSequences(10));
    const value = (result: typeof rows, label: string) => result.report.models.find((m) => m.label === label)?.value;
    expect(value(windows, 'minirocket')).toBe(value(rows, 'minirocket'));
    expect(windows.report.data).toMatchObject({ validationRows: 111, comparedRows: 111 });
    expect(windows.report.models.map(({ trainedRows }) => trainedRows)).toEqual([351, 351]);
  });

  it('cannot tell a model from itself', async () => {
    const { report } = await compareModels([lightgbm, { ...lightgbm, label: 'again' }], container());
    expect(report.models[1].difference).toMatchObject({ value: 0, pValue: 1, adjustedPValue: 1, significant: false });
    expect(report.verdict.ties).toEqual(['again']);
    expect(report.winner).toBe('lightgbm');
  });

  it('gives every entry a label of its own', async () => {
    const { report } = await compareModels(
      ['logistic', { name: 'logistic', config: { C: 0.01 } }, { name: 'logistic', variant: 'conservative' }],
      container(),
      { baselines: false },
    );
    expect(report.models.map(({ label }) => label).sort()).toEqual([
      'logistic',
      'logistic #2',
      'logistic (conservative)',
    ]);
    expect(report.baselines).toEqual([]);
  });

  it('compares regressions, by the metric asked for', async () => {
    const { report } = await compareModels([lightgbm, 'ridge'], container('regression'), {
      task: 'regression',
      metric: 'r2',
      metrics: ['mae'],
    });
    expect(report.metric).toEqual({ name: 'r2', direction: 'maximize' });
    const [best, other] = report.models;
    expect(best.value).toBeGreaterThanOrEqual(Number(other.value));
    expect(other.difference?.value).toBeCloseTo(Number(other.value) - Number(best.value), 12);
  });

  it('says of a model without probabilities that the metric cannot judge it', async () => {
    const models = ['logistic', { name: 'voting', config: { voting: 'hard', members: ['logistic', 'ridge'] } }, 'svm'];
    const { report } = await compareModels(models, container(), { metric: 'accuracy' });
    expect(report.models.every(({ value }) => value !== null)).toBe(true);
    const [winner, other] = report.models;
    const unknown = { ...other, value: null };
    const { text } = verdictOf(winner, [winner, unknown], [], { metric: 'logLoss', rows: 9, better: (a, b) => a < b });
    expect(text).toContain(`there is no other model to compare it with; ${other.label} cannot be compared by logLoss`);
  });

  it('keeps a model that fails with its error, and goes on', async () => {
    const { report, failed, table } = await compareModels(['failing', 'logistic'], container());
    expect(failed).toMatchObject([
      { label: 'failing', error: { code: 'TRAINING_FAILED', message: expect.stringContaining('the moon is full') } },
    ]);
    expect(report.winner).toBe('logistic');
    expect(table).toContain('failing failed:');
  });

  it('is an error when all fail, which tells each reason', async () => {
    const data = container();
    const all = compareModels(['failing', { name: 'failing', label: 'too' }], data);
    await expect(all).rejects.toThrow(TrainingFailedError);
    await expect(all).rejects.toThrow(/failing: .*the moon is full.*too: .*the moon is full/);
    expect(data.ledger.report().uses.some(({ use }) => use === 'tune')).toBe(false);
  });

  it('stops when cancelled, also between models', async () => {
    const stop = new AbortController();
    const phases: string[] = [];
    const run = compareModels(['logistic', lightgbm], container(), {
      signal: stop.signal,
      onProgress: ({ phase, step, total }) => {
        phases.push(phase);
        if (phase === 'compare' && step === 1 && total === 2) stop.abort();
      },
    });
    await expect(run).rejects.toThrow(TrainingCancelledError);
    expect(phases.some((phase) => phase.startsWith('lightgbm: '))).toBe(false);
  });

  it.each([
    ['an unknown model', ['logistc'], {}, InvalidInputError, "'logistic'"],
    ['no models', [], {}, InvalidInputError, 'no models'],
    ['an unknown option', ['logistic'], { metrc: 'auc' }, ConfigError, "'metric'"],
    ['an unknown key of a model', [{ name: 'logistic', cofig: {} }], {}, ConfigError, "'config'"],
    [
      'an unknown hyperparameter',
      ['logistic', { name: 'lightgbm', config: { numLeafs: 3 } }],
      {},
      ConfigError,
      "'numLeaves'",
    ],
    ['an unknown variant', [{ name: 'lightgbm', variant: 'bold' }], {}, ConfigError, 'conservative'],
    ['an unknown metric', ['logistic'], { metric: 'acuracy' }, InvalidInputError, "'accuracy'"],
    ['a metric of the other task', ['logistic'], { metric: 'rmse' }, InvalidInputError, 'classification'],
    [
      'models of two tasks',
      ['logistic', { name: 'ridge', config: { task: 'regression' } }],
      {},
      InvalidInputError,
      'task',
    ],
    ['no workers', ['logistic'], { workers: 0 }, ConfigError, 'workers'],
    ['a confidence of 1', ['logistic'], { confidence: 1 }, ConfigError, 'between 0 and 1'],
  ])('says what is wrong with %s before anything is trained', async (_what, models, options, type, text) => {
    const told: string[] = [];
    const error = await compareModels(models as [], container(), {
      ...(options as object),
      onProgress: ({ phase }) => told.push(phase),
    }).catch((e) => e);
    expect(error).toBeInstanceOf(type);
    expect(`${error.message} ${error.hint}`).toContain(text);
    expect(told).toEqual([]);
  });

  it('refuses an area where the validation rows have one class, and anything but a container', async () => {
    const { train, test } = container();
    const one = new TimeSeriesDataContainer({
      XTrain: train.X,
      yTrain: train.y,
      XVal: test.X.take([0, 1, 2]),
      yVal: [1, 1, 1],
      XTest: test.X,
      yTest: test.y,
    });
    await expect(compareModels(['logistic'], one, { metric: 'rocAuc' })).rejects.toThrow(
      /undefined on the validation rows/,
    );
    await expect(compareModels(['logistic'], {} as TimeSeriesDataContainer)).rejects.toThrow(InvalidInputError);
  });
});

describe('ModelTrainer.trainAll', () => {
  it('keeps a run of each model and the comparison; the final test is the winner alone, once', async () => {
    const data = container();
    const trainer = new ModelTrainer({ runsDirectory: runs });
    const { report, artifacts, winner } = await trainer.trainAll(data, {
      models: ['logistic', lightgbm, 'failing'],
      finalTest: true,
    });
    const written = await readdir(runs);
    expect(written.length).toBe(3);
    expect((await readdir(artifacts?.directory ?? '')).sort()).toEqual([
      'comparison.json',
      'comparison.txt',
      'ledger.json',
    ]);
    const stored = JSON.parse(await readFile(artifacts?.report ?? '', 'utf8'));
    expect(stored.winner).toBe(report.winner);
    expect(report.finalTest?.evaluation.rows).toBe(110);
    expect(report.finalTest?.baselines.map(({ label }) => label)).toEqual(['prior', 'persistence']);
    expect(await readdir(join(runs, winner.runId))).toContain('test-evaluation.json');
    const tested = data.ledger.report().uses.filter(({ role }) => role === 'test');
    expect(tested).toMatchObject([{ use: 'evaluate', by: winner.report.model.name, times: 1, run: winner.runId }]);
  });

  it("knows 'all': every model that the task allows", async () => {
    const stop = new AbortController();
    const labels = new Set<string>();
    const run = new ModelTrainer({ runsDirectory: runs }).trainAll(container('regression'), {
      task: 'regression',
      signal: stop.signal,
      onProgress: ({ phase, message, total }) => {
        if (phase !== 'compare') return;
        labels.add(message ?? '');
        expect(total).toBe(ModelRegistry.list().filter(({ tasks }) => tasks.includes('regression')).length);
        stop.abort();
      },
    });
    await expect(run).rejects.toThrow(TrainingCancelledError);
    expect(labels.size).toBe(1);
  });
});
