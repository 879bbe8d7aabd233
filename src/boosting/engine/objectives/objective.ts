/** What a loss to boost on promises: a constant start and, row by row, first and second derivatives and the loss itself. */
import type { KernelExports } from '../../../kernels/exports.js';
import type { JobContext } from '../../../kernels/job.js';

/** Rows to evaluate: addresses in `memory`, all of `rows` rows (padded to even). */
export interface ObjectiveRows {
  readonly kernels: KernelExports;
  readonly memory: WebAssembly.Memory;
  readonly rows: number;
  /** f64: the scores of output 0 by row, then those of output 1, ... */
  readonly scores: number;
  /** f64 by row. */
  readonly labels: number;
  /** f32 by row, or 0: all 1. */
  readonly weights: number;
  /** Where (gradient, hessian) go, as two f32 a row, in the order of the scores; 0: only the loss is wanted. */
  readonly gradients: number;
  /** 16 bytes an output for the objective's own use. */
  readonly scratch: number;
}

/** The rows of one leaf of a tree that was just grown. */
export interface LeafRows {
  /** Row numbers into the arrays below, at least one. */
  readonly rows: Uint32Array;
  readonly output: number;
  /** Raw scores of that output, without the new tree. */
  readonly scores: Float64Array;
  readonly labels: Float64Array;
  readonly weights?: Float32Array;
}

export interface Objective {
  /** Scores, and so trees an iteration. */
  readonly outputs: number;
  /** The best constant scores for these labels and weights, one an output. */
  baseScores(labels: Float64Array, weights: Float32Array | undefined): number[];
  /** Writes the weighted gradients and hessians of rows `from` (even) .. `to`-1; returns their weighted sum of losses. */
  evaluate(rows: ObjectiveRows, from: number, to: number): number;
  /** Instead of `evaluate`: all `count` rows at once, called on worker 0 alone. */
  evaluateAll?(rows: ObjectiveRows, count: number, context: JobContext): number;
  /** The value of a leaf (before the learning rate) where it is not -G / (H + lambda). */
  renewLeaf?(leaf: LeafRows): number;
}

/** The training rows that some objectives are set up by. */
export interface ObjectiveData {
  labels: Float64Array;
  weights?: Float32Array;
}
