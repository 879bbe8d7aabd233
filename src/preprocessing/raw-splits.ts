/**
 * What `PreprocessingPipeline.fitTransform` needs of a set of raw splits. The container lives in a lower layer (data/) and implements
 * this, so that preprocessing never imports it.
 */
import type { Matrix } from '../core/matrix.js';
import type { Split, SplitRole } from '../core/split.js';
import type { Table } from '../core/table.js';

/**
 * Rows that came before the first row of a split, in the same order as the splits: earlier splits and the purged or embargoed rows between.
 * Only their features are read (past information); they carry no labels.
 */
export interface History {
  readonly X: Table;
  /** (n,) ms since epoch. */
  readonly times?: Float64Array;
  /** (n,) entity of each row. */
  readonly groups?: ArrayLike<string | number>;
}

/** Turns the raw columns of one split into features, keeping its role; `history` lets lags and windows reach back before its first row. */
export type SplitTransform = <R extends SplitRole>(split: Split<R, Table>, history?: History) => Split<R, Matrix>;

/**
 * Raw splits that can become a container `C` of finished features. `withFeatures` calls `transform` for train, validation and test at once
 * and for the holdout only when it is unlocked, each with the rows before it as history.
 */
export interface RawSplits<C> {
  readonly train: Split<'train', Table>;
  withFeatures(transform: SplitTransform, featureNames: readonly string[]): C;
}
