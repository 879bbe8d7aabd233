/** Each calibrator by itself: what it fits, what it keeps, what it refuses. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BetaCalibrator } from '../../src/calibration/beta.js';
import { IsotonicCalibrator } from '../../src/calibration/isotonic.js';
import { PlattCalibrator } from '../../src/calibration/platt.js';
import {
  applyProbabilityMap,
  fitProbabilityMap,
  readProbabilityMap,
  writeProbabilityMap,
} from '../../src/calibration/probability-map.js';
import { TemperatureCalibrator } from '../../src/calibration/temperature.js';
import { InvalidInputError, ModelFormatError, NotFittedError } from '../../src/core/errors.js';
import { log, sigmoid } from '../../src/core/math.js';
import { Matrix } from '../../src/core/matrix.js';
import { Random } from '../../src/core/random.js';

/** Scores, and labels drawn with the probability that `truth` gives a score. */
function sample(n: number, seed: number, truth: (score: number) => number) {
  const random = new Random(seed);
  const scores = Float64Array.from({ length: n }, () => 2 * random.normal());
  const labels = scores.map((score) => (random.float() < truth(score) ? 1 : 0));
  const weights = scores.map(() => 0.5 + random.float());
  return { scores, labels, weights };
}

const METHODS = [
  ['platt', () => new PlattCalibrator()],
  ['isotonic', () => new IsotonicCalibrator()],
  ['beta', () => new BetaCalibrator()],
] as const;

describe('calibrators of one score', () => {
  it('find the sigmoid that labels were drawn from', () => {
    const { scores, labels } = sample(40_000, 1, (s) => sigmoid(0.7 * s - 0.4));
    const { slope, offset } = new PlattCalibrator().fit(scores, labels).sigmoid;
    expect(slope).toBeCloseTo(0.7, 1);
    expect(offset).toBeCloseTo(-0.4, 1);
    const p = scores.map(sigmoid);
    const { a, b } = new BetaCalibrator().fit(p, labels).map;
    expect(a).toBeCloseTo(0.7, 1);
    expect(b).toBeCloseTo(0.7, 1);
  });

  it('platt ends where the derivatives of its likelihood are 0, weights and any scale of scores included', () => {
    for (const scale of [1e-6, 1, 1e6]) {
      const { scores, labels, weights } = sample(500, 2, (s) => sigmoid(2 * s));
      const scaled = scores.map((s) => scale * (s + 3));
      const p = new PlattCalibrator().fit(scaled, labels, weights).transform(scaled);
      let [positive, negative] = [0, 0];
      for (const [i, label] of labels.entries()) {
        if (label === 1) positive += weights[i];
        else negative += weights[i];
      }
      let [bySlope, byOffset] = [0, 0];
      for (let i = 0; i < 500; i++) {
        const target = labels[i] === 1 ? (positive + 1) / (positive + 2) : 1 / (negative + 2);
        byOffset += weights[i] * (p[i] - target);
        bySlope += weights[i] * (p[i] - target) * (scores[i] + 3);
      }
      expect(byOffset).toBeCloseTo(0, 8);
      expect(bySlope).toBeCloseTo(0, 8);
    }
  });

  it('platt stays finite on separable scores', () => {
    const p = new PlattCalibrator().fit([-2, -1, 1, 2], [0, 0, 1, 1]).transform([-2, 2]);
    expect(p[0]).toBeGreaterThan(0.1);
    expect(p[1]).toBeLessThan(0.9);
  });

  it('beta keeps the order of probabilities whatever the labels say', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const { scores, labels } = sample(60, seed, (s) => sigmoid(-s));
        if (new Set(labels).size < 2) return;
        const grid = Float64Array.from({ length: 50 }, (_, i) => (i + 0.5) / 50);
        const p = new BetaCalibrator().fit(scores.map(sigmoid), labels).transform(grid);
        for (let i = 1; i < 50; i++) expect(p[i]).toBeGreaterThanOrEqual(p[i - 1] - 1e-12);
      }),
      { numRuns: 30 },
    );
  });

  it('isotonic is the closest rising function: no other, of a random many, has a smaller weighted error', () => {
    const random = new Random(5);
    for (let round = 0; round < 20; round++) {
      const n = 3 + random.int(5);
      const scores = Array.from({ length: n }, () => random.int(5));
      const labels = Array.from({ length: n }, (_, i) => (i < 2 ? i : random.int(2)));
      const weights = Array.from({ length: n }, () => 1 + random.int(3));
      const fitted = new IsotonicCalibrator().fit(scores, labels, weights).transform(scores);
      const error = (values: ArrayLike<number>) =>
        labels.reduce((sum, label, i) => sum + weights[i] * (values[i] - label) ** 2, 0);
      const order = [...scores.keys()].sort((a, b) => scores[a] - scores[b]);
      order.forEach((i, at) => {
        if (at > 0) expect(fitted[i]).toBeGreaterThanOrEqual(fitted[order[at - 1]]);
      });
      for (let trial = 0; trial < 200; trial++) {
        const steps = Array.from({ length: 5 }, () => random.float()).sort();
        expect(error(fitted)).toBeLessThanOrEqual(error(scores.map((s) => steps[s])) + 1e-12);
      }
    }
  });

  it('isotonic joins corners by straight lines and is constant beyond', () => {
    const curve = new IsotonicCalibrator().fit([0, 1, 2, 3], [0, 0, 1, 1]);
    expect([...curve.transform([-9, 0.5, 1.25, 2, 9])]).toEqual([0, 0, 0.25, 1, 1]);
  });

  it.each(METHODS)('%s counts an integer weight as repeated rows and a weight of 0 as none', (_, make) => {
    const { scores, labels } = sample(80, 6, (s) => sigmoid(s));
    const p = scores.map(sigmoid);
    const weights = Array.from(p, (_, i) => i % 3);
    const rows = weights.flatMap((n, i) => new Array<number>(n).fill(i));
    const weighted = make().fit(p, labels, weights).transform(p);
    const repeated = make()
      .fit(
        rows.map((i) => p[i]),
        rows.map((i) => labels[i]),
      )
      .transform(p);
    weighted.forEach((value, i) => {
      expect(value).toBeCloseTo(repeated[i], 8);
    });
  });

  it.each(METHODS)('%s refuses what it cannot be fitted on', (_, make) => {
    expect(() => make().fit([0.1, 0.2], [1, 1])).toThrow(/only positive labels/);
    expect(() => make().fit([], [])).toThrow(InvalidInputError);
    expect(() => make().fit([0.1, 0.2], [0])).toThrow(/1 labels for 2 scores/);
    expect(() => make().fit([0.1, 0.2], [0, 2])).toThrow(/label of row 1 is 2/);
    expect(() => make().fit([0.1, Number.NaN], [0, 1])).toThrow(/score of row 1/);
    expect(() => make().fit([0.1, 0.2], [0, 1], [1, -1])).toThrow(/weight of row 1/);
    expect(() => make().fit([0.1, 0.2], [0, 1], [1, 0])).toThrow(/no positive labels/);
    expect(() => make().transform([0.5])).toThrow(NotFittedError);
  });
});

describe('temperature scaling', () => {
  const random = new Random(9);
  const P = Matrix.from(
    Array.from({ length: 3000 }, () => {
      const e = [0, 1, 2].map(() => Math.exp(random.normal()));
      const sum = e[0] + e[1] + e[2];
      return e.map((v) => v / sum);
    }),
  );
  const drawn = (power: number) =>
    Float64Array.from({ length: 3000 }, (_, i) => {
      const gumbel = [0, 1, 2].map((k) => power * log(P.row(i)[k]) - log(-log(random.float())));
      return gumbel.indexOf(Math.max(...gumbel));
    });

  it('finds the temperature that labels were drawn with', () => {
    expect(new TemperatureCalibrator().fit(P, drawn(1)).temperature).toBeCloseTo(1, 0.8);
    expect(1 / new TemperatureCalibrator().fit(P, drawn(0.5)).temperature).toBeCloseTo(0.5, 0.8);
  });

  it('keeps the likeliest class and rows that sum to 1', () => {
    const out = new TemperatureCalibrator().fit(P, drawn(0.3)).transform(P);
    const likeliest = (row: Float32Array) => row.indexOf(Math.max(...row));
    for (let i = 0; i < 3000; i++) {
      expect(likeliest(out.row(i))).toBe(likeliest(P.row(i)));
      expect(out.row(i).reduce((a, b) => a + b, 0)).toBeCloseTo(1, 5);
    }
  });

  it('refuses labels that are no column, and probabilities that are none', () => {
    const attempt =
      (...args: Parameters<TemperatureCalibrator['fit']>) =>
      () =>
        new TemperatureCalibrator().fit(...args);
    expect(attempt(P, new Float64Array(3000).fill(3))).toThrow(/label of row 0 is 3/);
    expect(attempt(P, [0])).toThrow(/1 labels/);
    expect(attempt(Matrix.from([[1.5, 0]]), [0])).toThrow(/holds 1.5/);
    expect(attempt(Matrix.from([[0.5, 0.5]]), [0], [0])).toThrow(/no row has a positive weight/);
    expect(() => new TemperatureCalibrator().transform(P)).toThrow(NotFittedError);
  });
});

describe('maps of all classes', () => {
  const random = new Random(11);
  const make = (classes: number) => {
    const P = Matrix.from(
      Array.from({ length: 200 }, () => {
        const v = Array.from({ length: classes }, () => random.float());
        const sum = v.reduce((a, b) => a + b, 0);
        return v.map((x) => x / sum);
      }),
    );
    const y = Float64Array.from({ length: 200 }, (_, i) => (i < classes ? i : random.int(classes)));
    return { P, y };
  };

  it.each(['platt', 'isotonic', 'beta', 'temperature'] as const)(
    '%s gives rows that sum to 1, and survives writing',
    (method) => {
      for (const classes of [2, 4]) {
        const { P, y } = make(classes);
        const map = fitProbabilityMap(method, P, y);
        const out = applyProbabilityMap(map, P);
        for (let i = 0; i < 200; i++) expect(out.row(i).reduce((a, b) => a + b, 0)).toBeCloseTo(1, 5);
        const again = readProbabilityMap(JSON.parse(JSON.stringify(writeProbabilityMap(map))), classes);
        expect(applyProbabilityMap(again, P).data).toEqual(out.data);
      }
    },
  );

  it('become equal shares where every map is 0', () => {
    const maps = [0, 1, 2].map(() => IsotonicCalibrator.of({ x: Float64Array.of(0, 1), y: Float64Array.of(0, 0) }));
    const out = applyProbabilityMap({ method: 'isotonic', maps }, Matrix.from([[0.2, 0.3, 0.5]]));
    expect([...out.data]).toEqual([1, 1, 1].map(() => Math.fround(1 / 3)));
  });

  it('name the class that has no rows', () => {
    const { P } = make(3);
    expect(() => fitProbabilityMap('platt', P, new Float64Array(200))).toThrow(InvalidInputError);
  });

  it.each([
    ['nothing', undefined],
    ['another method', { method: 'magic', maps: [[1, 2]] }],
    ['too few maps', { method: 'platt', maps: [] }],
    ['words', { method: 'platt', maps: [['a', 1]] }],
    [
      'a falling curve',
      {
        method: 'isotonic',
        maps: [
          [
            [0, 1],
            [1, 0],
          ],
        ],
      },
    ],
    [
      'a curve out of range',
      {
        method: 'isotonic',
        maps: [
          [
            [0, 1],
            [0, 7],
          ],
        ],
      },
    ],
    ['a curve of nothing', { method: 'isotonic', maps: [[[], []]] }],
    ['a negative temperature', { method: 'temperature', temperature: -1 }],
    ['no temperature', { method: 'temperature' }],
  ])('refuse a file with %s', (_, value) => {
    expect(() => readProbabilityMap(value, 2)).toThrow(ModelFormatError);
  });
});
