/** Symmetric trees as trees with a condition of its own at each node: a model, or a file, of both kinds has only those. */
import type { BranchingTree, CatBoostTree, SymmetricTree } from './ensemble.js';

/** The same trees, all of one kind. */
export function ofOneKind(trees: readonly CatBoostTree[]): CatBoostTree[] {
  if (trees.every(({ kind }) => kind === 'symmetric')) return [...trees];
  return trees.map((tree) => (tree.kind === 'symmetric' ? branched(tree) : tree));
}

/** Node i has the children 2i + 1 and 2i + 2; leaves keep their numbers. */
function branched({ conditions, leafValues, leafWeights }: SymmetricTree): BranchingTree {
  const levels = conditions.length;
  const nodes = 2 ** levels - 1;
  const nodeConditions = Array.from({ length: nodes }, (_, i) => conditions[levelOf(i)]);
  const child = (i: number): number => (i < nodes ? i : ~leafOf(i - nodes, levels));
  return {
    kind: 'branching',
    conditions: nodeConditions,
    left: Int32Array.from({ length: nodes }, (_, i) => child(2 * i + 1)),
    right: Int32Array.from({ length: nodes }, (_, i) => child(2 * i + 2)),
    leafValues,
    leafWeights,
  };
}

function levelOf(node: number): number {
  return 31 - Math.clz32(node + 1);
}

/** The first condition is the lowest bit of a leaf's number and the highest of its place. */
function leafOf(place: number, levels: number): number {
  let leaf = 0;
  for (let level = 0; level < levels; level++) leaf |= ((place >> (levels - 1 - level)) & 1) << level;
  return leaf;
}
