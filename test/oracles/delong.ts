/** The variance of an area and the covariance of two by the definition of DeLong et al. (1988): every positive row against every negative one. */
export interface PlainDelong {
  readonly aucs: number[];
  /** (scores, scores) */
  readonly covariance: number[][];
}

export function plainDelong(y: readonly number[], scores: readonly (readonly number[])[]): PlainDelong {
  const positives = y.flatMap((label, i) => (label === 1 ? [i] : []));
  const negatives = y.flatMap((label, i) => (label === 1 ? [] : [i]));
  const kernel = (x: number, z: number) => (z < x ? 1 : z === x ? 0.5 : 0);
  const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const v10 = scores.map((s) => positives.map((i) => mean(negatives.map((j) => kernel(s[i], s[j])))));
  const v01 = scores.map((s) => negatives.map((j) => mean(positives.map((i) => kernel(s[i], s[j])))));
  const aucs = v10.map(mean);
  const cov = (a: number[], b: number[], ma: number, mb: number) =>
    a.reduce((sum, value, i) => sum + (value - ma) * (b[i] - mb), 0) / (a.length - 1);
  const covariance = scores.map((_, r) =>
    scores.map(
      (_, s) =>
        cov(v10[r], v10[s], aucs[r], aucs[s]) / positives.length +
        cov(v01[r], v01[s], aucs[r], aucs[s]) / negatives.length,
    ),
  );
  return { aucs, covariance };
}
