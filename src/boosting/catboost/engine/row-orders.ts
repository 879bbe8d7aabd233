/** Orders of the training rows: along them target statistics and ordered boosting let a row see only those before it. */
import { deriveSeed, Random } from '../../../core/random.js';
import type { CatBoostParams } from './params.js';

/** An order as row numbers; undefined: the rows as they are. */
export type RowOrder = Uint32Array | undefined;

/** Structures are chosen on all orders but the last, along which leaf values are found. A single one serves both, unless boosting is ordered. */
export function rowOrders({ categorical, boostingType }: CatBoostParams, rows: number, seed: number): RowOrder[] {
  const { hasTime, permutations } = categorical;
  const least = boostingType === 'Ordered' ? 2 : 1;
  if (hasTime) return new Array<RowOrder>(least).fill(undefined);
  return Array.from({ length: Math.max(least, permutations) }, (_, fold) =>
    new Random(deriveSeed(seed, 'permutation', fold)).permutation(rows),
  );
}
