/** One symmetric tree for squared error from a start of 0, written out plainly: every border tried on all rows, sums in row order. */

export interface PlainSymmetricTree {
  /** [column, border]. */
  tests: [number, number][];
  /** By leaf; test t is bit t. */
  values: number[];
  counts: number[];
}

interface Options {
  lambda: number;
  cosine: boolean;
  tests: number;
  /** Of ordered boosting: rows below `body` make the values that rows from there to `end` are compared with. */
  prefixes?: readonly { body: number; end: number }[];
}

/** NaN is below every border. Scores are CatBoost's: the sum over leaves of G^2 / (n + lambda), by Cosine over its length. */
export function plainSymmetricTree(
  columns: number[][],
  borders: number[][],
  y: number[],
  options: Options,
): PlainSymmetricTree {
  const leaf = y.map(() => 0);
  const tests: [number, number][] = [];
  for (let level = 0; level < options.tests; level++) {
    let best: [number, number] | undefined;
    let highest = Number.NEGATIVE_INFINITY;
    for (const [column, candidates] of borders.entries()) {
      for (const border of candidates.toSorted((a, b) => a - b)) {
        const into = leaf.map((l, i) => l | (columns[column][i] > border ? 1 << level : 0));
        const score = scoreOf(into, y, 2 << level, options);
        if (score <= highest) continue;
        highest = score;
        best = [column, border];
      }
    }
    if (!best) break;
    const [column, border] = best;
    tests.push(best);
    for (let i = 0; i < y.length; i++) if (columns[column][i] > border) leaf[i] |= 1 << level;
  }
  const sums = sumsOf(leaf, y, 1 << tests.length);
  return { tests, values: sums.map(([g, n]) => g / (n + options.lambda)), counts: sums.map(([, n]) => n) };
}

function scoreOf(leaf: number[], y: number[], leaves: number, options: Options): number {
  let numerator = 0;
  let square = 0;
  const all = { body: y.length, end: y.length };
  for (const part of options.prefixes ?? [all]) {
    const body = sumsOf(leaf.slice(0, part.body), y, leaves);
    const tail = part === all ? body : sumsOf(leaf.slice(part.body, part.end), y.slice(part.body), leaves);
    for (const [i, [g, n]] of body.entries()) {
      const value = g / (n + options.lambda);
      numerator += value * tail[i][0];
      square += value * value * tail[i][1];
    }
  }
  return options.cosine ? numerator / Math.sqrt(square) : numerator;
}

function sumsOf(leaf: number[], y: number[], leaves: number): [number, number][] {
  const sums = Array.from({ length: leaves }, (): [number, number] => [0, 0]);
  for (let i = 0; i < leaf.length; i++) {
    sums[leaf[i]][0] += y[i];
    sums[leaf[i]][1]++;
  }
  return sums;
}
