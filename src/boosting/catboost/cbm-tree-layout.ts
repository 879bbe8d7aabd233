/** Trees as a cbm file has them: long vectors over all trees. */
import { InvalidInputError } from '../../core/errors.js';
import type { BranchingTree, CatBoostEnsemble, CatBoostTree, Condition } from './ensemble.js';

export interface TreeVectors {
  splits: number[];
  /** Conditions of a symmetric tree; nodes and leaves of a branching one. */
  sizes: number[];
  starts: number[];
  leafValues: number[];
  leafWeights: number[];
  /** Pairs of steps to the left and right child; only with branching trees. */
  steps?: number[];
  nodeLeaves: number[];
}

/** A step from a node to its child is a 16-bit number. */
const LONGEST_STEP = 65_535;

/** `numbers` says which number each condition has. */
export function layOutTrees(ensemble: CatBoostEnsemble, numbers: (condition: Condition) => number): TreeVectors {
  const branching = ensemble.trees.some(({ kind }) => kind === 'branching');
  const all: TreeVectors = {
    splits: [],
    sizes: [],
    starts: [],
    leafValues: [],
    leafWeights: [],
    nodeLeaves: [],
    ...(branching ? { steps: [] } : {}),
  };
  const weighted = ensemble.trees.every(({ leafWeights }) => leafWeights.length > 0);
  for (const tree of ensemble.trees) {
    all.starts.push(all.splits.length);
    const firstValue = all.leafValues.length;
    if (all.steps)
      addNodes(asBranching(tree), numbers, ensemble.outputs, firstValue, all.splits, all.steps, all.nodeLeaves);
    else for (const condition of tree.conditions) all.splits.push(numbers(condition));
    all.sizes.push(all.splits.length - all.starts[all.starts.length - 1]);
    for (const value of tree.leafValues) all.leafValues.push(value);
    if (weighted) for (const weight of tree.leafWeights) all.leafWeights.push(weight);
  }
  return all;
}

/** A file has one kind of trees: beside branching ones a tree of one leaf may stand, a deeper symmetric one may not. */
function asBranching(tree: CatBoostTree): BranchingTree {
  if (tree.kind === 'branching') return tree;
  if (tree.conditions.length > 0) {
    throw new InvalidInputError('catboost: one file cannot hold symmetric and other trees', {
      hint: 'Export models of one kind of trees.',
    });
  }
  return { ...tree, kind: 'branching', left: new Int32Array(0), right: new Int32Array(0) };
}

/** Nodes and leaves of a tree, a parent before its left branch, that before the right one. */
function addNodes(
  { conditions, left, right }: BranchingTree,
  numbers: (condition: Condition) => number,
  outputs: number,
  firstValue: number,
  splits: number[],
  steps: number[],
  nodeLeaves: number[],
): void {
  const stack: { node: number; parent: number; side: number }[] = [
    { node: conditions.length > 0 ? 0 : -1, parent: -1, side: 0 },
  ];
  for (let next = stack.pop(); next; next = stack.pop()) {
    const { node, parent, side } = next;
    const at = splits.push(node < 0 ? 0 : numbers(conditions[node])) - 1;
    steps.push(0, 0);
    nodeLeaves.push(node < 0 ? firstValue + ~node * outputs : -1);
    if (parent >= 0) {
      if (at - parent > LONGEST_STEP) {
        throw new InvalidInputError('catboost: a tree has too many nodes for a cbm file', {
          hint: 'Export it as JSON.',
        });
      }
      steps[2 * parent + side] = at - parent;
    }
    if (node < 0) continue;
    stack.push({ node: right[node], parent: at, side: 1 }, { node: left[node], parent: at, side: 0 });
  }
}
