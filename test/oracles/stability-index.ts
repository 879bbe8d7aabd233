/** Population stability index over deciles of the training values, by sorting and counting. */
export function plainStabilityIndex(train: number[], other: number[]): number {
  const sorted = train.filter((v) => !Number.isNaN(v)).sort((a, b) => a - b);
  const edges = [
    ...new Set(Array.from({ length: 9 }, (_, b) => sorted[Math.floor(((b + 1) * sorted.length) / 10)])),
  ].filter((e) => e !== undefined);
  const bin = (v: number) => (Number.isNaN(v) ? -1 : edges.filter((e) => v >= e).length);
  const share = (values: number[], b: number) =>
    Math.max(values.filter((v) => bin(v) === b).length / values.length, 1e-4);
  const bins = new Set([...train, ...other].map(bin));
  let sum = 0;
  for (const b of bins) sum += (share(other, b) - share(train, b)) * Math.log(share(other, b) / share(train, b));
  return sum;
}
