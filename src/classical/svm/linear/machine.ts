/** Machines with one linear function an output, of the columns, of kernels with a few rows or of waves. */
import { Matrix } from '../../../core/matrix.js';
import { Turns } from '../../../core/turns.js';
import { dotRow } from '../../dot.js';
import type { KernelFunction } from '../kernel.js';
import { kernelSums } from '../machine/decisions.js';
import { termsFrom } from '../machine/terms.js';
import { type Sigmoid, sigmoidOf } from '../probability/platt.js';
import { waveDecisions } from './wave-decisions.js';
import type { Waves } from './waves.js';

export interface LinearMachine {
  readonly type: 'linear';
  readonly task: 'classification' | 'regression';
  /** Two classes have one output, positive for the second; more have one each. */
  readonly classes: number;
  readonly features: number;
  /** Rows that kernels are taken with, (vectors, features); without them the columns themselves are weighted. */
  readonly basis?: { readonly kernel: KernelFunction; readonly vectors: Float32Array };
  /** Random Fourier features, whose cosines and sines are weighted. */
  readonly waves?: Waves;
  /** (outputs, features, vectors, or twice the frequencies) */
  readonly weights: Float64Array;
  readonly bias: Float64Array;
  /** Of each output being positive. */
  readonly sigmoids?: readonly Sigmoid[];
}

/** Multiply-adds at a stretch, about a millisecond. */
const STRETCH = 1 << 20;

/** (n * outputs,) row by row; the same bits for a row alone and among others. */
export async function linearDecisions(machine: LinearMachine, X: Matrix, threads: number): Promise<Float64Array> {
  const { basis, waves, weights, bias, features } = machine;
  const outputs = bias.length;
  if (waves) return waveDecisions({ waves, weights, bias }, X, threads);
  if (basis) {
    const width = weights.length / outputs;
    const terms = termsFrom(width, outputs, (s, o) => weights[o * width + s]);
    return kernelSums({ ...basis, terms, bias }, X, threads);
  }
  const out = new Float64Array(X.rows * outputs);
  const turns = new Turns();
  const block = Math.max(1, Math.floor(STRETCH / (outputs * (features + 4))));
  for (let from = 0; from < X.rows; from += block) {
    for (let i = from; i < Math.min(X.rows, from + block); i++) {
      for (let o = 0; o < outputs; o++)
        out[i * outputs + o] = bias[o] + dotRow(X.data, i * features, weights, o * features, features);
    }
    await turns.pause();
  }
  return out;
}

/** (n, classes): sigmoids, made to sum to 1 over more than two classes; without them 1 for the class with the largest value. */
export async function linearProbabilities(machine: LinearMachine, decisions: Float64Array): Promise<Matrix> {
  const { classes, sigmoids } = machine;
  const outputs = machine.bias.length;
  const n = decisions.length / outputs;
  const out = Matrix.zeros(n, classes);
  const turns = new Turns();
  const own = new Float64Array(classes);
  for (let i = 0; i < n; i++) {
    if ((i & 511) === 0) await turns.pause();
    const at = i * outputs;
    if (outputs === 1) {
      const [first, second] = pairOf(decisions[at], sigmoids?.[0]);
      out.data[2 * i] = first;
      out.data[2 * i + 1] = second;
      continue;
    }
    let sum = 0;
    let best = 0;
    for (let c = 0; c < classes; c++) {
      if (decisions[at + c] > decisions[at + best]) best = c;
      if (sigmoids) sum += own[c] = sigmoidOf(sigmoids[c], decisions[at + c]);
    }
    for (let c = 0; c < classes; c++) {
      out.data[i * classes + c] = sigmoids ? (sum > 0 ? own[c] / sum : 1 / classes) : Number(c === best);
    }
  }
  return out;
}

function pairOf(decision: number, sigmoid: Sigmoid | undefined): [number, number] {
  if (!sigmoid) return decision > 0 ? [0, 1] : [1, 0];
  return [sigmoidOf({ a: -sigmoid.a, b: -sigmoid.b }, decision), sigmoidOf(sigmoid, decision)];
}
