/** Which trials no other beats: non-dominated sorting and crowding (Deb, Pratap, Agarwal and Meyarivan, 2002). */
import type { Direction, TrialRecord } from './trial-record.js';

/** Values turned so that less is better in each. */
export function losses(record: TrialRecord, directions: readonly Direction[]): readonly number[] {
  return (record.values ?? []).map((value, d) => (directions[d] === 'maximize' ? -value : value));
}

/** Whether a is nowhere worse than b and somewhere better. */
export function dominates(a: readonly number[], b: readonly number[]): boolean {
  let better = false;
  for (let d = 0; d < a.length; d++) {
    if (a[d] > b[d]) return false;
    if (a[d] < b[d]) better = true;
  }
  return better;
}

/** Places of the points by front: the first is dominated by none, the second only by the first, ... */
export function fronts(points: readonly (readonly number[])[]): number[][] {
  const found: number[][] = [];
  let left = points.map((_, i) => i);
  while (left.length > 0) {
    const front = left.filter((i) => !left.some((j) => j !== i && dominates(points[j], points[i])));
    // NaN is ordered nowhere: then the rest is one front.
    const next = front.length > 0 ? front : left;
    found.push(next);
    const taken = new Set(next);
    left = left.filter((i) => !taken.has(i));
  }
  return found;
}

/** Distance of each point of a front to its neighbours: the ends of every direction are infinitely far. */
export function crowding(points: readonly (readonly number[])[], front: readonly number[]): Map<number, number> {
  const distance = new Map<number, number>(front.map((i) => [i, 0]));
  const directions = points[front[0]]?.length ?? 0;
  for (let d = 0; d < directions; d++) {
    const order = [...front].sort((a, b) => points[a][d] - points[b][d] || a - b);
    const span = points[order[order.length - 1]][d] - points[order[0]][d];
    for (let k = 0; k < order.length; k++) {
      const inner = k > 0 && k < order.length - 1;
      const gap = inner ? (span > 0 ? (points[order[k + 1]][d] - points[order[k - 1]][d]) / span : 0) : Infinity;
      distance.set(order[k], (distance.get(order[k]) ?? 0) + gap);
    }
  }
  return distance;
}

/** Trials that none of the others dominates, by number. */
export function paretoFront(trials: readonly TrialRecord[], directions: readonly Direction[]): readonly TrialRecord[] {
  if (trials.length === 0) return [];
  const points = trials.map((trial) => losses(trial, directions));
  return (fronts(points)[0] ?? []).map((i) => trials[i]);
}
