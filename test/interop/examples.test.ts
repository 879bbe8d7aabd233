/** The examples that need Python, run as a user would with one that has the packages. They import the built library. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { python } from './python.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

function run(example: string): string {
  return execFileSync('node', ['--import', 'tsx', `examples/${example}`], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, HOLDFAST_PYTHON: python() },
  });
}

describe.skipIf(!existsSync(`${root}dist/index.js`))(
  'examples with Python (skipped without a build: npm run build)',
  () => {
    it('a model moves from Python to Node and back', () => {
      const output = run('04-python-and-back.ts');
      const differences = [...output.matchAll(/largest difference (\S+)/g)].map((match) => Number(match[1]));
      expect(differences).toHaveLength(2);
      for (const difference of differences) expect(difference).toBeLessThan(1e-6);
      expect(output).toContain('40 trees');
    });
  },
);
