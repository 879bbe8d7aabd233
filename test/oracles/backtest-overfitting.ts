/** CSCV as the paper describes it, with tables cut and joined row by row: what the fast version is compared with. */

function subsets<T>(items: readonly T[], size: number): T[][] {
  if (size === 0) return [[]];
  return items.flatMap((item, i) => subsets(items.slice(i + 1), size - 1).map((rest) => [item, ...rest]));
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

export function sharpe(values: readonly number[]): number {
  const average = mean(values);
  const variance = values.reduce((sum, v) => sum + (v - average) ** 2, 0) / (values.length - 1);
  return average / Math.sqrt(variance);
}

/** Logit of each choice of halves; `table` is rows of time by candidates, its length a multiple of `blocks`. */
export function cscvLogits(table: readonly (readonly number[])[], blocks: number): number[] {
  const size = table.length / blocks;
  const parts = Array.from({ length: blocks }, (_, b) => table.slice(b * size, (b + 1) * size));
  return subsets([...parts.keys()], blocks / 2).map((half) => {
    const rows = (inside: boolean) => parts.filter((_, b) => half.includes(b) === inside).flat();
    const score = (of: readonly (readonly number[])[]) => table[0].map((_, c) => sharpe(of.map((row) => row[c])));
    const [before, after] = [score(rows(true)), score(rows(false))];
    const best = before.indexOf(Math.max(...before));
    const rank = 1 + after.filter((value) => value < after[best]).length;
    const w = rank / (table[0].length + 1);
    return Math.log(w / (1 - w));
  });
}
