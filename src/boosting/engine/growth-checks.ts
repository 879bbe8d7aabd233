/** Settings of growth that contradict each other or the data: a `ConfigError` before any work is done. */
import { ConfigError } from '../../core/errors.js';
import type { BoostingParams } from './params.js';

/** @throws ConfigError */
export function checkGrowth(params: BoostingParams, cols: number): void {
  const { numLeaves, maxDepth, monotone, interactions, categorical } = params;
  if (numLeaves <= 0 && maxDepth <= 0) {
    refuse('neither the leaves nor the depth of a tree are limited', 'Set numLeaves or maxDepth.');
  }
  if (monotone.length > 0 && monotone.length !== cols) {
    refuse(
      `monotone constraints are given for ${monotone.length} columns, X has ${cols}`,
      'Give -1, 0 or 1 for each column of X.',
    );
  }
  const constrained = categorical.columns.find((column) => monotone[column]);
  if (constrained !== undefined) {
    refuse(
      `column ${constrained} is categorical and has a monotone constraint`,
      'Categories have no order: set its constraint to 0, or leave the column numeric.',
    );
  }
  for (const set of interactions) checkSet(set, cols);
  if (params.multiOutput) checkMultiOutput(params);
  if (params.exact) checkExact(params);
}

function checkExact({ maxDepth, categorical, multiOutput }: BoostingParams): void {
  const hint = 'Grow trees on histograms instead.';
  if (maxDepth <= 0) refuse('exact trees grow level by level and need a depth', 'Set maxDepth above 0.');
  if (categorical.columns.length > 0) refuse('exact trees know no categorical columns', hint);
  if (multiOutput) refuse('exact trees have one value in each leaf', hint);
}

function checkMultiOutput({ monotone, extraTrees, pathSmooth, categorical }: BoostingParams): void {
  const unfit = [
    monotone.some(Boolean) && 'monotone constraints',
    extraTrees && 'random thresholds',
    pathSmooth > 0 && 'path smoothing',
    categorical.columns.length > 0 && 'categorical columns',
  ].filter(Boolean);
  if (unfit.length === 0) return;
  refuse(`trees with a vector in each leaf know no ${unfit.join(' and no ')}`, 'Grow one tree an output instead.');
}

function checkSet(set: readonly number[], cols: number): void {
  if (set.length === 0)
    refuse('a set of interacting columns is empty', 'Remove it, or list the columns that may meet.');
  const unknown = set.find((column) => !(Number.isInteger(column) && column >= 0 && column < cols));
  if (unknown !== undefined) {
    refuse(`interaction constraints name column ${unknown}, X has ${cols}`, `Columns are numbered 0 to ${cols - 1}.`);
  }
}

/** Leaves that are set anew after growth would no longer keep to the bounds. */
export function checkRenewal(params: BoostingParams, renewsLeaves: boolean): void {
  if (!renewsLeaves || !params.monotone.some(Boolean)) return;
  refuse(
    'this objective sets leaf values after a tree is grown, which monotone constraints cannot bind',
    'Leave the constraints out, or use an objective such as squared error or huber.',
  );
}

function refuse(problem: string, hint: string): never {
  throw new ConfigError(`Boosting: ${problem}`, { hint });
}
