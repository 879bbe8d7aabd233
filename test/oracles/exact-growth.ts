/** Exact greedy trees by brute force: every gap of every column tried for every node, rows in plain lists. */
export interface ExactOracleOptions {
  maxDepth: number;
  lambda: number;
  leastHessian: number;
}

export interface OracleNode {
  feature?: number;
  /** Values below it go left. */
  condition?: number;
  missingLeft?: boolean;
  children?: [OracleNode, OracleNode];
  value: number;
}

interface Sums {
  g: number;
  h: number;
}

export function growExactly(
  X: readonly (readonly number[])[],
  gradients: readonly number[],
  hessians: readonly number[],
  { maxDepth, lambda, leastHessian }: ExactOracleOptions,
): OracleNode {
  const sum = (rows: readonly number[]): Sums => ({
    g: rows.reduce((total, i) => total + gradients[i], 0),
    h: rows.reduce((total, i) => total + hessians[i], 0),
  });
  const worth = ({ g, h }: Sums) => (g * g) / (h + lambda);
  const grow = (rows: number[], depth: number): OracleNode => {
    const whole = sum(rows);
    const leaf = { value: -whole.g / (whole.h + lambda) };
    let best: { gain: number; node: OracleNode; sides: [number[], number[]] } | undefined;
    for (let feature = 0; depth < maxDepth && feature < X[0].length; feature++) {
      const known = [...new Set(rows.map((i) => X[i][feature]).filter((v) => !Number.isNaN(v)))].sort((a, b) => a - b);
      const conditions = known.slice(1).map((v, k) => Math.fround((known[k] + v) / 2));
      for (const missingLeft of [true, false]) {
        for (const condition of conditions) {
          const goesLeft = (i: number) => (Number.isNaN(X[i][feature]) ? missingLeft : X[i][feature] < condition);
          const sides: [number[], number[]] = [rows.filter(goesLeft), rows.filter((i) => !goesLeft(i))];
          const [left, right] = [sum(sides[0]), sum(sides[1])];
          if (left.h < leastHessian || right.h < leastHessian) continue;
          const gain = worth(left) + worth(right) - worth(whole);
          if (gain <= (best?.gain ?? 1e-6)) continue;
          best = { gain, sides, node: { ...leaf, feature, condition, missingLeft } };
        }
      }
    }
    if (!best) return leaf;
    const [left, right] = best.sides;
    return { ...best.node, children: [grow(left, depth + 1), grow(right, depth + 1)] };
  };
  return grow(
    X.map((_, i) => i),
    0,
  );
}

export function predictExactly(node: OracleNode, row: readonly number[]): number {
  if (!node.children || node.feature === undefined || node.condition === undefined) return node.value;
  const value = row[node.feature];
  const left = Number.isNaN(value) ? node.missingLeft : value < node.condition;
  return predictExactly(node.children[left ? 0 : 1], row);
}
