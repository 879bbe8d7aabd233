/** A CatBoost model as an ONNX graph: trees over the columns of X and, behind them, the target statistics that they ask for. */
import { noOnnxForm, type OnnxBody } from '../../model/onnx/export.js';
import type { OnnxGraph } from '../../model/onnx/graph.js';
import { bothClasses, columns, logistic, shares, softmax } from '../../model/onnx/links.js';
import { addOnnxTrees, columnMask } from '../../trees/onnx-trees.js';
import { emptyTree, type Tree } from '../../trees/tree.js';
import { CategoryCodes, MISSING_CODE, vocabulariesOf } from './category-codes.js';
import { type CatBoostEnsemble, type CatBoostFile, type CatBoostTree, type Condition, leafCount } from './ensemble.js';
import { linkOf, taskOfLoss } from './loss.js';
import { addStatistics, usedStatistics } from './onnx-statistics.js';

/**
 * @param order - the output of each class
 * @throws InvalidInputError - categories whose codes cannot be found
 */
export async function catboostOnnx(file: CatBoostFile, order: readonly number[]): Promise<OnnxBody> {
  const { ensemble, loss } = file;
  const { outputs, scale, bias } = ensemble;
  const codes = new CategoryCodes(file.categoryNames);
  const statistics = usedStatistics(ensemble);
  if (statistics.tables.length > 0) refuseCutTables(file);
  const vocabularies = await vocabulariesOf(
    statistics.tables.map(({ table }) => table),
    ensemble.categoricalFeatures.map(({ column }) => column),
    codes,
  );
  const asked: Asked = { ensemble, codes, places: statistics.places, oneHot: new Uint8Array(ensemble.features) };
  const equal: Uint8Array[] = [];
  const trees = ensemble.trees.map((tree) => {
    const asks = new Uint8Array(leafCount(tree) - 1);
    equal.push(asks);
    return binaryTree(tree, asked, asks);
  });
  const leafValues = ensemble.trees.map((tree) => tree.leafValues);
  const features = ensemble.features + statistics.places.size;
  return (graph, X) => {
    const own = asked.oneHot.includes(1) ? withoutBadCodes(graph, X, asked.oneHot) : X;
    const made = addStatistics(graph, X, ensemble, statistics, { vocabularies, codes });
    const seen = made.length > 0 ? graph.node('Concat', [own, ...made], { axis: { int: 1 } }) : own;
    const sums = addOnnxTrees(graph, seen, { trees, outputs, features }, { leafValues, equal });
    const scaled = graph.node('Mul', [sums, graph.scalar('double', scale)]);
    return addLink(graph, graph.node('Add', [scaled, graph.vector('double', bias)]), loss, outputs, order);
  };
}

/** A table that was cut does not have all categories, which another table may need. */
function refuseCutTables({ params }: CatBoostFile): void {
  const { ctr_leaf_count_limit: limit } = (params?.cat_feature_params ?? {}) as Record<string, unknown>;
  if (typeof limit !== 'number' || limit > Number.MAX_SAFE_INTEGER) return;
  throw noOnnxForm(
    'catboost',
    `ctr_leaf_count_limit=${limit} left categories out of the tables of target statistics`,
    'Train without it, or keep the model by save or exportNative.',
  );
}

function addLink(graph: OnnxGraph, scores: string, loss: string, outputs: number, order: readonly number[]): string {
  const link = linkOf(loss);
  const predictions =
    link === 'softmax'
      ? softmax(graph, scores)
      : link === 'one-vs-all'
        ? shares(graph, logistic(graph, scores), outputs)
        : link === 'probability' || link === 'logistic'
          ? logistic(graph, scores)
          : link === 'exp'
            ? graph.node('Exp', [scores])
            : scores;
  if (taskOfLoss(loss) === 'regression') return outputs === 1 ? predictions : columns(graph, predictions, [0]);
  return columns(graph, outputs === 1 ? bothClasses(graph, predictions) : predictions, order);
}

/** What the conditions of the trees are about. */
interface Asked {
  readonly ensemble: CatBoostEnsemble;
  readonly codes: CategoryCodes;
  /** Of a target statistic among those behind the columns of X. */
  readonly places: ReadonlyMap<number, number>;
  /** (columns,) 1: some condition asks for a category. */
  readonly oneHot: Uint8Array;
}

/** The same tree with a node a question: 'no' is left. A symmetric tree repeats the questions of a level, the last one at the root. */
function binaryTree(tree: CatBoostTree, asked: Asked, equal: Uint8Array): Tree {
  const leaves = leafCount(tree);
  const out = emptyTree(leaves);
  const ask = (node: number, condition: Condition, left: number, right: number) => {
    out.left[node] = left;
    out.right[node] = right;
    out.hasMissing[node] = 1;
    setCondition(out, node, condition, asked, equal);
  };
  if (tree.kind === 'branching') {
    for (const [node, condition] of tree.conditions.entries()) ask(node, condition, tree.left[node], tree.right[node]);
    return out;
  }
  // Node n of level l has the children 2n + 1 and 2n + 2; its path from the root holds the high bits of the leaves below.
  const depth = tree.conditions.length;
  for (let node = 0; node < leaves - 1; node++) {
    const level = 31 - Math.clz32(node + 1);
    const child = (c: number) => (c < leaves - 1 ? c : ~(c - (leaves - 1)));
    ask(node, tree.conditions[depth - 1 - level], child(2 * node + 1), child(2 * node + 2));
  }
  return out;
}

function setCondition(
  tree: Tree,
  node: number,
  condition: Condition,
  { ensemble: { features, floatFeatures, categoricalFeatures }, codes, places, oneHot }: Asked,
  equal: Uint8Array,
): void {
  if (condition.kind === 'ctr') {
    tree.splitFeature[node] = features + (places.get(condition.feature) ?? 0);
    tree.threshold[node] = condition.border;
    return;
  }
  if (condition.kind === 'float') {
    const { column, nan } = floatFeatures[condition.feature];
    tree.splitFeature[node] = column;
    tree.threshold[node] = condition.border;
    tree.missingLeft[node] = nan === 'AsTrue' ? 0 : 1;
    return;
  }
  const { column } = categoricalFeatures[condition.feature];
  const code = codes.get(column, condition.value);
  oneHot[column] = 1;
  equal[node] = 1;
  tree.splitFeature[node] = column;
  // Missing categories are NaN by now; no code is negative.
  tree.threshold[node] = code;
  tree.missingLeft[node] = code === MISSING_CODE ? 0 : 1;
}

/** Cells of categorical columns that are no code become NaN. */
function withoutBadCodes(graph: OnnxGraph, X: string, used: Uint8Array): string {
  const whole = graph.node('Equal', [graph.node('Floor', [X]), X]);
  const code = graph.node('And', [whole, graph.node('GreaterOrEqual', [X, graph.scalar('float', 0)])]);
  const bad = graph.node('And', [graph.node('Not', [code]), columnMask(graph, used)]);
  return graph.node('Where', [bad, graph.scalar('float', Number.NaN), X]);
}
