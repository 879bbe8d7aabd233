import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { disagreements, type PreprocessingGolden } from './golden.js';

const golden = JSON.parse(
  readFileSync(new URL('../golden/preprocessing.json', import.meta.url), 'utf8'),
) as PreprocessingGolden;

describe('preprocessing', () => {
  it('equals scikit-learn to 1e-10: imputers, scalers, encoders, rolling statistics', () => {
    expect(golden.numeric.cases.length + golden.text.cases.length + golden.rolling.cases.length).toBeGreaterThan(80);
    expect(disagreements(golden)).toEqual([]);
  });

  it('the comparison notices a changed value', () => {
    const changed = structuredClone(golden);
    changed.numeric.cases[5].test.normal[3] = (changed.numeric.cases[5].test.normal[3] ?? 0) + 1e-6;
    expect(disagreements(changed).length).toBeGreaterThan(0);
  });
});
