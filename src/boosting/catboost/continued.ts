/** A model and the iterations that training added to it, as one ensemble: the earlier trees first. */
import { InvalidInputError } from '../../core/errors.js';
import { canonicalJson } from '../../core/hash.js';
import { ofOneKind } from './branches.js';
import type { CatBoostEnsemble, CatBoostTree, Condition, CtrTable, FloatFeature } from './ensemble.js';

/**
 * Scores of the result are those of `earlier` plus those of `later`.
 *
 * @throws InvalidInputError - the two see their columns or missing values differently
 */
export function joinEnsembles(earlier: CatBoostEnsemble, later: CatBoostEnsemble): CatBoostEnsemble {
  const columnsOf = (ensemble: CatBoostEnsemble) => ensemble.categoricalFeatures.map(({ column }) => column);
  if (columnsOf(earlier).join() !== columnsOf(later).join()) {
    fail('has other categorical columns', 'Name the same categoricalFeatures.', { initModel: columnsOf(earlier) });
  }
  if (earlier.outputs !== later.outputs) {
    fail(`has ${earlier.outputs} scores a row, not ${later.outputs}`, 'Continue with the same loss.', {});
  }
  const floatFeatures = later.floatFeatures.map((feature): FloatFeature => {
    const before = earlier.floatFeatures.find(({ column }) => column === feature.column);
    return before ? joinFeature(before, feature) : feature;
  });
  const numberOf = (feature: number): number => {
    const { column } = earlier.floatFeatures[feature];
    return floatFeatures.findIndex((other) => other.column === column);
  };
  const before = {
    trees: earlier.trees.map((tree): CatBoostTree => {
      const conditions = tree.conditions.map((condition) =>
        condition.kind === 'float' ? { ...condition, feature: numberOf(condition.feature) } : condition,
      );
      return { ...tree, conditions, leafValues: tree.leafValues.map((value) => value * earlier.scale) };
    }),
    tables: earlier.ctrTables.map(({ projection, ...table }) => ({
      ...table,
      projection: {
        ...projection,
        floatConditions: projection.floatConditions.map((c) => ({ ...c, feature: numberOf(c.feature) })),
      },
    })),
  };
  const { tables, tableOf } = joinTables(before.tables, later.ctrTables);
  const shifted = (condition: Condition): Condition =>
    condition.kind === 'ctr' ? { ...condition, feature: condition.feature + earlier.ctrs.length } : condition;
  return {
    ...later,
    scale: 1,
    bias: later.bias.map((value, k) => value + earlier.bias[k]),
    floatFeatures,
    ctrTables: tables,
    ctrs: [...earlier.ctrs, ...later.ctrs.map((ctr) => ({ ...ctr, table: tableOf[ctr.table] }))],
    trees: ofOneKind([
      ...before.trees,
      ...later.trees.map((tree) => ({ ...tree, conditions: tree.conditions.map(shifted) })),
    ]),
  };
}

/**
 * CatBoost's files have one table a statistic and combination, which is unknown for continued models whose rows changed in between.
 *
 * @throws InvalidInputError
 */
export function checkOneTableEach({ ctrTables }: CatBoostEnsemble): void {
  if (ctrTables.every(({ classifier }) => classifier === 0)) return;
  throw new InvalidInputError(
    'catboost: this model has two counts of the same categories, its native file has room for one',
    {
      hint: 'It was continued (initModel) on other rows. Use save and load, or continue on the same rows, weights and labels.',
    },
  );
}

/** Of two tables that count the same combination differently, because the rows did, the later one gets a number of its own. */
function joinTables(
  earlier: readonly CtrTable[],
  later: readonly CtrTable[],
): { tables: CtrTable[]; tableOf: number[] } {
  const tables = [...earlier];
  const nameOf = ({ type, projection }: CtrTable) => `${type} ${canonicalJson(projection)}`;
  const named = new Map<string, number[]>();
  for (const [i, table] of earlier.entries()) named.set(nameOf(table), [...(named.get(nameOf(table)) ?? []), i]);
  const tableOf = later.map((table) => {
    const alike = named.get(nameOf(table)) ?? [];
    const same = alike.find((i) => isEqualTable(tables[i], table));
    if (same !== undefined) return same;
    const classifier = alike.reduce((next, i) => Math.max(next, tables[i].classifier + 1), 0);
    return tables.push({ ...table, classifier }) - 1;
  });
  return { tables, tableOf };
}

function isEqualTable(a: CtrTable, b: CtrTable): boolean {
  const equal = <T>(x: ArrayLike<T> = [], y: ArrayLike<T> = []): boolean => {
    if (x.length !== y.length) return false;
    for (let i = 0; i < x.length; i++) if (x[i] !== y[i]) return false;
    return true;
  };
  const numbers = a.classes === b.classes && a.denominator === b.denominator;
  return numbers && equal(a.hashes, b.hashes) && equal(a.counts, b.counts) && equal(a.sums, b.sums);
}

/** Trees that never saw a missing value send it below every border, as 'AsFalse' does. */
function joinFeature(before: FloatFeature, after: FloatFeature): FloatFeature {
  const below = (nan: FloatFeature['nan']) => nan !== 'AsTrue';
  if (below(before.nan) !== below(after.nan)) {
    fail(
      `sends missing values of column ${after.column} ${below(before.nan) ? 'below' : 'above'} all values`,
      `Continue with nanMode '${below(before.nan) ? 'Min' : 'Max'}', on rows with missing values where it had some.`,
      { column: after.column },
    );
  }
  return { ...after, hasNans: before.hasNans || after.hasNans, nan: after.nan === 'AsIs' ? before.nan : after.nan };
}

function fail(problem: string, hint: string, details: Record<string, unknown>): never {
  throw new InvalidInputError(`catboost: initModel ${problem}`, { hint, details });
}
