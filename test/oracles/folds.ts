/** Cuts, purge and embargo of cross-validation as their definitions read, in O(n^2): what the splitters are compared with. */

export interface RowsInTime {
  readonly times: readonly number[];
  readonly labelEnds: readonly number[];
}

/** Part of each row when rows in time are cut into equal parts at changes of time. */
export function evenParts({ times }: RowsInTime, parts: number): number[] {
  const n = times.length;
  const distinct = [...new Set(times)].sort((a, b) => a - b);
  const before = [...distinct.map((t) => times.filter((u) => u < t).length), n];
  const cuts = [0];
  for (let f = 1; f < parts; f++) {
    const target = Math.floor(n / parts) * f + Math.min(f, n % parts);
    const previous = before.indexOf(cuts[f - 1]);
    const possible = before.slice(previous + 1, distinct.length - (parts - f) + 1);
    cuts.push(possible.reduce((best, cut) => (Math.abs(cut - target) < Math.abs(best - target) ? cut : best)));
  }
  return times.map((t) => {
    const place = times.filter((u) => u < t).length;
    return cuts.filter((cut) => cut <= place).length - 1;
  });
}

/** Rows that may be trained on while the given parts are tested. `embargo` below 1 is a share of the rows, else a time. */
export function trainBeside(
  rows: RowsInTime,
  part: readonly number[],
  tested: readonly number[],
  embargo: number,
): number[] {
  const { times, labelEnds } = rows;
  const all = times.map((_, i) => i);
  const test = all.filter((i) => tested.includes(part[i]));
  const meets = (i: number): boolean => test.some((j) => times[j] <= labelEnds[i] && labelEnds[j] >= times[i]);
  const inEmbargo = (i: number): boolean =>
    tested.some((p) => {
      const end = Math.max(...all.filter((j) => part[j] === p).map((j) => labelEnds[j]));
      return times[i] > end && times[i] <= embargoEnd(times, end, embargo);
    });
  return all.filter((i) => !tested.includes(part[i]) && !meets(i) && !inEmbargo(i));
}

function embargoEnd(times: readonly number[], end: number, embargo: number): number {
  if (embargo >= 1) return end + embargo;
  const after = times.filter((t) => t > end).sort((a, b) => a - b);
  const count = Math.ceil(embargo * times.length - 1e-9);
  return count === 0 || after.length === 0 ? end : after[Math.min(count, after.length) - 1];
}
