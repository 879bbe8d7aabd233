/** How trees make up a model: what is done to scores before and after an iteration's trees, and what the trees weigh in the end. */
import type { GrownTree, TestedTree } from '../../../trees/grower.js';
import type { Tree } from '../../../trees/tree.js';
import type { BoostingParams } from '../params.js';
import type { RowSample } from '../row-sampler.js';
import type { RowSet } from '../row-set.js';
import type { ScoreKeeper } from '../score-keeper.js';

/** Iterations are counted from 0 in this run, whatever it goes on from. */
export interface BoostingMode {
  /** Training rows whose scores are the model's after an iteration. */
  readonly outcome: RowSet;
  /** Whether gradients are taken of those scores, so that the loss that comes with gradients is the last iteration's. */
  readonly lossWithGradients: boolean;
  /** Whether iterations differ even where no tree found a split. */
  readonly random: boolean;
  /** Before gradients are taken. Barriers. */
  start(iteration: number): void;
  /** An iteration's tree, grown on `sample`; without it the partition holds another tree's rows by now. */
  add(grown: GrownTree, output: number, iteration: number, sample: RowSample | undefined): void;
  /** After an iteration's trees. Barriers. */
  end(iteration: number): void;
  /** The iteration that has ended is the best so far. */
  markBest(): void;
  /** The trees of the best iterations, or of all, as the model holds them, base scores included; called once. */
  finish(iterations: number): Tree[];
  /** What a later run needs to go on: plain data. */
  state(): unknown;
  restore(state: unknown): void;
}

export interface ModeInput {
  params: BoostingParams;
  seed: number;
  /** Number of the first iteration where the run goes on from another model. */
  firstIteration: number;
  outputs: number;
  /** Rows that gradients are taken of. */
  train: RowSet;
  /** Rows whose scores are the model's, where those are others. */
  outcome: RowSet;
  scores: ScoreKeeper;
  baseScores: readonly number[];
}

/** Learning rate of an iteration's trees; several parallel ones share it. */
export function rateOf({ learningRate, learningRates, parallelTrees }: BoostingParams, iteration: number): number {
  return (learningRates?.[iteration] ?? learningRate) / parallelTrees;
}

/** Multiplies what a tree and its nodes say, in place. */
export function scaleTree(tree: Tree, factor: number): void {
  for (const values of [tree.leafValue, tree.internalValue])
    for (let i = 0; i < values.length; i++) values[i] *= factor;
}

/** Adds a constant to what a tree and its nodes say, in place, as LightGBM does with the base score. */
export function addToTree(tree: Tree, constant: number): void {
  if (constant === 0) return;
  for (const values of [tree.leafValue, tree.internalValue])
    for (let i = 0; i < values.length; i++) values[i] += constant;
}

/** A tree whose leaves count `factor` times. */
export function scaled({ tree, tests }: TestedTree, factor: number): TestedTree {
  return { tree: { ...tree, leafValue: tree.leafValue.map((value) => value * factor) }, tests };
}
