import { describe, expect, it } from 'vitest';
import { DataLeakageError, InvalidInputError } from '../../src/core/errors.js';
import { assertRole, type SplitRole } from '../../src/core/split.js';

const roles: SplitRole[] = ['train', 'validation', 'test', 'holdout'];

describe('assertRole', () => {
  it('lets the allowed roles pass and no other', () => {
    for (const role of roles) {
      for (const allowed of [['train'], ['train', 'validation'], ['test']] as SplitRole[][]) {
        const run = () => assertRole({ role }, allowed, 'Tuning');
        if (allowed.includes(role)) expect(run).not.toThrow();
        else expect(run).toThrow(DataLeakageError);
      }
    }
  });

  it('says what was attempted, with which rows, and which to pass', () => {
    const run = () => assertRole({ role: 'test' }, ['train'], 'Fitting the pipeline');
    expect(run).toThrow('Fitting the pipeline may only see train rows, but was given test rows');
    try {
      run();
    } catch (error) {
      expect(error).toMatchObject({
        code: 'DATA_LEAKAGE',
        hint: expect.stringContaining('train split'),
        details: { role: 'test', allowed: ['train'] },
      });
    }
  });

  it.each([[null], [undefined], ['train'], [{}], [[]]])('%j is no split', (value) => {
    expect(() => assertRole(value as never, ['train'], 'Fitting')).toThrow(InvalidInputError);
  });

  it('a role that does not exist is none of the allowed ones', () => {
    expect(() => assertRole({ role: 'training' as never }, roles, 'Fitting')).toThrow(DataLeakageError);
  });
});
