/**
 * Reads XGBoost's JSON and UBJSON models (0.90 to 3.x): gbtree, dart and gblinear, scalar and vector leaves, categorical splits.
 * Nothing is trusted: whatever does not fit is a `ModelFormatError` that names the part.
 */
import { ModelFormatError } from '../../core/errors.js';
import type { Ensemble, Tree } from '../../trees/tree.js';
import { damaged } from './damage.js';
import { type DocumentValue, Part } from './document.js';
import { FILE_VERSION, type FileObjective, type LinearWeights, type XGBoostFile } from './format.js';
import { parseJson } from './json.js';
import { isBaseScore, isMulticlass, knownObjective, startScores } from './objective.js';
import { readTree, type TreeContext } from './tree-reader.js';
import { parseUbjson } from './ubjson-reader.js';

const MOST_OUTPUTS = 1 << 20;
const MOST_FEATURES = 1 << 24;

/** Reads a model from the bytes of a file, JSON or UBJSON. */
export function readModel(bytes: Uint8Array): XGBoostFile {
  return readDocument(looksLikeJson(bytes) ? parseJson(decode(bytes)) : parseUbjson(bytes));
}

/** An object in JSON goes on with a name or its end; in UBJSON with a length. */
function looksLikeJson(bytes: Uint8Array): boolean {
  const text = String.fromCharCode(...bytes.subarray(0, 64)).replace(/^\u00ef\u00bb\u00bf/, '');
  if (text.startsWith('binf') || text.startsWith('bs64')) {
    throw new ModelFormatError("XGBoost model file: this is XGBoost's old binary format", {
      hint: "Open it in Python and save it as JSON: booster.save_model('model.json').",
      details: { part: 'document' },
    });
  }
  return /^\s*(\{\s*["}]|[^{\s]|\{\s*$)/.test(text) || text === '';
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw damaged('document', 'is neither JSON nor UBJSON');
  }
}

function readDocument(value: DocumentValue): XGBoostFile {
  const root = new Part(value, 'model');
  checkVersion(root);
  const learner = root.get('learner');
  const param = learner.get('learner_model_param');
  const objective = readObjective(learner.get('objective'));
  const features = param.get('num_feature').integer(0, MOST_FEATURES);
  const numClass = param.find('num_class')?.integer(0, MOST_OUTPUTS) ?? 0;
  const numTarget = Math.max(1, param.find('num_target')?.integer(0, MOST_OUTPUTS) ?? 1);
  const outputs = Math.max(1, numClass, numTarget);
  if (isMulticlass(objective.name) && (numClass < 2 || numTarget > 1)) {
    throw damaged('learner_model_param', `${numClass} classes and ${numTarget} targets for ${objective.name}`);
  }
  const baseScore = readBaseScore(param.get('base_score'), objective, outputs);
  const booster = readBooster(learner.get('gradient_booster'), features, outputs);
  const float32Start = startOf(booster.booster, objective, baseScore);
  const featureNames = learner.find('feature_names')?.texts() ?? [];
  const featureTypes = learner.find('feature_types')?.texts() ?? [];
  for (const [key, list] of Object.entries({ feature_names: featureNames, feature_types: featureTypes })) {
    if (list.length !== 0 && list.length !== features) {
      throw damaged(`learner.${key}`, `${list.length} entries for ${features} features`);
    }
  }
  const { trees, ...rest } = booster;
  const ensemble: Ensemble = { trees, outputs, features, float32Start };
  const attributes = readTexts(learner.find('attributes'));
  return { ...rest, ensemble, objective, baseScore, numClass, numTarget, featureNames, featureTypes, attributes };
}

/** gblinear starts all outputs at the first base score (as XGBoost 3.2 does), trees each at its own. */
function startOf(booster: XGBoostFile['booster'], objective: FileObjective, baseScore: Float32Array): number[] {
  const start = startScores(objective, baseScore);
  return booster === 'gblinear' ? start.map(() => start[0]) : start;
}

function checkVersion(root: Part): void {
  const version = root.find('version')?.integers(0, 2 ** 31 - 1);
  if (version && version[0] > FILE_VERSION[0]) {
    throw new ModelFormatError(
      `XGBoost model file: written by XGBoost ${version.join('.')}, read are versions up to 3`,
      {
        hint: 'Save the model with XGBoost 3, or update holdfast.',
        details: { part: 'version', version: Array.from(version) },
      },
    );
  }
}

function readObjective(part: Part): FileObjective {
  const params: Record<string, Record<string, string>> = {};
  for (const key of part.keys()) if (key !== 'name') params[key] = readTexts(part.get(key));
  return { name: knownObjective(part.get('name').text()), params };
}

/** Members that are texts; older files have some of them as numbers. */
function readTexts(part: Part | undefined): Record<string, string> {
  const texts: [string, string][] = [];
  for (const key of part?.keys() ?? []) {
    const value = part?.get(key).value;
    if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') {
      throw damaged(`${part?.path}.${key}`, 'is not a text');
    }
    texts.push([key, String(value)]);
  }
  return Object.fromEntries(texts);
}

/** One number, or from 3.1 on a list in brackets with one an output. */
function readBaseScore(part: Part, objective: FileObjective, outputs: number): Float32Array {
  const text = typeof part.value === 'number' ? String(part.value) : part.text();
  const values = text
    .replace(/^\[(.*)\]$/, '$1')
    .split(',')
    .map((item) => (/^\s*[-+]?(\d+\.?\d*|\.\d+)(E[-+]?\d+)?\s*$/i.test(item) ? Math.fround(Number(item)) : Number.NaN));
  if ((values.length !== 1 && values.length !== outputs) || !values.every((value) => isBaseScore(objective, value))) {
    throw damaged(part.path, `'${text.slice(0, 60)}' is no start for ${objective.name} and ${outputs} outputs`);
  }
  return Float32Array.from({ length: outputs }, (_, k) => values[values.length === 1 ? 0 : k]);
}

type Booster = Pick<XGBoostFile, 'booster' | 'parallelTrees' | 'multiOutput' | 'linear' | 'categories'> & {
  trees: Tree[];
};

function readBooster(part: Part, features: number, outputs: number): Booster {
  const name = part.get('name').text();
  if (name === 'gblinear') {
    const linear = readLinear(part.get('model'), features, outputs);
    return { booster: name, trees: [], parallelTrees: 1, multiOutput: false, linear };
  }
  if (name === 'gbtree') return { booster: name, ...readTrees(part.get('model'), features, outputs) };
  if (name !== 'dart') throw damaged(part.path, `booster '${name.slice(0, 60)}' is not known`);
  const model = part.get('gbtree').get('model');
  const weights = part.get('weight_drop').floats(model.get('trees').items().length);
  return { booster: name, ...readTrees(model, features, outputs, weights) };
}

function readLinear(part: Part, features: number, outputs: number): LinearWeights {
  return {
    weights: part.get('weights').floats((features + 1) * outputs),
    rounds: part.find('boosted_rounds')?.integer(0, 2 ** 31 - 1) ?? 0,
  };
}

function readTrees(part: Part, features: number, outputs: number, weights?: Float32Array) {
  const items = part.get('trees').items();
  const info = part.get('tree_info').integers(0, outputs - 1, items.length);
  const stated = part
    .find('gbtree_model_param')
    ?.find('num_trees')
    ?.integer(0, 2 ** 31 - 1);
  if (stated !== undefined && stated !== items.length) {
    throw damaged(`${part.path}.trees`, `${items.length} trees where num_trees says ${stated}`);
  }
  const context: TreeContext = { features, vector: outputs, words: 0 };
  const groups = items.map((item, i) => scale(readTree(item, context), weights?.[i] ?? 1));
  const multiOutput = outputs > 1 && groups.some((group) => group.length > 1);
  const categories = part.find('cats')?.value;
  if (categories !== undefined && depthOf(categories, 6) > 5) throw damaged(`${part.path}.cats`, 'nests too deep');
  if (multiOutput) {
    if (groups.some((group) => group.length !== outputs)) {
      throw damaged(`${part.path}.trees`, 'mix leaves of one value with leaves of several');
    }
    return { trees: groups.flat(), parallelTrees: parallelOf(part, 1), multiOutput, categories };
  }
  const { trees, parallelTrees } = byIteration(part, groups.flat(), info, outputs);
  return { trees, parallelTrees, multiOutput, categories };
}

/** How deep lists and objects nest, at most `most`. */
function depthOf(value: DocumentValue, most: number): number {
  if (most === 0 || value === null || typeof value !== 'object' || ArrayBuffer.isView(value)) return 0;
  return 1 + Object.values(value).reduce((depth: number, item) => Math.max(depth, depthOf(item, most - 1)), 0);
}

/** DART's weight of a tree goes into its leaves: the same float32 product that XGBoost adds. */
function scale(trees: Tree[], weight: number): Tree[] {
  if (weight === 1) return trees;
  for (const { leafValue } of trees) {
    for (let i = 0; i < leafValue.length; i++) leafValue[i] = Math.fround(leafValue[i] * weight);
  }
  return trees;
}

function parallelOf(part: Part, otherwise: number): number {
  return (
    part
      .find('gbtree_model_param')
      ?.find('num_parallel_tree')
      ?.integer(0, 2 ** 31 - 1) || otherwise
  );
}

/** XGBoost lists an iteration's trees output by output; here they alternate, which keeps the order within each output. */
function byIteration(part: Part, trees: Tree[], info: Int32Array, outputs: number) {
  const bounds = iterationBounds(part, trees.length, outputs);
  const ordered: Tree[] = [];
  const depths = new Set<number>();
  for (let i = 1; i < bounds.length; i++) {
    const byOutput: Tree[][] = Array.from({ length: outputs }, () => []);
    for (let t = bounds[i - 1]; t < bounds[i]; t++) byOutput[info[t]].push(trees[t]);
    const depth = byOutput[0].length;
    if (byOutput.some((list) => list.length !== depth)) {
      throw damaged(`${part.path}.tree_info`, `iteration ${i - 1} has more trees for one output than for another`);
    }
    depths.add(depth);
    for (let p = 0; p < depth; p++) for (const list of byOutput) ordered.push(list[p]);
  }
  // Continued training may change the number; then each round of one tree an output counts as an iteration.
  const [parallelTrees] = depths.size === 1 ? depths : [1];
  return { trees: ordered, parallelTrees: Math.max(1, parallelTrees) };
}

/** First tree of each iteration, and the number of trees. */
function iterationBounds(part: Part, trees: number, outputs: number): ArrayLike<number> {
  const listed = part.find('iteration_indptr')?.integers(0, trees);
  if (!listed) {
    const size = parallelOf(part, 1) * outputs;
    return Array.from({ length: Math.ceil(trees / size) + 1 }, (_, i) => Math.min(trees, i * size));
  }
  const ascending = listed.every((bound, i) => (i === 0 ? bound === 0 : bound >= listed[i - 1]));
  if (listed.length === 0 || !ascending || listed[listed.length - 1] !== trees) {
    throw damaged(`${part.path}.iteration_indptr`, `does not ascend from 0 to ${trees}`);
  }
  return listed;
}
