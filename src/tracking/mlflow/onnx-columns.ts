/**
 * An ONNX classifier whose probabilities are one output a class. MLflow makes a column of each output of a model that was given a DataFrame,
 * and columns of one table have one length: (rows, classes) is none.
 */
import { ModelFormatError } from '../../core/errors.js';
import { encodeOnnx } from '../../model/onnx/encode.js';
import { OnnxGraph, type OnnxValue } from '../../model/onnx/graph.js';
import { ProtoWriter } from '../../model/onnx/protobuf.js';

/** Field numbers of ModelProto and GraphProto. */
const GRAPH = 7;
const OUTPUT = 12;
const NAME = 1;
const PROBABILITIES = 'probabilities';

/** Name of the column with the probabilities of a class. */
export const probabilityColumn = (label: number): string => `probability_${label}`;

/** `file` as `exportOnnx` wrote it; its output `probabilities` becomes `probability_<label>` (rows,) for each label. */
export function withClassColumns(file: Uint8Array, classes: readonly number[]): Uint8Array {
  const added = graphOf(encodeOnnx(columnsModel(classes)));
  const writer = new ProtoWriter();
  const parts: Uint8Array[] = [];
  for (const field of fieldsOf(file)) {
    if (field.number !== GRAPH) parts.push(file.subarray(field.start, field.end));
    else {
      const own = file.subarray(field.content, field.end);
      const kept = fieldsOf(own).filter((inner) => inner.number !== OUTPUT || nameOf(own, inner) !== PROBABILITIES);
      // Repeated fields of a message that comes in two parts are joined in order, which is how nodes and outputs are added.
      const graph = joined([...kept.map(({ start, end }) => own.subarray(start, end)), added]);
      writer.bytes(GRAPH, graph);
      parts.push(writer.finish());
    }
  }
  return joined(parts);
}

function columnsModel(classes: readonly number[]): Parameters<typeof encodeOnnx>[0] {
  const graph = new OnnxGraph();
  const outputs = classes.map((label, index): OnnxValue => {
    const column = `class_column_${index}`;
    graph.constants.push({ name: column, tensor: { type: 'int64', dims: [], values: [index] } });
    const name = graph.node('Gather', [PROBABILITIES, column], { axis: { int: 1 } }, probabilityColumn(label));
    return { name, type: 'float', dims: ['rows'] };
  });
  return { graph, name: 'classes', inputs: [], outputs, metadata: {} };
}

/** Nodes, constants and outputs of a file; its graph's name (field 2) would replace the other's. */
function graphOf(file: Uint8Array): Uint8Array {
  for (const { number, content, end } of fieldsOf(file)) {
    if (number !== GRAPH) continue;
    const graph = file.subarray(content, end);
    const kept = fieldsOf(graph).filter((field) => field.number !== 2);
    return joined(kept.map((field) => graph.subarray(field.start, field.end)));
  }
  throw damaged();
}

interface Field {
  readonly number: number;
  readonly start: number;
  readonly content: number;
  readonly end: number;
}

/** Places of a message's fields, in order. */
function fieldsOf(message: Uint8Array): Field[] {
  const fields: Field[] = [];
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      if (at >= message.length) throw damaged();
      const byte = message[at++];
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  while (at < message.length) {
    const start = at;
    const tag = varint();
    const wire = tag % 8;
    let content = at;
    if (wire === 0) varint();
    else if (wire === 1) at += 8;
    else if (wire === 5) at += 4;
    else if (wire === 2) {
      const length = varint();
      content = at;
      at += length;
    } else throw damaged();
    if (at > message.length) throw damaged();
    fields.push({ number: Math.floor(tag / 8), start, content, end: at });
  }
  return fields;
}

function nameOf(graph: Uint8Array, { content, end }: Field): string {
  const value = graph.subarray(content, end);
  const name = fieldsOf(value).find((field) => field.number === NAME);
  return name ? new TextDecoder().decode(value.subarray(name.content, name.end)) : '';
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  let size = 0;
  for (const part of parts) size += part.length;
  const whole = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function damaged(): ModelFormatError {
  return new ModelFormatError('The ONNX file cannot be read', { hint: 'Export the model again.' });
}
