/** What the tests of the native engines train on: numbers and whole numbers, a tenth missing, with labels of every kind. */
import { Random } from '../../src/core/random.js';

function table(rows: number, seed: number): number[][] {
  const random = new Random(seed);
  return Array.from({ length: rows }, () =>
    [random.normal(), random.normal(), random.int(6), random.normal()].map((value) =>
      random.float() < 0.1 ? Number.NaN : Math.fround(value),
    ),
  );
}

function signal(rows: readonly number[][], seed: number): number[] {
  const random = new Random(seed);
  return rows.map(([a, b, c]) => (a || 0) + (b || 0) * ((c || 0) - 2) + 0.5 * random.normal());
}

const isPositive = (v: number): number => (v > 0 ? 1 : 0);

/** Training rows. */
export const X = table(1200, 1);
/** Rows to predict. */
export const T = table(200, 2);

const value = signal(X, 3);
/** Labels of `X`. */
export const labels = {
  value,
  positive: value.map((v) => Math.abs(v) + 0.1),
  binary: value.map(isPositive),
  classes: value.map((v) => (v > 1 ? 2 : v > -1 ? 1 : 0)),
};

const held = table(400, 4);
/** Rows of two classes to stop early by. */
export const validation = { X: held, y: signal(held, 5).map(isPositive) };
