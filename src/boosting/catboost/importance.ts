/** What a CatBoost model's columns contribute. */
import type { ImportanceKind } from '../../model/types.js';
import type { BranchingTree, CatBoostEnsemble, CatBoostTree, Condition, SymmetricTree } from './ensemble.js';

/**
 * (features,) sums over the conditions of all trees: their number ('split'), the weight of the rows they part ('cover'), or how
 * far they move the prediction ('gain'): CatBoost's PredictionValuesChange, the weighted squared distance of the two sides'
 * values from their mean (https://catboost.ai/docs/en/concepts/fstr), of which CatBoost shows percentages. A condition on a target
 * statistic counts in equal parts for what it is made of. 0 for cover and gain where a file has no leaf weights.
 */
export function catboostImportance(ensemble: CatBoostEnsemble, kind: ImportanceKind): Float64Array {
  const values = new Float64Array(ensemble.features);
  for (const tree of ensemble.trees) {
    const worth = kind === 'split' ? tree.conditions.map(() => 1) : conditionWorth(tree, ensemble.outputs, kind);
    tree.conditions.forEach((condition, i) => {
      const columns = columnsOf(condition, ensemble);
      for (const column of columns) values[column] += worth[i] / columns.length;
    });
  }
  return values;
}

/** Columns of X that a condition looks at. */
export function columnsOf(condition: Condition, ensemble: CatBoostEnsemble): number[] {
  const { floatFeatures, categoricalFeatures, ctrs, ctrTables } = ensemble;
  if (condition.kind === 'float') return [floatFeatures[condition.feature].column];
  if (condition.kind === 'one-hot') return [categoricalFeatures[condition.feature].column];
  const { categories, floatConditions, oneHotConditions } = ctrTables[ctrs[condition.feature].table].projection;
  return [
    ...categories.map((feature) => categoricalFeatures[feature].column),
    ...floatConditions.map(({ feature }) => floatFeatures[feature].column),
    ...oneHotConditions.map(({ feature }) => categoricalFeatures[feature].column),
  ];
}

function conditionWorth(tree: CatBoostTree, outputs: number, kind: 'gain' | 'cover'): number[] {
  if (tree.leafWeights.length === 0) return tree.conditions.map(() => 0);
  if (kind === 'gain') return tree.kind === 'symmetric' ? levelGains(tree, outputs) : nodeGains(tree, outputs).gains;
  if (tree.kind === 'branching') return nodeGains(tree, outputs).weights;
  const total = tree.leafWeights.reduce((sum, weight) => sum + weight, 0);
  return tree.conditions.map(() => total);
}

/** Of each level: its pairs of leaves that differ in nothing else. */
function levelGains({ conditions, leafValues, leafWeights }: SymmetricTree, outputs: number): number[] {
  return conditions.map((_, level) => {
    const bit = 1 << level;
    let sum = 0;
    for (let no = 0; no < leafWeights.length; no++) {
      if (no & bit) continue;
      const yes = no | bit;
      for (let k = 0; k < outputs; k++) {
        sum += spread(leafValues[no * outputs + k], leafWeights[no], leafValues[yes * outputs + k], leafWeights[yes]);
      }
    }
    return sum;
  });
}

function spread(a: number, weightA: number, b: number, weightB: number): number {
  if (weightA + weightB === 0) return 0;
  const mean = (a * weightA + b * weightB) / (weightA + weightB);
  return (a - mean) ** 2 * weightA + (b - mean) ** 2 * weightB;
}

/** Of each node: the mean values of its two branches. */
function nodeGains(tree: BranchingTree, outputs: number): { gains: number[]; weights: number[] } {
  const { conditions, left, right, leafValues, leafWeights } = tree;
  const weights = new Array<number>(conditions.length).fill(0);
  const gains = new Array<number>(conditions.length).fill(0);
  const means = new Float64Array(conditions.length * outputs);
  const weightOf = (c: number) => (c < 0 ? leafWeights[~c] : weights[c]);
  const meanOf = (c: number, k: number) => (c < 0 ? leafValues[~c * outputs + k] : means[c * outputs + k]);
  for (const node of childrenFirst(tree)) {
    const [no, yes] = [left[node], right[node]];
    weights[node] = weightOf(no) + weightOf(yes);
    for (let k = 0; k < outputs; k++) {
      const sum = meanOf(no, k) * weightOf(no) + meanOf(yes, k) * weightOf(yes);
      means[node * outputs + k] = weights[node] > 0 ? sum / weights[node] : 0;
      gains[node] += spread(meanOf(no, k), weightOf(no), meanOf(yes, k), weightOf(yes));
    }
  }
  return { gains, weights };
}

function childrenFirst({ conditions, left, right }: BranchingTree): number[] {
  const order: number[] = [];
  const stack = conditions.length > 0 ? [0] : [];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    order.push(node);
    for (const child of [left[node], right[node]]) if (child >= 0) stack.push(child);
  }
  return order.reverse();
}
