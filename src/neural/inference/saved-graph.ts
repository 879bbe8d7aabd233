/**
 * The network as it is saved: raw windows in, probabilities or values out, with scaling and missing values inside, standard operators, any
 * batch size. What is saved is what predicts, here and in every other ONNX runtime.
 */
import type { OnnxGraph, OnnxValue } from '../../model/onnx/graph.js';
import { Graph, type Value } from '../graph/graph.js';
import type { Layout } from '../graph/inputs.js';
import { binary, reshape, softmax, transpose, where, withNumber } from '../graph/nodes.js';
import { encodeGraph } from '../graph/onnx.js';
import { BATCH } from '../graph/shape.js';
import type { Network, NetworkShape } from '../network.js';
import type { ColumnScaling } from '../training/scaling.js';

/** How inputs become what the network was trained on, and its outputs what users want. */
export interface Preparation {
  readonly sequence: ColumnScaling;
  readonly features?: ColumnScaling;
  /** Regression only. */
  readonly target?: { readonly mean: number; readonly deviation: number };
  /** Ascending; empty for regression. */
  readonly classes: readonly number[];
}

export interface SavedGraph<Settings> {
  readonly network: Network<Settings>;
  readonly shape: NetworkShape;
  readonly settings: Settings;
  readonly parameters: Float32Array;
  readonly preparation: Preparation;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Inputs of saved graphs: `X` as of every exported model; hybrid networks have two, named as their input's parts. */
export const INPUTS = { windows: 'X', sequences: 'sequences', features: 'features', step: 'step' } as const;

const OUTPUTS = 'outputs';

/** Input `X` (batch, length, channels); for hybrid networks `sequences` (batch, length, channels) and `features` (batch, columns). */
export function inferenceFile<Settings>({ network, shape, settings, ...saved }: SavedGraph<Settings>): Uint8Array {
  const graph = new Graph('inference');
  const { sequence, features } = saved.preparation;
  const windows = graph.input(features ? INPUTS.sequences : INPUTS.windows, [BATCH, shape.length, shape.channels]);
  const x = laidOut(prepared(windows, sequence), network.layout);
  const beside = features && prepared(graph.input(INPUTS.features, [BATCH, shape.columns]), features);
  const outputs = network.build(graph, { x, features: beside }, shape, settings);
  graph.output(OUTPUTS, finished(outputs, saved.preparation));
  return encode(graph, saved);
}

/** Of one step: its inputs, and the shape of each state for one row; `next_` before a state's name is its value after the step. */
export interface StepFile {
  readonly bytes: Uint8Array;
  readonly states: readonly { readonly name: string; readonly shape: readonly number[] }[];
}

/** Inputs `step` (batch, channels) and states; undefined for networks that need whole windows. */
export function stepFile<Settings>({ network, shape, settings, ...saved }: SavedGraph<Settings>): StepFile | undefined {
  if (!network.step || network.step.refusal(settings) !== undefined) return undefined;
  const graph = new Graph('inference');
  const x = prepared(graph.input(INPUTS.step, [BATCH, shape.channels]), saved.preparation.sequence);
  const states: { name: string; shape: readonly number[] }[] = [];
  const outputs = network.step.build(graph, x, shape, settings, {
    state(own) {
      const name = `state_${states.length}`;
      states.push({ name, shape: own });
      const value = graph.input(name, [BATCH, ...own]);
      return { value, next: (next) => graph.output(`next_${name}`, next) };
    },
  });
  graph.output(OUTPUTS, finished(outputs, saved.preparation));
  return {
    bytes: encode(
      graph,
      saved,
      states.map(({ name }) => `next_${name}`),
    ),
    states,
  };
}

/** `(x - mean) * factor`, missing values replaced. */
function prepared(x: Value, { mean, factor, fill }: ColumnScaling): Value {
  const { graph } = x;
  const row = (values: Float32Array) => graph.constant(values, [values.length]);
  const scaled = binary('Mul', binary('Sub', x, row(mean)), row(factor));
  const [missing] = graph.node('IsNaN', [x], [x.shape], { type: 'bool' });
  return where(missing, row(fill), scaled);
}

/** (batch, length, channels) as the network reads it. */
function laidOut(x: Value, layout: Layout): Value {
  return layout === 'time' ? transpose(x, [1, 0, 2]) : x;
}

function finished(outputs: Value, { target, classes }: Preparation): Value {
  if (classes.length > 0) return softmax(outputs);
  const column = reshape(outputs, [BATCH, 1]);
  return target ? withNumber('Add', withNumber('Mul', column, target.deviation), target.mean) : column;
}

function encode(
  graph: Graph,
  { parameters, preparation, metadata }: Pick<SavedGraph<unknown>, 'parameters' | 'preparation' | 'metadata'>,
  others: readonly string[] = [],
): Uint8Array {
  const { classes } = preparation;
  const named = new Map(graph.outputs.map(({ name, value }) => [name, value]));
  return encodeGraph(graph, {
    name: 'network',
    parameters,
    metadata: { ...metadata, ...(classes.length > 0 ? { classes: JSON.stringify(classes) } : {}) },
    finish: (onnx) => [
      ...(classes.length > 0 ? classifierOutputs(onnx, classes) : [valueOutput(onnx)]),
      ...others.map((name): OnnxValue => {
        const shape = named.get(name)?.shape ?? [];
        return { name, type: 'float', dims: shape.map((size, i) => (i === 0 ? 'batch' : size)) };
      }),
    ],
  });
}

/** The label of the largest probability, the lowest on ties, and the probabilities: as every exported model of the library. */
function classifierOutputs(onnx: OnnxGraph, classes: readonly number[]): OnnxValue[] {
  const type = classes.every((label) => Number.isSafeInteger(label)) ? 'int64' : 'float';
  onnx.node('Identity', [OUTPUTS], {}, 'probabilities');
  const best = onnx.node('ArgMax', ['probabilities'], { axis: { int: 1 }, keepdims: { int: 0 } });
  onnx.node('Gather', [onnx.vector(type, classes), best], { axis: { int: 0 } }, 'label');
  return [
    { name: 'label', type, dims: ['batch'] },
    { name: 'probabilities', type: 'float', dims: ['batch', classes.length] },
  ];
}

function valueOutput(onnx: OnnxGraph): OnnxValue {
  onnx.node('Identity', [OUTPUTS], {}, 'variable');
  return { name: 'variable', type: 'float', dims: ['batch', 1] };
}
