/** Raw splits as plain data: what `fromTable` found and decided. */
import type { Split, SplitRatios } from '../core/split.js';
import type { Table } from '../core/table.js';
import type { LockedHoldout } from '../splits/holdout.js';
import type { RowHistory } from './row-history.js';
import type { SplitFacts } from './split-facts.js';

/** What `fromTable` found and decided. */
export interface RawParts {
  readonly train: Split<'train', Table>;
  readonly validation: Split<'validation', Table>;
  readonly test: Split<'test', Table>;
  readonly holdout: LockedHoldout<Table>;
  readonly featureNames: string[];
  readonly settings: FromTableSettings;
  readonly facts: SplitFacts;
  readonly classNames?: readonly string[];
  /** Rows before and between those of each split, for lags and windows that reach back. */
  readonly history: RowHistory;
  /** The table that was split. */
  readonly source: Table;
}

/** Options of `fromTable` as used. */
export interface FromTableSettings {
  readonly label: string;
  readonly features: readonly string[];
  readonly time?: string;
  readonly labelEnd?: string;
  readonly weight?: string;
  readonly group?: string;
  readonly symbol?: string;
  readonly horizon?: number;
  readonly embargo: number;
  readonly ratios: Required<SplitRatios>;
}
