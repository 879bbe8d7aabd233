/** Medians and filled matrices equal those of a plain sort, for columns of every kind. */
import { describe, expect, it } from 'vitest';
import { Matrix } from '../../src/core/matrix.js';
import { Random } from '../../src/core/random.js';
import { applyMissing, planMissing } from '../../src/model/missing.js';

const KINDS: ((random: Random) => number)[] = [
  (random) => random.normal(),
  (random) => -1e30 * random.float(),
  (random) => random.int(3) - 1,
  (random) => (random.float() < 0.3 ? Number.NaN : random.int(50)),
  (random) => 1e-42 * random.normal(),
  () => 7,
  () => Number.NaN,
  (random) => random.normal() * 1e38,
];

/** The same, and columns whose even sample says nothing of the rest. */
const MANY: ((random: Random, row: number) => number)[] = [
  ...KINDS.slice(0, -1),
  (random, row) => (row % 29 === 0 ? -5 : random.normal()),
  (_random, row) => (Math.floor((row * 2048) / 60_000) === Math.floor(((row - 1) * 2048) / 60_000) ? row : -1),
  (_random, row) => (row === 31 ? 4 : Number.NaN),
  (random) => Math.round(random.normal()),
  (_random, row) => -row,
];

function plainMedian(values: number[]): number {
  const sorted = Float32Array.from(values.filter((v) => !Number.isNaN(v))).sort();
  const n = sorted.length;
  return Math.fround((sorted[(n - 1) >> 1] + sorted[n >> 1]) / 2) + 0;
}

describe('medians of known values', () => {
  it.each([1, 2, 3, 100, 1001])('equal those of a plain sort: %i rows, more columns than a group', async (rows) => {
    const random = new Random(rows);
    const cols = 40;
    const X = Matrix.zeros(rows, cols);
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < cols; j++) X.data[i * cols + j] = KINDS[j % KINDS.length](random);
    }
    const { plan } = await planMissing(X, { threads: 1 });
    const column = (j: number) => Array.from({ length: rows }, (_, i) => X.data[i * cols + j]);
    const known = Array.from({ length: cols }, (_, j) => j).filter((j) => column(j).some((v) => !Number.isNaN(v)));
    expect(plan.kept).toEqual(known);
    expect(plan.medians).toEqual(known.map((j) => plainMedian(column(j))));
  });

  it.each([1, 3])('equal those of a plain sort where %i workers look at many rows', async (threads) => {
    const random = new Random(17);
    const cols = 21;
    const rows = 60_001 - threads;
    const X = Matrix.zeros(rows, cols);
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < cols; j++) X.data[i * cols + j] = MANY[j % MANY.length](random, i);
    }
    const { plan, complete } = await planMissing(X, { threads });
    const column = (j: number) => Array.from({ length: rows }, (_, i) => X.data[i * cols + j]);
    const known = Array.from({ length: cols }, (_, j) => j).filter((j) => column(j).some((v) => !Number.isNaN(v)));
    expect(complete).toBe(false);
    expect(plan.kept).toEqual(known);
    expect(plan.medians).toEqual(known.map((j) => plainMedian(column(j))));
  });

  it('of a large matrix without gaps say that there are none', async () => {
    const X = Matrix.wrap(
      Float32Array.from({ length: 1 << 20 }, (_, i) => i % 1000),
      4,
    );
    expect((await planMissing(X, { threads: 2 })).complete).toBe(true);
  });

  it('fill what is missing, and drop columns without any value', async () => {
    const X = Matrix.from([
      [1, Number.NaN, 4],
      [Number.NaN, Number.NaN, 5],
      [3, Number.NaN, 9],
    ]);
    const filled = await applyMissing(X, (await planMissing(X, { threads: 1 })).plan);
    expect([...filled.data]).toEqual([1, 4, 2, 5, 3, 9]);
  });

  it('leave a complete matrix as it is', async () => {
    const X = Matrix.from([[1, 2]]);
    expect(await applyMissing(X, (await planMissing(X, { threads: 1 })).plan)).toBe(X);
  });
});
