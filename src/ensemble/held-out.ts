/** Which rows members are trained on and which they predict, so that a meta-model learns from predictions of rows they have not seen. */
import { deriveSeed } from '../core/random.js';
import { withoutSharedRows } from '../core/shared-windows.js';
import { rowCount, windowsOf } from '../model/input.js';
import { windowsOverlap } from '../model/sequence-input.js';
import type { FitData, ModelInputMatrix } from '../model/types.js';
import { GroupKFold } from '../splits/group-k-fold.js';
import { KFold } from '../splits/k-fold.js';
import { PurgedKFold } from '../splits/purged-k-fold.js';
import { purgedFold } from '../splits/purged-train.js';
import type { Fold, Splitter } from '../splits/splitter.js';
import { StratifiedKFold } from '../splits/stratified-k-fold.js';
import { barCount, timelineOf } from '../splits/timeline.js';

/** How rows become parts of which each is predicted by members trained on the others. */
export type FoldKind = 'purged' | 'stratified' | 'shuffled' | 'groups';

export interface FoldPlan {
  readonly folds: number;
  readonly foldKind: FoldKind;
  /** See `PurgedKFold`. */
  readonly embargo: number;
  readonly horizon: number;
}

type Data = FitData<ModelInputMatrix>;

/** Folds for stacking; fewer than asked for where there are too few rows, which is a warning. */
export function stackingFolds(data: Data, plan: FoldPlan, seed: number, warnings: string[]): Fold[] {
  const rows = rowCount(data.X);
  const { times, labelEnds, groups, y } = data;
  const [most, things] = mostFolds(data, plan);
  const folds = Math.min(plan.folds, most);
  if (folds < plan.folds) warnings.push(`stacking: there are ${most} ${things}: ${folds} folds were used.`);
  if (folds < 2) return [];
  return usable(splitterOf(plan, folds, seed, most).split({ rows, times, labelEnds, groups, y }), data, warnings);
}

/** Folds of a splitter of the caller's own. */
export function foldsOf(splitter: Splitter, data: Data, warnings: string[]): Fold[] {
  const { times, labelEnds, groups, y } = data;
  return usable(splitter.split({ rows: rowCount(data.X), times, labelEnds, groups, y }), data, warnings);
}

/** One fold: the last `share` of the rows in time is predicted, by what came before and whose labels were known by then. */
export function laterSlice(data: Data, share: number, horizon: number, warnings: string[]): Fold[] {
  const rows = rowCount(data.X);
  const { times, labelEnds, groups } = data;
  const timeline = timelineOf({ rows, times, labelEnds, groups }, horizon, 'blending');
  if (barCount(timeline) < 2) {
    warnings.push('blending: all rows have one time: there is no later slice to learn from.');
    return [];
  }
  // The nearest change of time, the earlier one when two are equally near.
  const wanted = rows * (1 - share);
  const inner = timeline.bars.subarray(1, -1);
  const from = inner.reduce((best, bar) => (Math.abs(bar - wanted) < Math.abs(best - wanted) ? bar : best));
  const { train, test } = purgedFold(timeline, [{ from, to: rows }], 0);
  return usable([{ train: train.sort(), test: test.sort() }], data, warnings);
}

/** How many folds the rows allow, and what there are so few of. */
function mostFolds(data: Data, { foldKind }: FoldPlan): [number, string] {
  const rows = rowCount(data.X);
  if (foldKind === 'groups') return [new Set(data.groups ?? []).size, 'groups'];
  if (foldKind === 'purged' && data.times) return [new Set(data.times).size, 'distinct times'];
  if (foldKind !== 'stratified') return [rows, 'rows'];
  const counts = new Uint32Array(data.classes.length);
  for (const k of data.y) counts[k]++;
  return [Math.min(...counts), 'rows of the rarest class'];
}

function splitterOf({ foldKind, embargo, horizon }: FoldPlan, folds: number, seed: number, most: number): Splitter {
  const shuffle = { folds, shuffle: true, seed: deriveSeed(seed, 'stacking') };
  if (foldKind === 'groups') return new GroupKFold({ folds });
  if (foldKind === 'shuffled' || most < 2) return new KFold(shuffle);
  return foldKind === 'stratified' ? new StratifiedKFold(shuffle) : new PurgedKFold({ folds, embargo, horizon });
}

/** Without training windows that share rows with tested ones; without folds that leave a single class, or nothing, to train on. */
function usable(folds: Iterable<Fold>, { X, y, classes }: Data, warnings: string[]): Fold[] {
  const windows = windowsOf(X);
  const overlapping = windows && windowsOverlap(windows) ? windows : undefined;
  const kept: Fold[] = [];
  let skipped = 0;
  for (const { train, test } of folds) {
    const own = overlapping ? withoutSharedRows(overlapping, train, test) : train;
    const seen = new Set<number>();
    if (classes.length > 0) for (const row of own) seen.add(y[row]);
    if (own.length > 0 && (classes.length === 0 || seen.size > 1)) kept.push({ train: own, test });
    else skipped++;
  }
  if (skipped > 0)
    warnings.push(
      `${skipped} of ${skipped + kept.length} folds leave nothing, or one class, to train on: they were left out.`,
    );
  return kept;
}
