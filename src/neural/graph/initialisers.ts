/** First values of parameters, drawn from a seed. Shapes are (inputs, outputs) for matrices. */
import type { Random } from '../../core/random.js';
import type { Initialiser } from './graph.js';
import { sizeOf } from './shape.js';

export const zeroValues: Initialiser = (_, shape) => new Float32Array(sizeOf(shape));

export function constantValues(value: number): Initialiser {
  return (_, shape) => new Float32Array(sizeOf(shape)).fill(value);
}

/** Uniform in [-limit, limit). */
export function uniformValues(limit: number): Initialiser {
  return (random, shape) => Float32Array.from({ length: sizeOf(shape) }, () => (2 * random.float() - 1) * limit);
}

export function normalValues(deviation: number): Initialiser {
  return (random, shape) => Float32Array.from({ length: sizeOf(shape) }, () => random.normal() * deviation);
}

/** Uniform with the variance 2 / (inputs + outputs) (Glorot and Bengio, 2010). */
export const glorotUniform: Initialiser = (random, shape) =>
  uniformValues(Math.sqrt(6 / (shape[0] + shape[shape.length - 1])))(random, shape);

/** Normal with the variance 2 / inputs, for layers before a ReLU (He et al., 2015). */
export const heNormal: Initialiser = (random, shape) => normalValues(Math.sqrt(2 / shape[0]))(random, shape);

/** Uniform in +- 1 / sqrt(fanIn): what PyTorch's Linear, Conv1d (fanIn: channels x kernel) and LSTM (fanIn: hidden size) start from. */
export function fanInUniform(fanIn: number): Initialiser {
  return uniformValues(1 / Math.sqrt(fanIn));
}

/** Square blocks side by side, each a random orthogonal matrix (Saxe et al., 2014): Gram-Schmidt on normal rows, in float64. */
export const orthogonalBlocks: Initialiser = (random, shape) => {
  const [size, columns] = shape;
  const out = new Float32Array(size * columns);
  for (let first = 0; first < columns; first += size) {
    const block = orthogonal(random, size);
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size && first + j < columns; j++) out[i * columns + first + j] = block[i][j];
    }
  }
  return out;
};

function orthogonal(random: Random, size: number): Float64Array[] {
  const rows: Float64Array[] = [];
  while (rows.length < size) {
    const row = Float64Array.from({ length: size }, () => random.normal());
    // Twice is enough (Giraud et al., 2005).
    for (let pass = 0; pass < 2; pass++) {
      for (const other of rows) {
        const along = dot(row, other);
        for (let j = 0; j < size; j++) row[j] -= along * other[j];
      }
    }
    const norm = Math.sqrt(dot(row, row));
    if (norm < 1e-8) continue;
    rows.push(row.map((x) => x / norm));
  }
  return rows;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
