/**
 * Benchmark data: 180 columns like a feature table of market bars (normal with common factors, autocorrelated, low-cardinality),
 * 3% missing, a nonlinear target. Made once by the library's own seeded generator, the same bytes on every machine, and kept
 * under bench/.cache as raw little-endian float32 that both sides of a benchmark read.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { log, sigmoid } from '../src/core/math.js';
import { Random } from '../src/core/random.js';

/** Change this when the generator changes: older files are then made again. */
const VERSION = 1;
const FACTORS = 10;
const LEVELS = [2, 3, 5, 8, 12, 20, 40];

export interface DataSize {
  trainRows: number;
  testRows: number;
  cols: number;
  missing: number;
  /** Leading columns that hold category codes. */
  categorical?: number;
  /** Of the target of several classes; `CLASSES`, if absent. */
  classes?: number;
}

export const CLASSES = 3;

export const MARKET: DataSize = { trainRows: 73_000, testRows: 20_000, cols: 180, missing: 0.03 };

/** As many rows and columns as the HIGGS set of the libraries' own benchmarks. */
export const HIGGS: DataSize = { trainRows: 1_000_000, testRows: 100_000, cols: 28, missing: 0 };
/** Like a table of flights: months, days, carriers, airports, machine and crew ids, then times and distances. */
export const AIRLINES: DataSize = { trainRows: 300_000, testRows: 50_000, cols: 11, missing: 0, categorical: 9 };
/** Categories of its categorical columns. */
const CATEGORIES = [12, 31, 7, 22, 300, 300, 450, 4200, 7500];

/** Directory with `X_train.f32`, `X_test.f32`, `binary_train.f32`, `binary_test.f32`, `classes_train.f32`, `classes_test.f32`. */
export function benchmarkData(size: DataSize = MARKET): string {
  const cache = fileURLToPath(new URL('./.cache/', import.meta.url));
  const kind = size.categorical ? 'airlines' : 'market';
  const directory = `${cache}${kind}-v${VERSION}-${size.trainRows}-${size.testRows}-${size.cols}-${size.missing}${size.classes ? `-${size.classes}` : ''}/`;
  if (existsSync(directory)) return directory;
  const temporary = `${cache}making-${process.pid}/`;
  rmSync(temporary, { recursive: true, force: true });
  mkdirSync(temporary, { recursive: true });
  const { X, binary, classes } = size.categorical ? generateCategorical(size) : generate(size);
  const cut = (name: string, values: Float32Array, width: number) => {
    writeFileSync(`${temporary}${name}_train.f32`, values.subarray(0, size.trainRows * width));
    writeFileSync(`${temporary}${name}_test.f32`, values.subarray(size.trainRows * width));
  };
  cut('X', X, size.cols);
  cut('binary', binary, 1);
  cut('classes', classes, 1);
  renameSync(temporary, directory);
  return directory;
}

/** A file of float32 values. */
export function readFloat32(path: string): Float32Array {
  const bytes = readFileSync(path);
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}

export function generate(size: DataSize): { X: Float32Array; binary: Float32Array; classes: Float32Array } {
  const rows = size.trainRows + size.testRows;
  const columns = makeColumns(rows, size.cols);
  const noise = new Random(31);
  const binary = Float32Array.from(nonlinearScore(columns, rows, 11), (score) =>
    noise.float() < sigmoid(1.2 * score) ? 1 : 0,
  );
  const scores = Array.from({ length: size.classes ?? CLASSES }, (_, k) => nonlinearScore(columns, rows, 21 + k));
  const classes = Float32Array.from({ length: rows }, (_, i) => {
    // A Gumbel draw added to each score makes the largest one a draw from their softmax.
    const drawn = scores.map((score) => 1.2 * score[i] - log(-log(noise.float() + 1e-300)));
    return drawn.indexOf(Math.max(...drawn));
  });
  const gaps = new Random(41);
  const X = new Float32Array(rows * size.cols);
  for (let i = 0, p = 0; i < rows; i++) {
    for (let j = 0; j < size.cols; j++, p++) X[p] = gaps.float() < size.missing ? Number.NaN : columns[j][i];
  }
  return { X, binary, classes };
}

/** Categories of uneven frequency with effects of their own and in pairs; two numeric columns. No three-class labels: zeros. */
function generateCategorical(size: DataSize): ReturnType<typeof generate> {
  const rows = size.trainRows + size.testRows;
  const categorical = size.categorical ?? 0;
  const random = new Random(51);
  const X = new Float32Array(rows * size.cols);
  const effects = CATEGORIES.map((count) => Float64Array.from({ length: count }, () => random.normal()));
  const pairs = Float64Array.from({ length: CATEGORIES[3] * CATEGORIES[0] }, () => random.normal());
  const binary = new Float32Array(rows);
  for (let i = 0, p = 0; i < rows; i++, p += size.cols) {
    let score = -1.3;
    for (let j = 0; j < categorical; j++) {
      // Squared, so that some airports are far busier than others.
      const u = random.float();
      const category = Math.floor(CATEGORIES[j] * (j < 3 ? u : u * u));
      X[p + j] = category;
      score += 0.35 * effects[j][category];
    }
    const hour = 24 * random.float();
    X[p + categorical] = Math.floor(60 * hour);
    X[p + categorical + 1] = Math.floor(100 + 2500 * random.float() * random.float());
    score += 0.6 * triangleWave(hour / 8) + 0.4 * pairs[X[p + 3] * CATEGORIES[0] + X[p]];
    binary[i] = random.float() < sigmoid(score) ? 1 : 0;
  }
  return { X, binary, classes: new Float32Array(rows) };
}

/** Half normal columns with common factors, a third AR(1), the rest small integers; kinds in a fixed shuffled order. */
function makeColumns(rows: number, cols: number): Float32Array[] {
  const random = new Random(7);
  const factors = Array.from({ length: FACTORS }, () => Float64Array.from({ length: rows }, () => random.normal()));
  const kinds = new Random(1).permutation(cols);
  return Array.from({ length: cols }, (_, j) => {
    if (kinds[j] < cols / 2) {
      const factor = factors[j % FACTORS];
      return Float32Array.from({ length: rows }, (_, i) => 0.7 * random.normal() + 0.7 * factor[i]);
    }
    return kinds[j] < (cols * 5) / 6
      ? autocorrelated(rows, random)
      : smallIntegers(rows, LEVELS[j % LEVELS.length], random);
  });
}

function autocorrelated(rows: number, random: Random): Float32Array {
  const rho = 0.9 + 0.09 * random.float();
  const scale = Math.sqrt(1 - rho * rho);
  let value = random.normal();
  return Float32Array.from({ length: rows }, () => (value = rho * value + scale * random.normal()));
}

/** 0..levels-1; small ones more often (the smaller of two uniform draws). */
function smallIntegers(rows: number, levels: number, random: Random): Float32Array {
  return Float32Array.from({ length: rows }, () => Math.min(random.int(levels), random.int(levels)));
}

/** Linear terms, products, waves and steps of the standardised columns, standardised. */
function nonlinearScore(columns: Float32Array[], rows: number, seed: number): Float64Array {
  const random = new Random(seed);
  const order = random.permutation(columns.length);
  const pick = (k: number) => standardised(columns[order[k % order.length]]);
  const score = new Float64Array(rows);
  const add = (weight: number, term: (i: number) => number) => {
    const w = weight * random.normal();
    for (let i = 0; i < rows; i++) score[i] += w * term(i);
  };
  for (let k = 0; k < 25; k++) {
    const a = pick(k);
    add(0.35, (i) => a[i]);
  }
  for (let k = 0; k < 15; k++) {
    const [a, b] = [pick(30 + 2 * k), pick(31 + 2 * k)];
    add(0.5, (i) => a[i] * b[i]);
  }
  for (let k = 0; k < 15; k++) {
    const a = pick(70 + k);
    add(0.6, (i) => triangleWave(a[i]));
  }
  for (let k = 0; k < 10; k++) {
    const [a, b] = [pick(90 + k), pick(5 + k)];
    add(0.8, (i) => (a[i] > 0.5 && b[i] > 0 ? 1 : 0));
  }
  return standardised(score);
}

/** Period 3, between -1 and 1. */
function triangleWave(x: number): number {
  const phase = x / 3 - Math.floor(x / 3);
  return 4 * Math.abs(phase - 0.5) - 1;
}

function standardised(values: ArrayLike<number>): Float64Array {
  const n = values.length;
  let mean = 0;
  for (let i = 0; i < n; i++) mean += values[i];
  mean /= n;
  let variance = 0;
  for (let i = 0; i < n; i++) variance += (values[i] - mean) ** 2;
  const scale = 1 / Math.sqrt(variance / n || 1);
  return Float64Array.from({ length: n }, (_, i) => (values[i] - mean) * scale);
}
