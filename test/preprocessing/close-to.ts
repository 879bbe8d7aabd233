/** Index and values of the first pair that is neither both missing nor equal to `tolerance` (relative above 1); undefined when all agree. */
export function firstDifference(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
): string | undefined {
  if (actual.length !== expected.length) return `lengths ${actual.length} and ${expected.length}`;
  for (let i = 0; i < actual.length; i++) {
    const [a, b] = [actual[i], expected[i]];
    if (Number.isNaN(a) && Number.isNaN(b)) continue;
    if (!(Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(b)))) return `[${i}] ${a} instead of ${b}`;
  }
  return undefined;
}
