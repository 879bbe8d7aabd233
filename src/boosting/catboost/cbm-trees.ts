/** The trees of a cbm file: all of them in a few long vectors. */
import { TREES } from './cbm-schema.js';
import type { BranchingTree, CatBoostTree, Condition } from './ensemble.js';
import type { FlatTable } from './flat-reader.js';
import { DEEPEST_SYMMETRIC, damaged } from './format.js';
import { asFinite, asInteger } from './json-values.js';

interface Vectors {
  conditions: readonly Condition[];
  outputs: number;
  splits: number[];
  leafValues: Float64Array;
  leafWeights: Float64Array;
}

/** Every tree; symmetric unless the file has steps from node to node. */
export function readCbmTrees(entry: FlatTable, outputs: number, conditions: readonly Condition[]): CatBoostTree[] {
  const finite = (field: number, part: string) => {
    const values = Float64Array.from(entry.doubles(field));
    for (const value of values) asFinite(value, part);
    return values;
  };
  const vectors: Vectors = {
    conditions,
    outputs,
    splits: entry.ints(TREES.splits),
    leafValues: finite(TREES.leafValues, 'leaf values'),
    leafWeights: finite(TREES.leafWeights, 'leaf weights'),
  };
  const sizes = entry.ints(TREES.sizes);
  if (sizes.length === 0) throw damaged('trees', 'there are none');
  const total = sizes.reduce((sum, size) => sum + asInteger(size, 'tree sizes'), 0);
  if (total !== vectors.splits.length) throw damaged('tree sizes', `${total} splits of ${vectors.splits.length}`);
  const steps = entry.shortPairs(TREES.steps);
  if (steps.length === 0) return readSymmetric(sizes, vectors);
  const nodeLeaves = entry.ints(TREES.nodeLeaves);
  if (steps.length !== total || nodeLeaves.length !== total) throw damaged('trees', 'nodes have no steps or leaves');
  let start = 0;
  return sizes.map((size, t) => {
    start += size;
    return readBranching(start - size, start, { ...vectors, steps, nodeLeaves }, `tree ${t}`);
  });
}

function conditionAt({ conditions, splits }: Vectors, at: number, part: string): Condition {
  const condition = conditions[splits[at]];
  if (!condition) throw damaged(part, `condition ${splits[at]} of ${conditions.length}`);
  return condition;
}

function readSymmetric(sizes: readonly number[], vectors: Vectors): CatBoostTree[] {
  const { outputs, leafValues, leafWeights } = vectors;
  let split = 0;
  let leaf = 0;
  const trees = sizes.map((size, t): CatBoostTree => {
    const part = `tree ${t}`;
    const leaves = 2 ** asInteger(size, part, 0, DEEPEST_SYMMETRIC);
    const tree: CatBoostTree = {
      kind: 'symmetric',
      conditions: Array.from({ length: size }, (_, d) => conditionAt(vectors, split + d, part)),
      leafValues: leafValues.slice(leaf * outputs, (leaf + leaves) * outputs),
      leafWeights: leafWeights.slice(leaf, leaf + leaves),
    };
    split += size;
    leaf += leaves;
    return tree;
  });
  checkLeaves(leaf, vectors);
  return trees;
}

function checkLeaves(leaves: number, { outputs, leafValues, leafWeights }: Vectors): void {
  if (leafValues.length !== leaves * outputs || (leafWeights.length > 0 && leafWeights.length !== leaves)) {
    throw damaged('leaf values', `${leafValues.length} for ${leaves} leaves of ${outputs}`);
  }
}

interface Nodes extends Vectors {
  /** How far on the left and right child lie; 0: the node's own leaf. */
  steps: [number, number][];
  /** Where the values of a node's leaf begin. */
  nodeLeaves: number[];
}

/** The tree of nodes start .. end-1, each of which is reached once. */
function readBranching(start: number, end: number, nodes: Nodes, part: string): BranchingTree {
  const { steps, nodeLeaves, outputs, leafValues, leafWeights } = nodes;
  const tree = { conditions: [] as Condition[], left: [] as number[], right: [] as number[] };
  /** Where the values of the leaves begin, in the order in which they are met. */
  const met: number[] = [];
  const seen = new Uint8Array(end - start);
  const addLeaf = (at: number): number => {
    return ~(met.push(asInteger(nodeLeaves[at], `${part}, leaf`, 0, leafValues.length - outputs)) - 1);
  };
  const stack: { at: number; parent: number; side: number[] }[] = [];
  /** The child's number, or that of a node to be read later. */
  const visit = (at: number, parent: number, side: number[]): number => {
    if (at >= end) throw damaged(part, `node ${at} is outside of the tree`);
    if (seen[at - start]++ > 0) throw damaged(part, `node ${at} is reached twice`);
    if (steps[at][0] === 0 && steps[at][1] === 0) return addLeaf(at);
    stack.push({ at, parent, side });
    return 0;
  };
  if (start === end) throw damaged(part, 'has no nodes');
  visit(start, -1, tree.left);
  for (let next = stack.pop(); next; next = stack.pop()) {
    const { at } = next;
    const number = tree.conditions.push(conditionAt(nodes, at, part)) - 1;
    if (next.parent >= 0) next.side[next.parent] = number;
    for (const [i, side] of [tree.left, tree.right].entries()) {
      const step = steps[at][i];
      side[number] = step === 0 ? addLeaf(at) : visit(at + step, number, side);
    }
  }
  // Leaves keep the order of the file, so that a leaf's number is the one that CatBoost gives it.
  const order = met.map((_, leaf) => leaf).sort((a, b) => met[a] - met[b] || a - b);
  const rank = new Int32Array(met.length);
  for (const [number, leaf] of order.entries()) rank[leaf] = number;
  const child = (c: number) => (c < 0 ? ~rank[~c] : c);
  const starts = order.map((leaf) => met[leaf]);
  return {
    kind: 'branching',
    conditions: tree.conditions,
    left: Int32Array.from(tree.left, child),
    right: Int32Array.from(tree.right, child),
    leafValues: Float64Array.from(starts.flatMap((from) => [...leafValues.subarray(from, from + outputs)])),
    leafWeights: leafWeights.length === 0 ? new Float64Array(0) : leafWeightsAt(starts, nodes, part),
  };
}

function leafWeightsAt(starts: readonly number[], { outputs, leafWeights }: Vectors, part: string): Float64Array {
  return Float64Array.from(starts, (from) => leafWeights[asInteger(from / outputs, part, 0, leafWeights.length - 1)]);
}
