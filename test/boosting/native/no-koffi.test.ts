/** Without the optional package koffi the native engine and the tracker are typed errors that say what to install. */
import { describe, expect, it, vi } from 'vitest';
import { LightGBMModel } from '../../../src/boosting/lightgbm/model.js';
import { startXGBoostTracker } from '../../../src/boosting/native/tracker.js';
import { XGBoostModel } from '../../../src/boosting/xgboost/model.js';
import { MissingDependencyError } from '../../../src/core/errors.js';

// What Node says of a package that is not there.
vi.mock('../../../src/core/optional.js', async (original) => {
  const { loadOptional } = await original<typeof import('../../../src/core/optional.js')>();
  const absent = Object.assign(new Error("Cannot find package 'koffi'"), { code: 'ERR_MODULE_NOT_FOUND' });
  return { loadOptional: (name: string, feature: string) => loadOptional(name, feature, () => Promise.reject(absent)) };
});

const X = Array.from({ length: 60 }, (_, i) => [i]);
const y = X.map(([x]) => (x > 30 ? 1 : 0));

const needsKoffi = async (work: Promise<unknown>) => {
  const error = await work.catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(MissingDependencyError);
  expect(`${(error as MissingDependencyError).message} ${(error as MissingDependencyError).hint}`).toContain(
    'npm install koffi',
  );
};

describe('without koffi', () => {
  it.each([LightGBMModel, XGBoostModel])("engine 'native' is a MissingDependencyError", async (Model) => {
    await needsKoffi(new Model({ engine: 'native', numIterations: 2 }).fit({ X, y }));
  });

  it("engine 'auto' trains here and says so", async () => {
    const model = new XGBoostModel({ device: 'auto', numIterations: 2 });
    const { warnings } = await model.fit({ X, y });
    expect(warnings.join()).toContain('koffi');
    expect(model.isFitted).toBe(true);
  });

  it('a tracker is a MissingDependencyError', async () => {
    await needsKoffi(startXGBoostTracker({ workers: 2 }));
  });
});
