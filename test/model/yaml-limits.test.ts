/** Small YAML files that would take the process with them are refused before they are parsed. */
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/core/errors.js';
import { lazySchema } from '../../src/core/schema.js';
import { parseYaml } from '../../src/model/yaml.js';

const anything = lazySchema((z) => z.unknown());
const read = (text: string) => parseYaml(text, 'file.yaml', anything, 'config');

const HOSTILE: Record<string, string> = {
  'unclosed brackets': '['.repeat(50_000),
  'closed brackets': `${'['.repeat(5000)}${']'.repeat(5000)}`,
  'unclosed braces': '{a: '.repeat(20_000),
  'sequences in a line': '- '.repeat(50_000),
  'keys in a line': '? '.repeat(50_000),
  'steps of indentation': Array.from({ length: 900 }, (_, i) => `${' '.repeat(i)}a:`).join('\n'),
  'keys in one mapping': Array.from({ length: 40_000 }, (_, i) => `k${i}: 1`).join('\n'),
};

describe('a YAML file', () => {
  for (const [what, text] of Object.entries(HOSTILE)) {
    it(`of ${what}: a ConfigError that names the line`, async () => {
      await expect(read(text)).rejects.toThrow(ConfigError);
      await expect(read(text)).rejects.toThrow(/^file\.yaml:\d+: /);
    });
  }

  it('as people write it is read: brackets in text and comments, nested lists, long blocks', async () => {
    const text = `a: "${'['.repeat(300)}" # ${'{'.repeat(300)}\nb:\n${'  - [1, {c: [2]}]\n'.repeat(300)}d: |\n  ${'- '.repeat(300)}\n`;
    expect(await read(text)).toMatchObject({ b: expect.arrayContaining([[1, { c: [2] }]]) });
  });
});
