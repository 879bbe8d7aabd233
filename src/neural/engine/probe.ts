/** The smallest graph, to see whether a device works. */
import { encodeOnnx } from '../../model/onnx/encode.js';
import { OnnxGraph } from '../../model/onnx/graph.js';

export function probe(): Uint8Array {
  const graph = new OnnxGraph();
  graph.node('Identity', ['x'], {}, 'y');
  const value = { type: 'float', dims: [1] } as const;
  return encodeOnnx({
    graph,
    name: 'probe',
    inputs: [{ name: 'x', ...value }],
    outputs: [{ name: 'y', ...value }],
    metadata: {},
  });
}
