import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/core/errors.js';
import { lazySchema, zod } from '../../src/core/schema.js';
import { editDistance, listed, nearest } from '../../src/core/text.js';

let built = 0;
const schema = lazySchema((z) => {
  built++;
  return z.strictObject({
    numLeaves: z.number().int().min(2).default(31),
    nested: z.strictObject({ learningRate: z.number() }).optional(),
    list: z.array(z.strictObject({ name: z.string() })).optional(),
  });
});

const failure = (value: unknown): ConfigError => {
  try {
    schema.parse(value, 'lightgbm');
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return error as ConfigError;
  }
  throw new Error('did not throw');
};

describe('lazySchema', () => {
  it('is built once, on first use, and fills in defaults', () => {
    expect(schema.parse({}, 'x')).toEqual({ numLeaves: 31 });
    expect(schema.parse({ numLeaves: 5 }, 'x')).toEqual({ numLeaves: 5 });
    expect(built).toBe(1);
    expect(zod()).toBe(zod());
  });

  it('names an unknown key and the nearest valid one, at any depth', () => {
    expect(failure({ numLeafs: 5 })).toMatchObject({ hint: expect.stringContaining("'numLeaves'") });
    expect(failure({ nested: { learningRat: 1, learningRate: 1 } }).message).toContain("'nested.learningRat'");
    expect(failure({ nested: { learningRat: 1, learningRate: 1 } }).hint).toContain("'learningRate'");
    expect(failure({ list: [{ name: 'a' }, { name: 'b', nam: 1 }] }).hint).toContain("'name'");
    expect(failure({ zzz: 1 }).hint).toContain('numLeaves, nested, list');
  });

  it('lists every problem with its path', () => {
    expect(failure({ numLeafs: 5, nestd: {} }).message).toMatch(/'numLeafs'.*'nestd'/);
    const error = failure({ numLeaves: 1, nested: { learningRate: 'fast' } });
    expect(error.message).toContain('lightgbm');
    expect(error.message).toContain("'numLeaves'");
    expect(error.message).toContain("'nested.learningRate'");
    expect(error.hint).not.toBe('');
    expect(failure(null).message).toContain('value');
  });
});

describe('text for messages', () => {
  it('finds the nearest word, and none where none is near', () => {
    expect(nearest('num_leafs', ['numLeaves', 'maxDepth'])).toBe('numLeaves');
    expect(nearest('qqqq', ['numLeaves', 'maxDepth'])).toBeUndefined();
    expect(editDistance('kitten', 'sitting')).toBe(3);
    expect(listed([1, 2, 3], 2)).toBe('1, 2 and 1 more');
  });
});
