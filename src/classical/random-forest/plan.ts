/** What the growing kernels are told, field by field in the order in which assembly/forest-plan.ts reads them. */

const FIELDS = [
  'rowCount',
  'columnCount',
  'classes',
  'criterion',
  'byRow',
  'rowStride',
  'byColumn',
  'pitch',
  'featureOf',
  'missingBins',
  'binEnds',
  'rows',
  'first',
  'second',
  'spareRows',
  'spareFirst',
  'spareSecond',
  'rest',
  'bytes',
  'histogram',
  'totals',
  'sides',
  'order',
  'nodes',
  'targets',
  'frontier',
  'maxFeatures',
  'maxDepth',
  'minSplit',
  'minLeaf',
  'minWeight',
  'maxLeaves',
  'minGain',
  'extraTrees',
  'logTable',
  'flags',
] as const;

/** Addresses, counts and limits; all are numbers. */
export type Plan = Record<(typeof FIELDS)[number], number>;

export const PLAN_BYTES = FIELDS.length * 8;

export function writePlan(plan: Plan, out: Float64Array): void {
  for (const [i, field] of FIELDS.entries()) out[i] = plan[field];
}
