/** Rows asked for by those who are handed arrays, not splits: finds the ledgers that know them and asks all. */
import type { SplitRole } from '../core/split.js';
import { RowLedger } from './ledger.js';
import { wrongRole } from './ledger-errors.js';
import type { KnownUse } from './lineage.js';
import { type HeldRows, noteOrigin, rowsIn } from './row-origin.js';
import { type RowUse, type RowUser, USE_RULES } from './row-uses.js';

/** A use that has been let pass; `record` writes it down once it has happened. */
export interface RowClaim {
  record(): void;
  /** Lets the subject know already, for what it asks for next; the record stays as it is. */
  remember(): void;
}

/**
 * Asks every ledger that knows the rows of X. Refused only when none of them lets the use pass: the same memory may be test rows of one
 * container and training rows of the next. Rows of no split get a ledger of their own, so that a model is at least known to itself.
 *
 * @throws DataLeakageError - as `RowLedger.record`
 */
export function claimRows(use: RowUse, { X, role }: { X: unknown; role?: SplitRole }, by: RowUser): RowClaim {
  const rule = USE_RULES[use];
  const held = byLedger(X);
  if (role !== undefined && !rule.roles.includes(role)) {
    const [ledger, rows] = held[0] ?? [];
    const error = wrongRole(rule, use, { role, rows: rows?.[0]?.rows }, by);
    throw ledger ? ledger.refuse(error, use, by) : error;
  }
  if (held.length === 0) {
    return {
      record: () => {
        if (use === 'score') return;
        noteOrigin(X, { source: new RowLedger() });
        for (const [ledger, given] of byLedger(X)) for (const rows of given) ledger.add(use, rows, by);
      },
      remember: () => {},
    };
  }
  const judged = held.map(([ledger, given]) => {
    const refusals = given.map((rows) => ledger.refusal(use, rows, by));
    return { ledger, given, refusal: refusals.find((one) => one !== undefined) };
  });
  const allowed = judged.filter(({ refusal }) => !refusal);
  const [first] = judged;
  if (allowed.length === 0 && first.refusal) throw first.ledger.refuse(first.refusal, use, by);
  return {
    record: () => {
      for (const { ledger, given, refusal } of judged) {
        // Not a use that a ledger of other splits would allow, but what was learned from the rows was learned from them.
        for (const rows of given) refusal ? ledger.remember(use, rows, by) : ledger.add(use, rows, by);
      }
    },
    remember: () => {
      for (const { ledger, given } of judged) for (const rows of given) ledger.remember(use, rows, by);
    },
  };
}

/** Claims and records at once. */
export function useRows(use: RowUse, split: { X: unknown; role?: SplitRole }, by: RowUser): void {
  claimRows(use, split, by).record();
}

/** Earlier uses that make scores on parts of these rows too good; see `RowLedger.flattering`. */
export function flatteringUses(X: unknown): KnownUse[] {
  return byLedger(X).flatMap(([ledger, held]) => held.flatMap((rows) => ledger.flattering(rows)));
}

/** The one ledger that knows all the splits in their roles, latest first; undefined when there is none. */
export function ledgerOf(splits: readonly { readonly X: unknown; readonly role: SplitRole }[]): RowLedger | undefined {
  const known = splits.map(({ X, role }) => rowsIn(X).filter((held) => held.role === role));
  const source = known[0]?.find((held) =>
    known.every((list) => list.some((other) => other.source === held.source)),
  )?.source;
  return source instanceof RowLedger ? source : undefined;
}

function byLedger(X: unknown): [RowLedger, HeldRows[]][] {
  const out = new Map<RowLedger, HeldRows[]>();
  for (const held of rowsIn(X)) {
    if (held.source instanceof RowLedger) out.set(held.source, [...(out.get(held.source) ?? []), held]);
  }
  return [...out];
}
