/** Importance by permutation: how much a score falls when a column's values are dealt to other rows. */
import { deriveSeed, Random } from '../../core/random.js';
import { Turns } from '../../core/turns.js';

/** Rows and columns to score; `predicted` is asked anew for each shuffled copy. */
export interface PermutationTask {
  /** (rows * cols,) row by row; columns are shuffled in it and put back. */
  readonly data: Float32Array;
  readonly cols: number;
  readonly repeats: number;
  readonly seed: number;
  /** Score of the rows as they are in `data` now; larger is better. */
  readonly score: () => Promise<number>;
  /** Columns that the model looks at; the others cannot matter. */
  readonly used: (column: number) => boolean;
}

/** How much the score falls when a column is shuffled. */
export interface PermutationImportance {
  /** Score of the rows as they are. */
  readonly score: number;
  /** (columns,) mean fall of the score over the repeats, and its standard deviation; negative where chance helped. */
  readonly mean: Float64Array;
  readonly deviation: Float64Array;
}

/** Breiman (2001), as Fisher, Rudin and Dominici (2019) generalise it. Column by column, draws by `seed`, column and repeat. */
export async function permutationImportance(task: PermutationTask): Promise<PermutationImportance> {
  const { data, cols, repeats, seed } = task;
  const rows = data.length / cols;
  const score = await task.score();
  const mean = new Float64Array(cols);
  const deviation = new Float64Array(cols);
  const turns = new Turns();
  for (let j = 0; j < cols; j++) {
    if (!task.used(j)) continue;
    const column = Float32Array.from({ length: rows }, (_, i) => data[i * cols + j]);
    const falls: number[] = [];
    for (let repeat = 0; repeat < repeats; repeat++) {
      const shuffled = new Random(deriveSeed(seed, 'permutation', j, repeat)).shuffle(column.slice());
      for (let i = 0; i < rows; i++) data[i * cols + j] = shuffled[i];
      falls.push(score - (await task.score()));
      await turns.pause();
    }
    for (let i = 0; i < rows; i++) data[i * cols + j] = column[i];
    mean[j] = falls.reduce((a, b) => a + b, 0) / repeats;
    deviation[j] = Math.sqrt(falls.reduce((sum, fall) => sum + (fall - mean[j]) ** 2, 0) / repeats);
  }
  return { score, mean, deviation };
}
