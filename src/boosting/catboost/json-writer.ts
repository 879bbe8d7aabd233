/** Writes CatBoost's JSON model: Python opens it by `CatBoost().load_model(file, format='json')` and predicts the same. */
import { LIBRARY_VERSION } from '../../core/version.js';
import { isCounter } from './ctr-check.js';
import type { CatBoostEnsemble, CatBoostFile, CatBoostTree, Condition, CtrTable, Projection } from './ensemble.js';
import { conditionNumbers, type UsedConditions, usedConditions } from './format.js';
import { SPLIT_TYPES } from './json-trees.js';
import { modelInfo } from './model-info.js';

/** The whole file as text. */
export function formatJsonModel(file: CatBoostFile): string {
  const { ensemble } = file;
  const used = usedConditions(ensemble);
  const numbers = conditionNumbers(used);
  const trees = ensemble.trees.map((tree) => formatTree(tree, ensemble, numbers));
  return JSON.stringify({
    ...(ensemble.ctrTables.length > 0 ? { ctr_data: formatTables(ensemble) } : {}),
    features_info: formatFeatures(file, used),
    model_info: modelInfo(file, LIBRARY_VERSION),
    [ensemble.trees.some(({ kind }) => kind === 'branching') ? 'trees' : 'oblivious_trees']: trees,
    scale_and_bias: [ensemble.scale, [...ensemble.bias]],
  });
}

function formatFeatures({ ensemble, featureNames }: CatBoostFile, used: UsedConditions): object {
  const name = (column: number) => ({ feature_id: featureNames[column], flat_feature_index: column });
  return {
    float_features: ensemble.floatFeatures.map(({ column, hasNans, nan }, i) => ({
      ...name(column),
      feature_index: i,
      has_nans: hasNans,
      nan_value_treatment: nan,
      borders: used.floatBorders[i],
    })),
    categorical_features: ensemble.categoricalFeatures.map(({ column }, i) => ({
      ...name(column),
      feature_index: i,
      ...(used.oneHotValues[i].length > 0 ? { values: used.oneHotValues[i] } : {}),
    })),
    ctrs: ensemble.ctrs.map((ctr, i) => {
      const table = ensemble.ctrTables[ctr.table];
      return {
        identifier: identifier(table),
        elements: formatProjection(table.projection),
        ctr_type: table.type,
        target_border_idx: ctr.targetBorder,
        prior_numerator: ctr.priorNumerator,
        // The misspelt key is CatBoost's.
        prior_denomerator: ctr.priorDenominator,
        shift: ctr.shift,
        scale: ctr.scale,
        borders: used.ctrBorders[i],
        ...(table.classifier === 0 ? {} : { target_border_classifier_idx: table.classifier }),
      };
    }),
  };
}

/** The text by which statistics and tables find each other. */
function identifier({ type, projection, classifier }: CtrTable): string {
  return JSON.stringify({
    identifier: formatProjection(projection),
    ...(classifier === 0 ? {} : { target_border_classifier_idx: classifier }),
    type,
  });
}

function formatProjection({ categories, floatConditions, oneHotConditions }: Projection): object[] {
  return [
    ...categories.map((feature) => ({ cat_feature_index: feature, combination_element: 'cat_feature_value' })),
    ...floatConditions.map(({ feature, border }) => ({
      border: Math.fround(border),
      combination_element: 'float_feature',
      float_feature_index: feature,
    })),
    ...oneHotConditions.map(({ feature, value }) => ({
      cat_feature_index: feature,
      combination_element: 'cat_feature_exact_value',
      value,
    })),
  ];
}

function formatTables({ ctrTables }: CatBoostEnsemble): Record<string, object> {
  return Object.fromEntries(
    ctrTables.map((table) => {
      const { hashes, counts, sums, classes, type, denominator } = table;
      const cells: (string | number)[] = [];
      hashes.forEach((hash, i) => {
        cells.push(hash.toString());
        if (sums) cells.push(sums[i]);
        for (let k = 0; k < classes; k++) cells.push(counts[i * classes + k]);
      });
      return [
        identifier(table),
        {
          counter_denominator: isCounter(type) ? denominator : 0,
          hash_map: cells,
          hash_stride: 1 + classes + (sums ? 1 : 0),
        },
      ];
    }),
  );
}

function formatTree(tree: CatBoostTree, ensemble: CatBoostEnsemble, numbers: (condition: Condition) => number): object {
  const { outputs } = ensemble;
  const split = (condition: Condition) => ({
    ...described(condition, ensemble),
    split_index: numbers(condition),
    split_type: SPLIT_TYPES[condition.kind],
  });
  const weights = [...tree.leafWeights];
  if (tree.kind === 'symmetric') {
    return {
      leaf_values: [...tree.leafValues],
      ...(weights.length > 0 ? { leaf_weights: weights } : {}),
      splits: tree.conditions.map(split),
    };
  }
  const leaf = (i: number) => ({
    value: outputs === 1 ? tree.leafValues[i] : [...tree.leafValues.subarray(i * outputs, (i + 1) * outputs)],
    ...(weights.length > 0 ? { weight: weights[i] } : {}),
  });
  if (tree.conditions.length === 0) return leaf(0);
  // No order of numbers is promised: objects are made first and linked afterwards.
  const nodes = tree.conditions.map((condition): Record<string, unknown> => ({ split: split(condition) }));
  const child = (c: number) => (c < 0 ? leaf(~c) : nodes[c]);
  nodes.forEach((node, i) => {
    node.left = child(tree.left[i]);
    node.right = child(tree.right[i]);
  });
  return nodes[0];
}

function described(condition: Condition, { ctrs }: CatBoostEnsemble): object {
  switch (condition.kind) {
    case 'float':
      return { border: Math.fround(condition.border), float_feature_index: condition.feature };
    case 'one-hot':
      return { cat_feature_index: condition.feature, value: condition.value };
    default:
      return { border: Math.fround(condition.border), ctr_target_border_idx: ctrs[condition.feature].targetBorder };
  }
}
