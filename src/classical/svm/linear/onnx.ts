/** A linear machine as an ONNX graph, in double. */
import type { OnnxBody } from '../../../model/onnx/export.js';
import type { OnnxGraph } from '../../../model/onnx/graph.js';
import { bothClasses, shares } from '../../../model/onnx/links.js';
import { kernelScale } from '../kernel.js';
import { kernelNodes, sigmoids } from '../machine/onnx.js';
import type { LinearMachine } from './machine.js';
import { amplitudeOf, type Waves } from './waves.js';

export function linearOnnx(machine: LinearMachine): OnnxBody {
  const { weights, bias, classes, task } = machine;
  const outputs = bias.length;
  const width = weights.length / outputs;
  return (graph, X) => {
    const rows = graph.cast(X, 'double');
    const inputs = inputNodes(graph, machine, rows, width);
    const table = new Float64Array(weights.length);
    for (let o = 0; o < outputs; o++) {
      for (let s = 0; s < width; s++) table[s * outputs + o] = weights[o * width + s];
    }
    const constant = graph.constant({ type: 'double', dims: [width, outputs], values: table });
    const decisions = graph.node('Add', [graph.node('MatMul', [inputs, constant]), graph.vector('double', bias)]);
    if (task === 'regression') return decisions;
    if (machine.sigmoids) {
      const own = sigmoids(graph, decisions, machine.sigmoids);
      return outputs === 1 ? bothClasses(graph, own) : shares(graph, own, classes);
    }
    if (outputs === 1) {
      return bothClasses(graph, graph.cast(graph.node('Greater', [decisions, graph.scalar('double', 0)]), 'double'));
    }
    const best = graph.node('ArgMax', [decisions], { axis: { int: 1 }, keepdims: { int: 1 } });
    const labels = Array.from({ length: classes }, (_, c) => c);
    return graph.cast(graph.node('Equal', [best, graph.vector('int64', labels)]), 'double');
  };
}

/** (n, width) what the functions weight. */
function inputNodes(graph: OnnxGraph, { basis, waves, features }: LinearMachine, X: string, width: number): string {
  if (basis) return kernelNodes(graph, { ...basis, features }, X, width);
  return waves ? waveNodes(graph, waves, features, X) : X;
}

/** (n, 2 * frequencies) cosine, sine, cosine, sine, ...; a cosine is the sine a quarter turn on. */
function waveNodes(graph: OnnxGraph, { kernel, frequencies }: Waves, features: number, X: string): string {
  const pairs = frequencies.length / features;
  const { factor } = kernelScale(kernel);
  const values = new Float64Array(features * 2 * pairs);
  const turns = new Float64Array(2 * pairs);
  for (let p = 0; p < pairs; p++) {
    turns[2 * p] = Math.PI / 2;
    for (let j = 0; j < features; j++) {
      const value = factor * frequencies[p * features + j];
      values[j * 2 * pairs + 2 * p] = value;
      values[j * 2 * pairs + 2 * p + 1] = value;
    }
  }
  const table = graph.constant({ type: 'double', dims: [features, 2 * pairs], values });
  const phases = graph.node('Add', [graph.node('MatMul', [X, table]), graph.vector('double', turns)]);
  return graph.node('Mul', [graph.node('Sin', [phases]), graph.scalar('double', amplitudeOf(pairs))]);
}
