/** The codes of all categories that target statistics have counted, found from hashes alone. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CategoryCodes, MISSING_CODE, vocabulariesOf } from '../../../src/boosting/catboost/category-codes.js';
import { categoryHash, categoryText, combinationHash } from '../../../src/boosting/catboost/category-hash.js';
import type { CtrTable } from '../../../src/boosting/catboost/ensemble.js';
import { InvalidInputError } from '../../../src/core/errors.js';

/** A table of these categorical features and so many conditions, over rows of (codes of the features ..., bits of the conditions ...). */
function table(rows: number[][], categories: number[], conditions = 0, names?: Map<number, string[]>): CtrTable {
  const hashes = rows.map((row) => {
    const codes = categories.map((feature) => categoryHash(categoryText(row[feature], names?.get(feature))));
    return combinationHash([...codes, ...row.slice(row.length - conditions)]);
  });
  const floatConditions = Array.from({ length: conditions }, (_, feature) => ({ feature, border: 0 }));
  return {
    type: 'Counter',
    projection: { categories, floatConditions, oneHotConditions: [] },
    classifier: 0,
    hashes: BigUint64Array.from(new Set(hashes)),
    counts: new Int32Array(0),
    classes: 1,
    denominator: 0,
  };
}

const codesIn = (rows: number[][], feature: number) =>
  new Set(rows.map((row) => (Number.isNaN(row[feature]) ? MISSING_CODE : row[feature])));

const code = fc.oneof(fc.nat(30), fc.nat(5000), fc.constant(Number.NaN));
const bit = fc.nat(1);
const anyRows = fc.array(fc.tuple(code, code, code, bit, bit), { minLength: 1, maxLength: 40 });

describe('vocabulariesOf', () => {
  it('finds the codes of every feature, through combinations of one feature more', async () => {
    await fc.assert(
      fc.asyncProperty(anyRows, async (rows) => {
        const tables = [table(rows, [0, 1, 2], 1), table(rows, [1], 2), table(rows, [1, 2], 1)];
        const found = await vocabulariesOf(tables, [0, 1, 2], new CategoryCodes(undefined));
        for (const feature of [0, 1, 2]) {
          const known = found.get(feature) ?? new Map();
          expect(new Set(known.keys())).toEqual(codesIn(rows, feature));
          for (const [own, hash] of known) expect(hash).toBe(categoryHash(categoryText(own)));
        }
      }),
      { numRuns: 50 },
    );
  });

  it('finds codes of names', async () => {
    const names = new Map([[5, ['zero', 'one', 'two']]]);
    const rows = [[2], [0]];
    const own = table(rows, [0], 0, new Map([[0, names.get(5) ?? []]]));
    const found = await vocabulariesOf([own], [5], new CategoryCodes(names));
    expect([...(found.get(0)?.keys() ?? [])].sort()).toEqual([0, 2]);
    await expect(vocabulariesOf([own], [5], new CategoryCodes(undefined))).rejects.toThrow(/column 5 .* hash alone/);
  });

  it('features that are only there together are a typed error', async () => {
    const both = table([[1, 2]], [0, 1]);
    const reading = vocabulariesOf([both], [3, 7], new CategoryCodes(undefined));
    await expect(reading).rejects.toThrow(InvalidInputError);
    await expect(reading).rejects.toThrow(/column 3, 7/);
  });
});
