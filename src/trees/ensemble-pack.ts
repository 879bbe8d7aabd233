/** An ensemble as three typed arrays: what crosses threads in microseconds, where thousands of small arrays would not. */
import type { Ensemble, Tree } from './tree.js';

export interface PackedEnsemble {
  outputs: number;
  features: number;
  /** Leaves of each tree. */
  leafCounts: Int32Array;
  /** Tree after tree: thresholds, gains, internal values, weights and counts, leaf values, weights and rows. */
  numbers: Float64Array;
  /** Tree after tree: features, left and right children, missingLeft, hasMissing. */
  integers: Int32Array;
  /** Tree after tree, words of each node's category set (0: a threshold), and the sets; both empty if there are none. */
  setLengths: Uint32Array;
  setWords: Uint32Array;
}

const NODE_NUMBERS = ['threshold', 'gain', 'internalValue', 'internalWeight', 'internalCount'] as const;
const LEAF_NUMBERS = ['leafValue', 'leafWeight', 'leafRows'] as const;
const NODE_INTEGERS = ['splitFeature', 'left', 'right'] as const;
const NODE_FLAGS = ['missingLeft', 'hasMissing'] as const;

export function packEnsemble({ trees, outputs, features }: Ensemble): PackedEnsemble {
  const leafCounts = Int32Array.from(trees, (tree) => tree.leafCount);
  const leaves = leafCounts.reduce((a, b) => a + b, 0);
  const nodes = leaves - trees.length;
  const numbers = new Float64Array(nodes * NODE_NUMBERS.length + leaves * LEAF_NUMBERS.length);
  const integers = new Int32Array(nodes * (NODE_INTEGERS.length + NODE_FLAGS.length));
  let n = 0;
  let i = 0;
  for (const tree of trees) {
    for (const name of [...NODE_NUMBERS, ...LEAF_NUMBERS]) {
      numbers.set(tree[name], n);
      n += tree[name].length;
    }
    for (const name of [...NODE_INTEGERS, ...NODE_FLAGS]) {
      integers.set(tree[name], i);
      i += tree[name].length;
    }
  }
  return { outputs, features, leafCounts, numbers, integers, ...packSets(trees) };
}

/** The trees again; their float and child arrays are views of the packed ones. */
export function unpackEnsemble(packed: PackedEnsemble): Ensemble {
  const { outputs, features, leafCounts, numbers, integers } = packed;
  let n = 0;
  let i = 0;
  const trees = Array.from(leafCounts, (leafCount) => {
    const nodes = leafCount - 1;
    const nextNumbers = (length: number): Float64Array => numbers.subarray(n, (n += length));
    const nextIntegers = (): Int32Array => integers.subarray(i, (i += nodes));
    const tree = { leafCount } as Tree;
    for (const name of NODE_NUMBERS) tree[name] = nextNumbers(nodes);
    for (const name of LEAF_NUMBERS) tree[name] = nextNumbers(leafCount);
    for (const name of NODE_INTEGERS) tree[name] = nextIntegers();
    for (const name of NODE_FLAGS) tree[name] = Uint8Array.from(nextIntegers());
    return tree;
  });
  unpackSets(packed, trees);
  return { trees, outputs, features };
}

function packSets(trees: readonly Tree[]): Pick<PackedEnsemble, 'setLengths' | 'setWords'> {
  if (!trees.some((tree) => tree.categories)) return { setLengths: new Uint32Array(), setWords: new Uint32Array() };
  const sets = trees.flatMap((tree) => Array.from({ length: tree.leafCount - 1 }, (_, i) => tree.categories?.[i]));
  const setLengths = Uint32Array.from(sets, (set) => set?.length ?? 0);
  const setWords = new Uint32Array(setLengths.reduce((a, b) => a + b, 0));
  let at = 0;
  for (const set of sets) {
    if (!set) continue;
    setWords.set(set, at);
    at += set.length;
  }
  return { setLengths, setWords };
}

function unpackSets({ setLengths, setWords }: PackedEnsemble, trees: readonly Tree[]): void {
  if (setLengths.length === 0) return;
  let node = 0;
  let at = 0;
  for (const tree of trees) {
    const lengths = setLengths.subarray(node, (node += tree.leafCount - 1));
    if (!lengths.some(Boolean)) continue;
    tree.categories = Array.from(lengths, (length) => {
      return length > 0 ? setWords.subarray(at, (at += length)) : undefined;
    });
  }
}
