/** A linear machine as an ONNX graph, in double. */
import type { OnnxBody } from '../../../model/onnx/export.js';
import { bothClasses, shares } from '../../../model/onnx/links.js';
import { kernelNodes, sigmoids } from '../machine/onnx.js';
import type { LinearMachine } from './machine.js';

export function linearOnnx(machine: LinearMachine): OnnxBody {
  const { basis, weights, bias, features, classes, task } = machine;
  const outputs = bias.length;
  const width = weights.length / outputs;
  return (graph, X) => {
    const rows = graph.cast(X, 'double');
    const inputs = basis ? kernelNodes(graph, { ...basis, features }, rows, width) : rows;
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
