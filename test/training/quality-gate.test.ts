/** The gate of data quality on every path that trains: FAILED stops it before a row is used, an override and a WARNING are recorded. */
import { beforeAll, describe, expect, it } from 'vitest';
import { registerBuiltins } from '../../src/builtin.js';
import { ConfigError, QCGateBlockedError } from '../../src/core/errors.js';
import type { Matrix } from '../../src/core/matrix.js';
import { TimeSeriesDataContainer } from '../../src/data/container.js';
import type { QCReport } from '../../src/data/qc-finding.js';
import type { QCDecision, QCOptions } from '../../src/data/qc-gate.js';
import { KFold } from '../../src/splits/k-fold.js';
import { syntheticClassification } from '../../src/testing/synthetic.js';
import { compareModels } from '../../src/training/compare-models.js';
import { ModelTrainer } from '../../src/training/trainer.js';
import { float } from '../../src/tuning/distribution.js';
import { GridSearch, RandomizedSearch } from '../../src/tuning/search.js';
import { tuneModel } from '../../src/tuning/tune-model.js';
import { crossValidate } from '../../src/validation/cross-validate.js';

beforeAll(() => registerBuiltins());

const failed: QCReport = {
  status: 'FAILED',
  score: 0.5,
  rowCount: 300,
  columnCount: 6,
  findings: [{ code: 'INFINITE_VALUES', severity: 'error', message: 'Column a has 3 infinite values' }],
};
const warned: QCReport = {
  ...failed,
  status: 'WARNING',
  score: 0.95,
  findings: [{ code: 'TIME_GAPS', severity: 'warning', message: 'there are 4 gaps' }],
};

function container(): TimeSeriesDataContainer {
  const { X, y } = syntheticClassification({ rows: 300 });
  const rows = (from: number, to: number): [Matrix, Float64Array] => [
    X.take(Uint32Array.from({ length: to - from }, (_, i) => from + i)),
    y.slice(from, to),
  ];
  const [[XTrain, yTrain], [XVal, yVal], [XTest, yTest]] = [rows(0, 180), rows(180, 240), rows(240, 300)];
  return new TimeSeriesDataContainer({ XTrain, yTrain, XVal, yVal, XTest, yTest });
}

interface Recorded {
  readonly qc?: QCDecision;
  readonly warnings: readonly string[];
}

/** Each trains on `data` with the gate's options, and gives what it recorded. */
const paths: Record<string, (data: TimeSeriesDataContainer, qc: QCOptions) => Promise<Recorded>> = {
  trainModel: async (data, qc) =>
    (await new ModelTrainer().trainModel('logistic', data, { save: false, evaluation: { bootstrap: false }, ...qc }))
      .report,
  compareModels: async (data, qc) => (await compareModels(['logistic', 'ridge'], data, { ...small, ...qc })).report,
  'a model of compareModels': async (data, qc) =>
    (await compareModels(['logistic'], data, { ...small, ...qc })).winner.report,
  tuneModel: async (data, qc) => {
    const { study, qc: decision } = await tuneModel('logistic', data, { space, trials: 1, ...qc });
    expect(study.userAttrs.qc).toEqual(decision);
    return { qc: decision, warnings: decision?.findings ?? [] };
  },
  crossValidate: (data, qc) =>
    crossValidate('logistic', data.train, { splitter: new KFold({ folds: 2 }), threads: 1, ...qc }),
  GridSearch: async (data, qc) =>
    searched(await new GridSearch('logistic', { C: [1] }, { ...folds, ...qc }).fit(data.train)),
  RandomizedSearch: async (data, qc) =>
    searched(await new RandomizedSearch('logistic', space, { ...folds, trials: 1, ...qc }).fit(data.train)),
};
const small = { resamples: 50, baselines: false };
const space = { C: float(0.1, 10) };
const folds = { splitter: new KFold({ folds: 2 }), threads: 1 };
const searched = ({ study }: { study: { userAttrs: Readonly<Record<string, unknown>> } }): Recorded => {
  const qc = study.userAttrs.qc as QCDecision | undefined;
  return { qc, warnings: qc?.findings ?? [] };
};

describe.each(Object.entries(paths))('%s', (_, train) => {
  it('stops before a row is used where the report FAILED', async () => {
    const data = container();
    await expect(train(data, { qcReport: failed })).rejects.toThrow(QCGateBlockedError);
    await expect(train(data, { qcReport: failed })).rejects.toThrow(/3 infinite values/);
    expect(data.ledger.report().uses).toEqual([]);
  });

  it('goes on with an override, which is recorded, and not with one without a reason', async () => {
    const { qc, warnings } = await train(container(), {
      qcReport: failed,
      qcOverride: { reason: 'known', by: 'mira' },
    });
    expect(qc).toMatchObject({ status: 'FAILED', override: { reason: 'known', by: 'mira' } });
    expect(warnings.join()).toContain('3 infinite values');
    await expect(train(container(), { qcReport: failed, qcOverride: { reason: ' ' } })).rejects.toThrow(ConfigError);
  });

  it('goes on with a WARNING, which is recorded', async () => {
    const { qc, warnings } = await train(container(), { qcReport: warned });
    expect(qc?.status).toBe('WARNING');
    expect(warnings.join()).toContain('4 gaps');
  });
});
