/** Losses to boost on. An objective is a constant start and, row by row, first and second derivatives and the loss itself. */
import { InvalidInputError } from '../../core/errors.js';
import type { KernelExports } from '../../kernels/exports.js';
import type { JobContext } from '../../kernels/job.js';
import { binary } from './objectives/binary.js';
import { crossEntropy, crossEntropyLambda } from './objectives/cross-entropy.js';
import { custom } from './objectives/custom.js';
import { gamma, poisson, tweedie } from './objectives/log-link.js';
import { multiclass } from './objectives/multiclass.js';
import { oneVsAll } from './objectives/one-vs-all.js';
import { mape, pinball } from './objectives/percentile-losses.js';
import { fair, hinge, huber, pseudoHuber, squaredLog } from './objectives/robust.js';
import { regression } from './objectives/squared.js';
import type { ObjectiveSpec } from './params.js';

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

/** The objective a spec names; a module's must export `createObjective(options): Objective`. */
export async function createObjective(spec: ObjectiveSpec, data?: ObjectiveData): Promise<Objective> {
  switch (spec.kind) {
    case 'binary':
      return binary(spec, data?.labels);
    case 'multiclass':
      return multiclass(spec.classes, spec.hessianFactor);
    case 'multiclassova':
      return oneVsAll(spec, data?.labels);
    case 'regression':
      return regression(spec.sqrt);
    case 'l1':
      return pinball([0.5], spec.percentile, 'absolute');
    case 'quantile':
      return pinball(spec.alphas, spec.percentile, 'pinball');
    case 'mape':
      return mape();
    case 'huber':
      return huber(spec.alpha);
    case 'fair':
      return fair(spec.c);
    case 'pseudoHuber':
      return pseudoHuber(spec.slope);
    case 'squaredLog':
      return squaredLog();
    case 'hinge':
      return hinge();
    case 'poisson':
      return poisson(spec.maxDeltaStep);
    case 'gamma':
      return gamma();
    case 'tweedie':
      return tweedie(spec.power);
    case 'crossEntropy':
      return crossEntropy(spec.scalePosWeight);
    case 'crossEntropyLambda':
      return crossEntropyLambda();
    case 'custom':
      return custom(spec.outputs);
    case 'module':
      return objectiveOfModule(spec.module, spec.options);
  }
}

async function objectiveOfModule(path: string, options: unknown): Promise<Objective> {
  const module = (await import(path)) as { createObjective?: (options: unknown) => Objective };
  if (typeof module.createObjective !== 'function') {
    throw new InvalidInputError(`${path} does not export createObjective`, {
      hint: 'Export a function createObjective(options) that returns { outputs, baseScores, evaluate }.',
    });
  }
  return module.createObjective(options);
}
