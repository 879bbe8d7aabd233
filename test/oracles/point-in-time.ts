/** The point-in-time join as its definition reads: for each row, every row of the view is looked at. */

export interface PlainRow {
  readonly key: readonly (string | number | null)[];
  readonly time: number;
  /** NaN: not known. */
  readonly created: number;
}

export interface PlainRules {
  /** Milliseconds; 0: for ever. */
  readonly ttl: number;
  readonly filterByCreatedTimestamp: boolean;
}

/** For each asked row the place of the row of `rows` that it sees, or -1. */
export function seenRows(
  asked: readonly Omit<PlainRow, 'created'>[],
  rows: readonly PlainRow[],
  { ttl, filterByCreatedTimestamp }: PlainRules,
): number[] {
  return asked.map((row) => {
    let best = -1;
    for (const [i, one] of rows.entries()) {
      const same = one.key.every((part, k) => part !== null && !Number.isNaN(part) && part === row.key[k]);
      if (!same || !(one.time <= row.time)) continue;
      if (filterByCreatedTimestamp && !(one.created <= row.time)) continue;
      if (best < 0 || !isBefore(one, rows[best])) best = i;
    }
    return best >= 0 && ttl > 0 && row.time - rows[best].time > ttl ? -1 : best;
  });
}

/** By event time, then created time, where none is earliest. */
function isBefore(a: PlainRow, b: PlainRow): boolean {
  if (a.time !== b.time) return a.time < b.time;
  const [x, y] = [a.created, b.created].map((one) => (Number.isNaN(one) ? Number.NEGATIVE_INFINITY : one));
  return x < y;
}
