/** The leakage checks as their definitions read, pair of rows by pair of rows: what the fast ones are compared with. */

export interface OraclePart {
  role: string;
  /** (n, features) */
  X: number[][];
  y: number[];
  times?: number[];
  labelEnds?: number[];
  groups?: (string | number)[];
  rowIds?: number[];
}

/** `check earlier-later count`, sorted. Equal rows are listed whether they count as copied or not. */
export function leaks(parts: readonly OraclePart[]): string[] {
  const found: string[] = [];
  const add = (check: string, a: OraclePart, b: OraclePart, count: number) => {
    if (count > 0) found.push(`${check} ${a.role}-${b.role} ${count}`);
  };
  for (const part of parts) add('unsorted-times', part, part, backward(part.times ?? []));
  parts.forEach((a, i) => {
    for (const b of parts.slice(i + 1)) {
      if (a.rowIds && b.rowIds) add('shared-rows', a, b, shared(a.rowIds, b.rowIds));
      if (a.groups && b.groups) add('shared-groups', a, b, shared(a.groups.map(String), b.groups.map(String)));
      if (a.times && b.times) {
        const { times: later } = b;
        const beyond = a.times.filter((time) => later.some((other) => time >= other)).length;
        add(sideBySide(a, b, beyond) ? 'concurrent-groups' : 'time-order', a, b, beyond);
        const reaching = (a.labelEnds ?? []).filter((end) => later.some((other) => end >= other)).length;
        if (beyond === 0) add('label-overlap', a, b, reaching);
      }
      add('duplicate-rows', a, b, b.y.filter((_, j) => a.y.some((_, k) => sameRow(a, k, b, j))).length);
    }
  });
  return found.sort();
}

const backward = (times: number[]) => times.filter((time, i) => i > 0 && time < times[i - 1]).length;
const shared = <T>(a: T[], b: T[]) => new Set(b.filter((value) => a.includes(value))).size;

/** More than 1% of the earlier part lies beyond the boundary, no entity is in both, and every one of the earlier part begins first. */
function sideBySide(a: OraclePart, b: OraclePart, beyond: number): boolean {
  const { groups: own, times: ownTimes } = a;
  const { groups: other, times: otherTimes } = b;
  if (!own || !other || !ownTimes || !otherTimes || beyond <= 0.01 * ownTimes.length) return false;
  if (shared(own.map(String), other.map(String)) > 0) return false;
  const begins = (groups: (string | number)[], times: number[]) =>
    groups.map((group) => Math.min(...times.filter((_, i) => String(groups[i]) === String(group))));
  return Math.max(...begins(own, ownTimes)) <= Math.min(...begins(other, otherTimes));
}

function sameRow(a: OraclePart, i: number, b: OraclePart, j: number): boolean {
  const same = (x: number, z: number) => x === z || (Number.isNaN(x) && Number.isNaN(z));
  return a.y[i] === b.y[j] && a.X[i].every((value, column) => same(value, b.X[j][column]));
}
