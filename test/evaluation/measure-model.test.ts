import { describe, expect, it } from 'vitest';
import { ConfigError, InvalidInputError, TrainingCancelledError } from '../../src/core/errors.js';
import { Matrix } from '../../src/core/matrix.js';
import { type MetricsOptions, measureModel } from '../../src/evaluation/measure-model.js';
import type { MeasuredModel } from '../../src/evaluation/measured-split.js';
import type { ValidationMetrics } from '../../src/evaluation/validation-metrics.js';
import { validationMetricsContract } from '../../src/evaluation/validation-metrics-contract.js';
import { bestThreshold } from '../../src/metrics/optimal-threshold.js';
import { classified, valued } from './outputs.js';

const FEW = { bootstrap: { samples: 200 } };

/** Measures, and holds what comes back to the contract, through JSON. */
async function measured(
  given: Omit<MeasuredModel, 'model' | 'task'> & { task?: MeasuredModel['task'] },
  options?: MetricsOptions,
) {
  const metrics = await measureModel({ model: 'm', task: 'classification', ...given }, options ?? FEW);
  const json: unknown = JSON.parse(JSON.stringify(metrics));
  expect(validationMetricsContract.parse(json, 'metrics')).toEqual(metrics);
  return metrics;
}
const intervalsOf = (metrics: ValidationMetrics) => metrics.splits[metrics.judge]?.intervals ?? {};

describe('measureModel of two classes', () => {
  const validation = classified(300, { seed: 2 });
  const test = classified(400, { seed: 3 });

  it('gives every metric an interval around its value, on test and validation, not on train', async () => {
    const metrics = await measured({ splits: { train: classified(500), validation, test } });
    expect(metrics).toMatchObject({
      judge: 'test',
      positiveClass: 1,
      bootstrap: { resampling: 'stratified', samples: 200 },
    });
    for (const role of ['validation', 'test'] as const) {
      const split = metrics.splits[role];
      for (const [name, value] of Object.entries(split?.metrics ?? {})) {
        const interval = split?.intervals[name as 'rocAuc'];
        expect(interval?.standardError, name).toBeGreaterThan(0);
        // The calibration error of resamples is biased upwards: its interval may lie above the value.
        if (name !== 'expectedCalibrationError') expect(interval?.lower, name).toBeLessThan(value ?? Number.NaN);
        expect(interval?.upper, name).toBeGreaterThan(value ?? Number.NaN);
      }
    }
    expect(metrics.splits.train?.intervals).toEqual({});
    expect(metrics.splits.train?.metrics.rocAuc).toBeGreaterThan(0.5);
    expect(metrics.splits.test?.precisionAt.map(({ k, share }) => [k, share])).toEqual([
      [4, 0.01],
      [20, 0.05],
      [40, 0.1],
    ]);
  });

  it('chooses the threshold on validation rows, whatever the test rows say, and marks where it flatters', async () => {
    const metrics = await measured({ splits: { validation, test } }, { ...FEW, threshold: 'youden' });
    const { probabilities = Matrix.zeros(0, 2) } = validation.output;
    const { threshold, value } = bestThreshold(validation.y, probabilities, {
      metric: 'youden',
      classes: [0, 1],
      positiveClass: 1,
    });
    expect(metrics.threshold).toEqual({
      value: threshold,
      criterion: 'youden',
      reached: value,
      chosenOn: 'validation',
      rows: 300,
    });
    expect(metrics.splits.validation?.atThreshold).toMatchObject({ threshold, optimistic: true });
    expect(metrics.splits.test?.atThreshold).toMatchObject({ threshold, optimistic: false });
    const other = await measured(
      { splits: { validation, test: classified(400, { seed: 99 }) } },
      { ...FEW, threshold: 'youden' },
    );
    expect(other.threshold).toEqual(metrics.threshold);
  });

  it('says why there is no threshold', async () => {
    const reasonOf = async (splits: MeasuredModel['splits'], options: MetricsOptions = FEW) =>
      (await measured({ splits }, options)).missing.threshold;
    expect(await reasonOf({ test })).toContain('no validation rows');
    expect(await reasonOf({ validation, test }, { ...FEW, threshold: false })).toBe('not asked for');
    expect(await reasonOf({ validation: { ...validation, y: validation.y && new Float64Array(300) }, test })).toContain(
      'class 0',
    );
    const { probabilities: _, ...labels } = validation.output;
    expect(await reasonOf({ validation: { ...validation, output: labels }, test })).toContain('no probabilities');
  });

  it('compares with baselines on the same resamples: a copy of the model differs by nothing, noise is beaten', async () => {
    const noise = classified(400, { seed: 8, signal: 0 }).output;
    const baselines = [
      { name: 'copy', output: test.output },
      { name: 'noise', description: 'chance', output: { ...noise, predictions: noise.predictions } },
    ];
    const metrics = await measured({ splits: { test }, baselines });
    const [copy, other] = metrics.baselines;
    expect(copy).toMatchObject({ beaten: false, decidedBy: 'logLoss', delong: { difference: 0, z: null, pValue: 1 } });
    expect(copy.differences.rocAuc).toMatchObject({ difference: 0, pValue: 1, outcome: 'undecided' });
    expect(other).toMatchObject({ name: 'noise', description: 'chance', beaten: true });
    expect(other.differences.rocAuc).toMatchObject({ outcome: 'better', pValue: 2 / 201 });
    expect(other.delong?.pValue).toBeLessThan(0.01);
    expect(other.delong?.independentRows).toBe(true);
    const turned = await measured({
      splits: { test: { ...test, output: noise } },
      baselines: [{ name: 'model', output: test.output }],
    });
    expect(turned.baselines[0]).toMatchObject({ beaten: false, differences: { brierScore: { outcome: 'worse' } } });
  });

  it('shows calibration before and after a map of probabilities', async () => {
    const { probabilities = Matrix.zeros(0, 2) } = test.output;
    const turned = Matrix.from(
      Array.from({ length: 400 }, (_, i) => {
        const p = probabilities.data[2 * i + 1] > 0.5 ? 0.001 : 0.999;
        return [1 - p, p];
      }),
    );
    const uncalibrated = { method: 'platt', output: { ...test.output, probabilities: turned } };
    const { calibration, missing } = await measured({ splits: { test }, uncalibrated });
    expect(calibration).toMatchObject({ about: 'positive', method: 'platt', rows: 400 });
    expect(calibration?.after?.brierScore).toBeLessThan(calibration?.before.brierScore ?? 0);
    expect(calibration?.differences?.brierScore?.outcome).toBe('better');
    expect(calibration?.before.bins.reduce((sum, bin) => sum + bin.rows, 0)).toBe(400);
    expect(missing.calibration).toBeUndefined();
    expect((await measured({ splits: { test } })).missing.calibration).toContain('no map');
  });
});

describe('intervals', () => {
  it('of rows with times are wider than of rows as if independent, where neighbours depend on one another', async () => {
    // Runs of 25 rows that are right or wrong together.
    const rows = classified(1000, { signal: 0, hours: 1 });
    const right = Array.from(rows.y, (_, i) => Math.floor(i / 25) % 3 > 0);
    const probabilities = Matrix.from(
      Array.from(rows.y, (label, i) => (right[i] === (label === 1) ? [0.3, 0.7] : [0.7, 0.3])),
    );
    const predictions = Float32Array.from(rows.y, (label, i) => (right[i] ? label : 1 - label));
    const given = { splits: { test: { ...rows, output: { ...rows.output, probabilities, predictions } } } };
    const blocks = await measured(given);
    const apart = await measured(given, { bootstrap: { samples: 200, resampling: 'stratified' } });
    expect(blocks.bootstrap).toMatchObject({
      resampling: 'stationary',
      blockUnit: 'rows',
      blockLengthFrom: 'automatic',
    });
    const ratio =
      (intervalsOf(blocks).accuracy?.standardError ?? 0) / (intervalsOf(apart).accuracy?.standardError ?? 1);
    expect(ratio).toBeGreaterThan(2.5);
  });

  it('are at least as long as the horizon, and count times where rows share them', async () => {
    const test = classified(600, { hours: 1 });
    const { bootstrap } = await measured({ splits: { test }, horizon: 12 });
    expect(bootstrap).toMatchObject({ blockLength: 12, blockLengthFrom: 'horizon', blockUnit: 'rows' });
    const times = Float64Array.from(test.times ?? [], (_, i) => Math.floor(i / 3) * 1e6);
    const shared = await measured({ splits: { test: { ...test, times } }, horizon: 12 });
    expect(shared.bootstrap).toMatchObject({ blockLength: 12, blockUnit: 'times' });
  });

  it('are not made from fewer than three blocks, and warn of fewer than twenty', async () => {
    const test = classified(100, { hours: 1 });
    const none = await measured({ splits: { test }, horizon: 40 });
    expect(none.missing.intervals).toBe('100 rows are fewer than 3 blocks of 40');
    expect(none.bootstrap).toBeUndefined();
    expect(intervalsOf(none)).toEqual({});
    const few = await measured({ splits: { test }, horizon: 20 });
    expect(few.warnings.join()).toContain('5 blocks of 20 rows');
  });

  it('are the same here, on one worker and on three; others for another seed', async () => {
    const test = classified(2000, { groups: 3 });
    // Two pieces of the whole split, and one of each group.
    const options = (threads: number, seed = 0) => ({ threads, bootstrap: { samples: 300, seed } });
    const here = await measured({ splits: { test } }, options(1));
    // So many training rows are looked at by workers, and all the rest with them.
    const large = { train: classified(8000), test };
    for (const threads of [1, 3]) {
      const there = await measured({ splits: large }, options(threads));
      expect(there.splits.test).toEqual(here.splits.test);
      expect(there.groups).toEqual(here.groups);
    }
    const other = await measured({ splits: { test } }, { ...options(1, 1), groups: false });
    expect(other.splits.test?.intervals).not.toEqual(here.splits.test?.intervals);
  });

  it('bias-corrected and accelerated ones differ where the values are skewed', async () => {
    const percentile = await measured({ task: 'regression', splits: { test: valued(60, 1) } });
    const bca = await measured(
      { task: 'regression', splits: { test: valued(60, 1) } },
      { bootstrap: { samples: 200, interval: 'bca' } },
    );
    expect(intervalsOf(bca).mse).toMatchObject({ method: 'bca', samples: 200 });
    expect(intervalsOf(bca).mse?.upper).not.toBe(intervalsOf(percentile).mse?.upper);
    expect(intervalsOf(bca).mse?.standardError).toBe(intervalsOf(percentile).mse?.standardError);
  });

  it('can be left out', async () => {
    const metrics = await measured({ splits: { test: classified(80) } }, { bootstrap: false });
    expect(metrics.missing.intervals).toBe('not asked for');
    expect(metrics.splits.test).toMatchObject({ intervals: {}, rows: 80 });
  });
});

describe('periods and groups', () => {
  it('hold every row once, with intervals, small ones marked', async () => {
    // 1000 rows of 3 hours: 125 days, so weeks; the last one is short.
    const metrics = await measured({ splits: { test: classified(1000, { hours: 3, groups: 3 }) } });
    const { periods, groups } = metrics;
    expect(periods).toMatchObject({ by: 'week', split: 'test', leftOut: 0 });
    expect(periods?.parts[0].name).toBe('2024-01-01');
    expect(periods?.parts.map(({ rows }) => rows)).toEqual([...Array<number>(17).fill(56), 48]);
    expect(periods?.parts.map(({ small }) => small)).toEqual([...Array<boolean>(17).fill(false), true]);
    expect(periods?.parts[17].smallBecause).toBe('48 rows');
    expect(periods?.parts[1].intervals.rocAuc?.samples).toBeGreaterThan(100);
    expect(groups).toMatchObject({ by: 'group', parts: [{ name: 'g0', rows: 334 }, { name: 'g1' }, { name: 'g2' }] });
  });

  it('are the calendar period asked for, or so many equal parts', async () => {
    const test = classified(300, { hours: 24 });
    const by = async (periods: MetricsOptions['periods']) =>
      (await measured({ splits: { test } }, { bootstrap: false, periods })).periods;
    expect((await by('quarter'))?.parts.map(({ name, rows }) => [name, rows])).toEqual([
      ['2024-Q1', 91],
      ['2024-Q2', 91],
      ['2024-Q3', 92],
      ['2024-Q4', 26],
    ]);
    expect((await by('month'))?.parts).toHaveLength(10);
    expect((await by('year'))?.parts.map(({ name }) => name)).toEqual(['2024']);
    expect((await by(7))?.parts.map(({ rows }) => rows)).toEqual([42, 43, 43, 43, 43, 43, 43]);
    await expect(by('day')).rejects.toThrow('300 periods');
    expect(await by(false)).toBeUndefined();
  });

  it('say why they are missing', async () => {
    const { missing } = await measured({ splits: { test: classified(100, { groups: 1 }) } });
    expect(missing).toMatchObject({ periods: 'the rows have no times', groups: 'all rows are of one group' });
    const most = await measured({ splits: { test: classified(100, { groups: 9 }) } }, { ...FEW, groups: 4 });
    expect(most.groups).toMatchObject({ leftOut: 5 });
  });
});

describe('other tasks and hard cases', () => {
  it('more than two classes: macro averages, each class against the rest', async () => {
    const classes = [-1, 0, 1];
    const metrics = await measured({
      splits: { validation: classified(90, { classes }), test: classified(300, { classes }) },
    });
    const { perClass = [], precisionAt, intervals } = metrics.splits.test ?? { precisionAt: [1], intervals: {} };
    expect(perClass.map(({ label }) => label)).toEqual([-1, 0, 1]);
    expect(perClass.reduce((sum, { rows }) => sum + rows, 0)).toBe(300);
    expect(precisionAt).toEqual([]);
    expect(intervals.rocAuc?.lower).toBeGreaterThan(0.5);
    expect(metrics.calibration?.about).toBe('largest');
    expect(metrics.missing.threshold).toBe('there are 3 classes');
  });

  it('500 classes, most of them without a row', async () => {
    const classes = Array.from({ length: 500 }, (_, k) => k);
    const metrics = await measured(
      { splits: { test: classified(200, { classes, signal: 50 }) } },
      { bootstrap: { samples: 40 } },
    );
    expect(metrics.splits.test).toMatchObject({ metrics: { rocAuc: null }, rows: 200 });
    expect(metrics.splits.test?.confusionMatrix).toBeUndefined();
    expect(metrics.splits.test?.intervals.logLoss?.samples).toBe(40);
    expect(metrics.warnings.join()).toContain('No test row is of class');
  });

  it('a regression', async () => {
    const baselines = [{ name: 'mean', output: { predictions: new Float64Array(200).fill(10), classes: [] } }];
    const metrics = await measured({
      task: 'regression',
      splits: { validation: valued(100, 0.5, 2), test: valued(200, 0.5) },
      baselines,
    });
    expect(metrics.bootstrap?.resampling).toBe('rows');
    expect(Object.keys(intervalsOf(metrics))).toEqual(['mae', 'mse', 'rmse', 'r2', 'mape']);
    expect(metrics.baselines[0]).toMatchObject({ decidedBy: 'mse', beaten: true });
    expect(metrics.missing).toMatchObject({
      threshold: 'a regression decides nothing',
      calibration: 'a regression has no probabilities',
    });
  });

  it('one class in test: areas are undefined and say so, the rest stands', async () => {
    const test = classified(100);
    const metrics = await measured({
      splits: { validation: classified(100), test: { ...test, y: new Float64Array(100) } },
    });
    expect(metrics.splits.test).toMatchObject({ metrics: { rocAuc: null, recall: null } });
    expect(metrics.splits.test?.undefinedMetrics.rocAuc).toBe('no row is of class 1');
    expect(metrics.splits.test?.intervals.brierScore?.samples).toBe(200);
    expect(metrics.warnings.join()).toContain('0 rows of class 1');
  });

  it('constant scores, one row, labels the model never saw', async () => {
    const test = classified(60);
    const constant = Matrix.from(Array.from({ length: 60 }, () => [0.5, 0.5]));
    const flat = await measured({ splits: { test: { ...test, output: { ...test.output, probabilities: constant } } } });
    expect(flat.splits.test?.intervals.rocAuc).toMatchObject({ lower: 0.5, upper: 0.5, standardError: 0 });
    const one = await measured({ splits: { test: classified(1) } });
    expect(one.warnings.join()).toContain('small (1 rows)');
    const strange = await measured({
      splits: { test: { ...test, y: test.y && Float64Array.from(test.y, (v, i) => (i === 0 ? 9 : v)) } },
    });
    expect(strange.splits.test?.undefinedMetrics.logLoss).toContain('label 9');
    expect(strange.splits.test?.intervals.accuracy?.samples).toBe(200);
    expect(strange.missing.calibration).toContain('label 9');
  });

  it('weights count in every number', async () => {
    const test = classified(200);
    const weights = Float64Array.from(test.y, (_, i) => (i < 100 ? 1 : 0));
    const weighted = await measured({ splits: { test: { ...test, weights } } });
    const { probabilities = Matrix.zeros(0, 2), predictions, classes } = test.output;
    const first = Array.from({ length: 100 }, (_, i) => i);
    const half = {
      y: first.map((i) => test.y[i]),
      output: { predictions: first.map((i) => predictions[i]), probabilities: probabilities.take(first), classes },
    };
    const plain = await measured({ splits: { test: half } });
    for (const name of ['rocAuc', 'logLoss', 'f1'] as const)
      expect(weighted.splits.test?.metrics[name]).toBeCloseTo(plain.splits.test?.metrics[name] ?? 0, 12);
  });
});

describe('refusals', () => {
  const test = classified(50);
  const refused = (
    given: Partial<MeasuredModel>,
    options: object,
    type: new (message: string) => Error,
    text: string,
  ) =>
    Promise.all([
      expect(measureModel({ model: 'm', task: 'classification', splits: { test }, ...given }, options)).rejects.toThrow(
        type,
      ),
      expect(measureModel({ model: 'm', task: 'classification', splits: { test }, ...given }, options)).rejects.toThrow(
        text,
      ),
    ]);

  it('unknown options and options out of range', async () => {
    await refused({}, { treshold: 'f1' }, ConfigError, "unknown key 'treshold'");
    await refused({}, { bootstrap: { samples: 3 } }, ConfigError, 'samples');
    await refused({}, { bootstrap: { level: 1 } }, ConfigError, 'level');
    await refused({}, { precisionAt: [1.5] }, ConfigError, 'precisionAt');
    await refused({}, { periods: 'fortnight' }, ConfigError, 'periods');
    await refused({}, { threads: 0 }, InvalidInputError, 'threads');
    await refused(
      { task: 'regression', splits: { test: valued(9, 1) } },
      { bootstrap: { resampling: 'stratified' } },
      InvalidInputError,
      'no classes',
    );
  });

  it('no split, no rows, lengths that differ, scores that are not finite', async () => {
    await refused({ splits: {} }, {}, InvalidInputError, 'no split');
    await refused({ splits: { test: { ...test, y: [] } } }, {}, InvalidInputError, 'no rows');
    await refused({ splits: { test: { ...test, y: [0, 1] } } }, {}, InvalidInputError, '50 values for 2 rows');
    await refused({ splits: { test: { ...test, times: [1, 2] } } }, {}, InvalidInputError, 'times has 2 values');
    await refused(
      { splits: { test: { ...test, times: Array(50).fill(Number.NaN) } } },
      {},
      InvalidInputError,
      'time is missing',
    );
    const damaged = Matrix.wrap((test.output.probabilities ?? Matrix.zeros(50, 2)).data.slice(), 2);
    damaged.data[7] = Number.NaN;
    const output = { ...test.output, probabilities: damaged };
    await refused({ splits: { test: { ...test, output } } }, {}, InvalidInputError, 'NaN at row 3');
    await refused(
      { splits: { test: { ...test, output: { ...test.output, classes: [0, 1, 2] } } } },
      {},
      InvalidInputError,
      '2 columns',
    );
  });

  it('NaN scores are named from a worker too', async () => {
    const large = classified(30_000);
    const { probabilities = Matrix.zeros(30_000, 2) } = large.output;
    probabilities.data[20_001] = Number.NaN;
    await refused({ splits: { test: large } }, { bootstrap: { samples: 20 } }, InvalidInputError, 'row 10000');
  });

  it('a cancelled evaluation ends', async () => {
    const given = { model: 'm', task: 'classification', splits: { test: classified(20_000) } } as const;
    await expect(measureModel(given, { signal: AbortSignal.abort() })).rejects.toThrow(TrainingCancelledError);
    const controller = new AbortController();
    const running = measureModel(given, { signal: controller.signal, bootstrap: { samples: 50_000 } });
    setTimeout(() => controller.abort(), 100);
    await expect(running).rejects.toThrow('Evaluation was cancelled');
  });
});
