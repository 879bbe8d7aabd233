/** Same seed, same model: whatever the threads, the fits before or those beside. */
import { assert, assertAsShared, assertSame, outputs, savedBytes } from './assertions.js';
import type { Promised, Subject } from './promise.js';

export const DETERMINISM: readonly Promised[] = [
  {
    name: 'same seed, same bytes',
    check: async (s) => assertAsShared(await s.fitted(), s, 'two fits with one seed differ'),
  },
  {
    name: 'same bytes for 1, 2 and 4 threads',
    check: async (s) => {
      // The shared object was trained on two.
      for (const threads of [1, 4])
        await assertAsShared(await s.fitted(s.sharedData(), { threads }), s, `${threads} threads make another model`);
      if (!s.full) return;
      const data = s.data({ rows: 1500, missing: 0.02 });
      const all = [];
      for (const threads of [1, 2, 4]) all.push(await savedBytes(await s.fitted(data, { threads }), s, `${threads}`));
      assert(new Set(all).size === 1, 'the number of threads changes the model of 1,500 rows');
    },
  },
  {
    name: 'refitting forgets',
    check: async (s) => {
      const model = await s.fitted(s.data({ seed: 2, features: 3, classes: 3 }));
      await model.fit(s.sharedData(), { threads: 2 });
      await assertAsShared(model, s, 'a refitted model differs from a new one');
    },
  },
  {
    name: 'a second model trained beside it changes nothing',
    check: async (s) => {
      const { one, four } = await crowd(s);
      for (const model of [one, four]) await assertAsShared(model, s, 'trained alone and beside others differ');
    },
  },
  {
    name: 'models that train and predict at once, on several threads each, are as alone',
    check: async (s) => {
      const alone = await outputs(await s.shared(), s.unseen().X);
      const { one, four, predicted } = await crowd(s);
      for (const values of predicted) assertSame(values, alone, 'predicted alone and beside trainings');
      for (const model of [one, four])
        assertSame(await outputs(model, s.unseen().X), alone, 'trained alone and in a crowd');
    },
  },
];

/** Two fits of the same on 1 and 4 threads, one of other rows, and two predictions of a third object, all at once. */
const crowd = (s: Subject) =>
  s.remember('crowd', async () => {
    const { X } = s.unseen();
    const shared = await s.shared();
    const [one, four, , ...predicted] = await Promise.all([
      s.fitted(s.sharedData(), { threads: 1 }),
      s.fitted(s.sharedData(), { threads: 4 }),
      s.fitted(s.data({ seed: 2, features: 4 })),
      outputs(shared, X, 1),
      outputs(shared, X, 2),
    ]);
    return { one, four, predicted };
  });
