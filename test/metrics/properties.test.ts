import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Matrix } from '../../src/core/matrix.js';
import { accuracy } from '../../src/metrics/accuracy.js';
import { balancedAccuracy } from '../../src/metrics/balanced-accuracy.js';
import { brierScore } from '../../src/metrics/brier-score.js';
import { calibrationCurve, expectedCalibrationError } from '../../src/metrics/calibration.js';
import { cohenKappa } from '../../src/metrics/cohen-kappa.js';
import { confusionMatrix } from '../../src/metrics/confusion-matrix.js';
import { logLoss } from '../../src/metrics/log-loss.js';
import { matthewsCorrelation } from '../../src/metrics/matthews-correlation.js';
import { bestThreshold, optimalThreshold } from '../../src/metrics/optimal-threshold.js';
import { precisionAtK } from '../../src/metrics/precision-at-k.js';
import { f1, fBeta, precision, recall } from '../../src/metrics/precision-recall.js';
import { averagePrecision, prAuc } from '../../src/metrics/precision-recall-curve.js';
import { descendingOrder } from '../../src/metrics/ranking.js';
import { mae, mape, mse, pinballLoss, r2, rmse } from '../../src/metrics/regression.js';
import { rocAuc } from '../../src/metrics/roc-auc.js';
import {
  bestOutcome,
  meanPrecisionAtK,
  type Outcomes,
  outcomesAt,
  pairwiseAuc,
  plainCalibrationError,
} from '../oracles/ranking.js';

interface Rows {
  y: number[];
  predicted: number[];
  scores: number[];
  weights: number[];
}

/** Rows of both classes; scores often tie and often meet the edges of bins, weights are small whole numbers. */
const binaryRows = (maxLength = 30): fc.Arbitrary<Rows> =>
  fc
    .array(
      fc.record({
        y: fc.integer({ min: 0, max: 1 }),
        predicted: fc.integer({ min: 0, max: 1 }),
        score: fc.oneof(
          fc.integer({ min: 0, max: 10 }).map((v) => v / 10),
          fc.double({ min: 0, max: 1, noNaN: true }),
        ),
        weight: fc.integer({ min: 1, max: 3 }),
      }),
      { minLength: 2, maxLength },
    )
    .map((rows) => ({
      y: [0, 1, ...rows.slice(2).map((r) => r.y)],
      predicted: rows.map((r) => r.predicted),
      scores: rows.map((r) => r.score),
      weights: rows.map((r) => r.weight),
    }));

type Metric = (rows: Rows, sampleWeight?: number[]) => number;

const METRICS: Record<string, Metric> = {
  accuracy: ({ y, predicted }, sampleWeight) => accuracy(y, predicted, { sampleWeight }),
  balancedAccuracy: ({ y, predicted }, sampleWeight) => balancedAccuracy(y, predicted, { sampleWeight }),
  precision: ({ y, predicted }, sampleWeight) => precision(y, predicted, { sampleWeight }),
  recallMacro: ({ y, predicted }, sampleWeight) => recall(y, predicted, { sampleWeight, average: 'macro' }),
  f1Weighted: ({ y, predicted }, sampleWeight) => f1(y, predicted, { sampleWeight, average: 'weighted' }),
  fBetaMicro: ({ y, predicted }, sampleWeight) => fBeta(y, predicted, { sampleWeight, average: 'micro', beta: 2 }),
  matthewsCorrelation: ({ y, predicted }, sampleWeight) => matthewsCorrelation(y, predicted, { sampleWeight }),
  cohenKappa: ({ y, predicted }, sampleWeight) =>
    cohenKappa(y, predicted, { sampleWeight, weights: 'quadratic', replaceUndefinedBy: 0 }),
  confusionMatrix: ({ y, predicted }, sampleWeight) =>
    confusionMatrix(y, predicted, { sampleWeight, classes: [0, 1] })[0][1],
  rocAuc: ({ y, scores }, sampleWeight) => rocAuc(y, scores, { sampleWeight }),
  partialRocAuc: ({ y, scores }, sampleWeight) => rocAuc(y, scores, { sampleWeight, maxFpr: 0.3 }),
  prAuc: ({ y, scores }, sampleWeight) => prAuc(y, scores, { sampleWeight }),
  averagePrecision: ({ y, scores }, sampleWeight) => averagePrecision(y, scores, { sampleWeight }),
  logLoss: ({ y, scores }, sampleWeight) => logLoss(y, scores, { sampleWeight }),
  brierScore: ({ y, scores }, sampleWeight) => brierScore(y, scores, { sampleWeight }),
  expectedCalibrationError: ({ y, scores }, sampleWeight) => expectedCalibrationError(y, scores, { sampleWeight }),
  calibrationCurve: ({ y, scores }, sampleWeight) => calibrationCurve(y, scores, { sampleWeight }).probTrue[0],
  bestThreshold: ({ y, scores }, sampleWeight) => bestThreshold(y, scores, { sampleWeight }).value,
  mae: ({ y, scores }, sampleWeight) => mae(y, scores, { sampleWeight }),
  mse: ({ y, scores }, sampleWeight) => mse(y, scores, { sampleWeight }),
  rmse: ({ y, scores }, sampleWeight) => rmse(y, scores, { sampleWeight }),
  r2: ({ y, scores }, sampleWeight) => r2(y, scores, { sampleWeight }),
  mape: ({ y, scores }, sampleWeight) =>
    mape(
      y.map((v) => v + 1),
      scores,
      { sampleWeight },
    ),
  pinballLoss: ({ y, scores }, sampleWeight) => pinballLoss(y, scores, { sampleWeight, alpha: 0.2 }),
};

const take = (rows: Rows, order: number[]): Rows => ({
  y: order.map((i) => rows.y[i]),
  predicted: order.map((i) => rows.predicted[i]),
  scores: order.map((i) => rows.scores[i]),
  weights: order.map((i) => rows.weights[i]),
});

function expectClose(actual: number, expected: number): void {
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(1e-12 * Math.max(1, Math.abs(expected)));
}

describe.each(Object.entries(METRICS))('%s', (_name, metric) => {
  it('does not depend on the order of the rows', () => {
    fc.assert(
      fc.property(binaryRows(), fc.infiniteStream(fc.nat()), (rows, keys) => {
        const key = rows.y.map(() => keys.next().value as number);
        const order = rows.y.map((_, i) => i).sort((a, b) => key[a] - key[b]);
        const shuffled = take(rows, order);
        expectClose(metric(shuffled, shuffled.weights), metric(rows, rows.weights));
      }),
      { numRuns: 60 },
    );
  });

  it('counts a row of whole weight w as w rows', () => {
    fc.assert(
      fc.property(binaryRows(), (rows) => {
        const repeated = take(
          rows,
          rows.weights.flatMap((w, i) => Array.from({ length: w }, () => i)),
        );
        expectClose(metric(rows, rows.weights), metric(repeated));
      }),
      { numRuns: 60 },
    );
  });

  it('does not see rows of weight 0', () => {
    fc.assert(
      fc.property(binaryRows(), (rows) => {
        const more = { ...rows, weights: rows.weights.map((w, i) => (i > 1 && i % 3 === 0 ? 0 : w)) };
        const kept = take(
          more,
          more.y.map((_, i) => i).filter((i) => more.weights[i] > 0),
        );
        expectClose(metric(more, more.weights), metric(kept, kept.weights));
      }),
      { numRuns: 60 },
    );
  });
});

describe('ranking metrics', () => {
  it('rocAuc is the share of pairs ranked right, ties half', () => {
    fc.assert(
      fc.property(binaryRows(), ({ y, scores, weights }) => {
        expectClose(rocAuc(y, scores), pairwiseAuc(y, scores));
        expectClose(rocAuc(y, scores, { sampleWeight: weights }), pairwiseAuc(y, scores, weights));
      }),
    );
  });

  it('rocAuc, prAuc and averagePrecision see only the order of the scores', () => {
    fc.assert(
      fc.property(binaryRows(), ({ y, scores }) => {
        const ranks = scores.map((s) => [...new Set(scores)].sort((a, b) => a - b).indexOf(s) * 7 - 1e6);
        for (const metric of [rocAuc, prAuc, averagePrecision]) expectClose(metric(y, ranks), metric(y, scores));
      }),
    );
  });

  it('rocAuc of the opposite scores is one less the area', () => {
    fc.assert(
      fc.property(binaryRows(), ({ y, scores }) => {
        expectClose(
          rocAuc(
            y,
            scores.map((s) => -s),
          ),
          1 - rocAuc(y, scores),
        );
      }),
    );
  });

  it('descendingOrder is the stable descending sort of any finite numbers, 0 and -0 equal', () => {
    const score = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.constantFrom(0, -0, 1, -1, 1e308, -1e308, 5e-324, 1 + 2 ** -52, 1 + 2 ** -51),
      fc.integer({ min: 0, max: 50 }).map((v) => 1 + v * 2 ** -52),
    );
    fc.assert(
      fc.property(fc.array(score, { maxLength: 200 }), (scores) => {
        const expected = scores
          .map((_, i) => i)
          .sort((a, b) => (scores[b] > scores[a] ? 1 : scores[b] < scores[a] ? -1 : a - b));
        expect(Array.from(descendingOrder(Float64Array.from(scores)))).toEqual(expected);
      }),
      { numRuns: 500 },
    );
  });

  it('precisionAtK is the mean over all ways of breaking ties', () => {
    const row = fc.record({ y: fc.integer({ min: 0, max: 1 }), score: fc.integer({ min: 0, max: 2 }) });
    fc.assert(
      fc.property(fc.array(row, { minLength: 5, maxLength: 5 }), fc.integer({ min: 1, max: 5 }), (rows, k) => {
        const y = rows.map((r) => r.y);
        const scores = rows.map((r) => r.score);
        expectClose(precisionAtK(y, scores, { k }), meanPrecisionAtK(y, scores, k));
      }),
    );
  });

  it('precisionAtK takes a share of the rows, k alone, and weights', () => {
    const y = [1, 0, 1, 0];
    const scores = [0.9, 0.8, 0.8, 0.1];
    expect(precisionAtK(y, scores, { k: 0.25 })).toBe(1);
    expect(precisionAtK(y, scores, 2)).toBe(0.75);
    expect(precisionAtK(y, scores, { k: 3, sampleWeight: [1, 2, 1, 9] })).toBe(0.5);
  });
});

describe('optimalThreshold', () => {
  const CRITERIA: Record<string, (o: Outcomes) => number> = {
    f1: ({ tp, fp, fn }) => (2 * tp) / (2 * tp + fp + fn),
    youden: ({ tp, fp, tn, fn }) => tp / (tp + fn) - fp / (fp + tn),
    accuracy: ({ tp, tn, fp, fn }) => (tp + tn) / (tp + tn + fp + fn),
    balancedAccuracy: ({ tp, fp, tn, fn }) => (tp / (tp + fn) + tn / (fp + tn)) / 2,
    matthewsCorrelation: ({ tp, fp, tn, fn }) => {
      const d = Math.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn));
      return d === 0 ? 0 : (tp * tn - fp * fn) / d;
    },
  };

  it.each(Object.keys(CRITERIA))('reaches the largest %s of all thresholds', (name) => {
    fc.assert(
      fc.property(binaryRows(), ({ y, scores, weights }) => {
        const options = { metric: name as 'f1', sampleWeight: weights };
        const best = bestThreshold(y, scores, options);
        expectClose(best.value, bestOutcome(y, scores, weights, CRITERIA[name]));
        expectClose(CRITERIA[name](outcomesAt(best.threshold, y, scores, weights)), best.value);
        expect(optimalThreshold(y, scores, options)).toBe(best.threshold);
      }),
    );
  });

  it('takes any function of the four counts, such as a profit', () => {
    const y = [0, 1, 0, 1, 1];
    const scores = [0.1, 0.3, 0.4, 0.6, 0.9];
    const profit = bestThreshold(y, scores, {
      metric: ({ truePositives, falsePositives }) => 10 * truePositives - 25 * falsePositives,
    });
    expect(profit).toEqual({ threshold: 0.6, value: 20 });
  });

  it('takes the highest of equally good thresholds, and one above all scores when predicting nothing is best', () => {
    expect(optimalThreshold([0, 1, 1, 0], [0.1, 0.2, 0.9, 0.8], { metric: 'accuracy' })).toBe(0.9);
    const threshold = optimalThreshold([1, 0, 0, 0], [0.1, 0.2, 0.3, 0.4], { metric: 'accuracy' });
    expect(threshold).toBeGreaterThan(0.4);
    expect(threshold).toBeLessThan(0.4000000001);
  });
});

describe('expectedCalibrationError', () => {
  it('is the weighted distance of outcome and probability over the bins', () => {
    fc.assert(
      fc.property(binaryRows(), fc.constantFrom(1, 2, 4, 8), ({ y, scores, weights }, bins) => {
        const options = { bins, sampleWeight: weights };
        expectClose(expectedCalibrationError(y, scores, options), plainCalibrationError(y, scores, weights, bins));
      }),
    );
  });

  it('of several classes is about the largest probability and whether it is right', () => {
    const P = [
      [0.5, 0.25, 0.25],
      [0.25, 0.5, 0.25],
      [0.125, 0.125, 0.75],
    ];
    // Two rows of confidence 0.5, one right; one of 0.75, right.
    expectClose(expectedCalibrationError([0, 2, 2], P, { bins: 4, classes: [0, 1, 2] }), 0.25 / 3);
  });
});

describe('tables of scores', () => {
  it('a Matrix and rows of arrays of the same numbers give the same value', () => {
    const P = [
      [0.5, 0.25, 0.25],
      [0.25, 0.5, 0.25],
      [0.125, 0.125, 0.75],
      [0.25, 0.25, 0.5],
    ];
    const y = [-1, 0, 1, 0];
    for (const metric of [rocAuc, averagePrecision, prAuc, logLoss, brierScore, expectedCalibrationError])
      expect(metric(y, Matrix.from(P))).toBe(metric(y, P));
  });

  it('two columns are the two classes, the positive one the larger label', () => {
    const p = [0.25, 0.5, 0.75, 0.125];
    const y = [-1, 1, 1, -1];
    const table = Matrix.from(p.map((v) => [1 - v, v]));
    for (const metric of [rocAuc, averagePrecision, prAuc, logLoss, brierScore, expectedCalibrationError])
      expectClose(metric(y, table) as number, metric(y, p) as number);
  });

  it('positiveClass turns a curve to the other class', () => {
    const y = [3, 5, 5, 3];
    const p = [0.25, 0.5, 0.75, 0.125];
    expect(rocAuc(y, p, { positiveClass: 3 })).toBe(1 - rocAuc(y, p));
    expectClose(
      logLoss(y, p, { positiveClass: 3 }),
      logLoss(
        y,
        p.map((v) => 1 - v),
      ),
    );
  });
});

describe('regression', () => {
  it('r2 of a constant target is 1 when exact and 0 when not, also where its mean rounds', () => {
    // The mean of 0.1, 0.1, 0.1 is 0.10000000000000002.
    for (const sampleWeight of [undefined, [1, 3, 2]]) {
      const y = [0.1, 0.1, 0.1];
      expect(r2(y, y, { sampleWeight })).toBe(1);
      expect(r2(y, [1, 1, 1], { sampleWeight })).toBe(0);
    }
    expect(r2([0.1, 0.1, 0.1, 7], [1, 1, 1, 7], { sampleWeight: [1, 1, 1, 0] })).toBe(0);
  });

  it('a mean of a million equal errors keeps its digits', () => {
    const n = 1_000_000;
    expectClose(mae(new Float64Array(n), new Float64Array(n).fill(0.1)), 0.1);
  });
});
