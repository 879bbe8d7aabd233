/**
 * An ensemble as one node of `ai.onnx.ml`: TreeEnsembleRegressor (version 3), or TreeEnsemble (version 5), which knows sets of categories.
 * Thresholds become the float32 at or below them, so that every float32 value takes the branch it takes here.
 */
import type { OnnxAttribute, OnnxGraph, OnnxTensor } from '../model/onnx/graph.js';
import { missingGoesRight } from './flat-trees.js';
import type { Ensemble, Tree } from './tree.js';

/** What some models have beyond an ensemble; both by tree, `equal` by node too. */
export interface OnnxTreeOptions {
  /** (leaves * outputs), row-major: leaves that add to every output. Without, tree t adds its leaf to output t % outputs. */
  leafValues?: readonly Float64Array[];
  /** 1: the node asks whether the value equals the threshold; yes goes right. */
  equal?: readonly Uint8Array[];
}

/** Adds the raw scores of `ensemble` for the float tensor `X` (n, features); returns the name of a double tensor (n, outputs). */
export function addOnnxTrees(graph: OnnxGraph, X: string, ensemble: Ensemble, options: OnnxTreeOptions = {}): string {
  const withSets = ensemble.trees.some((tree) => tree.categories);
  const sums = withSets
    ? addTreeEnsemble(graph, withWholeCategories(graph, X, ensemble), ensemble)
    : addRegressor(graph, X, ensemble, options);
  const scores = graph.cast(sums, 'double');
  const start = ensemble.float32Start;
  return start?.some((value) => value !== 0) ? graph.node('Add', [scores, graph.vector('double', start)]) : scores;
}

/** The largest float32 that is not above `value`: x <= value and x <= floorFloat32(value) agree for every float32 x. */
export function floorFloat32(value: number): number {
  const rounded = Math.fround(value);
  if (!(rounded > value)) return rounded;
  const view = new DataView(new ArrayBuffer(4));
  view.setFloat32(0, rounded);
  const bits = view.getInt32(0);
  // Above a number that rounded up lies none that is zero, except from the smallest negative ones.
  view.setInt32(0, rounded === 0 ? -0x7fffffff : bits > 0 ? bits - 1 : bits + 1);
  return view.getFloat32(0);
}

// ---- version 3 ---------------------------------------------------------------------------------------------------------

/** Ids of a tree's nodes: inner nodes as here, leaf k behind them. */
function addRegressor(
  graph: OnnxGraph,
  X: string,
  { trees, outputs }: Ensemble,
  { leafValues, equal }: OnnxTreeOptions,
): string {
  const nodes = new ColumnsV3();
  const target = { tree: [] as number[], node: [] as number[], id: [] as number[], weight: [] as number[] };
  trees.forEach((tree, t) => {
    const inner = tree.leafCount - 1;
    const child = (c: number) => (c >= 0 ? c : inner + ~c);
    const width = leafValues ? outputs : 1;
    for (let i = 0; i < inner; i++) {
      const [left, right] = [child(tree.left[i]), child(tree.right[i])];
      const missing = missingGoesRight(tree, i);
      if (equal?.[t][i]) nodes.add(t, i, 'BRANCH_EQ', tree.splitFeature[i], tree.threshold[i], right, left, missing);
      else nodes.add(t, i, 'BRANCH_LEQ', tree.splitFeature[i], floorFloat32(tree.threshold[i]), left, right, !missing);
    }
    for (let k = 0; k < tree.leafCount; k++) {
      nodes.add(t, inner + k, 'LEAF', 0, 0, 0, 0, false);
      for (let o = 0; o < width; o++) {
        target.tree.push(t);
        target.node.push(inner + k);
        target.id.push(leafValues ? o : t % outputs);
        target.weight.push(leafValues ? leafValues[t][k * outputs + o] : tree.leafValue[k]);
      }
    }
  });
  return graph.mlNode('TreeEnsembleRegressor', [X], {
    ...nodes.attributes(),
    n_targets: { int: outputs },
    aggregate_function: { string: 'SUM' },
    post_transform: { string: 'NONE' },
    target_treeids: { ints: target.tree },
    target_nodeids: { ints: target.node },
    target_ids: { ints: target.id },
    target_weights: { floats: target.weight },
  });
}

class ColumnsV3 {
  private readonly tree: number[] = [];
  private readonly node: number[] = [];
  private readonly mode: string[] = [];
  private readonly feature: number[] = [];
  private readonly value: number[] = [];
  private readonly yes: number[] = [];
  private readonly no: number[] = [];
  private readonly missing: number[] = [];

  add(
    tree: number,
    node: number,
    mode: 'BRANCH_LEQ' | 'BRANCH_EQ' | 'LEAF',
    feature: number,
    value: number,
    yes: number,
    no: number,
    missingIsYes: boolean,
  ): void {
    this.tree.push(tree);
    this.node.push(node);
    this.mode.push(mode);
    this.feature.push(feature);
    this.value.push(value);
    this.yes.push(yes);
    this.no.push(no);
    this.missing.push(missingIsYes ? 1 : 0);
  }

  attributes(): Record<string, OnnxAttribute> {
    return {
      nodes_treeids: { ints: this.tree },
      nodes_nodeids: { ints: this.node },
      nodes_modes: { strings: this.mode },
      nodes_featureids: { ints: this.feature },
      nodes_values: { floats: this.value },
      nodes_truenodeids: { ints: this.yes },
      nodes_falsenodeids: { ints: this.no },
      nodes_missing_value_tracks_true: { ints: this.missing },
    };
  }
}

// ---- version 5 ---------------------------------------------------------------------------------------------------------

const LEQ = 0;
const MEMBER = 6;

/** All nodes of all trees numbered through, and all leaves; a tree without a split is a node whose branches end in the same leaf. */
function addTreeEnsemble(graph: OnnxGraph, X: string, { trees, outputs }: Ensemble): string {
  graph.mlVersion = 5;
  const columns = {
    roots: [] as number[],
    feature: [] as number[],
    split: [] as number[],
    mode: [] as number[],
    trueNode: [] as number[],
    trueLeaf: [] as number[],
    falseNode: [] as number[],
    falseLeaf: [] as number[],
    missing: [] as number[],
    members: [] as number[],
    target: [] as number[],
    weight: [] as number[],
  };
  trees.forEach((tree, t) => {
    const firstNode = columns.feature.length;
    const firstLeaf = columns.weight.length;
    columns.roots.push(firstNode);
    const add = (feature: number, set: Uint32Array | undefined, threshold: number, left: number, right: number) => {
      columns.feature.push(feature);
      columns.mode.push(set ? MEMBER : LEQ);
      columns.split.push(set ? 0 : floorFloat32(threshold));
      if (set) pushMembers(set, columns.members);
      columns.trueNode.push(left >= 0 ? firstNode + left : firstLeaf + ~left);
      columns.trueLeaf.push(left >= 0 ? 0 : 1);
      columns.falseNode.push(right >= 0 ? firstNode + right : firstLeaf + ~right);
      columns.falseLeaf.push(right >= 0 ? 0 : 1);
    };
    for (let i = 0; i < tree.leafCount - 1; i++) {
      add(tree.splitFeature[i], tree.categories?.[i], tree.threshold[i], tree.left[i], tree.right[i]);
      columns.missing.push(missingGoesRight(tree, i) ? 0 : 1);
    }
    if (tree.leafCount === 1) {
      add(0, undefined, 0, ~0, ~0);
      columns.missing.push(0);
    }
    for (let k = 0; k < tree.leafCount; k++) {
      columns.target.push(t % outputs);
      columns.weight.push(tree.leafValue[k]);
    }
  });
  const tensor = (type: OnnxTensor['type'], values: number[]): OnnxAttribute => ({
    tensor: { type, dims: [values.length], values },
  });
  return graph.mlNode('TreeEnsemble', [X], {
    aggregate_function: { int: 1 },
    n_targets: { int: outputs },
    post_transform: { int: 0 },
    tree_roots: { ints: columns.roots },
    nodes_featureids: { ints: columns.feature },
    nodes_splits: tensor('float', columns.split),
    nodes_modes: tensor('uint8', columns.mode),
    nodes_truenodeids: { ints: columns.trueNode },
    nodes_trueleafs: { ints: columns.trueLeaf },
    nodes_falsenodeids: { ints: columns.falseNode },
    nodes_falseleafs: { ints: columns.falseLeaf },
    nodes_missing_value_tracks_true: { ints: columns.missing },
    membership_values: tensor('float', columns.members),
    leaf_targetids: { ints: columns.target },
    leaf_weights: tensor('float', columns.weight),
  });
}

/** Sets follow one another in the order of their nodes, each ended by NaN. */
function pushMembers(set: Uint32Array, members: number[]): void {
  for (let c = 0; c < set.length * 32; c++) if ((set[c >> 5] >>> (c & 31)) & 1) members.push(c);
  members.push(Number.NaN);
}

/** `X` with the fractions of categorical columns cut off, as walking a tree here does; `X` itself without such columns. */
function withWholeCategories(graph: OnnxGraph, X: string, { trees, features }: Ensemble): string {
  const columns = new Uint8Array(features);
  for (const tree of trees) markCategorical(tree, columns);
  const whole = graph.node('Mul', [graph.node('Sign', [X]), graph.node('Floor', [graph.node('Abs', [X])])]);
  return graph.node('Where', [columnMask(graph, columns), whole, X]);
}

function markCategorical(tree: Tree, columns: Uint8Array): void {
  tree.categories?.forEach((set, node) => {
    if (set) columns[tree.splitFeature[node]] = 1;
  });
}

/** (features,) booleans. */
export function columnMask(graph: OnnxGraph, columns: Uint8Array): string {
  return graph.cast(graph.vector('uint8', columns), 'bool');
}
