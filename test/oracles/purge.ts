/** Purge, embargo and horizon as their definitions read, in O(n^2): what the fast versions are compared with. */

export interface OracleInput {
  times: number[];
  labelEnds: number[];
  /** 0 train, 1 validation, 2 test, 3 holdout: the part of each row before purge and embargo. */
  part: number[];
  /** As given to the split: a share below 1, else milliseconds. */
  embargo: number;
}

/** The rows that purge and embargo take. */
export function dropped({ times, labelEnds, part, embargo }: OracleInput): {
  purged: Set<number>;
  embargoed: Set<number>;
} {
  const n = times.length;
  const purged = new Set<number>();
  const embargoed = new Set<number>();
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      if (part[j] <= part[i]) continue;
      if (times[j] <= labelEnds[i] && labelEnds[j] >= times[i]) purged.add(i);
    }
  }
  if (embargo > 0) {
    for (let later = 1; later < 4; later++) {
      for (let earlier = 0; earlier < later; earlier++) {
        const before = times.filter((_, i) => part[i] === earlier);
        if (before.length === 0) continue;
        const last = Math.max(...before);
        const end = embargo >= 1 ? last + embargo : shareEnd(times, last, embargo);
        for (let i = 0; i < n; i++) if (part[i] === later && times[i] <= end && !purged.has(i)) embargoed.add(i);
      }
    }
  }
  return { purged, embargoed };
}

function shareEnd(times: number[], last: number, share: number): number {
  const after = times.filter((t) => t > last).sort((a, b) => a - b);
  const count = Math.ceil(share * times.length - 1e-9);
  return count === 0 || after.length === 0 ? last : after[Math.min(count, after.length) - 1];
}

/** The `horizon`-th later distinct time of the row's entity, or its last. */
export function horizonEnd(times: number[], groups: string[] | undefined, row: number, horizon: number): number {
  const own = times.filter((_, i) => !groups || groups[i] === groups[row]);
  const distinct = [...new Set(own)].sort((a, b) => a - b);
  return distinct[Math.min(distinct.indexOf(times[row]) + horizon, distinct.length - 1)];
}
