/** CatBoost's prediction, plainly: one row, one tree, one condition at a time, hashes on bigints. */
import { categoryHash, categoryText, combinationHash } from '../../src/boosting/catboost/category-hash.js';
import type { CatBoostEnsemble, CatBoostTree, Condition, Ctr } from '../../src/boosting/catboost/ensemble.js';

export type Names = ReadonlyMap<number, readonly string[]>;

/** Raw scores of one row, one an output. */
export function rawScores(ensemble: CatBoostEnsemble, row: ArrayLike<number>, names: Names = new Map()): number[] {
  const sums = new Array<number>(ensemble.outputs).fill(0);
  for (const tree of ensemble.trees) {
    const leaf = leafOf(tree, ensemble, row, names);
    for (let k = 0; k < ensemble.outputs; k++) sums[k] += tree.leafValues[leaf * ensemble.outputs + k];
  }
  return sums.map((sum, k) => sum * ensemble.scale + ensemble.bias[k]);
}

export function leafOf(tree: CatBoostTree, ensemble: CatBoostEnsemble, row: ArrayLike<number>, names: Names): number {
  const holds = (condition: Condition) => conditionHolds(condition, ensemble, row, names);
  if (tree.kind === 'symmetric') return tree.conditions.reduce((leaf, c, d) => leaf + (holds(c) ? 2 ** d : 0), 0);
  let node = tree.conditions.length > 0 ? 0 : ~0;
  while (node >= 0) node = holds(tree.conditions[node]) ? tree.right[node] : tree.left[node];
  return ~node;
}

function conditionHolds(c: Condition, ensemble: CatBoostEnsemble, row: ArrayLike<number>, names: Names): boolean {
  if (c.kind === 'one-hot') return hashOf(c.feature, ensemble, row, names) === c.value;
  if (c.kind === 'ctr') return ctrOf(ensemble.ctrs[c.feature], ensemble, row, names) > Math.fround(c.border);
  const { column, nan } = ensemble.floatFeatures[c.feature];
  const value = row[column];
  return Number.isNaN(value) ? nan === 'AsTrue' : value > Math.fround(c.border);
}

function hashOf(feature: number, { categoricalFeatures }: CatBoostEnsemble, row: ArrayLike<number>, names: Names) {
  const { column } = categoricalFeatures[feature];
  return categoryHash(categoryText(row[column], names.get(column)));
}

function ctrOf(ctr: Ctr, ensemble: CatBoostEnsemble, row: ArrayLike<number>, names: Names): number {
  const table = ensemble.ctrTables[ctr.table];
  const { categories, floatConditions, oneHotConditions } = table.projection;
  const hash = combinationHash([
    ...categories.map((feature) => hashOf(feature, ensemble, row, names)),
    ...floatConditions.map((c) => Number(conditionHolds({ kind: 'float', ...c }, ensemble, row, names))),
    ...oneHotConditions.map((c) => Number(conditionHolds({ kind: 'one-hot', ...c }, ensemble, row, names))),
  ]);
  const at = table.hashes.indexOf(hash);
  const counts = Array.from({ length: table.classes }, (_, k) => (at < 0 ? 0 : table.counts[at * table.classes + k]));
  let good = counts[0];
  let total = table.denominator;
  if (table.type === 'Borders' || table.type === 'Buckets') {
    total = counts.reduce((a, b) => a + b, 0);
    good = counts
      .filter((_, k) => (table.type === 'Buckets' ? k === ctr.targetBorder : k > ctr.targetBorder))
      .reduce((a, b) => a + b, 0);
  } else if (table.sums) {
    [good, total] = at < 0 ? [0, 0] : [table.sums[at], counts[0]];
  }
  const f = Math.fround;
  const share = f(f(f(good) + f(ctr.priorNumerator)) / f(f(total) + f(ctr.priorDenominator)));
  return f(f(share + f(ctr.shift)) * f(ctr.scale));
}
