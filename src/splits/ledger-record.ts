/** The ledger as plain data: what a report shows of it, and what a run keeps on disk to go on from. */
import { ModelFormatError } from '../core/errors.js';
import type { SplitRole } from '../core/split.js';
import type { HoldoutUnlock } from './holdout.js';
import { ROLES } from './ratios.js';
import { type RowRange, RowSet } from './row-set.js';
import { ROW_USES, type RowUse } from './row-uses.js';

export const LEDGER_VERSION = 1;

/** One way in which rows were used, as often as it was. */
export interface LedgerUse {
  /** 1 for the first use in the ledger. */
  readonly order: number;
  readonly use: RowUse;
  /** Name of the model, or whatever used the rows. */
  readonly by: string;
  /** Absent for rows of no split. */
  readonly role?: SplitRole;
  /** How many rows. */
  readonly rows: number;
  /** Number of the first and the last of them in the source. */
  readonly firstRow: number;
  readonly lastRow: number;
  readonly times: number;
  /** ISO 8601: first and last time. */
  readonly at: string;
  readonly lastAt: string;
  readonly run?: string;
  /** From a ledger that this one went on from. */
  readonly earlier?: boolean;
  /** In the report of one model: used by it, or by what it was made from. */
  readonly own?: boolean;
}

/** One split of the data that a ledger knows. */
export interface LedgerSplit {
  readonly role: SplitRole;
  readonly rows: number;
  readonly firstRow: number;
  readonly lastRow: number;
  /** ISO 8601, where the times are known. */
  readonly from?: string;
  readonly to?: string;
}

/** A use that was refused. */
export interface LedgerRefusal {
  readonly use: RowUse;
  readonly by: string;
  readonly message: string;
  readonly at: string;
}

/** Who used which rows for what, when, and how often the test set was looked at. */
export interface LedgerReport {
  readonly formatVersion: typeof LEDGER_VERSION;
  readonly splits: readonly LedgerSplit[];
  /** In the order of their first time. */
  readonly uses: readonly LedgerUse[];
  /** Evaluations of test rows. */
  readonly testEvaluations: number;
  readonly holdoutUnlocks: readonly HoldoutUnlock[];
  readonly refused: readonly LedgerRefusal[];
}

/** A split of a stored ledger, with its rows. */
export interface StoredLedgerSplit extends LedgerSplit {
  readonly ranges: readonly RowRange[];
}

/** A use of a stored ledger, with its rows. */
export interface StoredLedgerUse extends LedgerUse {
  readonly ranges: readonly RowRange[];
}

/** A report with every row in it. */
export interface StoredLedger extends LedgerReport {
  readonly splits: readonly StoredLedgerSplit[];
  readonly uses: readonly StoredLedgerUse[];
}

/** Rows of each stored split and use. Throws `ModelFormatError` for what `RowLedger.toJSON` did not write. */
export function readLedger(stored: unknown): {
  splits: { role: SplitRole; rows: RowSet }[];
  uses: { use: LedgerUse; rows: RowSet }[];
} {
  const { formatVersion, splits, uses } = (stored ?? {}) as Partial<StoredLedger>;
  if (typeof formatVersion === 'number' && formatVersion > LEDGER_VERSION) {
    throw new ModelFormatError(`The ledger was stored by a newer version (format ${formatVersion})`, {
      hint: 'Update holdfast.',
    });
  }
  if (formatVersion !== LEDGER_VERSION || !Array.isArray(splits) || !Array.isArray(uses))
    throw damaged('it is no ledger');
  return {
    splits: splits.map((split, i) => {
      if (!(ROLES as readonly unknown[]).includes(split?.role)) throw damaged(`split ${i} has no role`);
      return { role: split.role, rows: rowsOf(split, `split ${i}`) };
    }),
    uses: uses.map((use, i) => {
      if (!isUse(use)) throw damaged(`use ${i} is not one that this version knows`);
      return { use, rows: rowsOf(use, `use ${i}`) };
    }),
  };
}

function isUse(use: StoredLedgerUse | null | undefined): boolean {
  if (!(ROW_USES as readonly unknown[]).includes(use?.use) || !use) return false;
  const { role, run, times } = use;
  if (role !== undefined && !(ROLES as readonly unknown[]).includes(role)) return false;
  if (run !== undefined && typeof run !== 'string') return false;
  const texts = [use.by, use.at, use.lastAt];
  return Number.isSafeInteger(times) && times >= 1 && texts.every((text) => typeof text === 'string');
}

function rowsOf(entry: { ranges?: unknown; rows?: unknown }, what: string): RowSet {
  const { ranges } = entry;
  if (!Array.isArray(ranges) || !ranges.every((range) => Array.isArray(range) && range.length === 2))
    throw damaged(`${what} has no ranges of rows`);
  let rows: RowSet;
  try {
    rows = RowSet.fromRanges(ranges as RowRange[]);
  } catch (error) {
    throw damaged(`${what} has ranges that are not ascending`, error);
  }
  if (rows.size !== entry.rows) throw damaged(`${what} has another number of rows than its ranges`);
  return rows;
}

function damaged(what: string, cause?: unknown): ModelFormatError {
  return new ModelFormatError(`The stored ledger cannot be used: ${what}`, {
    hint: 'Use ledger.json of a run, or what JSON.stringify(container.ledger) gave.',
    cause,
  });
}
