/** Saving and loading. Damage: damage-promises.ts. */
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { InvalidInputError } from '../core/errors.js';
import { loadModel } from '../model/registry.js';
import {
  assert,
  assertAsShared,
  assertSame,
  assertThrows,
  filesOf,
  loadWith,
  outputs,
  savedBytes,
} from './assertions.js';
import { outputsInFreshProcess } from './fresh-process.js';
import type { Promised, Subject } from './promise.js';

/** The model that has seen missing values, saved and loaded again. */
async function reloaded(s: Subject) {
  const model = await s.sharedWithMissing();
  const saved = await savedBytes(model, s, 'saved');
  return { model, saved, loaded: await loadWith(s, s.directory('saved')), X: s.unseen().X };
}

export const DISK: readonly Promised[] = [
  {
    name: 'a loaded model predicts the same',
    check: async (s) => {
      const { model, loaded, X } = await reloaded(s);
      const [a, b] = [await model.predict(X), await loaded.predict(X)];
      assertSame(b.predictions, a.predictions, 'predictions');
      if (a.probabilities) assertSame(b.probabilities?.data, a.probabilities.data, 'probabilities');
      assertSame(b.classes, a.classes, 'classes');
    },
  },
  {
    name: 'a loaded model is saved as the same bytes',
    check: async (s) => {
      const { loaded, saved } = await reloaded(s);
      assert((await savedBytes(loaded, s, 'again')) === saved, 'saving a loaded model gives other bytes');
    },
  },
  {
    name: 'a loaded model knows what it is',
    check: async (s) => {
      const { model, loaded } = await reloaded(s);
      const facts = ({ classes, featureNames, config, task, isFitted }: typeof model) =>
        JSON.stringify([classes, featureNames, config, task, isFitted]);
      assert(facts(loaded) === facts(model), `${facts(loaded)} instead of ${facts(model)}`);
      const losses = [model, loaded].map(({ trainingMetrics: m }) => JSON.stringify([m.trainLoss, m.totalEpochs]));
      assert(losses[0] === losses[1], `training metrics ${losses.join(' and ')}`);
    },
  },
  {
    name: 'a loaded model has the same importance',
    applies: (info) => info.capabilities.featureImportance,
    check: async (s) => {
      const { model, loaded } = await reloaded(s);
      assertSame(loaded.featureImportance()?.values, model.featureImportance()?.values, 'importance');
    },
  },
  {
    name: 'loadModel finds the class',
    check: async (s) => {
      const { model, X } = await reloaded(s);
      const found = await loadModel(s.directory('saved'));
      assert(found instanceof s.original, `it is a ${found.constructor.name}`);
      assertSame(await outputs(found, s.input(X)), await outputs(model, X), 'loadModel and original');
    },
  },
  {
    name: 'a fresh process loads it and predicts the same',
    check: async (s) => {
      const { model, X } = await reloaded(s);
      const request = { directory: s.directory('saved'), input: s.input(X), module: s.module };
      assertSame(await outputsInFreshProcess(request), await outputs(model, X), 'here and in a fresh process');
    },
  },
  {
    name: 'a loaded model can be trained as a new one',
    check: async (s) => {
      const { loaded } = await reloaded(s);
      await loaded.fit(s.sharedData(), { threads: 2 });
      await assertAsShared(loaded, s, 'it differs from a new one');
    },
  },
  {
    name: 'saving over a model replaces it whole, and leaves nothing beside it',
    check: async (s) => {
      const alone = await savedBytes(await s.shared(), s, 'alone');
      await (await s.sharedWithMissing()).save(s.directory('place'));
      assert((await savedBytes(await s.shared(), s, 'place')) === alone, 'something of the old model is left');
      const beside = (await readdir(dirname(s.directory('place')))).filter((name) => name !== 'alone');
      assert(beside.join() === basename(s.directory('place')), `left beside: ${beside.join(', ')}`);
    },
  },
  {
    name: 'a save that fails leaves the saved model as it was',
    check: async (s) => {
      const { loaded, saved } = await reloaded(s);
      const broken = { state: {}, files: { '../escape': 'x' } };
      Object.defineProperty(loaded, 'serialize', { value: () => broken });
      await assertThrows(
        InvalidInputError,
        () => loaded.save(s.directory('saved')),
        'a file outside the directory',
      ).catch((error: unknown) => {
        // The hint of this refusal is not the model's.
        assert(!String(error).includes('nothing was thrown'), String(error));
      });
      assert((await filesOf(s.directory('saved'))) === saved, 'the saved model was changed');
    },
  },
  {
    name: 'exportOnnx writes a file, or refuses and leaves none',
    check: async (s) => {
      const model = await s.shared();
      const file = s.directory('model.onnx');
      if (await model.toOnnxBody().catch(() => undefined)) {
        await model.exportOnnx(file);
        assert((await readFile(file)).length > 50, 'the file is empty');
      } else {
        const written = await model.exportOnnx(file).then(
          () => true,
          (error: unknown) => {
            assert(error instanceof InvalidInputError && error.hint !== '', `${String(error)} is no refusal`);
            return false;
          },
        );
        assert(existsSync(file) === written, 'a refused export left a file, or a done one none');
      }
    },
  },
];
