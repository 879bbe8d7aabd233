/**
 * What `PreprocessingPipeline.fitTransform` needs of a set of raw splits. The container lives in a lower layer (data/) and implements
 * this, so that preprocessing never imports it.
 */
import type { Matrix } from '../core/matrix.js';
import type { Split, SplitRole } from '../core/split.js';
import type { Table } from '../core/table.js';

/**
 * Rows that a split does not hold but that lie before rows of it, in time order: earlier splits, and rows that were purged, embargoed or
 * have no label. Only their features are read (past information); they carry no labels.
 */
export interface EarlierRows {
  readonly X: Table;
  /** (n,) rows of the split that lie before each of these rows, never decreasing. Absent: all of these lie before the split's first row. */
  readonly after?: Uint32Array;
  /** (n,) ms since epoch. */
  readonly times?: Float64Array;
  /** (n,) entity of each row. */
  readonly groups?: ArrayLike<string | number>;
}

/** Turns the raw columns of one split into features, keeping its role; `history` lets lags and windows see the rows that it does not hold. */
export type SplitTransform = <R extends SplitRole>(split: Split<R, Table>, history?: EarlierRows) => Split<R, Matrix>;

/**
 * Raw splits that can become a container `C` of finished features. `withFeatures` calls `transform` for train, validation and test at once
 * and for the holdout only when it is unlocked, each with the rows before and between its own as history.
 */
export interface RawSplits<C> {
  readonly train: Split<'train', Table>;
  /** Rows between the training rows that are not among them. */
  readonly trainHistory?: EarlierRows;
  /** The container of what `transform` makes of each split; `featureNames` are its columns. */
  withFeatures(transform: SplitTransform, featureNames: readonly string[]): C;
}
