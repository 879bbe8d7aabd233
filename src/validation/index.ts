/** `holdfast/validation`: splitters for cross-validation. */
export { BacktestPath, type PathPart } from '../splits/backtest-path.js';
export {
  CombinatorialPurgedKFold,
  type CombinatorialPurgedKFoldOptions,
} from '../splits/combinatorial-purged-k-fold.js';
export { GroupKFold, type GroupKFoldOptions } from '../splits/group-k-fold.js';
export { KFold, type KFoldOptions } from '../splits/k-fold.js';
export { PurgedKFold, type PurgedKFoldOptions } from '../splits/purged-k-fold.js';
export { RepeatedKFold, type RepeatedKFoldOptions, RepeatedStratifiedKFold } from '../splits/repeated-k-fold.js';
export type { Fold, SplitData, Splitter } from '../splits/splitter.js';
export { StratifiedKFold } from '../splits/stratified-k-fold.js';
export { WalkForward, type WalkForwardOptions } from '../splits/walk-forward.js';
