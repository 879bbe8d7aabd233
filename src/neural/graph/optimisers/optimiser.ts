/** What an optimiser adds to a training graph. All parameters are one flat vector, so that an update is a few large nodes. */
import type { Value } from '../graph.js';

/** An optimiser's vectors, each as long as the parameters and zero at first, by name. */
export type OptimiserState = Readonly<Record<string, Value>>;

export interface Update {
  parameters: Value;
  state: OptimiserState;
}

export interface Optimiser {
  readonly stateNames: readonly string[];
  /** Names of the numbers that every step feeds. */
  readonly scalarNames: readonly string[];
  /** Their values: `step` counts updates from 1. */
  scalars(step: number, learningRate: number): Readonly<Record<string, number>>;
  update(parameters: Value, gradient: Value, state: OptimiserState, scalars: Readonly<Record<string, Value>>): Update;
}
