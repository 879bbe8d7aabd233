/**
 * Hashes of categories and of combinations of features, as CatBoost's model files hold them. A category is hashed as text:
 * a code by its decimal digits, or the name it stands for.
 */
import { cityHash64 } from './city-hash.js';
import type { Projection } from './ensemble.js';

/** What a missing category is hashed as; Python users write `df.astype(str)`, which gives the same. */
export const MISSING_CATEGORY = 'nan';

const MULTIPLIER = 0x4906ba494954cb65n;
/** MULTIPLIER * INVERSE is 1 modulo 2^64. */
const INVERSE = 0x9770bfd341806e6dn;
const MULTIPLIER_SQUARED = BigInt.asUintN(64, MULTIPLIER * MULTIPLIER);

/** The int32 that stands for a category's text. */
export function categoryHash(text: string): number {
  return Number(BigInt.asIntN(32, cityHash64(text)));
}

/** Whether a cell of a categorical column is a category; negative, fractional and NaN cells are missing. */
export function isCode(value: number): boolean {
  return Number.isInteger(value) && value >= 0;
}

/** Text of a cell: the name of its code where names are given, else the code in decimal digits. */
export function categoryText(value: number, names?: readonly string[]): string {
  if (!isCode(value)) return MISSING_CATEGORY;
  // Beyond 1e21 JavaScript writes exponents; BigInt writes all digits.
  return names?.[value] ?? (value < 1e21 ? String(value) : BigInt(value).toString());
}

/** Takes one more part (the int32 of a category, or 1 and 0 for a condition that holds or not) into a combination's hash. */
export function extendHash(hash: bigint, part: number): bigint {
  return BigInt.asUintN(64, hash * MULTIPLIER + BigInt(part) * MULTIPLIER_SQUARED);
}

/** What a part counts times in the hash of a combination with `after` parts behind it. */
export function partFactor(after: number): bigint {
  return BigInt.asUintN(64, MULTIPLIER ** BigInt(after + 2));
}

/** A part of a hash, times this and modulo 2^64, is the part itself. */
export function undoPartFactor(after: number): bigint {
  return BigInt.asUintN(64, INVERSE ** BigInt(after + 2));
}

/** Hash of a combination of one row: `parts` in the order of the `Projection`, hashes of categories, then 1 or 0 a condition. */
export function combinationHash(parts: Iterable<number>): bigint {
  let hash = 0n;
  for (const part of parts) hash = extendHash(hash, part);
  return hash;
}

/** Number of parts of a combination. */
export function partCount({ categories, floatConditions, oneHotConditions }: Projection): number {
  return categories.length + floatConditions.length + oneHotConditions.length;
}
