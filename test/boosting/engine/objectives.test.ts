import { describe, expect, it } from 'vitest';
import { binary } from '../../../src/boosting/engine/objectives/binary.js';
import { multiclass } from '../../../src/boosting/engine/objectives/multiclass.js';
import type { Objective } from '../../../src/boosting/engine/objectives/objective.js';
import { regression } from '../../../src/boosting/engine/objectives/squared.js';
import { RowSet } from '../../../src/boosting/engine/row-set.js';
import { Random } from '../../../src/core/random.js';
import { aloneContext } from '../../kernels/alone.js';
import { plainObjectives } from '../../oracles/boosting.js';

const cases: [keyof typeof plainObjectives, Objective, (random: Random) => number][] = [
  ['binary', binary(), (random) => random.int(2)],
  ['multiclass', multiclass(4), (random) => random.int(4)],
  ['regression', regression(), (random) => 10 * random.normal()],
];

describe.each(cases)('the %s objective', (name, objective, label) => {
  it.each([1, 2, 3, 5001])('has the derivatives and the mean loss of its formula (%i rows)', (rows) => {
    for (const weighted of [false, true]) {
      const random = new Random(rows);
      const y = Float64Array.from({ length: rows }, () => label(random));
      const w = weighted ? Float32Array.from({ length: rows }, () => 3 * random.float()) : undefined;
      const { context, arena } = aloneContext(undefined);
      const set = new RowSet(context, arena, objective, y, w, { gradients: true });
      arena.commit();
      set.fill(objective.baseScores(y, w));
      for (let k = 0; k < objective.outputs; k++) {
        arena.float64(set.scoresOf(k), rows).forEach((_, i, scores) => {
          scores[i] += 4 * random.normal();
        });
      }
      const loss = set.computeGradients();
      expect(set.loss()).toBe(loss);
      let sum = 0;
      let total = 0;
      for (let i = 0; i < rows; i++) {
        const outputs = Array.from({ length: objective.outputs }, (_, k) => k);
        const scores = outputs.map((k) => arena.float64(set.scoresOf(k), rows)[i]);
        const expected = plainObjectives[name](scores, y[i]);
        const weight = w ? w[i] : 1;
        sum += weight * expected.loss;
        total += weight;
        for (const k of outputs) {
          const [g, h] = arena.float32(set.gradientsOf(k), 2 * rows).subarray(2 * i, 2 * i + 2);
          expect(Math.abs(g - weight * expected.g[k])).toBeLessThan(1e-6 * (1 + Math.abs(g)));
          expect(Math.abs(h - weight * expected.h[k])).toBeLessThan(1e-6 * (1 + Math.abs(h)));
        }
      }
      expect(loss).toBeCloseTo(sum / total, 10);
    }
  });

  it('starts from the scores of least loss', () => {
    const random = new Random(2);
    const y = Float64Array.from({ length: 300 }, () => label(random));
    const w = Float32Array.from({ length: 300 }, () => random.float());
    const base = objective.baseScores(y, w);
    const lossAt = (shift: number): number =>
      y.reduce(
        (sum, label, i) =>
          sum +
          w[i] *
            plainObjectives[name](
              base.map((s, k) => s + (k === 0 ? shift : 0)),
              label,
            ).loss,
        0,
      );
    expect(lossAt(0)).toBeLessThan(lossAt(1e-3));
    expect(lossAt(0)).toBeLessThan(lossAt(-1e-3));
  });
});

describe('extreme scores', () => {
  it('give finite gradients and losses', () => {
    for (const objective of [binary(), multiclass(3)]) {
      const y = Float64Array.of(0, 1, 1, 0);
      const { context, arena } = aloneContext(undefined);
      const set = new RowSet(context, arena, objective, y, undefined, { gradients: true });
      arena.commit();
      set.fill(objective.baseScores(y, undefined));
      arena.float64(set.scoresOf(0), 4).set([900, -900, 900, -900]);
      expect(Number.isFinite(set.computeGradients())).toBe(true);
      expect(arena.float32(set.gradientsOf(0), 8).every((x) => Math.abs(x) <= 1.5)).toBe(true);
    }
  });
});
