/**
 * A CatBoost model laid out for prediction: every number that conditions look at is a slot (numeric columns, one-hot codes and
 * target statistics alike), trees are flat arrays over slots. Plain data, so that it travels to workers.
 */
import { buildTable, type CombinationTable } from './combination-table.js';
import { ctrValues } from './ctr-value.js';
import type { CatBoostEnsemble, CatBoostTree, Condition } from './ensemble.js';

export interface Plan {
  features: number;
  outputs: number;
  scale: number;
  bias: Float64Array;
  /** Slots 0 .. floats.length-1. NaN is replaced by `missing`, minus or plus infinity. */
  floats: { column: number; missing: number }[];
  /** The next slots: 1 + the index into `values` of a category's hash, 0 for any other. */
  oneHots: { category: number; values: Map<number, number> }[];
  /** The next slots, in the order of the tables and then of their `values`. */
  tables: PlannedTable[];
  slots: number;
  /** Columns of categories that one-hot slots or tables use. */
  categories: { column: number; names?: readonly string[] }[];
  trees: FlatTrees;
}

export interface PlannedTable {
  /** Indices into `categories`. */
  categories: number[];
  /** Conditions on slots. */
  conditions: { slot: number; border: number; equal: boolean }[];
  rows: CombinationTable;
  /** The first slot that it fills. */
  firstSlot: number;
  /** (n + 1,) each: the value by row of the table; the last is of unknown combinations. One a statistic. */
  values: Float32Array[];
}

/** Trees one after another. Conditions of tree t are start[t] .. start[t + 1]-1, its leaf values from leafStart[t]. */
export interface FlatTrees {
  count: number;
  start: Int32Array;
  leafStart: Int32Array;
  /** 1: `left` and `right` lead to nodes (c >= 0, counted from start[t]) and leaves (~c); 0: symmetric. */
  branching: Uint8Array;
  slot: Int32Array;
  border: Float32Array;
  /** 1: slot === border; 0: slot > border. */
  equal: Uint8Array;
  left: Int32Array;
  right: Int32Array;
  leafValues: Float64Array;
  /** Number of leaves before each tree. */
  firstLeaf: Int32Array;
}

/** Lays out an ensemble; `names` are texts of categories by column of X. */
export function planPrediction(
  ensemble: CatBoostEnsemble,
  names: ReadonlyMap<number, readonly string[]> = new Map(),
): Plan {
  const slots = new SlotBook(ensemble);
  const trees = ensemble.trees;
  for (const tree of trees) for (const condition of tree.conditions) slots.use(condition);
  const categories = slots.categories.map((feature) => {
    const { column } = ensemble.categoricalFeatures[feature];
    return { column, names: names.get(column) };
  });
  const { floats, oneHots, tables, count } = slots.settle();
  return {
    features: ensemble.features,
    outputs: ensemble.outputs,
    scale: ensemble.scale,
    bias: ensemble.bias,
    floats,
    oneHots,
    tables,
    slots: count,
    categories,
    trees: flatten(trees, slots),
  };
}

/** Which slot each feature has; features get one when they are first used. */
class SlotBook {
  /** Used categorical features. */
  readonly categories: number[] = [];
  private readonly floats = new Map<number, number>();
  private readonly oneHots = new Map<number, { category: number; values: Map<number, number> }>();
  private readonly tables = new Map<number, number[]>();
  private readonly ctrSlots = new Map<number, number>();
  private readonly ensemble: CatBoostEnsemble;

  constructor(ensemble: CatBoostEnsemble) {
    this.ensemble = ensemble;
  }

  use(condition: Condition): void {
    const { feature } = condition;
    if (condition.kind === 'float') {
      if (!this.floats.has(feature)) this.floats.set(feature, this.floats.size);
    } else if (condition.kind === 'one-hot') {
      const oneHot = this.oneHots.get(feature) ?? { category: this.category(feature), values: new Map() };
      if (!oneHot.values.has(condition.value)) oneHot.values.set(condition.value, oneHot.values.size + 1);
      this.oneHots.set(feature, oneHot);
    } else this.useCtr(feature);
  }

  private useCtr(feature: number): void {
    if (this.ctrSlots.has(feature)) return;
    this.ctrSlots.set(feature, -1);
    const { table } = this.ensemble.ctrs[feature];
    const users = this.tables.get(table);
    if (users) {
      users.push(feature);
      return;
    }
    this.tables.set(table, [feature]);
    const { categories, floatConditions, oneHotConditions } = this.ensemble.ctrTables[table].projection;
    for (const category of categories) this.category(category);
    for (const { feature: float, border } of floatConditions) this.use({ kind: 'float', feature: float, border });
    for (const { feature: cat, value } of oneHotConditions) this.use({ kind: 'one-hot', feature: cat, value });
  }

  private category(feature: number): number {
    const known = this.categories.indexOf(feature);
    return known >= 0 ? known : this.categories.push(feature) - 1;
  }

  /** Numbers the slots; no feature may be added afterwards. */
  settle(): Pick<Plan, 'floats' | 'oneHots' | 'tables'> & { count: number } {
    const { floatFeatures, ctrTables, ctrs } = this.ensemble;
    const floats = [...this.floats.keys()].map((feature) => ({
      column: floatFeatures[feature].column,
      missing: floatFeatures[feature].nan === 'AsTrue' ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY,
    }));
    let count = this.floats.size + this.oneHots.size;
    const tables = [...this.tables].map(([index, users]): PlannedTable => {
      const table = ctrTables[index];
      const { categories, floatConditions, oneHotConditions } = table.projection;
      const firstSlot = count;
      for (const user of users) this.ctrSlots.set(user, count++);
      return {
        categories: categories.map((feature) => this.category(feature)),
        conditions: [
          ...floatConditions.map((part) => this.slotOf({ kind: 'float', ...part })),
          ...oneHotConditions.map((part) => this.slotOf({ kind: 'one-hot', ...part })),
        ],
        rows: buildTable(table.hashes),
        firstSlot,
        values: users.map((user) => ctrValues(ctrs[user], table)),
      };
    });
    return { floats, oneHots: [...this.oneHots.values()], tables, count };
  }

  slotOf(condition: Condition): { slot: number; border: number; equal: boolean } {
    const { feature } = condition;
    if (condition.kind === 'float') {
      return { slot: this.floats.get(feature) ?? -1, border: condition.border, equal: false };
    }
    if (condition.kind === 'ctr') {
      return { slot: this.ctrSlots.get(feature) ?? -1, border: condition.border, equal: false };
    }
    const at = [...this.oneHots.keys()].indexOf(feature);
    const code = this.oneHots.get(feature)?.values.get(condition.value) ?? -1;
    return { slot: this.floats.size + at, border: code, equal: true };
  }
}

function flatten(trees: readonly CatBoostTree[], slots: SlotBook): FlatTrees {
  const conditions = trees.reduce((sum, tree) => sum + tree.conditions.length, 0);
  const values = trees.reduce((sum, tree) => sum + tree.leafValues.length, 0);
  const flat: FlatTrees = {
    count: trees.length,
    start: new Int32Array(trees.length + 1),
    leafStart: new Int32Array(trees.length + 1),
    firstLeaf: new Int32Array(trees.length + 1),
    branching: new Uint8Array(trees.length),
    slot: new Int32Array(conditions),
    border: new Float32Array(conditions),
    equal: new Uint8Array(conditions),
    left: new Int32Array(conditions),
    right: new Int32Array(conditions),
    leafValues: new Float64Array(values),
  };
  trees.forEach((tree, t) => {
    const at = flat.start[t];
    flat.start[t + 1] = at + tree.conditions.length;
    flat.leafStart[t + 1] = flat.leafStart[t] + tree.leafValues.length;
    const leaves = tree.kind === 'symmetric' ? 2 ** tree.conditions.length : tree.conditions.length + 1;
    flat.firstLeaf[t + 1] = flat.firstLeaf[t] + leaves;
    flat.leafValues.set(tree.leafValues, flat.leafStart[t]);
    tree.conditions.forEach((condition, d) => {
      const { slot, border, equal } = slots.slotOf(condition);
      flat.slot[at + d] = slot;
      flat.border[at + d] = border;
      flat.equal[at + d] = equal ? 1 : 0;
    });
    if (tree.kind === 'symmetric') return;
    flat.branching[t] = 1;
    flat.left.set(tree.left, at);
    flat.right.set(tree.right, at);
  });
  return flat;
}
