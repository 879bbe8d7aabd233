/** What makes two trainings alike. */

export interface TrainingFacts {
  readonly algorithm: string;
  readonly task: 'classification' | 'regression';
  /** Training rows. */
  readonly rows: number;
  readonly features: number;
  /** Classes among the training labels; 0 for regression. */
  readonly classes: number;
  readonly symbol?: string;
  readonly horizon?: number;
}

/**
 * How far two trainings of one algorithm are apart: 0 for the same. Sizes count by their ratio, so that 1,000 and 2,000 rows are as far
 * apart as 10,000 and 20,000; another symbol or horizon counts as one doubling. Infinite for another algorithm, task or kind of label.
 */
export function distance(a: TrainingFacts, b: TrainingFacts): number {
  if (a.algorithm !== b.algorithm || a.task !== b.task || a.classes > 2 !== b.classes > 2)
    return Number.POSITIVE_INFINITY;
  const doublings = (x: number, y: number) => Math.abs(Math.log2(Math.max(1, x) / Math.max(1, y)));
  return (
    doublings(a.rows, b.rows) +
    doublings(a.features, b.features) +
    doublings(a.classes, b.classes) +
    Number(a.symbol !== b.symbol) +
    Number(a.horizon !== b.horizon)
  );
}
