/** What the training loop needs of a network in an engine: it knows neither graphs nor tensors. */
import type { Batch } from './batches.js';

export interface BatchLoss {
  /** Weighted mean over the batch; not finite once training has diverged. */
  readonly loss: number;
  /** Sum of the batch's weights. */
  readonly weight: number;
}

export interface StepperState {
  /** All parameters as one vector. */
  readonly parameters: Float32Array;
  /** The optimiser's vectors, by name. */
  readonly optimizer: Readonly<Record<string, Float32Array>>;
}

export interface Stepper {
  /** One update at the given rate. `step` counts from 0 over the whole training: dropout depends on it and on nothing else. */
  train(batch: Batch, rate: number, step: number): Promise<BatchLoss>;
  /** The loss without dropout and without an update. */
  evaluate(batch: Batch): Promise<BatchLoss>;
  /** Copies. */
  state(): StepperState;
  restore(state: StepperState): void;
}
