/**
 * Reads CatBoost's JSON model, such as Python's `save_model(file, format='json')` writes (layout:
 * https://catboost.ai/docs/en/concepts/apply-model-json). Whatever is wrong with it is a `ModelFormatError` that names the part.
 */
import type { CatBoostFile, CatBoostTree } from './ensemble.js';
import { damaged, MOST_OUTPUTS, numberedConditions } from './format.js';
import { parseJson, readFeatures } from './json-features.js';
import { readBranching, readSymmetric } from './json-trees.js';
import { asFinite, asInteger, asList, asNumbers, asObject, type JsonObject } from './json-values.js';
import { readModelInfo } from './model-info.js';

/** Parses a whole model file. */
export function parseJsonModel(text: string): CatBoostFile {
  const root = asObject(parseJson(text, 'file'), 'file');
  const { featureNames, floatBorders, oneHotValues, ctrBorders, ...described } = readFeatures(
    asObject(root.features_info, 'features_info'),
    root.ctr_data,
  );
  const conditions = numberedConditions({ floatBorders, oneHotValues, ctrBorders });
  const symmetric = asList(root.oblivious_trees, 'oblivious_trees');
  const branching = asList(root.trees, 'trees');
  if (symmetric.length > 0 && branching.length > 0) throw damaged('trees', 'there are oblivious_trees, too');
  if (symmetric.length + branching.length === 0) throw damaged('oblivious_trees', 'there are no trees');
  const outputs = symmetric.length > 0 ? outputsOfSymmetric(symmetric[0]) : outputsOfBranching(branching[0]);
  const trees: CatBoostTree[] = [
    ...symmetric.map((tree, t) => readSymmetric(tree, `oblivious_trees, ${t}`, conditions)),
    ...branching.map((tree, t) => readBranching(tree, `trees, ${t}`, outputs, conditions)),
  ];
  trees.forEach((tree, t) => {
    const leaves = tree.kind === 'symmetric' ? 2 ** tree.conditions.length : tree.conditions.length + 1;
    if (tree.leafValues.length !== leaves * outputs) {
      throw damaged(`tree ${t}`, `${tree.leafValues.length} leaf values for ${leaves} leaves of ${outputs}`);
    }
  });
  const info = root.model_info === undefined ? {} : asObject(root.model_info, 'model_info');
  return {
    ensemble: { outputs, ...readScaleAndBias(root.scale_and_bias, outputs), ...described, trees },
    featureNames,
    ...readModelInfo(info, outputs),
  };
}

function outputsOfSymmetric(value: unknown): number {
  const tree = asObject(value, 'oblivious_trees, 0');
  const leaves = 2 ** asList(tree.splits, 'oblivious_trees, 0, splits').length;
  return asInteger(asList(tree.leaf_values, 'oblivious_trees, 0').length / leaves, 'leaf_values', 1, MOST_OUTPUTS);
}

/** Values of the leaf that is found by going left. */
function outputsOfBranching(value: unknown): number {
  let node: JsonObject = asObject(value, 'trees, 0');
  while (node.split !== undefined) node = asObject(node.left, 'trees, 0');
  return Array.isArray(node.value) ? asInteger(node.value.length, 'trees, 0, value', 1, MOST_OUTPUTS) : 1;
}

function readScaleAndBias(value: unknown, outputs: number): { scale: number; bias: Float64Array } {
  const part = 'scale_and_bias';
  if (value === undefined) return { scale: 1, bias: new Float64Array(outputs) };
  const [scale, given] = asList(value, part);
  const bias = Array.isArray(given) ? asNumbers(given, part) : [asFinite(given ?? 0, part)];
  if (bias.length !== outputs && !(bias.length === 0 || bias.every((item) => item === 0))) {
    throw damaged(part, `${bias.length} biases for ${outputs} outputs`);
  }
  return { scale: asFinite(scale, part), bias: Float64Array.from({ length: outputs }, (_, k) => bias[k] ?? 0) };
}
