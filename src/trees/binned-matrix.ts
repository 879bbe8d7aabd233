/** A matrix of bins in shared memory: by rows for histograms and walking trees, by columns for splitting nodes. */
import type { Arena } from '../kernels/arena.js';
import { type BinMapper, firstCategorical } from './bin-mapper.js';
import type { Bundles } from './bundled-columns.js';
import { type CategoryColumns, reserveCategoryColumns } from './category-columns.js';

export interface BinnedMatrix {
  readonly rows: number;
  /** Number of features in bytes: columns of numbers that vary. Those of categories follow. */
  readonly features: number;
  /** Groups of eight features. */
  readonly groups: number;
  /**
   * Address of the row-wise copy: planes of 32 features, within a plane row after row. A plane is what one pass over rows reads:
   * a root's histograms stream it, other nodes gather half a cache line a row.
   */
  readonly planes: number;
  /** Bytes from plane to plane, and from row to row within one. */
  readonly planeBytes: number;
  readonly stride: number;
  /** Address of feature 0, or 0 if only rows are kept; feature f of row i is the byte at columnMajor + f * pitch + i. */
  readonly columnMajor: number;
  readonly pitch: number;
  readonly categories?: CategoryColumns;
  /** Bundles of columns in place of the row-wise copy, which they have overwritten. */
  readonly bundles?: Bundles;
}

/** Groups a plane holds. */
export const PLANE_GROUPS = 4;

/**
 * Reserves room for a matrix; `columns` says whether it is also kept by column, `wholeRows` that a row's planes lie side by side, for
 * readers of few rows and many features.
 */
export function reserveBinnedMatrix(
  arena: Arena,
  rows: number,
  mapper: BinMapper,
  columns: boolean,
  wholeRows = false,
): BinnedMatrix {
  const features = firstCategorical(mapper);
  const groups = Math.ceil(features / 8);
  const planeCount = Math.ceil(groups / PLANE_GROUPS);
  const stride = rowStride(groups) * (wholeRows ? Math.max(1, planeCount) : 1);
  const planeBytes = wholeRows ? rowStride(groups) : Math.ceil((rows * stride) / 64) * 64;
  const pitch = Math.ceil(rows / 64) * 64;
  const planes = arena.alloc(wholeRows ? rows * stride : planeCount * planeBytes);
  const columnMajor = columns ? arena.alloc(groups * 8 * pitch) : 0;
  const categories = reserveCategoryColumns(arena, rows, mapper);
  return { rows, features, groups, planes, planeBytes, stride, columnMajor, pitch, categories };
}

/** Bytes from row to row of so many groups. */
export function rowStride(groups: number): number {
  return groups <= 2 ? 16 : 32;
}

/** How rows are walked: address of row 0, bytes from row to row, and where a feature lies from there. */
export function walkingLayout(matrix: BinnedMatrix): {
  base: number;
  stride: number;
  offsetOf: (feature: number) => number;
} {
  const { planes, stride, columnMajor, pitch } = matrix;
  return matrix.bundles
    ? { base: columnMajor, stride: 1, offsetOf: (feature) => feature * pitch }
    : { base: planes, stride, offsetOf: (feature) => planeOffset(matrix, feature) };
}

/** Where feature `feature` of row 0 lies, counted from `planes`. */
export function planeOffset(matrix: Pick<BinnedMatrix, 'planeBytes'>, feature: number): number {
  const width = PLANE_GROUPS * 8;
  return Math.floor(feature / width) * matrix.planeBytes + (feature % width);
}

/** Where the bin of row 0 of a categorical feature lies. @throws RangeError - a feature of numbers */
export function categoryAddress({ categories }: BinnedMatrix, feature: number): number {
  const address = categories?.addresses[feature - categories.first];
  if (address === undefined) throw new RangeError(`Feature ${feature} holds no categories`);
  return address;
}
