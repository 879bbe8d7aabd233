/** A matrix of bins in shared memory: row by row for histograms and walking trees, column by column for splitting nodes. */
import type { Arena } from '../kernels/arena.js';

export interface BinnedMatrix {
  readonly rows: number;
  /** Number of features: columns that vary. */
  readonly features: number;
  /** Groups of eight features. */
  readonly groups: number;
  /** Address of row 0; feature f of row i is the byte at rowMajor + i * stride + f. */
  readonly rowMajor: number;
  readonly stride: number;
  /** Address of feature 0, or 0 if only rows are kept; feature f of row i is the byte at columnMajor + f * pitch + i. */
  readonly columnMajor: number;
  readonly pitch: number;
}

/** Reserves room for a matrix; `columns` says whether it is also kept by column. */
export function reserveBinnedMatrix(arena: Arena, rows: number, features: number, columns: boolean): BinnedMatrix {
  const groups = Math.ceil(features / 8);
  const stride = groups <= 2 ? 16 : groups <= 4 ? 32 : Math.ceil(groups / 8) * 64;
  const pitch = Math.ceil(rows / 64) * 64;
  // Gathering reads whole vectors: the last row's may end past it.
  const rowMajor = arena.alloc(rows * stride + 64);
  return {
    rows,
    features,
    groups,
    rowMajor,
    stride,
    columnMajor: columns ? arena.alloc(groups * 8 * pitch) : 0,
    pitch,
  };
}
