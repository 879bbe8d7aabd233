/** Histograms, partitions and quantised gradients written out plainly. */

/** Bin of a value: how many cuts lie below it; NaN has the bin after the last. */
export function plainBin(cuts: Float64Array, value: number): number {
  if (Number.isNaN(value)) return cuts.length + 1;
  let bin = 0;
  while (bin < cuts.length && value > cuts[bin]) bin++;
  return bin;
}

/** Sums (gradient, hessian) of the given rows by bin of one feature. */
export function plainHistogram(
  bins: ArrayLike<number>,
  rows: readonly number[],
  g: ArrayLike<number>,
  h: ArrayLike<number>,
): { g: bigint; h: bigint }[] {
  const histogram = Array.from({ length: 256 }, () => ({ g: 0n, h: 0n }));
  for (const row of rows) {
    histogram[bins[row]].g += BigInt(g[row]);
    histogram[bins[row]].h += BigInt(h[row]);
  }
  return histogram;
}

/** The power of two that brings the largest magnitude just below 2^`bits`. */
export function plainScale(values: ArrayLike<number>, bits = 30): number {
  let largest = 0;
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, Math.abs(values[i]));
  if (largest === 0) return 1;
  let scale = 1;
  while (largest * scale >= 2 ** bits) scale /= 2;
  while (largest * scale * 2 < 2 ** bits) scale *= 2;
  return scale;
}

/** To integers, halves to the even one. */
export function plainQuantised(values: ArrayLike<number>, scale: number): number[] {
  return Array.from(values, (value) => {
    const x = value * scale;
    const below = Math.floor(x);
    if (x - below !== 0.5) return Math.round(x);
    return below % 2 === 0 ? below : below + 1;
  });
}
