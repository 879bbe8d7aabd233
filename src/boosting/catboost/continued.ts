/** A model and the iterations that training added to it, as one ensemble: the earlier trees first. */
import { InvalidInputError } from '../../core/errors.js';
import type { CatBoostEnsemble, CatBoostTree, Condition, FloatFeature } from './ensemble.js';

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
  const shifted = (condition: Condition): Condition =>
    condition.kind === 'ctr' ? { ...condition, feature: condition.feature + earlier.ctrs.length } : condition;
  return {
    ...later,
    scale: 1,
    bias: later.bias.map((value, k) => value + earlier.bias[k]),
    floatFeatures,
    ctrTables: [...before.tables, ...later.ctrTables],
    ctrs: [...earlier.ctrs, ...later.ctrs.map((ctr) => ({ ...ctr, table: ctr.table + earlier.ctrTables.length }))],
    trees: [...before.trees, ...later.trees.map((tree) => ({ ...tree, conditions: tree.conditions.map(shifted) }))],
  };
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
