/** XGBoost's document of a model, for JSON or UBJSON: Python's `Booster(model_file=...)` opens both and predicts the same. */
import type { Tree } from '../../trees/tree.js';
import { type DocumentValue, FloatList, isNumberArray, type NumberArray } from './document.js';
import { FILE_VERSION, type XGBoostFile } from './format.js';
import { formatFloat, formatJson } from './json.js';
import { treeDocument } from './tree-writer.js';
import { formatUbjson } from './ubjson-writer.js';

export const writeJson = (file: XGBoostFile): string => formatJson(modelDocument(file));
export const writeUbjson = (file: XGBoostFile): Uint8Array => formatUbjson(modelDocument(file));

export function modelDocument(file: XGBoostFile): DocumentValue {
  const { ensemble, objective, baseScore, numClass, numTarget } = file;
  return {
    learner: {
      attributes: file.attributes,
      feature_names: file.featureNames,
      feature_types: file.featureTypes,
      gradient_booster: boosterDocument(file),
      learner_model_param: {
        base_score: `[${Array.from(baseScore, formatFloat).join(',')}]`,
        boost_from_average: '1',
        num_class: String(numClass),
        num_feature: String(ensemble.features),
        num_target: String(numTarget),
      },
      objective: { name: objective.name, ...objective.params },
    },
    version: [...FILE_VERSION],
  };
}

function boosterDocument(file: XGBoostFile): DocumentValue {
  const { booster, linear } = file;
  if (booster === 'gblinear') {
    const { weights, rounds } = linear ?? { weights: new Float32Array(0), rounds: 0 };
    return { model: { boosted_rounds: rounds, weights }, name: booster };
  }
  const { model, trees } = treesDocument(file);
  if (booster === 'gbtree') return { model, name: booster };
  const ones = new FloatList(new Float32Array(trees).fill(1));
  return { gbtree: { model, name: 'gbtree' }, name: booster, weight_drop: ones };
}

function treesDocument(file: XGBoostFile): { model: DocumentValue; trees: number } {
  const { ensemble, parallelTrees, multiOutput } = file;
  const { trees, outputs, features } = ensemble;
  const groups: (readonly Tree[])[] = [];
  const info: number[] = [];
  const bounds = [0];
  const size = outputs * parallelTrees;
  for (let first = 0; first < trees.length; first += size) {
    const iteration = trees.slice(first, first + size);
    if (multiOutput) {
      for (let t = 0; t < iteration.length; t += outputs) groups.push(iteration.slice(t, t + outputs));
    } else {
      for (let k = 0; k < outputs; k++)
        for (let t = k; t < iteration.length; t += outputs) {
          groups.push([iteration[t]]);
          info.push(k);
        }
    }
    bounds.push(groups.length);
  }
  const model = {
    cats: categoriesDocument(file.categories),
    gbtree_model_param: { num_parallel_tree: String(parallelTrees), num_trees: String(groups.length) },
    iteration_indptr: bounds,
    tree_info: multiOutput ? groups.map(() => 0) : info,
    trees: groups.map((group, id) => treeDocument(group, id, features)),
  };
  return { model, trees: groups.length };
}

type Named = { readonly [key: string]: DocumentValue };

/** XGBoost's type codes of category values that UBJSON has arrays for. */
const VALUE_TYPES = new Map<DocumentValue, (values: readonly number[]) => NumberArray>([
  [9, (values) => Int8Array.from(values)],
  [10, (values) => Uint8Array.from(values)],
  [11, (values) => Int16Array.from(values)],
  [13, (values) => Int32Array.from(values)],
  [15, (values) => BigInt64Array.from(values, (value) => BigInt(Math.trunc(value)))],
]);

const int32 = (value: DocumentValue): DocumentValue =>
  isPlainList(value) ? Int32Array.from(value as readonly number[]) : value;
const isPlainList = (value: DocumentValue): boolean =>
  Array.isArray(value) && value.every((item) => typeof item === 'number');

/** Category names as they were read, with the array types that UBJSON wants for what JSON had as plain lists. */
function categoriesDocument(value: DocumentValue | undefined): DocumentValue {
  const none = { enc: [], feature_segments: new Int32Array(0), sorted_idx: new Int32Array(0) };
  if (value === undefined || !isMembers(value) || !Array.isArray(value.enc)) return none;
  return {
    ...value,
    enc: value.enc.map(columnDocument),
    feature_segments: int32(value.feature_segments ?? []),
    sorted_idx: int32(value.sorted_idx ?? []),
  };
}

function columnDocument(column: DocumentValue): DocumentValue {
  if (!isMembers(column)) return column;
  const { offsets, type, values } = column;
  if (offsets !== undefined && isPlainList(values)) {
    return { ...column, offsets: int32(offsets), values: Int8Array.from(values as readonly number[]) };
  }
  const convert = VALUE_TYPES.get(type);
  return convert && isPlainList(values) ? { ...column, values: convert(values as readonly number[]) } : column;
}

function isMembers(value: DocumentValue): value is Named {
  return value !== null && typeof value === 'object' && !Array.isArray(value) && !isNumberArray(value);
}
