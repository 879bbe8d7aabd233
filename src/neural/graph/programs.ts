/** The graphs that a training runs: one step of the optimiser, and the loss of a batch without an update. */
import { InvalidInputError } from '../../core/errors.js';
import { gradients } from './gradients.js';
import { type DropoutMask, Graph, type Parameter, type Value } from './graph.js';
import { TARGETS, WEIGHTS } from './inputs.js';
import { batchLoss, type LossOptions } from './losses.js';
import { binary, concat, fromNumber, reduce, reshape, unary, withNumber } from './nodes.js';
import { encodeGraph, PARAMETERS } from './onnx.js';
import type { Optimiser } from './optimisers/optimiser.js';
import type { Shape } from './shape.js';

/** A network: makes its inputs and parameters in the graph and returns its outputs (batch, k), logits for classes. */
export type Network = (graph: Graph) => Value;

/**
 * A training step as a file. Inputs: `parameters`, one `state_<name>` for each of the optimiser's (all flat), the network's inputs, `targets`
 * (batch, k), `weights` (batch), the masks (uint8), one `scalar_<name>` for each of the optimiser's numbers. Outputs: `loss`, `weight`,
 * `gradient_norm` (before clipping), `next_parameters`, `next_state_<name>`.
 */
export interface TrainingProgram {
  bytes: Uint8Array;
  parameters: readonly Parameter[];
  parameterCount: number;
  /** Of the network, without targets and weights. */
  inputs: readonly { name: string; shape: Shape }[];
  /** Columns of the targets. */
  outputs: number;
  masks: readonly DropoutMask[];
}

export interface TrainingProgramOptions {
  batch: number;
  loss: LossOptions;
  optimiser: Optimiser;
  /** Largest Euclidean norm of the whole gradient; larger ones are scaled down to it (Pascanu et al., 2013). Default: none. */
  gradientClip?: number | null;
}

export function trainingProgram(network: Network, options: TrainingProgramOptions): TrainingProgram {
  const { batch, optimiser, gradientClip } = options;
  const graph = new Graph('training', batch);
  const outputs = network(graph);
  const inputs = graph.inputs.filter(({ type }) => type === 'float').map(({ name, shape }) => ({ name, shape }));
  const { loss, weight } = lossOf(graph, outputs, options.loss);
  if (graph.parameterCount === 0) throw new InvalidInputError('the network has no parameters to train');
  const found = gradients(
    loss,
    graph.parameters.map(({ value }) => value),
  );
  const gradient = concat(
    found.map((part, i) => reshape(part, [graph.parameters[i].size])),
    0,
  );
  const norm = unary('Sqrt', reduce('SumSquare', gradient, [0]));
  const clipped = gradientClip ? clip(gradient, norm, gradientClip) : gradient;
  const vector = (name: string) => graph.input(name, [graph.parameterCount]);
  const state = Object.fromEntries(optimiser.stateNames.map((name) => [name, vector(`state_${name}`)]));
  const scalars = Object.fromEntries(optimiser.scalarNames.map((name) => [name, graph.input(`scalar_${name}`, [])]));
  const flat = graph.flatParameters();
  const next = optimiser.update(flat, clipped, state, scalars);
  graph.output('loss', loss);
  graph.output('weight', weight);
  graph.output('gradient_norm', norm);
  graph.output(`next_${PARAMETERS}`, next.parameters);
  for (const name of optimiser.stateNames) graph.output(`next_state_${name}`, next.state[name]);
  return {
    bytes: encodeGraph(graph, { name: 'training' }),
    parameters: graph.parameters,
    parameterCount: graph.parameterCount,
    inputs,
    outputs: outputs.shape[1],
    masks: graph.masks,
  };
}

/** The loss of a batch as a file. Inputs: `parameters`, the network's, `targets`, `weights`. Outputs: `loss`, `weight`, `outputs` (batch, k). */
export function evaluationProgram(network: Network, options: { batch: number; loss: LossOptions }): Uint8Array {
  const graph = new Graph('evaluation', options.batch);
  const outputs = network(graph);
  const { loss, weight } = lossOf(graph, outputs, options.loss);
  graph.output('loss', loss);
  graph.output('weight', weight);
  graph.output('outputs', outputs);
  return encodeGraph(graph, { name: 'evaluation' });
}

function lossOf(graph: Graph, outputs: Value, options: LossOptions) {
  const targets = graph.input(TARGETS, outputs.shape);
  const weights = graph.input(WEIGHTS, [graph.batch]);
  return batchLoss(options, outputs, targets, weights);
}

/** gradient * min(1, limit / norm). */
function clip(gradient: Value, norm: Value, limit: number): Value {
  const { graph } = gradient;
  // The small number keeps a gradient of zero from dividing by zero, as in PyTorch.
  const ratio = fromNumber('Div', limit, withNumber('Add', norm, 1e-6));
  const [factor] = graph.node('Min', [ratio, graph.scalar(1)], [[]]);
  return binary('Mul', gradient, factor);
}
