/** Rows that linear problems are solved on: X itself, or its features by Nystroem's approximation, and a column for the intercept. */
import { Random } from '../../../core/random.js';
import type { Arena } from '../../../kernels/arena.js';
import type { JobContext } from '../../../kernels/job.js';
import { type KernelFunction, kernelScale, kernelValue, scaleRow } from '../kernel.js';
import { BLOCK, blocksOf, FeatureRows } from '../smo/kernel-rows.js';

export interface TableSource {
  /** (n, cols), in shared memory. */
  readonly X: Float32Array;
  readonly cols: number;
  /** Value of the intercept's column; 0 for none. */
  readonly intercept: number;
  readonly nystroem?: Landmarks;
}

/** k(x) on the landmarks, times the inverse of the Cholesky factor of their own kernel: products are the kernel's best approximation. */
export interface Landmarks {
  readonly kernel: KernelFunction;
  /** Rows of X. */
  readonly rows: Uint32Array;
  /** (count, count) lower factor, row-major, filled in by the job. */
  readonly factor: Float64Array;
}

/** Blocks of rows a unit. */
const UNIT = 4;

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
    private readonly arena: Arena,
    private readonly source: TableSource,
  ) {
    const columns = source.nystroem?.rows.length ?? source.cols;
    this.rows = source.X.length / source.cols;
    this.stride = Math.ceil((columns + 1) / 4) * 4;
    this.address = arena.alloc(this.rows * this.stride * 4);
    const squares = arena.alloc(this.rows * 8);
    const own = source.nystroem ? this.nystroemSpace(source.nystroem) : undefined;
    arena.commit();
    this.values = arena.float32(this.address, this.rows * this.stride);
    this.squares = arena.float64(squares, this.rows);
    if (source.nystroem && own) this.fillNystroem(source.nystroem, own);
    else this.fillPlain();
    context.barrier();
  }

  private nystroemSpace({ rows }: Landmarks) {
    const { thread, threads } = this.context;
    const each = (bytes: number) => {
      const padded = Math.ceil(bytes / 64) * 64;
      return this.arena.alloc(padded * threads) + padded * thread;
    };
    return {
      panel: each(UNIT * BLOCK * this.source.cols * 4),
      query: each(this.source.cols * 4 + 16),
      // Kernel values with the landmarks, then features, of one block of rows.
      kernels: each(rows.length * UNIT * BLOCK * 4),
      features: each(rows.length * BLOCK * 4),
      sums: each(BLOCK * 4),
      factor: this.arena.alloc(rows.length * rows.length * 4),
    };
  }

  private units(visit: (from: number, to: number) => void): void {
    const units = Math.ceil(blocksOf(this.rows) / UNIT);
    for (let unit = this.context.nextUnit(); unit < units; unit = this.context.nextUnit()) {
      this.context.check();
      visit(unit * UNIT * BLOCK, Math.min(this.rows, (unit + 1) * UNIT * BLOCK));
    }
  }

  private fillPlain(): void {
    const { X, cols, intercept } = this.source;
    this.context.barrier();
    this.units((from, to) => {
      for (let i = from; i < to; i++) {
        this.values.set(X.subarray(i * cols, (i + 1) * cols), i * this.stride);
        this.values[i * this.stride + cols] = intercept;
        this.measure(i);
      }
    });
  }

  private measure(i: number): void {
    let sum = 0;
    for (let p = i * this.stride; p < (i + 1) * this.stride; p++) sum += this.values[p] * this.values[p];
    this.squares[i] = sum;
  }

  private fillNystroem(
    { kernel, rows, factor }: Landmarks,
    at: { panel: number; query: number; kernels: number; features: number; sums: number; factor: number },
  ): void {
    const { context, arena } = this;
    const { kernels } = context;
    const { X, cols, intercept } = this.source;
    const m = rows.length;
    if (context.thread === 0) {
      factorise(kernel, X, cols, rows, factor);
      arena.float32(at.factor, m * m).set(factor);
    }
    context.barrier();
    const space = {
      panel: arena.float32(at.panel, UNIT * BLOCK * cols),
      panelAddress: at.panel,
      query: arena.float32(at.query, cols),
      queryAddress: at.query,
    };
    const table = new FeatureRows(kernels, kernel, X, cols, space);
    const features = arena.float32(at.features, m * BLOCK);
    const sums = arena.float32(at.sums, BLOCK);
    const given = arena.float32(at.kernels, m * UNIT * BLOCK);
    this.units((from, to) => {
      const blocks = blocksOf(to - from);
      table.arrange(
        Uint32Array.from({ length: to - from }, (_, i) => from + i),
        0,
        blocks,
      );
      for (let r = 0; r < m; r++) table.compute(rows[r], 0, blocks, at.kernels + r * UNIT * BLOCK * 4);
      for (let block = 0; block < blocks; block++) {
        const first = from + block * BLOCK;
        const count = Math.min(BLOCK, to - first);
        for (let r = 0; r < m; r++) {
          kernels.svmDots(at.features, 1, r, at.factor + r * m * 4, at.sums);
          const scale = 1 / factor[r * m + r];
          for (let i = 0; i < BLOCK; i++) {
            features[r * BLOCK + i] = (given[r * UNIT * BLOCK + block * BLOCK + i] - sums[i]) * scale;
          }
        }
        for (let i = 0; i < count; i++) {
          const to = (first + i) * this.stride;
          for (let r = 0; r < m; r++) this.values[to + r] = features[r * BLOCK + i];
          this.values[to + m] = intercept;
          this.measure(first + i);
        }
      }
    });
  }
}

/** What is added to the diagonal, relative to its mean: kernel values are float32, and landmarks may be alike. */
const JITTER = 1e-5;
/** What the kernel with a landmark that is left out is divided by. */
const LEFT_OUT = 1e18;

/** Writes the Cholesky factor of the landmarks' kernel. */
function factorise(kernel: KernelFunction, X: Float32Array, cols: number, rows: Uint32Array, L: Float64Array): void {
  const m = rows.length;
  const { factor, gamma } = kernelScale(kernel);
  const scaled = new Float32Array(m * cols);
  rows.forEach((row, r) => {
    scaleRow(X, row * cols, cols, factor, scaled, r * cols, 1);
  });
  let trace = 0;
  for (let r = 0; r < m; r++) {
    for (let c = 0; c <= r; c++) L[r * m + c] = kernelValue(kernel, gamma, scaled, r * cols, scaled, c * cols, cols);
    trace += Math.abs(L[r * m + r]);
  }
  const least = Math.max((JITTER * trace) / m, Number.MIN_VALUE);
  for (let r = 0; r < m; r++) {
    for (let c = 0; c <= r; c++) {
      let sum = L[r * m + c] + (r === c ? least : 0);
      for (let k = 0; k < c; k++) sum -= L[r * m + k] * L[c * m + k];
      if (c < r) L[r * m + c] = sum / L[c * m + c];
      else if (sum >= least / 2) L[r * m + r] = Math.sqrt(sum);
      else {
        // No factor of a kernel that is not positive definite goes on from here: this landmark is left out.
        L.fill(0, r * m, r * m + r);
        L[r * m + r] = LEFT_OUT;
      }
    }
  }
}

/** `count` different rows of n, ascending, by seed. */
export function drawLandmarks(n: number, count: number, seed: number): Uint32Array {
  const drawn = new Random(seed).permutation(n).slice(0, Math.min(n, count));
  const rows = new Uint32Array(new SharedArrayBuffer(drawn.length * 4));
  rows.set(drawn.sort());
  return rows;
}
