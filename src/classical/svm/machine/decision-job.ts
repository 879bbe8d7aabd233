/** Decision values inside the worker pool: each worker takes blocks of rows and goes through the support vectors in their order. */
import { Arena } from '../../../kernels/arena.js';
import type { JobContext } from '../../../kernels/job.js';
import { type KernelFunction, kernelScale, scaleRow } from '../kernel.js';
import { BLOCK, blocksOf, FeatureRows, GivenRows } from '../smo/kernel-rows.js';
import type { Terms } from './terms.js';

export interface DecisionJobArgs {
  /** (n, cols) rows to decide on; arrays lie in shared memory. */
  readonly X: Float32Array;
  readonly cols: number;
  readonly kernel: KernelFunction;
  /** (support vectors, cols). */
  readonly vectors: Float32Array;
  /** For precomputed kernels the column of X of each support vector. */
  readonly columns?: Uint32Array;
  readonly terms: Terms;
  readonly bias: Float64Array;
  /** (n, pairs) zeros, filled in. */
  readonly out: Float64Array;
}

/** Blocks of rows a unit: their panel stays in the second-level cache while all vectors pass. */
const UNIT_BLOCKS = 8;

export function run(context: JobContext<DecisionJobArgs>): void {
  const { args, thread, threads, kernels } = context;
  const { X, cols, kernel, vectors, columns, terms, bias, out } = args;
  const rows = X.length / cols;
  const arena = new Arena(context);
  const panelAddress = arena.allocEach(columns ? 0 : UNIT_BLOCKS * BLOCK * cols * 4);
  const scratch = arena.allocEach(UNIT_BLOCKS * BLOCK * 4);
  const sums = arena.allocEach(bias.length * UNIT_BLOCKS * BLOCK * 8);
  const count = terms.starts.length - 1;
  // Scaled once, by all workers.
  const queries = columns ? 0 : arena.alloc(vectors.length * 4);
  arena.commit();
  if (!columns) scaleVectors();
  context.barrier();
  const panel = arena.float32(panelAddress, columns ? 0 : UNIT_BLOCKS * BLOCK * cols);
  const table = columns
    ? new GivenRows(X, cols, (address, length) => arena.float32(address, length))
    : new FeatureRows(kernels, kernel, X, cols, { panel, panelAddress, query: panel, queryAddress: 0 });
  const sumsView = arena.float64(sums, bias.length * UNIT_BLOCKS * BLOCK);
  const units = Math.ceil(blocksOf(rows) / UNIT_BLOCKS);
  for (let unit = context.nextUnit(); unit < units; unit = context.nextUnit()) work(unit * UNIT_BLOCKS * BLOCK);

  function scaleVectors(): void {
    const { factor } = kernelScale(kernel);
    const view = arena.float32(queries, vectors.length);
    for (let s = thread; s < count; s += threads) scaleRow(vectors, s * cols, cols, factor, view, s * cols, 1);
  }

  function work(first: number): void {
    const n = Math.min(rows - first, UNIT_BLOCKS * BLOCK);
    const blocks = blocksOf(n);
    table.arrange(
      Uint32Array.from({ length: n }, (_, i) => first + i),
      0,
      blocks,
      true,
    );
    sumsView.fill(0);
    for (let s = 0; s < count; s++) {
      if ((s & 63) === 0) context.check();
      if (columns) table.compute(columns[s], 0, blocks, scratch);
      else (table as FeatureRows).computeAt(queries + s * cols * 4, 0, blocks, scratch);
      for (let t = terms.starts[s]; t < terms.starts[s + 1]; t++) {
        const to = sums + terms.places[t] * UNIT_BLOCKS * BLOCK * 8;
        kernels.svmAdd(scratch, terms.coefficients[t], to, blocks * BLOCK);
      }
    }
    for (let i = 0; i < n; i++) {
      for (let p = 0; p < bias.length; p++) {
        out[(first + i) * bias.length + p] = sumsView[p * UNIT_BLOCKS * BLOCK + i] + bias[p];
      }
    }
  }
}
