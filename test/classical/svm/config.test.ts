import { describe, expect, it } from 'vitest';
import { SVM_DEFAULTS, type SVMConfig, svmConfig } from '../../../src/classical/svm/config.js';
import { ConfigError } from '../../../src/core/errors.js';

const parse = (config: unknown) => svmConfig.parse(config, 'svm');

function failure(config: unknown): ConfigError {
  try {
    parse(config);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('expected a ConfigError');
}

describe('svm config', () => {
  it('fills in the defaults', () => {
    expect(parse({})).toEqual(SVM_DEFAULTS);
  });

  it("takes scikit-learn's and libsvm's names", () => {
    const config: SVMConfig = {
      max_iter: -1,
      tol: 0.01,
      cache_size: 50,
      class_weight: null,
      decision_function_shape: 'ovo',
      random_state: 3,
      cost: 4,
      p: 0.2,
      svm_type: 'nu',
      kernel_type: 'poly',
    };
    expect(parse(config)).toEqual({
      ...SVM_DEFAULTS,
      maxIterations: undefined,
      tolerance: 0.01,
      cacheSize: 50,
      classWeight: undefined,
      decisionFunctionShape: 'ovo',
      seed: 3,
      C: 4,
      epsilon: 0.2,
      svmType: 'nu',
      kernel: 'poly',
    });
  });

  it('refuses one parameter under two names', () => {
    expect(failure({ C: 1, cost: 2 }).message).toContain("the same parameter as 'C'");
  });

  it('names the nearest parameter for an unknown one', () => {
    expect(failure({ gama: 1 }).hint).toContain("'gamma'");
  });

  it.each([
    { C: 0 },
    { C: -1 },
    { C: Number.POSITIVE_INFINITY },
    { nu: 0 },
    { nu: 1.1 },
    { epsilon: -0.1 },
    { gamma: -1 },
    { gamma: 'wide' },
    { degree: 2.5 },
    { degree: 101 },
    { coef0: Number.NaN },
    { tolerance: 0 },
    { maxIterations: 0 },
    { cacheSize: 0 },
    { kernel: 'cosine' },
    { svmType: 'one_class' },
    { classWeight: { 0: -1 } },
    { decisionFunctionShape: 'both' },
    { probability: 1 },
  ])('refuses %o', (config) => {
    expect(failure(config).hint).not.toBe('');
  });
});
