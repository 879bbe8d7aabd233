/** Members of an ensemble in one ONNX graph: their nodes side by side on one input, then what becomes of their outputs, in double. */
import type { BaseModel } from '../model/base-model.js';
import { noOnnxForm, type OnnxBody } from '../model/onnx/export.js';
import type { OnnxGraph } from '../model/onnx/graph.js';
import { namingMember, type TrainedMember } from './member.js';

/** What the graph's input is. */
export interface OnnxInput {
  /** Rows of each window where X holds windows. */
  readonly windowLength?: number;
  /** The features of a row are the last row of its window. */
  readonly lastRows: boolean;
}

/**
 * Names of (n, classes) double tensors, one a member, rounded as `predict` rounds them.
 *
 * @throws InvalidInputError - a member that ONNX cannot express, by name
 */
export async function mergedOpinions(
  members: readonly TrainedMember[],
  labels: readonly number[],
  input: OnnxInput,
  ensemble: string,
): Promise<(graph: OnnxGraph, X: string) => string[]> {
  const bodies: { member: TrainedMember; each: OnnxBody[] }[] = [];
  for (const member of members) {
    const each: OnnxBody[] = [];
    for (const model of member.models) each.push(await bodyOf(model, member, input, ensemble));
    bodies.push({ member, each });
  }
  return (graph, X) =>
    bodies.map(({ member, each }) => {
      try {
        const said = each.map((body, i) => aligned(graph, body(graph, X), member.models[i].classes, labels));
        return said.length === 1
          ? said[0]
          : rounded(graph, meanOf(graph, said, new Array<number>(said.length).fill(1)));
      } catch (error) {
        throw namingMember(error, ensemble, member.name);
      }
    });
}

async function bodyOf(model: BaseModel, member: TrainedMember, input: OnnxInput, ensemble: string): Promise<OnnxBody> {
  const { inputMode, name } = model.info;
  const fail = (reason: string, hint: string) => noOnnxForm(ensemble, `its member '${member.name}' ${reason}`, hint);
  let body: OnnxBody | undefined;
  try {
    body = await model.toOnnxBody();
  } catch (error) {
    throw namingMember(error, ensemble, member.name);
  }
  if (!body) {
    throw fail(
      `(${name}) has no ONNX form that can be part of a graph`,
      'Export it alone; save(directory) keeps any model.',
    );
  }
  const { windowLength } = input;
  if (windowLength === undefined || inputMode === 'sequence') {
    const { sequenceLength } = member.settings.config as { sequenceLength?: number };
    if (windowLength === undefined || sequenceLength === undefined || sequenceLength >= windowLength) return body;
    return (graph, X) => body(graph, lastSteps(graph, X, sequenceLength));
  }
  if (!input.lastRows) {
    throw fail(
      'reads features that are not the last rows of the windows',
      'One graph has one input: train on windows alone, or export the members.',
    );
  }
  return inputMode === 'hybrid' ? body : (graph, X) => body(graph, lastRowsOf(graph, X, input));
}

/** (rows, features): X itself, or the last row of each window. */
export function lastRowsOf(graph: OnnxGraph, X: string, { windowLength }: OnnxInput): string {
  if (windowLength === undefined) return X;
  return graph.node('Gather', [X, graph.scalar('int64', windowLength - 1)], { axis: { int: 1 } });
}

/** The last `steps` rows of each window. */
function lastSteps(graph: OnnxGraph, X: string, steps: number): string {
  const one = (value: number) => graph.vector('int64', [value]);
  return graph.node('Slice', [X, one(-steps), one(Number.MAX_SAFE_INTEGER), one(1)]);
}

/** Rounded to float32; columns of classes that the model does not know are 0. */
export function aligned(graph: OnnxGraph, said: string, own: readonly number[], labels: readonly number[]): string {
  const exact = rounded(graph, said);
  if (own.length === labels.length) return exact;
  const values = new Float64Array(own.length * labels.length);
  for (const [k, label] of own.entries()) values[k * labels.length + labels.indexOf(label)] = 1;
  return graph.node('MatMul', [exact, graph.constant({ type: 'double', dims: [own.length, labels.length], values })]);
}

/** To float32 and back: what `predict` hands on. */
export function rounded(graph: OnnxGraph, value: string): string {
  return graph.cast(graph.cast(value, 'float'), 'double');
}

/** Weighted mean of tensors of one shape. */
export function meanOf(graph: OnnxGraph, said: readonly string[], weights: readonly number[]): string {
  const total = weights.reduce((a, b) => a + b, 0);
  const parts = said.map((one, m) => graph.node('Mul', [one, graph.scalar('double', weights[m])]));
  const sum = parts.reduce((a, b) => graph.node('Add', [a, b]));
  return graph.node('Div', [sum, graph.scalar('double', total)]);
}

/** 1 for the likeliest class, the lowest on ties; 0 for the others. */
export function votesOfOpinion(graph: OnnxGraph, said: string, classes: number): string {
  const best = graph.node('ArgMax', [said], { axis: { int: 1 }, keepdims: { int: 1 } });
  const numbers = graph.vector(
    'int64',
    Uint32Array.from({ length: classes }, (_, k) => k),
  );
  return graph.cast(graph.node('Equal', [best, numbers]), 'double');
}
