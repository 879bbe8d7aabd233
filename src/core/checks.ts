/** Checks of labels, weights and features that callers pass: each problem is an `InvalidInputError` that names the array and the place. */
import { InvalidInputError } from './errors.js';
import { LARGEST_FLOAT32 } from './float32.js';
import { listed } from './text.js';
import { inTurns } from './turns.js';

const HINT_LABELS =
  'Labels are finite numbers of at most 3.4e38 (predictions are float32); drop rows whose label is unknown, and map names to numbers.';
const LISTED = 20;

/** Rows for which `wrong` holds (the first 20) and how many there are. */
export function rowsWhere(length: number, wrong: (row: number) => boolean): { rows: number[]; count: number } {
  const rows: number[] = [];
  let count = 0;
  for (let i = 0; i < length; i++) {
    if (!wrong(i)) continue;
    count++;
    if (rows.length < LISTED) rows.push(i);
  }
  return { rows, count };
}

export const isArrayLike = (value: unknown): value is ArrayLike<unknown> =>
  value !== null && typeof value === 'object' && Number.isInteger((value as ArrayLike<unknown>).length);

function assertLength(values: unknown, rows: number, what: string): asserts values is ArrayLike<unknown> {
  if (!isArrayLike(values)) {
    throw new InvalidInputError(`${what} is ${values === null ? 'null' : typeof values}, not an array`, {
      hint: 'Pass one value for each row.',
    });
  }
  if (values.length !== rows) {
    throw new InvalidInputError(`${what} has ${values.length} values for ${rows} rows`, {
      hint: 'Pass one value for each row.',
      details: { values: values.length, rows },
    });
  }
}

/** Rows looked at between two looks at the clock. */
const STRETCH = 50_000;

/** (rows,) labels as float64, finite and no larger than float32 is; a copy. */
export function finiteLabels(values: ArrayLike<number>, rows: number, what: string): Float64Array {
  const labels = new Labels(values, rows, what);
  labels.read(0, rows);
  return labels.checked();
}

/** The same, with turns of the event loop between. */
export async function finiteLabelsInTurns(
  values: ArrayLike<number>,
  rows: number,
  what: string,
): Promise<Float64Array> {
  const labels = new Labels(values, rows, what);
  await inTurns(rows, STRETCH, (from, to) => labels.read(from, to));
  return labels.checked();
}

class Labels {
  private readonly values: ArrayLike<unknown>;
  private readonly out: Float64Array;
  private readonly bad = new BadRows();

  constructor(
    values: unknown,
    rows: number,
    private readonly what: string,
  ) {
    assertLength(values, rows, what);
    this.values = values;
    this.out = new Float64Array(rows);
  }

  read(from: number, to: number): void {
    const { values, out } = this;
    for (let i = from; i < to; i++) {
      const value = values[i];
      if (typeof value === 'number' && Math.abs(value) <= LARGEST_FLOAT32) out[i] = value;
      else this.bad.add(i);
    }
  }

  checked(): Float64Array {
    const { rows, count } = this.bad;
    if (count === 0) return this.out;
    throw new InvalidInputError(`${this.what}: ${count} labels are not finite numbers (rows ${listed(rows)})`, {
      hint: HINT_LABELS,
      details: { rows, count },
    });
  }
}

/** (rows,) sample weights as float32, finite, not negative, not all zero; a copy. */
export function sampleWeights(values: ArrayLike<number>, rows: number, what: string): Float32Array {
  const weights = new Weights(values, rows, what);
  weights.read(0, rows);
  return weights.checked();
}

/** The same, with turns of the event loop between. */
export async function sampleWeightsInTurns(
  values: ArrayLike<number>,
  rows: number,
  what: string,
): Promise<Float32Array> {
  const weights = new Weights(values, rows, what);
  await inTurns(rows, STRETCH, (from, to) => weights.read(from, to));
  return weights.checked();
}

class Weights {
  private readonly values: ArrayLike<number>;
  private readonly out: Float32Array;
  private readonly bad = new BadRows();
  private some = false;

  constructor(
    values: unknown,
    rows: number,
    private readonly what: string,
  ) {
    assertLength(values, rows, what);
    this.values = values as ArrayLike<number>;
    this.out = new Float32Array(rows);
  }

  read(from: number, to: number): void {
    const { values, out } = this;
    let some = this.some;
    for (let i = from; i < to; i++) {
      out[i] = values[i];
      if (!(values[i] >= 0 && Number.isFinite(out[i]))) this.bad.add(i);
      else some ||= out[i] > 0;
    }
    this.some = some;
  }

  checked(): Float32Array {
    const { rows, count } = this.bad;
    if (count > 0) {
      throw new InvalidInputError(`${this.what}: ${count} weights are negative or not finite (rows ${listed(rows)})`, {
        hint: 'Weights are finite and not negative; 0 leaves a row out.',
        details: { rows, count },
      });
    }
    if (!this.some) {
      throw new InvalidInputError(`${this.what}: all weights are zero`, { hint: 'At least one row must count.' });
    }
    return this.out;
  }
}

/** How many rows are wrong, and which ones are the first. */
class BadRows {
  readonly rows: number[] = [];
  count = 0;

  add(row: number): void {
    this.count++;
    if (this.rows.length < LISTED) this.rows.push(row);
  }
}

/** (rows,) times in ms since epoch (numbers or `Date`s) as float64, finite; a copy. */
export function finiteTimes(values: ArrayLike<number | Date>, rows: number, what: string): Float64Array {
  assertLength(values, rows, what);
  const times = new Float64Array(rows);
  for (let i = 0; i < rows; i++) times[i] = typeof values[i] === 'string' ? Number.NaN : Number(values[i]);
  const bad = rowsWhere(rows, (i) => !Number.isFinite(times[i]) || values[i] === null);
  if (bad.count > 0) {
    throw new InvalidInputError(`${what}: ${bad.count} times are not numbers or Dates (rows ${listed(bad.rows)})`, {
      hint: 'Pass milliseconds since the epoch, one for each row.',
      details: bad,
    });
  }
  return times;
}

/** Entities of rows, none missing; a copy. */
export function presentGroups(values: ArrayLike<string | number>, rows: number, what: string): (string | number)[] {
  assertLength(values, rows, what);
  const bad = rowsWhere(rows, (i) => {
    const value: unknown = values[i];
    return typeof value === 'number' ? Number.isNaN(value) : typeof value !== 'string';
  });
  if (bad.count > 0) {
    throw new InvalidInputError(`${what}: ${bad.count} rows have no group (rows ${listed(bad.rows)})`, {
      hint: 'Every row needs the entity it belongs to, as text or number.',
      details: bad,
    });
  }
  return Array.from(values);
}

/** 0xff000000 as a signed integer. */
const INFINITY_WITHOUT_SIGN = -0x1000000;

/** Throws on infinite features (of values `from` .. `to`-1, default all); NaN is a missing value and passes. */
export function assertNoInfinity(data: Float32Array, cols: number, what: string, from = 0, to = data.length): void {
  const i = firstInfinity(data, from, to);
  if (i === to) return;
  const [row, column] = [Math.floor(i / cols), i % cols];
  throw new InvalidInputError(`${what} holds ${data[i]} in row ${row}, column ${column}`, {
    hint: 'Replace infinite values (NaN stands for a missing one); float64 values above 3.4e38 become infinite in float32.',
    details: { row, column },
  });
}

/** Place of the first infinite value of from .. to-1, else `to`. */
function firstInfinity(data: Float32Array, from: number, to: number): number {
  // As signed integers, and four at a time: this is a good part of what many rows cost before they are predicted.
  const bits = new Int32Array(data.buffer, data.byteOffset, data.length);
  let i = from;
  for (; i + 4 <= to; i += 4) {
    // Without its sign, infinity is the one value of this exponent and no fraction; those with a fraction are NaN.
    if (
      bits[i] << 1 === INFINITY_WITHOUT_SIGN ||
      bits[i + 1] << 1 === INFINITY_WITHOUT_SIGN ||
      bits[i + 2] << 1 === INFINITY_WITHOUT_SIGN ||
      bits[i + 3] << 1 === INFINITY_WITHOUT_SIGN
    ) {
      break;
    }
  }
  while (i < to && bits[i] << 1 !== INFINITY_WITHOUT_SIGN) i++;
  return i;
}
