import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../src/core/errors.js';
import { Matrix } from '../../src/core/matrix.js';
import { Random } from '../../src/core/random.js';
import { compareToBaseline, remarkOn } from '../../src/evaluation/compare.js';

const random = new Random(11);
const n = 500;
const y = Float64Array.from({ length: n }, () => (random.float() < 0.5 ? 1 : 0));

const classifier = (p: (label: number) => number) => {
  const values = Array.from(y, p);
  return {
    predictions: Float32Array.from(values, (v) => (v >= 0.5 ? 1 : 0)),
    probabilities: Matrix.from(values.map((v) => [1 - v, v])),
    classes: [0, 1],
  };
};
const prior = classifier(() => 0.5);
const good = classifier((label) => 0.4 + 0.2 * label);
const noise = classifier(() => 0.4 + 0.2 * random.float());
const options = { resamples: 300, seed: 1 };

describe('compareToBaseline', () => {
  it('a model that knows something beats the prior, with the whole interval on its side', () => {
    const comparison = compareToBaseline({ y }, good, prior, options);
    expect(comparison).toMatchObject({ metric: 'logLoss', outcome: 'better', beatsBaseline: true, rows: n });
    expect(comparison.interval?.upper).toBeLessThan(0);
    expect(comparison.difference).toBeCloseTo((comparison.model ?? 0) - (comparison.baseline ?? 0), 15);
  });

  it('the same comparison turned round is worse', () => {
    expect(compareToBaseline({ y }, prior, good, options)).toMatchObject({ outcome: 'worse', beatsBaseline: false });
  });

  it('noise does not beat the prior, by whatever metric', () => {
    for (const metric of ['logLoss', 'accuracy', 'auc', 'brierScore'])
      expect(compareToBaseline({ y }, noise, prior, { ...options, metric }).beatsBaseline).toBe(false);
  });

  it('a model against itself differs by nothing and beats nothing', () => {
    expect(compareToBaseline({ y }, good, good, options)).toMatchObject({
      difference: 0,
      interval: { lower: 0, upper: 0 },
      outcome: 'undecided',
    });
  });

  it('follows the direction of the metric', () => {
    const comparison = compareToBaseline({ y }, good, noise, { ...options, metric: 'auc' });
    expect(comparison).toMatchObject({ direction: 'maximize', outcome: 'better', model: 1 });
    expect(comparison.interval?.lower).toBeGreaterThan(0);
  });

  it('compares labels by accuracy where the baseline gives no probabilities', () => {
    const persistence = { predictions: y.map((_, i) => y[i - 1] ?? 0), classes: [0, 1] };
    expect(compareToBaseline({ y }, good, persistence, options)).toMatchObject({
      metric: 'accuracy',
      outcome: 'better',
    });
  });

  it('compares regressions by squared error, with weights and blocks', () => {
    const target = y.map((v, i) => v + Math.sin(i / 9));
    const model = { predictions: target.map((v) => v + 0.1), classes: [] };
    const baseline = { predictions: target.map(() => 0.5), classes: [] };
    const weights = y.map((_, i) => (i % 3) + 1);
    const comparison = compareToBaseline({ y: target, weights }, model, baseline, { ...options, blockLength: 20 });
    expect(comparison).toMatchObject({ metric: 'mse', outcome: 'better' });
    expect(comparison.model).toBeCloseTo(0.01, 12);
  });

  it('says why there is nothing to compare', () => {
    const ones = { y: y.map(() => 1) };
    const comparison = compareToBaseline(ones, good, prior, { ...options, metric: 'auc' });
    expect(comparison).toMatchObject({ model: null, difference: null, interval: null, outcome: 'undecided' });
    expect(comparison.reason).toContain('no row is of class 0');
  });

  it('gives the same numbers for the same seed', () => {
    expect(compareToBaseline({ y }, noise, prior, options)).toEqual(compareToBaseline({ y }, noise, prior, options));
  });

  it('refuses unknown metrics, bad options and predictions of other rows', () => {
    expect(() => compareToBaseline({ y }, good, prior, { metric: 'aucc' })).toThrow(InvalidInputError);
    expect(() => compareToBaseline({ y }, good, prior, { confidence: 95 })).toThrow(InvalidInputError);
    expect(() => compareToBaseline({ y: [0, 1] }, good, prior)).toThrow(InvalidInputError);
  });
});

describe('remarkOn', () => {
  const better = compareToBaseline({ y }, good, prior, options);
  const undecided = compareToBaseline({ y }, noise, prior, options);

  it('says plainly when nothing is beaten', () => {
    expect(remarkOn('lightgbm', { prior: undecided })).toMatch(
      /^lightgbm is not shown to beat any baseline: logLoss .* of prior/,
    );
  });

  it('names the baselines that are not beaten', () => {
    const remark = remarkOn('lightgbm', { prior: better, persistence: undecided });
    expect(remark).toMatch(/^lightgbm is not shown to beat every baseline: .* of persistence/);
    expect(remark).not.toContain('of prior');
  });

  it('gives the differences when all are beaten', () => {
    expect(remarkOn('lightgbm', { prior: better })).toMatch(/^lightgbm beats every baseline: .* at 95%\)\.$/);
  });

  it('does not claim anything without a baseline', () => {
    expect(remarkOn('lightgbm', {})).toContain('not compared');
  });
});
