import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LogisticCoefficients } from '../../../src/classical/logistic/coefficients.js';
import { predictLogistic, predictLogisticInTurns } from '../../../src/classical/logistic/predict.js';
import { Matrix } from '../../../src/core/matrix.js';
import { Random } from '../../../src/core/random.js';
import { BUSY_MACHINE } from '../../busy-machine.js';
import { plainProbabilities } from '../../oracles/logistic.js';
import { toRows } from './problems.js';

function randomModel(outputs: number, features: number, random: Random, size = 1): LogisticCoefficients {
  const normal = (n: number) => Float64Array.from({ length: n }, () => size * random.normal());
  return { outputs, features, weights: normal(outputs * features), intercept: normal(outputs) };
}

function randomRows(rows: number, cols: number, random: Random): Matrix {
  return Matrix.wrap(
    Float32Array.from({ length: rows * cols }, () => random.normal()),
    cols,
  );
}

describe('predictLogistic', () => {
  it('gives the probabilities of the formula', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(1, 3, 5),
        fc.integer({ min: 1, max: 9 }),
        fc.constantFrom(1, 100),
        fc.nat(),
        (outputs, features, size, seed) => {
          const random = new Random(seed);
          const model = randomModel(outputs, features, random, size);
          const X = randomRows(7, features, random);
          const rows = Array.from({ length: outputs }, (_, k) => [
            ...model.weights.subarray(k * features, (k + 1) * features),
            model.intercept[k],
          ]);
          const got = predictLogistic(model, X);
          plainProbabilities(rows, toRows(X)).forEach((want, i) => {
            want.forEach((p, k) => {
              expect(got.data[i * want.length + k]).toBeCloseTo(p, 6);
            });
          });
        },
      ),
    );
  });

  it('gives a row the same bits alone, among others, and in turns', async () => {
    const random = new Random(3);
    const model = randomModel(3, 50, random);
    const X = randomRows(20_000, 50, random);
    const all = predictLogistic(model, X);
    expect(await predictLogisticInTurns(model, X)).toEqual(all);
    for (const i of [0, 777, 19_999]) expect(predictLogistic(model, X.take([i])).data).toEqual(all.row(i));
  });

  it('does not hold up the event loop on large inputs', BUSY_MACHINE, async () => {
    const random = new Random(4);
    const model = randomModel(3, 100, random);
    const X = randomRows(60_000, 100, random);
    let last = performance.now();
    let gap = 0;
    const timer = setInterval(() => {
      gap = Math.max(gap, performance.now() - last);
      last = performance.now();
    }, 1);
    await predictLogisticInTurns(model, X);
    clearInterval(timer);
    expect(gap).toBeLessThan(50);
  });
});
