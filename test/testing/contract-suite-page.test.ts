/** The page of the contract suite names promises and models that exist. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { registerBuiltins } from '../../src/builtin.js';
import { ModelRegistry } from '../../src/model/registry.js';
import { PROMISES } from '../../src/testing/promises.js';

const page = readFileSync(new URL('../../docs/contract-suite.md', import.meta.url), 'utf8');
const [written, table] = page.split('<!-- made by npm run contract -->');
const names = new Set(PROMISES.map(({ name }) => name));

describe('docs/contract-suite.md', () => {
  it('answers checks of scikit-learn with promises that exist', () => {
    const lines = written.split('\n').filter((line) => line.startsWith('| `check_'));
    const quoted = lines.flatMap((line) => [...line.matchAll(/"([^"]+)"/g)].map(([, name]) => name));
    expect(quoted.length).toBeGreaterThan(40);
    expect(quoted.filter((name) => !names.has(name))).toEqual([]);
  });

  it('has a row for every promise and a column for every registered model', () => {
    registerBuiltins();
    const rows = table.split('\n').flatMap((line) => line.match(/^\| ([^|]+) \| /)?.[1] ?? []);
    expect([...names].filter((name) => !rows.includes(name))).toEqual([]);
    for (const { name } of ModelRegistry.list()) expect(table).toContain(` ${name.replaceAll('_', ' ')} |`);
  });
});
