import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../src/core/errors.js';
import { Matrix } from '../../src/core/matrix.js';
import { type Evaluation, evaluateSplit } from '../../src/evaluation/evaluate.js';
import { logLoss } from '../../src/metrics/log-loss.js';
import { rocAuc } from '../../src/metrics/roc-auc.js';

const binary = (p: number[], classes = [0, 1]) => ({
  predictions: Float32Array.from(p, (v) => (v >= 0.5 ? classes[1] : classes[0])),
  probabilities: Matrix.from(p.map((v) => [1 - v, v])),
  classes,
});

function expectHonest(evaluation: Evaluation): void {
  for (const [name, value] of Object.entries(evaluation.metrics)) {
    const reason = (evaluation.undefinedMetrics as Record<string, string>)[name];
    if (value === null) expect(reason).toMatch(/\w{3}/);
    else expect(Number.isFinite(value) && reason === undefined).toBe(true);
  }
}

describe('evaluateSplit of two classes', () => {
  const y = [3, 5, 5, 3, 5];
  const p = [0.25, 0.75, 0.5, 0.625, 0.375];
  const evaluation = evaluateSplit('classification', { y }, binary(p, [3, 5]));

  it('scores the larger label as the positive class', () => {
    expect(evaluation.positiveClass).toBe(5);
    expect(evaluation.metrics).toMatchObject({ accuracy: 0.6, precision: 2 / 3, recall: 2 / 3 });
    expect(evaluation.metrics.rocAuc).toBe(rocAuc(y, p));
    expect(evaluation.metrics.logLoss).toBeCloseTo(logLoss(y, p), 12);
    expect(evaluation.undefinedMetrics).toEqual({});
  });

  it('counts confusions by class', () => {
    expect(evaluation.confusionMatrix).toEqual({
      classes: [3, 5],
      matrix: [
        [1, 1],
        [1, 2],
      ],
    });
  });

  it('uses the weights of the rows', () => {
    const weighted = evaluateSplit('classification', { y, weights: [0, 1, 1, 0, 0] }, binary(p, [3, 5]));
    expect(weighted.weighted).toBe(true);
    expect(weighted.metrics.accuracy).toBe(1);
    expect(weighted.undefinedMetrics.rocAuc).toContain('no row is of class 3');
  });
});

describe('a metric that the rows leave undefined is null with a reason', () => {
  it('areas and correlation where one class occurs', () => {
    const evaluation = evaluateSplit('classification', { y: [1, 1, 1] }, binary([0.75, 0.25, 0.5]));
    expect(evaluation.metrics).toMatchObject({ rocAuc: null, prAuc: null, matthewsCorrelation: null });
    expect(evaluation.metrics.accuracy).toBeCloseTo(2 / 3, 15);
    expect(evaluation.metrics.logLoss).toBeGreaterThan(0);
    expectHonest(evaluation);
  });

  it('precision where nothing is predicted positive, recall where nothing is', () => {
    const timid = evaluateSplit('classification', { y: [0, 1, 0] }, binary([0.25, 0.25, 0.125]));
    expect(timid.metrics).toMatchObject({ precision: null, recall: 0, f1: 0, matthewsCorrelation: null });
    const none = evaluateSplit('classification', { y: [0, 0, 0] }, binary([0.75, 0.25, 0.125]));
    expect(none.metrics).toMatchObject({ precision: 0, recall: null });
    expectHonest(timid);
    expectHonest(none);
  });

  it('whatever rows of weight 0 hold', () => {
    const evaluation = evaluateSplit(
      'classification',
      { y: [1, 0, 1], weights: [1, 1, 0] },
      binary([0.25, 0.125, 0.75]),
    );
    expect(evaluation.metrics).toMatchObject({ accuracy: 0.5, precision: null, recall: 0, matthewsCorrelation: null });
    expect(evaluation.undefinedMetrics.matthewsCorrelation).toBe('every row is predicted as 0');
  });

  it('everything about probabilities where there are none', () => {
    const { probabilities: _, ...labelsOnly } = binary([0.25, 0.75]);
    const evaluation = evaluateSplit('classification', { y: [0, 1] }, labelsOnly);
    expect(evaluation.metrics).toMatchObject({ accuracy: 1, rocAuc: null, logLoss: null, brierScore: null });
    expect(evaluation.undefinedMetrics.logLoss).toContain('no probabilities');
    expectHonest(evaluation);
  });

  it('everything about probabilities where a label was never trained on', () => {
    const evaluation = evaluateSplit('classification', { y: [0, 1, 2] }, binary([0.25, 0.75, 0.5]));
    expect(evaluation.metrics.accuracy).toBeCloseTo(2 / 3, 15);
    expect(evaluation.undefinedMetrics.logLoss).toContain('label 2');
    expect(evaluation.confusionMatrix.classes).toEqual([0, 1, 2]);
    expectHonest(evaluation);
  });

  it('an area of several classes where one does not occur', () => {
    const probabilities = Matrix.from([
      [0.5, 0.25, 0.25],
      [0.25, 0.5, 0.25],
    ]);
    const predicted = { predictions: [-1, 0], probabilities, classes: [-1, 0, 1] };
    const evaluation = evaluateSplit('classification', { y: [-1, 0] }, predicted);
    expect(evaluation.undefinedMetrics).toEqual({
      rocAuc: 'no row is of class 1',
      prAuc: 'no row is of class 1',
    });
    expect(evaluation.positiveClass).toBeUndefined();
  });

  it('r2 of a constant target, mape of a target of 0', () => {
    const predicted = { predictions: [1, 2], classes: [] };
    expect(evaluateSplit('regression', { y: [2, 2] }, predicted).undefinedMetrics.r2).toContain('every target is 2');
    const zero = evaluateSplit('regression', { y: [0, 2] }, predicted);
    expect(zero.metrics).toMatchObject({ mae: 0.5, mse: 0.5, r2: 0.5, mape: null });
    expectHonest(zero);
  });
});

it('an evaluation survives JSON unchanged', () => {
  const evaluation = evaluateSplit('classification', { y: [1, 1, 1] }, binary([0.75, 0.25, 0.5]));
  expect(JSON.parse(JSON.stringify(evaluation))).toEqual(evaluation);
});

it('rows and predictions that do not match are refused', () => {
  expect(() => evaluateSplit('classification', { y: [0, 1] }, binary([0.5]))).toThrow(InvalidInputError);
  expect(() => evaluateSplit('classification', { y: [0, Number.NaN] }, binary([0.5, 0.5]))).toThrow(InvalidInputError);
  expect(() => evaluateSplit('classification', { y: [0, 1], weights: [0, 0] }, binary([0.5, 0.5]))).toThrow(
    InvalidInputError,
  );
  expect(() => evaluateSplit('regression', { y: [] }, { predictions: [], classes: [] })).toThrow(InvalidInputError);
});
