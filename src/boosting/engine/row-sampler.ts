/** What draws the rows of each tree. */

/** Rows a tree is grown on: listed at `sample` (0: all), and those left out at `rest`. Both lists ascend. */
export interface RowSample {
  sample: number;
  count: number;
  rest: number;
  restCount: number;
}

export interface RowSampler {
  /** Whether trees see different rows. */
  readonly random: boolean;
  /** The rows of an iteration's trees, or of its `part`-th parallel ones; after its gradients, which it may change. Barriers. */
  draw(iteration: number, part: number): RowSample;
}
