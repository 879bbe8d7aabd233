/** Random and hostile formulas: plain arithmetic agrees with them, or they are refused at once; nothing outside changes. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigError, HoldfastError, ModelFormatError } from '../../src/core/errors.js';
import { Table } from '../../src/core/table.js';
import { engineerFeatures } from '../../src/preprocessing/engineer.js';
import { parseExpression, readExpression } from '../../src/preprocessing/expression.js';
import { PreprocessingPipeline } from '../../src/preprocessing/pipeline.js';

const evaluate = (text: string, columns: Record<string, readonly number[]>): Float64Array =>
  engineerFeatures(Table.fromColumns(columns), { expressions: { f: text } }).numeric('f');
const one = (text: string, columns: Record<string, readonly number[]> = { a: [0] }) => evaluate(text, columns)[0];

function errorOf(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe('plain arithmetic', () => {
  const number = fc.double({ min: -50, max: 50, noNaN: true });
  const positive = fc.double({ min: 1e-3, max: 1e4, noNaN: true });
  const FORMULAS: [string, (a: number, b: number, p: number) => number][] = [
    ['a + b * a - b / p', (a, b, p) => a + b * a - b / p],
    ['log(p / 3) + log(p, 7)', (_a, _b, p) => Math.log(p / 3) + Math.log(p) / Math.log(7)],
    ['log2(p) - log10(p) * log1p(p)', (_a, _b, p) => Math.log2(p) - Math.log10(p) * Math.log1p(p)],
    ['exp(a) + expm1(b / 100)', (a, b) => Math.exp(a) + Math.expm1(b / 100)],
    ['sqrt(p) + cbrt(a)', (a, _b, p) => Math.sqrt(p) + Math.cbrt(a)],
    ['tanh(a / 10) * sigmoid(b)', (a, b) => Math.tanh(a / 10) / (1 + Math.exp(-b))],
    ['sin(a) * cos(b)', (a, b) => Math.sin(a) * Math.cos(b)],
    ['p ^ 1.5 + a ^ 3 - (-b) ^ 2 - a ^ 2', (a, b, p) => p ** 1.5 + a ** 3 - (-b) ** 2 - a ** 2],
    ['a % p', (a, _b, p) => (a % p < 0 ? (a % p) + p : a % p)],
    [
      'clip(a, -1, 2) + min(a, b, 0) + max(a, b, p)',
      (a, b, p) => Math.min(Math.max(a, -1), 2) + Math.min(a, b, 0) + Math.max(a, b, p),
    ],
    [
      'where(a <= b and not (p == 1), a, b) + (-10 < a < b)',
      (a, b, p) => (a <= b && p !== 1 ? a : b) + Number(-10 < a && a < b),
    ],
  ];
  for (const [text, plain] of FORMULAS) {
    it(`${text} agrees to 1e-12`, () => {
      fc.assert(
        fc.property(number, number, positive, (a, b, p) => {
          const expected = plain(a, b, p);
          const actual = one(text, { a: [a], b: [b], p: [p] });
          expect(Math.abs(actual - expected)).toBeLessThanOrEqual(1e-12 * Math.max(1, Math.abs(expected)));
        }),
        { numRuns: 60 },
      );
    });
  }

  it('logarithms of exact powers are whole; rounding and remainders are exact for large numbers', () => {
    for (let k = 0; k <= 22; k++) expect(one(`log10(${10 ** k})`)).toBe(k);
    for (let k = -40; k <= 60; k++) expect(one(`log2(${2 ** k})`)).toBe(k);
    expect(one('round(4503599627370497)')).toBe(4503599627370497);
    expect(one('round(0.49999999999999994)')).toBe(0);
    expect([one('round(2.5)'), one('round(-2.5)')]).toEqual([3, -3]);
    expect(one('mod(1e17, 3)')).toBe(1e17 % 3);
  });

  it('rows without a finite result are counted, those with a missing operand are not', () => {
    const X = Table.fromColumns({ a: [1, 0, -1, Number.NaN, 800] });
    const expressions = { ratio: '1 / a', logarithm: 'log(a)', power: 'exp(a)' };
    const options = { expressions, imputation: 'none', scaling: 'none' } as const;
    const { trainStatistics } = new PreprocessingPipeline(options).fit({ role: 'train', X, y: new Float64Array(5) });
    expect(trainStatistics.undefinedRows).toEqual({ ratio: 1, logarithm: 2, power: 1 });
    expect(trainStatistics.missing).toMatchObject({ ratio: 2, logarithm: 3, power: 2 });
  });
});

describe('hostile formulas', () => {
  it('columns with the names of JavaScript properties, quotes or control characters are columns like any other', () => {
    for (const name of ['constructor', '__proto__', 'toString', 'log', 'line\nbreak', 'a"b\\', 'ａ', '𝒳', '1x']) {
      const table = Table.fromEntries([[name, { kind: 'numeric', values: Float64Array.of(3) }]]);
      for (const text of [`\`${name}\` * 2`, `col(${JSON.stringify(name)}) + 3`]) {
        expect(engineerFeatures(table, { expressions: { f: text } }).numeric('f')[0]).toBe(6);
      }
    }
  });

  parseExpression('a', 'warm');
  const HOSTILE = {
    'a full-width letter': 'ｅval(1)',
    'a zero-width space': 'log\u200b(a)',
    'a right-to-left mark': 'a\u202e + 1',
    'a null character': 'a\u0000',
    'a byte order mark': 'a \ufeff+ 1',
    'a lone surrogate': '\ud800',
    'an escape sequence as a name': '\\u0061',
    'a method of col': 'col("a").constructor',
    'a call of a condition': '(a ? sqrt : exp)(1)',
    'a percentage': 'a + 8%',
    '100,000 brackets': `${'('.repeat(100_000)}a${')'.repeat(100_000)}`,
    '100,000 unclosed brackets': '('.repeat(100_000),
    '1 MB of sums': `a${' + a'.repeat(250_000)}`,
    'a long sum': `${'a+'.repeat(999)}a`,
    'a long chain of comparisons': `${'a<'.repeat(150)}a`,
  };
  for (const [what, text] of Object.entries(HOSTILE)) {
    it(`${what}: a ConfigError at once, with a short message`, () => {
      const start = performance.now();
      const error = errorOf(() => new PreprocessingPipeline({ expressions: { feature: text } }));
      expect(performance.now() - start).toBeLessThan(500);
      expect(error).toBeInstanceOf(ConfigError);
      expect(JSON.stringify([(error as Error).message, (error as ConfigError).details]).length).toBeLessThan(3000);
    });
  }

  it('random strings of tokens parse to the few kinds of nodes or are a ConfigError, and change nothing outside', () => {
    const tokens =
      'a b 1 2.5 1e9 ( ) [ ] { } + - * / ^ % ! \' " ` . , ; : ? = == < > <= and not or log max where col "x"'.split(
        ' ',
      );
    tokens.push(
      ...'constructor __proto__ prototype import evaluate to in mod end NaN \\ # 𝒳'.split(' '),
      '\n',
      '\u200b',
    );
    const prototype = Object.getOwnPropertyNames(Object.prototype).sort();
    const globals = Object.getOwnPropertyNames(globalThis).length;
    let parsed = 0;
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...tokens), { maxLength: 25 }), fc.boolean(), (parts, spaced) => {
        const text = parts.join(spaced ? ' ' : '');
        let tree: unknown;
        try {
          tree = parseExpression(text, 'f');
        } catch (error) {
          expect(error).toBeInstanceOf(ConfigError);
          return;
        }
        parsed++;
        // What parses survives a file, and gives numbers or a typed error about columns that are not there.
        expect(readExpression(JSON.parse(JSON.stringify(tree)), 'f')).toEqual(tree);
        const failed = errorOf(() => evaluate(text, { a: [1.5, Number.NaN, 0], b: [2, 3, -1], x: [0, 0, 1] }));
        if (failed !== undefined) expect(failed).toBeInstanceOf(HoldfastError);
      }),
      { numRuns: 4000 },
    );
    expect(parsed).toBeGreaterThan(20);
    expect(Object.getOwnPropertyNames(Object.prototype).sort()).toEqual(prototype);
    expect(Object.getOwnPropertyNames(globalThis).length).toBe(globals);
  });
});

describe('formulas from a file', () => {
  it('what the parser accepts, up to its limits, can be read again', () => {
    for (const text of [`${'a<'.repeat(49)}a`, `${'('.repeat(49)}a${')'.repeat(49)}`, `${'-'.repeat(49)}a`]) {
      const tree = parseExpression(text, 'f');
      expect(readExpression(JSON.parse(JSON.stringify(tree)), 'f')).toEqual(tree);
    }
  });

  it('anything else is a ModelFormatError', () => {
    let deep: unknown = { number: 1 };
    for (let i = 0; i < 500; i++) deep = { call: 'negate', args: [deep] };
    const calls = ['constructor', 'zeros', '__proto__', 'sqrt'].map((call) => ({ call, args: [] }));
    for (const value of [
      null,
      1,
      'a',
      {},
      { number: 'x' },
      { column: 1 },
      ...calls,
      { call: 'sqrt', args: 'a' },
      deep,
    ]) {
      expect(errorOf(() => readExpression(value, 'f'))).toBeInstanceOf(ModelFormatError);
    }
  });
});
