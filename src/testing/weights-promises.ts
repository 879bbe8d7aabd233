/** Sample weights, of models that take them. */
import { assert, assertClose, assertSame, outputs, type Promised } from './promise.js';

export const WEIGHTS: readonly Promised[] = [
  {
    name: 'a weight of zero equals absence',
    applies: (info) => info.capabilities.sampleWeights,
    check: async (s) => {
      const { X, y } = s.data();
      const weights = Float32Array.from(y, (_, i) => (i % 4 === 0 ? 0 : 1));
      const kept = [...y.keys()].filter((i) => i % 4 !== 0);
      const weighted = await s.fitted({ X, y, weights });
      const without = await s.fitted({
        X: X.take(kept),
        y: Float64Array.from(kept, (i) => y[i]),
        weights: new Float32Array(kept.length).fill(1),
      });
      assertSame(await outputs(weighted, X), await outputs(without, X), 'zero weight and absence');
    },
  },
  {
    name: 'weights of one equal no weights',
    applies: (info) => info.capabilities.sampleWeights,
    check: async (s) => {
      const { X, y } = s.data();
      assertClose(
        await outputs(await s.fitted({ X, y, weights: new Float32Array(y.length).fill(1) }), X),
        await outputs(await s.shared(), X),
        1e-5,
        'weights of one',
      );
    },
  },
  {
    name: 'weights matter',
    applies: (info) => info.capabilities.sampleWeights,
    check: async (s) => {
      const { X, y } = s.data();
      const weights = Float32Array.from(y, (value, i) => (value > 0 && i % 2 === 0 ? 10 : 1));
      const a = await outputs(await s.fitted({ X, y, weights }), X);
      const b = await outputs(await s.shared(), X);
      assert(
        a.some((value, i) => value !== b[i]),
        'weights change nothing',
      );
    },
  },
];
