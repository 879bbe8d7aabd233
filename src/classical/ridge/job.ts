/** Ridge regression inside the worker pool: by the columns' Gram matrix, or by the rows' where there are fewer rows than columns. */
import type { JobContext } from '../../kernels/job.js';
import { cholesky, solveCholesky } from '../logistic/preconditioner.js';
import { symmetricEigen } from './eigen.js';
import type { RidgeJobArgs, RidgeJobResult } from './job-args.js';
import { RidgePasses } from './passes.js';
import { solveByRows } from './rows-solver.js';
import { solveByRowsTogether } from './rows-together.js';
import { interceptOf, regularise } from './spectrum.js';

/** Pivots below this share of the diagonal mean that columns are combinations of others. */
const SINGULAR = 1e-13;

export function run(context: JobContext<RidgeJobArgs>): RidgeJobResult | undefined {
  const { args, thread } = context;
  if (args.weights.length < args.cols) {
    // Only the eigenvalues say which directions an alpha of 0 leaves out.
    if (args.alphas.includes(0)) return thread === 0 ? solveByRows(context) : undefined;
    return solveByRowsTogether(context);
  }
  const leavesOut = args.alphas.length > 1 || args.heldOut.length > 0;
  const passes = new RidgePasses(context, leavesOut);
  if (thread !== 0) {
    passes.serve();
    return undefined;
  }
  const result = solveByColumns(context, passes, leavesOut);
  passes.stop();
  return result;
}

function solveByColumns(context: JobContext<RidgeJobArgs>, passes: RidgePasses, leavesOut: boolean): RidgeJobResult {
  const { cols, outputs, alphas, totalWeight, heldOut } = context.args;
  const means = passes.means();
  context.report({ phase: 'fit', step: 1, total: 3 });
  const { gram, cross } = passes.products();
  context.report({ phase: 'fit', step: 2, total: 3 });
  const deviation = Float64Array.from({ length: cols }, (_, j) => {
    const square = gram[j * cols + j] / totalWeight;
    return Math.sqrt(Math.max(0, square));
  });
  let best = 0;
  let errors = new Float64Array(0);
  let weights: Float64Array | undefined;
  let singular = false;
  const [alpha] = alphas;
  if (!leavesOut) weights = byCholesky(gram, cross, cols, outputs, alpha);
  if (!weights) {
    const { values, vectors } = symmetricEigen(gram, cols, () => context.check());
    const spectrum = spectrumOf(values, vectors, cross, outputs);
    singular = regularise(spectrum.subarray(0, cols), alphas);
    if (leavesOut) {
      if (alphas.length > 1) {
        errors = passes.leaveOneOut(vectors, spectrum).map((sum) => sum / (totalWeight * outputs));
        best = errors.reduce((at, error, a) => (error < errors[at] ? a : at), 0);
      }
      if (heldOut.length > 0) passes.leaveOneOut(vectors, spectrum, best);
    }
    weights = fromSpectrum(spectrum, vectors, cols, outputs, alphas[best]);
  }
  context.report({ phase: 'fit', step: 3, total: 3 });
  return { weights, intercept: interceptOf(weights, means, cols, outputs), deviation, best, errors, singular };
}

/** (gram + alpha)^-1 cross; undefined when the sum is not safely positive definite. */
function byCholesky(
  gram: Float64Array,
  cross: Float64Array,
  cols: number,
  outputs: number,
  alpha: number,
): Float64Array | undefined {
  const diagonal = Float64Array.from({ length: cols }, (_, j) => gram[j * cols + j] + alpha);
  const L = cholesky(gram, 1, diagonal);
  if (!L) return undefined;
  for (let i = 0, row = 0; i < cols; row += ++i) if (!(L[row + i] ** 2 > SINGULAR * diagonal[i])) return undefined;
  const weights = cross.slice();
  for (let k = 0; k < outputs; k++) solveCholesky(L, cols, weights.subarray(k * cols, (k + 1) * cols));
  return weights;
}

/** The eigenvalues, then for each output the products of its cross sums with the vectors. */
function spectrumOf(values: Float64Array, vectors: Float64Array, cross: Float64Array, outputs: number): Float64Array {
  const n = values.length;
  const spectrum = new Float64Array((outputs + 1) * n);
  spectrum.set(values);
  for (let k = 0; k < outputs; k++) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let i = 0; i < n; i++) sum += vectors[j * n + i] * cross[k * n + i];
      spectrum[(k + 1) * n + j] = sum;
    }
  }
  return spectrum;
}

function fromSpectrum(
  spectrum: Float64Array,
  vectors: Float64Array,
  cols: number,
  outputs: number,
  alpha: number,
): Float64Array {
  const weights = new Float64Array(outputs * cols);
  for (let k = 0; k < outputs; k++) {
    for (let j = 0; j < cols; j++) {
      const factor = spectrum[(k + 1) * cols + j] / (spectrum[j] + alpha);
      for (let i = 0; i < cols; i++) weights[k * cols + i] += factor * vectors[j * cols + i];
    }
  }
  return weights;
}
