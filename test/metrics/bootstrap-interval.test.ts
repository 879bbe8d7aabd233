import { describe, expect, it } from 'vitest';
import { Matrix } from '../../src/core/matrix.js';
import { Random } from '../../src/core/random.js';
import { accuracy } from '../../src/metrics/accuracy.js';
import { bootstrapInterval } from '../../src/metrics/bootstrap-interval.js';
import { logLoss } from '../../src/metrics/log-loss.js';
import { METRICS, type MetricFunction } from '../../src/metrics/registry.js';
import { mae } from '../../src/metrics/regression.js';
import { rowResampler } from '../../src/metrics/resample.js';
import { rocAuc } from '../../src/metrics/roc-auc.js';

const random = new Random(5);
const n = 200;
const y = Float64Array.from({ length: n }, () => (random.float() < 0.4 ? 1 : 0));
const scores = Float64Array.from(y, (label) => Math.min(1, Math.max(0, 0.3 + 0.3 * label + 0.2 * random.normal())));
const labels = scores.map((s) => (s >= 0.5 ? 1 : 0));
const weights = Float64Array.from(y, () => 0.1 + random.float());

describe('bootstrapInterval', () => {
  it('gives the same numbers for the same seed, others for another', () => {
    const run = (seed: number) => bootstrapInterval(y, scores, { metric: 'auc', resamples: 200, seed });
    expect(run(3)).toEqual(run(3));
    expect(run(3).lower).not.toBe(run(4).lower);
  });

  it.each([
    [{}, 0.06368750000000001, 0.23625],
    [{ blockLength: 3 }, 0.0875, 0.19874999999999998],
    [{ stratified: true }, 0.05740625000000002, 0.24884375000000006],
  ])('is pinned, with %o: the same on every platform and Node version', (options, lower, upper) => {
    const labels = [0, 1, 1, 0, 1, 0, 1, 1];
    const p = [0.1, 0.9, 0.4, 0.2, 0.8, 0.6, 0.7, 0.5];
    const interval = bootstrapInterval(labels, p, { metric: 'brierScore', resamples: 200, seed: 1, ...options });
    expect([interval.lower, interval.upper]).toEqual([lower, upper]);
  });

  it('holds the estimate, which is the metric itself', () => {
    const interval = bootstrapInterval(y, scores, { metric: rocAuc, sampleWeight: weights, resamples: 300 });
    expect(interval.estimate).toBeCloseTo(rocAuc(y, scores, { sampleWeight: weights }), 12);
    expect(interval.lower).toBeLessThan(interval.estimate);
    expect(interval.upper).toBeGreaterThan(interval.estimate);
  });

  it('agrees with the normal interval of a mean', () => {
    const errors = Float64Array.from({ length: 400 }, () => Math.abs(random.normal()));
    const interval = bootstrapInterval(new Float64Array(400), errors, { metric: mae, resamples: 2000, seed: 2 });
    const sd = Math.sqrt(errors.reduce((a, e) => a + (e - interval.estimate) ** 2, 0) / 400);
    expect(interval.standardError / (sd / 20)).toBeGreaterThan(0.93);
    expect(interval.standardError / (sd / 20)).toBeLessThan(1.07);
    expect((interval.upper - interval.lower) / ((2 * 1.96 * sd) / 20)).toBeGreaterThan(0.9);
    expect((interval.upper - interval.lower) / ((2 * 1.96 * sd) / 20)).toBeLessThan(1.1);
  });

  it.each(['auc', 'logLoss', 'brierScore', 'accuracy', 'mae', 'mse', 'rmse'])(
    'computes %s as on the drawn rows themselves',
    (name) => {
      const { compute, input } = METRICS.find((m) => m.name === name || m.aliases.includes(name)) ?? METRICS[0];
      const predictions = input === 'labels' ? labels : scores;
      // A function the library does not know is called on the drawn rows.
      const plain: MetricFunction = (a, b, options) => compute(a, b, options);
      const options = { resamples: 50, seed: 9, sampleWeight: weights };
      const fast = bootstrapInterval(y, predictions, { metric: name, ...options });
      const slow = bootstrapInterval(y, predictions, { metric: plain, ...options });
      for (const key of ['estimate', 'lower', 'upper', 'standardError'] as const)
        expect(fast[key]).toBeCloseTo(slow[key], 12);
    },
  );

  it('works for labels, tables of probabilities and options of the metric', () => {
    const table = Matrix.from(Array.from(scores, (s) => [1 - s, s]));
    const options = { resamples: 50, seed: 1 };
    expect(bootstrapInterval(y, table, { metric: 'logLoss', ...options }).estimate).toBeCloseTo(logLoss(y, table), 12);
    expect(bootstrapInterval(y, labels, { metric: 'f1', average: 'macro', ...options }).estimate).toBeGreaterThan(0.5);
    expect(bootstrapInterval(y, labels, { metric: accuracy, ...options }).estimate).toBe(accuracy(y, labels));
    const alpha = (a: number) =>
      bootstrapInterval(y, scores, { metric: 'pinballLoss', metricOptions: { alpha: a }, ...options }).estimate;
    expect(alpha(0.1)).not.toBe(alpha(0.9));
  });

  it('leaves out and counts resamples of one class; stratified resamples have none', () => {
    const rare = [1, 0, 0, 0, 0, 0, 0, 0];
    const s = [0.6, 0.1, 0.7, 0.3, 0.2, 0.5, 0.4, 0.1];
    const plain = bootstrapInterval(rare, s, { metric: 'auc', resamples: 400 });
    expect(plain.undefinedResamples).toBeGreaterThan(80);
    expect(plain.undefinedResamples).toBeLessThan(220);
    expect(bootstrapInterval(rare, s, { metric: 'auc', resamples: 400, stratified: true }).undefinedResamples).toBe(0);
  });

  it('is wider in blocks where neighbours resemble each other', () => {
    const errors = new Float64Array(600);
    for (let i = 1; i < errors.length; i++) errors[i] = 0.95 * errors[i - 1] + random.normal();
    const width = (blockLength?: number) => {
      const { lower, upper } = bootstrapInterval(new Float64Array(600), errors, { metric: 'mae', blockLength });
      return upper - lower;
    };
    expect(width(60)).toBeGreaterThan(2 * width());
  });
});

describe('resamples', () => {
  const total = (counts: Uint32Array) => counts.reduce((a, b) => a + b, 0);

  it('hold as many rows as there are; stratified as many of each label', () => {
    const counts = new Uint32Array(n);
    for (const options of [{}, { stratified: true }, { blockLength: 7 }]) {
      const draw = rowResampler('test', y, options);
      for (let r = 0; r < 5; r++) {
        draw(counts);
        expect(total(counts)).toBe(n);
      }
    }
    rowResampler('test', y, { stratified: true })(counts);
    expect(total(counts.filter((_, i) => y[i] === 1))).toBe(total(Uint32Array.from(y)));
  });

  it('in blocks are runs of neighbours, wrapping at the end', () => {
    const counts = new Uint32Array(100);
    rowResampler('test', new Float64Array(100), { blockLength: 100 })(counts);
    expect(counts.every((c) => c === 1)).toBe(true);
    rowResampler('test', new Float64Array(100), { blockLength: 50, seed: 3 })(counts);
    // Two blocks of 50: the count changes at no more than four places around the circle.
    const changes = counts.filter((c, i) => c !== counts[(i + 99) % 100]).length;
    expect(changes).toBeLessThanOrEqual(4);
  });
});
