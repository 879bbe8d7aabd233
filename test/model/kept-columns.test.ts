/** The columns that a saved model kept: where they do not fit what it learned, every number after them would be wrong. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ModelFormatError } from '../../src/core/errors.js';
import { MODELS } from '../fuzz/targets/models.js';

const seeds = fileURLToPath(new URL('../fuzz/seeds/', import.meta.url));
interface Saved {
  readonly metadata: { missing?: { kept: readonly number[]; medians: readonly number[] } };
}

const saved = MODELS.flatMap(({ name, run }) =>
  readdirSync(join(seeds, name)).flatMap((file) => {
    const text = readFileSync(join(seeds, name, file), 'utf8');
    const plan = (JSON.parse(text) as Saved).metadata.missing;
    return plan ? [{ title: `${name}/${file}`, text, plan, run }] : [];
  }),
);

describe('a saved model that filled in missing values', () => {
  it.each(saved)(
    '$title is refused where its columns are not those that it learned from',
    async ({ text, plan, run }) => {
      const opened = (kept: readonly number[], medians: readonly number[]) => {
        const bundle = JSON.parse(text) as Saved;
        bundle.metadata.missing = { kept, medians };
        return run(Buffer.from(JSON.stringify(bundle)), '');
      };
      await opened(plan.kept, plan.medians);
      const { kept, medians } = plan;
      for (const other of [
        [[], []],
        [kept.slice(1), medians.slice(1)],
        [
          [...kept, kept.length],
          [...medians, 0],
        ],
        [[...kept.slice(0, -1), 99], medians],
        [[...kept].reverse(), medians],
        [kept, medians.slice(1)],
      ])
        await expect(opened(other[0], other[1])).rejects.toThrow(ModelFormatError);
    },
  );

  it('is one of several families', () => {
    expect(new Set(saved.map(({ title }) => title.split('/')[0])).size).toBeGreaterThan(3);
  });
});
