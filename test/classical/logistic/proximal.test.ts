import { describe, expect, it } from 'vitest';
import { type KinkedProblem, minimiseKinked } from '../../../src/classical/logistic/proximal.js';
import type { Curvature } from '../../../src/classical/logistic/proximal-model.js';
import { trainLogistic } from '../../../src/classical/logistic/train.js';
import { Matrix } from '../../../src/core/matrix.js';
import { Random } from '../../../src/core/random.js';
import { plainProbabilities } from '../../oracles/logistic.js';
import { randomProblem, toRows } from './problems.js';

const options = { maxIterations: 200, tolerance: 1e-7 };

/** x . A x / 2 - b . x with A positive definite, modelled by the identity: all curvature has to be learned. */
function quadratic(n: number, seed: number, thresholds: Float64Array): KinkedProblem & { A: number[][]; b: number[] } {
  const random = new Random(seed);
  const rows = Array.from({ length: n }, () => Array.from({ length: n }, () => random.normal()));
  const dotRows = (i: number, j: number) => rows[i].reduce((sum, value, k) => sum + (value * rows[j][k]) / n, 0);
  const A = rows.map((_, i) => rows.map((_, j) => dotRows(i, j) + (i === j ? 0.1 : 0)));
  const b = rows.map(() => random.normal());
  const curvature: Curvature = { size: n, blocks: [new Float64Array(n).fill(1)] };
  return {
    A,
    b,
    thresholds,
    curvature: () => curvature,
    evaluate(x, gradient) {
      let value = 0;
      for (let i = 0; i < n; i++) {
        const image = A[i].reduce((sum, a, j) => sum + a * x[j], 0);
        gradient[i] = image - b[i];
        value += x[i] * (image / 2 - b[i]);
      }
      return value;
    },
  };
}

describe('proximal quasi-Newton steps', () => {
  it('end where the subgradient is 0, with entries exactly 0 among the solution', () => {
    for (const seed of [1, 2, 3]) {
      const thresholds = new Float64Array(20).fill(0.5);
      thresholds[3] = 0;
      const problem = quadratic(20, seed, thresholds);
      const { x, status } = minimiseKinked(problem, new Float64Array(20).fill(1), options);
      expect(status).toBe('converged');
      const gradient = new Float64Array(20);
      problem.evaluate(x, gradient);
      x.forEach((value, j) => {
        if (value === 0) expect(Math.abs(gradient[j])).toBeLessThanOrEqual(thresholds[j] + 1e-6);
        else expect(gradient[j] + thresholds[j] * Math.sign(value)).toBeCloseTo(0, 6);
      });
      const zeros = x.filter((value) => value === 0).length;
      expect(zeros).toBeGreaterThan(3);
      expect(zeros).toBeLessThan(17);
    }
  });

  it('find the least squares solution where nothing is penalised', () => {
    const problem = quadratic(15, 4, new Float64Array(15));
    const { x } = minimiseKinked(problem, new Float64Array(15), options);
    for (let i = 0; i < 15; i++) {
      expect(problem.A[i].reduce((sum, a, j) => sum + a * x[j], 0)).toBeCloseTo(problem.b[i], 6);
    }
  });

  it('take one step when the model is the function itself', () => {
    const problem = quadratic(8, 5, new Float64Array(8).fill(0.2));
    const exact = { size: 8, blocks: [Float64Array.from(problem.A.flat())] };
    const { iteration } = minimiseKinked({ ...problem, curvature: () => exact }, new Float64Array(8), {
      maxIterations: 50,
      tolerance: 1e-2,
    });
    expect(iteration).toBeLessThanOrEqual(1);
  });

  it('say how they ended: at the limit, or by the caller', () => {
    const problem = quadratic(20, 6, new Float64Array(20).fill(0.1));
    expect(minimiseKinked(problem, new Float64Array(20), { ...options, maxIterations: 2 }).status).toBe('limit');
    const ended = minimiseKinked(problem, new Float64Array(20), { ...options, onIteration: () => true });
    expect([ended.status, ended.iteration]).toEqual(['ended', 1]);
  });
});

describe('logistic regression with an L1 norm', () => {
  const problem = { ...randomProblem(41, 300, 12, 3), weights: undefined };
  const train = (options: Parameters<typeof trainLogistic>[1], threads = 1) =>
    trainLogistic(problem, { penalty: 'l1', C: 0.05, ...options }, { threads });

  it('fulfils the optimality conditions of the stated objective', async () => {
    const C = 0.05;
    for (const l1Ratio of [1, 0.4]) {
      const { coefficients, converged } = await train({ penalty: 'elasticnet', l1Ratio });
      expect(converged).toBe(true);
      const { weights, intercept, features } = coefficients;
      const rows = [0, 1, 2].map((k) => [...weights.subarray(k * features, (k + 1) * features), intercept[k]]);
      const p = plainProbabilities(rows, toRows(problem.X));
      for (let k = 0; k < 3; k++) {
        for (let j = 0; j <= features; j++) {
          let slope = 0;
          for (let i = 0; i < 300; i++) {
            const x = j < features ? problem.X.data[i * features + j] : 1;
            slope += C * (p[i][k] - (problem.y[i] === k ? 1 : 0)) * x;
          }
          const w = rows[k][j];
          if (j === features) expect(slope).toBeCloseTo(0, 4);
          else if (w === 0) expect(Math.abs(slope)).toBeLessThanOrEqual(l1Ratio + 1e-5);
          else expect(slope + (1 - l1Ratio) * w + l1Ratio * Math.sign(w)).toBeCloseTo(0, 4);
        }
      }
    }
  });

  it('leaves all weights at exactly 0 when the penalty is strong, and the intercepts at the classes’ shares', async () => {
    const { coefficients } = await train({ C: 1e-4 });
    expect(coefficients.weights.every((w) => w === 0)).toBe(true);
    const counts = [0, 1, 2].map((k) => problem.y.filter((label) => label === k).length);
    const [a, b] = coefficients.intercept;
    expect(a - b).toBeCloseTo(Math.log(counts[0] / counts[1]), 5);
  });

  it('gives the same bytes for 1, 2 and 4 threads', async () => {
    const big = randomProblem(42, 4000, 30, 3);
    const [one, two, four] = await Promise.all(
      [1, 2, 4].map((threads) => trainLogistic(big, { penalty: 'l1', C: 0.01 }, { threads })),
    );
    expect(two.coefficients).toEqual(one.coefficients);
    expect(four.coefficients).toEqual(one.coefficients);
  });

  it('reaches the same optimum from a warm start', async () => {
    const cold = await train({});
    const warm = await train({ start: cold.coefficients });
    expect(warm.iterations).toBeLessThan(cold.iterations);
    expect(warm.objective).toBeCloseTo(cold.objective, 8);
  });

  it('says how far from the optimum the iteration limit ended it', async () => {
    const { converged, warnings } = await train({ maxIterations: 1, C: 10 });
    expect(converged).toBe(false);
    expect(warnings[0]).toMatch(/limit of 1 iterations: .*gradient is/);
  });

  it('does the same for a constant column as without it', async () => {
    const X = Matrix.from(toRows(problem.X).map((row) => [...row, 5]));
    const { coefficients } = await trainLogistic({ ...problem, X }, { penalty: 'l1', C: 0.05 }, { threads: 1 });
    expect([12, 25, 38].map((j) => coefficients.weights[j])).toEqual([0, 0, 0]);
  });
});
