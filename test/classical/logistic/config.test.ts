import { describe, expect, it } from 'vitest';
import {
  LOGISTIC_DEFAULTS,
  type LogisticRegressionConfig,
  logisticConfig,
} from '../../../src/classical/logistic/config.js';
import { ConfigError } from '../../../src/core/errors.js';

const parse = (config: unknown) => logisticConfig.parse(config, 'logistic');

function failure(config: unknown): ConfigError {
  try {
    parse(config);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('expected a ConfigError');
}

describe('logistic config', () => {
  it('fills in the defaults', () => {
    expect(parse({})).toEqual(LOGISTIC_DEFAULTS);
  });

  it("takes scikit-learn's names", () => {
    const config: LogisticRegressionConfig = {
      max_iter: 50,
      fit_intercept: false,
      class_weight: 'balanced',
      tol: 0.01,
      warm_start: true,
      random_state: 3,
    };
    expect(parse(config)).toEqual({
      ...LOGISTIC_DEFAULTS,
      maxIterations: 50,
      fitIntercept: false,
      classWeight: 'balanced',
      tolerance: 0.01,
      warmStart: true,
      seed: 3,
    });
  });

  it('reads None as scikit-learn means it', () => {
    expect(parse({ penalty: null, class_weight: null })).toMatchObject({ penalty: 'none', classWeight: undefined });
  });

  it('parses what it gave again', () => {
    const once = parse({ C: 2, class_weight: { '-1': 2, 1: 1 } });
    expect(parse(once)).toEqual(once);
  });

  it('names the nearest key of an unknown one', () => {
    expect(failure({ fitIntercep: true }).hint).toContain("'fitIntercept'");
    expect(failure({ max_itr: 3 }).hint).toContain("'max_iter'");
    // @ts-expect-error an unknown key does not compile
    const unknown: LogisticRegressionConfig = { penalti: 'l2' };
    expect(failure(unknown).hint).toContain("'penalty'");
  });

  it('refuses one parameter under two names', () => {
    expect(failure({ maxIterations: 5, max_iter: 6 }).message).toContain("same parameter as 'maxIterations'");
  });

  it.each([
    [{ C: 0 }],
    [{ C: -1 }],
    [{ C: 'strong' }],
    [{ penalty: 'l3' }],
    [{ maxIterations: 0 }],
    [{ maxIterations: 1.5 }],
    [{ tolerance: 0 }],
    [{ classWeight: 'even' }],
    [{ classWeight: { 0: -1 } }],
    [{ task: 'regression' }],
    [{ solver: 'saga' }],
    ['C=1'],
  ])('refuses %j', (config) => {
    expect(failure(config)).toBeInstanceOf(ConfigError);
  });
});
