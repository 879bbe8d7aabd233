/**
 * Decision values: for each row and pair the sum of coefficient times kernel over the support vectors, in their order, plus the bias.
 * Few rows are done at once on this thread, many in the worker pool; both give the same bits.
 */
import { ownModule } from '../../../core/location.js';
import type { Matrix } from '../../../core/matrix.js';
import { runJob } from '../../../kernels/pool.js';
import { shared } from '../../../kernels/shared.js';
import { type KernelFunction, kernelScale, kernelValue, scaleRow } from '../kernel.js';
import type { DecisionJobArgs } from './decision-job.js';
import { type Machine, termsOf } from './machine.js';
import type { Terms } from './terms.js';

/** Multiply-adds up to which decision values are worked out on the calling thread, a few milliseconds. */
const AT_ONCE = 2e6;

/** What decision values are sums of. */
export interface KernelSums {
  readonly kernel: KernelFunction;
  /** (vectors, columns); empty for a precomputed kernel. */
  readonly vectors: Float32Array;
  /** Column of X of each vector, for a precomputed kernel. */
  readonly rows?: Uint32Array;
  readonly terms: Terms;
  readonly bias: Float64Array;
}

/** (n * pairs,) row by row. */
export function decisionValues(machine: Machine, X: Matrix, threads: number): Promise<Float64Array> {
  return kernelSums({ ...machine, terms: termsOf(machine) }, X, threads);
}

/** (n * outputs,) row by row. */
export async function kernelSums(sums: KernelSums, X: Matrix, threads: number): Promise<Float64Array> {
  const { kernel, vectors, rows, terms, bias } = sums;
  const out = new Float64Array(new SharedArrayBuffer(X.rows * bias.length * 8));
  if (X.rows * (terms.starts.length - 1) * (X.cols + 20) <= AT_ONCE) {
    fewDecisions(sums, X, out);
    return out;
  }
  const args: DecisionJobArgs = {
    X: await shared(X.data),
    cols: X.cols,
    kernel,
    vectors: await shared(vectors),
    columns: kernel.name === 'precomputed' ? rows : undefined,
    terms,
    bias,
    out,
  };
  const workers = Math.max(1, Math.min(threads, Math.ceil(X.rows / 256)));
  await runJob({
    module: ownModule('classical/svm/machine/decision-job'),
    args,
    threads: workers,
    doing: 'Prediction',
  });
  return out;
}

function fewDecisions({ kernel, vectors, rows, terms, bias }: KernelSums, X: Matrix, out: Float64Array): void {
  const { cols } = X;
  const { starts, places, coefficients } = terms;
  const count = starts.length - 1;
  const { factor, gamma } = kernelScale(kernel);
  const given = kernel.name === 'precomputed';
  const own = new Float32Array(cols);
  const scaled = new Float32Array(given ? 0 : vectors.length);
  for (let s = 0; s < scaled.length; s += cols) scaleRow(vectors, s, cols, factor, scaled, s, 1);
  for (let i = 0; i < X.rows; i++) {
    const at = i * bias.length;
    if (!given) scaleRow(X.data, i * cols, cols, factor, own, 0, 1);
    for (let s = 0; s < count; s++) {
      const value = given
        ? X.data[i * cols + (rows?.[s] ?? 0)]
        : kernelValue(kernel, gamma, own, 0, scaled, s * cols, cols);
      for (let t = starts[s]; t < starts[s + 1]; t++) out[at + places[t]] += coefficients[t] * value;
    }
    for (let p = 0; p < bias.length; p++) out[at + p] += bias[p];
  }
}
