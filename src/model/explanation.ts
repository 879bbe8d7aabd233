/** What a model says of itself to those that explain it (src/explain): its trees or its weights, as plain data in one form for all models. */
import type { Matrix } from '../core/matrix.js';

/** What explains a model: its trees or its weights. */
export type ModelExplanation = TreeExplanation | LinearExplanation;

/** What every explanation says of the outputs it is about. */
interface ExplainedOutputs {
  readonly outputs: number;
  /** Each output tells a pair of classes apart. */
  readonly pairs?: boolean;
  /** See `ShapResult.unit`. */
  readonly unit: 'raw' | 'probability' | 'value';
  /** Columns of X, as the model's hooks see them. */
  readonly features: number;
}

/** Output k is `start[k]` + `scale` * (the leaf values that trees add to it). */
export interface TreeExplanation extends ExplainedOutputs {
  readonly kind: 'trees';
  readonly treeCount: number;
  /** Made anew at each call, so that a large model can be read in short turns. */
  tree(t: number): ExplainedTree;
  /** Whether the trees say how many training rows they were made of. */
  readonly covers: boolean;
  /** (outputs,) */
  readonly start: ArrayLike<number>;
  readonly scale: number;
  /** (rows * outputs,) what the model itself says: explanations add up to it. */
  scores(X: Matrix, threads: number): Promise<Float64Array>;
  /**
   * Columns of X that share a player's worth in equal parts, by player: statistics of several categories. Without: player j is column j.
   */
  readonly players?: readonly (readonly number[])[];
  /** (rows, slots) the numbers that nodes look at; without: X itself. */
  slotsOf?(X: Matrix): Matrix | Promise<Matrix>;
  /** Of two classes only the second is in the trees: the first one's probability is what is left. */
  readonly complement?: boolean;
}

/** A tree over slots. Inner nodes are 0..n-1 with 0 the root, leaves 0..n; without nodes the tree is leaf 0. */
export interface ExplainedTree {
  /** Child of node i where its condition fails at 2i, where it holds at 2i + 1: a node, or ~leaf. */
  readonly children: Int32Array;
  /** (nodes,) slot that a node looks at. */
  readonly slot: Int32Array;
  /** (nodes,) the condition holds for float32 values above it. */
  readonly border: Float32Array;
  /** (nodes,) what NaN is to the condition: 1 holds. */
  readonly missing: Uint8Array;
  /** Nodes whose condition is equality with `border`. */
  readonly equal?: Uint8Array;
  /** Nodes whose condition fails for the categories of a bitset, and holds for all others. */
  readonly sets?: readonly (Uint32Array | undefined)[];
  /** (nodes,) whom a node's decision is credited to. */
  readonly player: Int32Array;
  /** Weight of the training rows of nodes and leaves; their ratios are what an unknown value does at a node. */
  readonly nodeCover: ArrayLike<number>;
  readonly leafCover: ArrayLike<number>;
  /** (leaves, width) row by row: value w is added to output `output` + w. */
  readonly values: Float64Array;
  readonly width: number;
  readonly output: number;
  /**
   * Every level asks one thing: node i has the children 2i + 1 and 2i + 2, and the answers from the root on are the bits of the leaf's
   * number from the highest to the lowest.
   */
  readonly levels?: number;
}

/** Output k is `intercept[k]` + the sum of weight * value over columns. */
export interface LinearExplanation extends ExplainedOutputs {
  readonly kind: 'linear';
  /** (outputs, features) row by row. */
  readonly weights: ArrayLike<number>;
  readonly intercept: ArrayLike<number>;
  /** A missing value adds nothing, and without a background all values are compared with 0 (gblinear). */
  readonly fromZero?: boolean;
}
