/** What a network is: a function that adds its layers to a graph. One function makes the training, the evaluation and the saved graph. */
import type { Graph, Value } from './graph/graph.js';
import type { Layout } from './graph/inputs.js';

/** Sizes that the data decides. */
export interface NetworkShape {
  /** Steps a window. */
  readonly length: number;
  readonly channels: number;
  /** Columns beside the windows, for hybrid networks; else 0. */
  readonly columns: number;
  /** Classes, or 1. */
  readonly outputs: number;
}

export interface NetworkInputs {
  /** Scaled windows: layout `time` (length, batch, channels), `batch` (batch, length, channels). */
  readonly x: Value;
  /** (batch, columns) */
  readonly features?: Value;
}

export interface Network<Settings> {
  readonly layout: Layout;
  /** (batch, outputs) logits or scaled values. */
  build(graph: Graph, inputs: NetworkInputs, shape: NetworkShape, settings: Settings): Value;
  /** One step with carried state; absent for networks that need whole windows. */
  readonly step?: StepNetwork<Settings>;
}

/** A recurrent form of the network: the same parameters, one step at a time. */
export interface StepNetwork<Settings> {
  /** Why these settings have no such form; undefined where they have. */
  refusal(settings: Settings): string | undefined;
  /** x (batch, channels) of one step; `state` adds an input that starts as zeros, and `next` says what it becomes. */
  build(graph: Graph, x: Value, shape: NetworkShape, settings: Settings, states: StepStates): Value;
}

export interface StepStates {
  /** (batch, ...shape) */
  state(shape: readonly number[]): { readonly value: Value; next(value: Value): void };
}
