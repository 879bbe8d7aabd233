/**
 * Purge and embargo between parts that lie in time order: afterwards no label span of a part reaches into a later part.
 * M. López de Prado, Advances in Financial Machine Learning (2018), chapters 7.4.1 (purging) and 7.4.2 (embargo).
 */
import type { SplitRole } from '../core/split.js';
import type { LabelSpans } from './label-spans.js';
import { ROLES } from './ratios.js';

/** Rows taken out of one part because of another. */
export interface DroppedRows {
  /** The part that lost the rows. */
  readonly from: SplitRole;
  /** The part because of which it lost them. */
  readonly because: SplitRole;
  /** Source rows, in time order. */
  readonly rows: Uint32Array;
}

export type RoleRows = Readonly<Record<SplitRole, Uint32Array>>;

/** What is left of the parts, and what was taken. */
export interface Purged {
  readonly kept: RoleRows;
  readonly purged: readonly DroppedRows[];
  readonly embargoed: readonly DroppedRows[];
}

export interface PurgeOptions {
  readonly spans: LabelSpans;
  /** Last time that the embargo after `role` covers; -Infinity for none. */
  readonly embargoEnd: (role: SplitRole) => number;
  /** Pairs that are left alone (entities that run side by side have no boundary in time). */
  readonly skip: (earlier: SplitRole, later: SplitRole) => boolean;
}

/**
 * For every pair of parts, neighbours or not:
 * - purge: a row of the earlier part goes when its label span reaches the first time of the later part, which is to say when it meets the
 *   span of any of its rows (closed spans: touching counts);
 * - embargo: a row of the later part goes when its time is at or before `embargoEnd(earlier)`.
 * Both look at the parts as assigned, so no row is kept because another one went. A row that both would take counts as purged,
 * and each row is listed once, with the nearest part that took it.
 */
export function purgeAndEmbargo(parts: RoleRows, options: PurgeOptions): Purged {
  const { starts, ends } = options.spans;
  const gone = new Set<number>();
  const take = (rows: Iterable<number>): Uint32Array => {
    const fresh = [...rows].filter((row) => !gone.has(row));
    for (const row of fresh) gone.add(row);
    return Uint32Array.from(fresh);
  };
  const purged: DroppedRows[] = [];
  const embargoed: DroppedRows[] = [];
  for (const [earlier, later] of pairs(parts, options.skip)) {
    const first = parts[later].reduce((least, row) => Math.min(least, starts[row]), Number.POSITIVE_INFINITY);
    const rows = take(parts[earlier].filter((row) => ends[row] >= first));
    if (rows.length > 0) purged.push({ from: earlier, because: later, rows });
  }
  for (const [earlier, later] of pairs(parts, options.skip)) {
    const end = options.embargoEnd(earlier);
    const rows = take(parts[later].filter((row) => starts[row] <= end));
    if (rows.length > 0) embargoed.push({ from: later, because: earlier, rows });
  }
  const keep = (role: SplitRole) => parts[role].filter((row) => !gone.has(row));
  return {
    kept: { train: keep('train'), validation: keep('validation'), test: keep('test'), holdout: keep('holdout') },
    purged,
    embargoed,
  };
}

/** Non-empty pairs (earlier, later), nearest neighbours first. */
function pairs(parts: RoleRows, skip: PurgeOptions['skip']): [SplitRole, SplitRole][] {
  const found: [SplitRole, SplitRole][] = [];
  for (let distance = 1; distance < ROLES.length; distance++) {
    for (let i = 0; i + distance < ROLES.length; i++) {
      const [earlier, later] = [ROLES[i], ROLES[i + distance]];
      if (parts[earlier].length > 0 && parts[later].length > 0 && !skip(earlier, later)) found.push([earlier, later]);
    }
  }
  return found;
}
