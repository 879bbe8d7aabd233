/**
 * A fitted calibration of class probabilities, (n, classes) to (n, classes). Methods for one score are fitted to each class against the rest
 * and the rows divided by their sums; two classes have one map, of the second.
 */
import { ModelFormatError } from '../core/errors.js';
import { log } from '../core/math.js';
import { Matrix } from '../core/matrix.js';
import { shown } from '../core/text.js';
import { BetaCalibrator, LEAST_PROBABILITY } from './beta.js';
import { IsotonicCalibrator } from './isotonic.js';
import { PlattCalibrator } from './platt.js';
import { TemperatureCalibrator } from './temperature.js';

/**
 * `'platt'`: a sigmoid of the log-odds; `'isotonic'`: a rising step function; `'beta'`: a sigmoid of log p and log(1 - p); `'temperature'`: one
 * factor for all logarithms.
 */
export type CalibrationMethod = 'platt' | 'isotonic' | 'beta' | 'temperature';

/** A fitted map of probabilities: one map a class, or one temperature for all. */
export type ProbabilityMap =
  | { readonly method: 'platt'; readonly maps: readonly PlattCalibrator[] }
  | { readonly method: 'isotonic'; readonly maps: readonly IsotonicCalibrator[] }
  | { readonly method: 'beta'; readonly maps: readonly BetaCalibrator[] }
  | { readonly method: 'temperature'; readonly map: TemperatureCalibrator };

/**
 * @param P - (n, classes) probabilities of rows that nothing else used
 * @param y - (n,) column of the true class
 * @throws InvalidInputError - a class without rows, lengths that differ
 */
export function fitProbabilityMap(
  method: CalibrationMethod,
  P: Matrix,
  y: ArrayLike<number>,
  weights?: ArrayLike<number>,
): ProbabilityMap {
  if (method === 'temperature') return { method, map: new TemperatureCalibrator().fit(P, y, weights) };
  const each = <T>(fitOne: (column: Float64Array, labels: Float64Array) => T): T[] =>
    calibrated(P.cols).map((k) =>
      fitOne(
        columnOf(P, k),
        Float64Array.from(y, (label) => (label === k ? 1 : 0)),
      ),
    );
  switch (method) {
    case 'platt':
      return { method, maps: each((p, labels) => new PlattCalibrator().fit(p.map(logOdds), labels, weights)) };
    case 'isotonic':
      return { method, maps: each((p, labels) => new IsotonicCalibrator().fit(p, labels, weights)) };
    case 'beta':
      return { method, maps: each((p, labels) => new BetaCalibrator().fit(p, labels, weights)) };
  }
}

/** (n, classes) calibrated probabilities; a row whose maps are all 0 becomes equal shares. */
export function applyProbabilityMap(map: ProbabilityMap, P: Matrix): Matrix {
  if (map.method === 'temperature') return map.map.transform(P);
  const { rows, cols } = P;
  const columns = calibrated(cols).map((k, at) => {
    const p = columnOf(P, k);
    return map.maps[at].transform(map.method === 'platt' ? p.map(logOdds) : p);
  });
  const out = Matrix.zeros(rows, cols);
  for (let i = 0; i < rows; i++) {
    if (cols === 2) {
      out.data[2 * i] = 1 - columns[0][i];
      out.data[2 * i + 1] = columns[0][i];
      continue;
    }
    let sum = 0;
    for (let k = 0; k < cols; k++) sum += columns[k][i];
    for (let k = 0; k < cols; k++) out.data[i * cols + k] = sum > 0 ? columns[k][i] / sum : 1 / cols;
  }
  return out;
}

/** Classes that have a map. */
function calibrated(classes: number): number[] {
  return classes === 2 ? [1] : Array.from({ length: classes }, (_, k) => k);
}

function columnOf({ data, rows, cols }: Matrix, k: number): Float64Array {
  return Float64Array.from({ length: rows }, (_, i) => data[i * cols + k]);
}

/** log(p / (1 - p)), p kept within float32 resolution of 0 and 1. */
function logOdds(p: number): number {
  const bounded = Math.min(Math.max(p, LEAST_PROBABILITY), 1 - LEAST_PROBABILITY);
  return log(bounded / (1 - bounded));
}

/** Plain JSON data that `readProbabilityMap` reads back exactly. */
export function writeProbabilityMap(map: ProbabilityMap): Record<string, unknown> {
  switch (map.method) {
    case 'temperature':
      return { method: map.method, temperature: map.map.temperature };
    case 'platt':
      return { method: map.method, maps: map.maps.map(({ sigmoid }) => [sigmoid.slope, sigmoid.offset]) };
    case 'beta':
      return { method: map.method, maps: map.maps.map(({ map: { a, b, offset } }) => [a, b, offset]) };
    case 'isotonic':
      return { method: map.method, maps: map.maps.map(({ curve }) => [[...curve.x], [...curve.y]]) };
  }
}

/** @throws ModelFormatError - anything `writeProbabilityMap` would not have written for so many classes */
export function readProbabilityMap(value: unknown, classes: number): ProbabilityMap {
  const { method, maps, temperature } = (value ?? {}) as Record<string, unknown>;
  if (method === 'temperature') {
    const [t] = numbers([temperature], 1);
    if (!(t > 0)) throw damaged('a temperature that is not positive');
    return { method, map: TemperatureCalibrator.of(t) };
  }
  if (!Array.isArray(maps) || maps.length !== calibrated(classes).length)
    throw damaged('maps that do not fit the classes');
  switch (method) {
    case 'platt':
      return { method, maps: maps.map((one) => platt(numbers(one, 2))) };
    case 'beta':
      return { method, maps: maps.map((one) => beta(numbers(one, 3))) };
    case 'isotonic':
      return { method, maps: maps.map(isotonic) };
    default:
      throw damaged(`the method '${shown(method)}'`);
  }
}

const platt = ([slope, offset]: number[]) => PlattCalibrator.of({ slope, offset });
const beta = ([a, b, offset]: number[]) => BetaCalibrator.of({ a, b, offset });

function isotonic(one: unknown): IsotonicCalibrator {
  const [x, y] = Array.isArray(one) && one.length === 2 ? one.map((part) => numbers(part)) : [[], []];
  const rises = x.every((value, i) => i === 0 || value > x[i - 1]);
  const inRange = y.every((value, i) => value >= 0 && value <= 1 && (i === 0 || value >= y[i - 1]));
  if (x.length === 0 || x.length !== y.length || !rises || !inRange)
    throw damaged('an isotonic curve that does not rise');
  return IsotonicCalibrator.of({ x: Float64Array.from(x), y: Float64Array.from(y) });
}

function numbers(value: unknown, length?: number): number[] {
  const right = Array.isArray(value) && (length === undefined || value.length === length);
  if (!right || !value.every(Number.isFinite)) throw damaged('something that is no list of finite numbers');
  return value as number[];
}

function damaged(problem: string): ModelFormatError {
  return new ModelFormatError(`A saved calibration holds ${problem}`, {
    hint: 'The model directory is damaged or was edited; restore it from a backup or calibrate again.',
  });
}
