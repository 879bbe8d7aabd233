/** Importance of a forest's columns by permutation; `holdfast/explain` has the same for any model. */
import { fallStatistics, type PermutationTask, permutationFalls } from '../../model/permutation.js';

/** How much the score falls when a column is shuffled. */
export interface PermutationImportance {
  /** Score of the rows as they are. */
  readonly score: number;
  /** (columns,) mean fall of the score over the repeats, and its standard deviation; negative where chance helped. */
  readonly mean: Float64Array;
  readonly deviation: Float64Array;
}

/** Every column is a group of its own. */
export async function permutationImportance(task: Omit<PermutationTask, 'groups'>): Promise<PermutationImportance> {
  const groups = Array.from({ length: task.cols }, (_, j) => [j]);
  const { score, falls } = await permutationFalls({ ...task, groups });
  return { score, ...fallStatistics(falls, task.repeats) };
}
