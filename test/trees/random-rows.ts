/** Random matrices with what real tables have: ties, missing values, constant and empty columns, frequent values. */
import { Matrix } from '../../src/core/matrix.js';
import type { Random } from '../../src/core/random.js';
import type { BinMapper } from '../../src/trees/bin-mapper.js';
import { type BinnedMatrix, categoryAddress, planeOffset } from '../../src/trees/binned-matrix.js';
import { type BinningOptions, binRows, findBins } from '../../src/trees/binning.js';
import { ROW_BYTES } from '../../src/trees/category-columns.js';
import { aloneContext } from '../kernels/alone.js';

export type ColumnKind =
  | 'normal'
  | 'gaps'
  | 'integer'
  | 'mostly zero'
  | 'constant'
  | 'missing'
  | 'rare gap'
  | 'few categories'
  | 'categories'
  | 'many categories';

export const KINDS: readonly ColumnKind[] = [
  'normal',
  'gaps',
  'integer',
  'mostly zero',
  'constant',
  'missing',
  'rare gap',
];

export function randomMatrix(random: Random, rows: number, kinds: readonly ColumnKind[]): Matrix {
  const X = Matrix.zeros(rows, kinds.length);
  for (let i = 0; i < rows; i++) {
    for (const [j, kind] of kinds.entries()) X.data[i * kinds.length + j] = randomValue(random, kind);
  }
  return X;
}

function randomValue(random: Random, kind: ColumnKind): number {
  switch (kind) {
    case 'normal':
      return random.normal();
    case 'gaps':
      return random.int(5) === 0 ? Number.NaN : random.normal();
    case 'integer':
      return random.int(6) - 2;
    case 'mostly zero':
      return random.int(3) > 0 ? 0 : random.normal();
    case 'constant':
      return 3;
    case 'missing':
      return Number.NaN;
    case 'rare gap':
      return random.int(50) === 0 ? Number.NaN : random.int(1000) / 10;
    case 'few categories':
      return random.int(12) === 0 ? Number.NaN : random.int(3);
    case 'categories':
      // Skewed, with gaps between the codes and a few invalid ones.
      return random.int(20) === 0 ? -1 : 7 * Math.floor(random.float() * random.float() * 25);
    case 'many categories':
      return random.int(40) === 0 ? Number.NaN : Math.floor(random.float() * random.float() * 3000);
  }
}

export const BINNING: BinningOptions = { maxBin: 255, minDataInBin: 3, sampleCount: 200_000, seed: 1 };

/** X binned on this thread. */
export function binned(X: Matrix, options: Partial<BinningOptions> = {}, bundle = false) {
  const alone = aloneContext(undefined);
  const source = { data: X.data, cols: X.cols, rows: X.rows };
  const mapper = findBins(alone.context, alone.arena, source, { ...BINNING, ...options });
  const matrix = binRows(alone.context, alone.arena, source, mapper, { columns: true, bundle });
  return { ...alone, mapper, matrix };
}

/** bins[feature][row], read from the rows of the binned matrix. */
export function binsOf(memory: WebAssembly.Memory, matrix: BinnedMatrix, mapper: BinMapper): number[][] {
  const bytes = new Uint8Array(memory.buffer);
  const words = new Uint16Array(memory.buffer);
  const { planes, stride, features } = matrix;
  return Array.from(mapper.columns, (_, f) =>
    Array.from({ length: matrix.rows }, (_, i) =>
      f < features
        ? bytes[planes + planeOffset(matrix, f) + i * stride]
        : words[categoryAddress(matrix, f) / 2 + i * (ROW_BYTES / 2)],
    ),
  );
}
