/** From what callers have to windows: nested arrays, or rows in time order for a model with a sequence length of its own. */
import { InvalidInputError } from '../core/errors.js';
import { Matrix } from '../core/matrix.js';
import { inTurns, Turns } from '../core/turns.js';
import { Windows } from '../core/windows.js';

/** Values copied between two looks at the clock: a millisecond or some. */
const VALUES_PER_STEP = 500_000;

/**
 * One window a row: the row and the `length - 1` before it. Rows are in time order; before the first row, it is repeated, so that row i
 * of the matrix and window i are the same sample.
 *
 * @throws InvalidInputError - fewer rows than a window has
 */
export async function windowsOfRows(X: Matrix, length: number, what: string): Promise<Windows> {
  const { rows, cols } = X;
  if (rows > 0 && rows < length) {
    throw new InvalidInputError(`${what}: a window has ${length} rows, X only ${rows}`, {
      hint: 'Pass more rows or a smaller sequenceLength.',
      details: { rows, sequenceLength: length },
    });
  }
  if (rows === 0) return new Windows(X, new Uint32Array(0), length);
  const before = length - 1;
  const base = Matrix.zeros(before + rows, cols);
  for (let i = 0; i < before; i++) base.data.set(X.row(0), i * cols);
  // In turns: fresh memory is slow to write.
  await inTurns(X.data.length, VALUES_PER_STEP, (from, to) =>
    base.data.set(X.data.subarray(from, to), before * cols + from),
  );
  const ends = new Uint32Array(rows);
  for (let i = 0; i < rows; i++) ends[i] = before + i;
  return new Windows(base, ends, length);
}

/** `Windows.from` in blocks, so that large nested arrays do not hold up the event loop. */
export async function windowsOfNested(sequences: ArrayLike<ArrayLike<ArrayLike<number>>>): Promise<Windows> {
  const n = sequences.length;
  const length = n === 0 ? 1 : sequences[0].length;
  const channels = length > 0 ? (sequences[0]?.[0]?.length ?? 0) : 0;
  const block = Math.max(1, Math.floor(VALUES_PER_STEP / Math.max(1, length * channels)));
  if (n <= block) return Windows.from(sequences);
  const base = Matrix.zeros(n * length, channels);
  const turns = new Turns();
  for (let start = 0; start < n; start += block) {
    await turns.pause();
    const part = Array.prototype.slice.call(sequences, start, start + block);
    const bad = part.findIndex((sequence) => sequence.length !== length || sequence[0]?.length !== channels);
    if (bad >= 0) {
      throw new InvalidInputError(
        `X: sequence ${start + bad} is (${part[bad].length}, ${part[bad][0]?.length}), sequence 0 is (${length}, ${channels})`,
        { hint: 'Pad or cut sequences to one length, with the same channels in each.' },
      );
    }
    base.data.set(Windows.from(part).base.data, start * length * channels);
  }
  return new Windows(
    base,
    Uint32Array.from({ length: n }, (_, i) => (i + 1) * length - 1),
    length,
  );
}

/** Whether two of the windows have rows in common. */
export function windowsOverlap({ ends, length }: Windows): boolean {
  const sorted = ends.slice().sort();
  for (let i = 1; i < sorted.length; i++) if (sorted[i] - sorted[i - 1] < length) return true;
  return false;
}
