/**
 * The four splits of one data set, each with its role in its type, ready for training. Checks what it is given; compares the splits
 * with one another in `assertNoLeakage`, which every training calls first.
 */
import { InvalidInputError } from '../core/errors.js';
import { Matrix } from '../core/matrix.js';
import type { Split, SplitRole } from '../core/split.js';
import type { Table } from '../core/table.js';
import { Windows } from '../core/windows.js';
import { ledgerOf } from '../splits/claim-rows.js';
import { deriveHoldout, inspectHoldout, type LockedHoldout } from '../splits/holdout.js';
import type { LeakageOptions, LeakageReport } from '../splits/leakage.js';
import { RowLedger } from '../splits/ledger.js';
import { ROLES } from '../splits/ratios.js';
import type { SplitRecord } from '../splits/registry.js';
import {
  type ContainerFacts,
  type ContainerParts,
  type ContainerSplits,
  type ContainerX,
  checkedNames,
  checkSplits,
  columnsOf,
  splitsFromParts,
} from './container-splits.js';
import { type FromTableOptions, restoreTable, splitTable } from './from-table.js';
import { type ContainerFactory, RawData } from './raw-data.js';
import type { RawParts } from './raw-parts.js';
import { checkSequenceOptions, type SequenceOptions, windowSplit } from './sequences.js';
import { assertHolder, checkHolder, type SplitFacts, type SplitSummary, summarize } from './split-facts.js';
import { containerRecord } from './split-record.js';

/**
 * Train, validation, test and (sealed) holdout splits.
 *
 * `X` is a `Matrix` (n, features), or `Windows` (n, length, channels) after `toSequences` or when 3-D arrays are given
 * (`new TimeSeriesDataContainer<Windows>(...)`).
 *
 * @example
 * const container = new TimeSeriesDataContainer({ XTrain, yTrain, XVal, yVal, XTest, yTest, featureNames: ['rsi', 'atr'] });
 * container.train.X.rows;
 */
export class TimeSeriesDataContainer<X extends ContainerX = Matrix> {
  readonly train: Split<'train', X>;
  readonly validation: Split<'validation', X>;
  readonly test: Split<'test', X>;
  /** Sealed; `holdout.unlock({ reason })` is the only way in. Empty (`rows` 0) when no holdout was given. */
  readonly holdout: LockedHoldout<X>;
  readonly featureNames: string[];
  readonly symbol?: string;
  /** Bars that the label looks ahead. */
  readonly horizon?: number;
  /** Rows of each window, for sequences. */
  readonly seqLen?: number;
  /** How the splits were cut, where they come from `fromTable`. */
  readonly facts?: SplitFacts;
  readonly #ledger: RowLedger;

  /**
   * Takes arrays as callers have them (copied unless they are `Matrix` or `Windows`), or finished splits.
   * `times`, `labelEnds`, `groups` and `rowIds` are objects `{ train, validation, test, holdout }` or one array for all rows in that order.
   *
   * Throws `InvalidInputError` naming the array and rows: a missing, empty or ragged part, lengths or columns that differ, labels, times or
   * weights that are not finite, negative or all-zero weights, infinite features (NaN is a missing value), unsorted times (equal ones are
   * allowed: several events may share a time), labels that end before their row, wrong or repeated feature names.
   */
  constructor(
    parts: (ContainerParts<X> | ContainerSplits<X>) &
      ContainerFacts & { readonly facts?: SplitFacts; readonly ledger?: RowLedger },
  ) {
    if (parts === null || typeof parts !== 'object') {
      throw new InvalidInputError(
        'TimeSeriesDataContainer: expected an object with XTrain, yTrain, XVal, yVal, XTest and yTest',
      );
    }
    const splits = 'train' in parts ? checkSplits<X>(parts) : splitsFromParts<X>(parts);
    this.train = splits.train;
    this.validation = splits.validation;
    this.test = splits.test;
    const open = [this.train, this.validation, this.test];
    // The same splits again are the same data: their rows keep their record.
    this.#ledger = parts.ledger ?? ledgerOf(open) ?? new RowLedger();
    this.holdout = this.#ledger.adopt<X>(open, splits.holdout);
    this.featureNames = checkedNames(parts.featureNames, columnsOf(this.train.X));
    if (parts.symbol !== undefined) this.symbol = parts.symbol;
    if (parts.horizon !== undefined) this.horizon = checkedCount(parts.horizon, 'horizon', 0);
    const length = windowLength(this.train.X);
    if (length !== undefined && parts.seqLen !== undefined && parts.seqLen !== length) {
      throw new InvalidInputError(`seqLen is ${parts.seqLen}, but the windows have ${length} rows`, {
        hint: 'Leave seqLen out: it follows from the windows.',
      });
    }
    for (const split of [this.validation, this.test]) {
      if (windowLength(split.X) !== length) {
        throw new InvalidInputError(
          `The ${split.role} split holds ${shapeOf(split.X)}, train holds ${shapeOf(this.train.X)}`,
          {
            hint: 'All splits need the same form.',
          },
        );
      }
    }
    const seqLen = length ?? parts.seqLen;
    if (seqLen !== undefined) this.seqLen = checkedCount(seqLen, 'seqLen', 1);
    if (parts.facts) this.facts = parts.facts;
  }

  /**
   * Splits one table in time: 60/20/15/5 by default, purged by label span and embargoed at every boundary; columns stay raw, so that
   * preprocessing can be fitted on train alone. See `FromTableOptions` for each option and `timeOrderedSplit` for the exact rules. Done in one
   * turn: some tenths of a second for 73,000 rows of 180 columns, so a service that answers meanwhile calls it in a worker thread.
   *
   * Throws `InvalidInputError` (unknown columns, missing times, label ends before their row, ...), `DataLeakageError` (the label among the
   * features) and `SplitRatioViolationError` (ratios missed by more than 2 percentage points, or a split that purging empties).
   *
   * @example
   * const raw = TimeSeriesDataContainer.fromTable(table, { label: 'label', time: 'timestamp', labelEnd: 'label_end', horizon: 20 });
   * const container = new PreprocessingPipeline().fitTransform(raw);
   */
  static fromTable(table: Table, options: FromTableOptions): RawTimeSeriesData {
    return RawTimeSeriesData.of(splitTable(table, options));
  }

  /**
   * The split of a table that a `SplitRegistry` stored, made again: same rows, same roles, same order.
   * Throws as `fromTable` does, and `InvalidInputError` when the record does not fit the table.
   */
  static restoreSplit(table: Table, record: SplitRecord): RawTimeSeriesData {
    return RawTimeSeriesData.of(restoreTable(table, record));
  }

  /**
   * Rows to windows of `seqLen` rows: of features known up to and including the window's last row, whose label, weight and time it takes.
   * No window crosses a split, a group or (with `maxGap`, ms) a gap in time. Rows of a split are neighbours even where a row between them was
   * dropped (no label, purged): give `maxGap` where that happens. Windows share the matrix of their split: 4 bytes a window.
   * Throws `InvalidInputError` when a split has no window; a holdout without one becomes empty.
   */
  toSequences(seqLen: number, options: SequenceOptions = {}): TimeSeriesDataContainer<Windows> {
    checkSequenceOptions(seqLen, options, this.train.times !== undefined);
    const sequences = <R extends SplitRole>(split: Split<R, X>) => windowSplit(asMatrixSplit(split), seqLen, options);
    const nonEmpty = <R extends SplitRole>(split: Split<R, Windows>, rows: number) => {
      if (split.y.length > 0) return split;
      throw new InvalidInputError(`The ${split.role} split has no window of ${seqLen} rows (${rows} rows in all)`, {
        hint: 'Use a shorter sequence or more rows; groups and gaps (maxGap) end a window too.',
      });
    };
    const sealed = inspectHoldout(this.holdout);
    const holdoutRows = sealed ? sequences(sealed).y.length : 0;
    return new TimeSeriesDataContainer<Windows>({
      train: nonEmpty(sequences(this.train), this.train.y.length),
      validation: nonEmpty(sequences(this.validation), this.validation.y.length),
      test: nonEmpty(sequences(this.test), this.test.y.length),
      holdout: deriveHoldout(this.holdout, sequences, holdoutRows),
      featureNames: this.featureNames,
      symbol: this.symbol,
      horizon: this.horizon,
      facts: this.facts,
      ledger: this.#ledger,
    });
  }

  /**
   * What the rows have been used for so far: preprocessing, training, early stopping, calibration, thresholds and evaluations write into it, and
   * it refuses what would bias a result.
   */
  get ledger(): RowLedger {
    return this.#ledger;
  }

  /** Compares the splits, the sealed holdout too, and reports what leaks; `checkLeakage` in splits/leakage.ts lists the checks. */
  checkLeakage(options?: LeakageOptions): Promise<LeakageReport> {
    return checkHolder(this, options);
  }

  /** Throws `DataLeakageError` listing the offending rows and groups when the splits leak. Every training calls it first. */
  assertNoLeakage(options?: LeakageOptions): Promise<LeakageReport> {
    return assertHolder(this, options);
  }

  /** Sizes, time ranges, purged and embargoed counts, as plain data. */
  summary(): SplitSummary {
    return summarize(this);
  }

  /** What `SplitRegistry.save` stores. */
  splitRecord(): Promise<SplitRecord> {
    return containerRecord(this);
  }
}

/** Splits of one table with their columns as read; made by `TimeSeriesDataContainer.fromTable`. */
export class RawTimeSeriesData extends RawData<TimeSeriesDataContainer> {
  private constructor(parts: RawParts) {
    super(parts, containerOf);
  }

  /** Of finished parts. @internal */
  static of(parts: RawParts): RawTimeSeriesData {
    return new RawTimeSeriesData(parts);
  }
}

const containerOf: ContainerFactory<TimeSeriesDataContainer> = (parts) => new TimeSeriesDataContainer<Matrix>(parts);

function windowLength(X: ContainerX): number | undefined {
  return X instanceof Windows ? X.length : undefined;
}

const shapeOf = (X: ContainerX): string => (X instanceof Windows ? `windows of ${X.length} rows` : 'single rows');

function asMatrixSplit<R extends SplitRole>(split: Split<R, ContainerX>): Split<R, Matrix> {
  const { X } = split;
  if (X instanceof Matrix) return { ...split, X };
  throw new InvalidInputError('This container already holds windows', {
    hint: `Call toSequences on the container of rows (splits: ${ROLES.join(', ')}).`,
  });
}

function checkedCount(value: number, name: string, least: number): number {
  if (!Number.isInteger(value) || value < least) {
    throw new InvalidInputError(`${name} must be a whole number of at least ${least}, got ${String(value)}`, {
      hint: 'Count it in bars.',
    });
  }
  return value;
}
