/** Hashes of categories and combinations are those of CatBoost's files. */
import { describe, expect, it } from 'vitest';
import { categoryHash, categoryText, combinationHash } from '../../../src/boosting/catboost/category-hash.js';
import { buildTable, extendRow, findRow, termOf } from '../../../src/boosting/catboost/combination-table.js';
import { Random } from '../../../src/core/random.js';

describe('hash of a category', () => {
  // From `features_info.cat_features_hash` of a model that catboost 1.2.10 saved: every length class of the hash.
  it.each([
    ['', 797982799],
    ['0', 2856682258],
    ['1', 1121341681],
    ['a', 3489901818],
    ['-1', 288298918],
    ['12', 1445320840],
    ['1.5', 3968731103],
    ['nan', 761118297],
    ['hello', 4079208671],
    ['naïve', 3713317426],
    ['12345678', 1054993967],
    ['100000000', 2056877216],
    ['123456789', 1389760245],
    ['x'.repeat(15), 2684837664],
    ['x'.repeat(16), 2067776764],
    ['abcdefghijklmnopq', 322581478],
    ['y'.repeat(31), 3320250209],
    ['The quick brown fox jumps over!!', 61909089],
    ['longer category than thirty-two b', 127161861],
    ['z'.repeat(40), 250658201],
    ['q'.repeat(63), 4224171990],
    ['r'.repeat(64), 619224845],
    [`${'0123456789'.repeat(6)}abcde`, 411829677],
    ['0123456789'.repeat(13), 2713618934],
    ['abcdefg'.repeat(40), 1658155907],
  ])('%s is what CatBoost has', (text, hash) => {
    expect(categoryHash(text) >>> 0).toBe(hash);
  });

  it('a code is hashed as its digits, a named code as its name, anything else as missing', () => {
    expect(categoryText(12)).toBe('12');
    expect(categoryText(2 ** 70)).toBe('1180591620717411303424');
    expect(categoryText(1, ['red', 'green'])).toBe('green');
    expect(categoryText(7, ['red', 'green'])).toBe('7');
    for (const value of [Number.NaN, -1, 0.5]) expect(categoryText(value, ['red'])).toBe('nan');
  });
});

describe('hash of a combination', () => {
  // From the `ctr_data` of a model of one column with the categories 0 and 1.
  it('of one category is what CatBoost has', () => {
    expect(combinationHash([categoryHash('0')])).toBe(14096670708071601218n);
    expect(combinationHash([categoryHash('1')])).toBe(10650234391120027977n);
  });

  it('row by row in 32-bit halves is the same as on bigints', () => {
    const random = new Random(1);
    for (let i = 0; i < 2000; i++) {
      const parts = Array.from({ length: 1 + random.int(5) }, () =>
        random.int(3) === 0 ? random.int(2) : random.int(2 ** 32) | 0,
      );
      const hash = { low: new Uint32Array(1), high: new Uint32Array(1) };
      for (const part of parts) extendRow(hash, 0, termOf(part).low, termOf(part).high);
      expect((BigInt(hash.high[0]) << 32n) | BigInt(hash.low[0])).toBe(combinationHash(parts));
    }
  });

  it('is found again in a table, and another is not', () => {
    const hashes = BigUint64Array.from({ length: 1000 }, (_, i) => combinationHash([i, i % 7]));
    const table = buildTable(hashes);
    hashes.forEach((hash, row) => {
      expect(findRow(table, Number(hash & 0xffffffffn), Number(hash >> 32n))).toBe(row);
      expect(findRow(table, Number(hash & 0xffffffffn), Number(hash >> 32n) ^ 1)).toBe(1000);
    });
    expect(findRow(buildTable(new BigUint64Array(0)), 1, 2)).toBe(0);
  });
});
