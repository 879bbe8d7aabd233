/** Bundled columns as they lie in memory; bundles.ts decides which columns go together. */

/** A column of bytes. */
export interface BundledColumn {
  /** Address of what kernels read about its members: i32 feature, offset, bins, usual bin (-1: it is on its own). */
  readonly members: number;
  readonly count: number;
  /** Bins of all members together. */
  readonly bins: number;
}

/** Bundled columns by row, in planes of 32 as `BinnedMatrix` has them. */
export interface Bundles {
  readonly columns: readonly BundledColumn[];
  readonly groups: number;
  readonly planes: number;
  readonly planeBytes: number;
  readonly stride: number;
}
