/** Inputs of networks. Files for users take windows as (batch, steps, channels); training takes the order that the network computes in. */
import type { Graph, Value } from './graph.js';
import { transpose } from './nodes.js';

export const SEQUENCE = 'sequence';
export const FEATURES = 'features';
export const TARGETS = 'targets';
export const WEIGHTS = 'weights';

/** `time`: (steps, batch, channels), for recurrent and convolutional networks; `batch`: (batch, steps, channels). */
export type Layout = 'time' | 'batch';

/** Windows of a sequence in the layout asked for. Named `sequence`; in an inference graph always (batch, steps, channels). */
export function sequenceInput(graph: Graph, steps: number, channels: number, layout: Layout): Value {
  const byBatch = [graph.batch, steps, channels];
  if (layout === 'batch') return graph.input(SEQUENCE, byBatch);
  if (graph.purpose === 'inference') return transpose(graph.input(SEQUENCE, byBatch), [1, 0, 2]);
  return graph.input(SEQUENCE, [steps, graph.batch, channels]);
}

/** (batch, columns) of a table beside the sequence, named `features`. */
export function featuresInput(graph: Graph, columns: number): Value {
  return graph.input(FEATURES, [graph.batch, columns]);
}
