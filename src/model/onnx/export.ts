/**
 * A fitted model as an ONNX file. What every model has in common is here: the input, what stands in for missing values, and the
 * outputs `label` and `probabilities`, or `variable`. What lies between is the model's own.
 */
import { InvalidInputError } from '../../core/errors.js';
import { writeFileAtomic } from '../../core/files.js';
import type { MissingValuePlan } from '../missing.js';
import { encodeOnnx } from './encode.js';
import { OnnxGraph, type OnnxValue } from './graph.js';

/**
 * What a model adds to the graph: given the (n, features) or (n, length, channels) float input, it returns the name of a double tensor, (n, classes)
 * probabilities or (n, 1) values, equal to what `predictRaw` gives.
 */
export type OnnxBody = (graph: OnnxGraph, X: string) => string;

export interface OnnxExport {
  /** Registered name of the model, the graph's name in the file. */
  name: string;
  /** Ascending; empty for regression. */
  classes: readonly number[];
  featureNames: readonly string[];
  /** Rows of each window, for models of sequences. */
  sequenceLength?: number;
  missing?: MissingValuePlan;
  body: OnnxBody;
}

/** Writes `file`, atomically. */
export async function exportOnnxFile(file: string, what: OnnxExport): Promise<void> {
  await writeFileAtomic(file, onnxBytes(what));
}

/** The error of a model that has no such form. */
export function noOnnxForm(name: string, reason: string, hint: string): InvalidInputError {
  return new InvalidInputError(`${name}: exportOnnx: ${reason}`, { hint, details: { model: name } });
}

export function onnxBytes({ name, classes, featureNames, sequenceLength, missing, body }: OnnxExport): Uint8Array {
  const graph = new OnnxGraph();
  const X = missing ? withoutMissing(graph, 'X', missing, featureNames.length, sequenceLength) : 'X';
  const result = body(graph, X);
  const outputs = classes.length > 0 ? classifierOutputs(graph, result, classes) : [regressionOutput(graph, result)];
  const inputDims = ['rows', ...(sequenceLength === undefined ? [] : [sequenceLength]), featureNames.length];
  return encodeOnnx({
    graph,
    name,
    inputs: [{ name: 'X', type: 'float', dims: inputDims }],
    outputs,
    metadata: {
      feature_names: JSON.stringify(featureNames),
      ...(classes.length > 0 ? { classes: JSON.stringify(classes) } : {}),
    },
  });
}

/** Columns (or channels of windows) kept in training, NaN replaced by their medians. */
export function withoutMissing(
  graph: OnnxGraph,
  X: string,
  { kept, medians }: MissingValuePlan,
  columns: number,
  sequenceLength?: number,
): string {
  const axis = sequenceLength === undefined ? 1 : 2;
  const values =
    kept.length === columns ? X : graph.node('Gather', [X, graph.vector('int64', kept)], { axis: { int: axis } });
  return graph.node('Where', [graph.node('IsNaN', [values]), graph.vector('float', medians), values]);
}

/** The label of the largest float32 probability, the lowest on ties, and the probabilities. */
function classifierOutputs(graph: OnnxGraph, result: string, classes: readonly number[]): OnnxValue[] {
  const type = classes.every((label) => Number.isSafeInteger(label)) ? 'int64' : 'float';
  graph.cast(result, 'float', 'probabilities');
  const best = graph.node('ArgMax', ['probabilities'], { axis: { int: 1 }, keepdims: { int: 0 } });
  graph.node('Gather', [graph.vector(type, classes), best], { axis: { int: 0 } }, 'label');
  return [
    { name: 'label', type, dims: ['rows'] },
    { name: 'probabilities', type: 'float', dims: ['rows', classes.length] },
  ];
}

function regressionOutput(graph: OnnxGraph, result: string): OnnxValue {
  return { name: graph.cast(result, 'float', 'variable'), type: 'float', dims: ['rows', 1] };
}
