/** What a tree grower is told: the settings of boosting that shape one tree. */
import type { GrowerOptions } from '../../trees/grower.js';
import { depthWise, leafWise } from '../../trees/growth-policy.js';
import type { GrowthParams } from './params.js';

/** Most leaves any tree may have: beyond it, their numbers would need more memory than there is. */
const MOST_LEAVES = 2 ** 20;

/** The leaves a tree of these settings on so many rows can have: what memory is reserved for. */
export function mostLeaves(
  { numLeaves, maxDepth }: Pick<GrowthParams, 'numLeaves' | 'maxDepth'>,
  rows: number,
): number {
  const byDepth = maxDepth > 0 && maxDepth < 20 ? 2 ** maxDepth : MOST_LEAVES;
  return Math.max(1, Math.min(numLeaves > 0 ? numLeaves : MOST_LEAVES, byDepth, rows));
}

export function growerOptions(params: GrowthParams, rows: number): GrowerOptions {
  const policy = params.growth === 'depth' ? depthWise : leafWise;
  return { ...params, maxLeaves: mostLeaves(params, rows), policy };
}
