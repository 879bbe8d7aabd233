/** Applies fitted steps to prepared columns: a matrix of features, a block of rows at a time so that its rows stay in the cache. */
import { InvalidInputError } from '../core/errors.js';
import { Matrix } from '../core/matrix.js';
import { asCategories, type ColumnSource, categoriesOf, infiniteValues } from './column-source.js';
import { bindEncoder } from './encoder.js';
import { type EncodedStep, type NumericStep, type Step, stepOutputs } from './fitted.js';
import { applyScaler } from './scaler.js';
import { encodeOutOfFold, type TargetRows } from './target-encoder.js';

const BLOCK = 256;
/** Numbers from here on round to infinity in float32. */
const FLOAT32_LIMIT = 3.4028235677973366e38;

/** Writes rows `from .. to` of a step's outputs. */
type BlockWriter = (from: number, to: number) => void;

/**
 * Features of all rows, shape (rows, features). With `training` (labels of rows in the train role), target encodings are out of fold.
 * Throws `InvalidInputError` for infinite values (unless they count as missing), unknown categories (where asked), and results beyond float32.
 */
export function applySteps(
  source: ColumnSource,
  steps: readonly Step[],
  infinite: 'error' | 'missing',
  training?: TargetRows,
): Matrix {
  const widths = steps.map((step) => stepOutputs(step).length);
  const out = Matrix.zeros(
    source.rowCount,
    widths.reduce((sum, width) => sum + width, 0),
  );
  let column = 0;
  const writers = steps.map((step, s) => {
    const target: Target = { out, column, width: widths[s] };
    column += widths[s];
    if (step.kind === 'encoded') return encodedWriter(source, step, target, { infinite, training });
    return step.kind === 'numeric'
      ? numericWriter(source, step, target, infinite)
      : indicatorWriter(source, step.name, target);
  });
  for (let from = 0; from < source.rowCount; from += BLOCK) {
    const to = Math.min(from + BLOCK, source.rowCount);
    for (const write of writers) write(from, to);
  }
  return out;
}

interface Target {
  readonly out: Matrix;
  /** First output column of the step. */
  readonly column: number;
  readonly width: number;
}

function numericWriter(
  source: ColumnSource,
  { name, fill, scaler }: NumericStep,
  { out, column }: Target,
  infinite: 'error' | 'missing',
): BlockWriter {
  const buffer = new Float64Array(BLOCK);
  const scaled = new Float64Array(BLOCK);
  const missing = fill ?? Number.NaN;
  return (from, to) => {
    const raw = source.read(name, from, to, buffer);
    const values = scaled.subarray(0, to - from);
    for (let i = 0; i < values.length; i++) {
      const value = raw[i];
      if (value - value === 0) values[i] = value;
      else if (Number.isNaN(value) || infinite === 'missing') values[i] = missing;
      else throw infiniteValues(name, raw, from);
    }
    applyScaler(scaler, values);
    for (let i = 0, p = from * out.cols + column; i < values.length; i++, p += out.cols) {
      const value = values[i];
      if (value >= FLOAT32_LIMIT || value <= -FLOAT32_LIMIT) throw tooLarge(name, from + i, value);
      out.data[p] = value;
    }
  };
}

function tooLarge(name: string, row: number, value: number): InvalidInputError {
  return new InvalidInputError(`Column '${name}', row ${row}: ${value} does not fit into a 32-bit float`, {
    hint: 'Features are float32: scale the column, or take its logarithm by an expression.',
    details: { column: name, row, value },
  });
}

function indicatorWriter(source: ColumnSource, name: string, { out, column }: Target): BlockWriter {
  const buffer = new Float64Array(BLOCK);
  const text = source.kind(name) === 'categorical' ? asCategories(source.column(name)) : undefined;
  return (from, to) => {
    const raw = text ? text.codes.subarray(from, to) : source.read(name, from, to, buffer);
    for (let i = 0, p = from * out.cols + column; i < raw.length; i++, p += out.cols) {
      out.data[p] = (text ? raw[i] < 0 : !Number.isFinite(raw[i])) ? 1 : 0;
    }
  };
}

function encodedWriter(
  source: ColumnSource,
  { name, fill, encoder }: EncodedStep,
  { out, column, width }: Target,
  { infinite, training }: { infinite: 'error' | 'missing'; training: TargetRows | undefined },
): BlockWriter {
  const categories = categoriesOf(source, name, infinite);
  if (encoder.kind === 'target' && training) {
    const values = encodeOutOfFold(encoder, categories, training, fill);
    return (from, to) => {
      for (let i = from; i < to; i++) {
        for (let j = 0; j < width; j++) out.data[i * out.cols + column + j] = values[i * width + j];
      }
    };
  }
  const encode = bindEncoder(encoder, name, categories, fill);
  return (from, to) => {
    for (let i = from; i < to; i++) encode(i, out.data, i * out.cols + column);
  };
}
