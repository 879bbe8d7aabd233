/** What the service said of itself over time, and whether it grows. */

export interface Facts {
  readonly rss: number;
  readonly heapUsed: number;
  readonly external: number;
  readonly arrayBuffers: number;
  /** Mappings of memory: each WebAssembly memory has some. */
  readonly maps: number;
  readonly threads: number;
  readonly files: number;
  readonly counts: { readonly trained: number; readonly loaded: number; readonly promoted: number };
  readonly failure?: string;
}

export type Quantity = 'rss' | 'heapUsed' | 'external' | 'arrayBuffers' | 'maps' | 'threads' | 'files';
export const QUANTITIES: readonly Quantity[] = [
  'rss',
  'heapUsed',
  'external',
  'arrayBuffers',
  'maps',
  'threads',
  'files',
];
export const IN_BYTES: readonly Quantity[] = ['rss', 'heapUsed', 'external', 'arrayBuffers'];

export interface Growth {
  readonly quantity: Quantity;
  /** Medians of the first and the last third after the warm-up. */
  readonly first: number;
  readonly last: number;
  readonly most: number;
  /** By a line through all, an hour. */
  readonly perHour: number;
  readonly grows: boolean;
}

/** What may lie between two medians without being growth: collectors come when they come, and pools fill up. */
const ALLOWED: Readonly<Record<Quantity, (first: number) => number>> = {
  rss: (first) => 0.08 * first,
  heapUsed: (first) => 0.15 * first + 4 * 2 ** 20,
  external: (first) => 0.15 * first + 8 * 2 ** 20,
  arrayBuffers: (first) => 0.15 * first + 8 * 2 ** 20,
  maps: (first) => 0.1 * first,
  threads: () => 2,
  files: () => 4,
};

/** `times` in seconds, of each of the facts. */
export function growthOf(quantity: Quantity, facts: readonly Facts[], times: readonly number[]): Growth {
  const values = facts.map((fact) => fact[quantity]);
  const third = Math.max(1, Math.floor(values.length / 3));
  const [first, last] = [median(values.slice(0, third)), median(values.slice(-third))];
  return {
    ...{ quantity, first, last, most: Math.max(...values), perHour: 3600 * slope(times, values) },
    grows: last - first > ALLOWED[quantity](first),
  };
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The value that a share `q` of all is not above. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(q * sorted.length) - 1))] ?? Number.NaN;
}

/** Of the line of least squares. */
function slope(x: readonly number[], y: readonly number[]): number {
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / Math.max(1, values.length);
  const [mx, my] = [mean(x), mean(y)];
  const above = x.reduce((sum, value, i) => sum + (value - mx) * (y[i] - my), 0);
  const below = x.reduce((sum, value) => sum + (value - mx) ** 2, 0);
  return below === 0 ? 0 : above / below;
}
