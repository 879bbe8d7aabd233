/** Machines with one linear function an output, of the columns, of kernels with a few rows or of waves, and their JSON form that reads back exactly. */
import { ModelFormatError } from '../../../core/errors.js';
import { Matrix } from '../../../core/matrix.js';
import { Turns } from '../../../core/turns.js';
import type { KernelFunction } from '../kernel.js';
import { kernelSums } from '../machine/decisions.js';
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
    const terms = Array.from({ length: width }, (_, s) =>
      Array.from(bias, (_b, o) => ({ pair: o, coefficient: weights[o * width + s] })),
    );
    return kernelSums({ ...basis, terms, bias }, X, threads);
  }
  const out = new Float64Array(X.rows * outputs);
  const turns = new Turns();
  const block = Math.max(1, Math.floor(STRETCH / (outputs * (features + 4))));
  for (let from = 0; from < X.rows; from += block) {
    for (let i = from; i < Math.min(X.rows, from + block); i++) {
      for (let o = 0; o < outputs; o++)
        out[i * outputs + o] = bias[o] + dot(X.data, i * features, weights, o * features, features);
    }
    await turns.pause();
  }
  return out;
}

/** Two sums, over even and odd columns. */
function dot(x: Float32Array, p: number, w: Float64Array, q: number, n: number): number {
  let a = 0;
  let b = 0;
  let j = 0;
  for (; j + 1 < n; j += 2) {
    a += x[p + j] * w[q + j];
    b += x[p + j + 1] * w[q + j + 1];
  }
  if (j < n) a += x[p + j] * w[q + j];
  return a + b;
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

const FORMAT = 'holdfast-linear-svm';

/** JSON text; numbers in the shortest form that reads back as the same. */
export function linearToJson(machine: LinearMachine): string {
  const { basis, waves, weights, bias, sigmoids, task, classes, features } = machine;
  return `${JSON.stringify({
    format: FORMAT,
    version: 1,
    task,
    classes,
    features,
    ...(basis ? { kernel: { ...basis.kernel }, vectors: [...basis.vectors] } : {}),
    ...(waves ? { kernel: { ...waves.kernel }, frequencies: [...waves.frequencies] } : {}),
    weights: [...weights],
    bias: [...bias],
    ...(sigmoids ? { sigmoids: sigmoids.map(({ a, b }) => [a, b]) } : {}),
  })}\n`;
}

/** Reads what `linearToJson` wrote; anything else is a `ModelFormatError`. */
export function linearFromJson(text: string): LinearMachine {
  let body: Record<string, unknown>;
  try {
    body = JSON.parse(text) as Record<string, unknown>;
  } catch (cause) {
    throw damaged('is not JSON', cause);
  }
  if (body === null || typeof body !== 'object' || body.format !== FORMAT || body.version !== 1) {
    throw damaged('is not a linear machine of this version');
  }
  const { task } = body;
  if (task !== 'classification' && task !== 'regression') throw damaged("has no 'task'");
  const classes = count(body.classes, 'classes', task === 'regression' ? 0 : 2);
  const features = count(body.features, 'features', 1);
  const outputs = classes > 2 ? classes : 1;
  const { width, ...basis } = basisFrom(body, features);
  const sigmoids =
    body.sigmoids === undefined
      ? undefined
      : list(body.sigmoids, outputs, 'sigmoids').map((pair) => {
          const [a, b] = numbers(pair, 2, 'sigmoids');
          return { a, b };
        });
  return {
    type: 'linear',
    task,
    classes,
    features,
    ...basis,
    weights: Float64Array.from(numbers(body.weights, outputs * width, 'weights')),
    bias: Float64Array.from(numbers(body.bias, outputs, 'bias')),
    ...(sigmoids ? { sigmoids } : {}),
  };
}

/** What is weighted beside the columns themselves, and how many weights a function has. */
function basisFrom(
  { kernel, vectors, frequencies }: Record<string, unknown>,
  features: number,
): Pick<LinearMachine, 'basis' | 'waves'> & { width: number } {
  if (kernel === undefined) return { width: features };
  const name = frequencies === undefined ? 'vectors' : 'frequencies';
  const values = Float32Array.from(numbers(frequencies ?? vectors, undefined, name));
  const count = values.length / features;
  if (count === 0 || !Number.isInteger(count)) throw damaged(`has a wrong number of '${name}'`);
  if (!values.every(Number.isFinite)) throw damaged(`has a value beyond float32 in '${name}'`);
  const own = kernelFrom(kernel);
  if (name === 'vectors') return { basis: { kernel: own, vectors: values }, width: count };
  if (own.name !== 'rbf') throw damaged(`has frequencies of a kernel '${own.name}'`);
  return { waves: { kernel: own, frequencies: values }, width: 2 * count };
}

function kernelFrom(value: unknown): KernelFunction {
  const { name, gamma, coef0, degree } = (value ?? {}) as Record<string, unknown>;
  if (name !== 'rbf' && name !== 'poly' && name !== 'sigmoid') throw damaged("has an unknown 'kernel'");
  const [g, c, d] = numbers([gamma, coef0, degree], 3, 'kernel');
  if (g < 0 || !Number.isInteger(d) || d < 0 || d > 100) throw damaged("has a 'kernel' out of range");
  return { name, gamma: g, coef0: c, degree: d };
}

function count(value: unknown, name: string, least: number): number {
  if (!Number.isSafeInteger(value) || (value as number) < least || (value as number) > 2 ** 29) {
    throw damaged(`has '${name}' ${String(value)}`);
  }
  return value as number;
}

function list(value: unknown, length: number | undefined, name: string): unknown[] {
  if (!Array.isArray(value) || (length !== undefined && value.length !== length)) {
    throw damaged(`has no list of ${length ?? 'numbers'} in '${name}'`);
  }
  return value;
}

function numbers(value: unknown, length: number | undefined, name: string): number[] {
  const items = list(value, length, name);
  if (!items.every((item) => Number.isFinite(item)))
    throw damaged(`has something that is no finite number in '${name}'`);
  return items as number[];
}

function damaged(problem: string, cause?: unknown): ModelFormatError {
  return new ModelFormatError(`The file of a linear support vector machine ${problem}`, {
    hint: 'The file is damaged or was edited; restore it from a backup or train again.',
    cause,
  });
}
