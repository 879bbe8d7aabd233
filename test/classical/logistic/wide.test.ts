/** More columns than correlations are taken of (1,024): coordinate descent ends where the conditions of the optimum hold in plain float64. */
import { describe, expect, it } from 'vitest';
import { trainLogistic } from '../../../src/classical/logistic/train.js';
import { Matrix } from '../../../src/core/matrix.js';
import { Random } from '../../../src/core/random.js';

const [rows, cols] = [200, 3000];
const random = new Random(12);
const X = Matrix.wrap(
  Float32Array.from({ length: rows * cols }, (_, p) => random.normal() * (1 + (p % cols) / 1000)),
  cols,
);
const y = Float64Array.from({ length: rows }, (_, i) =>
  X.row(i)[2990] - X.row(i)[2700] + random.normal() > 0 ? 1 : 0,
);

/** How far the least subgradient of C * loss + |w|_1 * l1 + 0.5 |w|^2 * l2 is from 0, as a share of the threshold or of C * rows. */
function distanceFromOptimum(weights: Float64Array, intercept: number, C: number, l1: number, l2: number): number {
  const gradient = new Float64Array(cols);
  let own = 0;
  for (let i = 0; i < rows; i++) {
    const x = X.row(i);
    let score = intercept;
    for (let j = 0; j < cols; j++) score += weights[j] * x[j];
    const residual = C * (1 / (1 + Math.exp(-score)) - y[i]);
    own += residual;
    for (let j = 0; j < cols; j++) gradient[j] += residual * x[j];
  }
  let worst = Math.abs(own);
  for (let j = 0; j < cols; j++) {
    const smooth = gradient[j] + l2 * weights[j];
    const size = weights[j] === 0 ? Math.max(0, Math.abs(smooth) - l1) : Math.abs(smooth + l1 * Math.sign(weights[j]));
    worst = Math.max(worst, size);
  }
  return worst / (C * rows);
}

describe('200 rows of 3,000 columns', () => {
  it.each([
    ['l1', 0.05],
    ['elasticnet', 0.1],
    ['l2', 0.01],
  ] as const)('end at the optimum of the penalty %s by coordinate descent', async (penalty, C) => {
    const data = { X, y, classes: [0, 1] };
    const result = await trainLogistic(data, { penalty, C, l1Ratio: 0.7, solver: 'coordinate' }, { threads: 2 });
    const { weights, intercept } = result.coefficients;
    const l1 = { l1: 1, elasticnet: 0.7, l2: 0 }[penalty];
    const l2 = { l1: 0, elasticnet: 0.3, l2: 1 }[penalty];
    expect(result.converged).toBe(true);
    // Columns of deviation up to 4 make of the tolerance, which is for deviation 1, a few times as much.
    expect(distanceFromOptimum(weights, intercept[0], C, l1, l2)).toBeLessThan(6e-6);
    if (l1 > 0) {
      const chosen = weights.filter((w) => w !== 0).length;
      expect(chosen).toBeGreaterThan(1);
      expect(chosen).toBeLessThan(rows);
      expect(weights[2990]).toBeGreaterThan(0);
      expect(weights[2700]).toBeLessThan(0);
    }
  });

  it('has the same bytes on 1 and 2 threads', async () => {
    const data = { X, y, classes: [0, 1] };
    const one = await trainLogistic(data, { penalty: 'l1', C: 0.05 }, { threads: 1 });
    expect(await trainLogistic(data, { penalty: 'l1', C: 0.05 }, { threads: 2 })).toEqual(one);
  });
});
