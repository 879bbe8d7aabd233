/** What training is given and gives, and what lies between: problems to solve, and what their solutions make. */
import type { Matrix } from '../../core/matrix.js';
import type { KernelFunction } from './kernel.js';
import type { Machine } from './machine/machine.js';
import type { SmoTask } from './smo/task.js';

export interface SvmData {
  /** (n, columns), finite; the kernel matrix for a precomputed kernel. */
  readonly X: Matrix;
  /** (n,) class index, or target. */
  readonly y: Float64Array;
  /** (n,) > 0 */
  readonly weights?: ArrayLike<number>;
  /** Ascending; empty for regression. */
  readonly classes: readonly number[];
}

export interface TrainedMachine {
  readonly machine: Machine;
  /** Minimum of 0.5 w'Kw - ... for each pair, as libsvm prints it; one for regression. */
  readonly objectives: Float64Array;
  /** Steps of all problems, those of the folds too. */
  readonly iterations: number;
  /** Violation of the optimality conditions that is left in the worst problem. */
  readonly violation: number;
  /** (n * pairs,) decision values of the training rows, where there is one pair or a regression. */
  readonly decisions?: Float64Array;
  readonly warnings: readonly string[];
}

export interface TrainingPlan {
  readonly tasks: readonly SmoTask[];
  /** What the solutions make. */
  finish(kernel: KernelFunction): Promise<Pick<TrainedMachine, 'machine' | 'objectives' | 'decisions'>>;
}
