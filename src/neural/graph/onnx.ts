/** A graph as an ONNX file: only the nodes that its outputs need, parameters as one flat input or as constants. */
import { InvalidInputError } from '../../core/errors.js';
import { encodeOnnx } from '../../model/onnx/encode.js';
import type { OnnxNode, OnnxValue } from '../../model/onnx/graph.js';
import { OnnxGraph } from '../../model/onnx/graph.js';
import type { Graph, GraphNode, Value } from './graph.js';
import { BATCH, isDynamic, type Shape } from './shape.js';

/** The input that holds all parameters, where they are not constants of the file. */
export const PARAMETERS = 'parameters';

export interface OnnxFileOptions {
  name: string;
  /** Values to write into the file; left out, the file has an input `parameters` instead. */
  parameters?: Float32Array;
  metadata?: Readonly<Record<string, string>>;
  /** Adds nodes after those of the graph and says what the file's outputs are; the graph's own by default. */
  finish?: (graph: OnnxGraph) => OnnxValue[];
}

/** The same graph and parameters give the same bytes. */
export function encodeGraph(graph: Graph, { name, parameters, metadata = {}, finish }: OnnxFileOptions): Uint8Array {
  const onnx = new OnnxGraph();
  const nodes = neededNodes(graph);
  const used = new Set<Value>(nodes.flatMap(({ inputs }) => inputs.filter((input) => input !== undefined)));
  for (const { value } of graph.outputs) used.add(value);
  for (const { value, data } of graph.constants) {
    if (!used.has(value)) continue;
    const type = value.type === 'int64' ? 'int64' : value.type === 'uint8' ? 'uint8' : 'float';
    onnx.constants.push({ name: value.name, tensor: { type, dims: value.shape, values: data } });
  }
  if (parameters) addParameterConstants(graph, onnx, parameters, used);
  else addParameterInput(graph, onnx);
  for (const node of nodes) onnx.nodes.push(onnxNode(node));
  for (const { name, value } of graph.outputs) onnx.node('Identity', [value.name], {}, name);
  const inputs = graph.inputs.filter((input) => used.has(input)).map((input) => onnxValue(input.name, input));
  if (!parameters && graph.parameterCount > 0) {
    inputs.unshift({ name: PARAMETERS, type: 'float', dims: [graph.parameterCount] });
  }
  const outputs = finish?.(onnx) ?? graph.outputs.map(({ name, value }) => onnxValue(name, value));
  return encodeOnnx({ graph: onnx, name, inputs, outputs, metadata });
}

/** Nodes that some output depends on, in the order they were added, which is one in which they can run. */
function neededNodes(graph: Graph): GraphNode[] {
  const needed = new Set<Value>(graph.outputs.map(({ value }) => value));
  const kept: GraphNode[] = [];
  for (const node of graph.nodes.toReversed()) {
    if (!node.outputs.some((output) => needed.has(output))) continue;
    for (const input of node.inputs) if (input) needed.add(input);
    kept.push(node);
  }
  return kept.reverse();
}

function addParameterConstants(graph: Graph, onnx: OnnxGraph, flat: Float32Array, used: ReadonlySet<Value>): void {
  if (flat.length !== graph.parameterCount) {
    throw new InvalidInputError(`${flat.length} parameter values for a model with ${graph.parameterCount}`);
  }
  for (const { value, name, shape, size, offset } of graph.parameters) {
    if (!used.has(value)) continue;
    onnx.constants.push({ name, tensor: { type: 'float', dims: shape, values: flat.subarray(offset, offset + size) } });
  }
}

/** Splits the flat input into the parameters' shapes. */
function addParameterInput(graph: Graph, onnx: OnnxGraph): void {
  const { parameters } = graph;
  if (parameters.length === 0) return;
  const flat = (name: string) => `${name}_flat`;
  const [first, ...others] = parameters.map(({ name }) => flat(name));
  onnx.nodes.push({
    op: 'Split',
    domain: '',
    inputs: [
      PARAMETERS,
      onnx.vector(
        'int64',
        parameters.map(({ size }) => size),
      ),
    ],
    output: first,
    otherOutputs: others,
    attributes: { axis: { int: 0 } },
  });
  for (const { name, shape } of parameters) {
    onnx.node('Reshape', [flat(name), onnx.vector('int64', shape)], {}, name);
  }
}

function onnxNode({ op, domain, inputs, outputs, attributes }: GraphNode): OnnxNode {
  const [output, ...others] = outputs.map(({ name }) => name);
  return {
    op,
    domain,
    inputs: inputs.map((input) => input?.name ?? ''),
    output,
    ...(others.length > 0 ? { otherOutputs: others } : {}),
    attributes,
  };
}

function onnxValue(name: string, { type, shape }: Value): OnnxValue {
  return { name, type, dims: dimensions(shape) };
}

function dimensions(shape: Shape): (number | string)[] {
  return shape.map((dimension) => {
    if (!isDynamic(dimension)) return dimension;
    return dimension === BATCH ? 'batch' : `${dimension / BATCH}batch`;
  });
}
