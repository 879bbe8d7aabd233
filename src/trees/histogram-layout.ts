/** How histograms of columns of bytes lie in memory, and how the work on them is cut. */
import { PLANE_GROUPS } from './binned-matrix.js';

/** 256 bins of two 64-bit sums. */
export const FEATURE_BYTES = 4096;

/** The same with both sums in one 64-bit integer. */
export const NARROW_FEATURE_BYTES = 2048;

/** What a kernel gathers at a stretch, at most 64 KiB, or 32 KiB and the narrow histograms of a plane. */
export const SCRATCH_BYTES = 96 * 1024;

/** Rows to add up: addresses of their numbers (0: the first `count` rows) and of their (gradient, hessian) pairs, i32 each. */
export interface SummedRows {
  readonly rows: number;
  readonly pairs: number;
  readonly count: number;
}

/**
 * Groups cut into units within one plane, large ones first: they gather rows best, and small ones at the end let all workers
 * finish together. One worker alone takes whole planes.
 */
export function unitsOf(groups: number, threads: number): [from: number, to: number][] {
  const units: [number, number][] = [];
  for (let from = 0; from < groups; ) {
    const fair = threads === 1 ? PLANE_GROUPS : Math.ceil((groups - from) / (2 * threads));
    const size = fair >= PLANE_GROUPS ? PLANE_GROUPS : 2;
    const to = Math.min(groups, from + size, (Math.floor(from / PLANE_GROUPS) + 1) * PLANE_GROUPS);
    units.push([from, to]);
    from = to;
  }
  return units;
}
