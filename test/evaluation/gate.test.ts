import { describe, expect, it } from 'vitest';
import { ConfigError, ValidationGateError } from '../../src/core/errors.js';
import { checkThresholds, validateModel } from '../../src/evaluation/gate.js';
import type { GateSettings } from '../../src/evaluation/gate-options.js';
import { measureModel } from '../../src/evaluation/measure-model.js';
import { classified, valued } from './outputs.js';

const noise = classified(400, { seed: 7, signal: 0 }).output;
const metrics = await measureModel(
  {
    model: 'logistic',
    task: 'classification',
    splits: {
      train: classified(300, { seed: 1, signal: 4 }),
      validation: classified(200, { seed: 2 }),
      test: classified(400, { seed: 3, hours: 6, groups: 3 }),
    },
    baselines: [
      { name: 'noise', output: noise },
      { name: 'twin', output: classified(400, { seed: 3, hours: 6, groups: 3 }).output },
    ],
  },
  { bootstrap: { samples: 200 } },
);
const area = metrics.splits.test?.metrics.rocAuc ?? 0;
const interval = metrics.splits.test?.intervals.rocAuc ?? { lower: 0, upper: 0 };
const passes = (gate: GateSettings) => checkThresholds(metrics, gate).passed;
const only = (gate: GateSettings) =>
  checkThresholds(metrics, gate).checks.map(({ name, actual, passed }) => [name, actual, passed]);

describe('checkThresholds', () => {
  it('limits of values and of the ends of their intervals, the limit itself included', () => {
    expect(passes({ metrics: { rocAuc: { min: area, max: area } } })).toBe(true);
    expect(passes({ metrics: { rocAuc: { min: area + 1e-9 } } })).toBe(false);
    expect(passes({ metrics: { rocAuc: { max: area - 1e-9 } } })).toBe(false);
    expect(passes({ metrics: { rocAuc: { lowerBound: interval.lower, upperBound: interval.upper } } })).toBe(true);
    expect(passes({ metrics: { rocAuc: { lowerBound: area } } })).toBe(false);
    expect(passes({ atThreshold: { recall: { min: 0.1 } }, split: 'validation' })).toBe(true);
  });

  it('baselines: the whole interval on the right side, or an improvement in the direction of the metric', () => {
    expect(passes({ baselines: { names: ['noise'] } })).toBe(true);
    expect(passes({ baselines: { names: ['noise'], metric: 'rocAuc', improvement: 0.05 } })).toBe(true);
    // A log loss that is lower is better: its improvement counts upwards.
    const [, [, improvement]] = only({ baselines: { names: ['noise'], metric: 'logLoss', improvement: 0 } });
    expect(improvement).toBe(-(metrics.baselines[0].differences.logLoss?.difference ?? 0));
    expect(passes({ baselines: {} })).toBe(false);
    expect(only({ baselines: { names: ['twin'] } })).toEqual([['twin', 0, false]]);
    expect(passes({ baselines: { names: ['twin'], significant: false, improvement: 0 } })).toBe(true);
  });

  it('every period and every group that is large enough', () => {
    const parts = metrics.groups?.parts.map(({ metrics: m }) => m.rocAuc ?? 0) ?? [];
    expect(passes({ groups: { metrics: { rocAuc: { min: Math.min(...parts) } } } })).toBe(true);
    expect(
      only({ groups: { metrics: { rocAuc: { min: Math.max(...parts) } } } }).filter(([, , ok]) => ok),
    ).toHaveLength(1);
    // Weeks have 28 rows, which is small: no period is left, which is no pass.
    expect(only({ periods: { metrics: { accuracy: { min: 0 } } } })).toEqual([[undefined, null, false]]);
    expect(only({ periods: { metrics: { accuracy: { min: 0 } }, small: true } }).length).toBeGreaterThan(10);
  });

  it('rows, and how much better the model is on its training rows', () => {
    expect(passes({ minRows: 400 })).toBe(true);
    expect(passes({ minRows: 401 })).toBe(false);
    const gap = (metrics.splits.train?.metrics.rocAuc ?? 0) - area;
    expect(gap).toBeGreaterThan(0.05);
    expect(passes({ trainGap: { rocAuc: gap } })).toBe(true);
    expect(passes({ trainGap: { rocAuc: gap - 0.01, brierScore: 0.9 } })).toBe(false);
  });

  it('what was not measured was not reached', () => {
    const { failures } = checkThresholds(metrics, {
      split: 'holdout',
      minRows: 1,
      metrics: { rocAuc: { min: 0 }, mae: { max: 1 } },
      atThreshold: { f1: { min: 0 } },
      baselines: { names: ['prior'] },
      groups: { metrics: { f1: { min: 0 } } },
      trainGap: { f1: 1 },
    });
    expect(failures).toHaveLength(7);
    expect(failures[1]).toBe('rocAuc of holdout is not known (there is no holdout split), required is at least 0');
  });

  it('refuses a gate that requires nothing and settings that are misspelt', () => {
    const wrong = (gate: object, text: string) => {
      expect(() => checkThresholds(metrics, gate)).toThrow(ConfigError);
      expect(() => checkThresholds(metrics, gate)).toThrow(text);
    };
    wrong({}, 'requires nothing');
    wrong({ metrics: {} }, 'requires nothing');
    wrong({ metrics: { rocAux: { min: 0.5 } } }, "unknown key 'metrics.rocAux'");
    wrong({ metrics: { rocAuc: { minimum: 0.5 } } }, 'minimum');
    wrong({ trainGap: { f1: -1 } }, 'trainGap.f1');
  });
});

describe('validateModel', () => {
  it('gives the verdict, which JSON holds, of a model that passes', () => {
    const verdict = validateModel(metrics, { metrics: { rocAuc: { min: 0.5 } }, baselines: { names: ['noise'] } });
    expect(verdict).toMatchObject({ passed: true, failures: [] });
    expect(JSON.parse(JSON.stringify(verdict))).toEqual(verdict);
  });

  it('names every requirement that failed, not only the first', () => {
    const gate = { metrics: { rocAuc: { min: 0.99 }, brierScore: { max: 0.01 }, f1: { min: 0 } }, minRows: 1e6 };
    const failure = (): unknown => {
      try {
        return validateModel(metrics, gate);
      } catch (error) {
        return error;
      }
    };
    const error = failure();
    expect(error).toBeInstanceOf(ValidationGateError);
    expect(error).toMatchObject({ code: 'VALIDATION_GATE', details: { verdict: { passed: false } } });
    const { message } = error as Error;
    expect(message).toContain('logistic fails 3 of 4 requirements');
    for (const text of ['rocAuc of test is', 'brierScore of test is', 'number of test rows is 400'])
      expect(message).toContain(text);
  });

  it('of a regression', async () => {
    const values = await measureModel({ model: 'ridge', task: 'regression', splits: { test: valued(90, 0.5) } });
    expect(checkThresholds(values, { metrics: { r2: { min: 0.2, lowerBound: 0.1 }, mae: { max: 1 } } }).passed).toBe(
      true,
    );
    expect(checkThresholds(values, { metrics: { rocAuc: { min: 0 } } }).failures[0]).toContain('not known');
  });
});
