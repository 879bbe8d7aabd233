import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../src/core/errors.js';
import { checkModel, checkModelIn, modelChecks } from '../../src/testing/index.js';
import { PROMISES } from '../../src/testing/promises.js';
import { CentroidModel } from '../model/centroid.js';
import { LastRowModel } from './last-row.js';
import { MUTANTS } from './mutants.js';
import { Toy } from './toy.js';

const OVERFLOW = 'squared distances of large values overflow float32: a toy';
const skips = {
  'large and tiny feature values are taken': OVERFLOW,
  'the largest and the smallest float32 values are taken': OVERFLOW,
};

checkModelIn({ describe, it }, CentroidModel as never, { skips });
checkModelIn({ describe, it }, LastRowModel as never, { skips });
checkModelIn({ describe, it }, Toy as never, { module: new URL('./toy.ts', import.meta.url).href });

describe('the promises', () => {
  const names = PROMISES.map(({ name }) => name);

  it('are at least sixty for a classifier and for a regressor, each under its own name', () => {
    expect(new Set(names).size).toBe(names.length);
    const checks = modelChecks(Toy as never);
    for (const task of ['classification', 'regression']) {
      expect(checks.filter((check) => check.task === task).length).toBeGreaterThanOrEqual(60);
    }
  });

  it('have a model each that breaks them', () => {
    expect(Object.keys(MUTANTS).sort()).toEqual([...names].sort());
  });

  it.each(names)('notices a model that breaks: %s', async (name) => {
    const made = MUTANTS[name]();
    const { model, options } = 'model' in made ? made : { model: made, options: {} };
    const results = await checkModel(model, { ...options, promises: [name] });
    expect(results.length).toBeGreaterThan(0);
    expect(results.map(({ status }) => status)).toContain('failed');
  });
});

describe('checkModel', () => {
  it('reports skips of the caller and of the class with their reason', async () => {
    class Careful extends CentroidModel {
      static override readonly contract = { skips: { 'classification: it learns three classes': 'two are enough' } };
    }
    const results = await checkModel(Careful as never, {
      skips: { 'refitting forgets': 'because' },
      promises: ['refitting forgets', 'it learns three classes'],
    });
    expect(results).toEqual([
      { name: 'refitting forgets', task: 'classification', status: 'skipped', reason: 'because' },
      { name: 'it learns three classes', task: 'classification', status: 'skipped', reason: 'two are enough' },
    ]);
  });

  it('refuses the names of promises that do not exist, and names the nearest', async () => {
    const tried = checkModel(CentroidModel as never, { skips: { 'refiting forgets': 'a slip of the pen' } });
    await expect(tried).rejects.toThrow(InvalidInputError);
    await expect(tried).rejects.toMatchObject({ hint: expect.stringContaining("'refitting forgets'") });
  });
});
