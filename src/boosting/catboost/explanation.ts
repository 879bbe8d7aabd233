/** A CatBoost model as explanations read it: trees over slots, and the columns that each statistic is made of. */
import type { ExplainedTree, TreeExplanation } from '../../model/explanation.js';
import type { BranchingTree, CatBoostEnsemble, CatBoostTree, Condition, SymmetricTree } from './ensemble.js';
import { columnsOf } from './importance.js';
import type { Plan } from './plan.js';

/** Outputs come in `order`. A statistic of several categories is a player of its own, whose worth they share (as CatBoost does). */
export function explainedCatBoost(
  ensemble: CatBoostEnsemble,
  { trees: flat }: Plan,
  order: readonly number[],
): Pick<TreeExplanation, 'treeCount' | 'tree' | 'covers' | 'players' | 'start' | 'scale' | 'outputs' | 'features'> {
  const { features, outputs, trees, bias, scale } = ensemble;
  const players: number[][] = Array.from({ length: features }, (_, j) => [j]);
  const known = new Map<string, number>(players.map((columns, player) => [columns.join(), player]));
  const playerOf = (columns: readonly number[]): number => {
    const sorted = [...new Set(columns)].sort((a, b) => a - b);
    const player = known.get(sorted.join()) ?? players.push(sorted) - 1;
    known.set(sorted.join(), player);
    return player;
  };
  const owners = trees.map(({ conditions }) =>
    conditions.map((condition) => playerOf(creditedTo(condition, ensemble))),
  );
  const tree = (t: number): ExplainedTree => explainedTree(ensemble, flat, t, owners[t], order);
  const start = outputs === 1 ? bias : order.map((k) => bias[k]);
  const covers = trees.every(({ leafWeights }) => leafWeights.length > 0);
  const more = players.length > features ? { players } : {};
  return { treeCount: trees.length, tree, covers, start, scale, outputs, features, ...more };
}

function explainedTree(
  { trees, outputs }: CatBoostEnsemble,
  flat: Plan['trees'],
  t: number,
  own: readonly number[],
  order: readonly number[],
): ExplainedTree {
  const tree = trees[t];
  const shape = tree.kind === 'symmetric' ? fromLast(tree) : tree;
  const nodes = shape.left.length;
  const asked = (i: number) => (tree.kind === 'symmetric' ? askedFromLast(tree, i) : i);
  const at = (i: number) => flat.start[t] + asked(i);
  return {
    children: Int32Array.from({ length: 2 * nodes }, (_, i) => (i & 1 ? shape.right : shape.left)[i >> 1]),
    slot: Int32Array.from({ length: nodes }, (_, i) => flat.slot[at(i)]),
    border: Float32Array.from({ length: nodes }, (_, i) => flat.border[at(i)]),
    equal: Uint8Array.from({ length: nodes }, (_, i) => flat.equal[at(i)]),
    missing: new Uint8Array(nodes),
    player: Int32Array.from({ length: nodes }, (_, i) => own[asked(i)]),
    nodeCover: nodeCover(shape),
    leafCover: tree.leafWeights,
    values: inOrder(tree, outputs, order),
    width: outputs,
    output: 0,
    ...(tree.kind === 'symmetric' ? { levels: tree.conditions.length } : {}),
  };
}

/**
 * A symmetric tree whose root asks the last condition, as CatBoost's Shapley values have it (any order predicts the same): the
 * conditions from the root on are the bits of a leaf's number from the highest to the lowest, so that leaves lie in their order.
 */
function fromLast({ conditions, leafWeights }: SymmetricTree): Pick<BranchingTree, 'left' | 'right' | 'leafWeights'> {
  const nodes = 2 ** conditions.length - 1;
  const child = (i: number): number => (i < nodes ? i : ~(i - nodes));
  return {
    left: Int32Array.from({ length: nodes }, (_, i) => child(2 * i + 1)),
    right: Int32Array.from({ length: nodes }, (_, i) => child(2 * i + 2)),
    leafWeights,
  };
}

/** Every node of a level asks one condition. */
function askedFromLast({ conditions }: SymmetricTree, node: number): number {
  return conditions.length - 1 - (31 - Math.clz32(node + 1));
}

function inOrder({ leafValues }: CatBoostTree, outputs: number, order: readonly number[]): Float64Array {
  if (outputs === 1) return leafValues;
  return leafValues.map((_, i) => leafValues[i - (i % outputs) + order[i % outputs]]);
}

/** Sums of the leaves' weights below; empty where they are not known. */
function nodeCover({ left, right, leafWeights }: Pick<BranchingTree, 'left' | 'right' | 'leafWeights'>): Float64Array {
  const cover = new Float64Array(leafWeights.length === 0 ? 0 : left.length);
  const sum = (node: number): number => {
    if (node < 0) return leafWeights[~node];
    cover[node] = sum(left[node]) + sum(right[node]);
    return cover[node];
  };
  if (cover.length > 0) sum(0);
  return cover;
}

/** Columns: of a statistic its categories alone, though it may look at numbers and one-hot codes too (as CatBoost credits it). */
function creditedTo(condition: Condition, ensemble: CatBoostEnsemble): number[] {
  if (condition.kind !== 'ctr') return columnsOf(condition, ensemble);
  const { ctrs, ctrTables, categoricalFeatures } = ensemble;
  const { categories } = ctrTables[ctrs[condition.feature].table].projection;
  return categories.map((feature) => categoricalFeatures[feature].column);
}
