/** Pruners: which trials are ended at which report. */
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/core/errors.js';
import {
  createStudy,
  HyperbandPruner,
  MedianPruner,
  PatientPruner,
  PercentilePruner,
  type Pruner,
  SuccessiveHalvingPruner,
  ThresholdPruner,
  TrialPruned,
} from '../../src/tuning/index.js';

/** Runs one trial for each curve, one after another; the number of reports each came to. */
async function reportsUntilEnd(
  pruner: Pruner,
  curves: readonly (readonly number[])[],
  direction: 'minimize' | 'maximize' = 'minimize',
) {
  const study = await createStudy({ pruner, direction });
  await study.optimize(
    (trial) => {
      const curve = curves[trial.number];
      for (let step = 0; step < curve.length; step++) {
        trial.report(curve[step], step);
        if (trial.shouldPrune()) throw new TrialPruned();
      }
      return curve[curve.length - 1];
    },
    { trials: curves.length, concurrency: 1 },
  );
  return study.trials.map(({ intermediateValues }) => intermediateValues.size);
}

const flat = (value: number, steps = 4): number[] => Array(steps).fill(value);

describe('the median pruner', () => {
  it('ends what is worse than the median of complete trials at the same step, after some trials', async () => {
    const curves = [flat(1), flat(2), flat(3), flat(9), flat(1.5), flat(2.5)];
    expect(await reportsUntilEnd(new MedianPruner({ startupTrials: 3 }), curves)).toEqual([4, 4, 4, 1, 4, 1]);
    expect(await reportsUntilEnd(new MedianPruner({ startupTrials: 3, warmupSteps: 2 }), curves)).toEqual([
      4, 4, 4, 3, 4, 3,
    ]);
    const up = curves.map((curve) => curve.map((v) => -v));
    expect(await reportsUntilEnd(new MedianPruner({ startupTrials: 3 }), up, 'maximize')).toEqual([4, 4, 4, 1, 4, 1]);
  });

  it('looks at the best report so far, and takes nothing but NaN for bad', async () => {
    const curves = [flat(2), flat(3), [1, 99, 99, 99], flat(Number.NaN)];
    expect(await reportsUntilEnd(new MedianPruner({ startupTrials: 2 }), curves)).toEqual([4, 4, 4, 1]);
  });

  it('decides once in an interval', async () => {
    const curves = [flat(1, 6), [0, 0, 0, 0, 0, 0], [0.1, 5, 5, 5, 5, 5], flat(5, 6)];
    expect(await reportsUntilEnd(new MedianPruner({ startupTrials: 2, interval: 3, warmupSteps: 2 }), curves)).toEqual([
      6, 6, 6, 3,
    ]);
  });
});

it('the percentile pruner keeps the best part only', async () => {
  const curves = [flat(1), flat(2), flat(3), flat(4), flat(5), flat(2.1), flat(1.9)];
  expect(await reportsUntilEnd(new PercentilePruner(25, { startupTrials: 5 }), curves)).toEqual([4, 4, 4, 4, 4, 1, 4]);
});

describe('successive halving', () => {
  it('lets one in so many past each rung', async () => {
    const curves = [8, 7, 6, 5, 4, 9, 10, 3].map((v) => flat(v, 10));
    // Rungs at steps 1, 2, 4, 8; each trial so far the best goes on.
    const pruner = new SuccessiveHalvingPruner({ reductionFactor: 2 });
    expect(await reportsUntilEnd(pruner, curves)).toEqual([10, 10, 10, 10, 10, 2, 2, 10]);
    const down = [1, 2, 3, 4].map((v) => flat(v, 10));
    expect(await reportsUntilEnd(pruner, down)).toEqual([10, 2, 2, 2]);
  });

  it('waits for the bootstrap count', async () => {
    const pruner = new SuccessiveHalvingPruner({ bootstrapCount: 2 });
    expect(await reportsUntilEnd(pruner, [flat(3), flat(2), flat(1)])).toEqual([2, 2, 4]);
  });
});

it('Hyperband spreads trials over brackets that start at different steps', async () => {
  const curves = Array.from({ length: 60 }, (_, i) => flat(i, 28));
  const steps = await reportsUntilEnd(new HyperbandPruner({ maxResource: 27 }), curves);
  expect(new Set(steps)).toEqual(new Set([2, 4, 10, 28]));
});

it('the patient pruner waits for reports without improvement', async () => {
  const stuck = [5, 4, 4.5, 4.6, 4.7, 4.8];
  expect(await reportsUntilEnd(new PatientPruner(undefined, 1), [stuck])).toEqual([4]);
  expect(await reportsUntilEnd(new PatientPruner(undefined, 3), [stuck])).toEqual([6]);
  expect(await reportsUntilEnd(new PatientPruner(new ThresholdPruner({ upper: 4.65 }), 1), [stuck])).toEqual([5]);
});

it('the threshold pruner ends what leaves its range', async () => {
  expect(
    await reportsUntilEnd(new ThresholdPruner({ upper: 3 }), [[1, 2, 4, 1], [1, Number.NaN, 1, 1], flat(1)]),
  ).toEqual([3, 2, 4]);
});

it('options out of range are refused', () => {
  expect(() => new PercentilePruner(101)).toThrow(ConfigError);
  expect(() => new MedianPruner({ startupTrials: -1 })).toThrow(ConfigError);
  expect(() => new MedianPruner({ startup: 1 } as object)).toThrow(ConfigError);
  expect(() => new SuccessiveHalvingPruner({ reductionFactor: 1 })).toThrow(ConfigError);
  expect(() => new HyperbandPruner({ maxResource: 0 })).toThrow(ConfigError);
  expect(() => new PatientPruner(undefined, -1)).toThrow(ConfigError);
  expect(() => new ThresholdPruner({})).toThrow(ConfigError);
  expect(() => new ThresholdPruner({ lower: 2, upper: 1 })).toThrow(ConfigError);
});
