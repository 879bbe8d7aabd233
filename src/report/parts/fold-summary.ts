/** Folds of a cross-validation as runs of rows: what trained, what was tested, and what purging and embargoes left out between them. */
import type { CrossValidationResult } from '../../validation/result.js';
import type { CrossValidationSummary, FoldLine } from '../report-data.js';

const FOLDS = 20;
/** Runs of one fold that a plot can tell apart. */
const SPANS = 120;

/** Times of the rows, and the metric that is shown. */
export interface FoldOptions {
  /** (rows,) ms since epoch of the cross-validated rows: places the folds in time. */
  readonly times?: ArrayLike<number>;
  /** The score to show. Default: the first. */
  readonly metric?: string;
}

/** What a summary needs of a cross-validation: its scores, and rows and scores of each fold. */
export type FoldScores = Pick<CrossValidationResult, 'scores'> & {
  readonly folds: readonly Pick<CrossValidationResult['folds'][number], 'fold' | 'rows' | 'test'>[];
};

/** A cross-validation as plain data for the report. */
export function summariseFolds(result: FoldScores, { times, metric }: FoldOptions = {}): CrossValidationSummary {
  const name = metric ?? Object.keys(result.scores)[0];
  const rows = 1 + result.folds.reduce((most, { rows: { train, test } }) => maxOf(test, maxOf(train, most)), -1);
  const usable = times !== undefined && times.length >= rows;
  const order = Uint32Array.from({ length: rows }, (_, i) => i);
  if (usable) order.sort((a, b) => times[a] - times[b] || a - b);
  const score = name === undefined ? undefined : result.scores[name];
  return {
    ...(name !== undefined && { metric: name }),
    ...(score && { mean: score.test.mean, std: score.test.std }),
    rows,
    ...(usable && rows > 0 && { times: marks(rows).map((place) => ({ place, time: times[order[place]] })) }),
    folds: result.folds.slice(0, FOLDS).map(({ fold, rows: { train, test }, test: scores }): FoldLine => {
      const use = new Uint8Array(rows);
      for (const i of train) use[i] = 1;
      for (const i of test) use[i] = 2;
      const value = name === undefined ? undefined : scores[name];
      return {
        name: `Fold ${fold + 1}`,
        ...(value !== undefined && Number.isFinite(value) && { score: value }),
        trainRows: train.length,
        testRows: test.length,
        unusedRows: rows - train.length - test.length,
        spans: spansOf(use, order),
      };
    }),
    leftOut: Math.max(0, result.folds.length - FOLDS),
  };
}

/** Places whose times a plot can name: more than it needs. */
const marks = (rows: number): number[] => [
  ...new Set(Array.from({ length: 25 }, (_, i) => Math.round((i * (rows - 1)) / 24))),
];

function maxOf(rows: Uint32Array, most: number): number {
  for (const row of rows) if (row > most) most = row;
  return most;
}

const USES = ['unused', 'train', 'test'] as const;

/** Runs of one use, by place; runs too short to be seen are joined with the one before when there are too many. */
function spansOf(use: Uint8Array, order: Uint32Array): FoldLine['spans'] {
  const spans: { use: (typeof USES)[number]; from: number; to: number }[] = [];
  for (let place = 0; place < order.length; place++) {
    const kind = USES[use[order[place]]];
    const last = spans.at(-1);
    if (last?.use === kind) last.to = place + 1;
    else spans.push({ use: kind, from: place, to: place + 1 });
  }
  if (spans.length <= SPANS) return spans;
  const least = order.length / SPANS;
  const joined: typeof spans = [];
  for (const span of spans) {
    const last = joined.at(-1);
    if (last && (last.use === span.use || span.to - span.from < least)) last.to = span.to;
    else joined.push(span);
  }
  return joined;
}
