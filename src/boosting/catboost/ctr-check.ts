/** What must hold of a target statistic and its table before they can be used, whichever file they came from. */
import type { Ctr, CtrTable, CtrType } from './ensemble.js';
import { damaged } from './format.js';

export const isMean = (type: CtrType) => type === 'BinarizedTargetMeanValue' || type === 'FloatTargetMeanValue';
export const isCounter = (type: CtrType) => type === 'Counter' || type === 'FeatureFreq';

/** What tells a table from others: its type and what its combinations are made of. */
export function tableKey({
  type,
  projection,
  classifier,
}: Pick<CtrTable, 'type' | 'projection' | 'classifier'>): string {
  return JSON.stringify([
    type,
    classifier,
    projection.categories,
    projection.floatConditions,
    projection.oneHotConditions,
  ]);
}

/** Throws unless the statistic reads only what its table holds. */
export function checkCtr(ctr: Ctr, { type, classes }: CtrTable, part: string): void {
  const last = type === 'Borders' ? classes - 2 : type === 'Buckets' ? classes - 1 : Number.POSITIVE_INFINITY;
  if (ctr.targetBorder > last) {
    throw damaged(part, `target border ${ctr.targetBorder} of a table of ${classes} target classes`);
  }
}
