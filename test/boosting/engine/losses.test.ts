/** Every objective of the engine against its own loss: derivatives by differences, starts by search, leaves by their loss. */
import { describe, expect, it } from 'vitest';
import { checkLabels } from '../../../src/boosting/engine/objectives/label-check.js';
import type { Objective } from '../../../src/boosting/engine/objectives/objective.js';
import { percentile } from '../../../src/boosting/engine/objectives/percentile.js';
import { createObjective } from '../../../src/boosting/engine/objectives.js';
import type { ObjectiveSpec } from '../../../src/boosting/engine/params.js';
import { RowSet } from '../../../src/boosting/engine/row-set.js';
import { InvalidInputError } from '../../../src/core/errors.js';
import { exp } from '../../../src/core/math.js';
import { Random } from '../../../src/core/random.js';
import { aloneContext } from '../../kernels/alone.js';

const ROWS = 41;
const normal = (random: Random) => 2 * random.normal();
const positive = (random: Random) => exp(random.normal());
const share = (random: Random) => random.float();
const one = (random: Random) => random.int(2);

interface Case {
  spec: ObjectiveSpec;
  label(random: Random): number;
  /** What the hessian is beside the second derivative of the loss: a factor of it, or a constant. */
  hessian?: { factor?: number; constant?: number; floor?: number };
  /** The loss is reported without its half. */
  halved?: boolean;
  /** The start is not where the loss is least: the libraries take the mean, or 0. */
  startsElsewhere?: boolean;
}

const cases: Case[] = [
  { spec: { kind: 'binary', sigmoid: 1.7, scalePosWeight: 3 }, label: one, startsElsewhere: true },
  {
    spec: { kind: 'binary', isUnbalance: true },
    label: (random) => Number(random.int(5) === 0),
    startsElsewhere: true,
  },
  {
    spec: { kind: 'multiclass', classes: 3, hessianFactor: 2 },
    label: (random) => random.int(3),
    hessian: { factor: 2 },
  },
  { spec: { kind: 'multiclassova', classes: 3, sigmoid: 0.6 }, label: (random) => random.int(3) },
  { spec: { kind: 'regression', sqrt: true }, label: normal, hessian: { constant: 1 }, halved: true },
  { spec: { kind: 'l1' }, label: normal, hessian: { constant: 1 } },
  { spec: { kind: 'quantile', alphas: [0.2, 0.9] }, label: normal, hessian: { constant: 1 } },
  { spec: { kind: 'mape' }, label: normal, hessian: { constant: 1 } },
  { spec: { kind: 'huber', alpha: 1.3 }, label: normal, hessian: { constant: 1 }, startsElsewhere: true },
  { spec: { kind: 'fair', c: 1.5 }, label: normal, startsElsewhere: true, hessian: {} },
  { spec: { kind: 'pseudoHuber', slope: 0.7 }, label: normal, startsElsewhere: true },
  { spec: { kind: 'squaredLog' }, label: positive, hessian: { floor: 1e-6 }, startsElsewhere: true },
  { spec: { kind: 'poisson', maxDeltaStep: 0.7 }, label: positive, hessian: { factor: exp(0.7) } },
  { spec: { kind: 'gamma' }, label: positive },
  { spec: { kind: 'tweedie', power: 1.4 }, label: positive },
  { spec: { kind: 'tweedie', power: 1 }, label: positive },
  { spec: { kind: 'crossEntropy' }, label: share },
  { spec: { kind: 'crossEntropyLambda' }, label: share, startsElsewhere: true },
  { spec: { kind: 'hinge' }, label: one, hessian: { constant: 1 }, startsElsewhere: true },
];

const titled = cases.map((one) => [JSON.stringify(one.spec), one] as const);

interface Rows {
  objective: Objective;
  /** Mean loss and pairs at the given scores, (outputs, rows). */
  at(scores: number[]): { loss: number; pairs: number[][] };
  y: Float64Array;
  w: Float32Array;
}

async function rowsOf({ spec, label }: Case): Promise<Rows> {
  const random = new Random(3);
  const y = Float64Array.from({ length: ROWS }, () => label(random));
  const w = Float32Array.from({ length: ROWS }, () => 0.25 + random.int(8) / 16);
  const objective = await createObjective(spec, { labels: y, weights: w });
  const { context, arena } = aloneContext(undefined);
  const set = new RowSet(context, arena, objective, y, w, { gradients: true });
  arena.commit();
  set.fill(new Array(objective.outputs).fill(0));
  const at = (scores: number[]) => {
    for (let k = 0; k < objective.outputs; k++) {
      arena.float64(set.scoresOf(k), ROWS).set(scores.slice(k * ROWS, (k + 1) * ROWS));
    }
    const loss = set.computeGradients();
    const pairs = Array.from({ length: objective.outputs }, (_, k) => [...arena.float32(set.gradientsOf(k), 2 * ROWS)]);
    return { loss, pairs };
  };
  return { objective, at, y, w };
}

describe.each(titled)('%s', (_title, one) => {
  it('has the first and second derivatives of its loss', async () => {
    const { objective, at, w } = await rowsOf(one);
    const random = new Random(4);
    const scores = Array.from({ length: ROWS * objective.outputs }, () =>
      one.spec.kind === 'squaredLog' ? random.float() : 1.5 * random.normal(),
    );
    const { pairs } = at(scores);
    const total = w.reduce((a, b) => a + b);
    const lossWith = (i: number, step: number) => total * at(scores.with(i, scores[i] + step)).loss;
    const pairAt = (i: number, step: number) =>
      at(scores.with(i, scores[i] + step)).pairs[Math.floor(i / ROWS)].slice(2 * (i % ROWS), 2 * (i % ROWS) + 2);
    for (let i = 0; i < scores.length; i++) {
      const [g, h] = pairs[Math.floor(i / ROWS)].slice(2 * (i % ROWS));
      const slope = (lossWith(i, 1e-4) - lossWith(i, -1e-4)) / 2e-4;
      expect(g, `gradient ${i}`).toBeCloseTo(one.halved ? slope / 2 : slope, 3);
      const { factor = 1, constant, floor = 0 } = one.hessian ?? {};
      const weight = w[i % ROWS];
      if (one.spec.kind === 'hinge') expect([0, weight].some((wanted) => Math.abs(h - wanted) < 1e-6)).toBe(true);
      else if (constant !== undefined) expect(h).toBeCloseTo(weight * constant, 6);
      else if (one.spec.kind === 'fair') {
        const second = (pairAt(i, 1e-2)[0] - pairAt(i, -1e-2)[0]) / 2e-2;
        expect(h, `hessian ${i}`).toBeCloseTo(second, 1);
      } else {
        const second = (factor * (pairAt(i, 4e-3)[0] - pairAt(i, -4e-3)[0])) / 8e-3;
        const wanted = Math.max(weight * floor, second);
        expect(Math.abs(h - wanted), `hessian ${i}: ${h} against ${wanted}`).toBeLessThan(
          2e-3 * (1 + Math.abs(wanted)),
        );
      }
    }
  });

  if (one.startsElsewhere) return;
  it('starts from the constants of least loss', async () => {
    const { objective, at, y, w } = await rowsOf(one);
    const start = objective.baseScores(y, w);
    const lossOf = (base: number[]) => at(base.flatMap((score) => new Array<number>(ROWS).fill(score))).loss;
    for (let k = 0; k < start.length; k++) {
      for (const step of [-1e-2, 1e-2]) {
        expect(lossOf(start)).toBeLessThanOrEqual(lossOf(start.with(k, start[k] + step)) + 1e-12);
      }
    }
  });
});

describe('leaves that are renewed', () => {
  it.each([
    [{ kind: 'l1' }],
    [{ kind: 'l1', percentile: 'xgboost' }],
    [{ kind: 'mape' }],
    [{ kind: 'quantile', alphas: [0.8] }],
    [{ kind: 'quantile', alphas: [0.8], percentile: 'xgboost' }],
  ] as const)('%j: take the value that their rows lose least with', async (spec) => {
    const { objective, at, y, w } = await rowsOf({ spec: spec as ObjectiveSpec, label: normal });
    const random = new Random(9);
    const scores = Float64Array.from(y, () => random.normal());
    const rows = Uint32Array.from(y.keys()).filter((i) => i % 3 === 0);
    const value = objective.renewLeaf?.({ rows, output: 0, scores, labels: y, weights: w }) ?? Number.NaN;
    const lossWith = (leaf: number) => at(Array.from(scores, (s, i) => (i % 3 === 0 ? s + leaf : s))).loss;
    for (const step of [-0.02, 0.02]) expect(lossWith(value)).toBeLessThanOrEqual(lossWith(value + step) + 1e-4);
  });

  it('percentiles are those of the libraries', () => {
    const values = () => Float64Array.of(5, 1, 4, 2, 3);
    expect(percentile('lightgbm', values(), undefined, 0.5)).toBe(3);
    expect(percentile('lightgbm', values(), undefined, 0.9)).toBeCloseTo(4.6, 12);
    expect(percentile('xgboost', values(), undefined, 0.5)).toBe(3);
    expect(percentile('xgboost', values(), undefined, 0.7)).toBeCloseTo(4.2, 12);
    expect(percentile('xgboost', values(), undefined, 0.01)).toBe(1);
    expect(percentile('xgboost', values(), undefined, 0.99)).toBe(5);
    const weights = Float32Array.of(0.5, 0.5, 0.5, 0.5, 0.5);
    expect(percentile('xgboost', values(), weights, 0.4)).toBe(2);
    expect(percentile('lightgbm', values(), weights, 0.4)).toBe(3);
    expect(percentile('lightgbm', values(), Float32Array.of(1, 1, 1, 1, 1), 0.5)).toBe(2.5);
    expect(percentile('lightgbm', Float64Array.of(7), undefined, 0.1)).toBe(7);
  });
});

describe('labels that a loss is not defined for', () => {
  it.each([
    ['poisson', -1, 'be 0 or more'],
    ['tweedie', -0.5, 'be 0 or more'],
    ['gamma', -2, 'be 0 or more'],
    ['crossEntropy', 1.5, 'lie between 0 and 1'],
    ['crossEntropyLambda', -0.1, 'lie between 0 and 1'],
    ['squaredLog', -1, 'be above -1'],
  ] as const)('%s refuses %f and names the row', (kind, label, says) => {
    const attempt = () => checkLabels({ kind } as ObjectiveSpec, Float64Array.of(0.5, label), 'validation');
    expect(attempt).toThrow(InvalidInputError);
    expect(attempt).toThrow(/row 1 \(validation\)/);
    try {
      attempt();
    } catch (error) {
      expect((error as InvalidInputError).hint).toContain(says);
    }
  });

  it('counts that are all 0 have no logarithm to start from', () => {
    const zeros = new Float64Array(3);
    expect(() => checkLabels({ kind: 'poisson', maxDeltaStep: 0.7 }, zeros, 'training')).toThrow(InvalidInputError);
    expect(() => checkLabels({ kind: 'poisson', maxDeltaStep: 0.7 }, zeros, 'validation')).not.toThrow();
  });
});
