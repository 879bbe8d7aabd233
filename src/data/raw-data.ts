/** Splits of one table with their columns as read: what preprocessing is fitted on (train only) and turned into a container. */
import { canonicalJson } from '../core/hash.js';
import type { Split } from '../core/split.js';
import type { Table } from '../core/table.js';
import type { EarlierRows, RawSplits, SplitTransform } from '../preprocessing/raw-splits.js';
import { deriveHoldout, type LockedHoldout } from '../splits/holdout.js';
import type { LeakageOptions, LeakageReport } from '../splits/leakage.js';
import { RowLedger } from '../splits/ledger.js';
import { hashTable, type SplitRecord } from '../splits/registry.js';
import type { ContainerFacts, ContainerSplits } from './container-splits.js';
import type { FromTableSettings, RawParts } from './raw-parts.js';
import type { RowHistory } from './row-history.js';
import { assertHolder, checkHolder, type SplitFacts, type SplitSummary, summarize } from './split-facts.js';
import { storedFacts } from './split-record.js';

/** Makes a container of finished splits. */
export type ContainerFactory<Container> = (
  parts: ContainerSplits & ContainerFacts & { readonly facts?: SplitFacts; readonly ledger?: RowLedger },
) => Container;

/**
 * Train, validation, test and (sealed) holdout with `X: Table`, to become a `Container`: `RawTimeSeriesData` with the one there is.
 * Rows of each split are in time order.
 */
export class RawData<Container> implements RawSplits<Container> {
  readonly train: Split<'train', Table>;
  readonly validation: Split<'validation', Table>;
  readonly test: Split<'test', Table>;
  readonly holdout: LockedHoldout<Table>;
  /** The raw feature columns. */
  readonly featureNames: string[];
  readonly symbol?: string;
  readonly horizon?: number;
  /** For a label column of text: the text of label k. */
  readonly classNames?: readonly string[];
  readonly settings: FromTableSettings;
  readonly facts: SplitFacts;
  readonly #history: RowHistory;
  readonly #source: Table;
  readonly #toContainer: ContainerFactory<Container>;
  readonly #ledger = new RowLedger();

  constructor(parts: RawParts, toContainer: ContainerFactory<Container>) {
    this.train = parts.train;
    this.validation = parts.validation;
    this.test = parts.test;
    this.holdout = this.#ledger.adopt([parts.train, parts.validation, parts.test], parts.holdout);
    this.featureNames = parts.featureNames;
    this.settings = parts.settings;
    this.facts = parts.facts;
    if (parts.settings.symbol !== undefined) this.symbol = parts.settings.symbol;
    if (parts.settings.horizon !== undefined) this.horizon = parts.settings.horizon;
    if (parts.classNames) this.classNames = parts.classNames;
    this.#history = parts.history;
    this.#source = parts.source;
    this.#toContainer = toContainer;
  }

  /** What the rows have been used for so far; containers made of these splits go on with it. */
  get ledger(): RowLedger {
    return this.#ledger;
  }

  /** Rows between the training rows that are not among them (no label, purged): what fitting lags and windows needs to see. */
  get trainHistory(): EarlierRows | undefined {
    return this.#history.of('train');
  }

  /**
   * The container of features that `transform` makes of each split; labels, weights, times, label ends, groups and row ids go with them.
   * The sealed holdout is transformed when it is unlocked (or compared with the other splits).
   */
  withFeatures(transform: SplitTransform, featureNames: readonly string[]): Container {
    const history = this.#history;
    return this.#toContainer({
      train: transform(this.train, history.of('train')),
      validation: transform(this.validation, history.of('validation')),
      test: transform(this.test, history.of('test')),
      holdout: deriveHoldout(this.holdout, (split) => transform(split, history.of('holdout'))),
      featureNames,
      symbol: this.symbol,
      horizon: this.horizon,
      facts: this.facts,
      ledger: this.#ledger,
    });
  }

  /** Compares the splits, the sealed holdout too, and reports what leaks. */
  checkLeakage(options?: LeakageOptions): Promise<LeakageReport> {
    return checkHolder(this, options);
  }

  /** Throws `DataLeakageError` listing the offending rows and groups when the splits leak. */
  assertNoLeakage(options?: LeakageOptions): Promise<LeakageReport> {
    return assertHolder(this, options);
  }

  /** Sizes, time ranges, purged, embargoed and dropped counts, as plain data. */
  summary(): SplitSummary {
    return summarize(this);
  }

  /** What `SplitRegistry.save` stores. */
  async splitRecord(): Promise<SplitRecord> {
    const { train, validation, test, facts } = this;
    return {
      dataHash: await hashTable(this.#source),
      settings: JSON.parse(canonicalJson(this.settings)),
      rows: {
        train: Array.from(train.rowIds ?? []),
        validation: Array.from(validation.rowIds ?? []),
        test: Array.from(test.rowIds ?? []),
        holdout: Array.from(this.#history.holdoutRows),
      },
      ...storedFacts(facts),
    };
  }
}
