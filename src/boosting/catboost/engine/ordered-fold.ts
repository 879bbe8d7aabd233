/**
 * Ordered boosting along one order of the rows (Prokhorenkova et al., "CatBoost: unbiased boosting with categorical features", NeurIPS
 * 2018, section 4 and appendix B): a supporting model for each prefix of 2^j times the first one's length. Its leaf values come from
 * the prefix (the body) alone; the rows up to the next prefix (the tail) have scores of a model that never saw them.
 */
import type { Arena } from '../../../kernels/arena.js';
import type { JobContext } from '../../../kernels/job.js';
import type { Loss } from './losses.js';
import type { RowOrder } from './row-orders.js';
import { RowScores } from './row-scores.js';

/** Below it the first body is a single row. */
const FEW_ROWS = 500;
const LONGEST_FIRST = 100;

export interface BodyTail {
  /** Rows of the order that make the leaf values. */
  body: number;
  /** End of the tail. */
  end: number;
}

/** CatBoost's lengths (fold_len_multiplier 2). */
export function bodyTails(rows: number): BodyTail[] {
  let body = Math.min(rows, rows > FEW_ROWS ? Math.min(LONGEST_FIRST, Math.floor(rows / 50)) : 1);
  const tails: BodyTail[] = [];
  while (body < rows) {
    const end = Math.min(rows, 2 * body);
    tails.push({ body, end });
    body = end;
  }
  return tails.length > 0 ? tails : [{ body, end: rows }];
}

export class OrderedFold {
  readonly scores: RowScores[];

  /** `like` has the rows' labels and weights; `ders`: room for derivatives of all tails, which folds share. */
  constructor(
    context: JobContext,
    arena: Arena,
    loss: Loss,
    readonly order: RowOrder,
    readonly tails: readonly BodyTail[],
    rows: { y: Float64Array; weights?: Float32Array; initScore?: Float64Array },
    like: RowScores,
    ders: number,
  ) {
    this.scores = tails.map((_, tail) => {
      const at = ders + tail * loss.outputs * like.stride;
      const { y, weights, initScore } = rows;
      return new RowScores(context, arena, loss, y, weights, { ders: at, like, initScore });
    });
  }

  /** Where the scores of all rows are those of one model: the last tail. */
  get longest(): RowScores {
    return this.scores[this.scores.length - 1];
  }

  fill(start: readonly number[]): void {
    for (const scores of this.scores) scores.fill(start);
  }

  /** Derivatives of all tails; returns the sum of squares of the last one's. Barriers. */
  derive(): number {
    let squares = 0;
    for (const scores of this.scores) squares = scores.derive().squares;
    return squares;
  }
}
