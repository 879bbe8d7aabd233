/**
 * A CatBoost model as an ONNX graph. Numeric conditions and one-hot ones have a form; target statistics have none, because ONNX cannot
 * hash combinations of categories.
 */
import { noOnnxForm, type OnnxBody } from '../../model/onnx/export.js';
import type { OnnxGraph } from '../../model/onnx/graph.js';
import { bothClasses, columns, logistic, shares, softmax } from '../../model/onnx/links.js';
import { addOnnxTrees, columnMask } from '../../trees/onnx-trees.js';
import { emptyTree, type Tree } from '../../trees/tree.js';
import { categoryHash, MISSING_CATEGORY } from './category-hash.js';
import { type CatBoostEnsemble, type CatBoostFile, type CatBoostTree, type Condition, leafCount } from './ensemble.js';
import { linkOf, taskOfLoss } from './loss.js';

/** Codes without a name are looked for up to here. */
const MOST_CODES = 100_000;

/**
 * @param order - the output of each class
 * @throws InvalidInputError - conditions on target statistics
 */
export function catboostOnnx(file: CatBoostFile, order: readonly number[]): OnnxBody {
  const { ensemble, loss } = file;
  const { outputs, features, scale, bias } = ensemble;
  const codes = new CodeSearch(file);
  const equal: Uint8Array[] = [];
  const trees = ensemble.trees.map((tree) => {
    const asks = new Uint8Array(leafCount(tree) - 1);
    equal.push(asks);
    return binaryTree(tree, ensemble, codes, asks);
  });
  const leafValues = ensemble.trees.map((tree) => tree.leafValues);
  return (graph, X) => {
    const seen = codes.used.includes(1) ? withoutBadCodes(graph, X, codes.used) : X;
    const sums = addOnnxTrees(graph, seen, { trees, outputs, features }, { leafValues, equal });
    const scaled = graph.node('Mul', [sums, graph.scalar('double', scale)]);
    return addLink(graph, graph.node('Add', [scaled, graph.vector('double', bias)]), loss, outputs, order);
  };
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

/** The same tree with a node a question: 'no' is left. A symmetric tree repeats the questions of a level, the last one at the root. */
function binaryTree(tree: CatBoostTree, ensemble: CatBoostEnsemble, codes: CodeSearch, equal: Uint8Array): Tree {
  const leaves = leafCount(tree);
  const out = emptyTree(leaves);
  const ask = (node: number, condition: Condition, left: number, right: number) => {
    out.left[node] = left;
    out.right[node] = right;
    out.hasMissing[node] = 1;
    setCondition(out, node, condition, ensemble, codes, equal);
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
  { floatFeatures, categoricalFeatures }: CatBoostEnsemble,
  codes: CodeSearch,
  equal: Uint8Array,
): void {
  if (condition.kind === 'ctr') {
    throw noOnnxForm(
      'catboost',
      'ONNX has no form for target statistics of categories',
      'Train with oneHotMaxSize at least the number of categories, encode them before (PreprocessingPipeline), or keep the model by save or exportNative.',
    );
  }
  if (condition.kind === 'float') {
    const { column, nan } = floatFeatures[condition.feature];
    tree.splitFeature[node] = column;
    tree.threshold[node] = condition.border;
    tree.missingLeft[node] = nan === 'AsTrue' ? 0 : 1;
    return;
  }
  const { column } = categoricalFeatures[condition.feature];
  const code = codes.find(column, condition.value);
  equal[node] = 1;
  tree.splitFeature[node] = column;
  // Missing categories are NaN by now; no code is negative.
  tree.threshold[node] = code === 'missing' ? -1 : code;
  tree.missingLeft[node] = code === 'missing' ? 0 : 1;
}

/** Cells of categorical columns that are no code become NaN. */
function withoutBadCodes(graph: OnnxGraph, X: string, used: Uint8Array): string {
  const whole = graph.node('Equal', [graph.node('Floor', [X]), X]);
  const code = graph.node('And', [whole, graph.node('GreaterOrEqual', [X, graph.scalar('float', 0)])]);
  const bad = graph.node('And', [graph.node('Not', [code]), columnMask(graph, used)]);
  return graph.node('Where', [bad, graph.scalar('float', Number.NaN), X]);
}

/** From the hash of a category, all that a model keeps of it, back to its code. */
class CodeSearch {
  /** Columns asked for so far, marked 1. */
  readonly used: Uint8Array;
  private readonly digits = new Map<number, number>();
  private readonly named = new Map<number, Map<number, number>>();

  constructor(private readonly file: CatBoostFile) {
    this.used = new Uint8Array(file.ensemble.features);
  }

  find(column: number, hash: number): number | 'missing' {
    this.used[column] = 1;
    if (hash === MISSING_HASH) return 'missing';
    const code = this.names(column).get(hash) ?? this.decimal(hash);
    if (code !== undefined) return code;
    throw noOnnxForm(
      'catboost',
      `a category of column ${column} is known by its hash alone`,
      'Pass categoryNames to importNative, so that its code can be found.',
    );
  }

  private names(column: number): Map<number, number> {
    let known = this.named.get(column);
    if (!known) {
      const names = this.file.categoryNames?.get(column) ?? [];
      known = new Map(names.map((name, code) => [categoryHash(name), code]));
      this.named.set(column, known);
    }
    return known;
  }

  private decimal(hash: number): number | undefined {
    for (let code = this.digits.size; code < MOST_CODES && !this.digits.has(hash); code++) {
      this.digits.set(categoryHash(String(code)), code);
    }
    return this.digits.get(hash);
  }
}

const MISSING_HASH = categoryHash(MISSING_CATEGORY);
