/** What tests beside Python's LightGBM share: jobs for its process, a table of rows, and how far numbers may be apart. */
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import type { LightGBMModel } from '../../src/boosting/lightgbm/model.js';
import { Random } from '../../src/core/random.js';
import { runPython } from './python.js';

const script = fileURLToPath(new URL('./lightgbm_jobs_peer.py', import.meta.url));

export interface Answer {
  output: (number | number[])[];
  raw: (number | number[])[];
  /** Raw scores of the iterations in `range`. */
  part?: (number | number[])[];
  trees: number;
  saved?: string;
}

type Range = readonly [from: number, to: number];

export interface TrainingJob {
  params: object;
  rounds: number;
  file?: string;
  /** A model file to go on from. */
  from?: string;
  y?: readonly number[];
  weight?: readonly number[];
  init_score?: readonly number[];
  /** Categorical columns. */
  features?: readonly number[];
  range?: Range;
}

export type Job = TrainingJob | { file: string; range?: Range };

/** All jobs in one process: starting Python takes longer than training. */
export const inPython = (rows: { X: number[][]; y: readonly number[]; T: number[][] }, jobs: Job[]) =>
  runPython(script, { ...rows, jobs }) as Promise<Answer[]>;

/** Three normal columns, one of 12 categories, one mostly zero; some values missing. */
export function table(rows: number, seed: number): number[][] {
  const random = new Random(seed);
  return Array.from({ length: rows }, () =>
    [random.normal(), random.normal(), random.normal(), random.int(12), Math.max(0, random.normal() - 0.5)].map(
      (value) => (random.int(25) === 0 ? Number.NaN : Math.fround(value)),
    ),
  );
}

export function targets(X: number[][], seed: number): { value: number[]; binary: number[]; classes: number[] } {
  const random = new Random(seed);
  const value = X.map((row) => {
    const [a, b, c, city, d] = row.map((x) => (Number.isNaN(x) ? 0 : x));
    return a + 0.4 * Math.sin(6 * a) - b * b + c * a + ((city * 7) % 5) / 3 + d + 0.3 * random.normal();
  });
  return { value, binary: value.map((v) => Number(v > 0.5)), classes: value.map((v) => Number(v > 0) + Number(v > 1)) };
}

/** Equal to 1e-6, relative to the larger of the value and 1. */
export function expectSame(ours: ArrayLike<number>, theirs: readonly (number | number[])[], what = ''): void {
  const flat = theirs.flat();
  expect(ours.length, what).toBe(flat.length);
  let worst = 0;
  for (const [i, value] of flat.entries()) {
    worst = Math.max(worst, Math.abs(value - ours[i]) / Math.max(1, Math.abs(value)));
  }
  expect(worst, what).toBeLessThan(1e-6);
}

/** As Python's `predict` has them: the positive class's probability, all classes', or the values. */
export async function outputsOf(model: LightGBMModel, X: number[][]): Promise<ArrayLike<number>> {
  const { predictions, probabilities } = await model.predict(X);
  if (!probabilities) return predictions;
  return probabilities.cols === 2 ? probabilities.column(1) : probabilities.data;
}
