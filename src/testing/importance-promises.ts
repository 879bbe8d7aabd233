/** Importance of features, of models that say they have it. */
import { InvalidInputError } from '../core/errors.js';
import type { FeatureImportance } from '../model/types.js';
import { assert, assertFinite, assertThrows } from './assertions.js';
import { NAMES, type Promised, type Subject } from './promise.js';

const important: Promised['applies'] = (info) => info.capabilities.featureImportance;

async function importanceOf(s: Subject): Promise<FeatureImportance> {
  const importance = (await s.shared()).featureImportance();
  assert(importance !== undefined, 'it has none');
  return importance;
}

export const IMPORTANCE: readonly Promised[] = [
  {
    name: 'importance exists where the capabilities say so, and nowhere else',
    check: async (s) => {
      const has = (await s.shared()).featureImportance() !== undefined;
      assert(has === s.info.capabilities.featureImportance, `importance: ${has}`);
    },
  },
  {
    name: 'importance is one value a feature, under its name',
    applies: important,
    check: async (s) => {
      const { names, values, kind } = await importanceOf(s);
      assert(names.join() === NAMES.join() && values.length === NAMES.length, 'not one value a feature');
      assert(typeof kind === 'string' && kind !== '', 'it does not say what kind it is');
    },
  },
  {
    name: 'importance is finite and not negative',
    applies: important,
    check: async (s) => {
      const { values } = await importanceOf(s);
      assertFinite(values, 'importance');
      assert(values.every((v) => v >= 0) && values.some((v) => v > 0), `values ${values.join(', ')}`);
    },
  },
  {
    name: 'the features that decide the label are the most important',
    applies: important,
    check: async (s) => {
      const { values: v } = await importanceOf(s);
      assert(v[0] + v[1] > v[2] + v[3], `values ${v.join(', ')}`);
    },
  },
  {
    name: 'an unknown kind of importance is refused',
    check: async (s) => {
      const model = await s.shared();
      await assertThrows(InvalidInputError, () => model.featureImportance('beauty' as never), "kind 'beauty'");
    },
  },
];
