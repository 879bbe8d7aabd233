import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { disagreements, type Golden } from './golden.js';

const golden = JSON.parse(readFileSync(new URL('../golden/metrics.json', import.meta.url), 'utf8')) as Golden;

describe(`metrics equal scikit-learn ${golden.versions['scikit-learn']} to 1e-12`, () => {
  for (const metric of new Set(golden.cases.map(([metric]) => metric))) {
    const cases = golden.cases.filter(([name]) => name === metric);
    it(`${metric}: ${cases.length} cases of random and edge inputs`, () => {
      expect(disagreements({ ...golden, cases })).toEqual([]);
    });
  }
});
