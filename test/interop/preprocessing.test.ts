/** Preprocessing against the installed scikit-learn on fresh random columns, and the committed golden file against the script that makes it. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { disagreements, type PreprocessingGolden } from '../preprocessing/golden.js';
import { runPython } from './python.js';

const script = fileURLToPath(new URL('./make-preprocessing-golden.py', import.meta.url));

describe('preprocessing against scikit-learn', () => {
  for (const seed of [7, 31, 404]) {
    it(`agrees to 1e-10 on columns of seed ${seed}`, async () => {
      const golden = (await runPython(script, undefined, [String(seed)])) as PreprocessingGolden;
      expect(golden.seed).toBe(seed);
      expect(disagreements(golden)).toEqual([]);
    });
  }

  it('the committed golden file was made by this script with these versions', async () => {
    const file = new URL('../golden/preprocessing.json', import.meta.url);
    const committed = JSON.parse(readFileSync(file, 'utf8')) as PreprocessingGolden;
    const made = (await runPython(script)) as PreprocessingGolden;
    // The Python that runs it may be any; what computes is pinned.
    expect({ ...made.versions, python: '' }).toEqual({ ...committed.versions, python: '' });
    expect(made.numeric.train).toEqual(committed.numeric.train);
    expect(disagreements(made)).toEqual([]);
  });
});
