/** Windows that hold rows of other windows: trained on beside them, they would show the model what it is tested on. */
import type { Windows } from './windows.js';

/** Those of `candidates` (numbers of windows) that share no row with any window of `others`. */
export function withoutSharedRows(windows: Windows, candidates: Uint32Array, others: Uint32Array): Uint32Array {
  const { ends, length, base } = windows;
  const opened = new Int32Array(base.rows + 1);
  for (const i of others) {
    opened[ends[i] + 1 - length]++;
    opened[ends[i] + 1]--;
  }
  // Covered rows up to each row: a window is free when none lies within it.
  const covered = new Uint32Array(base.rows + 1);
  for (let row = 0, open = 0; row < base.rows; row++) {
    open += opened[row];
    covered[row + 1] = covered[row] + (open > 0 ? 1 : 0);
  }
  return candidates.filter((i) => covered[ends[i] + 1] === covered[ends[i] + 1 - length]);
}
