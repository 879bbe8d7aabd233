import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../src/core/errors.js';
import { Matrix } from '../../src/core/matrix.js';
import { accuracy } from '../../src/metrics/accuracy.js';
import { balancedAccuracy } from '../../src/metrics/balanced-accuracy.js';
import { bootstrapInterval } from '../../src/metrics/bootstrap-interval.js';
import { brierScore } from '../../src/metrics/brier-score.js';
import { calibrationCurve, expectedCalibrationError } from '../../src/metrics/calibration.js';
import { classificationReport } from '../../src/metrics/classification-report.js';
import { cohenKappa } from '../../src/metrics/cohen-kappa.js';
import { confusionMatrix } from '../../src/metrics/confusion-matrix.js';
import { logLoss } from '../../src/metrics/log-loss.js';
import { matthewsCorrelation } from '../../src/metrics/matthews-correlation.js';
import { optimalThreshold } from '../../src/metrics/optimal-threshold.js';
import { precisionAtK } from '../../src/metrics/precision-at-k.js';
import { f1, fBeta, precision, recall } from '../../src/metrics/precision-recall.js';
import { averagePrecision, prAuc, precisionRecallCurve } from '../../src/metrics/precision-recall-curve.js';
import { metricByName } from '../../src/metrics/registry.js';
import { mae, mape, mse, pinballLoss, r2, rmse } from '../../src/metrics/regression.js';
import { rocAuc } from '../../src/metrics/roc-auc.js';
import { rocCurve } from '../../src/metrics/roc-curve.js';

type AnyMetric = { metric(yTrue: unknown, predictions: unknown, options?: object): unknown }['metric'];

/** Every public metric, and options without which it cannot be called. */
const METRICS: [name: string, metric: AnyMetric, options: object][] = [
  ...Object.entries({
    accuracy,
    precision,
    recall,
    f1,
    fBeta,
    balancedAccuracy,
    matthewsCorrelation,
    cohenKappa,
    confusionMatrix,
    classificationReport,
    rocAuc,
    rocCurve,
    prAuc,
    averagePrecision,
    precisionRecallCurve,
    logLoss,
    brierScore,
    expectedCalibrationError,
    calibrationCurve,
    optimalThreshold,
    mae,
    mse,
    rmse,
    r2,
    mape,
    pinballLoss,
  }).map(([name, metric]): [string, AnyMetric, object] => [name, metric as AnyMetric, {}]),
  ['precisionAtK', precisionAtK as AnyMetric, { k: 1 }],
  ['bootstrapInterval', bootstrapInterval as AnyMetric, { metric: 'accuracy', resamples: 5 }],
];

function refusal(run: () => unknown): InvalidInputError {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidInputError);
    expect((error as InvalidInputError).hint).not.toBe('');
    return error as InvalidInputError;
  }
  throw new Error('accepted');
}

const Y = [0, 1, 1, 0];
const P = [0, 1, 0, 1];

describe.each(METRICS)('%s refuses, with a hint,', (_name, metric, options) => {
  it('nothing to score', () => {
    refusal(() => metric([], [], options));
    refusal(() => metric(undefined, undefined, options));
    refusal(() => metric(null, P, options));
    refusal(() => metric(Y, 7, options));
  });

  it('arrays of different lengths', () => {
    expect(refusal(() => metric(Y, [0, 1], options)).message).toMatch(/4.*2|2.*4/);
    refusal(() => metric(Y, P, { ...options, sampleWeight: [1, 1] }));
  });

  it('labels and predictions that are not finite numbers, naming the row', () => {
    for (const bad of [
      Number.NaN,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      '1',
      null,
      undefined,
      1n,
      true,
    ]) {
      expect(refusal(() => metric([0, 1, bad, 0], P, options)).details.rows).toEqual([2]);
      expect(refusal(() => metric(Y, [0, bad, 1, 0], options)).message).toMatch(/row 1/);
    }
  });

  it('weights that are negative, all zero or not finite', () => {
    expect(refusal(() => metric(Y, P, { ...options, sampleWeight: [1, -1, 1, 1] })).details.row).toBe(1);
    refusal(() => metric(Y, P, { ...options, sampleWeight: [0, 0, 0, 0] }));
    refusal(() => metric(Y, P, { ...options, sampleWeight: [1, Number.NaN, 1, 1] }));
  });

  it('an unknown option, naming the nearest one', () => {
    expect(refusal(() => metric(Y, P, { ...options, sampleWeigths: [1, 1, 1, 1] })).hint).toContain("'sampleWeight'");
    refusal(() => metric(Y, P, 'macro' as unknown as object));
  });

  it('common options out of range', () => {
    refusal(() => metric(Y, P, { ...options, average: 'makro' }));
    refusal(() => metric(Y, P, { ...options, zeroDivision: 2 }));
    refusal(() => metric(Y, P, { ...options, multiClass: 'ovx' }));
    refusal(() => metric(Y, P, { ...options, positiveClass: Number.NaN }));
  });
});

describe('labels and classes', () => {
  it('more than two labels with the binary average are refused with the other averages as the hint', () => {
    for (const metric of [precision, recall, f1, fBeta])
      expect(refusal(() => metric([0, 1, 2], [0, 1, 2])).hint).toContain("'macro'");
  });

  it('a positive class that does not occur among two labels is refused', () => {
    refusal(() => precision([3, 5], [3, 5]));
    refusal(() => f1(Y, P, { positiveClass: 2 }));
    refusal(() => averagePrecision([3, 5], [0.1, 0.9]));
    refusal(() => rocCurve([1, 2], [0.1, 0.9]));
  });

  it('classes that repeat, are not finite, or never occur are refused', () => {
    refusal(() => confusionMatrix(Y, P, { classes: [0, 0, 1] }));
    refusal(() => confusionMatrix(Y, P, { classes: [0, Number.NaN] }));
    refusal(() => confusionMatrix(Y, P, { classes: [7] }));
    refusal(() => confusionMatrix(Y, P, { classes: [] }));
  });

  it('labels that the classes of a score table do not list are refused', () => {
    expect(
      refusal(() =>
        logLoss(
          [0, 1, 2],
          [
            [1, 0],
            [0, 1],
            [0.5, 0.5],
          ],
          { classes: [0, 1] },
        ),
      ).details.unknown,
    ).toEqual([2]);
  });

  it('classes of a score table must be ascending', () => {
    refusal(() =>
      logLoss(
        [0, 1],
        [
          [1, 0],
          [0, 1],
        ],
        { classes: [1, 0] },
      ),
    );
  });
});

describe('scores', () => {
  const table = Matrix.from([
    [0.5, 0.25, 0.25],
    [0.25, 0.5, 0.25],
    [0.25, 0.25, 0.5],
  ]);

  it('a Matrix with more or fewer columns than classes is refused', () => {
    for (const metric of [rocAuc, averagePrecision, prAuc, logLoss, brierScore, expectedCalibrationError]) {
      refusal(() => metric([0, 1, 1], table));
      refusal(() => metric([0, 1, 2], table, { classes: [0, 1, 2, 3] }));
    }
  });

  it('scores of one class are refused where there are more than two', () => {
    for (const metric of [rocAuc, averagePrecision, prAuc, logLoss, brierScore, rocCurve, optimalThreshold])
      refusal(() => metric([0, 1, 2], [0.1, 0.2, 0.3]));
  });

  it('a Matrix where labels or values belong is refused', () => {
    for (const metric of [accuracy, f1, mae, confusionMatrix])
      expect(refusal(() => metric([0, 1, 2], table as unknown as number[])).hint).toContain('Matrix');
  });

  it('ragged rows, empty rows and rows with something else than numbers are refused', () => {
    refusal(() => rocAuc([0, 1], [[0.5, 0.5], [1]]));
    refusal(() => rocAuc([0, 1], [[], []]));
    refusal(() =>
      rocAuc([0, 1], [
        [0.5, 0.5],
        ['a', 1],
      ] as unknown as number[][]),
    );
    refusal(() =>
      rocAuc(
        [0, 1],
        Matrix.from([
          [0.5, 0.5],
          [Number.NaN, 1],
        ]),
      ),
    );
  });

  it('probabilities outside 0..1 are refused by metrics of probabilities, with the row', () => {
    for (const metric of [logLoss, brierScore, expectedCalibrationError, calibrationCurve])
      expect(refusal(() => metric([0, 1, 1], [0.1, 1.5, 0.2])).details.row).toBe(1);
    expect(rocAuc([0, 1, 1], [-3, 15, 2])).toBe(1);
  });

  it('rows that do not add up to 1 are refused', () => {
    const off = Matrix.from([
      [0.5, 0.25, 0.25],
      [0.25, 0.5, 0.2],
      [0.25, 0.25, 0.5],
    ]);
    for (const metric of [rocAuc, logLoss, brierScore])
      expect(refusal(() => metric([0, 1, 2], off)).details.row).toBe(1);
  });

  it('log-loss of one label asks for the classes', () => {
    expect(refusal(() => logLoss([1, 1], [0.5, 0.4])).hint).toContain('classes');
    expect(logLoss([1, 1], [0.5, 0.5], { classes: [0, 1] })).toBeCloseTo(Math.LN2, 14);
  });
});

describe('own options', () => {
  it('out of range are refused', () => {
    refusal(() => fBeta(Y, P, { beta: -1 }));
    refusal(() => rocAuc(Y, P, { maxFpr: 0 }));
    refusal(() => rocAuc(Y, P, { maxFpr: 1.5 }));
    refusal(() => pinballLoss(Y, P, { alpha: 2 }));
    refusal(() => calibrationCurve(Y, P, { bins: 0 }));
    refusal(() => calibrationCurve(Y, P, { strategy: 'even' as 'uniform' }));
    refusal(() => cohenKappa(Y, P, { weights: 'cubic' as 'linear' }));
    refusal(() => confusionMatrix(Y, P, { normalize: 'rows' as 'true' }));
    refusal(() => optimalThreshold(Y, P, { metric: 'f2' as 'f1' }));
    for (const k of [0, 5, 1.5, -1, Number.NaN]) refusal(() => precisionAtK(Y, P, { k }));
    refusal(() => precisionAtK(Y, P, undefined as unknown as { k: number }));
  });

  it('one against one refuses weights and other averages', () => {
    const P3 = [
      [0.5, 0.25, 0.25],
      [0.25, 0.5, 0.25],
      [0.25, 0.25, 0.5],
    ];
    refusal(() => rocAuc([0, 1, 2], P3, { multiClass: 'ovo', sampleWeight: [1, 1, 1] }));
    refusal(() => rocAuc([0, 1, 2], P3, { multiClass: 'ovo', average: 'micro' }));
    refusal(() => rocAuc([0, 1, 2], P3, { maxFpr: 0.5 }));
  });

  it('a threshold on one class is refused', () => {
    refusal(() => optimalThreshold([1, 1], [0.1, 0.9]));
    refusal(() => optimalThreshold([0, 1], [0.1, 0.9], { sampleWeight: [1, 0] }));
  });

  it('errors too large for a number are refused', () => {
    refusal(() => mse([1e200, 0], [-1e200, 0]));
  });

  it('of the bootstrap out of range are refused', () => {
    const run = (options: object) => () => bootstrapInterval(Y, P, { metric: 'accuracy', ...options });
    refusal(run({ resamples: 0 }));
    refusal(run({ confidence: 1 }));
    refusal(run({ seed: 0.5 }));
    refusal(run({ blockLength: 5 }));
    refusal(run({ blockLength: 2, stratified: true }));
    refusal(run({ metric: 7 }));
    refusal(run({ metric: 'f1', average: 'none' }));
    refusal(() => bootstrapInterval(Y, P, undefined as unknown as { metric: string }));
    refusal(() => bootstrapInterval([1, 1, 1], [0.1, 0.2, 0.3], { metric: 'auc' }));
  });
});

describe('one class only', () => {
  it('areas and rates that need both classes are NaN, as scikit-learn says', () => {
    expect(rocAuc([1, 1, 1], [0.1, 0.2, 0.3])).toBeNaN();
    expect(Array.from(rocCurve([0, 0], [0.1, 0.2]).tpr)).toEqual([Number.NaN, Number.NaN, Number.NaN]);
    expect(averagePrecision([0, 0], [0.1, 0.2])).toBe(0);
  });
});

describe('metricByName', () => {
  it('knows the names of other libraries, whatever their case and dashes', () => {
    for (const name of ['auc', 'roc_auc', 'ROC-AUC', 'rocAuc', 'roc_auc_score'])
      expect(metricByName(name).name).toBe('rocAuc');
    expect(metricByName('mcc').name).toBe('matthewsCorrelation');
    expect(metricByName('logLoss')).toMatchObject({ direction: 'minimize', input: 'scores', task: 'classification' });
    expect(metricByName('r2')).toMatchObject({ direction: 'maximize', input: 'values', task: 'regression' });
  });

  it('refuses an unknown name with the nearest one', () => {
    expect(refusal(() => metricByName('logloos')).hint).toContain('logLoss');
    refusal(() => metricByName('zzzzzzzzzzzz'));
    refusal(() => metricByName(undefined as unknown as string));
  });
});
