/** Losses to boost on. An objective is a constant start and, row by row, first and second derivatives and the loss itself. */
import { InvalidInputError } from '../../core/errors.js';
import { log } from '../../core/math.js';
import type { KernelExports } from '../../kernels/exports.js';
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

export interface Objective {
  /** Scores, and so trees an iteration. */
  readonly outputs: number;
  /** The best constant scores for these labels and weights, one an output. */
  baseScores(labels: Float64Array, weights: Float32Array | undefined): number[];
  /** Writes the weighted gradients and hessians of rows `from` (even) .. `to`-1; returns their weighted sum of losses. */
  evaluate(rows: ObjectiveRows, from: number, to: number): number;
}

/** Keeps log-odds finite when all rows agree. */
const LEAST_PROBABILITY = 1e-15;

const clip = (p: number): number => Math.min(Math.max(p, LEAST_PROBABILITY), 1 - LEAST_PROBABILITY);

/** Log-loss of labels 0 and 1; the score is the log-odds of 1. */
export const binary: Objective = {
  outputs: 1,
  baseScores(labels, weights) {
    const p = clip(weightedMean(labels, weights, (y) => y));
    return [log(p / (1 - p))];
  },
  evaluate: ({ kernels, scores, labels, weights, gradients }, from, to) =>
    kernels.binaryGradients(scores, labels, weights, gradients, from, to),
};

/** Cross-entropy of labels 0 .. classes-1 under softmax; hessians times K / (K - 1) (Friedman, 2001, as LightGBM scales them). */
export function multiclass(classes: number): Objective {
  return {
    outputs: classes,
    baseScores: (labels, weights) =>
      Array.from({ length: classes }, (_, k) =>
        log(
          Math.max(
            LEAST_PROBABILITY,
            weightedMean(labels, weights, (y) => (y === k ? 1 : 0)),
          ),
        ),
      ),
    evaluate: ({ kernels, rows, scores, labels, weights, gradients, scratch }, from, to) =>
      kernels.softmaxGradients(scores, labels, weights, gradients, from, to, rows, classes, scratch),
  };
}

/** Squared error; the loss reported is its mean, without the half. */
export const regression: Objective = {
  outputs: 1,
  baseScores: (labels, weights) => [weightedMean(labels, weights, (y) => y)],
  evaluate: ({ kernels, scores, labels, weights, gradients }, from, to) =>
    kernels.squaredGradients(scores, labels, weights, gradients, from, to),
};

/** The objective a spec names; a module's must export `createObjective(options): Objective`. */
export async function createObjective(spec: ObjectiveSpec): Promise<Objective> {
  switch (spec.kind) {
    case 'binary':
      return binary;
    case 'multiclass':
      return multiclass(spec.classes);
    case 'regression':
      return regression;
    case 'module': {
      const module = (await import(spec.module)) as { createObjective?: (options: unknown) => Objective };
      if (typeof module.createObjective !== 'function') {
        throw new InvalidInputError(`${spec.module} does not export createObjective`, {
          hint: 'Export a function createObjective(options) that returns { outputs, baseScores, evaluate }.',
        });
      }
      return module.createObjective(spec.options);
    }
  }
}

function weightedMean(labels: Float64Array, weights: Float32Array | undefined, of: (y: number) => number): number {
  let sum = 0;
  let total = 0;
  for (let i = 0; i < labels.length; i++) {
    const w = weights ? weights[i] : 1;
    sum += w * of(labels[i]);
    total += w;
  }
  return sum / total;
}
