/** What became slower beside its peer than earlier results have it. */
import type { ResultRow, Results } from './result-rows.js';

/** Of the earlier ratio; less is the noise of these machines. */
export const TOLERANCE = 0.1;

export interface Regression {
  readonly benchmark: string;
  readonly name: string;
  /** Medians of the peer's time divided by ours. */
  readonly before: number;
  readonly now: number;
  /** Whether the ranges of the pairs overlap: it may be chance. */
  readonly overlapping: boolean;
}

/** Rows of both results whose ratio is worse by more than the tolerance. Ratios, because the machine may be another. */
export function regressions(before: readonly Results[], now: readonly Results[]): readonly Regression[] {
  const earlier = new Map<string, ResultRow>();
  for (const { benchmark, rows } of before) {
    for (const row of rows) earlier.set(JSON.stringify([benchmark, row.name]), row);
  }
  return now.flatMap(({ benchmark, rows }) =>
    rows.flatMap((row): Regression[] => {
      const old = earlier.get(JSON.stringify([benchmark, row.name]));
      if (!old || row.ratio.median <= old.ratio.median * (1 + TOLERANCE)) return [];
      const overlapping = row.ratio.min <= old.ratio.max;
      const ratios = { before: 1 / old.ratio.median, now: 1 / row.ratio.median };
      return [{ benchmark, name: row.name, ...ratios, overlapping }];
    }),
  );
}
