/**
 * The ledger of the rows of one data set: what each was used for, by whom and when. It refuses what would bias a result, and says which
 * earlier use stands in the way. It travels with the data: splits made of splits, features made of columns and windows made of rows are found
 * in it by themselves.
 */
import { type DataLeakageError, InvalidInputError } from '../core/errors.js';
import type { Split, SplitRole } from '../core/split.js';
import { deriveHoldout, type LockedHoldout } from './holdout.js';
import { usedBefore, wrongRole } from './ledger-errors.js';
import {
  LEDGER_VERSION,
  type LedgerRefusal,
  type LedgerReport,
  readLedger,
  type StoredLedger,
} from './ledger-record.js';
import { descend, type KnownUse, noteUse, usesOf } from './lineage.js';
import { ROLES } from './ratios.js';
import { noteOrigin, rowsIn } from './row-origin.js';
import { RowSet } from './row-set.js';
import { type RowUse, type RowUser, USE_RULES } from './row-uses.js';

interface Entry extends KnownUse {
  readonly role?: SplitRole;
  readonly at: string;
  lastAt: string;
  times: number;
  readonly run?: string;
  /** Counts for everyone. */
  readonly common: boolean;
  readonly earlier?: true;
}

interface Part {
  readonly rows: RowSet;
  readonly times?: readonly [number, number];
}

/** Rows handed in for a use. */
interface Given {
  readonly rows: RowSet;
  readonly role?: SplitRole;
  readonly makers: readonly object[];
}

/** Refusals kept. */
const MOST_REFUSALS = 100;

const iso = (ms: number): string | undefined => (Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : undefined);

/**
 * What the rows of one data set were used for. Every container has one (`container.ledger`), which preprocessing, training, early
 * stopping, calibration, the choice of thresholds and evaluations write into; `record` is for uses of your own.
 *
 * @example
 * container.ledger.record('tune', container.validation, { name: 'my grid search' });
 * container.ledger.report().testEvaluations; // 0
 */
export class RowLedger {
  readonly #parts = new Map<SplitRole, Part>();
  readonly #entries: Entry[] = [];
  readonly #refused: LedgerRefusal[] = [];
  #holdout: LockedHoldout<unknown> | undefined;

  /**
   * Records a use of a split of this data set, or of rows taken from one.
   *
   * @throws DataLeakageError - rows of a split that may not be used so, or rows whose earlier use would bias the result
   * @throws InvalidInputError - rows that are not of this data set
   */
  record(use: RowUse, split: Pick<Split<SplitRole, unknown>, 'role' | 'X' | 'rowIds'>, by: RowUser): void {
    const given = this.given(split);
    const refusal = this.refusal(use, given, by);
    if (refusal) throw this.refuse(refusal, use, by);
    this.add(use, given, by);
  }

  /** Every use so far, in the order of their first time, without the rows. */
  report(of?: object): LedgerReport {
    const { splits, uses, ...rest } = this.stored(of);
    return {
      ...rest,
      splits: splits.map(({ ranges: _, ...split }) => split),
      uses: uses.map(({ ranges: _, ...use }) => use),
    };
  }

  /** The ledger with every row, for another process to go on from (`resume`). */
  toJSON(): StoredLedger {
    return this.stored();
  }

  /**
   * Goes on from the ledger of an earlier process over the same splits (`ledger.json` of a run): its uses count for everything that is made
   * of the data from now on.
   *
   * @throws ModelFormatError - not a stored ledger
   * @throws InvalidInputError - a ledger of other splits
   */
  resume(stored: unknown): void {
    const earlier = readLedger(stored);
    const before = new Map(earlier.splits.map(({ role, rows }) => [role, rows]));
    const same = ROLES.every((role) => {
      const [own, then] = [this.#parts.get(role)?.rows, before.get(role)];
      // Which rows a holdout has is not known until something opens it, here or there: its size has to do.
      if (role === 'holdout' && !own) return then === undefined || then.size === this.#holdout?.rows;
      if (role === 'holdout' && !then) return true;
      return own ? then !== undefined && own.equals(then) : then === undefined;
    });
    if (!same) {
      throw new InvalidInputError('The stored ledger is of other splits than these', {
        hint: 'Cut the same table in the same way (SplitRegistry keeps splits), then resume.',
        details: { stored: earlier.splits.map(({ role, rows }) => ({ role, rows: rows.size })) },
      });
    }
    const uses = earlier.uses.map(({ use, rows }): Entry => {
      const { by, role, at, lastAt, times, run } = use;
      return { use: use.use, by, role, at, lastAt, times, run, rows, common: true, earlier: true };
    });
    this.#entries.unshift(...uses);
  }

  /**
   * The splits of a container, whose rows are found in this ledger from now on. Gives back the holdout in a form that is found too once it is
   * opened. For the library's own layers.
   */
  adopt<X>(splits: readonly Split<SplitRole, X>[], holdout: LockedHoldout<X>): LockedHoldout<X> {
    const numbered = splits.every(({ rowIds }) => rowIds !== undefined);
    let first = 0;
    const note = (split: Split<SplitRole, X>, from: number) => {
      const { role, X, rowIds, times, y } = split;
      const ids = numbered ? rowIds : undefined;
      noteOrigin(X, { source: this, role, ids, first: from });
      const rows = ids ? RowSet.of(ids) : RowSet.range(from, from + y.length);
      const own: Part = { rows, ...(times && times.length > 0 && { times: [times[0], times[times.length - 1]] }) };
      // Windows stand for some of the rows: the split stays what it was before.
      const known = this.#parts.get(role);
      if (!known || known.rows.size < rows.size) this.#parts.set(role, own);
    };
    for (const split of splits) {
      note(split, first);
      first += split.y.length;
    }
    const from = first;
    this.#holdout ??= holdout as LockedHoldout<unknown>;
    if (holdout.rows === 0) return holdout;
    return deriveHoldout(holdout, (split) => {
      note(split, from);
      return split;
    });
  }

  /** @internal Why rows may not be used so; undefined when they may. */
  refusal(use: RowUse, { rows, role, makers }: Given, by: RowUser): DataLeakageError | undefined {
    const rule = USE_RULES[use];
    if (role !== undefined && !rule.roles.includes(role)) return wrongRole(rule, use, { rows, role }, by);
    const own = usesOf([...(by.subject ? [by.subject] : []), ...makers], this);
    const earlier = [...own, ...this.#entries.filter(({ common }) => common)];
    for (const not of rule.notAfter) {
      // An early stop on the rows of the fit flatters nobody where no split says that they are training rows.
      if (use === 'early-stop' && role === undefined) continue;
      for (const one of earlier) {
        if (one.use !== not) continue;
        const { count, rows: shared } = one.rows.shared(rows);
        if (count > 0) return usedBefore(rule, use, { one, count, shared, role }, by);
      }
    }
    return undefined;
  }

  /**
   * @internal Earlier uses of these rows that make scores on parts of them too good, whatever part a model is kept from: preprocessing that
   * learned from them and made them what they are, and choices by scores on them, which count for everyone.
   */
  flattering({ rows, makers }: Given): KnownUse[] {
    const made = usesOf(makers, this).filter(({ use }) => use === 'preprocess');
    const chosen = this.#entries.filter(({ use, common }) => use === 'tune' && common);
    return [...made, ...chosen].filter((one) => one.rows.shared(rows, 1).count > 0);
  }

  /** @internal Records a use that `refusal` has let pass. */
  add(use: RowUse, { rows, role, makers }: Given, { name: by, subject, run }: RowUser): void {
    const at = new Date().toISOString();
    const known = this.#entries.find(
      (entry) =>
        entry.use === use &&
        entry.by === by &&
        entry.role === role &&
        entry.run === run &&
        entry.common === (subject === undefined) &&
        !entry.earlier &&
        entry.rows.equals(rows),
    );
    if (known) {
      known.times++;
      known.lastAt = at;
    } else {
      this.#entries.push({ use, by, role, rows, run, at, lastAt: at, times: 1, common: subject === undefined });
    }
    this.remember(use, { rows, makers }, { name: by, subject });
  }

  /** @internal Tells the subject of a use, but leaves it out of the record. */
  remember(use: RowUse, { rows, makers }: Given, { name: by, subject }: RowUser): void {
    if (!subject) return;
    // What is only looked at leaves no mark on who looks.
    if (use !== 'score' && use !== 'evaluate') descend(subject, makers);
    noteUse(subject, this, { use, by, rows });
  }

  /** @internal The error, kept in the record too. */
  refuse(error: DataLeakageError, use: RowUse, { name: by }: RowUser): DataLeakageError {
    if (this.#refused.length < MOST_REFUSALS)
      this.#refused.push({ use, by, message: error.message, at: new Date().toISOString() });
    return error;
  }

  private given({ X, role, rowIds }: Pick<Split<SplitRole, unknown>, 'role' | 'X' | 'rowIds'>): Given {
    const held = rowsIn(X).find(({ source }) => source === this);
    if (held) return { ...held, role: held.role ?? role };
    if (rowIds) return { rows: RowSet.of(rowIds), role, makers: [] };
    throw new InvalidInputError(`The ledger does not know these ${role} rows`, {
      hint: 'Pass a split of the container whose ledger it is, or rows with their `rowIds`.',
    });
  }

  private stored(of?: object): StoredLedger {
    const own = of && usesOf([of], this);
    const parts = ROLES.flatMap((role) => {
      const part = this.#parts.get(role);
      return part ? [{ role, ...part }] : [];
    });
    return {
      formatVersion: LEDGER_VERSION,
      splits: parts.map(({ role, rows, times }) => ({
        role,
        rows: rows.size,
        firstRow: rows.first,
        lastRow: rows.last,
        ...(times && { from: iso(times[0]), to: iso(times[1]) }),
        ranges: rows.ranges(),
      })),
      uses: this.#entries.map((entry, i) => ({
        order: i + 1,
        use: entry.use,
        by: entry.by,
        ...(entry.role && { role: entry.role }),
        rows: entry.rows.size,
        firstRow: entry.rows.first,
        lastRow: entry.rows.last,
        times: entry.times,
        at: entry.at,
        lastAt: entry.lastAt,
        ...(entry.run === undefined ? {} : { run: entry.run }),
        ...(entry.earlier && { earlier: true }),
        ...(own && {
          own: own.some((one) => one.use === entry.use && one.by === entry.by && one.rows.equals(entry.rows)),
        }),
        ranges: entry.rows.ranges(),
      })),
      testEvaluations: this.#entries.reduce(
        (sum, { use, role, times }) => sum + (use === 'evaluate' && role === 'test' ? times : 0),
        0,
      ),
      holdoutUnlocks: this.#holdout?.unlocks ?? [],
      refused: [...this.#refused],
    };
  }
}
