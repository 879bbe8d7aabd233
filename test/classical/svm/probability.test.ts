import { describe, expect, it } from 'vitest';
import { couplePairs } from '../../../src/classical/svm/probability/coupling.js';
import { FOLDS, stratifiedFolds } from '../../../src/classical/svm/probability/folds.js';
import { fitSigmoid, sigmoidOf } from '../../../src/classical/svm/probability/platt.js';
import { Random } from '../../../src/core/random.js';

describe("Platt's sigmoid", () => {
  const random = new Random(3);
  const decisions = Float64Array.from({ length: 4000 }, () => 3 * random.normal());
  const drawn = Uint8Array.from(decisions, (f) => (random.float() < 1 / (1 + Math.exp(-1.3 * f + 0.4)) ? 1 : 0));
  const ones = new Float64Array(4000).fill(1);

  it('finds the sigmoid that labels were drawn from', async () => {
    const { a, b } = await fitSigmoid(decisions, drawn, ones);
    expect(a).toBeCloseTo(-1.3, 0);
    expect(Math.abs(b - 0.4)).toBeLessThan(0.15);
    expect(sigmoidOf({ a, b }, 50)).toBeGreaterThan(0.999);
  });

  it('is at the optimum: moving a or b raises the weighted cross entropy to the softened targets', async () => {
    const weights = Float64Array.from(ones, () => 0.5 + random.float());
    const { a, b } = await fitSigmoid(decisions, drawn, weights);
    let [positives, negatives] = [0, 0];
    drawn.forEach((label, i) => {
      if (label) positives += weights[i];
      else negatives += weights[i];
    });
    const [high, low] = [(positives + 1) / (positives + 2), 1 / (negatives + 2)];
    const loss = (p: number, q: number) =>
      decisions.reduce((sum, f, i) => {
        const t = drawn[i] ? high : low;
        const probability = 1 / (1 + Math.exp(p * f + q));
        return sum - weights[i] * (t * Math.log(probability) + (1 - t) * Math.log(1 - probability));
      }, 0);
    const least = loss(a, b);
    for (const [da, db] of [
      [1e-3, 0],
      [-1e-3, 0],
      [0, 1e-3],
      [0, -1e-3],
    ]) {
      expect(loss(a + da, b + db)).toBeGreaterThan(least);
    }
  });

  it('weights of 2 are rows that occur twice', async () => {
    const half = decisions.subarray(0, 500);
    const labels = drawn.subarray(0, 500);
    const doubled = await fitSigmoid(
      Float64Array.from([...half, ...half]),
      Uint8Array.from([...labels, ...labels]),
      ones.subarray(0, 1000),
    );
    const weighted = await fitSigmoid(half, labels, new Float64Array(500).fill(2));
    expect(weighted.a).toBeCloseTo(doubled.a, 8);
    expect(weighted.b).toBeCloseTo(doubled.b, 8);
  });

  it('stays finite for classes that are far apart, or one class', async () => {
    const far = Float64Array.of(-1e6, -1e6, 1e6, 1e6);
    for (const labels of [
      [0, 0, 1, 1],
      [1, 1, 1, 1],
      [0, 0, 0, 0],
    ]) {
      const { a, b } = await fitSigmoid(far, Uint8Array.from(labels), ones.subarray(0, 4));
      expect(Number.isFinite(a) && Number.isFinite(b)).toBe(true);
    }
  });
});

describe('pairwise coupling', () => {
  it('gives back probabilities that pairs agree on', () => {
    const p = [0.5, 0.3, 0.15, 0.05];
    const pairs: number[] = [];
    for (let i = 0; i < 4; i++) for (let j = i + 1; j < 4; j++) pairs.push(p[i] / (p[i] + p[j]));
    const out = new Float64Array(5);
    couplePairs(Float64Array.from(pairs), 4, out, 1);
    p.forEach((value, i) => {
      expect(out[i + 1]).toBeCloseTo(value, 12);
    });
  });

  it('sums to 1 for pairs that contradict each other', () => {
    const out = new Float64Array(3);
    couplePairs(Float64Array.of(1, 0, 1), 3, out, 0);
    expect(out.reduce((a, b) => a + b)).toBeCloseTo(1, 12);
    for (const p of out) expect(p).toBeCloseTo(1 / 3, 6);
  });
});

describe('folds', () => {
  it('deal out each class evenly, by seed', () => {
    const positive = Uint8Array.from({ length: 103 }, (_, i) => (i % 9 === 0 ? 1 : 0));
    const folds = stratifiedFolds(positive, 1);
    for (let f = 0; f < FOLDS; f++) {
      const rows = [...folds.keys()].filter((i) => folds[i] === f);
      expect(Math.abs(rows.length - 103 / FOLDS)).toBeLessThanOrEqual(1);
      expect(Math.abs(rows.filter((i) => positive[i]).length - 12 / FOLDS)).toBeLessThan(1);
    }
    expect(stratifiedFolds(positive, 1)).toEqual(folds);
    expect(stratifiedFolds(positive, 2)).not.toEqual(folds);
  });
});
