/**
 * Rows of a kernel matrix inside a job: a panel of table rows in blocks of 32, and the kernel of one query row with them.
 * Workers that share a panel each bring and compute blocks of their own.
 */
import type { KernelExports } from '../../../kernels/exports.js';
import { type KernelFunction, type KernelScale, kernelScale, kernelValue, scaleRow } from '../kernel.js';

export const BLOCK = 32;

/** Blocks that `rows` rows fill. */
export const blocksOf = (rows: number): number => Math.ceil(rows / BLOCK);

export interface KernelRows {
  /** What one kernel value costs, in units of one variable in one step of the solver. */
  readonly cost: number;
  /** Brings table rows into blocks from .. to-1: position p holds row rows[p]; what is left of the last block stays empty. */
  arrange(rows: Uint32Array, from: number, to: number, forTest?: boolean): void;
  /** The kernel of table row `query` with the panel's blocks from .. to-1, float32 at `out` + 4 * position. */
  compute(query: number, from: number, to: number, out: number): void;
  /** The kernel of a table row with itself. */
  diagonal(row: number): number;
}

export interface PanelSpace {
  readonly panel: Float32Array;
  readonly panelAddress: number;
  readonly query: Float32Array;
  readonly queryAddress: number;
}

/** Kernels of feature rows. */
export class FeatureRows implements KernelRows {
  readonly cost: number;
  private readonly scale: KernelScale;

  constructor(
    private readonly kernels: KernelExports,
    private readonly kernel: KernelFunction,
    private readonly X: Float32Array,
    private readonly cols: number,
    private readonly space: PanelSpace,
  ) {
    this.scale = kernelScale(kernel);
    // By count of operations: three for four products, some for the function; a step takes about 14 a variable.
    this.cost = (cols + 8) / 19;
  }

  arrange(rows: Uint32Array, from: number, to: number): void {
    const { cols, X, scale } = this;
    const { panel } = this.space;
    for (let block = from; block < to; block++) {
      const base = block * BLOCK * cols;
      const count = Math.min(BLOCK, rows.length - block * BLOCK);
      if (count < BLOCK) panel.fill(0, base, base + BLOCK * cols);
      for (let i = 0; i < count; i++) {
        scaleRow(X, rows[block * BLOCK + i] * cols, cols, scale.factor, panel, base + i, BLOCK);
      }
    }
  }

  compute(query: number, from: number, to: number, out: number): void {
    const { cols, X, scale } = this;
    const { query: target, queryAddress } = this.space;
    scaleRow(X, query * cols, cols, scale.factor, target, 0, 1);
    this.computeAt(queryAddress, from, to, out);
  }

  /** `compute` for a query that is multiplied and lies at an address. */
  computeAt(query: number, from: number, to: number, out: number): void {
    const { kernels, cols, scale } = this;
    const { panelAddress } = this.space;
    const x = panelAddress + from * BLOCK * cols * 4;
    kernelOfPanel(kernels, this.kernel, scale.gamma, x, to - from, cols, query, out + from * BLOCK * 4);
  }

  diagonal(row: number): number {
    const { cols, X, kernel, scale } = this;
    const { query } = this.space;
    scaleRow(X, row * cols, cols, scale.factor, query, 0, 1);
    return kernelValue(kernel, scale.gamma, query, 0, query, 0, cols);
  }
}

/** The kernel of the row at `query` with `blocks` blocks at `x`. */
export function kernelOfPanel(
  kernels: KernelExports,
  { name, coef0, degree }: KernelFunction,
  gamma: number,
  x: number,
  blocks: number,
  cols: number,
  query: number,
  out: number,
): void {
  const n = blocks * BLOCK;
  if (name === 'rbf') {
    kernels.svmDistances(x, blocks, cols, query, out);
    kernels.svmExp(out, n, gamma);
    return;
  }
  kernels.svmDots(x, blocks, cols, query, out);
  if (name === 'poly') kernels.svmPower(out, n, gamma, coef0, degree);
  else if (name === 'sigmoid') kernels.svmTanh(out, n, gamma, coef0);
}

/** Values of a given kernel matrix: row i holds the kernel of row i with every training row. */
export class GivenRows implements KernelRows {
  readonly cost = 0.25;
  private rows: Uint32Array = new Uint32Array(0);
  private forTest = false;

  constructor(
    private readonly K: Float32Array,
    private readonly cols: number,
    /** A float32 view at an address. */
    private readonly view: (address: number, length: number) => Float32Array,
  ) {}

  arrange(rows: Uint32Array, _from: number, _to: number, forTest = false): void {
    this.rows = rows;
    this.forTest = forTest;
  }

  compute(query: number, from: number, to: number, out: number): void {
    const { K, cols, rows } = this;
    const first = from * BLOCK;
    const target = this.view(out + first * 4, (to - from) * BLOCK);
    const count = Math.min(target.length, rows.length - first);
    target.fill(0, Math.max(0, count));
    if (this.forTest) for (let k = 0; k < count; k++) target[k] = K[rows[first + k] * cols + query];
    else for (let k = 0; k < count; k++) target[k] = K[query * cols + rows[first + k]];
  }

  diagonal(row: number): number {
    return this.K[row * this.cols + row];
  }
}
