/** What a model that was read must do: predict finite numbers of the right shape for rows that fit it, or say by a typed error why it does not. */
import { Matrix } from '../../../src/core/matrix.js';
import { Random } from '../../../src/core/random.js';
import type { BaseModel } from '../../../src/model/base-model.js';

const ROWS = 3;
/** Wider inputs than these are not made for a case. */
const MOST_COLUMNS = 4096;

const values = (() => {
  const random = new Random(5);
  return Float32Array.from({ length: 997 }, (_, i) =>
    i % 11 === 7 ? Math.floor(random.float() * 4) : random.normal(),
  );
})();

/** (ROWS, columns) of ordinary numbers, and where it is allowed a missing one in each row. */
function rowsOf(columns: number, missing: boolean): Matrix {
  const data = Float32Array.from({ length: ROWS * columns }, (_, i) => values[i % values.length]);
  if (missing && columns > 0) for (let i = 1; i < ROWS; i++) data[i * columns + ((i * 3) % columns)] = Number.NaN;
  return Matrix.wrap(data, columns);
}

export async function behaves(model: BaseModel, length = 1, missing = true): Promise<void> {
  const { inputMode } = model.info;
  const columns = model.featureNames.length;
  if (columns > MOST_COLUMNS || columns === 0) return;
  if (length * columns > MOST_COLUMNS) return;
  const X = inputMode === 'features' ? rowsOf(columns, missing) : windows(columns, length);
  const input = inputMode === 'hybrid' ? { features: rowsOf(columns, false), sequences: X } : X;
  const output = await model.predict(input as Matrix, { threads: 1 });
  check(output.predictions.length === ROWS && output.predictions.every(Number.isFinite), 'predictions are not finite');
  const { probabilities } = output;
  if (!probabilities) return;
  check(probabilities.rows === ROWS && probabilities.cols === model.classes.length, 'probabilities have another shape');
  check(
    probabilities.data.every((p) => p >= 0 && p <= 1 + 1e-6),
    'probabilities are not between 0 and 1',
  );
}

function windows(channels: number, length: number): number[][][] {
  return Array.from({ length: ROWS }, (_, i) =>
    Array.from({ length }, (_, t) =>
      Array.from({ length: channels }, (_, c) => values[(i * 31 + t * 7 + c) % values.length]),
    ),
  );
}

export function check(right: boolean, what: string): void {
  if (!right) throw new Error(what);
}
