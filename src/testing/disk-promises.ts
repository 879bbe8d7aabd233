/** Saving and loading. */
import { ModelFormatError } from '../core/errors.js';
import type { BaseModel } from '../model/base-model.js';
import { loadModel } from '../model/registry.js';
import { assert, assertSame, assertThrows, outputs, type Promised, savedBytes } from './promise.js';

export const DISK: readonly Promised[] = [
  {
    name: 'a loaded model has the same predictions, metadata and bytes',
    check: async (s) => {
      const { X, y } = s.data({ missing: 0.05 });
      const model = await s.fitted({ X, y });
      const saved = await savedBytes(model, s, 'saved');
      const loader = s.model as unknown as { load(directory: string): Promise<BaseModel> };
      const loaded = await loader.load(s.directory('saved'));
      assertSame(await outputs(loaded, X), await outputs(model, X), 'loaded and original');
      assert((await savedBytes(loaded, s, 'again')) === saved, 'saving a loaded model gives other bytes');
      assert(
        JSON.stringify([loaded.classes, loaded.featureNames, loaded.config]) ===
          JSON.stringify([model.classes, model.featureNames, model.config]),
        'metadata differs',
      );
      assertSame(
        await outputs(await loadModel(s.directory('saved')), s.input(X)),
        await outputs(model, X),
        'loadModel and original',
      );
    },
  },
  {
    name: 'a damaged directory is ModelFormatError',
    check: async (s) =>
      assertThrows(
        ModelFormatError,
        () => (s.model as unknown as { load(d: string): Promise<BaseModel> }).load(s.directory('nothing-here')),
        'an empty place',
      ),
  },
];
