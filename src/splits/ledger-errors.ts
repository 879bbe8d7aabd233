/** What the ledger says when it refuses rows: which rows, what they were used for before and by whom, and what to do instead. */
import { DataLeakageError } from '../core/errors.js';
import type { SplitRole } from '../core/split.js';
import type { KnownUse } from './lineage.js';
import type { RowSet } from './row-set.js';
import { type RowUse, type RowUser, USE_RULES, type UseRule } from './row-uses.js';

/** Rows of a split that may not be used so. */
export function wrongRole(
  rule: UseRule,
  use: RowUse,
  { rows, role }: { rows?: RowSet; role: SplitRole },
  by: RowUser,
): DataLeakageError {
  const count = rows ? `${rows.size} ` : '';
  return new DataLeakageError(
    `${rule.noun} by '${by.name}' may only see ${rule.roles.join(' or ')} rows, but was given ${count}${role} rows`,
    {
      hint: rule.hint,
      details: {
        use,
        by: by.name,
        role,
        allowed: rule.roles,
        ...(rows && { count: rows.size, firstRow: rows.first, lastRow: rows.last }),
      },
    },
  );
}

/** "3, 4, 5, 6, 7 and 93 more". */
function first(rows: readonly number[], count: number, limit = 5): string {
  const shown = rows.slice(0, limit);
  return `${shown.join(', ')}${count > shown.length ? ` and ${count - shown.length} more` : ''}`;
}

/** Rows whose earlier use would bias this one. */
export function usedBefore(
  rule: UseRule,
  use: RowUse,
  { one, count, shared, role }: { one: KnownUse; count: number; shared: readonly number[]; role?: SplitRole },
  by: RowUser,
): DataLeakageError {
  const { past } = USE_RULES[one.use];
  const rows = `${count} ${role ? `${role} ` : ''}${count === 1 ? 'row' : 'rows'} that ${past}`;
  const who = one.by === by.name ? '' : ` (${one.by})`;
  return new DataLeakageError(
    `${rule.noun} of '${by.name}' was given ${rows}${who}: source rows ${first(shared, count)}`,
    {
      hint: rule.hint,
      details: { use, by: by.name, earlier: { use: one.use, by: one.by }, role, count, rows: shared },
    },
  );
}
