/** How many workers so much work keeps busy. */

/** Cells, each looked at some hundred times, below which another worker costs more than it brings. */
const CELLS_A_WORKER = 1_000_000;

/**
 * Of the threads allowed, those that so many cells of a table keep busy. HOLDFAST_CELLS_A_WORKER lowers what counts as enough: proofs that
 * threads never change a result want several at work on little data.
 */
export function usefulThreads(threads: number, cells: number): number {
  const asked = Number(process.env.HOLDFAST_CELLS_A_WORKER);
  const enough = asked > 0 ? asked : CELLS_A_WORKER;
  return Math.min(threads, Math.max(1, Math.floor(cells / enough)));
}
