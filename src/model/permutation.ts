/** Importance by permutation: how much a score falls when a column's values, or those of several together, are dealt to other rows. */
import { deriveSeed, Random } from '../core/random.js';
import { Turns } from '../core/turns.js';

/** Rows and columns to score; `score` is asked anew for each shuffled copy. */
export interface PermutationTask {
  /** (rows * cols,) row by row; columns are shuffled in it and put back. */
  readonly data: Float32Array;
  readonly cols: number;
  /** Columns that are shuffled together, each group's draws by its number. */
  readonly groups: readonly (readonly number[])[];
  readonly repeats: number;
  readonly seed: number;
  /** Score of the rows as they are in `data` now; larger is better. */
  readonly score: () => Promise<number>;
  /** Groups that the model looks at; the others cannot matter. */
  readonly used: (group: number) => boolean;
  /** After each group. */
  readonly done?: (group: number) => void;
}

export interface PermutationFalls {
  /** Score of the rows as they are. */
  readonly score: number;
  /** (groups, repeats) row by row: falls of the score; negative where chance helped. */
  readonly falls: Float64Array;
}

/** Breiman (2001), as Fisher, Rudin and Dominici (2019) generalise it. Group by group, draws by `seed`, group and repeat. */
export async function permutationFalls(task: PermutationTask): Promise<PermutationFalls> {
  const { data, cols, groups, repeats, seed } = task;
  const rows = data.length / cols;
  const score = await task.score();
  const falls = new Float64Array(groups.length * repeats);
  const turns = new Turns();
  for (const [g, columns] of groups.entries()) {
    if (!task.used(g)) continue;
    const given = columns.map((j) => Float32Array.from({ length: rows }, (_, i) => data[i * cols + j]));
    try {
      for (let repeat = 0; repeat < repeats; repeat++) {
        const order = Uint32Array.from({ length: rows }, (_, i) => i);
        new Random(deriveSeed(seed, 'permutation', g, repeat)).shuffle(order);
        for (const [c, j] of columns.entries()) {
          for (let i = 0; i < rows; i++) data[i * cols + j] = given[c][order[i]];
        }
        falls[g * repeats + repeat] = score - (await task.score());
        await turns.pause();
      }
    } finally {
      for (const [c, j] of columns.entries()) for (let i = 0; i < rows; i++) data[i * cols + j] = given[c][i];
    }
    task.done?.(g);
  }
  return { score, falls };
}

/** (groups,) means of the falls and their standard deviations (of the repeats at hand, as scikit-learn's). */
export function fallStatistics(falls: Float64Array, repeats: number): { mean: Float64Array; deviation: Float64Array } {
  const groups = falls.length / repeats;
  const mean = new Float64Array(groups);
  const deviation = new Float64Array(groups);
  for (let g = 0; g < groups; g++) {
    const own = falls.subarray(g * repeats, (g + 1) * repeats);
    mean[g] = own.reduce((a, b) => a + b, 0) / repeats;
    deviation[g] = Math.sqrt(own.reduce((sum, fall) => sum + (fall - mean[g]) ** 2, 0) / repeats);
  }
  return { mean, deviation };
}
