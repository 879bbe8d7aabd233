/** What the job found, as a model in memory. */
import { categoryHash, categoryText } from '../category-hash.js';
import type { CatBoostEnsemble, Condition } from '../ensemble.js';
import type { CatBoostResult, FoundTest } from './job.js';
import type { CatBoostParams } from './params.js';

export function assemble(
  result: CatBoostResult,
  cols: number,
  params: CatBoostParams,
  names?: ReadonlyMap<number, readonly string[]>,
): CatBoostEnsemble {
  const categorical = new Set(params.categorical.columns);
  const missing = new Set(result.missingColumns);
  const all = Array.from({ length: cols }, (_, column) => column);
  const numeric = all.filter((column) => !categorical.has(column));
  const codes = all.filter((column) => categorical.has(column));
  const condition = (test: FoundTest): Condition =>
    test.kind === 'float'
      ? { kind: 'float', feature: numeric.indexOf(test.column), border: test.border }
      : {
          kind: 'one-hot',
          feature: codes.indexOf(test.column),
          value: categoryHash(categoryText(test.code, names?.get(test.column))),
        };
  return {
    features: cols,
    outputs: result.outputs,
    scale: 1,
    bias: Float64Array.from(result.start),
    floatFeatures: numeric.map((column) => ({
      column,
      hasNans: missing.has(column),
      nan: !missing.has(column) ? 'AsIs' : params.nanMode === 'Max' ? 'AsTrue' : 'AsFalse',
    })),
    categoricalFeatures: codes.map((column) => ({ column })),
    ctrs: [],
    ctrTables: [],
    trees: result.trees.map(({ tests, values, weights }) => ({
      kind: 'symmetric',
      conditions: tests.map(condition),
      leafValues: values,
      leafWeights: weights,
    })),
  };
}
