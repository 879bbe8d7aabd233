/** Standard deviations of columns, in short turns. */
import type { Matrix } from '../../core/matrix.js';
import { Turns } from '../../core/turns.js';

/** Values at a stretch. */
const STRETCH = 1 << 18;

/** (columns,) weighted standard deviations; sums are in the order of rows. */
export async function columnDeviations(X: Matrix, weights?: ArrayLike<number>): Promise<Float64Array> {
  const { rows, cols, data } = X;
  const turns = new Turns();
  const block = Math.max(1, Math.floor(STRETCH / cols));
  let total = 0;
  for (let i = 0; i < rows; i++) total += weights ? weights[i] : 1;
  const sums = async (add: (value: number, j: number) => number) => {
    const out = new Float64Array(cols);
    for (let from = 0; from < rows; from += block) {
      for (let i = from; i < Math.min(rows, from + block); i++) {
        const weight = weights ? weights[i] : 1;
        for (let j = 0; j < cols; j++) out[j] += weight * add(data[i * cols + j], j);
      }
      await turns.pause();
    }
    return out.map((sum) => sum / total);
  };
  const mean = await sums((value) => value);
  const variance = await sums((value, j) => (value - mean[j]) * (value - mean[j]));
  return variance.map(Math.sqrt);
}
