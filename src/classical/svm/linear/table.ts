/** Rows that linear problems are solved on: the columns of X or their features, and a column for the intercept. */
import type { Arena } from '../../../kernels/arena.js';
import type { JobContext } from '../../../kernels/job.js';
import { type FeatureMap, PlainColumns, UNIT_ROWS } from './feature-map.js';
import { LandmarkFeatures, type Landmarks } from './nystroem.js';
import { WaveFeatures } from './wave-features.js';
import type { Waves } from './waves.js';

/** Features that stand for a kernel: products of two rows' features are about its values. */
export type Approximation = { readonly landmarks: Landmarks } | { readonly waves: Waves };

export interface TableSource {
  /** (n, cols), in shared memory. */
  readonly X: Float32Array;
  readonly cols: number;
  /** Value of the intercept's column; 0 for none. */
  readonly intercept: number;
  /** Without it the columns of X are taken. */
  readonly approximation?: Approximation;
}

export class LinearTable {
  readonly stride: number;
  readonly rows: number;
  readonly address: number;
  /** (n,) squared lengths. */
  readonly squares: Float64Array;
  private readonly values: Float32Array;

  /** Fills the table; all workers together. */
  constructor(
    private readonly context: JobContext<unknown>,
    arena: Arena,
    { X, cols, intercept, approximation }: TableSource,
  ) {
    const map = mapOf(context, arena, X, cols, approximation);
    const { columns } = map;
    this.rows = X.length / cols;
    this.stride = Math.ceil((columns + 1) / 4) * 4;
    this.address = arena.alloc(this.rows * this.stride * 4);
    const squares = arena.alloc(this.rows * 8);
    arena.commit();
    this.values = arena.float32(this.address, this.rows * this.stride);
    this.squares = arena.float64(squares, this.rows);
    map.open();
    context.barrier();
    this.units((from, to) => {
      map.fill(from, to, this.values, this.stride);
      for (let i = from; i < to; i++) {
        this.values[i * this.stride + columns] = intercept;
        this.measure(i);
      }
    });
    context.barrier();
  }

  private units(visit: (from: number, to: number) => void): void {
    const units = Math.ceil(this.rows / UNIT_ROWS);
    for (let unit = this.context.nextUnit(); unit < units; unit = this.context.nextUnit()) {
      this.context.check();
      visit(unit * UNIT_ROWS, Math.min(this.rows, (unit + 1) * UNIT_ROWS));
    }
  }

  private measure(i: number): void {
    let sum = 0;
    for (let p = i * this.stride; p < (i + 1) * this.stride; p++) sum += this.values[p] * this.values[p];
    this.squares[i] = sum;
  }
}

function mapOf(
  context: JobContext<unknown>,
  arena: Arena,
  X: Float32Array,
  cols: number,
  approximation: Approximation | undefined,
): FeatureMap {
  if (!approximation) return new PlainColumns(X, cols);
  return 'landmarks' in approximation
    ? new LandmarkFeatures(context, arena, X, cols, approximation.landmarks)
    : new WaveFeatures(context, arena, X, cols, approximation.waves);
}
