import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigError, InvalidInputError } from '../../src/core/errors.js';
import { Table } from '../../src/core/table.js';
import { engineerFeatures } from '../../src/preprocessing/engineer.js';
import { parseExpression } from '../../src/preprocessing/expression.js';
import { listFunctions } from '../../src/preprocessing/expression-functions.js';

const evaluate = (text: string, columns: Record<string, ArrayLike<number>>): number[] =>
  Array.from(engineerFeatures(Table.fromColumns(columns), { expressions: { result: text } }).numeric('result'));
const one = (text: string, x = 0, y = 0): number => evaluate(text, { x: [x], y: [y] })[0];

describe('expressions', () => {
  it('compute what they say', () => {
    expect(evaluate('log(close / open)', { open: [1, 2], close: [Math.E, 2] })).toEqual([1, 0]);
    const values: [string, number][] = [
      ['1 + 2 * 3', 7],
      ['(1 + 2) * 3', 9],
      ['-2^2', -4],
      ['2^3^2', 512],
      ['7 % 3', 1],
      ['-7 % 3', 2],
      ['mod(7, -3)', -2],
      ['1 < 2', 1],
      ['1 < 2 < 2', 0],
      ['2 >= 2 and not (1 > 2)', 1],
      ['1 == 1.0000000000000002', 0],
      ['0 or 0', 0],
      ['1 xor 1', 0],
      ['1 ? 2 : 3', 2],
      ['0 ? 2 : 1 ? 4 : 5', 4],
      ['where(0, 1, 2)', 2],
      ['min(3, 1, 2)', 1],
      ['max(3, 1, 2)', 3],
      ['max(4)', 4],
      ['clip(5, 0, 3)', 3],
      ['abs(-3) + sign(-2)', 2],
      ['sqrt(16)', 4],
      ['cbrt(-27)', -3],
      ['square(-3)', 9],
      ['round(2.5)', 3],
      ['round(-2.5)', -3],
      ['round(0.49999999999999994)', 0],
      ['floor(-1.5) + ceil(1.2) + trunc(-1.9)', -1],
      ['log(8, 2)', 3],
      ['log10(1000)', 3],
      ['log2(8)', 3],
      ['(-2)^3', -8],
      ['pow(2, -1)', 0.5],
      ['tanh(50)', 1],
      ['sigmoid(0)', 0.5],
      ['cos(0) + sin(0)', 1],
      ['true + false', 1],
      ['coalesce(NaN, NaN, 7)', 7],
      ['isnan(NaN)', 1],
      ['isnan(1)', 0],
    ];
    for (const [text, expected] of values) expect(one(text), text).toBeCloseTo(expected, 12);
    expect(one('pi')).toBe(Math.PI);
  });

  it('agree with JavaScript on random arithmetic', () => {
    const number = fc.double({ min: -1e3, max: 1e3, noNaN: true });
    fc.assert(
      fc.property(number, number, (x, y) => {
        const expected: [string, number][] = [
          ['x + y', x + y],
          ['x - y', x - y],
          ['x * y', x * y],
          ['x / y', x / y],
          ['exp(x / 100)', Math.exp(x / 100)],
          ['expm1(x / 1000)', Math.expm1(x / 1000)],
          ['log1p(abs(x))', Math.log1p(Math.abs(x))],
          ['tanh(x / 100)', Math.tanh(x / 100)],
          ['sin(x) + cos(y)', Math.sin(x) + Math.cos(y)],
          ['cbrt(x)', Math.cbrt(x)],
          ['abs(x) ^ 0.3', Math.abs(x) ** 0.3],
          ['x > y ? x : y', Math.max(x, y)],
        ];
        for (const [text, wanted] of expected) {
          const actual = one(text, x, y);
          if (!Number.isFinite(wanted)) expect(actual).toBeNaN();
          else expect(Math.abs(actual - wanted), text).toBeLessThanOrEqual(4e-15 * Math.max(1, Math.abs(wanted)));
        }
      }),
      { numRuns: 100 },
    );
  });

  it('give the same result for a row whatever the rows beside it', () => {
    const n = 5000;
    const x = Float64Array.from({ length: n }, (_, i) => Math.sin(i) * i);
    const text = 'x > 0 ? log(x) : clip(x, -5, min(x_lag_0 + 1, 3))'.replace('x_lag_0', 'x');
    const whole = evaluate(text, { x });
    for (const i of [0, 1, 2047, 2048, 4096, 4999]) expect(evaluate(text, { x: [x[i]] })[0]).toBe(whole[i]);
  });

  it('a missing operand makes the result missing', () => {
    for (const name of listFunctions().filter((f) => !['isnan', 'coalesce', 'where'].includes(f))) {
      for (const args of ['x', 'x, 1', '1, x', 'x, 1, 2', '1, 2, x']) {
        try {
          parseExpression(`${name}(${args})`, 'e');
        } catch {
          continue; // Another number of arguments.
        }
        expect(one(`${name}(${args})`, Number.NaN), `${name}(${args})`).toBeNaN();
      }
    }
    expect(one('x ? 1 : 2', Number.NaN)).toBeNaN();
    expect(one('x > 0 or true', Number.NaN)).toBeNaN();
  });

  it('whatever is no finite number is missing, also inside a formula', () => {
    for (const text of [
      '1 / 0',
      '0 / 0',
      'log(0)',
      'log(-1)',
      'exp(1000)',
      'sqrt(-1)',
      '(-8)^0.5',
      '1 / (1 / 0)',
      'min(1 / 0, 5)',
      'x % 0',
      '10^400',
    ]) {
      expect(one(text, 1), text).toBeNaN();
    }
  });

  it('name columns that are no identifiers by backticks and col()', () => {
    const columns = { 'close price': [2], 'f.1': [3], to: [4], 'a"b': [5], weiß: [6], 'back\\slash': [7] };
    expect(evaluate('`close price` * `f.1` + col("to")', columns)).toEqual([10]);
    expect(evaluate("`a\"b` + weiß + col('f.1') + `back\\slash`", columns)).toEqual([21]);
  });

  it('a column called pi or e wins over the constant, and one called like a function is no function', () => {
    expect(evaluate('e + log(log)', { e: [10], log: [1] })).toEqual([10]);
  });

  describe('refuse', () => {
    const refusal = (text: string): ConfigError => {
      const start = performance.now();
      try {
        parseExpression(text, 'feature');
      } catch (error) {
        expect(performance.now() - start, `time to refuse ${text.slice(0, 40)}`).toBeLessThan(500);
        return error as ConfigError;
      }
      throw new Error(`was not refused: ${text.slice(0, 80)}`);
    };
    // Loads the parser outside of the time limit.
    parseExpression('1', 'warm-up');

    it.each([
      'zeros(20000, 20000)',
      'ones(1e9)',
      'range(0, 1e9)',
      'identity(1e5)',
      'cos.constructor("return process")()',
      'x.constructor',
      'x["constructor"]',
      'constructor',
      'prototype',
      '__proto__',
      '__proto__.polluted = 1',
      'constructor.constructor("return 1")()',
      'toString()',
      'valueOf()',
      'hasOwnProperty("x")',
      'import({ a: 1 })',
      'evaluate("1")',
      'parse("1")',
      'simplify("x")',
      'derivative("x^2", "x")',
      'createUnit("foo")',
      'config({})',
      'typed(1)',
      'chain(3)',
      'random()',
      'print("x", {})',
      'format(1)',
      'concat("a", "b")',
      'x = 5',
      'f(x) = x',
      'x; y',
      'x\ny',
      '[1, 2, 3]',
      '{ a: 1 }',
      '1:100000000',
      'x[1]',
      'x!',
      "x'",
      '5%',
      '2 x',
      '(1)(2)',
      'x | 1',
      '~x',
      'x << 2',
      'x to cm',
      'x .* y',
      '"text"',
      'col(x)',
      'col("a", "b")',
      'col()',
      '1e999',
      'Infinity',
      'null',
      'undefined',
      '',
      '   ',
      'log(',
      'log()',
      'clip(1, 2)',
      'sqrt(1, 2)',
      '# comment only',
      '`unclosed',
      '``',
    ])('%s', (text) => {
      const error = refusal(text);
      expect(error).toBeInstanceOf(ConfigError);
      expect(error.message).toContain("'feature'");
      expect(error.hint).not.toBe('');
    });

    it('nesting, length and size beyond the limits', () => {
      for (const text of [
        `${'('.repeat(1000)}x${')'.repeat(1000)}`,
        `${'('.repeat(60)}x${')'.repeat(60)}`,
        `${'-'.repeat(1500)}x`,
        `${'not '.repeat(400)}x`,
        `${'abs('.repeat(400)}x${')'.repeat(400)}`,
        `x${'^x'.repeat(900)}`,
        `${'x ? '.repeat(300)}1${' : 2'.repeat(300)}`,
        `1${'+1'.repeat(100_000)}`,
        'x'.repeat(1_000_000),
        `1${'<1'.repeat(500)}`,
      ]) {
        expect(refusal(text), text.slice(0, 20)).toBeInstanceOf(ConfigError);
      }
    });

    it('what is no text', () => {
      for (const value of [undefined, null, 5, {}, []]) {
        expect(() => parseExpression(value as unknown as string, 'feature')).toThrow(ConfigError);
      }
    });

    it('an unknown function, naming the nearest', () => {
      expect(refusal('sqroot(x)').hint).toBe("Did you mean 'sqrt'?");
      expect(refusal('lgo(x)').hint).toBe("Did you mean 'log'?");
    });

    it('an unknown name, naming the nearest column', () => {
      const run = () => evaluate('clsoe + 1', { close: [1], open: [2] });
      expect(run).toThrow(InvalidInputError);
      expect(run).toThrow(expect.objectContaining({ hint: "Did you mean 'close'?" }));
    });
  });

  it('leave nothing behind', () => {
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});
