/** Classes in the order of their labels: libsvm has them as they first occurred in its training rows. */
import type { LibsvmFile } from './libsvm-reader.js';

/** The same machine with classes in ascending order of their labels. */
export function inAscendingOrder({ machine, labels }: LibsvmFile): LibsvmFile {
  const k = labels.length;
  const order = [...labels.keys()].sort((i, j) => labels[i] - labels[j]);
  if (order.every((old, i) => old === i)) return { machine, labels };
  const { counts, coefficients, vectors, rows, features, bias, sigmoids } = machine;
  const total = counts.reduce((sum, n) => sum + n, 0);
  const starts = counts.map((_, c) => counts.slice(0, c).reduce((sum, n) => sum + n, 0));
  const source = order.flatMap((old) => Array.from({ length: counts[old] }, (_, i) => starts[old] + i));
  const pairAt = (i: number, j: number) => i * k - (i * (i + 1)) / 2 + (j - i - 1);
  const pairs = order.flatMap((a, i) =>
    order.slice(i + 1).map((b) => ({ old: a < b ? pairAt(a, b) : pairAt(b, a), flipped: a > b })),
  );
  const next = new Float64Array(coefficients.length);
  let s = 0;
  for (const [c, oldClass] of order.entries()) {
    for (let n = counts[oldClass]; n > 0; n--, s++) {
      for (let d = 0; d < k; d++) {
        if (d === c) continue;
        const oldOther = order[d];
        const value = coefficients[(oldOther < oldClass ? oldOther : oldOther - 1) * total + source[s]];
        // The sign says which class of the pair is the first.
        const flipped = oldClass < oldOther !== c < d;
        next[(d < c ? d : d - 1) * total + s] = flipped ? 0 - value : value;
      }
    }
  }
  return {
    machine: {
      ...machine,
      counts: order.map((old) => counts[old]),
      coefficients: next,
      vectors:
        vectors.length === 0
          ? vectors
          : Float32Array.from({ length: vectors.length }, (_, p) => {
              return vectors[source[Math.floor(p / features)] * features + (p % features)];
            }),
      rows: rows && Uint32Array.from(source, (old) => rows[old]),
      bias: Float64Array.from(pairs, ({ old, flipped }) => (flipped ? 0 - bias[old] : bias[old])),
      sigmoids:
        sigmoids &&
        pairs.map(({ old, flipped }) => (flipped ? { a: sigmoids[old].a, b: -sigmoids[old].b } : sigmoids[old])),
    },
    labels: order.map((old) => labels[old]),
  };
}
