/** A support vector machine as an ONNX graph, in double: kernels by matrix products, decision values, then sigmoids and coupling, or votes. */
import { noOnnxForm, type OnnxBody } from '../../../model/onnx/export.js';
import type { OnnxGraph } from '../../../model/onnx/graph.js';
import { bothClasses } from '../../../model/onnx/links.js';
import type { KernelFunction } from '../kernel.js';
import { LEAST_PAIR } from '../probability/coupling.js';
import type { Sigmoid } from '../probability/platt.js';
import { isRegression, type Machine, termsOf, vectorCount } from './machine.js';

/** The coupling of k classes takes k steps on k x (k + 1) values a row. */
const MOST_COUPLED = 100;

export function machineOnnx(machine: Machine): OnnxBody {
  const k = machine.counts.length;
  if (!isRegression(machine) && machine.sigmoids && k > MOST_COUPLED) {
    throw noOnnxForm(
      'svm',
      `coupling the probabilities of ${k} classes would make a graph of ${6 * k} nodes`,
      'Train with probability: false, whose labels by votes can be exported.',
    );
  }
  return (graph, X) => {
    const decisions = decisionNodes(graph, machine, graph.cast(X, 'double'));
    if (isRegression(machine)) return decisions;
    if (!machine.sigmoids) return votes(graph, decisions, k);
    if (k === 2) {
      const [{ a, b }] = machine.sigmoids;
      return bothClasses(graph, sigmoids(graph, decisions, [{ a: -a, b: -b }]));
    }
    return couple(graph, sigmoids(graph, decisions, machine.sigmoids), k);
  };
}

/** (n, pairs) decision values. */
function decisionNodes(graph: OnnxGraph, machine: Machine, X: string): string {
  const pairs = machine.bias.length;
  const total = vectorCount(machine);
  const table = new Float64Array(total * pairs);
  const { starts, places, coefficients } = termsOf(machine);
  for (let s = 0; s < total; s++) {
    for (let t = starts[s]; t < starts[s + 1]; t++) table[s * pairs + places[t]] = coefficients[t];
  }
  const bias = graph.vector('double', machine.bias);
  if (total === 0) {
    const zero = graph.node('MatMul', [
      X,
      graph.constant({
        type: 'double',
        dims: [machine.features, pairs],
        values: new Float64Array(machine.features * pairs),
      }),
    ]);
    return graph.node('Add', [zero, bias]);
  }
  const weights = graph.constant({ type: 'double', dims: [total, pairs], values: table });
  return graph.node('Add', [graph.node('MatMul', [kernelNodes(graph, machine, X, total), weights]), bias]);
}

/** (n, vectors) kernel values. */
export function kernelNodes(
  graph: OnnxGraph,
  { kernel, vectors, rows, features }: Pick<Machine, 'kernel' | 'vectors' | 'rows' | 'features'>,
  X: string,
  total: number,
): string {
  if (kernel.name === 'precomputed') {
    return graph.node('Gather', [X, graph.vector('int64', rows ?? [])], { axis: { int: 1 } });
  }
  const transposed = new Float64Array(features * total);
  for (let s = 0; s < total; s++) {
    for (let j = 0; j < features; j++) transposed[j * total + s] = vectors[s * features + j];
  }
  const table = graph.constant({ type: 'double', dims: [features, total], values: transposed });
  const products = graph.node('MatMul', [X, table]);
  if (kernel.name === 'rbf') return radial(graph, kernel, X, products, transposed, total);
  if (kernel.name === 'linear') return products;
  const scaled = graph.node('Mul', [products, graph.scalar('double', kernel.gamma)]);
  const shifted = graph.node('Add', [scaled, graph.scalar('double', kernel.coef0)]);
  if (kernel.name === 'sigmoid') return graph.node('Tanh', [shifted]);
  return graph.node('Pow', [shifted, graph.scalar('double', kernel.degree)]);
}

/** exp(-gamma (|x|^2 - 2 x.s + |s|^2)); the distance is not let below 0. */
function radial(
  graph: OnnxGraph,
  { gamma }: KernelFunction,
  X: string,
  products: string,
  transposed: Float64Array,
  total: number,
): string {
  const squares = new Float64Array(total);
  transposed.forEach((value, p) => {
    squares[p % total] += value * value;
  });
  const own = graph.node('ReduceSum', [graph.node('Mul', [X, X]), graph.vector('int64', [1])], {
    keepdims: { int: 1 },
  });
  const doubled = graph.node('Mul', [products, graph.scalar('double', 2)]);
  const sums = graph.node('Add', [own, graph.vector('double', squares)]);
  const distances = graph.node('Max', [graph.node('Sub', [sums, doubled]), graph.scalar('double', 0)]);
  return graph.node('Exp', [graph.node('Mul', [distances, graph.scalar('double', -gamma)])]);
}

/** (n, pairs) 1 / (1 + exp(a f + b)). */
export function sigmoids(graph: OnnxGraph, decisions: string, parameters: readonly Sigmoid[]): string {
  const factors = graph.vector(
    'double',
    parameters.map(({ a }) => -a),
  );
  const shifts = graph.vector(
    'double',
    parameters.map(({ b }) => -b),
  );
  return graph.node('Sigmoid', [graph.node('Add', [graph.node('Mul', [decisions, factors]), shifts])]);
}

/** (n, classes): 1 for the class with most votes, the first of several. */
function votes(graph: OnnxGraph, decisions: string, k: number): string {
  const pairs = (k * (k - 1)) / 2;
  // A pair's vote goes to its first class where the decision value is positive, else to the second.
  const table = new Float64Array(pairs * k);
  const seconds = new Float64Array(k);
  for (let i = 0, p = 0; i < k; i++) {
    for (let j = i + 1; j < k; j++, p++) {
      table[p * k + i] = 1;
      table[p * k + j] = -1;
      seconds[j]++;
    }
  }
  const won = graph.cast(graph.node('Greater', [decisions, graph.scalar('double', 0)]), 'double');
  const constant = graph.constant({ type: 'double', dims: [pairs, k], values: table });
  const counts = graph.node('Add', [graph.node('MatMul', [won, constant]), graph.vector('double', seconds)]);
  const best = graph.node('ArgMax', [counts], { axis: { int: 1 }, keepdims: { int: 1 } });
  const classes = graph.vector(
    'int64',
    Array.from({ length: k }, (_, c) => c),
  );
  return graph.cast(graph.node('Equal', [best, classes]), 'double');
}

/** (n, classes) from (n, pairs): the elimination of `couplePairs`, on all rows at once. */
function couple(graph: OnnxGraph, ofPairs: string, k: number): string {
  const double = (value: number) => graph.scalar('double', value);
  const least = graph.node('Max', [ofPairs, double(LEAST_PAIR)]);
  const r = graph.node('Min', [least, double(1 - LEAST_PAIR)]);
  const opposite = graph.node('Sub', [double(1), r]);
  // Columns of both are 0 .. 2 pairs - 1; entry (i, j) of the system is a product of two of them, on the diagonal a sum of squares.
  const both = graph.node('Concat', [r, opposite], { axis: { int: 1 } });
  const pairs = (k * (k - 1)) / 2;
  const pairAt = (i: number, j: number) => i * k - (i * (i + 1)) / 2 + (j - i - 1);
  /** Column of r_ij. */
  const at = (i: number, j: number) => (i < j ? pairAt(i, j) : pairs + pairAt(j, i));
  const left: number[] = [];
  const right: number[] = [];
  for (let i = 0; i < k; i++) {
    for (let j = 0; j < k; j++) {
      left.push(i === j ? 0 : at(j, i));
      right.push(i === j ? 0 : at(i, j));
    }
  }
  const gather = (columns: readonly number[]) =>
    graph.node('Gather', [both, graph.vector('int64', columns)], { axis: { int: 1 } });
  const products = graph.node('Mul', [gather(left), gather(right)]);
  const diagonal = new Float64Array(2 * pairs * k * k);
  const others = new Float64Array(k * k);
  for (let i = 0; i < k; i++) {
    for (let j = 0; j < k; j++) {
      if (i === j) continue;
      diagonal[at(j, i) * k * k + i * k + i] = 1;
      others[i * k + j] = -1;
    }
  }
  const squares = graph.node('MatMul', [
    graph.node('Mul', [both, both]),
    graph.constant({ type: 'double', dims: [2 * pairs, k * k], values: diagonal }),
  ]);
  const q = graph.node('Add', [squares, graph.node('Mul', [products, graph.vector('double', others)])]);
  const system = graph.node('Reshape', [graph.node('Add', [q, double(1)]), graph.vector('int64', [-1, k, k])]);
  // A column of ones at the right.
  const padding = graph.vector('int64', [0, 0, 0, 0, 0, 1]);
  let augmented = graph.node('Pad', [system, padding, double(1)], { mode: { string: 'constant' } });
  for (let i = 0; i < k; i++) {
    const index = graph.vector('int64', [i]);
    const row = graph.node('Gather', [augmented, index], { axis: { int: 1 } });
    const column = graph.node('Gather', [augmented, index], { axis: { int: 2 } });
    const pivot = graph.node('Gather', [row, index], { axis: { int: 2 } });
    const mask = graph.constant({
      type: 'double',
      dims: [k, 1],
      values: Float64Array.from({ length: k }, (_, j) => (j === i ? 0 : 1)),
    });
    const factors = graph.node('Mul', [graph.node('Div', [column, pivot]), mask]);
    augmented = graph.node('Sub', [augmented, graph.node('Mul', [factors, row])]);
  }
  const flat = graph.node('Reshape', [augmented, graph.vector('int64', [-1, k * (k + 1)])]);
  const places = Array.from({ length: k }, (_, i) => i * (k + 1));
  const picked = (offset: (i: number) => number) =>
    graph.node(
      'Gather',
      [
        flat,
        graph.vector(
          'int64',
          places.map((start, i) => start + offset(i)),
        ),
      ],
      { axis: { int: 1 } },
    );
  const solution = graph.node('Max', [graph.node('Div', [picked(() => k), picked((i) => i)]), double(0)]);
  const sum = graph.node('ReduceSum', [solution, graph.vector('int64', [1])], { keepdims: { int: 1 } });
  return graph.node('Div', [solution, sum]);
}
