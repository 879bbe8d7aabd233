/** One tree of leaf-wise splits for squared error from a start of 0, written out plainly: every border tried on all rows of a leaf. */

/** [column, border] and children, or a leaf's rows. */
export type PlainNode = { test: [number, number]; left: PlainNode; right: PlainNode } | { rows: number[] };

interface Options {
  lambda: number;
  cosine: boolean;
  depth: number;
  /** Leaves are split in the order of their gains up to so many; undefined: level by level, all that gain. */
  maxLeaves?: number;
  minDataInLeaf: number;
}

interface Leaf {
  rows: number[];
  depth: number;
  gain: number;
  test: [number, number];
  /** Puts what the leaf becomes into its place. */
  place: (node: PlainNode) => void;
}

/** NaN is below every border. A leaf's score is G^2 / (n + lambda), by Cosine |G| / sqrt(n); of two leaves over both together. */
export function plainBranchingTree(columns: number[][], borders: number[][], y: number[], options: Options): PlainNode {
  const { lambda, cosine, minDataInLeaf } = options;
  const score = (leaves: number[][]): number => {
    let numerator = 0;
    let square = 0;
    for (const rows of leaves) {
      const g = rows.reduce((sum, i) => sum + y[i], 0);
      const value = g / (rows.length + lambda);
      numerator += value * g;
      square += value * value * rows.length;
    }
    return cosine ? (square > 0 ? numerator / Math.sqrt(square) : 0) : numerator;
  };
  const sides = (rows: number[], [column, border]: [number, number]) => [
    rows.filter((i) => !(columns[column][i] > border)),
    rows.filter((i) => columns[column][i] > border),
  ];
  const searched = (rows: number[], depth: number, place: Leaf['place']): Leaf => {
    const leaf: Leaf = { rows, depth, gain: Number.NEGATIVE_INFINITY, test: [-1, 0], place };
    if (depth === options.depth || rows.length < Math.max(1, minDataInLeaf)) return leaf;
    const now = score([rows]);
    for (const [column, candidates] of borders.entries()) {
      for (const border of candidates) {
        const gain = score(sides(rows, [column, border])) - now;
        if (gain > leaf.gain) Object.assign(leaf, { gain, test: [column, border] });
      }
    }
    return leaf;
  };
  let root: PlainNode = { rows: [] };
  const all = y.map((_, i) => i);
  const open = [
    searched(all, 0, (node) => {
      root = node;
    }),
  ];
  let leaves = 1;
  while (leaves < (options.maxLeaves ?? Number.POSITIVE_INFINITY)) {
    const gaining = open.filter(({ gain }) => gain >= 1e-9);
    if (gaining.length === 0) break;
    const next = options.maxLeaves === undefined ? gaining[0] : gaining.reduce((a, b) => (b.gain > a.gain ? b : a));
    open.splice(open.indexOf(next), 1);
    const node = { test: next.test, left: { rows: [] } as PlainNode, right: { rows: [] } as PlainNode };
    next.place(node);
    const [left, right] = sides(next.rows, next.test);
    open.push(
      searched(left, next.depth + 1, (child) => {
        node.left = child;
      }),
      searched(right, next.depth + 1, (child) => {
        node.right = child;
      }),
    );
    leaves++;
  }
  for (const { rows, place } of open) place({ rows });
  return root;
}
