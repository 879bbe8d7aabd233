/** What a job that grows a forest is given and what it asks for and answers. */
import type { RowSource } from '../../trees/row-source.js';
import type { Forest, ForestSize } from './forest.js';
import type { ForestParams } from './params.js';

export interface ForestJobArgs {
  readonly source: RowSource;
  /** (rows,) class numbers or targets, shared. */
  readonly y: Float64Array;
  /** (rows,) weight times class weight, > 0, shared; absent where all are 1. */
  readonly weights?: Float64Array;
  /** (rows,) the weight alone, shared: what losses are weighed by. */
  readonly sampleWeights?: Float32Array;
  readonly params: ForestParams;
  readonly seed: number;
}

/** Asked by every worker once all trees are grown: the same arrays for all, to write trees into. */
export interface RoomQuestion {
  readonly size: ForestSize;
}

export type RoomAnswer = Forest;

export interface ForestJobResult {
  /** Trees kept; fewer than grown where training stopped early. */
  readonly trees: number;
  readonly stoppedEarly: boolean;
  /** Out-of-bag loss where it was looked at, and after how many trees. */
  readonly checkedAt: Int32Array;
  readonly checkedLoss: Float64Array;
  /** Loss and accuracy of the training rows by all trees; absent where their means were not kept. */
  readonly train?: { readonly loss: number; readonly accuracy: number };
  /** Accuracy or R² of the rows that some tree did not see; absent unless asked for. */
  readonly outOfBagScore?: number;
  /** (rows * outputs,) means over the trees that did not see a row, NaN where there is none; empty unless asked for. */
  readonly outOfBag: Float64Array;
}
