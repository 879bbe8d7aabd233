/** Features by Nystroem's approximation of a kernel (Williams and Seeger, "Using the Nystroem Method to Speed Up Kernel Machines", NIPS 2001). */
import { Random } from '../../../core/random.js';
import type { Arena } from '../../../kernels/arena.js';
import type { JobContext } from '../../../kernels/job.js';
import { type KernelFunction, kernelScale, kernelValue, scaleRow } from '../kernel.js';
import { BLOCK, blocksOf, FeatureRows } from '../smo/kernel-rows.js';
import { type FeatureMap, UNIT_ROWS } from './feature-map.js';

/** k(x) on the landmarks, times the inverse of the Cholesky factor of their own kernel: products are the kernel's best approximation. */
export interface Landmarks {
  readonly kernel: KernelFunction;
  /** Rows of X. */
  readonly rows: Uint32Array;
  /** (count, count) lower factor, row-major, filled in by the job. */
  readonly factor: Float64Array;
}

/** `count` different rows of n, ascending, by seed. */
export function drawLandmarks(kernel: KernelFunction, n: number, count: number, seed: number): Landmarks {
  const drawn = new Random(seed).permutation(n).slice(0, Math.min(n, count));
  const rows = new Uint32Array(new SharedArrayBuffer(drawn.length * 4));
  rows.set(drawn.sort());
  return { kernel, rows, factor: new Float64Array(new SharedArrayBuffer(rows.length * rows.length * 8)) };
}

/** Weights of kernels with the landmarks, from those of features: the solution of L'c = v. */
export function landmarkWeights(v: Float64Array, { factor }: Landmarks): Float64Array {
  const m = v.length;
  const c = v.slice();
  for (let r = m - 1; r >= 0; r--) {
    c[r] /= factor[r * m + r];
    for (let k = 0; k < r; k++) c[k] -= factor[r * m + k] * c[r];
  }
  return c;
}

export class LandmarkFeatures implements FeatureMap {
  readonly columns: number;
  private readonly at: {
    panel: number;
    query: number;
    kernels: number;
    features: number;
    sums: number;
    factor: number;
  };
  private views: { table: FeatureRows; features: Float32Array; sums: Float32Array; given: Float32Array } | undefined;

  constructor(
    private readonly context: JobContext<unknown>,
    private readonly arena: Arena,
    private readonly X: Float32Array,
    private readonly cols: number,
    private readonly landmarks: Landmarks,
  ) {
    const m = landmarks.rows.length;
    this.columns = m;
    this.at = {
      panel: arena.allocEach(UNIT_ROWS * cols * 4),
      query: arena.allocEach(cols * 4 + 16),
      // Kernel values with the landmarks, then features, of one block of rows.
      kernels: arena.allocEach(m * UNIT_ROWS * 4),
      features: arena.allocEach(m * BLOCK * 4),
      sums: arena.allocEach(BLOCK * 4),
      factor: arena.alloc(m * m * 4),
    };
  }

  open(): void {
    const { context, arena, at, X, cols, landmarks, columns: m } = this;
    const { kernel, rows, factor } = landmarks;
    if (context.thread === 0) {
      factorise(kernel, X, cols, rows, factor, () => context.check());
      arena.float32(at.factor, m * m).set(factor);
    }
    context.barrier();
    const space = {
      panel: arena.float32(at.panel, UNIT_ROWS * cols),
      panelAddress: at.panel,
      query: arena.float32(at.query, cols),
      queryAddress: at.query,
    };
    this.views = {
      table: new FeatureRows(context.kernels, kernel, X, cols, space),
      features: arena.float32(at.features, m * BLOCK),
      sums: arena.float32(at.sums, BLOCK),
      given: arena.float32(at.kernels, m * UNIT_ROWS),
    };
  }

  fill(from: number, to: number, values: Float32Array, stride: number): void {
    const { at, landmarks, columns: m, views } = this;
    if (!views) return;
    const { kernels } = this.context;
    const { rows, factor } = landmarks;
    const { table, features, sums, given } = views;
    const blocks = blocksOf(to - from);
    const own = Uint32Array.from({ length: to - from }, (_, i) => from + i);
    table.arrange(own, 0, blocks);
    for (let r = 0; r < m; r++) table.compute(rows[r], 0, blocks, at.kernels + r * UNIT_ROWS * 4);
    for (let block = 0; block < blocks; block++) {
      const first = from + block * BLOCK;
      const count = Math.min(BLOCK, to - first);
      for (let r = 0; r < m; r++) {
        kernels.svmDots(at.features, 1, r, at.factor + r * m * 4, at.sums);
        const scale = 1 / factor[r * m + r];
        for (let i = 0; i < BLOCK; i++) {
          features[r * BLOCK + i] = (given[r * UNIT_ROWS + block * BLOCK + i] - sums[i]) * scale;
        }
      }
      for (let i = 0; i < count; i++) {
        const target = (first + i) * stride;
        for (let r = 0; r < m; r++) values[target + r] = features[r * BLOCK + i];
      }
    }
  }
}

/** What is added to the diagonal, relative to its mean: kernel values are float32, and landmarks may be alike. */
const JITTER = 1e-5;
/** What the kernel with a landmark that is left out is divided by. */
const LEFT_OUT = 1e18;

/** Writes the Cholesky factor of the landmarks' kernel. */
function factorise(
  kernel: KernelFunction,
  X: Float32Array,
  cols: number,
  rows: Uint32Array,
  L: Float64Array,
  check: () => void,
): void {
  const m = rows.length;
  const { factor, gamma } = kernelScale(kernel);
  const scaled = new Float32Array(m * cols);
  rows.forEach((row, r) => {
    scaleRow(X, row * cols, cols, factor, scaled, r * cols, 1);
  });
  let trace = 0;
  for (let r = 0; r < m; r++) {
    check();
    for (let c = 0; c <= r; c++) L[r * m + c] = kernelValue(kernel, gamma, scaled, r * cols, scaled, c * cols, cols);
    trace += Math.abs(L[r * m + r]);
  }
  const least = Math.max((JITTER * trace) / m, Number.MIN_VALUE);
  for (let r = 0; r < m; r++) {
    check();
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
