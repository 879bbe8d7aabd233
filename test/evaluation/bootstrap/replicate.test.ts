import { describe, expect, it } from 'vitest';
import { Matrix } from '../../../src/core/matrix.js';
import { Random } from '../../../src/core/random.js';
import { drawer } from '../../../src/evaluation/bootstrap/draws.js';
import { replicateOf } from '../../../src/evaluation/bootstrap/replicate.js';
import type { ReplicateInput } from '../../../src/evaluation/bootstrap/replicate-input.js';
import { drawnRows, plainMetrics, plainPrecisionAt, plainThreshold } from '../../oracles/resampled-metrics.js';

const random = new Random(3);

/** Labels 3 + class, probabilities on a grid of `grid` so that many scores are tied. */
function classification(n: number, K: number, grid: number, weighted: boolean): ReplicateInput {
  const classes = Array.from({ length: K }, (_, k) => 3 + k);
  const y = Float64Array.from({ length: n }, () => classes[random.int(K)]);
  const P = Array.from(y, (label) => {
    const raw = classes.map((c) => 0.05 + Math.round((random.float() + (c === label ? 0.3 : 0)) * grid) / grid);
    const total = raw.reduce((a, b) => a + b, 0);
    return raw.map((v) => v / total);
  });
  return {
    task: 'classification',
    y,
    ...(weighted && { weights: y.map(() => random.int(4) / 2) }),
    predictions: Float64Array.from(P, (row) => classes[row.indexOf(Math.max(...row))]),
    probabilities: Matrix.from(P),
    classes,
    ...(K === 2 && { threshold: Math.fround(P[3][1]) }),
    precisionAt: [1, 5, 0.1, 0.5],
    areas: true,
  };
}

function regression(n: number, weighted: boolean): ReplicateInput {
  const y = Float64Array.from({ length: n }, () => 50 + random.normal());
  return {
    task: 'regression',
    y,
    ...(weighted && { weights: y.map(() => random.int(4) / 2) }),
    predictions: y.map((v) => v + 0.3 * random.normal()),
    classes: [],
    precisionAt: [],
    areas: true,
  };
}

/** Every statistic of some resamples against the drawn rows written out. */
function expectPlain(input: ReplicateInput, resampling: 'rows' | 'circular', samples = 12): number {
  const { y, weights, predictions, probabilities, classes, threshold } = input;
  const replicate = replicateOf(input);
  const draw = drawer({ rows: y.length }, { resampling, blockLength: 3, seed: 9 });
  const counts = new Uint32Array(y.length);
  const out = new Float64Array(replicate.names.length);
  let compared = 0;
  for (let sample = 0; sample < samples; sample++) {
    draw(sample, counts);
    // What no weight stands behind is not there.
    const kept = counts.map((count, i) => (weights && weights[i] === 0 ? 0 : count));
    if (kept.every((count) => count === 0)) continue;
    const rows = drawnRows({ y, weights, output: { predictions, probabilities, classes } }, kept);
    const plain = plainMetrics(input.task, rows);
    const at = threshold === undefined ? {} : plainThreshold(rows, threshold);
    replicate.compute(kept, out, 0);
    for (const [j, name] of replicate.names.entries()) {
      const [kind, part] = name.split('.');
      let expected: number | null = plain[name];
      if (kind === 'threshold') expected = at[part];
      if (kind === 'precisionAt') {
        const k = input.precisionAt[Number(part)];
        if (k > rows.y.length) continue;
        expected = plainPrecisionAt(rows, k);
      }
      // One target of 0 leaves it without a meaning for all the rows.
      if (name === 'mape' && y.includes(0)) expected = null;
      compared++;
      if (expected === null) expect(out[j], name).toBeNaN();
      else expect(Math.abs(out[j] - expected), `${name}: ${out[j]} and ${expected}`).toBeLessThan(1e-9);
    }
  }
  return compared;
}

describe('resampled metrics equal the metrics of the drawn rows', () => {
  it.each([
    [40, 2, 4, false],
    [40, 2, 1e6, true],
    [6, 2, 2, false],
    [60, 3, 4, false],
    [60, 4, 1e6, true],
    [9, 3, 3, true],
  ])('%i rows of %i classes, grid %i, weighted %s', (n, K, grid, weighted) => {
    const input = classification(n, K, grid, weighted);
    expect(expectPlain(input, 'rows')).toBeGreaterThan(100);
    expectPlain(input, 'circular');
  });

  it.each([false, true])('of a regression, weighted %s', (weighted) => {
    expect(expectPlain(regression(30, weighted), 'rows')).toBeGreaterThan(50);
  });

  it('of constant scores, of labels that the model never saw, and of labels alone', () => {
    const input = classification(30, 2, 4, false);
    const constant = Matrix.from(Array.from({ length: 30 }, () => [0.5, 0.5]));
    expectPlain({ ...input, probabilities: constant, predictions: input.y.map(() => 3) }, 'rows');
    const strange = input.y.slice();
    strange.fill(9, 0, 12);
    expectPlain({ ...input, y: strange, threshold: undefined }, 'rows');
    expectPlain({ ...input, probabilities: undefined, threshold: undefined }, 'rows');
  });

  it('a target of 0 leaves mape undefined, a constant target r2', () => {
    const zero = regression(20, false);
    zero.y[4] = 0;
    expectPlain({ ...zero }, 'circular');
    expectPlain({ ...zero, y: zero.y.map(() => 7) }, 'rows');
  });
});
