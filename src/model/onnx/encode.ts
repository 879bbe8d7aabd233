/** An `OnnxGraph` as the bytes of an ONNX file. Field numbers: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto */
import { LIBRARY_VERSION } from '../../core/version.js';
import {
  ELEMENT_TYPES,
  ML_DOMAIN,
  type OnnxAttribute,
  type OnnxGraph,
  type OnnxNode,
  type OnnxTensor,
  type OnnxValue,
  RUNTIME_DOMAIN,
} from './graph.js';
import { ProtoWriter } from './protobuf.js';

/** AttributeProto.AttributeType. */
const ATTRIBUTE_TYPES = { float: 1, int: 2, string: 3, tensor: 4, floats: 6, ints: 7, strings: 8 } as const;

/** Versions of the file (IR) and of the standard operators by version of `ai.onnx.ml`: the oldest that go together. */
const VERSIONS = { 3: { ir: 8, operators: 17 }, 5: { ir: 10, operators: 21 } } as const;

export interface OnnxModel {
  graph: Pick<OnnxGraph, 'nodes' | 'constants' | 'mlVersion'>;
  name: string;
  inputs: readonly OnnxValue[];
  outputs: readonly OnnxValue[];
  /** Free text under a name, `metadata_props`. */
  metadata: Readonly<Record<string, string>>;
}

/** The whole file. The same model gives the same bytes. */
export function encodeOnnx(model: OnnxModel): Uint8Array {
  const { mlVersion } = model.graph;
  const file = new ProtoWriter();
  file.int(1, VERSIONS[mlVersion].ir);
  file.string(2, 'holdfast');
  file.string(3, LIBRARY_VERSION);
  file.message(7, (graph) => writeGraph(graph, model));
  writeOperatorSet(file, '', VERSIONS[mlVersion].operators);
  if (model.graph.nodes.some((node) => node.domain === ML_DOMAIN)) writeOperatorSet(file, ML_DOMAIN, mlVersion);
  if (model.graph.nodes.some((node) => node.domain === RUNTIME_DOMAIN)) writeOperatorSet(file, RUNTIME_DOMAIN, 1);
  for (const [key, value] of Object.entries(model.metadata)) {
    file.message(14, (entry) => {
      entry.string(1, key);
      entry.string(2, value);
    });
  }
  return file.finish();
}

function writeOperatorSet(file: ProtoWriter, domain: string, version: number): void {
  file.message(8, (set) => {
    set.string(1, domain);
    set.int(2, version);
  });
}

function writeGraph(writer: ProtoWriter, { graph, name, inputs, outputs }: OnnxModel): void {
  for (const node of graph.nodes) writer.message(1, (inner) => writeNode(inner, node));
  writer.string(2, name);
  for (const { name, tensor } of graph.constants) writer.message(5, (inner) => writeTensor(inner, tensor, name));
  for (const value of inputs) writer.message(11, (inner) => writeValue(inner, value));
  for (const value of outputs) writer.message(12, (inner) => writeValue(inner, value));
}

function writeNode(writer: ProtoWriter, node: OnnxNode): void {
  writer.strings(1, node.inputs);
  writer.string(2, node.output);
  if (node.otherOutputs) writer.strings(2, node.otherOutputs);
  writer.string(3, node.output);
  writer.string(4, node.op);
  for (const [name, attribute] of Object.entries(node.attributes)) {
    writer.message(5, (inner) => writeAttribute(inner, name, attribute));
  }
  if (node.domain !== '') writer.string(7, node.domain);
}

function writeAttribute(writer: ProtoWriter, name: string, attribute: OnnxAttribute): void {
  writer.string(1, name);
  const type = (kind: keyof typeof ATTRIBUTE_TYPES) => writer.int(20, ATTRIBUTE_TYPES[kind]);
  if ('int' in attribute) {
    writer.int(3, attribute.int);
    type('int');
  } else if ('float' in attribute) {
    writer.float(2, attribute.float);
    type('float');
  } else if ('string' in attribute) {
    writer.string(4, attribute.string);
    type('string');
  } else if ('tensor' in attribute) {
    writer.message(5, (inner) => writeTensor(inner, attribute.tensor));
    type('tensor');
  } else if ('floats' in attribute) {
    writer.floats(7, attribute.floats);
    type('floats');
  } else if ('ints' in attribute) {
    writer.ints(8, attribute.ints);
    type('ints');
  } else {
    writer.strings(9, attribute.strings);
    type('strings');
  }
}

function writeTensor(writer: ProtoWriter, tensor: OnnxTensor, name?: string): void {
  writer.ints(1, tensor.dims);
  writer.int(2, ELEMENT_TYPES[tensor.type]);
  if (name !== undefined) writer.string(8, name);
  writer.bytes(9, rawData(tensor));
}

/** Little-endian values, as the format asks for on every processor. */
function rawData({ type, values }: OnnxTensor): Uint8Array {
  const size = type === 'uint8' ? 1 : type === 'float' ? 4 : 8;
  const view = new DataView(new ArrayBuffer(values.length * size));
  for (let i = 0; i < values.length; i++) {
    if (type === 'uint8') view.setUint8(i, Number(values[i]));
    else if (type === 'float') view.setFloat32(i * 4, Number(values[i]), true);
    else if (type === 'double') view.setFloat64(i * 8, Number(values[i]), true);
    else view.setBigInt64(i * 8, BigInt(values[i]), true);
  }
  return new Uint8Array(view.buffer);
}

function writeValue(writer: ProtoWriter, { name, type, dims }: OnnxValue): void {
  writer.string(1, name);
  writer.message(2, (valueType) => {
    valueType.message(1, (tensorType) => {
      tensorType.int(1, ELEMENT_TYPES[type]);
      tensorType.message(2, (shape) => {
        for (const dim of dims) {
          shape.message(1, (inner) => {
            if (typeof dim === 'number') inner.int(1, dim);
            else inner.string(2, dim);
          });
        }
      });
    });
  });
}
