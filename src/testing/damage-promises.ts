/** Damaged, foreign and missing files are `ModelFormatError`. */
import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ModelFormatError } from '../core/errors.js';
import { loadModel } from '../model/registry.js';
import { assert, assertThrows, loadWith } from './assertions.js';
import type { Promised, Subject } from './promise.js';

/** Calls `damage` with a copy of the saved model for each of its files; loading the copy must be refused. */
async function refusesEach(s: Subject, damage: (path: string, content: Buffer) => Promise<void>): Promise<void> {
  const saved = s.directory('saved');
  await (await s.shared()).save(saved);
  const files = await readdir(saved);
  assert(files.length > 0, 'nothing was saved');
  for (const file of files) {
    const copy = s.directory(`copy-${file}`);
    await cp(saved, copy, { recursive: true });
    await damage(join(copy, file), await readFile(join(copy, file)));
    await assertThrows(ModelFormatError, () => loadWith(s, copy), file);
    await assertThrows(ModelFormatError, () => loadModel(copy), `${file}, loadModel`);
  }
}

export const DAMAGE: readonly Promised[] = [
  {
    name: 'an empty place is ModelFormatError',
    check: (s) => assertThrows(ModelFormatError, () => loadWith(s, s.directory('nothing-here')), 'an empty place'),
  },
  {
    name: 'a file that is cut off is ModelFormatError',
    check: (s) => refusesEach(s, (path, content) => writeFile(path, content.subarray(0, content.length / 2))),
  },
  {
    name: 'a file with a changed byte is ModelFormatError',
    check: (s) =>
      refusesEach(s, (path, content) => {
        const changed = Buffer.from(content);
        changed[Math.floor(changed.length / 3)] ^= 1;
        return writeFile(path, changed);
      }),
  },
  {
    name: 'a missing file is ModelFormatError',
    check: (s) => refusesEach(s, (path) => rm(path)),
  },
  {
    name: "another model's directory is ModelFormatError",
    check: async (s) => {
      const { BaseModel } = await import('../model/base-model.js');
      class Other extends BaseModel {
        static override readonly info = { name: 'contract_other', family: 'test' };
        protected async fitModel() {}
        protected predictRaw = (X: { rows: number }) => new Float32Array(X.rows);
        protected serialize = () => ({ state: {}, files: {} });
        protected deserialize() {}
      }
      const other = new Other({ task: 'regression' });
      await other.fit({ X: [[1], [2]], y: [1, 2] });
      await other.save(s.directory('other'));
      await assertThrows(ModelFormatError, () => loadWith(s, s.directory('other')), "another model's directory");
    },
  },
];
