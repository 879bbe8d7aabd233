/** The metrics against the installed scikit-learn on fresh random inputs, and the committed golden file against the script that makes it. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { disagreements, type Golden } from '../metrics/golden.js';
import { runPython } from './python.js';

const script = fileURLToPath(new URL('./make-metric-golden.py', import.meta.url));

describe('metrics against scikit-learn', () => {
  for (const seed of [11, 222]) {
    it(`agree to 1e-12 on inputs of seed ${seed}`, async () => {
      const golden = (await runPython(script, undefined, [String(seed)])) as Golden;
      expect(golden.seed).toBe(seed);
      expect(disagreements(golden)).toEqual([]);
    });
  }

  it('the committed golden file was made by this script with these versions', async () => {
    const committed = JSON.parse(readFileSync(new URL('../golden/metrics.json', import.meta.url), 'utf8')) as Golden;
    const made = (await runPython(script)) as Golden;
    // The Python that runs it may be any; what computes is pinned.
    expect({ ...made.versions, python: '' }).toEqual({ ...committed.versions, python: '' });
    expect(made.datasets).toEqual(committed.datasets);
    expect(made.cases.map((c) => c.slice(0, 5))).toEqual(committed.cases.map((c) => c.slice(0, 5)));
    expect(disagreements({ ...committed, cases: made.cases })).toEqual([]);
  });
});
