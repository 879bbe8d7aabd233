/** What boosted and linear models do with raw scores, as ONNX nodes on double tensors (n, outputs). */
import type { OnnxGraph } from './graph.js';

/** 1 / (1 + exp(-steepness * score)). */
export function logistic(graph: OnnxGraph, scores: string, steepness = 1): string {
  const scaled = steepness === 1 ? scores : graph.node('Mul', [scores, graph.scalar('double', steepness)]);
  return graph.node('Sigmoid', [scaled]);
}

/** (n, 1) probabilities of the second class to (n, 2). */
export function bothClasses(graph: OnnxGraph, second: string): string {
  const first = graph.node('Sub', [graph.scalar('double', 1), second]);
  return graph.node('Concat', [first, second], { axis: { int: 1 } });
}

export function softmax(graph: OnnxGraph, scores: string): string {
  return graph.node('Softmax', [scores], { axis: { int: 1 } });
}

/** Each row divided by its sum; rows that sum to 0 become equal shares. */
export function shares(graph: OnnxGraph, values: string, classes: number): string {
  const sum = graph.node('ReduceSum', [values, graph.vector('int64', [1])], { keepdims: { int: 1 } });
  const zero = graph.scalar('double', 0);
  return graph.node('Where', [
    graph.node('Greater', [sum, zero]),
    graph.node('Div', [values, sum]),
    graph.scalar('double', 1 / classes),
  ]);
}

/** Some columns of (n, columns), in the order given. */
export function columns(graph: OnnxGraph, values: string, order: readonly number[]): string {
  return graph.node('Gather', [values, graph.vector('int64', order)], { axis: { int: 1 } });
}
