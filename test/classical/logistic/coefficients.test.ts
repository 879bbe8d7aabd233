import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { coefficientsFromJson, coefficientsToJson } from '../../../src/classical/logistic/coefficients.js';
import { ModelFormatError } from '../../../src/core/errors.js';

const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((v) => v + 0);

describe('coefficients as JSON', () => {
  it('read back exactly', () => {
    fc.assert(
      fc.property(
        fc.array(number, { minLength: 6, maxLength: 6 }),
        fc.array(number, { minLength: 5, maxLength: 5 }),
        (w, b) => {
          const coefficients = {
            outputs: 3,
            features: 2,
            weights: Float64Array.from(w),
            intercept: Float64Array.from(b.slice(0, 3)),
          };
          const scale = Float64Array.from(b.slice(3));
          expect(coefficientsFromJson(coefficientsToJson(coefficients, scale))).toEqual({ coefficients, scale });
        },
      ),
    );
  });

  const good = JSON.parse(
    coefficientsToJson(
      { outputs: 1, features: 2, weights: Float64Array.of(1, 2), intercept: Float64Array.of(3) },
      Float64Array.of(1, 1),
    ),
  ) as Record<string, unknown>;

  it.each([
    ['no JSON', '{"format":', /not JSON/],
    ['another file', '{}', /not of format 'holdfast-logistic'/],
    ['null', 'null', /not of format 'holdfast-logistic'/],
    ['a newer version', { version: 3 }, /format version 3/],
    ['no outputs', { outputs: 0 }, /'outputs'/],
    ['a missing row', { weights: [] }, /'weights'/],
    ['a short row', { weights: [[1]] }, /weights\[0\]/],
    ['a word for a number', { weights: [[1, 'x']] }, /weights\[0\]/],
    ['null for a number', { intercept: [null] }, /'intercept'/],
    ['no scale', { scale: undefined }, /'scale'/],
  ])('refuse %s', (_, change, message) => {
    const text = typeof change === 'string' ? change : JSON.stringify({ ...good, ...change });
    expect(() => coefficientsFromJson(text)).toThrow(ModelFormatError);
    expect(() => coefficientsFromJson(text)).toThrow(message);
  });
});
