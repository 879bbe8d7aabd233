/**
 * The training rows that may stand beside given test rows: those whose label span meets no test span, and that do not follow one too closely.
 * M. López de Prado, Advances in Financial Machine Learning (2018), chapters 7.4.1 (purging) and 7.4.2 (embargo).
 */
import { InvalidInputError } from '../core/errors.js';
import type { Fold } from './splitter.js';
import type { Block, Timeline } from './timeline.js';

/** Closed interval in time. */
interface Interval {
  readonly from: number;
  readonly to: number;
}

/**
 * What is closed to training because of a block of test rows: from its first time to the last moment one of its labels is known, and the
 * embargo after that. All bars between the block's first and last are its own, so a training span that meets this interval before the
 * embargo meets the span of a test row, and the other way round.
 *
 * @param embargo - below 1 a share of all rows (the rows that come next, with all of the last one's time), else in units of the times
 */
function closedBy({ from, to }: Block, { order, times, ends, rows }: Timeline, embargo: number): Interval {
  let last = Number.NEGATIVE_INFINITY;
  for (let i = from; i < to; i++) last = Math.max(last, ends[order[i]]);
  return { from: times[order[from]], to: embargo >= 1 ? last + embargo : shareEnd(last) };

  function shareEnd(end: number): number {
    // 0.07 * 100 is 7.000000000000001: a rounding error is no reason to take another row.
    const count = Math.ceil(embargo * rows - 1e-9);
    let next = to;
    while (next < rows && times[order[next]] <= end) next++;
    return count === 0 || next === rows ? end : times[order[Math.min(next + count, rows) - 1]];
  }
}

/** Train and test of one fold in time order: the test blocks, and all other rows that purge and embargo leave. */
export function purgedFold(timeline: Timeline, test: readonly Block[], embargo: number): Fold {
  const { rows, order, times, ends } = timeline;
  const closed = test.map((block) => closedBy(block, timeline, embargo));
  const testRows = new Uint32Array(test.reduce((sum, { from, to }) => sum + to - from, 0));
  const train = new Uint32Array(rows - testRows.length);
  let [a, b] = [0, 0];
  for (let i = 0; i < rows; i++) {
    const row = order[i];
    if (test.some(({ from, to }) => i >= from && i < to)) testRows[a++] = row;
    else if (!closed.some(({ from, to }) => ends[row] >= from && times[row] <= to)) train[b++] = row;
  }
  return { train: train.slice(0, b), test: testRows };
}

/** @throws InvalidInputError - no training row is left */
export function assertTrainLeft(fold: Fold, number: number, splits: number, what: string): Fold {
  if (fold.train.length > 0) return fold;
  throw new InvalidInputError(
    `${what}: purge and embargo leave no row to train on in fold ${number + 1} of ${splits} (${fold.test.length} test rows)`,
    {
      hint: 'Use a smaller embargo, labels that look less far ahead, or other folds.',
      details: { fold: number, testRows: fold.test.length },
    },
  );
}
