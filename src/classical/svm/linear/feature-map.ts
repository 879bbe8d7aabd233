/** What fills the features of rows, inside a job: the columns themselves, kernels with landmarks, or waves. */

/** One for each worker; memory is requested when it is made, before the arena's `commit`. */
export interface FeatureMap {
  readonly columns: number;
  /** After the arena's `commit`, by every worker; ends with all workers ready. */
  open(): void;
  /** Writes the features of rows from .. to-1, at most `UNIT_ROWS`, to `values`, where a row starts every `stride`. */
  fill(from: number, to: number, values: Float32Array, stride: number): void;
}

/** Rows at a time. */
export const UNIT_ROWS = 128;

/** The columns themselves. */
export class PlainColumns implements FeatureMap {
  constructor(
    private readonly X: Float32Array,
    readonly columns: number,
  ) {}

  open(): void {}

  fill(from: number, to: number, values: Float32Array, stride: number): void {
    const { X, columns } = this;
    for (let i = from; i < to; i++) values.set(X.subarray(i * columns, (i + 1) * columns), i * stride);
  }
}
