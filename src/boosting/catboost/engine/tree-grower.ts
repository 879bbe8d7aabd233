/** What the boosting loop asks of the growers of its trees. */
import type { ChosenTest } from './chosen-test.js';
import type { ColumnTest, LeafRows } from './leaf-rows.js';
import type { RowScores } from './row-scores.js';

/**
 * A tree's tests. Of a symmetric tree one a level, the lowest bit of a leaf's number first. With `leaves`, test i splits leaf
 * `leaves[i]`, which goes on as its left child; the right one is leaf i + 1.
 */
export interface TreeStructure {
  tests: ChosenTest[];
  leaves?: number[];
}

/** What the search of a structure is about. */
export interface GrowthStep {
  fold: number;
  /** Scores and derivatives of that fold. */
  set: RowScores;
  iteration: number;
  /** Mean length of the last tree's leaf values. */
  lastLeaf: number | undefined;
  /** Sum of the squared derivatives. */
  squares: number;
  learningRate: number;
}

export interface TreeGrower {
  /** Rows by leaf of the last tree grown or assigned. */
  readonly leafRows: LeafRows;
  /** Call once after the arena's commit. */
  prepare(): void;
  /** Chooses a tree's tests, and leaves `leafRows` split by them. */
  grow(step: GrowthStep): TreeStructure;
  /** All rows in the leaves of a tree, with the target statistics of a fold; barriers. */
  assign(tree: TreeStructure, fold: number): void;
  /** The test in terms of columns of bins; target statistics are those of a fold, which must have been made. */
  testOf(test: ChosenTest, fold: number): ColumnTest;
}
