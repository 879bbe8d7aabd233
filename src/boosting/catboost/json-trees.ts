/** The trees of a CatBoost JSON model. Work is linear in their size, whatever their shape. */
import { shown } from '../../core/text.js';
import type { BranchingTree, Condition, SymmetricTree } from './ensemble.js';
import { DEEPEST_SYMMETRIC, damaged } from './format.js';
import { asFinite, asInteger, asList, asNumbers, asObject, type JsonObject } from './json-values.js';

/** A tree of `oblivious_trees`; `conditions` are all of the model's in their numbered order. */
export function readSymmetric(value: unknown, part: string, conditions: readonly Condition[]): SymmetricTree {
  const entry = asObject(value, part);
  const splits = asList(entry.splits, `${part}, splits`);
  if (splits.length > DEEPEST_SYMMETRIC) throw damaged(part, `${splits.length} levels`);
  return {
    kind: 'symmetric',
    conditions: splits.map((split, d) => readCondition(split, `${part}, split ${d}`, conditions)),
    leafValues: Float64Array.from(asNumbers(entry.leaf_values, `${part}, leaf_values`)),
    leafWeights: readWeights(entry.leaf_weights, 2 ** splits.length, part),
  };
}

function readWeights(value: unknown, leaves: number, part: string): Float64Array {
  const weights = Float64Array.from(asNumbers(value, `${part}, leaf_weights`));
  if (weights.length > 0 && weights.length !== leaves) {
    throw damaged(`${part}, leaf_weights`, `${weights.length} for ${leaves} leaves`);
  }
  return weights;
}

/** The condition that a split numbers, compared with what else the split says of it. */
function readCondition(value: unknown, part: string, conditions: readonly Condition[]): Condition {
  const split = asObject(value, part);
  const condition = conditions[asInteger(split.split_index, `${part}, split_index`)];
  if (!condition)
    throw damaged(`${part}, split_index`, `${shown(split.split_index)} of ${conditions.length} conditions`);
  const sameKind = split.split_type === SPLIT_TYPES[condition.kind];
  if (!sameKind || !agrees(split, condition)) {
    throw damaged(part, `condition ${shown(split.split_index)} is another than features_info lists`);
  }
  return condition;
}

/** Names of kinds of conditions in the files. */
export const SPLIT_TYPES = { float: 'FloatFeature', 'one-hot': 'OneHotFeature', ctr: 'OnlineCtr' } as const;

function agrees(split: JsonObject, condition: Condition): boolean {
  if (condition.kind === 'one-hot') {
    return split.cat_feature_index === condition.feature && numberOf(split.value) === condition.value;
  }
  const sameFeature = condition.kind === 'ctr' || split.float_feature_index === condition.feature;
  return sameFeature && Math.fround(numberOf(split.border)) === condition.border;
}

const numberOf = (value: unknown): number =>
  typeof value === 'number' || typeof value === 'string' ? Number(value) : Number.NaN;

/** A tree of `trees`: nodes within nodes, left first. */
export function readBranching(
  value: unknown,
  part: string,
  outputs: number,
  conditions: readonly Condition[],
): BranchingTree {
  const nodes: Condition[] = [];
  const left: number[] = [];
  const right: number[] = [];
  const values: number[] = [];
  const weights: number[] = [];
  // Depth first, so that a node follows its parent; `side` is where the parent keeps the child's number.
  const stack: { value: unknown; parent: number; side: number[] }[] = [{ value, parent: -1, side: left }];
  for (let next = stack.pop(); next; next = stack.pop()) {
    const entry = asObject(next.value, part);
    let number: number;
    if (entry.split === undefined) {
      number = ~(values.length / outputs);
      const own = Array.isArray(entry.value) ? asNumbers(entry.value, part) : [asFinite(entry.value, `${part}, value`)];
      if (own.length !== outputs) throw damaged(`${part}, value`, `${own.length} values for ${outputs} outputs`);
      for (const item of own) values.push(item);
      if (entry.weight !== undefined) weights.push(asFinite(entry.weight, `${part}, weight`));
    } else {
      number = nodes.push(readCondition(entry.split, `${part}, split`, conditions)) - 1;
      left.push(0);
      right.push(0);
      stack.push(
        { value: entry.right, parent: number, side: right },
        { value: entry.left, parent: number, side: left },
      );
    }
    if (next.parent >= 0) next.side[next.parent] = number;
  }
  if (weights.length > 0 && weights.length !== nodes.length + 1) throw damaged(part, 'some leaves have no weight');
  return {
    kind: 'branching',
    conditions: nodes,
    left: Int32Array.from(left),
    right: Int32Array.from(right),
    leafValues: Float64Array.from(values),
    leafWeights: Float64Array.from(weights),
  };
}
