/** Saved ensembles whose state was changed (and their checksums with it) are refused, or still predict. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { registerBuiltins } from '../../src/builtin.js';
import { HoldfastError, ModelFormatError } from '../../src/core/errors.js';
import { StackingModel } from '../../src/ensemble/stacking/model.js';
import { VotingModel } from '../../src/ensemble/voting/model.js';
import { type BaseModel, type ModelClass, restoreModel } from '../../src/model/base-model.js';
import type { ModelMetadata } from '../../src/model/bundle.js';
import { syntheticClassification } from '../../src/testing/index.js';

registerBuiltins();
const data = syntheticClassification({ rows: 90, classes: 3 });
const members = ['ridge', 'logistic'];

interface Saved {
  readonly Model: ModelClass;
  readonly metadata: ModelMetadata;
  readonly files: Record<string, Uint8Array>;
}

async function saved(model: BaseModel): Promise<Saved> {
  await model.fit(data);
  const { metadata, files } = await model.toBundle();
  const bytes = Object.entries(files).map(([name, content]) => [name, Buffer.from(content as string)]);
  return { Model: model.constructor as ModelClass, metadata, files: Object.fromEntries(bytes) };
}

const restored = ({ Model, metadata, files }: Saved, state: unknown): Promise<BaseModel> =>
  restoreModel(Model, { ...metadata, state }, files);

/** A copy with the `pick`-th of all places in it replaced. */
function changed(value: unknown, pick: number, to: unknown): unknown {
  const places: [holder: Record<string, unknown>, key: string][] = [];
  const copy = structuredClone(value);
  const visit = (holder: unknown): void => {
    if (holder === null || typeof holder !== 'object') return;
    for (const [key, inner] of Object.entries(holder)) {
      places.push([holder as Record<string, unknown>, key]);
      visit(inner);
    }
  };
  visit(copy);
  const [holder, key] = places[pick % places.length];
  holder[key] = to;
  return copy;
}

describe('a saved ensemble', async () => {
  const all = [
    await saved(new VotingModel({ members, weights: [1, 2] })),
    await saved(new StackingModel({ members, folds: 2 })),
  ];

  it('with its state changed anywhere is refused, or gives probabilities', async () => {
    const values = fc.constantFrom<unknown>(undefined, null, 0, -1, 1.5, 1e308, '', 'x', [], {}, [[]], [1], true);
    const property = fc.asyncProperty(fc.constantFrom(...all), fc.nat(), values, async (one, pick, value) => {
      const state = changed(one.metadata.state, pick, value);
      const model = await restored(one, state).catch((error: unknown) => error);
      if (model instanceof Error) {
        expect(model).toBeInstanceOf(HoldfastError);
        return;
      }
      const { probabilities } = await (model as BaseModel).predict(data.X);
      expect(probabilities?.data.every(Number.isFinite)).toBe(true);
    });
    await fc.assert(property, { numRuns: 80, seed: 3 });
  });

  it('without a part, or with one too many, is refused', async () => {
    for (const one of all) {
      const state = one.metadata.state as { members: { list: unknown[] } };
      const [first, second] = state.members.list;
      const lists = [
        [],
        [first],
        [first, first],
        [first, second, second],
        [first, { ...(second as object), name: 'x' }],
      ];
      for (const list of lists) {
        const wrong = { ...state, members: { ...state.members, list } };
        await expect(restored(one, wrong), JSON.stringify(list).slice(0, 80)).rejects.toBeInstanceOf(ModelFormatError);
      }
      await expect(restored({ ...one, files: {} }, state)).rejects.toBeInstanceOf(ModelFormatError);
    }
  });
});
