/** Passes in float32: the kernels equal plain loops to the bit, and where they lead is the optimum in float64. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { trainLogistic } from '../../../src/classical/logistic/train.js';
import { softmaxInPlace } from '../../../src/core/math.js';
import { Matrix } from '../../../src/core/matrix.js';
import { Random } from '../../../src/core/random.js';
import type { KernelExports } from '../../../src/kernels/exports.js';

const memory = new WebAssembly.Memory({ initial: 16, maximum: 65536, shared: true });
const wasm = new WebAssembly.Module(readFileSync(new URL('../../../src/kernels/kernels.wasm', import.meta.url)));
const imports = { env: { memory, abort: () => {} } };
const kernels = new WebAssembly.Instance(wasm, imports).exports as unknown as KernelExports;

const f = Math.fround;
const floats = (address: number, values: ArrayLike<number>) =>
  new Float32Array(memory.buffer, address, values.length).set(Array.from(values, f));
const doubles = (address: number, length: number) => new Float64Array(memory.buffer, address, length);

/** Four lane sums in float32, added in float64: first and third, second and fourth, then both. */
function plainScore(x: Float32Array, w: Float32Array, intercept: number): number {
  const lanes = new Float32Array(4);
  for (let j = 0; j < x.length; j++) lanes[j & 3] = f(lanes[j & 3] + f(x[j] * w[j]));
  return lanes[0] + lanes[2] + (lanes[1] + lanes[3]) + intercept;
}

const shape = fc.record({
  rows: fc.integer({ min: 1, max: 21 }),
  width: fc.integer({ min: 1, max: 9 }).map((n) => 4 * n),
  seed: fc.nat(),
});

describe('coarse kernels', () => {
  it('score and differentiate as plain float32 loops do, one output or three', () => {
    const [X, W, OUT, ONE, R, G, H] = [0, 1, 2, 3, 4, 5, 6].map((n) => 65536 + n * 16384);
    fc.assert(
      fc.property(shape, ({ rows, width, seed }) => {
        const random = new Random(seed);
        const x = Float32Array.from({ length: rows * width }, () => random.normal());
        const w = Float32Array.from({ length: 3 * width }, () => random.normal());
        const r = Float64Array.from({ length: 72 }, () => random.normal());
        const b = [0, 1, 2].map(() => random.normal());
        floats(X, x);
        floats(W, w);
        kernels.coarseScores3(X, width, rows, W, b[0], b[1], b[2], OUT, 24);
        for (let k = 0; k < 3; k++) kernels.coarseScores1(X, width, rows, W + k * width * 4, b[k], ONE + k * 192);
        doubles(H, 72).set(r);
        kernels.narrowAll(H, 72, R);
        doubles(G, 3 * width).fill(0.5);
        doubles(H, 3 * width).fill(0.5);
        kernels.coarseGradient3(X, width, rows, width, R, 24, G, width);
        for (let k = 0; k < 3; k++) {
          kernels.coarseGradient1(X, width, rows, width, R + k * 96, H + k * width * 8);
          for (let i = 0; i < rows; i++) {
            const score = plainScore(
              x.subarray(i * width, (i + 1) * width),
              w.subarray(k * width, (k + 1) * width),
              b[k],
            );
            expect(doubles(OUT, 72)[k * 24 + i]).toBe(score);
            expect(doubles(ONE, 72)[k * 24 + i]).toBe(score);
          }
          for (let j = 0; j < width; j++) {
            let sum = 0;
            for (let i = 0; i < rows; i++) sum = f(sum + f(f(r[k * 24 + i]) * x[i * width + j]));
            expect(doubles(G, 3 * width)[k * width + j]).toBe(0.5 + sum);
            expect(doubles(H, 3 * width)[k * width + j]).toBe(0.5 + sum);
          }
        }
      }),
    );
  });
});

/** 270,000 values: columns far from 0, of unlike scales, constant, and of two values. */
function largeProblem(classes: number) {
  const random = new Random(5);
  const [rows, cols] = [3000, 90];
  const X = Matrix.wrap(new Float32Array(new SharedArrayBuffer(rows * cols * 4)), cols);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) {
      const value = random.normal();
      X.data[i * cols + j] = [30_000 + 10 * value, 1e-6 * value, 7, value > 1 ? 1 : 0, 1e6 * value - 3e6][j % 5];
    }
  }
  const y = Float64Array.from({ length: rows }, (_, i) => {
    const score = (X.data[i * cols] - 30_000) / 10 + 1e6 * X.data[i * cols + 1] + random.normal();
    return score > 0.5 ? classes - 1 : score > -0.5 ? i % classes : 0;
  });
  return { X, y, classes: Array.from({ length: classes }, (_, k) => k) };
}

/** Largest entry of the gradient of the mean loss plus 0.5 |w|^2 by weights of columns of mean 0 and unit variance, in plain float64. */
function plainGradient(
  { X, y, classes }: ReturnType<typeof largeProblem>,
  weights: Float64Array,
  intercept: Float64Array,
): number {
  const { rows, cols, data } = X;
  const outputs = intercept.length;
  const gradient = new Float64Array(outputs * cols);
  const scores = new Float64Array(classes.length);
  const means = new Float64Array(cols);
  data.forEach((value, p) => {
    means[p % cols] += value / rows;
  });
  for (let i = 0; i < rows; i++) {
    scores.fill(0);
    for (let k = 0; k < outputs; k++) {
      let score = intercept[k];
      for (let j = 0; j < cols; j++) score += weights[k * cols + j] * data[i * cols + j];
      scores[outputs === 1 ? 1 : k] = score;
    }
    softmaxInPlace(scores, 0, scores.length);
    for (let k = 0; k < outputs; k++) {
      const own = outputs === 1 ? 1 : k;
      const residual = scores[own] - (y[i] === own ? 1 : 0);
      for (let j = 0; j < cols; j++) gradient[k * cols + j] += residual * (data[i * cols + j] - means[j]);
    }
  }
  let worst = 0;
  for (let j = 0; j < cols; j++) {
    const column = Float64Array.from({ length: rows }, (_, i) => data[i * cols + j]);
    const deviation = Math.sqrt(column.reduce((a, b) => a + (b - means[j]) ** 2, 0) / rows);
    if (j % 5 === 2) continue;
    for (let k = 0; k < outputs; k++) {
      const at = k * cols + j;
      worst = Math.max(worst, Math.abs(gradient[at] + weights[at]) / (rows * deviation));
    }
  }
  return worst;
}

describe('training on many values', () => {
  it.each([2, 3])(
    'ends where the float64 gradient is within the tolerance, far columns included: %i classes',
    async (classes) => {
      const problem = largeProblem(classes);
      const result = await trainLogistic(problem, { tolerance: 1e-9 }, { threads: 2 });
      expect(result.converged).toBe(true);
      expect(result.gradientNorm).toBeLessThanOrEqual(1e-9);
      const { weights, intercept } = result.coefficients;
      expect(plainGradient(problem, weights, intercept)).toBeLessThan(2e-9);
    },
  );

  it('gives the same bytes for 1, 2 and 4 threads, with an L1 penalty too', async () => {
    const problem = largeProblem(3);
    for (const penalty of ['l2', 'l1'] as const) {
      const fits = [];
      for (const threads of [1, 2, 4]) fits.push(await trainLogistic(problem, { penalty }, { threads }));
      for (const fit of fits) expect(fit).toEqual(fits[0]);
      expect(fits[0].converged).toBe(true);
    }
  });

  it('counts the share of rows whose class has the largest score', async () => {
    const problem = largeProblem(3);
    const { coefficients, accuracy } = await trainLogistic(problem, {}, { threads: 2 });
    const { weights, intercept } = coefficients;
    let hits = 0;
    for (let i = 0; i < problem.X.rows; i++) {
      const row = problem.X.row(i);
      const scores = Array.from(intercept, (b, k) => row.reduce((sum, v, j) => sum + v * weights[k * 90 + j], b));
      if (scores.indexOf(Math.max(...scores)) === problem.y[i]) hits++;
    }
    expect(accuracy).toBe(hits / problem.X.rows);
  });
});
