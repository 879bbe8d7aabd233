/** Labels by definition, bar by bar over the rows of the same group: what the library's must equal. */

export interface PlainBars {
  close: number[];
  high: number[];
  low: number[];
  times: number[];
  groups: string[];
}

/** Rows after `row` in its own group. */
const later = (bars: PlainBars, row: number) =>
  bars.close.map((_, j) => j).filter((j) => j > row && bars.groups[j] === bars.groups[row]);

export function plainFixedHorizon(bars: PlainBars, horizon: number, threshold: number) {
  return bars.close.map((close, i) => {
    const end = later(bars, i)[horizon - 1];
    if (end === undefined) return { label: Number.NaN, end: Number.NaN };
    const r = bars.close[end] / close - 1;
    return { label: r > threshold ? 1 : r < -threshold ? -1 : 0, end: bars.times[end] };
  });
}

export function plainTripleBarrier(
  bars: PlainBars,
  horizon: number,
  upper: number,
  lower: number,
  volatility: number[],
) {
  return bars.close.map((close, i) => {
    const path = later(bars, i).slice(0, horizon);
    if (path.length < horizon || !(volatility[i] > 0)) return { label: Number.NaN, end: Number.NaN };
    const down = path.findIndex((j) => bars.low[j] <= close * (1 - lower * volatility[i]));
    const up = path.findIndex((j) => bars.high[j] >= close * (1 + upper * volatility[i]));
    if (down >= 0 && (up < 0 || down <= up)) return { label: -1, end: bars.times[path[down]] };
    if (up >= 0) return { label: 1, end: bars.times[path[up]] };
    return { label: 0, end: bars.times[path[horizon - 1]] };
  });
}

/** Mean of 1 / concurrency over all bars of each span, by counting: O(n^2 bars). */
export function plainUniqueness(starts: number[], ends: number[]): number[] {
  const known = starts.map((_, i) => i).filter((i) => !Number.isNaN(ends[i]));
  const bars = [...new Set(known.flatMap((i) => [starts[i], ends[i]]))];
  const concurrency = (bar: number) => known.filter((i) => starts[i] <= bar && bar <= ends[i]).length;
  return starts.map((start, i) => {
    const span = bars.filter((bar) => start <= bar && bar <= ends[i]);
    return span.length === 0 ? 0 : span.reduce((sum, bar) => sum + 1 / concurrency(bar), 0) / span.length;
  });
}
