import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/core/errors.js';
import { type PreprocessingOptions, resolveFeatures, resolveOptions } from '../../src/preprocessing/options.js';

const configError = (options: unknown): ConfigError => {
  try {
    resolveOptions(options as PreprocessingOptions);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return error as ConfigError;
  }
  throw new Error('nothing was thrown');
};

describe('options', () => {
  it('defaults are median, standard, one-hot, and all-missing columns dropped', () => {
    const options = resolveOptions();
    expect(options.imputation).toEqual({ strategy: 'median', columns: {}, indicators: false });
    expect(options.scaling.method).toBe('standard');
    expect(options.encoding.method).toBe('one-hot');
    expect([options.dropAllMissing, options.dropConstant, options.infinite]).toEqual([true, false, 'error']);
  });

  it('shorthands mean the same as their long forms', () => {
    const short = resolveOptions({
      imputation: 'mean',
      scaling: 'robust',
      encoding: 'target',
      timeFeatures: ['hour'],
      lags: [{ column: 'a', periods: 1 }],
      rolling: [{ column: 'a', window: 3, statistics: 'mean' }],
    });
    const long = resolveOptions({
      imputation: { strategy: 'mean' },
      scaling: { method: 'robust' },
      encoding: { method: 'target' },
      timeFeatures: { parts: ['hour'] },
      lags: [{ column: ['a'], periods: [1] }],
      rolling: [{ column: ['a'], window: [3], statistics: ['mean'] }],
    });
    expect(short).toEqual(long);
    expect(resolveOptions({ imputation: { columns: { a: 'mean' } } })).toEqual(
      resolveOptions({ imputation: { columns: { a: { strategy: 'mean' } } } }),
    );
  });

  it('resolving what is resolved changes nothing', () => {
    const once = resolveOptions({ scaling: 'quantile', expressions: { a: 'b' }, ewm: [{ column: 'b', span: 3 }] });
    expect(resolveOptions(once as PreprocessingOptions)).toEqual(once);
  });

  const unknown: [unknown, string][] = [
    [{ scalling: 'standard' }, 'scaling'],
    [{ imputation: { stratgy: 'mean' } }, 'strategy'],
    [{ encoding: { minFrequencey: 2 } }, 'minFrequency'],
    [{ rolling: [{ column: 'a', windw: 3, statistics: 'mean' }] }, 'window'],
    [{ columns: { selct: ['a'] } }, 'select'],
  ];
  for (const [options, nearest] of unknown) {
    it(`an unknown key in ${JSON.stringify(options)} is a ConfigError that suggests ${nearest}`, () => {
      expect(configError(options).hint).toContain(`'${nearest}'`);
    });
  }

  const wrong: [string, unknown][] = [
    ['an unknown method', { scaling: 'standart' }],
    ['an unknown statistic', { rolling: [{ column: 'a', window: 2, statistics: 'average' }] }],
    ['a window of 0', { rolling: [{ column: 'a', window: 0, statistics: 'mean' }] }],
    ['a broken window', { rolling: [{ column: 'a', window: 2.5, statistics: 'mean' }] }],
    ['a look ahead', { lags: [{ column: 'a', periods: -1 }] }],
    ['a lag of 0', { lags: [{ column: 'a', periods: 0 }] }],
    ['a huge window', { rolling: [{ column: 'a', window: 1e9, statistics: 'mean' }] }],
    ['minPeriods above the window', { rolling: [{ column: 'a', window: 3, statistics: 'mean', minPeriods: 4 }] }],
    ['two ways of decay', { ewm: [{ column: 'a', span: 3, alpha: 0.1 }] }],
    ['no way of decay', { ewm: [{ column: 'a' }] }],
    ['a quantile above 1', { rolling: [{ column: 'a', window: 3, statistics: 'quantile', quantiles: [25] }] }],
    ['a range upside down', { scaling: { range: [1, 0] } }],
    ['percentiles upside down', { scaling: { quantileRange: [75, 25] } }],
    ['a NaN constant', { imputation: { strategy: 'constant', value: Number.NaN } }],
    ['an infinite constant', { imputation: { strategy: 'constant', value: Number.POSITIVE_INFINITY } }],
    ['one fold', { encoding: { folds: 1 } }],
    ['a broken row count', { encoding: { minFrequency: 2.5 } }],
    ['an empty selection', { columns: { select: [] } }],
    ['a session gap of 0', { sessionGap: 0 }],
    ['null', null],
    ['text', 'standard'],
    ['a list', []],
  ];
  for (const [what, options] of wrong) {
    it(`${what} is a ConfigError`, () => {
      expect(configError(options).hint).not.toBe('');
    });
  }

  it('records by column refuse __proto__ instead of losing it', () => {
    for (const text of [
      '{"scaling":{"columns":{"__proto__":"none"}}}',
      '{"expressions":{"__proto__":"1"}}',
      '{"__proto__":{}}',
    ]) {
      expect(configError(JSON.parse(text)).message).toContain('__proto__');
    }
  });

  it('feature engineering alone does not know the other options', () => {
    expect(() => resolveFeatures({ scaling: 'none' } as never)).toThrow(ConfigError);
  });
});
