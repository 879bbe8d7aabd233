/** Same seed, same model: whatever the threads, the fits before or those beside. */
import { assert, assertSame, outputs, type Promised, savedBytes } from './promise.js';

export const DETERMINISM: readonly Promised[] = [
  {
    name: 'same seed, same bytes',
    check: async (s) => {
      const data = s.data();
      assert(
        (await savedBytes(await s.fitted(data, { seed: 7 }), s, 'a')) ===
          (await savedBytes(await s.fitted(data, { seed: 7 }), s, 'b')),
        'two fits with one seed differ',
      );
    },
  },
  {
    name: 'same bytes for 1, 2 and 4 threads',
    check: async (s) => {
      const data = s.data({ rows: 1500, missing: 0.02 });
      const all = [];
      for (const threads of [1, 2, 4])
        all.push(await savedBytes(await s.fitted(data, { threads }), s, `threads-${threads}`));
      assert(new Set(all).size === 1, 'the number of threads changes the model');
    },
  },
  {
    name: 'refitting forgets',
    check: async (s) => {
      const [first, second] = [s.data({ seed: 1 }), s.data({ seed: 2 })];
      const model = await s.fitted(first);
      await model.fit(second);
      assertSame(await outputs(model, second.X), await outputs(await s.fitted(second), second.X), 'refitted and fresh');
    },
  },
  {
    name: 'a second model trained beside it changes nothing',
    check: async (s) => {
      const [a, b] = [s.data({ seed: 1 }), s.data({ seed: 2 })];
      const alone = await outputs(await s.shared(), a.X);
      const [beside] = await Promise.all([s.fitted(a), s.fitted(b)]);
      assertSame(await outputs(beside, a.X), alone, 'alone and beside another');
    },
  },
];
