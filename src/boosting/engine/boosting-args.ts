/** What a boosting job is given, and what it gives back. */
import type { PackedEnsemble } from '../../trees/ensemble-pack.js';
import type { CheckpointArgs } from './checkpoint.js';
import type { BoostingParams } from './params.js';
import type { BoostingRows } from './weighted-rows.js';

export interface BoostingArgs {
  train: BoostingRows;
  evalSets: (BoostingRows & { name: string })[];
  params: BoostingParams;
  seed: number;
  /** What the first iteration counts as: those of the model that training goes on from came before. */
  firstIteration: number;
  checkpoint?: CheckpointArgs;
}

export interface BoostingResult extends PackedEnsemble {
  trainLoss: Float64Array;
  /** Losses of the validation rows; empty without. */
  validationLoss: Float64Array;
  evaluations: { set: string; metric: string; values: number[] }[];
  /** Of a linear model: (features + 1, outputs) weights, the bias last. */
  linear?: Float32Array;
  /** 1-based: the best iteration on the set to watch, or the last one. */
  bestIteration: number;
  stoppedEarly: boolean;
  /** Raw scores of the training rows, output after output; empty when trees after the best iteration were left out. */
  trainScores: Float64Array;
}
