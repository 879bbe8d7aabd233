/**
 * Writes LightGBM's text model, version 4: Python's `Booster(model_file=...)` opens it, and every number reads back to the
 * identical float64.
 */
import type { Ensemble, Tree } from '../../trees/tree.js';
import { CATEGORICAL_BIT, DEFAULT_LEFT_BIT, type LightGBMFile, MISSING, MISSING_SHIFT, TRAILER } from './format.js';
import { formatObjective } from './objective.js';
import { writeNumber, writeNumbers } from './text-values.js';

/** The whole file as text. */
export function formatModel(file: LightGBMFile): string {
  const names = fileNames(file.featureNames);
  const zeroMissing = file.zeroMissing ?? new Uint8Array(file.ensemble.features);
  const trees = file.ensemble.trees.map((tree, i) => formatTree(tree, i, zeroMissing, file.shrinkage?.[i] ?? 1));
  return [
    formatHeader(file, names, trees),
    ...trees,
    'end of trees\n\nfeature_importances:\n',
    ...importances(file.ensemble, names).map(([name, splits]) => `${name}=${splits}\n`),
    '\nparameters:\n',
    ...Object.entries(file.parameters ?? {}).map(([name, value]) => `[${name}: ${value}]\n`),
    '\nend of parameters\n',
    trailer(file, names),
    `\npandas_categorical:${JSON.stringify(file.pandasCategorical ?? null)}\n`,
  ].join('');
}

function formatHeader(file: LightGBMFile, names: string[], trees: string[]): string {
  const { outputs, features } = file.ensemble;
  return [
    'tree',
    'version=v4',
    `num_class=${outputs}`,
    `num_tree_per_iteration=${outputs}`,
    'label_index=0',
    `max_feature_idx=${features - 1}`,
    `objective=${formatObjective(file.objective)}`,
    `feature_names=${names.join(' ')}`,
    ...(file.monotone ? [`monotone_constraints=${file.monotone.join(' ')}`] : []),
    `feature_infos=${(file.featureInfos ?? names.map(() => 'none')).join(' ')}`,
    `tree_sizes=${trees.map((tree) => Buffer.byteLength(tree)).join(' ')}`,
    '\n',
  ].join('\n');
}

function formatTree(tree: Tree, index: number, zeroMissing: Uint8Array, shrinkage: number): string {
  const categories = (tree.categories ?? []).filter((set) => set !== undefined);
  const lines: [string, string | number][] = [
    ['Tree', index],
    ['num_leaves', tree.leafCount],
    ['num_cat', categories.length],
    ['split_feature', tree.splitFeature.join(' ')],
    ['split_gain', writeNumbers(tree.gain)],
    ['threshold', writeNumbers(thresholds(tree))],
    ['decision_type', decisionTypes(tree, zeroMissing).join(' ')],
    ['left_child', tree.left.join(' ')],
    ['right_child', tree.right.join(' ')],
    ['leaf_value', writeNumbers(tree.leafValue)],
    ['leaf_weight', writeNumbers(tree.leafWeight)],
    ['leaf_count', writeNumbers(tree.leafRows)],
    ['internal_value', writeNumbers(tree.internalValue)],
    ['internal_weight', writeNumbers(tree.internalWeight)],
    ['internal_count', writeNumbers(tree.internalCount)],
  ];
  if (categories.length > 0) {
    const bounds = [0];
    for (const set of categories) bounds.push(bounds[bounds.length - 1] + set.length);
    lines.push(
      ['cat_boundaries', bounds.join(' ')],
      ['cat_threshold', categories.map((set) => set.join(' ')).join(' ')],
    );
  }
  lines.push(['is_linear', 0], ['shrinkage', writeNumber(shrinkage)]);
  return `${lines.map(([key, value]) => `${key}=${value}\n`).join('')}\n\n`;
}

/** Thresholds; a split on categories has the number of its set instead. */
function thresholds(tree: Tree): ArrayLike<number> {
  const { categories } = tree;
  if (!categories) return tree.threshold;
  let next = 0;
  return Array.from(tree.threshold, (threshold, node) => (categories[node] ? next++ : threshold));
}

function decisionTypes(tree: Tree, zeroMissing: Uint8Array): number[] {
  return Array.from(tree.splitFeature, (feature, node) => {
    if (tree.categories?.[node]) return CATEGORICAL_BIT | (MISSING.nan << MISSING_SHIFT);
    if (!tree.hasMissing[node]) return DEFAULT_LEFT_BIT | (MISSING.none << MISSING_SHIFT);
    const type = zeroMissing[feature] ? MISSING.zero : MISSING.nan;
    return (tree.missingLeft[node] ? DEFAULT_LEFT_BIT : 0) | (type << MISSING_SHIFT);
  });
}

/** Names as LightGBM takes them: no white space and none of JSON's signs (both become `_`), none empty, none twice. */
export function fileNames(names: readonly string[]): string[] {
  const used = new Set<string>();
  return names.map((name, i) => {
    const plain = name.replace(/[\s",:[\]{}]/g, '_') || `Column_${i}`;
    let unique = plain;
    for (let n = 1; used.has(unique); n++) unique = `${plain}_${n}`;
    used.add(unique);
    return unique;
  });
}

/** Features with the number of splits on each, most first; features without a split are left out. */
function importances(ensemble: Ensemble, names: string[]): [string, number][] {
  const splits = new Array<number>(names.length).fill(0);
  for (const tree of ensemble.trees) for (const feature of tree.splitFeature) splits[feature]++;
  return names
    .map((name, i): [string, number] => [name, splits[i]])
    .filter(([, count]) => count > 0)
    .sort((a, b) => b[1] - a[1]);
}

/** What LightGBM's format has no place for; it reads nothing after the parameters but `pandas_categorical`. */
function trailer(file: LightGBMFile, names: string[]): string {
  const featureNames = file.featureNames.some((name, i) => name !== names[i]) ? file.featureNames : undefined;
  if (!file.classes && !featureNames) return '';
  return `\n${TRAILER}${JSON.stringify({ classes: file.classes, featureNames })}\n`;
}
