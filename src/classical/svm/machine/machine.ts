/** A trained support vector machine in libsvm's arrangement, and what can be read off it. */
import { Matrix } from '../../../core/matrix.js';
import type { KernelFunction } from '../kernel.js';
import { couplePairs } from '../probability/coupling.js';
import { type Sigmoid, sigmoidOf } from '../probability/platt.js';
import { type Terms, termsFrom } from './terms.js';

export type MachineType = 'c_svc' | 'nu_svc' | 'epsilon_svr' | 'nu_svr';

export interface Machine {
  readonly type: MachineType;
  readonly kernel: KernelFunction;
  /** Columns of X; of a kernel matrix, the training rows. */
  readonly features: number;
  /** Support vectors of each class, which lie class by class; one count for regression. */
  readonly counts: readonly number[];
  /** (support vectors,) row of the training data, where it is known; for precomputed kernels always. */
  readonly rows?: Uint32Array;
  /** (support vectors, features), row-major; empty for precomputed kernels. */
  readonly vectors: Float32Array;
  /**
   * (classes - 1, support vectors), row-major: a vector of class c has its coefficient against class d in row d, or d - 1 for d > c.
   * One row for regression.
   */
  readonly coefficients: Float64Array;
  /** (pairs,) added to the sums; pairs are (0,1), (0,2), ..., (1,2), ...; positive decision values speak for the first class. */
  readonly bias: Float64Array;
  /** (pairs,) of the first class of each pair. */
  readonly sigmoids?: readonly Sigmoid[];
}

export const isRegression = ({ type }: Pick<Machine, 'type'>): boolean => type === 'epsilon_svr' || type === 'nu_svr';

export const vectorCount = ({ counts }: Pick<Machine, 'counts'>): number => counts.reduce((sum, n) => sum + n, 0);

export const pairCount = (classes: number): number => (classes * (classes - 1)) / 2;

const known = new WeakMap<Machine, Terms>();

/** The terms of every support vector, one decision value a pair. Made once for each machine. */
export function termsOf(machine: Machine): Terms {
  let terms = known.get(machine);
  if (!terms) known.set(machine, (terms = makeTerms(machine)));
  return terms;
}

function makeTerms(machine: Machine): Terms {
  const { counts, coefficients, bias } = machine;
  const total = vectorCount(machine);
  if (isRegression(machine)) return termsFrom(total, 1, (s) => coefficients[s]);
  const k = counts.length;
  const classOf = new Uint16Array(total);
  for (let c = 0, s = 0; c < k; s += counts[c++]) classOf.fill(c, s, s + counts[c]);
  const pairs: (readonly [number, number])[] = [];
  for (let i = 0; i < k; i++) for (let j = i + 1; j < k; j++) pairs.push([i, j]);
  return termsFrom(total, bias.length, (s, p) => {
    const [first, second] = pairs[p];
    const own = classOf[s];
    if (own !== first && own !== second) return 0;
    return coefficients[(own === first ? second - 1 : first) * total + s];
  });
}

/** (n, classes) from (n, pairs) decision values: calibrated probabilities, or 1 for the class with most votes where there are none. */
export function probabilitiesOf(
  machine: Machine,
  decisions: Float64Array,
  from: number,
  to: number,
  out: Matrix,
): void {
  const k = machine.counts.length;
  const pairs = pairCount(k);
  const ofPairs = new Float64Array(pairs);
  const { sigmoids } = machine;
  for (let i = from; i < to; i++) {
    if (!sigmoids) {
      out.data[i * k + mostVotes(decisions, i * pairs, k)] = 1;
      continue;
    }
    for (let p = 0; p < pairs; p++) ofPairs[p] = sigmoidOf(sigmoids[p], decisions[i * pairs + p]);
    if (k > 2) couplePairs(ofPairs, k, out.data, i * k);
    else {
      out.data[2 * i] = ofPairs[0];
      out.data[2 * i + 1] = sigmoidOf({ a: -sigmoids[0].a, b: -sigmoids[0].b }, decisions[i]);
    }
  }
}

/** The class that wins most pairs, the lowest on ties; a decision value of 0 goes to the second of its pair, as in libsvm. */
export function mostVotes(decisions: Float64Array, at: number, k: number): number {
  const votes = new Uint16Array(k);
  for (let i = 0, p = at; i < k; i++) for (let j = i + 1; j < k; j++, p++) votes[decisions[p] > 0 ? i : j]++;
  return votes.indexOf(Math.max(...votes));
}

/**
 * scikit-learn's `decision_function`. Two classes: (n, 1), positive for the second. `'ovo'`: (n, pairs), positive for the first of the
 * pair. `'ovr'`: (n, classes), votes plus the summed confidences squeezed into (-1/3, 1/3).
 */
export function decisionTable(decisions: Float64Array, k: number, shape: 'ovr' | 'ovo'): Matrix {
  const pairs = pairCount(k);
  const n = decisions.length / pairs;
  if (k === 2)
    return Matrix.wrap(
      Float32Array.from(decisions, (value) => -value),
      1,
    );
  if (shape === 'ovo') return Matrix.wrap(Float32Array.from(decisions), pairs);
  const out = Matrix.zeros(n, k);
  const confidence = new Float64Array(k);
  const votes = new Float64Array(k);
  for (let row = 0, p = 0; row < n; row++) {
    confidence.fill(0);
    votes.fill(0);
    for (let i = 0; i < k; i++) {
      for (let j = i + 1; j < k; j++, p++) {
        confidence[i] += decisions[p];
        confidence[j] -= decisions[p];
        votes[decisions[p] < 0 ? j : i]++;
      }
    }
    for (let c = 0; c < k; c++) {
      out.data[row * k + c] = votes[c] + confidence[c] / (3 * (Math.abs(confidence[c]) + 1));
    }
  }
  return out;
}
