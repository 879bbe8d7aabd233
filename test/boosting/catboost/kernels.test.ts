/** Kernels of CatBoost's training against the same written out plainly. */
import { describe, expect, it } from 'vitest';
import { LeafRows } from '../../../src/boosting/catboost/engine/leaf-rows.js';
import { sigmoid } from '../../../src/core/math.js';
import { Random } from '../../../src/core/random.js';
import { aloneContext } from '../../kernels/alone.js';

describe('log-loss sums from numbers of 32 bits', () => {
  it.each([1, 3, 4, 33, 511, 4096])('are those of 64 bits but for rounding: %d rows', (rows) => {
    const { arena, kernels } = aloneContext({});
    const random = new Random(rows);
    const [scores, labels, sums] = [arena.alloc((rows + 9) * 4), arena.alloc((rows + 9) * 4), arena.alloc(24)];
    arena.commit();
    // From the sixth row on, and garbage after the last one.
    const s = arena.float32(scores, rows + 9).map(() => 6 * random.normal());
    const y = arena.float32(labels, rows + 9).map((_, i) => (i % 7 === 0 ? random.float() : random.int(2)));
    arena.float32(scores, rows + 9).set(s);
    arena.float32(labels, rows + 9).set(y);
    kernels.loglossSumsShort(scores, labels, 0.25, 5, 5 + rows, sums);
    const expected = [0, 0, 0];
    for (let i = 5; i < 5 + rows; i++) {
      const p = sigmoid(s[i] + 0.25);
      expected[0] += y[i] - p;
      expected[1] += p * (1 - p);
      expected[2] += Math.log1p(Math.exp(-Math.abs(s[i] + 0.25))) + Math.max(s[i] + 0.25, 0) - y[i] * (s[i] + 0.25);
    }
    const found = arena.float64(sums, 3);
    for (let j = 0; j < 3; j++) expect(Math.abs(found[j] - expected[j])).toBeLessThan(3e-7 * (1 + rows));
  });

  it('keep small derivatives of rows that are nearly certain', () => {
    const { arena, kernels } = aloneContext({});
    const [scores, labels, sums] = [arena.alloc(64), arena.alloc(64), arena.alloc(24)];
    arena.commit();
    for (const [score, label] of [
      [20, 1],
      [-20, 0],
      [60, 1],
    ]) {
      arena.float32(scores, 4).fill(score);
      arena.float32(labels, 4).fill(label);
      kernels.loglossSumsShort(scores, labels, 0, 0, 1, sums);
      const expected = (label === 1 ? 1 : -1) * sigmoid(-Math.abs(score));
      expect(arena.float64(sums, 1)[0] / expected).toBeCloseTo(1, 4);
    }
  });
});

describe('minimal variance sampling', () => {
  const sample = (lambda: number, wanted: number, rows = 4000) => {
    const { arena, kernels } = aloneContext({});
    const random = new Random(3);
    const [ders, squares, factors] = [arena.alloc(rows * 8), arena.alloc(rows * 8), arena.alloc(rows * 4)];
    arena.commit();
    const g = arena.float64(ders, rows);
    for (let i = 0; i < rows; i++) g[i] = random.normal() ** 3;
    const total = kernels.squareLengths(ders, rows * 8, 1, 0, rows, squares);
    expect(total).toBeCloseTo(
      g.reduce((sum, x) => sum + Math.abs(x), 0),
      9,
    );
    kernels.minimalVariance(squares, 0, rows, lambda, wanted, 5, factors);
    return { g: Array.from(g), factors: Array.from(arena.float32(factors, rows)) };
  };

  it('takes as many rows as wanted, the long ones always, and is right on average', () => {
    const { g, factors } = sample(0.1, 1200);
    const taken = factors.filter((factor) => factor > 0);
    expect(Math.abs(taken.length - 1200)).toBeLessThan(90);
    const c = g.map((x) => Math.sqrt(x * x + 0.1));
    // A factor is the inverse of the probability: proportional to 1 / c up to the threshold, 1 beyond it.
    const mu = c[factors.findIndex((factor) => factor > 1.5)] * factors[factors.findIndex((factor) => factor > 1.5)];
    expect(c.reduce((sum, x) => sum + Math.min(1, x / mu), 0)).toBeCloseTo(1200, 1);
    for (const [i, factor] of factors.entries()) {
      if (c[i] >= mu * 1.0001) expect(factor).toBe(1);
      else if (factor > 1.0001) expect(factor).toBeCloseTo(mu / c[i], 3);
    }
    const sum = g.reduce((s, x) => s + Math.abs(x), 0);
    expect(g.reduce((s, x, i) => s + factors[i] * Math.abs(x), 0) / sum).toBeCloseTo(1, 1);
  });

  it('takes all rows where that many are wanted', () => {
    expect(sample(1, 4000).factors.every((factor) => factor === 1)).toBe(true);
  });
});

describe('rows of a tree', () => {
  it.each([100, 8192, 20_000])('are those of a factor above 0, in their order, then the others: %d rows', (rows) => {
    const { context, arena } = aloneContext({});
    const leafRows = new LeafRows(context, arena, rows, 4);
    const factors = arena.alloc(rows * 4);
    arena.commit();
    const random = new Random(rows);
    const own = arena.float32(factors, rows);
    for (let i = 0; i < rows; i++) own[i] = random.int(3) === 0 ? 0 : 1.5;
    leafRows.reset(factors);
    const all = Array.from({ length: rows }, (_, i) => i);
    const taken = all.filter((i) => own[i] > 0);
    expect(Array.from(arena.uint32(leafRows.at(0), rows))).toEqual([...taken, ...all.filter((i) => own[i] === 0)]);
    expect(leafRows.sampled).toEqual([{ begin: 0, count: taken.length }]);
    leafRows.reset(0);
    expect(Array.from(arena.uint32(leafRows.at(0), rows))).toEqual(all);
    expect(leafRows.leftOut).toEqual([{ begin: rows, count: 0 }]);
  });

  it.each([
    [100, 3],
    [8195, 6],
    [20_000, 8],
    [1000, 9],
  ])('are where splitting by one test after the other brings them: %d rows, %d tests', (rows, depth) => {
    const { context, arena } = aloneContext({});
    const [atOnce, split] = [0, 1].map(() => new LeafRows(context, arena, rows, 2 ** depth));
    const columns = Array.from({ length: depth }, () => arena.alloc(rows));
    arena.commit();
    const random = new Random(rows);
    // Bins above 127 too, and a test that no row passes.
    const tests = columns.map((column, t) => {
      const bins = arena.bytes(column, rows);
      for (let i = 0; i < rows; i++) bins[i] = t % 2 === 1 ? random.int(3) : random.int(256);
      return { column, bin: t === 0 ? 255 : t % 2 === 1 ? 1 : 20 * t + 40, oneHot: t % 2 === 1 };
    });
    split.reset(0);
    for (const test of tests) split.split(test);
    atOnce.assign(tests);
    expect(atOnce.sampled).toEqual(split.sampled);
    expect(atOnce.leftOut).toEqual(split.leftOut);
    expect(arena.uint32(atOnce.at(0), rows)).toEqual(arena.uint32(split.at(0), rows));
  });
});
