/**
 * Places in ascending order by a stable merge sort of the ascending stretches that are there already: nothing to do where all is in order,
 * which is what most files are. In turns, so that the event loop stays free.
 */
import { Turns } from '../../core/turns.js';

const STRETCH = 50_000;

/** Whether what is at place `a` comes strictly before what is at `b`. */
export type Before = (a: number, b: number) => boolean;

/** Places 0 .. count-1 in ascending order, equal ones in their own; undefined where that is their order already. */
export async function sortedPlaces(count: number, before: Before): Promise<Int32Array | undefined> {
  const turns = new Turns();
  let ends: number[] = [];
  for (let i = 1; i <= count; i++) {
    if (i % STRETCH === 0) await turns.pause();
    if (i === count || before(i, i - 1)) ends.push(i);
  }
  if (ends.length < 2) return undefined;
  let from = Int32Array.from({ length: count }, (_, i) => i);
  let to = new Int32Array(count);
  let sinceTurn = 0;
  while (ends.length > 1) {
    const merged: number[] = [];
    let start = 0;
    for (let e = 0; e < ends.length; e += 2) {
      const middle = ends[e];
      const end = ends[e + 1] ?? middle;
      let a = start;
      let b = middle;
      for (let at = start; at < end; ) {
        const stop = Math.min(end, at + STRETCH);
        sinceTurn += stop - at;
        for (; at < stop; at++) to[at] = b === end || (a < middle && !before(from[b], from[a])) ? from[a++] : from[b++];
        if (sinceTurn < STRETCH) continue;
        sinceTurn = 0;
        await turns.pause();
      }
      merged.push(end);
      start = end;
    }
    ends = merged;
    [from, to] = [to, from];
  }
  return from;
}
