/** The regularisation path and its cross-validation: which C predicts held-out rows best, by log-loss. */
import { log, pow } from '../../core/math.js';
import { assignFolds, type FoldOptions } from '../../model/folds.js';
import type { LogisticCoefficients } from './coefficients.js';
import { predictLogisticInTurns } from './predict.js';
import {
  type LogisticContext,
  type LogisticData,
  type LogisticOptions,
  type LogisticResult,
  trainPath,
} from './train.js';

/** Everything learned on the way to the chosen C; lists follow `Cs`. */
export interface RegularizationPath {
  /** Ascending: from the strongest penalty to the weakest. */
  readonly Cs: readonly number[];
  /** (folds, Cs) weighted mean log-loss of each fold's rows under the model of the other folds. */
  readonly foldLogLoss: readonly (readonly number[])[];
  /** (Cs,) mean over folds. */
  readonly meanLogLoss: readonly number[];
  /** Position of the least mean log-loss, the stronger penalty on ties. */
  readonly best: number;
  /** (Cs,) of the models of all rows. */
  readonly coefficients: readonly LogisticCoefficients[];
}

/** Ascending values; a number stands for so many between 1e-4 and 1e4, evenly on a log scale. */
export function strengthsOf(Cs: readonly number[] | number): number[] {
  const list =
    typeof Cs === 'number' ? Array.from({ length: Cs }, (_, i) => pow(10, -4 + (8 * i) / (Cs - 1))) : [...Cs];
  return [...new Set(list)].sort((a, b) => a - b);
}

/**
 * Trains the path on the rows outside each fold and on all rows, and picks C.
 * @throws InvalidInputError - fewer rows than folds, or a class without rows outside a fold
 */
export async function crossValidate(
  data: LogisticData,
  options: LogisticOptions,
  Cs: readonly number[],
  foldOptions: FoldOptions,
  context: LogisticContext,
): Promise<{ path: RegularizationPath; result: LogisticResult }> {
  const { y } = data;
  const { folds } = foldOptions;
  const fold = assignFolds(data, foldOptions, 'Logistic regression');
  const report = (step: number) => context.onProgress?.({ phase: 'cross-validation', step, total: folds + 1 });
  const foldLogLoss: number[][] = [];
  const quiet = { ...context, onProgress: undefined };
  const plain = { ...options, standardErrors: false };
  for (let f = 0; f < folds; f++) {
    const weights = Float64Array.from(y, (_, i) => (fold[i] === f ? 0 : (data.weights?.[i] ?? 1)));
    const fits = await trainPath({ ...data, weights }, plain, Cs, quiet);
    foldLogLoss.push(await heldOutLosses(fits, data, fold, f));
    report(f + 1);
  }
  const meanLogLoss = Cs.map((_, c) => foldLogLoss.reduce((sum, losses) => sum + losses[c], 0) / folds);
  const best = meanLogLoss.reduce((at, loss, c) => (loss < meanLogLoss[at] ? c : at), 0);
  const fits = await trainPath(data, plain, Cs, quiet);
  report(folds + 1);
  const path = { Cs, foldLogLoss, meanLogLoss, best, coefficients: fits.map((fit) => fit.coefficients) };
  if (!options.standardErrors) return { path, result: fits[best] };
  const [result] = await trainPath(data, { ...options, start: fits[best].coefficients }, [Cs[best]], quiet);
  return { path, result: { ...result, losses: fits[best].losses, coefficients: fits[best].coefficients } };
}

async function heldOutLosses(
  fits: readonly LogisticResult[],
  { X, y, weights }: LogisticData,
  fold: Uint32Array,
  own: number,
): Promise<number[]> {
  const rows = Uint32Array.from(fold.keys()).filter((i) => fold[i] === own);
  const held = X.take(rows);
  const losses: number[] = [];
  for (const { coefficients } of fits) {
    const probabilities = await predictLogisticInTurns(coefficients, held);
    let loss = 0;
    let total = 0;
    rows.forEach((row, i) => {
      const weight = weights?.[row] ?? 1;
      const p = probabilities.data[i * probabilities.cols + y[row]];
      // A probability that rounds to 0 counts as the least float32 above it.
      loss -= weight * log(Math.max(p, 1e-45));
      total += weight;
    });
    losses.push(loss / total);
  }
  return losses;
}
