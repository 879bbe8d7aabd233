/** What the job found, as a model in memory. */
import type { BranchingTree, CatBoostEnsemble, CatBoostTree, Condition, Projection } from '../ensemble.js';
import type { Combination } from './combination.js';
import type { EncodedColumn } from './ctr-setup.js';
import type { CatBoostResult, FoundTest } from './job.js';
import type { CatBoostParams } from './params.js';

export function assemble(
  result: CatBoostResult,
  cols: number,
  params: CatBoostParams,
  encoded: readonly EncodedColumn[],
): CatBoostEnsemble {
  const categorical = new Set(params.categorical.columns);
  const missing = new Set(result.missingColumns);
  const all = Array.from({ length: cols }, (_, column) => column);
  const numeric = all.filter((column) => !categorical.has(column));
  const codes = all.filter((column) => categorical.has(column));
  const hashOf = (column: number, category: number) => encoded[codes.indexOf(column)].hashes[category];
  const condition = (test: FoundTest): Condition => {
    if (test.kind === 'ctr') return { kind: 'ctr', feature: test.ctr, border: test.border };
    if (test.kind === 'float') return { kind: 'float', feature: numeric.indexOf(test.column), border: test.border };
    return { kind: 'one-hot', feature: codes.indexOf(test.column), value: hashOf(test.column, test.category) };
  };
  const projection = ({ categories, floats, oneHots }: Combination): Projection => ({
    categories: [...categories],
    floatConditions: floats.map(({ feature, bin }) => {
      const { column, borders } = result.features[feature];
      return { feature: numeric.indexOf(column), border: borders[bin] };
    }),
    oneHotConditions: oneHots.map(({ feature, bin }) => {
      const { column } = result.features[feature];
      return { feature: codes.indexOf(column), value: hashOf(column, bin) };
    }),
  });
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
    ctrs: result.ctrs.map(({ part, table }) => ({
      table,
      targetBorder: part.targetBorder,
      priorNumerator: part.prior[0],
      priorDenominator: part.prior[1],
      shift: part.shift,
      scale: part.scale,
    })),
    ctrTables: result.tables.map(({ combination, ...table }) => ({
      ...table,
      projection: projection(combination),
      classifier: 0,
    })),
    trees: result.trees.map(({ tests, leaves, values, weights }): CatBoostTree => {
      const conditions = tests.map(condition);
      if (!leaves) return { kind: 'symmetric', conditions, leafValues: values, leafWeights: weights };
      return branchingTree(conditions, leaves, values, weights);
    }),
  };
}

/** The tree whose nodes split these leaves one after the other (tree-grower.ts); its leaves are numbered from left to right. */
function branchingTree(
  conditions: Condition[],
  leaves: readonly number[],
  values: Float64Array,
  weights: Float64Array,
): BranchingTree {
  const left = Int32Array.from(leaves, (leaf) => ~leaf);
  const right = Int32Array.from(leaves, (_, node) => ~(node + 1));
  // By leaf: which side of which node leads to it.
  const above = new Map<number, { side: Int32Array; node: number }>();
  for (const [node, leaf] of leaves.entries()) {
    const parent = above.get(leaf);
    if (parent) parent.side[parent.node] = node;
    above.set(leaf, { side: left, node });
    above.set(node + 1, { side: right, node });
  }
  const order: number[] = [];
  const stack = [leaves.length > 0 ? 0 : ~0];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    if (next < 0) order.push(~next);
    else stack.push(right[next], left[next]);
  }
  for (const [place, leaf] of order.entries()) {
    const parent = above.get(leaf);
    if (parent) parent.side[parent.node] = ~place;
  }
  const outputs = values.length / order.length;
  return {
    kind: 'branching',
    conditions,
    left,
    right,
    leafValues: Float64Array.from(order.flatMap((leaf) => [...values.subarray(leaf * outputs, (leaf + 1) * outputs)])),
    leafWeights: Float64Array.from(order, (leaf) => weights[leaf]),
  };
}
